"""Pictures of P4P keywords: what was spent on each word, and what it brought."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

from opsbook.report import cells
from opsbook.report.charts.style import BAD, COLOURS, GOOD, NEUTRAL, WARN, label, label_axes, needs_rows, say
from opsbook.report.findings import our_word
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

DECISION_COLOURS = {
    "raise": GOOD,
    "keep": COLOURS["blue"],
    "collect": NEUTRAL,
    "lower": WARN,
    "pause": BAD,
}
_NAMED = 6  # words that are named in the picture: those at which most money is at stake


@needs_rows
def spend_against_inquiries(table: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """What each word spent and the inquiries that it brings at its own rate (`keywords.decide`), with intervals; the
    line is where the clicks pay for themselves."""
    rows = table[(table["spend"] > 0) & (table["rate"] * table["clicks"] > 0)]
    if rows.empty:
        return None
    rows = rows.assign(expected=rows["rate"] * rows["clicks"])
    faint, size = min(0.7, max(0.15, 20 / len(rows))), 16 if len(rows) <= 60 else 9
    for decision, colour in DECISION_COLOURS.items():
        group = rows[rows["decision"] == decision]
        name = f"{_decision(decision)} ({len(group)})" if len(group) else None
        ax.vlines(group["spend"], group["inquiries_lower"], group["inquiries_upper"], color=colour, lw=1, alpha=faint)
        ax.scatter(group["spend"], group["expected"], s=size, color=colour, label=name, zorder=3)
    _break_even(rows, ax)
    ax.set(xscale="log", yscale="log", ylim=(rows["expected"].min() / 3, rows["inquiries_upper"].max() * 1.5))
    label_axes(ax, x="spend", y="expected_inquiries")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter("{:g}".format))
    ax.xaxis.set_major_formatter(FuncFormatter("¥{:,.4g}".format))
    _name(rows, ax)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return say(ax, "keywords.chart_spend", **_numbers(rows))


def _break_even(rows: pd.DataFrame, ax: Axes) -> None:
    value = rows["value_per_inquiry"].median()
    if value > 0:
        ends = np.array([rows["spend"].min(), rows["spend"].max()])
        ax.plot(ends, ends / value, color=NEUTRAL, lw=1, ls="--", label=translate(MESSAGES["keywords.break_even_line"]))


def _decision(decision: str) -> str:
    return label(f"decision.{decision}") if cells.is_column(f"decision.{decision}") else our_word(decision)


def _name(rows: pd.DataFrame, ax: Axes) -> None:
    """Names at the words at which most money is at stake, as far as there is room."""
    stake = rows["expected_profit"].abs().fillna(rows["spend"]).sort_values(ascending=False, kind="stable")
    ordered = rows.loc[stake.index[:_NAMED]]
    across = np.log10(ordered["spend"]) / np.log10(rows["spend"].max() * 10 / rows["spend"].min())
    up = np.log10(ordered["expected"]) / np.log10(rows["inquiries_upper"].max() * 10 / rows["expected"].min())
    taken = []
    for at, x, y in zip(ordered.index, across, up, strict=True):
        if all(abs(x - other) > 0.2 or abs(y - level) > 0.06 for other, level in taken):
            taken.append((x, y))
            row, name = ordered.loc[at], cells.short(ordered.loc[at, "keyword"], 22)
            place = {"xytext": (-5, 4), "textcoords": "offset points", "ha": "right"}
            ax.annotate(name, (row["spend"], row["expected"]), fontsize="x-small", **place)


def _numbers(rows: pd.DataFrame) -> dict:
    most = rows.loc[rows["spend"].idxmax()]
    pauses = int((rows["decision"] == "pause").sum())
    numbers = {"words": len(rows), "spend": rows["spend"].sum(), "keyword": most["keyword"], "most": most["spend"]}
    return numbers | {"pauses": pauses}
