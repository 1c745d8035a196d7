"""Pictures of the diagnosis: where the missing inquiries went, and which buyers passed us over."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from opsbook.report import cells
from opsbook.report.charts.style import ACCENT, BAD, GOOD, NEUTRAL, label, label_axes, needs_rows, say, tall
from opsbook.report.findings import our_word

LEVELS = ("expected", "actual")  # bars that stand on the ground; the others hang between them


@needs_rows
def inquiry_gap(table: pd.DataFrame, names: pd.Series | None = None, ax: Axes | None = None) -> Axes:
    """From the inquiries that the peers' rate would bring to those that came (`diagnosis.inquiry_gap`), one step per
    cause found; `names`: titles by product id."""
    level = table["cause"].isin(LEVELS)
    start = (table["running"] - table["inquiries"]).where(~level, 0)
    colours = np.select([level, table["cause"] == "rest", table["inquiries"] < 0], [ACCENT, NEUTRAL, BAD], GOOD)
    place = np.arange(len(table))
    tall(ax, len(table) + 1, each=0.46)
    ax.barh(place, table["inquiries"], 0.6, start, color=colours)
    ax.hlines(place[-1], table["inquiries_lower"].iloc[-1], table["inquiries_upper"].iloc[-1], color=NEUTRAL, lw=4)
    for at, row, begin, stands in zip(place, table.itertuples(), start, level, strict=True):
        right = np.nanmax([row.running, begin, row.inquiries_upper])
        number = f"{row.inquiries:,.0f}" if stands else f"{row.inquiries:+,.0f}"
        ax.annotate(number, (right, at), (5, -4), textcoords="offset points")
    ax.set_yticks(place, [_step(row, names) for row in table.itertuples()])
    ax.set_xlim(right=ax.get_xlim()[1] * 1.08)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    label_axes(ax, x="opportunities")
    steps = table[~level & (table["cause"] != "rest")]
    numbers = {"expected": table["inquiries"].iloc[0], "actual": table["inquiries"].iloc[-1]}
    return say(ax, "keywords.chart_gap", causes=len(steps), explained=steps["inquiries"].sum(), **numbers)


def _step(row, names: pd.Series | None) -> str:
    """The cause, and of what: the title of a product, a word, nothing for the store."""
    object_ = row.object if names is None else names.get(row.object, row.object)
    cause = label(f"cause.{row.cause}")
    return f"{cause}\n{cells.short(object_, 30)}" if object_ else cause


@needs_rows
def missed_buyers(table: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """From all visits to the buyers who wrote to most suppliers and not to us (`missed.funnel`)."""
    if not table["visits"].iloc[0]:
        return None
    place = np.arange(len(table))
    tall(ax, len(table) + 1, each=0.4)
    colours = [*[ACCENT] * (len(table) - 1), BAD]
    ax.barh(place, table["visits"], 0.6, color=colours)
    for at, row in enumerate(table.itertuples()):
        share = "" if pd.isna(row.share) else f" ({cells.plain(row.share, 'percent')})"
        ax.annotate(f"{row.visits:,}{share}", (row.visits, at), (5, -4), textcoords="offset points")
    ax.set_yticks(place, [our_word(step) for step in table["step"]])
    ax.set_xlim(0, table["visits"].max() * 1.2)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    label_axes(ax, x="visits")
    eager, lost = table["visits"].iloc[-2:]
    return say(ax, "keywords.chart_missed", visits=table["visits"].iloc[0], eager=eager, missed=lost)
