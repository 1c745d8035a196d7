"""Pictures of the simulated auction."""

import pandas as pd
from matplotlib.axes import Axes

from opsbook.report.charts.style import COLOURS, NEUTRAL, label, label_axes, needs_rows, say
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES


@needs_rows
def frontier(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Value and spend of a day by target (`frontier.simulate_target_roi`), the ROI that is reached at each value; the
    lower targets, which buy more, to the right."""
    rows = table.sort_values("target", ascending=False, kind="stable", ignore_index=True)
    ax.plot(rows["target"], rows["value"], marker="o", color=COLOURS["blue"], label=label("value_per_day"))
    ax.plot(rows["target"], rows["spend"], marker="s", color=NEUTRAL, label=label("spend_per_day"))
    for row in rows.dropna(subset=["roi"]).itertuples():
        ax.annotate(
            f"{row.roi:.3g}", (row.target, row.value), (0, 7), textcoords="offset points", ha="center", fontsize="small"
        )
    ax.set_ylim(bottom=0, top=ax.get_ylim()[1] * 1.08)
    ax.invert_xaxis()
    label_axes(ax, x="target_roi", y="value_per_day")
    ax.yaxis.label.set_visible(False)
    ax.legend(title=translate(MESSAGES["auction.numbers"]), loc="upper left", bbox_to_anchor=(1, 1))
    ends = {"high": rows.iloc[0], "low": rows.iloc[-1]}
    numbers = {f"{name}_{end}": row[name] for name in ("value", "spend", "roi") for end, row in ends.items()}
    numbers |= {end: row["target"] for end, row in ends.items()}
    return say(ax, "auction.chart", targets=len(rows), **numbers)
