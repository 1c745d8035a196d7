"""Where the money went: sums by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.analysis import keywords, spending
from opsbook.report.messages.keywords import MESSAGES

ADS = pd.DataFrame(
    {
        "product_id": ["1", "1", "2", None, "1"],
        "keyword": ["pipe", "tube", "pipe", "pipe", "pipe"],
        "clicks": [10, 0, 5, 2, 10],
        "spend": [30.0, 0.0, 10.0, 4.0, 36.0],
        "inquiries": [1, 0, None, 0, 1],
    }
)
WEEKS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 50), st.floats(0.1, 9)), min_size=1, max_size=8)


def test_spend_by_product_and_word():
    table = spending.product_keyword_spend(ADS)
    assert table["spend"].tolist() == [66.0, 10.0, 4.0, 0.0]
    first = table.iloc[0]
    assert first[["product_id", "keyword", "clicks"]].tolist() == ["1", "pipe", 20]
    assert first[["cpc", "cost_per_inquiry"]].tolist() == [3.3, 33.0]
    assert first["spend_share"] == 66 / 80
    assert table["spend"].sum() == ADS["spend"].sum()
    assert np.isnan(table["ctr"]).all()


def test_unnamed_products_keep_their_rows_and_unknown_sums_stay_unknown():
    table = spending.product_keyword_spend(ADS).set_index("spend")
    assert pd.isna(table.loc[4.0, "product_id"])
    assert pd.isna(table.loc[10.0, "inquiries"])
    assert table.loc[0.0, ["cpc", "cost_per_inquiry"]].isna().all()


def test_spend_of_nothing_has_no_shares():
    assert spending.product_keyword_spend(ADS.assign(spend=0.0))["spend_share"].isna().all()
    assert spending.product_keyword_spend(ADS.iloc[:0]).empty


def test_waste_is_told_apart_from_what_is_too_early():
    words = pd.DataFrame(
        {
            "keyword": list("abcd"),
            "impressions": 100,
            "clicks": [100, 500, 2, 9],
            "spend": [100.0, 1500.0, 6.0, 9.0],
            "inquiries": [10, 0, 0, None],
        }
    )
    parts = spending.wasted_spend(keywords.decide(words, 60)).set_index("spend_part")
    assert parts["spend"].to_dict() == {"with_inquiries": 100, "likely_loss": 1500, "too_early": 6, "unknown": 9}
    assert parts["word_count"].tolist() == [1, 1, 1, 1]
    assert parts["spend_share"].sum() == pytest.approx(1)
    assert parts.loc["too_early", "expected_inquiries"] > 0
    assert np.isnan(parts.loc["unknown", "expected_inquiries"])


def test_budget_use_counts_days_and_leaves_unknown_budgets_out():
    plans = pd.DataFrame(
        {
            "campaign": ["A", "A", "B", "C"],
            "spend": [350.0, 700.0, 50.0, 9.0],
            "budget": [100.0, 100.0, 100.0, None],
            "period_start": ["2026-09-06", "2026-09-13", "2026-09-13", "2026-09-13"],
            "period_end": ["2026-09-12", "2026-09-19", "2026-09-19", "2026-09-19"],
        }
    )
    used = spending.budget_use(plans)
    assert used[["campaign", "spend", "days", "total_budget", "budget_use"]].values.tolist() == [
        ["A", 1050.0, 14, 1400.0, 0.75],
        ["B", 50.0, 7, 700.0, 50 / 700],
    ]


def test_budget_use_of_single_days_and_of_no_budget():
    day = pd.DataFrame({"campaign": ["A", "A"], "spend": [90.0, 110.0], "budget": [100.0, 100.0], "on": "2026-09-19"})
    assert spending.budget_use(day)["budget_use"].tolist() == [1.0]
    assert np.isnan(spending.budget_use(day.assign(budget=0.0))["budget_use"].iloc[0])


def test_dearer_clicks_and_a_dearer_mix_are_told_apart():
    before = pd.DataFrame({"keyword": ["a", "b"], "clicks": [50, 50], "spend": [50.0, 150.0]})
    dearer = pd.DataFrame({"keyword": ["a", "b"], "clicks": [50, 50], "spend": [100.0, 150.0]})
    mixed = pd.DataFrame({"keyword": ["a", "b"], "clicks": [25, 75], "spend": [25.0, 225.0]})
    price = spending.cpc_change(dearer, before)
    assert price["price_effect"].tolist() == [0.5, 0] and not price["mix_effect"].any()
    mix = spending.cpc_change(mixed, before)
    assert not mix["price_effect"].any() and mix["mix_effect"].sum() == pytest.approx(0.5)


@settings(max_examples=60, deadline=None)
@given(WEEKS, WEEKS)
def test_effects_add_up_to_the_change_of_the_average_cpc(now, before):
    tables = [
        pd.DataFrame(rows, columns=["keyword", "clicks", "cpc"]).assign(spend=lambda t: t["clicks"] * t["cpc"])
        for rows in (now, before)
    ]
    change = spending.cpc_change(*tables)
    if all(table["clicks"].sum() > 0 for table in tables):
        averages = [table["spend"].sum() / table["clicks"].sum() for table in tables]
        total = change[["price_effect", "mix_effect"]].sum().sum()
        assert total == pytest.approx(averages[0] - averages[1], abs=1e-9)


def test_a_word_of_one_week_only_has_no_price_to_compare():
    now = pd.DataFrame({"keyword": ["a", "new"], "clicks": [10, 10], "spend": [10.0, 50.0]})
    before = pd.DataFrame({"keyword": ["a", "gone"], "clicks": [10, 0], "spend": [10.0, 0.0]})
    change = spending.cpc_change(now, before).set_index("keyword")
    assert list(change.index) == ["a", "new"]
    assert change.loc["new", "price_effect"] == 0 and np.isnan(change.loc["new", "cpc_before"])
    unknown = pd.DataFrame({"keyword": ["a", "b"], "clicks": [10, None], "spend": [20.0, 99.0]})
    assert spending.cpc_change(unknown, before)["price_effect"].tolist() == [1.0]


def test_hours_of_several_products_are_not_added_up():
    hours = pd.DataFrame(
        {
            "keyword": ["a", "a", "a", "b", "c"],
            "online_hours": [20.0, 12.0, 4.0, 24.0, None],
            "spend": 1.0,
            "clicks": 1,
            "on": ["2026-09-18", "2026-09-18", "2026-09-19", "2026-09-18", "2026-09-18"],
        }
    )
    table = spending.promotion_hours(hours)
    assert table[["keyword", "online_hours", "days", "online_share"]].values.tolist() == [
        ["a", 24.0, 2, 0.5],
        ["b", 24.0, 1, 1.0],
    ]
    assert table["spend"].tolist() == [3.0, 1.0]


def test_spend_of_hours_without_a_known_spend_is_unknown():
    hours = pd.DataFrame({"keyword": ["a", "a"], "online_hours": 24.0, "spend": np.nan, "clicks": [1, None]})
    table = spending.promotion_hours(hours.assign(on=["2026-09-18", "2026-09-19"]))
    assert np.isnan(table["spend"][0]) and table["clicks"].tolist() == [1]


def test_hours_of_a_week():
    week = pd.DataFrame({"keyword": ["a"], "online_hours": [84.0], "spend": [1.0], "clicks": [1]})
    week = week.assign(period_start="2026-09-13", period_end="2026-09-19")
    assert spending.promotion_hours(week)["online_share"].tolist() == [0.5]
    assert spending.promotion_hours(week.assign(online_hours=169.0))["online_share"].tolist() == [1]


def test_rows_without_a_day_count_the_days_of_their_window():
    week = pd.DataFrame({"campaign": ["A", "A"], "spend": [700.0, 50.0], "budget": [100.0, 100.0]})
    week = week.assign(on=pd.to_datetime([None, "2026-09-20"]), period_start="2026-09-13", period_end="2026-09-19")
    assert spending.budget_use(week)[["days", "total_budget"]].values.tolist() == [[8, 800]]
    hours = week.assign(keyword="pipe", online_hours=[84.0, 12.0], clicks=1)
    assert spending.promotion_hours(hours)["online_share"].tolist() == [0.5]


def test_the_change_of_the_price_of_a_click_is_explained_in_full():
    before = pd.DataFrame({"keyword": ["a", "b"], "clicks": [10, 10], "spend": [10.0, 30.0]})
    now = pd.DataFrame({"keyword": ["a", "b"], "clicks": [10, 30], "spend": [20.0, 90.0]})
    changes = spending.cpc_change(now, before)
    message = spending.explain_cpc(changes)
    assert (message["before"], message["now"]) == (2.0, 2.75)
    assert message["price"] + message["mix"] == pytest.approx(0.75) and message["mix"] > 0
    assert MESSAGES[message["id"]].format(**message)
    assert spending.explain_cpc(spending.cpc_change(now, before.head(0))) is None


def test_the_largest_movers_come_first_and_the_still_ones_not_at_all():
    changes = pd.DataFrame({"price_effect": [0.004, -0.2, 0.1, 0.005], "mix_effect": [0.0, 0.0, 0.05, 0.0]})
    assert spending.largest(changes).index.tolist() == [1, 2, 3]


def test_waste_of_unknown_spend_is_unknown_and_no_words_have_no_parts():
    words = pd.DataFrame({"keyword": ["pipe"], "impressions": [9], "clicks": [5], "spend": [np.nan], "inquiries": [0]})
    decided = keywords.decide(words, 100)
    parts = spending.wasted_spend(decided).set_index("spend_part")
    assert np.isnan(parts.loc["too_early", "spend"]) and parts.loc["with_inquiries", "spend"] == 0
    assert spending.wasted_spend(decided.head(0)).empty
