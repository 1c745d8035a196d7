"""The arithmetic behind `bidding.allocate_budget`: one shared multiplier, found exactly.

With x = 1 / sqrt(marginal value per CNY) a word on the formula spends sqrt(value * ceiling * half) * x - half: a line
in x. Between measured points its marginal value is constant, so it takes the whole piece at one x: a step. The spend of
all words together is therefore made of lines and steps that only rise, and meets the budget at one x.
"""

from bisect import bisect_left

import numpy as np
import pandas as pd

from opsbook.analysis import click_curves


def split(curves: pd.DataFrame, low: np.ndarray, high: np.ndarray, rest: float) -> np.ndarray:
    """The spend of every word, CNY: `low` and what it takes of the `rest` of the budget, at most `high`."""
    row, start, rate, most = pieces(curves, low, high)
    taken = np.bincount(row, fill(start, rate, most, rest), len(curves))
    return np.clip(low + taken, low, high)


def pieces(curves: pd.DataFrame, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, ...]:
    """What each word takes while x rises: row number, x at which it begins, CNY per x, and the most it takes.

    A step takes all at once (endless CNY per x). Money that buys nothing more begins at an endless x.
    """
    value, ceiling, half = (curves[name].to_numpy(dtype=float) for name in ("value_per_click", "ceiling", "half"))
    rate = np.sqrt(value) * np.sqrt(ceiling) * np.sqrt(half)
    with np.errstate(divide="ignore", invalid="ignore"):
        start = np.where(rate > 0, (low + half) / rate, np.inf)
    lines = np.column_stack([np.arange(len(curves)), start, np.where(rate > 0, rate, np.inf), high - low])
    points = click_curves.measured(curves)
    steps = [_steps(row, knots, value[row], low[row], high[row]) for row, knots in points.items()]
    table = np.vstack([np.delete(lines, list(points), axis=0), *steps])
    return table[:, 0].astype(np.intp), *table[:, 1:].T


def _steps(row: int, knots: np.ndarray, value: float, low: float, high: float) -> np.ndarray:
    """The lines between a word's measured points, cut to its bounds, and the idle money behind the last one."""
    ends = np.append(knots[1:, 0], np.inf)
    most = np.maximum(np.minimum(ends, high) - np.maximum(knots[:, 0], low), 0.0)
    slope = np.append(value * np.diff(knots[:, 1]) / np.diff(knots[:, 0]), 0.0)
    with np.errstate(divide="ignore"):
        start = 1 / np.sqrt(slope)
    return np.column_stack([np.full(len(most), row), start, np.full(len(most), np.inf), most])


def fill(start: np.ndarray, rate: np.ndarray, most: np.ndarray, rest: float) -> np.ndarray:
    """What each piece takes so that all together take `rest`, or all they can; steps at the same x share alike."""
    with np.errstate(invalid="ignore", over="ignore"):
        rate = np.where(start + most / rate > start, rate, np.inf)  # a line too short for a float is a step
        end = np.where(np.isinf(rate), start, start + most / rate)
    steps = np.isinf(rate)
    edges = np.unique(np.concatenate([start, end]))
    edges = edges[np.isfinite(edges)]

    def before(x: float) -> np.ndarray:
        """What the pieces have taken when x is reached, without the steps at x itself."""
        with np.errstate(invalid="ignore"):
            line = np.where(start < x, np.where(end <= x, most, rate * (x - start)), 0.0)
        return np.where(steps, np.where(start < x, most, 0.0), line)

    place = bisect_left(edges, rest, key=lambda x: before(x).sum())
    x = edges[place - 1] if place else -np.inf
    taken = before(x)
    taken += _shared(steps & (start == x), most, rest - taken.sum())
    lines = ~steps & (start <= x) & (x < end)
    if lines.any():
        taken = _raised(taken, lines, rate, most, rest - taken.sum())
        taken = _raised(taken, lines, rate, most, rest - taken.sum())  # what rounding left
    return taken + _shared(start == np.inf, most, rest - taken.sum()) if place == len(edges) else taken


def _raised(taken: np.ndarray, lines: np.ndarray, rate: np.ndarray, most: np.ndarray, rest: float) -> np.ndarray:
    """All lines go on by the same x, until the rest is taken."""
    more = np.where(lines, rate, 0.0) * (rest / rate[lines].sum())
    return np.clip(taken + more, 0.0, most)


def _shared(takers: np.ndarray, most: np.ndarray, rest: float) -> np.ndarray:
    """The rest among takers that tie, in proportion to what each could take of it."""
    able = np.where(takers, np.minimum(most, max(rest, 0.0)), 0.0)
    return able * min(1.0, rest / able.sum()) if able.sum() > 0 else able
