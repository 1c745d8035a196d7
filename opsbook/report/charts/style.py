"""How every chart looks: colours, font, alt text, axis labels, and the picture a notebook keeps."""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pylopdf_fonts_zh_cn
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from opsbook.report import cells, language
from opsbook.report.charts import pictures

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

_RC = {
    "font.family": ["Noto Sans SC", "DejaVu Sans"],
    "axes.unicode_minus": True,
    "text.parse_math": False,  # a `$` in a product title is a dollar, not a formula
    "text.color": pictures.INK,
    "axes.labelcolor": pictures.INK,
    "axes.edgecolor": pictures.LINE,
    "axes.titlelocation": "left",
    "axes.titleweight": "regular",  # the Chinese font has one weight
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": pictures.INK,
    "ytick.color": pictures.INK,
    "grid.color": pictures.LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "figure.figsize": (8, 3.6),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "savefig.bbox": "tight",
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


def describe(ax: Axes, text: str) -> Axes:
    """Give the chart its alternative text: what it shows, in words and numbers computed from the data."""
    ax.set_label(cells.clean(text))
    return ax


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
        if cells.kind(column) in cells.NUMERIC:
            axis.set_major_formatter(FuncFormatter(_tick(cells.kind(column))))
            axis.set_minor_formatter(NullFormatter())  # those of a log scale would be formulas
    return ax


def _tick(kind: str) -> Callable[[float, int], str]:
    form = {"percent": "{:.3g}%", "cny": "¥{:,.6g}", "usd": "${:,.6g}"}.get(kind, "{:,.6g}")
    scale = 100 if kind in ("percent", "points") else 1
    return lambda value, _: form.format(scale * value)


def bounded(names: pd.Series, width: int = 28) -> pd.Series:
    """Names from exports as tick labels: one line each, cut to so many columns."""
    return names.astype("string").fillna(cells.MISSING).map(lambda name: cells.short(name, width))
