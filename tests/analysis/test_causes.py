"""The causes found, ready to be read: one row per branch, named objects, the step of the wrong buyers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import causes, diagnosis, rules
from opsbook.report.findings import word

WEEK = date(2026, 9, 19)
LIMITS = diagnosis.limits_of(rules.load(WEEK))
NAMES = pd.Series({"1": "Steel pipe"})
WRONG = {"id": "keywords.wrong_buyers", "keywords": ["shoes"], "probability": 0.9}


def finding(cause, verdict, probability, object="", scope="store"):
    evidence = {"id": "diagnosis.not_enough", "object": object}
    next_step = {"id": "diagnosis.next.none"}
    return dict(zip(diagnosis.COLUMNS, [scope, object, cause, probability, evidence, next_step, verdict], strict=True))


FOUND = pd.DataFrame(
    [
        finding("first_screen", "named", 0.85, "2", "product"),
        finding("first_screen", "named", 0.95, "1", "product"),
        finding("word", "waiting", 0.9, "shoes", "keyword"),
        finding("noise", "cleared", 0.0),
        finding("buyer_level", "unknown", np.nan),
        finding("word", "cleared", 0.1, "tube", "keyword"),
        finding("first_screen", "unknown", np.nan, "3", "product"),
    ]
)


def test_the_tree_shows_the_most_telling_row_of_each_branch_in_order():
    table = causes.tree(FOUND, NAMES)
    assert table["cause"].tolist() == ["noise", "buyer_level", "first_screen", "word"]
    assert table["object"].tolist() == ["", "", "Steel pipe", "shoes"]
    assert table["verdict"].tolist() == ["cleared", "unknown", "named", "waiting"]
    assert causes.tree(FOUND.head(0), NAMES).empty


def test_wrong_buyers_of_words_stand_in_for_those_of_the_store():
    row = causes.tree(FOUND, NAMES, WRONG).iloc[1]
    assert (row["verdict"], row["object"], row["probability"], row["evidence"]) == ("named", "shoes", 0.9, WRONG)
    assert "shoes" in word(row["next_step"])
    store = FOUND.assign(verdict=FOUND["verdict"].mask(FOUND["cause"] == "buyer_level", "named"))
    assert causes.tree(store, NAMES, WRONG).iloc[1]["object"] == ""


def test_the_wrong_buyers_of_words_are_told_together():
    words = pd.DataFrame([finding("buyer_level", "named", 0.9, name, "keyword") for name in ("shoes", "boots")])
    rows = pd.concat([FOUND[FOUND["cause"] != "buyer_level"], words], ignore_index=True)
    assert causes.sentences(rows, NAMES) == causes.sentences(FOUND, NAMES)
    assert causes.tree(rows, NAMES, WRONG).iloc[1]["evidence"] == WRONG


def test_sentences_name_the_object_and_bring_the_evidence():
    told = causes.sentences(FOUND, NAMES)
    assert [(message["id"], message["object"]) for message in told] == [
        ("keywords.cause.first_screen", "2"),
        ("keywords.cause.first_screen", "Steel pipe"),
    ]
    assert word(told[1]) == 'The first screen of "Steel pipe" loses buyers (95% sure). Not enough data to tell.'


@pytest.mark.parametrize("cause", diagnosis.STEPS)
def test_every_cause_has_its_sentence(cause):
    assert word(causes.sentences(pd.DataFrame([finding(cause, "named", 0.9, "x")]), NAMES)[0])


def test_only_named_pages_get_a_checklist():
    assert causes.pages(FOUND) == ["2", "1"] and causes.pages(FOUND.tail(4)) == []


def test_titles_are_the_newest_of_the_last_table():
    old = pd.DataFrame({"product_id": ["1", "1", "2"], "title": ["a", "b", None]})
    new = pd.DataFrame({"product_id": ["1", "3"], "title": ["c", "d"]})
    assert causes.titles(old).to_dict() == {"1": "b"}
    assert causes.titles(old, new).to_dict() == {"1": "c", "3": "d"}
    table = causes.titled(pd.DataFrame({"product_id": ["1", "9", None]}), NAMES)
    assert table["title"].tolist()[:2] == ["Steel pipe", "9"] and pd.isna(table["title"].iloc[2])


def test_what_is_to_be_done_names_products_and_leaves_out_what_was_dropped():
    proposals = pd.DataFrame({"object": ["1", "shoes", "1"], "kept": [True, True, False]}, dtype=object)
    assert causes.to_do(proposals, NAMES)["object"].tolist() == ["Steel pipe", "shoes"]
    assert causes.to_do(proposals.head(0), NAMES).empty


def test_missed_buyers_correct_for_the_number_of_products():
    people = pd.DataFrame(
        {
            "product_id": ["1"] * 6 + ["2"] * 6,
            "matched": True,
            "eager": True,
            "noise": False,
            "contacted_us": [False] * 6 + [True] * 6,
            "suppliers_viewed": 10.0,
            "suppliers_contacted": 9.0,
        }
    ).astype(dict.fromkeys(["matched", "eager", "noise", "contacted_us"], "boolean"))
    table = causes.missed_buyers(people, LIMITS, NAMES)
    assert table["title"].tolist() == ["Steel pipe", "2"] and table["missed"].tolist() == [6, 0]
    assert table["p_value"].iloc[0] == pytest.approx((2 / 11) ** 6)
    assert table["p_holm"].tolist() == pytest.approx([2 * (2 / 11) ** 6, 1])


def gap(*steps, actual=60.0):
    """A gap of 100 expected opportunities with (cause, object, inquiries) between."""
    rest = actual - 100 - sum(step[2] for step in steps)
    table = pd.DataFrame(
        [("expected", "", 100.0), *steps, ("rest", "", rest), ("actual", "", actual)],
        columns=["cause", "object", "inquiries"],
    )
    table["running"] = table["inquiries"].cumsum().where(table["cause"] != "actual", actual)
    return table.assign(inquiries_lower=50.0, inquiries_upper=70.0)


KPI = pd.DataFrame(
    {"visitors": [1000], "opportunities": [60], "opportunity_rate_peer_avg": [0.1], "period_end": [pd.Timestamp(WEEK)]}
)
ADS = pd.DataFrame(
    {"keyword": ["Shoes", "tube"], "clicks": [500, 100], "opportunities": [20, 9], "period_end": pd.Timestamp(WEEK)}
)
BUYERS = pd.DataFrame({"keyword": ["shoes", "tube"], "verdict": ["named", "cleared"]})


def stepped(table, buyers=BUYERS, ads=ADS):
    return causes.with_wrong_buyers(table, buyers, {"store_kpi": KPI, "ad_keyword": ads}, week=WEEK, weeks=8)


def test_the_step_of_the_wrong_buyers_replaces_that_of_their_words():
    table = stepped(gap(("word", "shoes", -10.0), ("word", "tube", -5.0)))
    assert table["cause"].tolist() == ["expected", "buyer_level", "word", "rest", "actual"]
    assert table["inquiries"].tolist() == [100, -30, -5, -5, 60]  # 20 came of 500 clicks, at 10 % it were 50
    assert table["running"].tolist() == [100, 70, 65, 60, 60]


def test_without_wrong_buyers_the_gap_stays():
    whole = gap(("word", "shoes", -10.0))
    pd.testing.assert_frame_equal(stepped(whole, BUYERS.assign(verdict="cleared")), whole)
    pd.testing.assert_frame_equal(stepped(whole, ads=ADS.assign(opportunities=[50, 9])), whole)
    assert stepped(whole.head(0)).empty


@pytest.mark.parametrize(
    ("expected", "side"), [(70.0, "level"), (70.1, "short"), (50.0, "level"), (49.9, "ahead"), (60.0, "level")]
)
def test_the_gap_is_told_only_beyond_chance(expected, side):
    table = gap()
    table.loc[0, "inquiries"] = expected
    message = causes.gap_sentence(table)
    assert message["id"] == f"keywords.gap_{side}" and "60 opportunities came (by chance 50 to 70)" in word(message)
    assert causes.gap_sentence(table.head(0)) is None
