"""Pictures of promotion plans."""

import pandas as pd
from matplotlib.axes import Axes

from opsbook.report.charts.style import BAD, GOOD, NEUTRAL, WARN, bounded, describe, label, label_axes, needs_rows
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

VERDICT_COLOURS = {"pays": GOOD, "loses": BAD, "not enough data": WARN, "unknown": NEUTRAL}


@needs_rows
def spend_result(table: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """What each plan spent and what came back (`promotion.plans`), with the interval that few orders leave; plans
    below the dashed line do not earn back their spend."""
    rows = table.dropna(subset=["spend", "result"])
    for verdict, colour in VERDICT_COLOURS.items():
        group = rows[rows["verdict"] == verdict]
        if len(group):
            spend = group["spend"]
            ax.vlines(
                spend, group["roi_lower"] * spend, group["roi_upper"] * spend, color=colour, linewidth=1.5, alpha=0.6
            )
            ax.scatter(
                spend, group["result"], s=28, color=colour, zorder=3, label=f"{translate(verdict)} ({len(group)})"
            )
    for name, row in zip(bounded(rows["campaign"], 20), rows.to_dict("records"), strict=True):
        ax.annotate(
            name, (row["spend"], row["result"]), (6, 0), textcoords="offset points", fontsize="x-small", va="center"
        )
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    _break_even(ax, rows)
    label_axes(ax, x="spend", y="result")
    if len(rows):
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    counts = table["verdict"].value_counts()
    numbers = {name.replace(" ", "_"): int(counts.get(name, 0)) for name in VERDICT_COLOURS}
    text = translate(MESSAGES["promotion.chart"])
    return describe(
        ax, text.format(plans=len(table), spend=rows["spend"].sum(), result=rows["result"].sum(), **numbers)
    )


def _break_even(ax: Axes, rows: pd.DataFrame) -> None:
    """The line of spend x break-even ROI, where all plans share it."""
    ratios = rows["break_even_roi"].dropna().unique()
    if len(ratios) == 1:
        ax.axline((0, 0), slope=ratios[0], color=NEUTRAL, linewidth=1, linestyle="--", label=label("break_even_roi"))
