"""Pictures of traffic sources: channels, their weeks, what changed, and the three axes."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from opsbook.report import cells
from opsbook.report.charts.style import BAD, COLOURS, GOOD, NEUTRAL, bounded, describe, label, label_axes, needs_rows
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

ROOT_COLOURS = {
    "search": COLOURS["blue"],
    "scene": COLOURS["orange"],
    "interaction": COLOURS["purple"],
    "self_growth": COLOURS["green"],
    "unmapped": NEUTRAL,
}


def _say(ax: Axes, message: str, **numbers) -> Axes:
    return describe(ax, translate(MESSAGES[message]).format(**numbers))


@needs_rows
def visitors_by_channel(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Visitors of each channel (`sources.channel_table`), coloured by root; never stacked, for the channels
    overlap."""
    rows = table.assign(place=table["root"].map(list(ROOT_COLOURS).index)).sort_values(
        ["place", "visitors"], ascending=[False, True]
    )
    ax.barh(bounded(rows["channel"]), rows["visitors"], color=rows["root"].map(ROOT_COLOURS))
    ax.grid(axis="y", visible=False)
    roots = [root for root in ROOT_COLOURS if (rows["root"] == root).any()]
    ax.legend(handles=[Patch(color=ROOT_COLOURS[root], label=label(f"root.{root}")) for root in roots])
    label_axes(ax, x="visitors")
    largest = rows.loc[rows["visitors"].fillna(-1).idxmax()]
    return _say(
        ax, "traffic.chart_channels", channel=largest["channel"], visitors=largest["visitors"], channels=len(rows)
    )


@needs_rows
def visitors_by_week(table: pd.DataFrame, most: int = 6, ax: Axes | None = None) -> Axes:
    """Weekly visitors of the largest channels (`sources.weekly_visitors`); a missing week is a gap in the line."""
    largest = table.loc[table.iloc[:, -1].sort_values(ascending=False, kind="stable").index[:most]]
    names = bounded(largest.index.to_series())
    for (_, weeks), name, colour in zip(largest.iterrows(), names, COLOURS.values(), strict=False):
        ax.plot(weeks.index, weeks.to_numpy(float), marker="o", markersize=3, color=colour, label=name)
    ax.set_ylim(bottom=0)
    ax.set_xticks(table.columns, [f"{end:%m-%d}" for end in table.columns])
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    label_axes(ax, y="visitors")
    first = largest.iloc[0]
    return _say(ax, "traffic.chart_trend", weeks=table.shape[1], channel=first.name, visitors=first.iloc[-1])


@needs_rows
def waterfall(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How the channels' traffic and conversion effects (`traffic.explain_change`) add up to the change of
    opportunities."""
    steps = table.dropna(subset=["traffic_effect", "conversion_effect"])
    effects = steps[["traffic_effect", "conversion_effect"]].to_numpy().ravel()
    ends = np.cumsum(effects)
    places = np.repeat(np.arange(len(steps)), 2) + np.tile([-0.2, 0.2], len(steps))
    colours = np.where(effects < 0, BAD, GOOD)
    hatches = np.tile(["", "///"], len(steps))
    ax.bar(places, effects, 0.38, ends - effects, color=colours, hatch=hatches, edgecolor="white", linewidth=0)
    ax.bar(len(steps), ends[-1] if len(ends) else 0, 0.5, color=NEUTRAL)
    ax.axhline(0, color=NEUTRAL, linewidth=0.8)
    low, high = min([0.0, *ends]), max([0.0, *ends])
    air = 0.06 * (high - low or 1)  # a bar that ends at the frame would look cut off
    ax.set_ylim(low - air, high + air)
    names = [*bounded(steps["channel"], 14), label("total")]
    ax.set_xticks(range(len(names)), names, rotation=30, ha="right")
    ax.grid(axis="x", visible=False)
    ax.legend(
        handles=[
            Patch(color=NEUTRAL, label=label("traffic_effect")),
            Patch(facecolor="white", edgecolor=NEUTRAL, hatch="///", label=label("conversion_effect")),
        ]
    )
    label_axes(ax, y="opportunities")
    if steps.empty:
        return _say(ax, "traffic.chart_waterfall_empty")
    largest = steps.loc[steps["total"].abs().idxmax()]
    return _say(ax, "traffic.chart_waterfall", total=ends[-1], channel=largest["channel"], largest=largest["total"])


@needs_rows
def three_axes(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The three axes of traffic work (`peers.three_axes`) as a card; the axis that leads in this stage stands out."""
    ax.set_axis_off()
    ax.set(xlim=(0, 3), ylim=(-4, 0.6))
    for column, (axis, rows) in enumerate(table.groupby("axis", sort=False)):
        colour = COLOURS["blue"] if rows["leads"].any() else NEUTRAL
        ax.text(column, 0.2, cells.label(f"axis.{axis}"), fontsize="x-large", color=colour)
        for line, row in enumerate(rows.itertuples()):
            ax.text(column, -0.6 - line, cells.plain(row.value, cells.kind(row.metric)), fontsize="large")
            ax.text(column, -0.95 - line, cells.label(row.metric), fontsize="small", color=NEUTRAL)
    return _say(ax, "traffic.chart_axes", known=int(table["value"].notna().sum()), figures=len(table))
