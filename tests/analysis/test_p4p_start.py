from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma
from scipy.stats import t as student

from opsbook.analysis import p4p_start, rules
from opsbook.report import findings

WEEKS = pd.date_range("2026-08-22", periods=5, freq="7D")
RULES = rules.load(date(2026, 9, 19))


def weeks(product: str = "p", **columns) -> pd.DataFrame:
    frame = pd.DataFrame({"product_id": product, "title": f"title of {product}", "period_end": WEEKS})
    counts = {"all_clicks": 20, "marketing_clicks": 5, "is_showcase": True, "inquiries": 1, "standard_impressions": 0}
    return frame.assign(**{**counts, "search_clicks": 10, "search_impressions": 500} | columns)


def free(*frames: pd.DataFrame) -> pd.DataFrame:
    return p4p_start.free_traffic(pd.concat(frames), WEEKS[-1]).set_index("metric")


def test_free_clicks_are_those_that_marketing_did_not_bring():
    table = free(weeks(all_clicks=[20, 22, 24, 18, 30]), weeks("q", is_showcase=False))
    natural, showcase = table.loc["natural_clicks"], table.loc["showcase_clicks"]
    assert natural[["clicks", "expected_clicks", "weeks"]].tolist() == [40, 31, 4]
    assert showcase[["clicks", "expected_clicks"]].tolist() == [25, 16]
    # the scatter of 15, 17, 19, 13 is below chance: the variance is the mean
    half = student.ppf(0.95, 3) * np.sqrt(16 * 1.25)
    assert [showcase["clicks_lower"], showcase["clicks_upper"]] == pytest.approx([16 - half, 16 + half])
    assert free(weeks(all_clicks=[5, 5, 30, 5, 5])).loc["natural_clicks", "clicks_lower"] == 0


@pytest.mark.parametrize(
    ("now", "verdict"),
    [(5, "below"), (400 - 53, "below"), (400 - 51, "as expected"), (400 + 51, "as expected"), (400 + 53, "above")],
)
def test_verdict_on_free_clicks(now, verdict):
    half = student.ppf(0.95, 3) * np.sqrt(400 * 1.25)
    assert 52 < half < 53
    assert free(weeks(all_clicks=[405] * 4 + [now + 5])).loc["natural_clicks", "verdict"] == verdict


@pytest.mark.parametrize(
    "change",
    [{"all_clicks": [20, 20, 20, 20, None]}, {"marketing_clicks": None}, {"all_clicks": [None, None, 20, 20, 20]}],
)
def test_free_clicks_that_are_not_known(change):
    assert free(weeks(**change)).loc["natural_clicks", "verdict"] == "unknown"


def test_a_product_of_unknown_place_hides_the_showcase_only():
    table = free(weeks(), weeks("q", is_showcase=None))
    assert table["verdict"].to_dict() == {"natural_clicks": "as expected", "showcase_clicks": "unknown"}
    assert p4p_start.free_traffic(weeks().head(0), WEEKS[-1])["verdict"].tolist() == ["unknown", "unknown"]


PROFILE = pd.DataFrame(
    {
        "product_id": ["good", "score only", "no score", "advertised"],
        "title": ["Knit Shoes", "Canvas Bag", "Mesh Hat", "Knit Shoes"],
        "keywords": ["shoes, walking", "bag", "hat", "shoes"],
        "growth_score": [75.0, 99.0, np.nan, 99.0],
    }
)
WORDS = pd.DataFrame(
    {
        "keyword": ["knit shoes", "walking shoe", "canvas bag", "leather shoes"],
        "impressions": [20, 90, 19, 90],
        "top10_impressions": [100.0, 100, 100, 100],
    }
)


def found(words: pd.DataFrame = WORDS, profile: pd.DataFrame = PROFILE) -> pd.DataFrame:
    history = pd.concat(
        [
            weeks("good"),
            weeks("score only"),
            weeks("no score", search_clicks=20),
            weeks("advertised", standard_impressions=[0, 0, 0, 0, 3]),
        ]
    )
    return p4p_start.candidates(history, profile, words, rules=RULES).set_index("product_id")


def test_candidates_show_two_of_three_signs():
    table = found()
    assert "advertised" not in table.index
    assert table.loc["good", ["signs", "candidate"]].tolist() == [["growth_score", "ranked_words"], True]
    assert table.loc["good", "ranked_words"] == ["walking shoe", "knit shoes"]
    assert table.loc["score only", ["signs", "candidate"]].tolist() == [["growth_score"], False]  # 19 of 100: too far
    assert table.index[0] == "good"
    assert not found(profile=PROFILE.assign(growth_score=74.9)).loc["good", "candidate"]


def test_signs_that_nothing_tells_are_unknown_and_may_decide():
    row = found().loc["no score"]
    assert row["signs"] == ["ctr"] and row["ctr_probability"] > 0.8
    assert row["unknown"] == ["growth_score"] and pd.isna(row["candidate"])
    silent = found(WORDS.assign(top10_impressions=np.nan))
    assert silent.loc["good", "unknown"] == ["ranked_words"] and pd.isna(silent.loc["good", "candidate"])
    assert found(WORDS.head(0)).loc["good", "unknown"] == ["ranked_words"]
    assert p4p_start.candidates(weeks().head(0), PROFILE.head(0), WORDS, rules=RULES).empty


def test_ctr_is_of_the_sums_and_missing_without_impressions():
    history = pd.concat([weeks("p"), weeks("q", search_impressions=0, search_clicks=0), weeks("r", search_clicks=None)])
    table = p4p_start.candidates(history, PROFILE, WORDS, rules=RULES).set_index("product_id")
    assert table.loc["p", ["search_clicks", "search_impressions"]].tolist() == [50, 2500]
    assert table.loc["p", "ctr"] == pytest.approx(0.02, rel=0.02)  # hardly shrunken
    assert table.loc[["q", "r"], ["ctr", "ctr_probability"]].isna().all(axis=None)


CHOSEN = pd.DataFrame({"product_id": ["a", "b", "c"], "title": ["A", "B", "C"], "signs": [["ctr"]] * 3})


def month(cpc=3.0, rate=0.05, value=130.0, budget=400.0, chosen=CHOSEN, **options) -> pd.DataFrame:
    return p4p_start.first_month(chosen, cpc=cpc, rate=rate, value_per_inquiry=value, budget=budget, **options)


def test_the_first_month_buys_the_clicks_that_settle_it():
    table = month()
    n = table.loc[0, "clicks_needed"]
    limit = 3 / 130
    # after n clicks without an inquiry an opinion worth one inquiry at 5 % lies below break-even with 80 %
    assert gamma.cdf(limit, 1, scale=1 / (20 + n)) >= 0.8 > gamma.cdf(limit, 1, scale=1 / (20 + n - 1))
    assert table["trial_spend"].tolist() == [3 * n] * 3 and table["trial_running"].tolist() == [3 * n, 6 * n, 9 * n]
    assert month(confidence=0.95).loc[0, "clicks_needed"] > n


def test_at_least_the_value_of_one_inquiry_is_spent():
    assert month(rate=0.001).loc[0, "clicks_needed"] == np.ceil(130 / 3)


def test_what_fits_the_budget_on_both_sides():
    one = month().loc[0, "trial_spend"]
    assert month(budget=2 * one)["within_budget"].tolist() == [True, True, False]
    assert month(budget=2 * one - 0.01)["within_budget"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"cpc": None}, ["cpc"]),
        ({"rate": None}, ["inquiries_per_click"]),
        ({"value": None}, ["value_per_inquiry"]),
        ({"rate": 0.0}, ["inquiries_per_click"]),
    ],
)
def test_missing_inputs_leave_the_plan_open_and_are_named(change, missing):
    table = month(**change)
    assert table["trial_spend"].isna().all() and table["within_budget"].isna().all()
    assert table.attrs["missing"] == missing
    told = p4p_start.sentences(
        table, pd.DataFrame(columns=["spend", "period_end"]), free(weeks()).reset_index(), STORE, RULES
    )
    text = findings.word(told[3])
    assert "Not known:" in text and told[3]["id"] == "promotion.start_no_budget"


STORE = SimpleNamespace(membership="verified", membership_fee_cny=None)


def test_sentences_for_a_store_that_does_not_advertise_and_for_one_that_does():
    nothing = pd.DataFrame(columns=["spend", "period_end"])
    spent = pd.DataFrame({"spend": [10.0, 20.0], "period_end": WEEKS[:2]})
    table, traffic = month(), free(weeks()).reset_index()
    told = p4p_start.sentences(table, nothing, traffic, STORE, RULES)
    assert [message["id"] for message in told] == [
        "promotion.start_not_yet",
        "promotion.free_as_expected",
        "promotion.free_as_expected",
        "promotion.start_month",
        "promotion.start_fee",
        "promotion.start_goal",
    ]
    assert told[3]["fits"] == 2 and told[3]["top_up"] == 10000 and told[3]["seen_on"] == "2025-02-06"
    assert told[4]["fee"] == 90000 and told[5]["goal"] == 6000
    stated = SimpleNamespace(membership="basic", membership_fee_cny=30000)
    fees = p4p_start.sentences(table, nothing, traffic, stated, RULES)[-2:]
    assert [fees[0]["fee"], fees[1]["goal"]] == [30000, 3000]
    begun = p4p_start.sentences(table, spent, traffic, SimpleNamespace(membership=None, membership_fee_cny=None), RULES)
    assert begun[0] == {"id": "promotion.start_advertises", "spend": 30, "weeks": 2}
    assert begun[-1]["id"] == "promotion.start_month"
    none = p4p_start.sentences(month(chosen=CHOSEN.head(0)), nothing, traffic, STORE, RULES)
    assert none[3]["id"] == "promotion.start_no_candidate"
    assert all(findings.word(message) for message in [*told, *begun, *none])


def test_price_of_a_click_and_rate_of_inquiries():
    adverts = pd.DataFrame({"spend": [10.0, 20, None], "clicks": [5, 5, 100]})
    assert p4p_start.click_price(adverts) == 3
    assert p4p_start.click_price(adverts.head(0), 2.5) == 2.5 and p4p_start.click_price(adverts.head(0)) is None
    assert p4p_start.inquiry_rate(weeks()) == 0.05
    assert p4p_start.inquiry_rate(weeks(all_clicks=None)) is None
