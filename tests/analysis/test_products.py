from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import products, rules
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.report.messages import MESSAGES

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)


def words(messages) -> list[str]:
    return [MESSAGES[message["id"]].format(**message) for message in messages]


def scored(*scores) -> pd.DataFrame:
    return products.standing(pd.DataFrame({"product_id": range(len(scores)), "growth_score": scores}), rules=RULES)


def test_standing_on_both_sides_of_every_bound():
    table = scored(100, 80, 79.9, 75, 74.9, 60, 59.9, 0, None)
    expected = ["strong", "strong", "near_miss", "near_miss", "middle", "middle", "low", "low", "unknown"]
    assert table["standing"].tolist() == expected
    assert table["points_missing"].round(1).tolist()[2:8] == [0.1, 5, 5.1, 20, 20.1, 80]
    assert table["points_missing"].isna().tolist() == [True, True] + 6 * [False] + [True]


def test_standing_keeps_the_index_and_does_without_scores():
    table = products.standing(pd.DataFrame({"product_id": ["a", "b"]}, index=[4, 4]), rules=RULES)
    assert table.index.tolist() == [4, 4] and (table["standing"] == "unknown").all()


def test_pyramid_uses_the_tiers_of_the_day():
    profile = pd.DataFrame({"tier": ["平台爆品", "平台爆品", "实力优品", None]})
    now = products.pyramid(profile, rules=RULES)
    assert now["product_tier"].tolist()[:2] == ["平台爆品", "平台优品"]
    assert now["products"].tolist() == [2, 0, 0, 0, 0, 1, 1] and now["share"].sum() == 1
    assert now["in_force"].tolist() == [True] * 5 + [False] * 2
    before = products.pyramid(profile, rules=rules.load(date(2023, 5, 1)))
    assert before.loc[before["product_tier"] == "实力优品", ["in_force", "products"]].to_numpy().tolist() == [[True, 1]]
    assert products.pyramid(profile.head(0), rules=RULES)["share"].isna().all()


@pytest.mark.parametrize(
    ("columns", "check", "verdict", "found"),
    [
        ({"keywords": "a" * 25 + "," + "b" * 25}, "keyword_characters", "pass", 50),
        ({"keywords": "a" * 25 + ", " + "b" * 26}, "keyword_characters", "fail", 51),
        ({"keywords": "red shoe"}, "keyword_characters", "pass", 8),
        ({"keywords": " , "}, "keyword_characters", "unknown", None),
        ({"keywords": None}, "keyword_characters", "unknown", None),
        ({"keywords": "red shoe，men；Shoe Red", "title": "Men RED Shoe"}, "keywords_in_title", "pass", 3),
        ({"keywords": "red shoe,blue shoe", "title": "Red shoes shoe"}, "keywords_in_title", "fail", 1),
        ({"keywords": "red", "title": None}, "keywords_in_title", "unknown", None),
        ({"images": 6}, "pictures", "pass", 6),
        ({"images": 5}, "pictures", "fail", 5),
        ({"images": None}, "pictures", "unknown", None),
        ({"image_side": 750}, "picture_side", "pass", 750),
        ({"image_side": 749}, "picture_side", "fail", 749),
        ({"category_filled": True}, "category", "pass", 1),
        ({"category_filled": False}, "category", "fail", 0),
        ({"has_video": True}, "video", "pass", 1),
        ({"has_video": False}, "video", "fail", 0),
        ({"has_video": None}, "video", "unknown", None),
    ],
)
def test_lint(columns, check, verdict, found):
    profile = pd.DataFrame({"product_id": ["p"]} | {name: [value] for name, value in columns.items()})
    row = products.lint(profile, rules=RULES).set_index("check").loc[check]
    assert row["verdict"] == verdict
    assert row["found"] == found if found is not None else np.isnan(row["found"])
    assert words([row["evidence"]])


def test_lint_skips_columns_that_are_not_there():
    profile = pd.DataFrame({"product_id": ["p"], "images": [6], "keywords": ["a"]})
    assert products.lint(profile, rules=RULES)["check"].tolist() == ["keyword_characters", "pictures"]
    assert products.lint(profile[["product_id"]], rules=RULES).empty


def test_actions_of_every_kind():
    profile = pd.DataFrame(
        {"product_id": list("abcdefg"), "growth_score": [79, 75, 50, 59, 90, None, 76], "images": [1, 6, 6, 6, 6, 6, 6]}
    )
    declines = pd.DataFrame(
        {
            "product_id": ["x", "y"],
            "verdict": ["decline", "no decline"],
            "evidence": [{"id": "products.watch_unknown"}] * 2,
        }
    )
    swaps = pd.DataFrame(
        {"out_id": ["weak"], "in_id": ["strong"], "evidence": [{"id": "products.swap", "ahead": 3, "of": 4}]}
    )
    table = products.actions(
        week=WEEK,
        standings=products.standing(profile, rules=RULES),
        swaps=swaps,
        checks=products.lint(profile, rules=RULES),
        declines=declines,
        top=2,
    )
    assert tuple(table.columns) == ACTION_COLUMNS
    assert [(row["action"]["id"].split("_", 1)[1], row["object"]) for row in table.to_dict("records")] == [
        ("decline", "x"),
        ("swap", "strong"),
        ("near_miss", "a"),
        ("near_miss", "g"),
        ("low", "c"),
        ("low", "d"),
        ("lint", "a"),
    ]
    assert words(table["action"]) and words(table["evidence"])
    assert "weak" in words(table["action"])[1]
    assert products.actions(week=WEEK).empty


def test_warnings_alone_propose_nothing():
    profile = pd.DataFrame({"product_id": ["p"], "has_video": [False], "keywords": ["x" * 60]})
    assert products.actions(week=WEEK, checks=products.lint(profile, rules=RULES)).empty


def exported(**columns):
    empty = {name: [np.nan] * len(columns["product_id"]) for name in products.ADDITIVE}
    return pd.DataFrame(empty | columns)


def test_totals_are_the_sums_of_the_file_beside_those_of_the_week_before():
    now = exported(product_id=["1", "2", "3"], search_impressions=[100, 50, 0], inquiries=[2, None, 1])
    before = exported(product_id=["1", "2"], search_impressions=[80, 40], inquiries=[0, 0])
    table = products.totals(now, before).set_index("metric")
    assert table.loc["products", ["value", "before", "wow", "unknown_rows"]].tolist() == [3, 2, 0.5, 0]
    assert table.loc["search_impressions", ["value", "before", "wow", "unknown_rows"]].tolist() == [150, 120, 0.25, 0]
    assert table.loc["inquiries", ["value", "before", "unknown_rows"]].tolist() == [3, 0, 1]
    assert pd.isna(table.loc["inquiries", "wow"])
    assert table.loc["search_clicks", ["value", "before"]].isna().all()
    assert not {"visitors", "inquirers", "tm"} & set(table.index)


def test_totals_of_no_export_are_missing_and_not_zero():
    table = products.totals(exported(product_id=[]), exported(product_id=[]))
    assert table[["value", "before", "wow"]].isna().all(axis=None)


def test_failed_checks_are_counted_most_first():
    profile = pd.DataFrame({"product_id": ["1", "2", "3"], "images": [6, 5, None], "has_video": [False, False, False]})
    table = products.lint_summary(products.lint(profile, rules=RULES))
    assert table.to_dict("list") == {
        "check": ["video", "pictures"],
        "severity": ["warning", "fault"],
        "failed": [3, 1],
        "passed": [0, 1],
        "unclear": [0, 1],
    }
    assert products.lint_summary(products.lint(profile[["product_id"]], rules=RULES)).empty
