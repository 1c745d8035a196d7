"""Pictures of bidding results."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from opsbook.report.charts.style import ACCENT, NEUTRAL, bounded, label_axes, needs_rows, say, tall
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

_SHOWN = 14  # words; the rest stands in the table
_CENT = 0.005  # CNY a week: smaller changes are none


@needs_rows
def budget_moves(plan: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """Weekly spend of each word now and in the plan (`bid_plan.plan`), with the range by how well clicks follow money;
    at the planned spend stands what the next CNY brings. Paused words are left to their own list."""
    planned = plan[plan["marginal_value"].notna()]
    if planned.empty:
        return None
    rows = planned.head(_SHOWN).iloc[::-1]
    place = np.arange(len(rows))
    ax.hlines(place, rows["budget_low"], rows["budget_high"], color=ACCENT, alpha=0.25, lw=7, label=_("band"))
    ax.hlines(place, rows["weekly_spend"], rows["weekly_budget"], color=NEUTRAL, lw=1.2)
    ax.scatter(rows["weekly_spend"], place, s=26, color=NEUTRAL, label=_("now"), zorder=3)
    ax.scatter(rows["weekly_budget"], place, s=30, color=ACCENT, label=_("plan"), zorder=4)
    ends = rows[["weekly_spend", "weekly_budget", "budget_high"]].max(axis=1)
    for height, end, marginal in zip(place, ends, rows["marginal_value"], strict=True):
        ax.annotate(f"{marginal:.2f}", (end, height), (7, 0), textcoords="offset points", va="center", fontsize="small")
    ax.set_yticks(place, bounded(rows["keyword"]))
    ax.set_ylim(-0.7, len(rows) - 0.3)
    label_axes(ax, x="weekly_spend")
    ax.set_xlim(0, 1.12 * ends.max())
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, fontsize="small")
    return say(tall(ax, len(rows) + 2), "bidding.chart_moves", **_numbers(planned))


def _(part: str) -> str:
    return translate(MESSAGES[f"bidding.chart_{part}"])


def _numbers(planned: pd.DataFrame) -> dict:
    size = planned["weekly_budget"] - planned["weekly_spend"]
    most = planned.loc[size.abs().idxmax()]
    counts = {"words": len(planned), "raised": int((size > _CENT).sum()), "lowered": int((size < -_CENT).sum())}
    spends = {"before": most["weekly_spend"], "after": most["weekly_budget"], "marginal": most["marginal_value"]}
    return {"keyword": most["keyword"]} | counts | spends
