"""Pacing against hand calculations, against linear programming, and over simulated days."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from opsbook.analysis import auction, pacing
from opsbook.analysis.auction import Market, Outcome
from opsbook.analysis.pacing import PID, ConstantBid, MinPacing, Progress, Proportional

SMALL = Market(searches=60, ctr=(0.5, 0.3, 0.2), competitors=3)


def progress(spend, predicted, expected, *, budget=100.0, share=0.25, rest=0.75):
    """One day after a half hour; `expected`: expected spend and value of its views."""
    outcome = Outcome(*(np.array([number]) for number in (spend, predicted, 0.0, 0.0, *expected)))
    return Progress(outcome, np.array([spend]), np.array([predicted]), budget, share, rest)


def linear_program(market, searches, budget, target):
    """The oracle: every slot of every search of the first day as a variable."""
    value, price = pacing._one_day(searches, 0)
    rate = np.repeat(market.ctr, len(value))
    worth, cost = rate * np.tile(value, len(market.ctr)), rate * price.ravel()
    once = np.tile(np.eye(len(value)), len(market.ctr))
    limits = np.vstack([once, cost, target * cost - worth])
    solved = linprog(-worth, A_ub=limits, b_ub=[1.0] * len(value) + [budget, 0.0], bounds=(0, 1), method="highs")
    return -solved.fun, cost @ solved.x


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 200), st.floats(0.5, 40), st.integers(1, 3))
def test_the_hindsight_optimum_is_that_of_linear_programming(seed, budget, target, slots):
    market = Market(searches=25, ctr=(0.5, 0.35, 0.2)[:slots], competitors=4)
    searches = auction.draw(market, 1, seed)
    best = pacing.hindsight(market, searches, budget, target).iloc[0]
    value, _ = linear_program(market, searches, budget, target)
    assert best["value"] == pytest.approx(value, rel=1e-6, abs=1e-6)
    assert best["spend"] <= budget * (1 + 1e-9)
    assert best["value"] >= target * best["spend"] * (1 - 1e-9)


def test_the_optimum_of_days_without_limits_or_searches():
    searches = auction.draw(SMALL, 2, 1)
    everything = pacing.hindsight(SMALL, searches, 1e9, 1e-9)
    value, _ = pacing._one_day(searches, 0)
    assert everything["value"][0] == pytest.approx(0.5 * value.sum())  # the first slot of every search
    assert pacing.hindsight(SMALL, searches, 1e9, 1e9)["value"].tolist() == [0.0, 0.0]
    empty = auction.draw(Market(searches=1e-9), 1, 1)
    assert pacing.hindsight(Market(), empty, 10.0, 1.0).to_numpy().tolist() == [[0.0, 0.0]]


def test_fixed_bids():
    predicted = np.array([[10.0, 20.0], [30.0, 40.0]])
    assert ConstantBid(3.0).bids(predicted).tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert Proportional([0.5, 0.1]).bids(predicted).tolist() == [[5.0, 10.0], [3.0, 4.0]]
    assert pacing.first_multiple(Market(bid=6.0, conversion=0.03, value=1000.0)) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("wanted", "got", "factor"),
    [(8.0, 2.0, 2.0), (2.0, 8.0, 0.5), (5.0, 5.0, 1.0), (1e6, 1.0, np.exp(1.5)), (1.0, 1e6, np.exp(-1.5))]
    + [(5.0, 0.0, np.exp(1.5)), (-5.0, 1.0, np.exp(-1.5)), (0.0, 0.0, 1.0)],
)
def test_a_correction_is_a_power_of_the_ratio_between_bounds(wanted, got, factor):
    assert pacing._correction(np.array([wanted]), np.array([got]), 0.5)[0] == pytest.approx(factor)


def test_the_day_starts_in_the_middle_of_the_bids_and_never_above_value_by_target():
    market = Market(bid=5.0, conversion=0.02, value=2000.0)  # 5 / 40
    assert MinPacing(market, 4.0, 2).multiple.tolist() == [0.125, 0.125]
    assert MinPacing(market, 10.0, 1).multiple.tolist() == [0.1]


def test_min_pacing_by_hand():
    market = Market(bid=5.0, conversion=0.02, value=2000.0)
    policy = MinPacing(market, 4.0, 1)
    # First step: gain 1/2. Of 100, 20 are spent; the rest of 0.75 of the traffic needs 80 * 0.25 / 0.75 for a part of
    # 0.25; the views were worth 10 in spend and 90 in value; 70 - 4 * 20 are owed.
    policy.learn(progress(20.0, 70.0, (10.0, 90.0)))
    assert policy.by_budget[0] == pytest.approx(0.125 * np.sqrt(80 / 3 / 10))
    assert policy.by_target[0] == pytest.approx(0.25 * np.sqrt((90 - 10 / 3) / 40))
    # Second: gain 1/3, the first half hour counts half.
    before = policy.by_budget[0], policy.by_target[0]
    policy.learn(progress(50.0, 300.0, (30.0, 60.0), share=0.25, rest=0.5))
    assert policy.by_budget[0] == pytest.approx(before[0] * (50 * 0.375 / 0.5 / 35) ** (1 / 3))
    assert policy.by_target[0] == pytest.approx(before[1] * ((105 + 100 * 0.375 / 0.5) / 140) ** (1 / 3))
    assert policy.multiple[0] == min(policy.by_budget[0], policy.by_target[0])


def test_min_pacing_keeps_the_multiples_within_reach_of_each_other():
    policy = MinPacing(Market(), 4.0, 1)
    for _ in range(20):  # far too little spend, return on target: the budget's multiple must wait
        policy.learn(progress(0.0, 0.0, (1e-3, 4e-3)))
    assert policy.by_budget[0] == pytest.approx(MinPacing.APART * policy.by_target[0])
    assert policy.by_target[0] == pytest.approx(0.25)
    for _ in range(20):  # far too much spend at a splendid return
        policy.learn(progress(90.0, 9000.0, (100.0, 9000.0)))
    assert policy.by_target[0] == pytest.approx(max(MinPacing.APART * policy.by_budget[0], 0.25))
    for _ in range(20):  # a return below target: never below value / target, at which no click is a loss
        policy.learn(progress(10.0, 1.0, (10.0, 1.0)))
    assert policy.by_target[0] == 0.25


def test_after_the_last_half_hour_nothing_is_learnt():
    policy = MinPacing(Market(), 4.0, 1)
    policy.learn(progress(50.0, 300.0, (30.0, 60.0), rest=0.0))
    assert policy.multiple.tolist() == [0.125]


def test_pid_by_hand():
    policy = PID(Market(), 4.0, 1)
    policy.learn(progress(20.0, 100.0, (0.0, 0.0), rest=0.75))  # 1 - 20 / 25 behind, 100 / 80 - 1 above
    assert policy.multiple[0] == pytest.approx(0.125 * np.exp(0.3 * 0.2 + 0.1 * 0.2))
    policy.learn(progress(40.0, 152.0, (0.0, 0.0), rest=0.5))  # 0.2 behind, 152 / 160 - 1 below
    assert policy.multiple[0] == pytest.approx(0.125 * np.exp(0.08 + 0.3 * -0.25 + 0.1 * -0.05))
    idle = PID(Market(), 4.0, 1)
    idle.learn(progress(0.0, 0.0, (0.0, 0.0)))  # nothing bought: as far behind as can be
    assert idle.multiple[0] == pytest.approx(0.125 * np.exp(0.4))


def test_a_run_adds_up_its_half_hours():
    searches = auction.draw(SMALL, 3, 5)
    table = pacing.run(SMALL, searches, 1e9, ConstantBid(6.0))
    ctr = np.array(SMALL.ctr)
    parts = [auction.hold(one, np.full(one.predicted.shape, 6.0), ctr, np.full(3, 1e9)) for one in searches]
    for column in ("spend", "clicks", "predicted", "value"):
        assert table[column].tolist() == pytest.approx(sum(getattr(part, column) for part in parts).tolist())
    assert list(table) == ["spend", "clicks", "predicted", "value"]


def test_a_policy_is_told_where_the_day_stands():
    class Listener(ConstantBid):
        heard = []

        def learn(self, progress):
            self.heard.append(progress)

    market = Market(searches=60, profile=[3.0] + [1.0] * 47)
    table = pacing.run(market, auction.draw(market, 2, 1), 9.0, Listener(8.0))
    shares = [one.share for one in Listener.heard]
    assert len(shares) == 48 and shares[0] == pytest.approx(0.06) and sum(shares) == pytest.approx(1)
    assert [one.rest for one in Listener.heard] == pytest.approx((1 - np.cumsum(shares)).tolist(), abs=1e-12)
    assert Listener.heard[-1].rest == 0.0
    assert Listener.heard[-1].spend.tolist() == table["spend"].tolist()
    assert Listener.heard[-1].predicted.tolist() == table["predicted"].tolist()


@pytest.mark.parametrize("budget", [0.5, 20.0, 400.0])
def test_no_policy_spends_beyond_the_budget(budget):
    searches = auction.draw(SMALL, 20, 3)
    for policy in (ConstantBid(50.0), Proportional(np.full(20, 9.0)), PID(SMALL, 0.1, 20), MinPacing(SMALL, 0.1, 20)):
        assert pacing.run(SMALL, searches, budget, policy)["spend"].max() <= budget


@pytest.mark.parametrize(
    ("market", "target", "budget"),
    [
        (Market(), 8.0, 300.0),  # the budget is the limit
        (Market(), 9.0, 5000.0),  # the target is
        (Market(), 12.0, 300.0),  # both
        (Market(bid_spread=0.9, conversion_spread=0.9), 8.0, 400.0),
        (Market(), 1.0, 300.0),  # a target far below what the budget leaves
    ],
)
def test_pacing_comes_close_to_the_best_of_the_day_and_keeps_both_limits(market, target, budget):
    searches = auction.draw(market, 60, 7)
    best = pacing.hindsight(market, searches, budget, target)
    paced = pacing.run(market, searches, budget, MinPacing(market, target, 60))
    assert paced["predicted"].sum() >= 0.9 * best["value"].sum()
    assert (paced["predicted"] < 0.95 * target * paced["spend"]).mean() <= 0.05
    full = best["spend"] > 0.999 * budget
    assert not full.any() or paced.loc[full, "spend"].sum() >= 0.94 * budget * full.sum()
    for simple in (PID(market, target, 60), Proportional(np.full(60, 1 / target))):
        assert paced["predicted"].sum() > pacing.run(market, searches, budget, simple)["predicted"].sum()
