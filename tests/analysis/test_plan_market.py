"""A market in which the plans would get what they got: reproduced by simulation, and gaps named."""

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import auction, pacing, plan_market, promotion

CAMPAIGNS = pd.DataFrame(
    {
        "campaign": ["A", "A", "B", "B"],
        "plan_type": "全站推广",
        "on": pd.to_datetime(["2026-09-18", "2026-09-19"] * 2),
        "spend": [300.0, 300.0, 100.0, 100.0],
        "clicks": [100, 100, 50, 50],
        "orders": [2, 3, 1, 0],
        "order_amount_usd": [400.0, 600.0, 200.0, 0.0],
        "budget": [250.0, 300.0, 120.0, 120.0],
        "target_roi": [5.0, 6.0, 3.0, 3.0],
    }
)
PLANS = promotion.plans(CAMPAIGNS, cny_per_usd=7.0, margin=0.25)


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_in_the_market_the_plans_get_what_they_got(share):
    market = promotion.market_of(PLANS, share=share)
    searches = auction.draw(market, 80, 9)
    multiples = pacing.first_multiple(market) * np.geomspace(0.1, 20, 40)
    sums = pd.DataFrame(
        [pacing.run(market, searches, 1e12, pacing.Proportional(np.full(80, one))).mean() for one in multiples]
    )
    most = market.searches * market.ctr[0]
    at = [float(np.interp(share * most, sums["clicks"], sums[name])) for name in ("clicks", "spend", "predicted")]
    assert at[0] == pytest.approx(150.0, rel=0.03)  # 100 + 50 clicks a day
    assert at[1] / at[0] == pytest.approx(800 / 300, rel=0.03)  # CNY a click
    assert at[2] / at[0] == pytest.approx(8400 / 300, rel=0.03)  # 1,200 USD
    assert market.value == pytest.approx(8400 / 6)
    assert market.floor == 0  # no export says what the least price is


def test_one_basis_counts_that_with_more_spend():
    mixed = PLANS.assign(basis=["orders", "opportunities"], events=[5.0, 40.0], result=[7000.0, 4000.0])
    assert plan_market.market_of(mixed).value == pytest.approx(1400.0)
    assert plan_market.market_of(mixed.assign(spend=[100.0, 600.0])).value == pytest.approx(100.0)
    assert plan_market.current_target(mixed) == 6.0
    assert plan_market.current_target(mixed.assign(spend=[100.0, 500.0])) == pytest.approx(8.0)  # reached: 4000 / 500


def test_what_is_missing_is_named():
    def missing(**columns):
        plans = PLANS.assign(**columns)
        assert plan_market.market_of(plans) is None
        gaps = plan_market.market_gaps(plans)
        assert plan_market.about(plans) == gaps
        assert {gap["id"] for gap in gaps} == {"auction.missing"}
        return [gap["metric"] for gap in gaps]

    assert missing(days=np.nan) == ["clicks_per_day"]
    assert missing(days=[2.0, np.nan]) == ["clicks_per_day"]
    assert missing(clicks=np.nan) == ["clicks_per_day", "cpc", "conversion_rate"]
    assert missing(clicks=0.0) == ["clicks_per_day", "cpc", "conversion_rate"]
    assert missing(spend=0.0) == ["cpc"]
    assert missing(events=0.0, result=0.0) == ["conversion_rate", "value_per_conversion"]
    assert missing(basis=None) == ["clicks_per_day", "cpc", "conversion_rate", "value_per_conversion"]


def test_more_searches_than_can_be_played_through_are_no_market():
    most = auction.MOST_SEARCHES
    clicks = PLANS["clicks"] * most / plan_market.market_of(PLANS).searches
    assert plan_market.market_of(PLANS.assign(clicks=clicks * 0.99)).searches == pytest.approx(0.99 * most)
    assert plan_market.market_of(PLANS.assign(clicks=clicks * 1.01)) is None
    [said] = plan_market.about(PLANS.assign(clicks=clicks * 1.01))
    assert said == {"id": "auction.too_large", "searches": pytest.approx(1.01 * most)}


def test_no_plans_no_market():
    empty = promotion.plans(CAMPAIGNS.head(0))
    assert plan_market.market_of(empty) is None
    assert len(plan_market.market_gaps(empty)) == 4
    assert np.isnan(plan_market.current_target(empty))
    assert np.isnan(plan_market.daily_budget(CAMPAIGNS.head(0)))


@pytest.mark.parametrize("share", [0.0, 1.0, -1, 2])
def test_a_share_is_a_fraction(share):
    with pytest.raises(ValueError, match=f"`share` must be a fraction between 0 and 1; found {share}"):
        plan_market.market_of(PLANS, share=share)


def test_the_budget_of_a_day_is_the_sum_of_the_latest():
    assert plan_market.daily_budget(CAMPAIGNS) == 420.0
    assert plan_market.daily_budget(CAMPAIGNS.iloc[::-1]) == 420.0
    assert np.isnan(plan_market.daily_budget(CAMPAIGNS.assign(budget=[250.0, 300.0, None, None])))
    assert np.isnan(plan_market.daily_budget(CAMPAIGNS.drop(columns="budget")))


def test_the_present_target_is_weighted_by_spend():
    assert plan_market.current_target(PLANS) == pytest.approx((6 * 600 + 3 * 200) / 800)
    assert plan_market.current_target(PLANS.assign(target_roi=[6.0, np.nan])) == pytest.approx(8400 / 800)
    by_opportunity = promotion.plans(
        CAMPAIGNS.assign(opportunities=[5, 5, 2, 2]), value_per_opportunity=100.0
    )  # no exchange rate: a target of order values says nothing about opportunities
    assert plan_market.current_target(by_opportunity) == pytest.approx(1400 / 800)


def test_break_even_is_that_of_the_basis():
    assert plan_market.break_even(PLANS) == 4.0
    by_opportunity = promotion.plans(CAMPAIGNS.assign(opportunities=5), value_per_opportunity=100.0, margin=0.25)
    assert plan_market.break_even(by_opportunity) == 1.0
    assert np.isnan(plan_market.break_even(promotion.plans(CAMPAIGNS, cny_per_usd=7.0)))
    assert np.isnan(plan_market.break_even(promotion.plans(CAMPAIGNS.head(0))))


def test_what_the_market_rests_on():
    stated, assumed = plan_market.about(PLANS, share=0.4)
    assert stated == {
        "id": "auction.model_orders",
        "clicks_per_day": 150.0,
        "cpc": pytest.approx(800 / 300),
        "clicks": 300.0,
        "events": 6.0,
        "value": pytest.approx(28.0),
        "value_lower": pytest.approx(2.613 * 1400 / 300, rel=1e-3),  # tables of exact Poisson limits
        "value_upper": pytest.approx(11.842 * 1400 / 300, rel=1e-3),
    }
    assert assumed == {"id": "auction.assumed", "share": 0.4}
