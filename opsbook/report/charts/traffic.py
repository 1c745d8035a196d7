"""Pictures of traffic sources: channels, their weeks, what changed, and the three axes."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from opsbook.report import cells
from opsbook.report.charts.pictures import SOFT
from opsbook.report.charts.style import (
    ACCENT,
    BAD,
    COLOURS,
    GOOD,
    NEUTRAL,
    bounded,
    end_labels,
    label,
    label_axes,
    needs_rows,
    say,
    tall,
    value_labels,
)

ROOT_COLOURS = {
    "search": COLOURS["blue"],
    "scene": COLOURS["orange"],
    "interaction": COLOURS["purple"],
    "self_growth": COLOURS["green"],
    "unmapped": NEUTRAL,
}


@needs_rows
def visitors_by_channel(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Visitors of each channel (`sources.channel_table`), coloured and named by root; never stacked, for the channels
    overlap."""
    rows = table.assign(place=table["root"].map(list(ROOT_COLOURS).index)).sort_values(
        ["place", "visitors"], ascending=[False, True], ignore_index=True
    )
    tall(ax, len(rows))
    ax.barh(rows.index, rows["visitors"], color=rows["root"].map(ROOT_COLOURS), height=0.7)
    ax.set_yticks(rows.index, bounded(rows["channel"]))
    value_labels(ax, rows["visitors"], rows.index, (cells.plain(visitors, "count") for visitors in rows["visitors"]))
    for root, place in rows.groupby("root")["place"].apply(lambda group: group.index.max()).items():
        at = {"xycoords": ax.get_yaxis_transform(), "va": "center"}
        ax.annotate(label(f"root.{root}"), (1, place), color=ROOT_COLOURS[root], **at)
    largest = rows.loc[rows["visitors"].fillna(-1).idxmax()]
    numbers = {"channel": largest["channel"], "visitors": largest["visitors"], "channels": len(rows)}
    return say(ax, "traffic.chart_channels", **numbers)


@needs_rows
def visitors_by_week(table: pd.DataFrame, most: int = 6, ax: Axes | None = None) -> Axes:
    """Weekly visitors of the largest channels (`sources.weekly_visitors`), the one that changed most on the week before
    in colour; a missing week is a gap in the line."""
    largest = table.loc[table.iloc[:, -1].sort_values(ascending=False, kind="stable").index[:most]].astype(float)
    moved = largest.diff(axis=1).iloc[:, -1].abs()
    mover = moved.idxmax() if moved.notna().any() else None
    names = dict(zip(largest.index, bounded(largest.index.to_series(), 22), strict=True))
    for channel, weeks in largest.iterrows():
        colour, width = (ACCENT, 2.2) if channel == mover else (NEUTRAL, 1.3)
        ax.plot(weeks.index, weeks, marker="o", markersize=3, color=colour, linewidth=width, label=names[channel])
    ax.set_ylim(bottom=0)
    ax.set_xticks(table.columns, [f"{end:%m-%d}" for end in table.columns])
    ax.grid(axis="x", visible=False)
    lines = {names[channel]: weeks for channel, weeks in largest.iterrows()}
    end_labels(ax, lines, {names[mover]: ACCENT} if mover is not None else {})
    label_axes(ax, y="visitors")
    first = largest.iloc[0]
    numbers = {"weeks": table.shape[1], "channel": first.name, "visitors": first.iloc[-1]}
    if mover is None:
        return say(ax, "traffic.chart_trend", title="traffic.title_channels", **numbers)
    before, now = largest.loc[mover].iloc[-2:]
    return say(ax, "traffic.chart_trend", mover=mover, before=before, now=now, **numbers)


@needs_rows
def waterfall(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How the channels' traffic and conversion effects (`traffic.explain_change`) add up to the change of
    opportunities, from top to bottom."""
    steps = table.dropna(subset=["traffic_effect", "conversion_effect"])
    tall(ax, len(steps) + 1, each=0.32)
    effects = steps[["traffic_effect", "conversion_effect"]].to_numpy().ravel()
    ends = np.cumsum(effects)
    places = np.repeat(np.arange(len(steps)), 2) + np.tile([-0.2, 0.2], len(steps))
    colours, hatches = np.where(effects < 0, BAD, GOOD), np.tile(["", "////"], len(steps))
    ax.barh(places, effects, 0.38, ends - effects, color=colours, hatch=hatches, edgecolor="white", linewidth=0)
    total = ends[-1] if len(ends) else 0
    ax.barh(len(steps), total, 0.6, color=NEUTRAL)
    ax.axvline(0, color=NEUTRAL, linewidth=0.8)
    ax.set_yticks(range(len(steps) + 1), [*bounded(steps["channel"], 24), label("total")])
    ax.annotate(f"{total:+,.0f}", (max(total, 0), len(steps)), (5, 0), textcoords="offset points", va="center")
    ax.use_sticky_edges = False  # a bar that ends at the frame would look cut off
    ax.margins(x=0.05, y=0.02)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    parts = {"traffic_effect": {}, "conversion_effect": {"hatch": "////", "edgecolor": "white"}}
    handles = [Patch(facecolor=NEUTRAL, linewidth=0, label=label(part), **how) for part, how in parts.items()]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, borderaxespad=2.6)
    label_axes(ax, x="opportunities")
    ax.xaxis.label.set_visible(False)
    if steps.empty:
        return say(ax, "traffic.chart_waterfall_empty")
    largest = steps.loc[steps["total"].abs().idxmax()]
    return say(ax, "traffic.chart_waterfall", total=total, channel=largest["channel"], largest=largest["total"])


@needs_rows
def three_axes(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The three axes of traffic work (`peers.three_axes`) as a card; the axis that leads in this stage stands out."""
    ax.set_axis_off()
    lines = table.groupby("axis").size().max()
    tall(ax, lines + 1, each=0.62)
    ax.set(xlim=(0, 3), ylim=(-lines - 0.1, 0.6))
    for column, (axis, rows) in enumerate(table.groupby("axis", sort=False)):
        colour = ACCENT if rows["leads"].any() else SOFT
        ax.text(column, 0.2, cells.label(f"axis.{axis}"), fontsize="x-large", color=colour)
        for line, row in enumerate(rows.itertuples()):
            ax.text(column, -0.6 - line, cells.plain(row.value, cells.kind(row.metric)), fontsize="large")
            ax.text(column, -0.95 - line, cells.label(row.metric), fontsize="small", color=SOFT)
    leading = table.loc[table["leads"].fillna(False).astype(bool), "axis"]
    numbers = {"known": int(table["value"].notna().sum()), "figures": len(table)}
    title = {"axis": cells.label(f"axis.{leading.iloc[0]}")} if len(leading) else {"title": ""}
    return say(ax, "traffic.chart_axes", **title, **numbers)
