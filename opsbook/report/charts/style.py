"""How every chart looks: colours, font, alt text, axis labels, and the picture a notebook keeps."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pylopdf_fonts_zh_cn
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.ticker import FuncFormatter, NullFormatter

from opsbook.report import cells, findings, language
from opsbook.report.charts import pictures
from opsbook.report.messages import MESSAGES

#: Told apart under all three colour-vision deficiencies; at least 3:1 against a white and against a dark page.
COLOURS = {
    "blue": "#2a6fdb",
    "orange": "#c8431a",
    "green": "#0c7a58",
    "purple": "#b763b8",
    "ochre": "#a98d4c",
    "grey": "#8a90a0",
}
#: The same meaning has the same colour in every chart.
GOOD, BAD, WARN, NEUTRAL = COLOURS["green"], COLOURS["orange"], COLOURS["ochre"], COLOURS["grey"]

#: The one colour that leads the eye; what only gives the measure is NEUTRAL.
ACCENT = COLOURS["blue"]

#: From hardly to strongly ACCENT; what lies below shines through, so that ink stays legible on a light and a dark page.
SHADES = LinearSegmentedColormap.from_list("shades", [(*to_rgb(ACCENT), strength) for strength in (0.1, 0.9)])

_RC = {
    "font.family": ["Noto Sans SC", "DejaVu Sans"],
    "axes.unicode_minus": True,
    "text.parse_math": False,  # a `$` in a product title is a dollar, not a formula
    "text.color": pictures.INK,
    "axes.facecolor": "none",
    "axes.labelcolor": pictures.SOFT,
    "axes.labelsize": "medium",
    "axes.edgecolor": pictures.LINE,
    "axes.titlelocation": "left",
    "axes.titleweight": "regular",  # the Chinese font has one weight
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "xtick.color": pictures.LINE,
    "ytick.color": pictures.LINE,
    "xtick.labelcolor": pictures.SOFT,
    "ytick.labelcolor": pictures.INK,
    "grid.color": pictures.LINE,
    "grid.linewidth": 0.6,
    "hatch.color": pictures.PAPER,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "figure.figsize": (8, 3.4),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.04,
    "svg.fonttype": "path",
    "svg.hashsalt": "opsbook",  # the same picture has the same bytes
}


def use_style(lang: str | None = None) -> None:
    """Draw, and if `lang` is given word, everything from here on in the style (and language) of the report."""
    if lang is not None:
        language.use(lang)
    sns.set_theme(style="whitegrid", context="notebook", font_scale=0.85, palette=list(COLOURS.values()))
    font_manager.fontManager.addfont(pylopdf_fonts_zh_cn.sans_path())  # set_theme would forget it
    plt.rcParams.update(_RC)
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # emoji in a title is no news
    pictures.use_in_notebook()


def describe(ax: Axes, text: str, title: str = "") -> Axes:
    """Give the chart its alternative text, what it shows, and its title, what it found: both computed from the data.

    The title is not drawn: picture and page set it as text (`pictures.titled`).
    """
    ax.set_label(cells.clean(text))
    if title:
        ax.set_title(cells.clean(title), loc="center", visible=False)
    return ax


def say(ax: Axes, message: str, *, title: str | None = None, **numbers: Any) -> Axes:
    """Describe the chart by the message `topic.chart_...`, and title it by `topic.title_...` where there is one; both
    take the same numbers. `title`: another message, for charts that find now one thing, now another, or "" for none."""
    title = message.replace(".chart", ".title", 1) if title is None else title
    found = findings.word({"id": title} | numbers) if title in MESSAGES else ""
    return describe(ax, findings.word({"id": message} | numbers), found)


def needs_rows(draw: Callable[..., Axes | None]) -> Callable[..., Axes | None]:
    """A chart of an empty table is None; any other is drawn on `ax`, or on a new figure when none is given."""

    @wraps(draw)
    def chart(table: pd.DataFrame, *args: Any, ax: Axes | None = None, **options: Any) -> Axes | None:
        if table is None or table.empty:
            return None
        if args and isinstance(args[0], Axes):
            ax, *args = args
        canvas = plt.subplots()[1] if ax is None else ax
        drawn = draw(table, *args, ax=canvas, **options)
        if drawn is None and ax is None:
            plt.close(canvas.figure)  # rows, but nothing to draw: no empty frame either
        return drawn

    return chart


def label(column: str) -> str:
    """The axis label of a column in the language in use."""
    return cells.label(column)


def label_axes(ax: Axes, x: str | None = None, y: str | None = None) -> Axes:
    """Label the axes with these columns' headers and write their ticks in these columns' formats."""
    for axis, column in ((ax.xaxis, x), (ax.yaxis, y)):
        if column is None:
            axis.label.set_visible(False)
            continue
        axis.set_label_text(label(column))
        if axis is ax.yaxis:  # upright above its axis: nobody turns the head
            axis.label.set(rotation=0, ha="left", va="bottom")
            axis.set_label_coords(0, 1.02)
        if cells.kind(column) in cells.NUMERIC:
            axis.set_major_formatter(FuncFormatter(_tick(cells.kind(column))))
            axis.set_minor_formatter(NullFormatter())  # those of a log scale would be formulas
    return ax


def _tick(kind: str) -> Callable[[float, int], str]:
    form = {"percent": "{:.3g}%", "cny": "¥{:,.9g}", "usd": "${:,.9g}"}.get(kind, "{:,.9g}")
    scale = 100 if kind in ("percent", "points") else 1
    return lambda value, _: form.format(scale * value)


def bounded(names: pd.Series, width: int = 28) -> pd.Series:
    """Names from exports as tick labels: one line each, cut to so many columns."""
    return names.astype("string").fillna(cells.MISSING).map(lambda name: cells.short(name, width))


def value_labels(ax: Axes, values: pd.Series, places: Iterable[float], texts: Iterable[str]) -> Axes:
    """Write each number at the end of its horizontal bar."""
    for value, place, text in zip(values.fillna(0), places, texts, strict=True):
        ax.annotate(text, (value, place), (5, 0), textcoords="offset points", va="center")
    ax.margins(x=0.14)
    return bare(ax)


def bare(ax: Axes) -> Axes:
    """Horizontal bars that carry their numbers, without the axis that would say them again."""
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    ax.grid(visible=False)
    return ax


def end_labels(ax: Axes, lines: Mapping[str, pd.Series], colours: Mapping[str, str]) -> Axes:
    """Name each line at its last known point, beside the frame, in its colour, moved apart where names would touch."""
    last = pd.Series({name: line.dropna().iloc[-1] for name, line in lines.items() if line.notna().any()})
    low, high = ax.get_ylim()
    gap = 0.062 * (high - low)  # the height of a name in a picture of the usual size
    at = -np.inf
    for name, value in last.sort_values(kind="stable").items():
        at = max(value, at + gap)
        where = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "annotation_clip": False}
        ax.annotate(name, (1, at), (6, 0), va="center", color=colours.get(name, pictures.INK), **where)
    return ax


def tall(ax: Axes, rows: int, each: float = 0.27) -> Axes:
    """As high as so many rows need, where the chart has the figure for itself."""
    if len(ax.figure.axes) == 1:
        ax.figure.set_figheight(max(1.4, each * rows + 0.5))
    return ax
