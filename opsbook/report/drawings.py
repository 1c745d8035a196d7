"""A chart as text, for those who do not draw: its colours, and the title above it. Needs no plotting library."""

import re
from html import escape

from opsbook.report import cells

# The page swaps these four for its own colours, so that a chart follows a light or a dark scheme.
INK, SOFT, LINE, PAPER = "#1d2329", "#596371", "#d5dae0", "#ffffff"

TITLE_SIZE, TITLE_COLUMNS = 13, 78  # points of its letters; columns of a line, of which a Chinese character takes two
_BOX = re.compile(r'<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"')
_POINTS = re.compile(r' (width|height)="([\d.]+)pt"')
_TITLED = re.compile(r'<svg class="titled".*?</text><svg y="[\d.]+"(.*</svg>)</svg>', re.DOTALL)
_WORD = re.compile(r"[^\s\u2e80-\uffff]+|[\u2e80-\uffff]")


def titled(drawing: str, text: str) -> str:
    """The drawing below its title, which is real text: it can be searched, and `untitled` takes it off again."""
    width, height = map(float, _BOX.match(drawing).groups())
    lines = _lines(text)
    above = 1.4 * TITLE_SIZE * len(lines) + 6
    spans = "".join(f'<tspan x="2" dy="{1.4 * TITLE_SIZE:g}">{escape(line)}</tspan>' for line in lines)
    words = f'<text font-family="sans-serif" font-weight="600" font-size="{TITLE_SIZE}" fill="{INK}">{spans}</text>'
    size = f'width="{width:g}pt" height="{height + above:g}pt" viewBox="0 0 {width:g} {height + above:g}"'
    paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
    inner = _POINTS.sub(r' \1="\2"', drawing, count=2).replace("<svg", f'<svg y="{above:g}"', 1)
    return f'<svg class="titled" xmlns="http://www.w3.org/2000/svg" {size}>{paper}{words}{inner}</svg>'


def untitled(drawing: str) -> str:
    """A drawing without the title that `titled` gave it."""
    inner = _TITLED.fullmatch(drawing)
    return re.sub(r' (width|height)="([\d.]+)"', r' \1="\2pt"', f"<svg{inner[1]}", count=2) if inner else drawing


def _lines(text: str) -> list[str]:
    """The text cut into lines between words, or between Chinese characters."""
    lines, used = [""], 0
    for match in _WORD.finditer(text):
        word = match[0]
        gap = " " if text[: match.start()].endswith(" ") and used else ""
        columns = sum(map(cells.columns, gap + word))
        if used + columns > TITLE_COLUMNS:
            lines, used, gap = [*lines, ""], 0, ""
        lines[-1] += gap + word
        used += columns
    return lines
