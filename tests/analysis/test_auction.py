"""The auction by hand: who gets which slot, what is paid, and where the searches of a day come from."""

import numpy as np
import pytest
from scipy import stats

from opsbook.analysis import auction
from opsbook.analysis.auction import Market, Searches

CTR = np.array([0.5, 0.2])


def searches(predicted, first, last, chance, value=0.0):
    """One day; prices of the first and of the last of two slots."""
    one = np.atleast_2d(np.array(predicted, dtype="float64"))
    price = np.stack([np.full(one.shape, first, dtype="float64"), np.full(one.shape, last, dtype="float64"), 0 * one])
    full = [np.broadcast_to(np.asarray(number, dtype="float64"), one.shape) for number in (value, chance)]
    return Searches(one, full[0], price, full[1])


def held(bids, left=100.0, **given):
    one = searches([[10.0] * len(bids)], 3.0, 2.0, **given)
    return auction.hold(one, np.array([bids], dtype="float64"), CTR, np.array([left]))


@pytest.mark.parametrize(
    ("bid", "expected_spend", "expected_value"),
    [
        (3.0, 0.5 * 3, 0.5 * 10),  # covers the first slot's price exactly
        (2.999, 0.2 * 2, 0.2 * 10),
        (2.0, 0.2 * 2, 0.2 * 10),
        (1.999, 0.0, 0.0),  # no slot at all
        (0.0, 0.0, 0.0),
    ],
)
def test_a_bid_takes_the_highest_slot_that_it_covers_and_pays_that_slots_price(bid, expected_spend, expected_value):
    outcome = held([bid], chance=0.999)
    assert outcome.expected_spend.tolist() == pytest.approx([expected_spend])
    assert outcome.expected_value.tolist() == pytest.approx([expected_value])


@pytest.mark.parametrize(("chance", "clicks"), [(0.49, 1), (0.5, 0), (0.9, 0)])
def test_a_click_comes_where_chance_lies_below_the_slots_rate(chance, clicks):
    outcome = held([3.0], chance=chance, value=7.0)
    assert outcome.clicks.tolist() == [clicks]
    assert outcome.spend.tolist() == [3.0 * clicks]
    assert outcome.predicted.tolist() == [10.0 * clicks]
    assert outcome.value.tolist() == [7.0 * clicks]


def test_nothing_is_charged_beyond_what_is_left():
    bids = [3.0, 3.0, 2.5]  # clicks at 3, 3 and 2
    for left, spend in [(8.0, 8.0), (7.99, 6.0), (6.0, 6.0), (5.0, 3.0), (2.99, 0.0), (0.0, 0.0)]:
        outcome = held(bids, left=left, chance=0.1)
        assert outcome.spend.tolist() == [spend]
        assert outcome.clicks.tolist() == [{8.0: 3, 6.0: 2, 3.0: 1, 0.0: 0}[spend]]
        assert outcome.expected_spend.tolist() == pytest.approx([0.5 * 3 + 0.5 * 3 + 0.2 * 2])  # of views, whoever pays


def test_days_are_apart():
    two = searches([[10.0], [20.0]], 3.0, 2.0, 0.1)
    outcome = auction.hold(two, np.array([[3.0], [2.0]]), CTR, np.array([10.0, 1.0]))
    assert outcome.spend.tolist() == [3.0, 0.0]
    assert outcome.expected_value.tolist() == pytest.approx([0.5 * 10, 0.2 * 20])


def test_the_same_seed_gives_the_same_day():
    first, again, other = (auction.draw(Market(), 2, seed) for seed in (3, 3, 4))
    assert all(
        np.array_equal(a, b) for one, two in zip(first, again, strict=True) for a, b in zip(one, two, strict=True)
    )
    assert not np.array_equal(first[0].chance[0, :5], other[0].chance[0, :5])


def joined(market, days=200, seed=1):
    """Predicted value, value and prices by slot of all searches that came."""
    half_hours = auction.draw(market, days, seed)
    price = np.concatenate([one.price[:-1].reshape(len(market.ctr), -1) for one in half_hours], axis=1)
    real = np.isfinite(price[0])
    predicted, value = (np.concatenate([one[part].ravel() for one in half_hours])[real] for part in (0, 1))
    return predicted, value, price[:, real]


def test_the_prices_are_the_highest_of_the_competitors_bids():
    market = Market(ctr=(0.3, 0.2, 0.1), competitors=5, bid=4.0, bid_spread=0.7, floor=0.0)
    _, _, price = joined(market, days=30)
    bids = np.sort(4.0 * np.exp(0.7 * np.random.default_rng(9).standard_normal((60_000, 5))), axis=1)[:, ::-1]
    for slot in range(3):  # the oracle draws all bids and sorts them
        drawn = price[slot] - auction.INCREMENT
        assert stats.ks_2samp(drawn, bids[:, slot]).pvalue > 0.01
    assert (np.diff(price, axis=0) <= 0).all()


def test_a_price_is_the_next_bid_and_a_cent():
    _, _, price = joined(Market(bid=5.0, bid_spread=0.0), days=1)
    assert np.unique(price).tolist() == [5.01]


def test_no_price_below_the_floor():
    _, _, price = joined(Market(floor=4.5), days=5)
    assert price.min() == 4.5
    assert (price == 4.5).mean() < 1


def test_values_and_conversions_have_the_rate_of_the_market():
    market = Market(conversion=0.05, value=400.0, prediction_error=0.5)
    predicted, value, _ = joined(market)
    assert predicted.mean() == pytest.approx(20.0, rel=0.01)
    assert np.log(predicted).std() == pytest.approx(0.6, rel=0.01)
    assert set(np.unique(value)) == {0.0, 400.0}
    assert value.mean() == pytest.approx(20.0, rel=0.12)  # 200 days whose truth differs by half


def test_a_days_truth_differs_from_the_prediction_by_one_factor():
    half_hours = auction.draw(Market(conversion=0.2, prediction_error=0.3), 300, 5)
    value, predicted = (sum(one[part].sum(axis=1) for one in half_hours) for part in (1, 0))
    assert np.log(value / predicted).std() == pytest.approx(0.3, rel=0.15)
    exact = auction.draw(Market(conversion=0.2, prediction_error=0.0), 300, 5)
    value, predicted = (sum(one[part].sum(axis=1) for one in exact) for part in (1, 0))
    assert np.log(value / predicted).std() < 0.1


def test_a_rate_above_one_counts_as_one():
    predicted, _, _ = joined(Market(conversion=0.9, conversion_spread=1.0, value=10.0), days=2)
    assert predicted.max() == 10.0


def test_searches_follow_the_profile():
    profile = [1.0] * 24 + [3.0] * 24
    half_hours = auction.draw(Market(searches=960, profile=profile), 400, 2)
    counts = np.array([np.isfinite(one.price[0]).sum(axis=1).mean() for one in half_hours])
    assert counts[:24].mean() == pytest.approx(10.0, rel=0.02)
    assert counts[24:].mean() == pytest.approx(30.0, rel=0.02)
    first = np.isfinite(half_hours[0].price[0]).sum(axis=1)
    assert first.var() == pytest.approx(10.0, rel=0.2)  # Poisson: as much as the mean
    assert auction.traffic(Market()).sum() == pytest.approx(1.0)
    assert max(auction.PROFILE) / min(auction.PROFILE) == pytest.approx(2.33, abs=0.01)


def test_half_hours_without_a_search_buy_nothing():
    half_hours = auction.draw(Market(searches=1, profile=[1.0] + [0.0] * 47), 3, 1)
    outcome = auction.hold(
        half_hours[5], np.full(half_hours[5].predicted.shape, 1e9), np.array(Market().ctr), np.ones(3)
    )
    assert [part.tolist() for part in outcome] == [[0.0] * 3] * 6


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"searches": 0}, "`searches` must be above 0 and at most 1,000,000; found 0.0"),
        ({"searches": 1_000_001}, "`searches` must be above 0"),
        ({"bid": 0}, "`bid` must be a number above 0; found 0.0"),
        ({"bid": None}, "`bid` must be a number; found None"),
        ({"value": float("nan")}, "`value` must be a number; found nan"),
        ({"floor": -0.1}, "`floor` must be a number of 0 or more; found -0.1"),
        ({"conversion": 1.01}, "`conversion` must be at most 1"),
        ({"ctr": (0.1, 0.2)}, "`ctr` must be rates above 0 and at most 1, from the first slot down"),
        ({"ctr": ()}, "`ctr` must be rates"),
        ({"ctr": (1.2, 0.1)}, "`ctr` must be rates"),
        ({"ctr": (0.1, 0.0)}, "`ctr` must be rates"),
        ({"ctr": ("a",)}, "`ctr` must be numbers"),
        ({"competitors": 4}, "`competitors` must be at least the number of slots, 5; found 4.0"),
        ({"profile": [1] * 47}, "`profile` must be 48 weights of 0 or more"),
        ({"profile": [0] * 48}, "`profile` must be 48 weights of 0 or more"),
        ({"clicks": 1}, "unknown field 'clicks'; the fields are searches, ctr"),
    ],
)
def test_a_market_that_cannot_be_is_one_line(fields, error):
    with pytest.raises(ValueError, match="^market: ") as raised:
        auction.market(fields)
    assert error in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_market_may_be_given_in_three_ways():
    assert auction.market(None) == Market()
    assert auction.market({"bid": 7, "ctr": [0.1]}) == Market(bid=7.0, ctr=(0.1,))
    one = Market(searches=5)
    assert auction.market(one) is one
    assert Market(conversion=1, ctr=(1.0,), competitors=1, floor=0).conversion == 1
    assert Market(ctr=(0.1, 0.1), competitors=2).ctr == (0.1, 0.1)
