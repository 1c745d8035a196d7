"""Bids and budget: what a click is worth at most, which position pays, and how a week's budget is split over words.

All money is in CNY. An auction of clicks is reported to rank by bid x promotion score and to charge the next one's
price, so the price of a position is known only from the bid simulator or by trying it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from opsbook.analysis import allocation, click_curves

TOP = 5  # the positions that are bid for by name; below them the platform promises none
_ROUNDING = 1e-9  # relative: sums and prices that differ by less are the same


def bid_cap(
    posterior: pd.DataFrame,
    value_per_inquiry: float | pd.Series | Sequence[float],
    target_roi: float = 1.0,
    quantile: float | None = None,
) -> pd.Series:
    """The most that a click is worth: inquiries per click x the value of an inquiry / the return wanted per CNY.

    In CNY per click, one value per row of `posterior` (the frame of `rates.shrink`: `alpha, beta`), on its index. The
    rate is the posterior mean, or with `quantile` (between 0 and 1) that quantile of the posterior, the cautious cap:
    0.3 is passed with 70 % probability. `value_per_inquiry`: CNY, a number, a Series on the same labels, or draws of an
    uncertain value (a list or array: their median counts, as in `keywords.decide`). `target_roi`: value of the
    inquiries / spend; at 1 a click at the cap just pays for itself. What is missing in the posterior or in the value
    gives a missing cap.

    >>> bid_cap(pd.DataFrame({"alpha": [2.0], "beta": [100.0]}), value_per_inquiry=130).tolist()
    [2.6]
    """
    missing = [column for column in ("alpha", "beta") if column not in posterior]
    if missing:
        raise ValueError(f"`posterior` needs the columns alpha, beta of `rates.shrink`; missing: {', '.join(missing)}")
    if not 0 < target_roi < np.inf:
        raise ValueError(f"`target_roi` must be above 0; found {target_roi}")
    if quantile is not None and not 0 < quantile < 1:
        raise ValueError(f"`quantile` must lie between 0 and 1; found {quantile}")
    if isinstance(value_per_inquiry, (Sequence, np.ndarray)):
        value_per_inquiry = np.median(np.asarray(value_per_inquiry, dtype=float))
    value = _aligned(value_per_inquiry, posterior.index, "value_per_inquiry", "posterior")
    if (value < 0).any():
        raise ValueError(f"`value_per_inquiry` must be 0 or more; found {np.nanmin(value):g}")
    alpha, beta = (posterior[column].to_numpy(dtype=float, na_value=np.nan) for column in ("alpha", "beta"))
    events = alpha if quantile is None else gammaincinv(alpha, quantile)
    return pd.Series(events / np.where(beta > 0, beta, np.nan) * value / target_roi, index=posterior.index)


def click_price(next_bid, next_score, own_score, step: float = 0.01):
    """What a click costs in the auction as it is reported: the next one's bid x its score / the own score, plus 0.01.

    In CNY; adverts rank by bid x promotion score. A better own score lowers the price of the same place. Numbers or
    arrays; missing in, missing out. Reported by agencies, not by the platform: rule `bidding.price_step`.

    >>> round(click_price(next_bid=4.0, next_score=3, own_score=4), 2)
    3.01
    """
    return next_bid * next_score / own_score + step


def choose_position(positions: pd.DataFrame, value_per_click: float) -> int | None:
    """The position among the first five whose last clicks are still worth their price: marginal, not average, cost.

    Marginal cost of a step = further cost / further clicks, along the upper concave hull of (cost, clicks) with cost =
    clicks x CPC. The choice is the last step that costs at most `value_per_click`, which is the position of largest
    surplus = clicks x (value_per_click - cpc). None where every click costs more than it is worth, or nothing is known.
    Of equal surpluses the one with more clicks is taken; what brings no click is never taken.

    In: `positions[position, clicks, cpc]` (clicks a week, CNY); rows with a missing number and positions beyond the
    fifth do not take part. `weigh_positions` gives the numbers behind the choice.

    >>> table = pd.DataFrame({"position": [1, 2, 3], "clicks": [30, 28, 20], "cpc": [4.0, 2.5, 2.0]})
    >>> choose_position(table, value_per_click=4.5)
    2
    """
    return weigh_positions(positions, value_per_click)["position"]


def weigh_positions(positions: pd.DataFrame, value_per_click: float) -> pd.Series:
    """The choice of `choose_position` with its numbers, beside that of the usual rule "average CPC at most the value".

    `position` (None = none), `clicks, cpc, cost, marginal_cost` (of the last step), `surplus`, `average_position`,
    `average_surplus`. No complete row, or a missing value: everything missing.
    """
    table = _numbers(positions, ("position", "clicks", "cpc"), "positions").dropna()
    value = np.nan if pd.isna(value_per_click) else float(value_per_click)
    if value < 0:
        raise ValueError(f"`value_per_click` must be 0 or more; found {value:g}")
    table = table[table["position"].between(1, TOP)]
    if table.empty or np.isnan(value):
        return pd.Series(dict.fromkeys((*CHOICE, "average_position", "average_surplus")), dtype=object)
    position, clicks, cpc = table.to_numpy().T
    cost = clicks * cpc
    hull = click_curves.concave_hull(cost, clicks)
    marginal = np.diff(cost[hull], prepend=0.0) / np.diff(clicks[hull], prepend=0.0)
    steps = np.column_stack([position, clicks, cpc, cost])[hull]
    paid = marginal <= value * (1 + _ROUNDING)
    best = _choice(np.column_stack([steps, marginal])[paid], value)
    affordable = [place for place in np.lexsort((-cpc, clicks)) if cpc[place] <= value and clicks[place] > 0]
    usual = _choice(np.column_stack([position, clicks, cpc, cost, cpc])[affordable], value)
    average = {"average_position": usual["position"], "average_surplus": usual["surplus"]}
    return pd.Series(best | average, dtype=object)


CHOICE = ("position", "clicks", "cpc", "cost", "marginal_cost", "surplus")


def _choice(rows: np.ndarray, value: float) -> dict:
    """The last of some positions with its surplus; none of them brings and costs nothing."""
    if not len(rows):
        return dict.fromkeys(CHOICE) | {"clicks": 0.0, "cost": 0.0, "surplus": 0.0}
    position, clicks, cpc, cost, marginal = rows[-1].tolist()
    return dict(zip(CHOICE, (int(position), clicks, cpc, cost, marginal, clicks * (value - cpc)), strict=True))


def allocate_budget(
    curves: pd.DataFrame,
    budget: float,
    *,
    lower: float | pd.Series,
    upper: float | pd.Series,
    exploration: float = 0.0,
) -> pd.DataFrame:
    """The split of a week's budget over words at which the next CNY brings the same everywhere, as far as bounds allow.

    Maximises the sum of value_per_click x clicks(spend) over lower <= spend <= upper with the whole budget spent, also
    where the next CNY brings less than 1. In: `curves[keyword, value_per_click, ceiling, half]`, clicks(s) = ceiling x
    s / (s + half) for s CNY a week, or measured `points` (`click_curves`); `lower`, `upper`: CNY a week, Series with
    the labels of `curves` in any order, or one number for all; `upper` may be endless. Words that tie share alike. A
    budget beyond all upper bounds leaves the rest unspent: every word stands at `upper`, and budget - spend.sum() is
    left.

    `exploration`: this share of the budget is first dealt out evenly above `lower` to the words that are True in the
    column `explore` (all words where there is none), as far as the bounds leave room; the rest is split as above. 0 is
    our default.

    Out, on the index of `curves`: `spend` (CNY a week), `value` (value_per_click x clicks), `marginal_value` (what the
    next CNY brings, CNY). Exact to rounding: with x = 1 / sqrt(marginal value) every spend is a line in x between its
    bounds, so the shared x is found by searching the corners and one division.

    >>> words = pd.DataFrame({"keyword": ["a", "b"], "value_per_click": [4.0, 1.0], "ceiling": 100.0, "half": 100.0})
    >>> allocate_budget(words, 100.0, lower=0.0, upper=np.inf)["spend"].round(6).tolist()
    [100.0, 0.0]
    """
    click_curves.check(curves)
    low, high = _bounds(curves, lower, upper)
    if pd.isna(budget) or not 0 <= budget < np.inf:
        raise ValueError(f"`budget` must be a number of 0 or more; found {budget}")
    least = low.sum()
    if budget < least * (1 - _ROUNDING):
        raise ValueError(f"`budget` must be at least the sum of `lower`, {least:.10g}; found {budget:.10g}")
    if not 0 <= exploration <= 1:
        raise ValueError(f"`exploration` must lie between 0 and 1; found {exploration}")
    floor = low + _explored(curves, min(exploration * budget, max(budget - least, 0)), high - low)
    spend = allocation.split(curves, floor, high, max(budget - floor.sum(), 0.0))
    value = curves["value_per_click"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "spend": spend,
            "value": value * click_curves.clicks(curves, spend),
            "marginal_value": value * click_curves.clicks_per_cny(curves, spend),
        },
        index=curves.index,
    )


def _explored(curves: pd.DataFrame, amount: float, room: np.ndarray) -> np.ndarray:
    """The exploration money of each word: an even part, at most its room."""
    chosen = curves["explore"].to_numpy(dtype=bool) if "explore" in curves else np.full(len(curves), True)
    return np.where(chosen, np.minimum(amount / max(chosen.sum(), 1), room), 0.0)


def _bounds(curves: pd.DataFrame, lower, upper) -> tuple[np.ndarray, np.ndarray]:
    low, high = (_aligned(given, curves.index, name, "curves") for name, given in (("lower", lower), ("upper", upper)))
    wrong = {
        "`lower` of {} must be 0 or more and not endless": ~(np.isfinite(low) & (low >= 0)),
        "`upper` of {} must be at least its `lower`": ~(high >= low),
    }
    for text, rows in wrong.items():
        if rows.any():
            row = int(np.argmax(rows))
            word = repr(curves["keyword"].iloc[row])
            raise ValueError(f"{text.format(word)}; found lower {low[row]:g} and upper {high[row]:g}")
    return low, high


def _aligned(given, index: pd.Index, name: str, table: str) -> np.ndarray:
    """One number per row: a Series by its labels, in any order, or one number for all."""
    if not isinstance(given, pd.Series):
        if np.ndim(given):
            raise ValueError(f"`{name}` must be a number or a Series with the labels of `{table}`; found {type(given)}")
        return np.full(len(index), np.nan if pd.isna(given) else float(given))
    if not given.index.equals(index):
        if len(given) != len(index) or not index.is_unique or not index.isin(given.index).all():
            raise ValueError(f"`{name}` must have the labels of `{table}`, one value per row; found others")
        given = given.reindex(index)
    return given.to_numpy(dtype=float, na_value=np.nan)


def _numbers(table: pd.DataFrame, columns: tuple[str, ...], name: str) -> pd.DataFrame:
    """The columns as floats, missing as NaN; refuses what is absent, no number, negative or endless."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"`{name}` needs the columns {', '.join(columns)}; missing: {', '.join(missing)}")
    try:
        numbers = pd.DataFrame({column: table[column].to_numpy(dtype=float, na_value=np.nan) for column in columns})
    except (TypeError, ValueError):
        raise ValueError(f"`{name}`: {', '.join(columns)} must be numbers; found text") from None
    for column in columns:
        wrong = numbers[column][(numbers[column] < 0) | np.isinf(numbers[column])]
        if len(wrong):
            raise ValueError(f"`{name}`: {column} must be a number of 0 or more; found {wrong.iloc[0]:g}")
    return numbers
