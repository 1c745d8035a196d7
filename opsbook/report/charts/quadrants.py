"""Pictures of reception: products by traffic and conversion."""

import pandas as pd
from matplotlib.axes import Axes

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
)
from opsbook.report.language import translate

QUADRANT_COLOURS = {
    "not enough data": NEUTRAL,
    "low/low": COLOURS["purple"],
    "low/high": COLOURS["blue"],
    "high/high": GOOD,
    "high/low": BAD,
}
NAMED = 5  # products of high traffic and low conversion that are named


@needs_rows
def reception(table: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """Products by traffic and estimated rate (`quadrants.classify`), with the split lines and the intervals of the
    named ones; grey ones have not enough data."""
    rows = table.dropna(subset=["traffic", "mean"])
    for quadrant, colour in QUADRANT_COLOURS.items():
        group = rows[rows["quadrant"] == quadrant]
        _points(ax, group, quadrant, colour, 1 if len(rows) <= 60 else 0.45)
    ax.set_xscale("symlog", linthresh=10)
    ax.set_xlim(left=0)
    named = rows[rows["quadrant"] != "not enough data"]
    top = named["upper"].max() if len(named) else rows["mean"].max()
    ax.set_ylim(0, 1.08 * top if top > 0 else 1)
    _lines(ax, rows)
    _name_worst(ax, rows)
    label_axes(ax, x="traffic", y="mean")
    if len(rows):
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    counts = rows["quadrant"].value_counts()
    numbers = {name.replace("/", "_").replace(" ", "_"): int(counts.get(name, 0)) for name in QUADRANT_COLOURS}
    title = None if numbers["high_low"] else "quadrants.title_none"
    return say(ax, "quadrants.chart", title=title, products=len(rows), **numbers)


def _points(ax: Axes, group: pd.DataFrame, quadrant: str, colour: str, strength: float) -> None:
    if group.empty:
        return
    unsure = quadrant == "not enough data"
    if not unsure:
        ax.vlines(group["traffic"], group["lower"], group["upper"], color=colour, linewidth=0.8, alpha=0.5 * strength)
    size, name = (6, 14)[not unsure], f"{translate(quadrant)} ({len(group)})"
    ax.scatter(group["traffic"], group["mean"], s=size, color=colour, alpha=strength, linewidth=0, label=name, zorder=3)


def _lines(ax: Axes, rows: pd.DataFrame) -> None:
    """The split lines, where all products share them."""
    for column, draw in (("traffic_split", ax.axvline), ("conversion_split", ax.axhline)):
        values = rows[column].dropna().unique()
        if len(values) == 1:
            draw(values[0], color=NEUTRAL, linewidth=1, linestyle="--", zorder=1)


def _name_worst(ax: Axes, rows: pd.DataFrame) -> None:
    """Number the products whose repair is worth most (much traffic, low conversion) and list their names beside."""
    worst = rows[rows["quadrant"] == "high/low"].nlargest(NAMED, "traffic").reset_index(drop=True)
    for place, row in worst.iterrows():
        point = (row["traffic"], row["mean"])
        ax.annotate(str(place + 1), point, (0, 4), textcoords="offset points", fontsize="small", ha="center")
    names = bounded(worst["title"].fillna(worst["product_id"].astype("string")), 24)
    key = "\n".join(f"{place + 1} {name}" for place, name in enumerate(names))
    ax.text(1.03, 0, key, transform=ax.transAxes, fontsize="small", va="bottom", linespacing=1.5)


@needs_rows
def top10(table: pd.DataFrame, most: int = 6, ax: Axes | None = None) -> Axes:
    """The gap to the industry's Top10 average by week (`store_level.top10_trend`), for the metrics furthest behind."""
    gaps = table.pivot(index="period_end", columns="metric", values="gap_to_top10").dropna(axis=1, how="all")
    behind = gaps.ffill().iloc[-1].nsmallest(most) if len(gaps) else pd.Series(dtype="float64")
    colours = {label(metric): ACCENT if metric == behind.index[0] else NEUTRAL for metric in behind.index}
    lines = {label(metric): gaps[metric] for metric in behind.index}
    for name, gap in lines.items():
        ax.plot(gap.index, gap, marker="o", markersize=3, color=colours[name], label=name)
    ax.axhline(0, color=NEUTRAL, linewidth=1, linestyle="--")
    ax.grid(axis="x", visible=False)
    ax.set_xticks(gaps.index, [f"{end:%m-%d}" for end in gaps.index])
    label_axes(ax, y="gap_to_top10")
    if behind.empty:
        return say(ax, "quadrants.chart_top10_unknown")
    end_labels(ax, lines, {name: colour for name, colour in colours.items() if colour == ACCENT})
    return say(ax, "quadrants.chart_top10", metric=behind.index[0], gap=behind.iloc[0], weeks=len(gaps))
