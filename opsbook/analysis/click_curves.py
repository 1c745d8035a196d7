"""How many clicks a week's spend buys: concave curves, by a formula or through measured points.

A word is a row of `curves[keyword, value_per_click, ceiling, half]` with clicks(s) = ceiling x s / (s + half) for a
weekly spend s in CNY: `ceiling` is what no money exceeds, `half` the spend that buys half of it. A row of the optional
column `points` holds measured pairs (spend, clicks) instead; the curve is the line from (0, 0) through them and flat
behind the last one.
"""

import numpy as np
import pandas as pd

COLUMNS = ("keyword", "value_per_click", "ceiling", "half")
_TOLERANCE = 1e-9  # relative: how far rounding may bend a line of measured points


def clicks(curves: pd.DataFrame, spend: pd.Series) -> pd.Series:
    """The clicks that a weekly spend buys on each word's curve.

    ceiling x spend / (spend + half), or the line through the word's `points`. `spend`: CNY a week, by position.
    """
    money = np.asarray(spend, dtype=float)
    half = curves["half"].to_numpy(dtype=float)
    bought = curves["ceiling"].to_numpy(dtype=float) * money / (money + half)
    for row, knots in measured(curves).items():
        bought[row] = np.interp(money[row], *knots.T)
    return pd.Series(bought, index=curves.index)


def clicks_per_cny(curves: pd.DataFrame, spend: pd.Series) -> pd.Series:
    """The further clicks that the next CNY of weekly spend buys on each word's curve.

    The derivative, ceiling x half / (spend + half)^2; at a bend of measured points that of the piece to its right.
    """
    money = np.asarray(spend, dtype=float)
    half = curves["half"].to_numpy(dtype=float)
    slope = curves["ceiling"].to_numpy(dtype=float) * half / (money + half) ** 2
    for row, knots in measured(curves).items():
        piece = np.searchsorted(knots[:, 0], money[row], side="right") - 1
        slope[row] = np.append(_slopes(knots), 0.0)[piece]
    return pd.Series(slope, index=curves.index)


def spend_worth(curves: pd.DataFrame, marginal: float) -> pd.Series:
    """The weekly spend of each word up to which the next CNY brings at least so much value.

    sqrt(value_per_click x ceiling x half / `marginal`) - half, at least 0; on measured points the end of the last piece
    that brings it. `marginal` above 0: CNY of value per CNY.
    """
    half = curves["half"].to_numpy(dtype=float)
    value = curves["value_per_click"].to_numpy(dtype=float)
    spend = np.maximum(np.sqrt(value * curves["ceiling"].to_numpy(dtype=float) * half / marginal) - half, 0.0)
    for row, knots in measured(curves).items():
        spend[row] = knots[(value[row] * _slopes(knots) >= marginal).sum(), 0]
    return pd.Series(spend, index=curves.index)


def measured(curves: pd.DataFrame) -> dict[int, np.ndarray]:
    """{row number: its measured points as an array of (spend, clicks), (0, 0) first} of the rows that have any."""
    if "points" not in curves or curves["points"].isna().all():
        return {}
    rows = enumerate(curves["points"])
    return {row: _knots(points) for row, points in rows if np.ndim(points) == 2}


def concave_hull(cost, gain) -> list[int]:
    """The choices that are best at some exchange rate between cost and gain: the upper concave hull from (0, 0).

    Positions of its corners, the cheapest first; each step of it costs more per unit of gain than the one before.
    What costs no less and gains no more than another is never on it; of the same choice twice the first is.
    """
    corners: list[int] = []
    spend, bought = np.append(cost, 0.0), np.append(gain, 0.0)  # position -1 is the origin
    for choice in np.lexsort((-np.asarray(gain), np.asarray(cost))).tolist():
        while corners and _price(spend, bought, corners[-1], choice) <= _price(
            spend, bought, corners[-2] if len(corners) > 1 else -1, corners[-1]
        ):
            corners.pop()
        if bought[choice] > bought[corners[-1] if corners else -1]:
            corners.append(choice)
    return corners


def _price(spend: np.ndarray, bought: np.ndarray, before: int, after: int) -> float:
    """Cost per unit of gain of going from one choice to the next; endless where nothing is gained."""
    gain = bought[after] - bought[before]
    return (spend[after] - spend[before]) / gain if gain > 0 else np.inf


def check(curves: pd.DataFrame) -> None:
    """Refuse curves that no budget can be split over: columns or numbers missing, negative, or not concave."""
    missing = [column for column in COLUMNS if column not in curves]
    if missing:
        raise ValueError(f"`curves` needs the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    points = measured(curves)
    by_formula = ~np.isin(np.arange(len(curves)), list(points))
    _check_numbers(curves, "value_per_click", np.full(len(curves), True), "0 or more", lambda number: number >= 0)
    concave = "or its clicks are no concave function of the spend"
    _check_numbers(curves, "ceiling", by_formula, f"0 or more, {concave}", lambda number: number >= 0)
    _check_numbers(curves, "half", by_formula, f"above 0, {concave}", lambda number: number > 0)
    for row, knots in points.items():
        _check_points(curves["keyword"].iloc[row], knots)


def _check_numbers(curves: pd.DataFrame, column: str, rows: np.ndarray, wanted: str, allowed) -> None:
    try:
        numbers = curves[column].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise ValueError(f"`curves`: {column} must be numbers; found {curves[column].dtype}") from None
    wrong = np.flatnonzero(rows & ~(np.isfinite(numbers) & allowed(numbers)))
    if len(wrong):
        word, number = curves["keyword"].iloc[wrong[0]], numbers[wrong[0]]
        raise ValueError(f"`curves`: {column} of {word!r} must be {wanted}; found {number:g}")


def _check_points(word, knots: np.ndarray) -> None:
    if not np.isfinite(knots).all() or (knots < 0).any() or (np.diff(knots[:, 0]) <= 0).any():
        raise ValueError(f"`curves`: points of {word!r} must be pairs (spend, clicks), none negative, by rising spend")
    slopes = _slopes(knots)
    if (slopes < 0).any() or (slopes[1:] > slopes[:-1] * (1 + _TOLERANCE)).any():
        raise ValueError(f"`curves`: points of {word!r} are not concave; give the corners of their upper hull only")


def _knots(points) -> np.ndarray:
    """The points with the origin before them."""
    knots = np.asarray(points, dtype=float)
    return knots if len(knots) and not knots[0].any() else np.vstack([np.zeros((1, 2)), knots])


def _slopes(knots: np.ndarray) -> np.ndarray:
    """Clicks per CNY between neighbouring points."""
    return np.diff(knots[:, 1]) / np.diff(knots[:, 0])
