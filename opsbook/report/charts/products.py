"""Pictures of product health."""

import pandas as pd
from matplotlib.axes import Axes

from opsbook.report.charts.style import BAD, GOOD, NEUTRAL, bounded, label_axes, needs_rows, say, tall
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

WATCH_COLOURS = {"decline": BAD, "no decline": GOOD, "not enough data": NEUTRAL, "unknown": NEUTRAL}


@needs_rows
def bestsellers(table: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """Bestsellers of the weeks before and where they stand now (`lifecycle.watch`): hollow = a week before, filled =
    last week."""
    rows = table.sort_values("base").reset_index(drop=True)
    tall(ax, len(rows) + 1, each=0.32)
    for verdict, colour in WATCH_COLOURS.items():
        group = rows[rows["verdict"] == verdict]
        if len(group):
            ax.hlines(group.index, group["base"], group["last"], color=colour, linewidth=2, alpha=0.6)
            ax.scatter(group["base"], group.index, s=30, facecolor="none", edgecolor=colour, zorder=3)
            ax.scatter(
                group["last"], group.index, s=30, color=colour, zorder=3, label=f"{translate(verdict)} ({len(group)})"
            )
    ax.set_yticks(rows.index, bounded(rows["title"].fillna(rows["product_id"].astype("string"))))
    ax.set_xlim(left=0)
    ax.grid(axis="y", visible=False)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    label_axes(ax, x="last")
    ax.set_xlabel(translate(MESSAGES["products.chart_watch_axis"]))
    falling = rows[rows["verdict"] == "decline"]
    return say(ax, "products.chart_watch", products=len(rows), declines=len(falling))
