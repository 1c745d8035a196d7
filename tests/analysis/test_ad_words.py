"""The advertised words of some weeks: settled days, sums, groupings, presence, kinds."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import ad_words, keywords, rules
from opsbook.report.messages.keywords import MESSAGES

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)


def rows(*days, **columns):
    """One row of "pipe" per day, with columns on top."""
    table = {
        "period_start": pd.Timestamp("2026-09-13"),
        "period_end": pd.Timestamp("2026-09-19"),
        "on": pd.to_datetime(list(days)),
        "keyword": "pipe",
        "campaign": None,
        "impressions": 100.0,
        "clicks": 10.0,
        "spend": 20.0,
        "inquiries": 1.0,
    }
    return pd.DataFrame(table | columns)


def settled(table, **given):
    return ad_words.settled(table, data_up_to=WEEK, rules=RULES, **given)


def test_the_last_three_days_are_set_aside():
    table = rows("2026-09-15", "2026-09-16", "2026-09-17", "2026-09-19", spend=[1.0, 2.0, 4.0, 8.0])
    assert settled(table)["spend"].tolist() == [1.0, 2.0]
    message = ad_words.set_aside(table, data_up_to=WEEK, rules=RULES)
    assert message == {"id": "keywords.set_aside", "days": 3, "clicks": 20, "spend": 12.0}
    assert MESSAGES[message["id"]].format(**message)
    assert ad_words.set_aside(table.head(2), data_up_to=WEEK, rules=RULES) is None


def test_a_week_that_cannot_be_split_stays_and_is_aged_by_its_window():
    week = settled(rows(pd.NaT))
    assert week["spend"].tolist() == [20.0]
    ages = np.array([6.5, 5.5, 4.5, 3.5, 2.5, 1.5, 0.5])
    assert week["mature_clicks"].iloc[0] == pytest.approx(10 * (1 - 0.5**ages).mean())


def test_words_are_summed_over_days_and_products_but_not_over_plans():
    table = rows("2026-09-13", "2026-09-14", "2026-09-14", campaign=["A", "A", "B"], inquiries=[1.0, np.nan, 2.0])
    sums = ad_words.totals(settled(table), rules=RULES).set_index("campaign")
    assert sums["clicks"].to_dict() == {"A": 20, "B": 10} and sums["inquiries"].to_dict() == {"A": 1, "B": 2}
    assert set(sums["measure"]) == {"inquiries"} and set(sums["attribution"]) == {"platform"}
    nothing_known = ad_words.totals(settled(table.assign(spend=np.nan)), rules=RULES)
    assert nothing_known["spend"].isna().all()


def test_a_row_without_a_word_is_no_word_and_nothing_gives_an_empty_table():
    table = rows("2026-09-13", "2026-09-14", keyword=["pipe", None])
    assert ad_words.totals(settled(table), rules=RULES)["keyword"].tolist() == ["pipe"]
    empty = ad_words.totals(settled(table.head(0)), rules=RULES)
    assert empty.empty and keywords.decide(empty, 100).empty


def test_the_products_inquiries_are_shared_out_over_several_weeks():
    table = rows("2026-09-13", "2026-09-06", inquiries=np.nan, product_id="1")
    table["period_end"] = pd.to_datetime(["2026-09-19", "2026-09-12"])
    products = pd.DataFrame(
        {
            "product_id": "1",
            "visitors": [60, 40],
            "inquiries": [3, 2],
            "period_start": pd.to_datetime(["2026-09-13", "2026-09-06"]),
            "period_end": pd.to_datetime(["2026-09-19", "2026-09-12"]),
        }
    )
    shared = settled(table, product_performance=products)
    assert shared["inquiries"].tolist() == [0.5, 0.5]  # 5 of 100 visitors ask: 10 clicks are worth half an inquiry
    assert set(settled(table, product_performance=products.head(1))["attribution"]) == {"cost_only"}


def test_weeks_covered_runs_from_the_first_day_to_the_last():
    assert ad_words.weeks_covered(rows("2026-09-03", "2026-09-16")) == 2
    assert ad_words.weeks_covered(rows(pd.NaT)) == 1
    assert ad_words.weeks_covered(rows().head(0)) == 1


def words(rate_head, rate_tail, count=40):
    names = [f"w{n}" for n in range(count)] + [f"long tail word {n}" for n in range(count)]
    rng = np.random.default_rng(0)
    inquiries = rng.poisson(np.repeat([rate_head, rate_tail], count) * 200)
    return pd.DataFrame({"keyword": names, "campaign": "A", "inquiries": inquiries, "mature_clicks": 200.0})


def test_kinds_of_words_borrow_apart_only_where_that_foretells_better():
    table = words(0.001, 0.08)
    assert ad_words.grouping(table).tolist() == keywords.role(table["keyword"]).tolist()
    assert ad_words.grouping(words(0.03, 0.03)) is None
    assert ad_words.grouping(table.assign(inquiries=np.nan)) is None


def test_presence_is_own_impressions_over_the_ten_best():
    own = pd.DataFrame(
        {
            "keyword": ["Pipe", "pipe", "tube", "valve"],
            "impressions": [30, 10, 5, None],
            "top10_impressions": [100, 60, 0, 9],
        }
    )
    shares = ad_words.first_page(pd.Series(["pipe", "tube", "valve", "none"]), own)
    assert shares.iloc[0] == 0.25 and shares.iloc[1:].isna().all()
    decided = keywords.decide(
        pd.DataFrame({"keyword": ["pipe"], "impressions": 9, "clicks": 3, "spend": 1.0, "inquiries": 0}).assign(
            first_page=0.25
        ),
        100,
    )
    assert decided["reading"].iloc[0]["id"] == "keywords.head_first_page" and decided["first_page"].tolist() == [0.25]


def test_roles_are_read_by_their_own_figures():
    table = pd.DataFrame(
        {
            "keyword": ["pipe", "steel pipe", "steel pipe for water"],
            "impressions": [100, 100, 50],
            "clicks": [10, 10, 5],
            "spend": [30.0, 10.0, 10.0],
            "inquiries": [0, 0, 2],
        }
    )
    roles = ad_words.by_role(keywords.decide(table, 100)).set_index("role")
    head, tail = roles.loc["head"], roles.loc["long_tail"]
    assert (head["word_count"], head["ctr"], head["spend_share"]) == (2, 0.1, 0.8)
    assert np.isnan(head["cost_per_inquiry"]) and tail["cost_per_inquiry"] == 5
    assert tail["rate_lower"] < 2 / 5 < tail["rate_upper"]
    assert ad_words.by_role(keywords.decide(table.head(0), 100)).empty


def test_the_most_money_at_stake_stands_first():
    decided = pd.DataFrame({"expected_profit": [5.0, -50.0, np.nan, 20.0], "spend": [1.0, 60.0, 30.0, 2.0]})
    assert ad_words.by_stake(decided).index.tolist() == [1, 2, 3, 0]


@pytest.mark.parametrize(("gain", "kept"), [(0.2, False), (0.21, True)])
def test_a_grouping_has_to_gain_more_than_two_standard_errors(monkeypatch, gain, kept):
    best = pd.DataFrame({"gain": [gain, 0.0], "gain_se": [0.1, 0.0]}, index=["campaign", "one group"])
    monkeypatch.setattr(ad_words.rates, "choose_group", lambda *_: best)
    assert (ad_words.grouping(words(0.03, 0.03)) is not None) == kept
