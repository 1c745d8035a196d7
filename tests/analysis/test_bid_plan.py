"""Next week's bids and budgets: limits of a week, decisions, marginal returns, and what the assumption changes."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import bid_plan, rules

BOOK = rules.load(date(2026, 9, 19))
RESPONSE = {"low": 0.4, "middle": 0.6, "high": 0.8}
HULL = pd.DataFrame({"cost": [50.0, 100.0, 200.0], "clicks": [40.0, 60.0, 70.0], "bid": [1.0, 2.0, 4.0]})


def words(**columns) -> pd.DataFrame:
    """Four words alike: 100 CNY a week for 50 clicks at 2 CNY, worth 8 CNY each: the next CNY brings 4 x 0.6 = 2.4."""
    table = {
        "keyword": ["a", "b", "c", "d"],
        "campaign": "p",
        "decision": "keep",
        "cpc": 2.0,
        "bid": 2.5,
        "floor_bid": np.nan,
        "stars": 5.0,
        "weekly_spend": 100.0,
        "weekly_clicks": 50.0,
        "value_per_click": 8.0,
        "cap": 8.0,
        "cautious_cap": 6.0,
        "evidence": None,
    }
    return pd.DataFrame(table | columns, index=[3, 1, 0, 2])


def planned(table, hulls=None, **options) -> pd.DataFrame:
    return bid_plan.plan(table, hulls or {}, RESPONSE, rules=BOOK, **options).set_index("keyword").sort_index()


def test_equal_words_stay_as_they_are():
    found = planned(words())
    assert found["weekly_budget"].tolist() == pytest.approx([100] * 4)
    assert set(found["bid_move"]) == {"keep"} and found["new_bid"].tolist() == pytest.approx([2.5] * 4)
    assert found["marginal_before"].tolist() == pytest.approx([2.4] * 4)
    assert found["average_return"].tolist() == pytest.approx([4] * 4)
    assert {message["id"] for message in found["reason"]} == {"bidding.reason_keep"}


def test_a_mean_bid_that_stays_is_no_move():
    found = planned(words(bid=10 / 3))
    assert set(found["bid_move"]) == {"keep"} and (found["new_bid"] == 10 / 3).all()


def test_money_goes_where_the_next_cny_brings_more_within_the_limits_of_a_week():
    found = planned(words(value_per_click=[16.0, 8.0, 8.0, 2.0]))
    assert found["weekly_budget"]["a"] == pytest.approx(130) and found["weekly_budget"]["d"] == pytest.approx(70)
    assert found["weekly_budget"].sum() == pytest.approx(400)
    assert found["marginal_value"]["b"] == pytest.approx(found["marginal_value"]["c"])
    assert found["bid_move"].to_dict() == {"a": "raise", "b": "keep", "c": "keep", "d": "lower"}
    # CPC moves with (spend + half) / (100 + half), half = 150: 280 / 250 = 1.12 and 220 / 250 = 0.88, in steps of 0.1
    assert found["new_bid"].to_dict() == pytest.approx({"a": 2.8, "b": 2.5, "c": 2.5, "d": 2.2})
    assert found["reason"]["a"]["details"][0] == found["reason"]["a"]["details"][0] | {
        "id": "bidding.at_limit", "change": 0.3
    }  # fmt: skip
    assert found["gain"]["a"] == pytest.approx(16 * (125 * 130 / 280 - 50) - 30)


def test_no_word_is_raised_to_where_its_next_cny_brings_less_than_wanted():
    # 2.4 x (250 / (s + 150))^2 = 2 at s = 250 x sqrt(1.2) - 150
    found = planned(words(), budget=1000, target_roi=2.0)
    assert found["weekly_budget"].tolist() == pytest.approx([250 * np.sqrt(1.2) - 150] * 4)
    assert found["marginal_value"].tolist() == pytest.approx([2.0] * 4)
    assert planned(words(), budget=1000)["weekly_budget"].tolist() == pytest.approx([130] * 4)
    assert planned(words(), target_roi=9.0)["weekly_budget"].tolist() == pytest.approx([70] * 4)


def test_a_budget_below_the_limits_of_a_week_is_reached_only_as_far_as_they_allow():
    assert planned(words(), budget=100)["weekly_budget"].tolist() == pytest.approx([70] * 4)
    assert planned(words(), budget=360)["weekly_budget"].sum() == pytest.approx(360)


def test_decisions_hold():
    table = words(decision=["pause", "collect", "lower", "keep"], value_per_click=[8.0, 0.1, 90.0, 90.0])
    found = planned(table, budget=330)
    assert found["weekly_budget"].to_dict() == pytest.approx({"a": 0, "b": 100 + 0.05 * 330, "c": 100, "d": 113.5})
    assert found["bid_move"]["a"] == "pause" and np.isnan(found["new_bid"]["a"])
    assert found["reason"]["a"] == {"id": "bidding.reason_pause", "spend": 100}
    assert found["reason"]["b"]["id"] == "bidding.reason_collect"


def test_what_is_not_known_keeps_what_it_has():
    table = words(
        value_per_click=[np.nan, 8.0, 8.0, 8.0], weekly_clicks=[50.0, 0.0, 50.0, 50.0], bid=[2.5, 2.5, np.nan, 2]
    )
    found = planned(table, budget=390)
    assert found["weekly_budget"].tolist() == pytest.approx([100, 100, 100, 90])
    assert found["curve"].tolist() == ["unknown"] * 3 + ["assumed"]
    assert found["reason"]["a"] == {"id": "bidding.reason_unknown"} and found["new_bid"]["a"] == 2.5
    alone = planned(table.head(3))
    assert alone["weekly_budget"].tolist() == [100] * 3 and set(alone["curve"]) == {"unknown"}


def test_no_words_no_plan():
    assert bid_plan.plan(words().head(0), {}, RESPONSE, rules=BOOK).empty


def test_simulated_points_lead_the_spend_and_the_bid():
    found = planned(words(value_per_click=4.0), {"a": HULL}, budget=1000)
    # points: 0.4 clicks per CNY to 100, then 0.1 x 4 = 0.4 CNY per CNY, below the 1 wanted
    assert found["curve"].tolist() == ["measured", "assumed", "assumed", "assumed"]
    assert found["weekly_budget"]["a"] == 100 and found["weekly_budget"]["b"] > 100
    assert (found[["budget_low", "budget_high"]].loc["a"] == 100).all()
    dear = planned(words(value_per_click=20.0), {"a": HULL}, budget=1000)
    # 130 CNY is bid 2 + 2 x 0.3 = 2.6 instead of 2: 2.5 x 1.3 = 3.25, in steps of 0.1
    assert dear["weekly_budget"]["a"] == pytest.approx(130) and dear["new_bid"]["a"] == pytest.approx(3.2)


def test_a_word_in_two_plans_has_no_points_of_its_own():
    table = words(keyword=["A", "a", "c", "d"])
    assert set(planned(table, {"a": HULL})["curve"]) == {"assumed"}
    assert planned(words(keyword=["A", "b", "c", "d"]), {"a": HULL})["curve"]["A"] == "measured"


def test_bids_stop_at_the_cap_and_at_the_floor():
    table = words(
        value_per_click=[16.0, 8.0, 8.0, 2.0], cap=[2.4, 8.0, 8.0, 2.0], floor_bid=[np.nan, np.nan, np.nan, 2.4]
    )
    found = planned(table)
    assert found["new_bid"].to_dict() == pytest.approx({"a": 2.5, "b": 2.5, "c": 2.5, "d": 2.4})
    assert [note["id"] for note in found["reason"]["a"]["details"]] == ["bidding.at_limit", "bidding.at_cap"]
    half_way = planned(words(value_per_click=[16.0, 8.0, 8.0, 2.0], cap=2.65))
    assert half_way["new_bid"]["a"] == pytest.approx(2.6)


def test_a_move_that_hangs_on_the_assumption_says_so():
    # the next CNY brings 1.4 x the elasticity: 0.56, 0.84 or 1.12, where 1 is wanted
    found = planned(words(value_per_click=2.8), budget=1000)
    assert not found["holds"].any() and (found["budget_low"] < 100).all() and (found["budget_high"] > 100).all()
    assert found["reason"]["a"]["details"][-1]["id"] == "bidding.turns"
    assert planned(words(value_per_click=[16.0, 8.0, 8.0, 2.0]))["holds"][["a", "d"]].all()


def test_the_largest_change_stands_first_and_the_input_is_left_alone():
    table = words(value_per_click=[8.0, 30.0, 8.0, 1.0], weekly_spend=[100.0, 10.0, 100.0, 200.0])
    copy = table.copy()
    found = bid_plan.plan(table, {}, RESPONSE, rules=BOOK)
    assert found["keyword"].iloc[0] == "d"
    pd.testing.assert_frame_equal(table, copy)
