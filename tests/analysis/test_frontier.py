"""The what-if on target ROIs: its definition, its shape over targets, and what is said about it."""

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import auction, frontier, pacing, promotion
from opsbook.analysis.auction import Market

TABLE = pd.DataFrame(
    {
        "target": [4.0, 8.0, 5.0, 6.0],
        "spend": [300.0, 100.0, 200.0, 120.0],
        "value": [1280.0, 800.0, 1100.0, 860.0],
        "roi": [4.27, 8.0, 5.5, 7.17],
        "used": [1.0, 0.33, 0.67, 0.4],
        "shortfall_prob": [0.3, 0.5, 0.45, 0.4],
    }
)


def test_a_row_says_what_a_plan_with_that_target_does_on_the_simulated_days():
    table = frontier.simulate_target_roi(Market(), 500, [9.0], 3, days=40)
    days = pacing.run(Market(), auction.draw(Market(), 40, [3, 0]), 500.0, pacing.MinPacing(Market(), 9.0, 40))
    assert list(table) == ["target", "spend", "value", "roi", "used", "shortfall_prob"]
    row = table.iloc[0]
    assert row["target"] == 9.0
    assert row["spend"] == pytest.approx(days["spend"].mean())
    assert row["value"] == pytest.approx(days["predicted"].mean())
    assert row["roi"] == pytest.approx(days["predicted"].sum() / days["spend"].sum())
    assert row["used"] == pytest.approx(days["spend"].mean() / 500)
    assert row["shortfall_prob"] == (days["value"] / days["spend"] < 9.0).mean()


def test_days_without_spend_have_no_return_to_fall_short():
    market = Market(searches=20)
    days = pacing.run(market, auction.draw(market, 60, [1, 0]), 50.0, pacing.MinPacing(market, 6.0, 60))
    paid = days[days["spend"] > 0]
    assert 0 < len(paid) < 60
    row = frontier.simulate_target_roi(market, 50, [6.0], 1, days=60).iloc[0]
    assert row["shortfall_prob"] == pytest.approx((paid["value"] / paid["spend"] < 6.0).mean())
    assert row["spend"] == pytest.approx(days["spend"].mean())


def test_a_day_exactly_on_target_does_not_fall_short():
    certain = {"conversion": 1.0, "conversion_spread": 0.0, "prediction_error": 0.0, "value": 8.0}
    market = Market(ctr=(1.0,), competitors=1, bid=3.0, bid_spread=0.0, floor=4.0, **certain)  # 8 for 4, each time
    table = frontier.simulate_target_roi(market, 1e6, [2.0, 1.9], 1, days=5)
    assert table["roi"].tolist() == [2.0, 2.0]
    assert table["shortfall_prob"].tolist() == [0.0, 0.0]


def test_the_reach_divides_the_targets():
    most = frontier.reachable_roi(list(frontier._draws(Market(), 20, 1)), Market())
    assert len(frontier.simulate_target_roi(None, 300, [0.999 * most], 1, days=20)) == 1
    with pytest.raises(ValueError, match="no bid reaches"):
        frontier.simulate_target_roi(None, 300, [2, 1.001 * most], 1, days=20)


def test_a_lower_target_buys_more_at_a_lower_return():
    targets = [14, 12, 10, 8, 7, 6, 5, 4, 3]
    table = promotion.simulate_target_roi(promotion.Market(), 5000, targets, 1)
    assert table["target"].tolist() == targets
    assert (table["spend"].diff().dropna() > 0).all()
    assert (table["value"].diff().dropna() > 0).all()
    assert (table["roi"].diff().dropna() < 0).all()
    assert (table["roi"] > 0.98 * table["target"]).all()
    assert table["used"].between(0, 1).all() and table["shortfall_prob"].between(0, 1).all()
    further = table["value"].diff() / table["spend"].diff()
    assert (further.diff().dropna() < 0).all()  # concave: each further yuan brings less


def test_where_the_budget_is_the_limit_the_target_changes_nothing():
    table = frontier.simulate_target_roi(Market(), 300, [8, 6, 4, 2, 1], 1)
    assert table["used"].min() > 0.97
    assert np.ptp(table["value"]) < 0.001 * table["value"].mean()
    assert (table["shortfall_prob"].diff().dropna() <= 0).all()


def test_every_target_meets_the_same_days_in_the_order_given():
    together = frontier.simulate_target_roi(Market(), 400, [6, 12, 9], 2, days=30)
    alone = frontier.simulate_target_roi(Market(), 400, [9], 2, days=30)
    pd.testing.assert_frame_equal(together.tail(1).reset_index(drop=True), alone)
    again = frontier.simulate_target_roi({}, np.int64(400), pd.Series([6, 12, 9], index=[5, 5, 1]), seed=2, days=30)
    pd.testing.assert_frame_equal(together, again)
    assert not together.equals(frontier.simulate_target_roi(None, 400, [6, 12, 9], 3, days=30))


def test_large_markets_are_simulated_in_parts():
    draws = list(frontier._draws(Market(searches=50_000), 25, 1))
    assert [len(draw[0].predicted) for draw in draws] == [12, 12, 1]
    assert not np.array_equal(draws[0][0].predicted[0, :9], draws[1][0].predicted[0, :9])


def test_the_reach_of_a_market_is_the_return_of_its_best_click_a_day():
    half_hour = auction.Searches(
        predicted=np.array([[10.0, 60.0, 30.0]]),
        value=np.zeros((1, 3)),
        price=np.array([[[9.0, 9.0, np.inf]], [[2.0, 3.0, np.inf]], [[0.0, 0.0, 0.0]]]),
        chance=np.ones((1, 3)),
    )
    market = Market(ctr=(1.0, 1.0), competitors=2)
    assert frontier.reachable_roi([[half_hour]], market) == 20.0  # 60 / 3; one click a day is one search
    rare = Market(ctr=(1.0, 0.4), competitors=2)
    assert frontier.reachable_roi([[half_hour]], rare) == 70 / 5  # two searches are not enough, both are taken
    nothing = half_hour._replace(price=np.full((3, 1, 3), np.inf))
    assert frontier.reachable_roi([[nothing]], market) == 0.0


@pytest.mark.parametrize(
    ("budget", "targets", "error"),
    [
        (0, [5], "`budget` must be an amount above 0, in CNY a day; found 0"),
        (-1, [5], "`budget` must be an amount above 0, in CNY a day; found -1"),
        (None, [5], "`budget` must be an amount above 0, in CNY a day; found None"),
        (float("nan"), [5], "`budget` must be an amount above 0, in CNY a day; found nan"),
        (float("inf"), [5], "`budget` must be an amount above 0, in CNY a day; found inf"),
        ("300", [5], "`budget` must be an amount above 0, in CNY a day; found '300'"),
        (100, [], "`targets` must name at least one target ROI; found none"),
        (100, [5, -2], "`targets` must be ROIs above 0; found -2"),
        (100, [5, 0], "`targets` must be ROIs above 0; found 0"),
        (100, [5, None], "`targets` must be ROIs above 0; found None"),
        (100, ["five"], "`targets` must be ROIs above 0; found 'five'"),
        (
            100,
            [5, 500],
            "`targets`: no bid reaches an ROI of 500 in this market, where even a single click a day brings",
        ),
    ],
)
def test_what_cannot_be_simulated_is_one_sentence(budget, targets, error):
    with pytest.raises(ValueError) as raised:
        frontier.simulate_target_roi(Market(), budget, targets, 1)
    assert str(raised.value).startswith(error)
    assert "\n" not in str(raised.value)


def test_around_goes_from_four_times_to_half_as_far_as_bids_reach():
    table = frontier.around(Market(), 400.0, 8.0)
    assert table["target"].tolist() == [32, 24, 16, 12, 10, 8, 6, 4]
    far = frontier.around(Market(), 400.0, 30.0)
    assert 37.5 < frontier.reachable_roi(list(frontier._draws(Market(), 200, 0)), Market()) < 45
    assert far["target"].tolist() == [37.5, 30, 22.5, 15]


@pytest.mark.parametrize(
    ("market", "budget", "target"),
    [
        (None, 400.0, 8.0),
        (Market(), np.nan, 8.0),
        (Market(), 0.0, 8.0),
        (Market(), 400.0, np.nan),
        (Market(), 400, 1e6),
    ],
)
def test_around_what_is_not_known_there_are_no_rows(market, budget, target):
    table = frontier.around(market, budget, target)
    assert table.empty and list(table) == list(frontier.COLUMNS)
    assert frontier.readings(table, target) == []
    assert frontier.steps(table).empty


def test_steps_by_hand():
    table = frontier.steps(TABLE)
    assert table["target_roi"].tolist() == [8.0, 6.0, 5.0, 4.0]
    assert table["marginal_roi"].tolist() == pytest.approx([np.nan, 60 / 20, 240 / 80, 180 / 100], nan_ok=True)
    assert list(table)[1:3] == ["spend_per_day", "value_per_day"] and table["budget_used"].tolist()[-1] == 1.0
    still = frontier.steps(TABLE.assign(spend=[302.9, 300.0, 301.0, 300.5]))
    assert still["marginal_roi"].isna().all()  # less than 1 % more spend says nothing about its return


def test_readings_by_hand():
    lower, higher, chance, caution = frontier.readings(TABLE.assign(value=[1280.0, 600.0, 1100.0, 860.0]), 6.1)
    expected = {"low": 5.0, "target": 6.0, "times": 1100 / 860, "marginal": 240 / 80}
    expected |= {"value": 1100.0, "value_now": 860.0, "spend": 200.0, "spend_now": 120.0}
    assert lower == {"id": "auction.lower"} | expected
    assert higher["high"] == 8.0 and higher["value_lost"] == pytest.approx(260 / 860)
    assert higher["spend_lost"] == pytest.approx(20 / 120)
    assert chance == {"id": "auction.shortfall", "target": 6.0, "shortfall_prob": 0.4}
    assert caution == {"id": "auction.simulated"}
    assert all(type(number) in (str, float) for message in (lower, higher, chance) for number in message.values())


@pytest.mark.parametrize(("break_even", "loses"), [(2.99, False), (3.0, False), (3.01, True), (np.nan, False)])
def test_a_further_spend_below_break_even_is_said_to_lose(break_even, loses):
    message = frontier.readings(TABLE, 6.0, break_even)[0]
    assert ("details" in message) == loses
    assert not loses or message["details"] == [{"id": "auction.lower_loses", "break_even": break_even}]


def test_a_step_of_less_than_a_tenth_is_passed_over():
    message = frontier.readings(TABLE, 8.0)[0]
    assert (message["target"], message["low"]) == (8.0, 5.0)  # 860 is not a tenth more than 800
    assert frontier.readings(TABLE.assign(value=[870.0, 800.0, 865.0, 860.0]), 8.0)[0]["low"] == 4.0


@pytest.mark.parametrize(("used", "limit"), [(0.95, "budget"), (0.9, "market"), (0.5, "market")])
def test_where_nothing_more_is_bought_the_limit_is_named(used, limit):
    flat = TABLE.assign(value=1000.0, used=used)
    assert frontier.readings(flat, 6.0)[0] == {"id": f"auction.{limit}_is_the_limit", "target": 6.0, "used": used}


def test_a_higher_target_is_named_where_it_gives_up_a_tenth():
    names = [message["id"] for message in frontier.readings(TABLE.assign(value=[1280.0, 774.0, 1100.0, 860.0]), 6.0)]
    assert "auction.higher" not in names  # nine tenths of 860 are kept
    message = frontier.readings(TABLE, 4.0)[0]
    assert (message["high"], message["value_lost"]) == (5.0, pytest.approx(180 / 1280))


def test_the_ends_of_the_frontier_have_one_side_only():
    assert [message["id"] for message in frontier.readings(TABLE, 4.0)][0] == "auction.higher"
    assert "auction.higher" not in [message["id"] for message in frontier.readings(TABLE, 8.0)]


@pytest.mark.parametrize(("chance", "said"), [(0.0999, False), (0.1, True), (np.nan, False)])
def test_chance_is_named_where_it_matters(chance, said):
    messages = frontier.readings(TABLE.assign(shortfall_prob=chance), 6.0)
    assert ("auction.shortfall" in [message["id"] for message in messages]) == said


def test_a_target_that_buys_nothing_is_not_compared():
    idle = TABLE.assign(spend=[300.0, 0.0, 200.0, 120.0], value=[1280.0, 0.0, 1100.0, 860.0])
    assert [message["id"] for message in frontier.readings(idle, 8.0)][0] == "auction.lower"
    assert frontier.readings(idle, 8.0)[0]["target"] == 6.0
    assert frontier.readings(TABLE.assign(spend=0.0), 8.0) == []
