"""Pictures of the brief: the funnel with its break."""

import pandas as pd
from matplotlib.axes import Axes

from opsbook.report import cells
from opsbook.report.charts.style import ACCENT, NEUTRAL, needs_rows, say, tall, value_labels

COLOURS = {"events": NEUTRAL, "persons": ACCENT}


@needs_rows
def funnel(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The stages of the week (`brief.funnel`) on a log scale; events and persons differ in colour, a break is a
    dashed line."""
    rows = table.dropna(subset="value").reset_index(drop=True)
    tall(ax, len(rows), each=0.42)
    names = [cells.label(stage) for stage in rows["stage"]]
    ax.barh(names, rows["value"], color=rows["counts"].map(COLOURS), height=0.66)
    ax.invert_yaxis()
    ax.set_xscale("symlog", linthresh=1)
    counted = [cells.label(f"counts.{counts}").lower() for counts in rows["counts"]]
    texts = (f"{value:,.0f}  {what}" for value, what in zip(rows["value"], counted, strict=True))
    value_labels(ax, rows["value"], rows.index, texts)
    for place in rows.index[rows["break"]]:
        ax.axhline(place - 0.5, color=NEUTRAL, linestyle="--", linewidth=1)
    if rows.empty:
        return say(ax, "brief.chart_funnel_empty")
    first, last = rows.iloc[0], rows.iloc[-1]
    numbers = {"first": names[0], "first_value": first["value"], "last": names[-1], "last_value": last["value"]}
    people = rows.set_index("stage")["value"].reindex(["visitors", "opportunities"])
    if people.isna().any() or not people["visitors"]:
        return say(ax, "brief.chart_funnel", title="", **numbers)
    rate = people["opportunities"] / people["visitors"]
    return say(ax, "brief.chart_funnel", **people, rate=rate, **numbers)
