"""Pictures as small as a word: the line of the last weeks, and how far the bar behind a number reaches."""

import math
from collections.abc import Iterable
from html import escape

from opsbook.report import cells

WIDTH, HEIGHT, EDGE = 84, 20, 3


def line(values: Iterable[float | None], text: str) -> str:
    """The last weeks as a line on a scale from 0, the newest as a dot, with its text; unknown weeks are gaps.

    Fewer than two known weeks are no line: only their text is shown.
    """
    points = _points(_numbers(values))
    if sum(point is not None for point in points) < 2:
        return f"<small>{escape(text)}</small>"
    drawn = "".join(f'<polyline points="{" ".join(run)}"/>' for run in _runs(points))
    end = points[-1]
    dot = f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="2.5"/>' if end else ""
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg class="spark" {box} role="img" aria-label="{escape(text)}">{drawn}{dot}</svg>'


def _numbers(values: Iterable[float | None]) -> list[float]:
    return [math.nan if cells.is_missing(value) else float(value) for value in values]


def _points(values: list[float]) -> list[tuple[float, float] | None]:
    """Where each value stands; None where it is unknown or below the scale."""
    top = max((value for value in values if math.isfinite(value)), default=0) or 1
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    tall = HEIGHT - 2 * EDGE
    places = enumerate(values)
    return [(EDGE + step * i, HEIGHT - EDGE - tall * v / top) if 0 <= v < math.inf else None for i, v in places]


def _runs(points: list[tuple[float, float] | None]) -> list[list[str]]:
    """Neighbouring points as written; a single one twice, for a line needs two ends."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(f"{point[0]:.1f},{point[1]:.1f}")
    return [run if len(run) > 1 else run * 2 for run in runs if run]


def reaches(values: Iterable[float | None], whole: float | None = None) -> list[float]:
    """How far the bar behind each number reaches, from 0 to 1 of `whole`, or of the largest number; 0 where there is
    none to draw.

    >>> reaches([5, None, 10]), reaches([0.5, 1.2], whole=1)
    ([0.5, 0.0, 1.0], [0.5, 1.0])
    """
    known = _numbers(values)
    top = whole or max((value for value in known if math.isfinite(value)), default=0)
    return [min(value / top, 1.0) if top > 0 and 0 < value < math.inf else 0.0 for value in known]
