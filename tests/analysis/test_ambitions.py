from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import ambitions, rules
from opsbook.report.messages import MESSAGES

RULES = rules.load(date(2026, 9, 19))


def keywords(*rows) -> pd.DataFrame:
    columns = ["keyword", "keyword_index", "impressions", "clicks", "top10_impressions"]
    return pd.DataFrame(rows, columns=columns)


def ads(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["keyword", "clicks", "spend", "opportunities"])


@pytest.mark.parametrize(
    ("word", "index", "expected"),
    [
        ("running shoes", 200, "head"),
        ("running shoes", 199, "middle"),
        ("  running   shoes ", 200, "head"),
        ("运动鞋批发", 500, "head"),
        ("red running shoes", 500, "long_tail"),
        ("red running shoes", None, "long_tail"),
        ("shoes", None, "unknown"),
        (None, 500, "unknown"),
    ],
)
def test_class_of_a_word(word, index, expected):
    assert ambitions.word_class(keywords((word, index, 1, 1, 1)), rules=RULES).tolist() == [expected]


def test_head_words_are_judged_by_impressions_against_the_top10():
    judged = ambitions.judge(
        keywords(("a", 500, 50, 1, 100), ("b", 500, 49, 9, 100), ("c", 500, 49, 9, 0), ("d", 500, None, 9, 10)),
        rules=RULES,
    )
    assert judged["verdict"].tolist() == ["reached", "not reached", "unknown", "unknown"]
    assert judged["share"].tolist()[:2] == [0.5, 0.49]
    assert (judged["aim"] == "traffic").all()


def test_long_tail_words_are_judged_by_opportunities():
    table = keywords(*[(word, 5, 1, 1, 1) for word in ("x y one", "x y  Two", "x y three", "x y four")])
    paid = ads(("X Y one", 60, 30, 3), ("x y one", 40, 20, 1), ("x y two", 90, 9, 0), ("x y three", 10, 1, 0))
    judged = ambitions.judge(table, paid, rules=RULES)
    assert judged["verdict"].tolist() == ["reached", "not reached", "not enough data", "unknown"]
    assert judged.loc[0, ["ad_clicks", "spend", "opportunities", "cost_per_opportunity"]].tolist() == [100, 50, 4, 12.5]
    assert judged["cost_per_opportunity"].isna().tolist() == [False, True, True, True]
    # pooled: 4 opportunities in 200 clicks, and a little of the weak prior
    assert judged["expected"].tolist()[:3] == pytest.approx([2, 1.8, 0.2], rel=0.15)
    sure = 1 - np.exp(-judged.loc[1, "expected"])
    verdicts = [ambitions.judge(table, paid, rules=RULES, confidence=c).loc[1, "verdict"] for c in (sure, sure + 1e-9)]
    assert verdicts == ["not reached", "not enough data"]


def test_labels_may_stand_twice():
    table = keywords(("x y one", 5, 1, 1, 1), ("shoes", 500, 1, 1, 1), ("x y two", 5, 1, 1, 1))
    paid = ads(("x y one", 60, 30, 3), ("x y two", 90, 9, 0))
    plain, twice = (ambitions.judge(rows, paid, rules=RULES) for rows in (table, table.set_axis([7, 7, 7])))
    pd.testing.assert_frame_equal(twice.reset_index(drop=True), plain)


def test_one_opportunity_is_enough():
    judged = ambitions.judge(keywords(("x y z", 5, 1, 1, 1)), ads(("x y z", 500, 30, 1)), rules=RULES)
    assert judged.loc[0, "verdict"] == "reached"


def test_inquiries_stand_in_and_missing_ones_stay_missing():
    table = keywords(("x y one", 5, 1, 1, 1), ("x y two", 5, 1, 1, 1))
    paid = pd.DataFrame({"keyword": ["x y one", "x y two"], "clicks": [9, 9], "spend": [1, 1], "inquiries": [3, None]})
    judged = ambitions.judge(table, paid, rules=RULES)
    assert judged["opportunities"].tolist()[0] == 3 and judged["verdict"].tolist() == ["reached", "unknown"]


def test_without_adverts_only_traffic_can_be_judged():
    table = keywords(("a", 500, 50, 1, 100), ("x y z", 5, 1, 1, 1), ("b", 5, 1, 1, 1), ("c", None, 1, 1, 1)).set_axis(
        [3, 3, 1, 0]
    )
    judged = ambitions.judge(table, rules=RULES)
    assert judged["verdict"].tolist() == ["reached", "unknown", "no aim", "unknown"]
    assert judged.index.tolist() == [3, 3, 1, 0]
    summary = ambitions.summary(judged).set_index("word_class")
    assert summary.loc["middle", ["words", "words_no_aim", "words_unknown"]].tolist() == [1, 1, 0]
    assert summary["words"].tolist() == [1, 1, 1, 1] and summary.loc["head", "aim"] == "traffic"
    assert all(MESSAGES[m["id"]].format(**m) for m in judged["evidence"])
    assert ambitions.judge(table.head(0), rules=RULES).empty
