"""A figure as the picture that a notebook keeps: deterministic SVG, or PNG where that is smaller, with its alt text."""

import re
import sys
from io import BytesIO

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from opsbook.report.drawings import INK, LINE, PAPER, SOFT, TITLE_COLUMNS, titled, untitled  # noqa: F401
from opsbook.report.language import N_, translate

SVG, PNG = "image/svg+xml", "image/png"
LARGE_SVG = 100_000  # characters; below it sharp lines and the colours of the page are worth more than bytes
DPI = 144

_UNDESCRIBED = N_("A chart without a description.")

_NOISE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_GROUP_ID = re.compile(r'<g id="[^"]*"')
_OUTLINE = re.compile(r' d="[^"]*"')
_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")


def alt_text(figure: Figure) -> str:
    """The descriptions of a figure's charts, in the order in which they were drawn."""
    texts = (str(ax.get_label()) for ax in figure.axes)
    described = " ".join(text for text in texts if not text.startswith("<")).strip()  # "<colorbar>": matplotlib's own
    return described or translate(_UNDESCRIBED)


def title(figure: Figure) -> str:
    """What the figure found: the title of its first chart that has one."""
    return next((ax.get_title() for ax in figure.axes if ax.get_title()), "")


def svg(figure: Figure) -> str:
    """The figure as SVG without what no reader sees: dates, comments, ids of groups, more than two decimals."""
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = _GROUP_ID.sub("<g", _NOISE.sub("", buffer.getvalue().decode()))
    text = _OUTLINE.sub(lambda outline: _LONG_NUMBER.sub(r"\1", outline[0]), text)
    return re.sub(r">\s+<", "><", re.sub(r"\s*\n", " ", text)).strip()


def png(figure: Figure) -> bytes:
    """The figure as PNG in 128 colours, at one and a half times the density of a common screen."""
    drawn, packed = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    Image.open(drawn).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(packed, format="png", optimize=True)
    return packed.getvalue()


def picture(figure: Figure) -> str | bytes:
    """SVG, or PNG for a large picture that is smaller so, both as they are embedded in a page."""
    vector = svg(figure)
    vector = titled(vector, title(figure)) if title(figure) else vector
    if len(vector) < LARGE_SVG:
        return vector
    raster = png(figure)
    return vector if len(vector) <= len(raster) * 4 / 3 else raster


def use_in_notebook() -> None:
    """In a notebook, show every figure as its smaller picture, with its alt text as plain text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    plt.switch_backend(plt.get_backend())  # loads the inline back end now; later it would put its own formatters in
    plt.uninstall_repl_displayhook()  # after every cell it would draw for a window that is not there
    display = shell.display_formatter
    for kind in (SVG, PNG):
        display.formatters[kind].pop(Figure, None)
    display.mimebundle_formatter.for_type(Figure, bundle)  # one formatter for all kinds: a figure is drawn once


def bundle(figure: Figure) -> dict[str, str | bytes]:
    """What a notebook keeps of a figure: its picture and what it says."""
    image = picture(figure)
    return {SVG if isinstance(image, str) else PNG: image, "text/plain": _said(figure)}


def _said(figure: Figure) -> str:
    """What the picture says for those who do not see it: its title, where it has one, and its description."""
    return "\n".join(filter(None, (title(figure), alt_text(figure))))
