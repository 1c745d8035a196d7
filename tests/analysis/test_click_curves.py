"""Clicks that a spend buys, by the formula and through points; the hull against brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.analysis import click_curves

CURVES = pd.DataFrame(
    {
        "keyword": ["formula", "points"],
        "value_per_click": [2.0, 3.0],
        "ceiling": [100.0, np.nan],
        "half": [50.0, np.nan],
        "points": [None, [(10.0, 20.0), (30.0, 40.0)]],
    },
    index=["f", "p"],
)


@pytest.mark.parametrize(
    ("spend", "bought", "slope"),
    [
        (0, [0, 0], [2, 2]),
        (5, [100 / 11, 10], [5000 / 55**2, 2]),
        (10, [100 / 6, 20], [5000 / 60**2, 1]),
        (20, [100 * 20 / 70, 30], [5000 / 70**2, 1]),
        (30, [37.5, 40], [5000 / 80**2, 0]),
        (50, [50, 40], [0.5, 0]),
    ],
)
def test_clicks_and_their_slope(spend, bought, slope):
    money = pd.Series([spend, spend])
    assert click_curves.clicks(CURVES, money).to_dict() == pytest.approx(dict(zip("fp", bought, strict=True)))
    assert click_curves.clicks_per_cny(CURVES, money).to_dict() == pytest.approx(dict(zip("fp", slope, strict=True)))


def test_the_spend_worth_a_return_ends_where_the_next_cny_brings_less():
    # formula: 2 * 100 * 50 / (s + 50)^2 = 1 at s = 50; points: 6 per CNY to 10, then 3 to 30
    assert click_curves.spend_worth(CURVES, 1.0).tolist() == pytest.approx([50, 30])
    assert click_curves.spend_worth(CURVES, 3.0).tolist() == pytest.approx([np.sqrt(10_000 / 3) - 50, 30])
    assert click_curves.spend_worth(CURVES, 3.01).tolist()[1] == 10
    assert click_curves.spend_worth(CURVES, 7.0).tolist() == [0, 0]


def test_the_origin_may_stand_among_the_points():
    with_origin = CURVES.assign(points=[None, [(0, 0), (10.0, 20.0), (30.0, 40.0)]])
    assert click_curves.measured(with_origin)[1].tolist() == click_curves.measured(CURVES)[1].tolist()
    assert list(click_curves.measured(CURVES.drop(columns="points"))) == []


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ([(10, 10), (20, 21)], "not concave"),
        ([(10, 10), (20, 9)], "not concave"),
        ([(10, 10), (10, 12)], "by rising spend"),
        ([(-1, 1), (10, 12)], "none negative"),
        ([(10, np.nan)], "pairs"),
        ([(0, 5), (10, 12)], "by rising spend"),
    ],
)
def test_points_that_bend_the_wrong_way_are_refused(points, text):
    with pytest.raises(ValueError, match=f"points of 'points' .*{text}"):
        click_curves.check(CURVES.assign(points=[None, points]))


def test_points_on_one_line_and_rounding_are_no_bend():
    click_curves.check(CURVES.assign(points=[None, [(0.1, 0.3), (0.2, 0.6), (0.3, 0.9)]]))


def test_the_hull_leaves_out_what_a_mix_of_others_beats():
    assert click_curves.concave_hull([10, 20, 30], [10, 12, 20]) == [0, 2]
    assert click_curves.concave_hull([10, 20, 30], [10, 16, 20]) == [0, 1, 2]
    assert click_curves.concave_hull([10, 20, 30], [10, 15, 20]) == [0, 2]  # on the line: no corner
    assert click_curves.concave_hull([10, 5, 5], [4, 4, 4]) == [1]
    assert click_curves.concave_hull([10, 20], [0, 0]) == [] == click_curves.concave_hull([], [])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=7), st.integers(0, 50))
def test_some_corner_is_best_at_every_exchange_rate(rows, rate):
    cost, gain = (np.array([row[place] for row in rows], dtype=float) for place in (0, 1))
    corners = click_curves.concave_hull(cost, gain)
    best = max([0.0, *(rate / 10 * gain - cost)])
    assert max([0.0, *(rate / 10 * gain - cost)[corners]]) == pytest.approx(best, abs=1e-9)
    price = np.diff(cost[corners], prepend=0) / np.diff(gain[corners], prepend=0)
    assert (np.diff(price) > 0).all()
