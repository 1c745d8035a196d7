"""The shared multiplier: lines and steps that rise together until they take what there is."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from opsbook.analysis import allocation, bidding

START, RATE, MOST = np.array([1.0, 2.0, 3.0]), np.array([10.0, 10.0, np.inf]), np.array([30.0, 5.0, 40.0])


@pytest.mark.parametrize(
    ("rest", "taken"),
    [
        (0, [0, 0, 0]),
        (4, [4, 0, 0]),
        (10, [10, 0, 0]),  # x = 2: the second begins
        (14, [12, 2, 0]),
        (20, [15, 5, 0]),  # x = 2.5: the second is full
        (25, [20, 5, 0]),  # x = 3: the step begins
        (45, [20, 5, 20]),
        (65, [20, 5, 40]),
        (70, [25, 5, 40]),
        (75, [30, 5, 40]),
        (90, [30, 5, 40]),  # more than all can take
    ],
)
def test_lines_and_steps_by_hand(rest, taken):
    assert allocation.fill(START, RATE, MOST, rest).tolist() == pytest.approx(taken)


def test_what_buys_nothing_is_filled_last_and_alike():
    start, rate, most = np.array([1.0, np.inf, np.inf]), np.array([1.0, np.inf, np.inf]), np.array([5.0, np.inf, 10.0])
    assert allocation.fill(start, rate, most, 5).tolist() == [5, 0, 0]
    assert allocation.fill(start, rate, most, 11).tolist() == pytest.approx([5, 3, 3])
    assert allocation.fill(start, rate, most, 45).tolist() == pytest.approx([5, 32, 8])


def test_a_line_without_end_takes_the_rest():
    assert allocation.fill(np.array([1.0]), np.array([2.0]), np.array([np.inf]), 7.0).tolist() == pytest.approx([7])


def test_a_line_too_short_for_a_float_is_still_filled():
    curves = pd.DataFrame({"keyword": ["a"], "value_per_click": 1.0, "ceiling": 1.0, "half": 1e18})
    assert bidding.allocate_budget(curves, 10, lower=0, upper=100)["spend"].tolist() == [10]


def test_halves_that_differ_by_many_orders_still_meet_the_budget():
    curves = pd.DataFrame(
        {
            "keyword": list("abc"),
            "value_per_click": [1.0, 5.0, 2.0],
            "ceiling": [1e-6, 1e9, 3.0],
            "half": [1e9, 1e-3, 5.0],
        }
    )
    found = bidding.allocate_budget(curves, 123.456, lower=0, upper=np.inf)
    assert found["spend"].sum() == pytest.approx(123.456, rel=1e-12)


def program(points: list, value: np.ndarray, lower: np.ndarray, upper: np.ndarray, budget: float) -> float:
    """The best value by linear programming: clicks lie below every line through neighbouring points."""
    size, rows, limits = len(points), [], []
    for word, given in enumerate(points):
        knots = np.vstack([[0, 0], given])
        slopes = np.append(np.diff(knots[:, 1]) / np.diff(knots[:, 0]), 0)
        for (spend, clicks), slope in zip(knots, slopes, strict=True):
            row = np.zeros(2 * size)
            row[[word, size + word]] = -slope, 1
            rows.append(row)
            limits.append(clicks - slope * spend)
    bounds = [*zip(lower, upper, strict=True), *[(0, None)] * size]
    whole = np.r_[np.ones(size), np.zeros(size)]
    best = linprog(np.r_[np.zeros(size), -value], rows, limits, [whole], [budget], bounds)
    return -best.fun


@pytest.mark.parametrize("seed", range(20))
def test_linear_programming_finds_nothing_better_on_points(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 8))
    points = []
    for corners in rng.integers(1, 5, size):
        slope = np.sort(rng.choice([0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5], corners, replace=False))[::-1]
        width = rng.uniform(1, 30, corners)
        points.append(np.column_stack([width.cumsum(), (width * slope).cumsum()]).tolist())
    value = rng.choice([0.0, 1.0, 2.0, 2.0], size)
    lower = rng.uniform(0, 20, size) * (rng.random(size) < 0.5)
    upper = lower + rng.uniform(0, 60, size)
    budget = lower.sum() + rng.random() * (upper - lower).sum()
    curves = pd.DataFrame({"keyword": map(str, range(size)), "value_per_click": value, "ceiling": np.nan})
    curves = curves.assign(half=np.nan, points=points)
    found = bidding.allocate_budget(curves, budget, lower=pd.Series(lower), upper=pd.Series(upper))
    assert found["spend"].sum() == pytest.approx(budget, rel=1e-12)
    assert found["value"].sum() == pytest.approx(program(points, value, lower, upper, budget), rel=1e-9)
