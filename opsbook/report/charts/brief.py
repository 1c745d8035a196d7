"""Pictures of the brief: the key figures of the last weeks, and the funnel with its break."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from opsbook.report import cells
from opsbook.report.charts.style import COLOURS, NEUTRAL, describe, needs_rows
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES


@needs_rows
def sparklines(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The last weeks of each key figure (`brief.key_figures`), each on its own scale from 0; unknown weeks are
    gaps."""
    rows = table[[bool(np.isfinite(values).any()) for values in table["recent"]]]
    ax.figure.set_figheight(max(1.5, 0.42 * len(rows)))
    ax.set_axis_off()
    for line, row in enumerate(rows.itertuples()):
        values = np.array(row.recent, dtype=float)
        top = np.nanmax(values) or 1.0
        ax.plot(
            np.linspace(0, 1, len(values)),
            0.75 * values / top - line,
            color=COLOURS["blue"],
            marker="o",
            markersize=2.5,
        )
        ax.axhline(-line, 0.35, 0.85, color=NEUTRAL, linewidth=0.4)
        ax.text(-0.05, 0.2 - line, cells.label(row.metric), ha="right")
        ax.text(1.05, 0.2 - line, cells.plain(row.value, cells.kind(row.metric)))
    ax.set(xlim=(-0.7, 1.3), ylim=(0.1 - len(rows), 1))
    text = translate(MESSAGES["brief.chart_figures"])
    return describe(ax, text.format(figures=len(rows), weeks=len(table["recent"].iloc[0])))


@needs_rows
def funnel(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The stages of the week (`brief.funnel`) on a log scale; events and persons differ in colour, a break is a
    dashed line."""
    rows = table.dropna(subset="value").reset_index(drop=True)
    names = [cells.label(stage) for stage in rows["stage"]]
    colours = rows["counts"].map({"events": COLOURS["blue"], "persons": COLOURS["orange"]})
    ax.barh(names, rows["value"], color=colours)
    ax.invert_yaxis()
    ax.set_xscale("symlog", linthresh=1)
    ax.xaxis.set_visible(False)  # the bars carry their numbers
    ax.grid(visible=False)
    for place, row in rows.iterrows():
        ax.text(row["value"], place, " " + cells.plain(row["value"], "count"), va="center")
        if row["break"]:
            ax.axhline(place - 0.5, color=NEUTRAL, linestyle="--")
    if rows.empty:
        return describe(ax, translate(MESSAGES["brief.chart_funnel_empty"]))
    first, last = rows.iloc[0], rows.iloc[-1]
    numbers = {"first": names[0], "first_value": first["value"], "last": names[-1], "last_value": last["value"]}
    return describe(ax, translate(MESSAGES["brief.chart_funnel"]).format(**numbers))
