"""The word library: families, comings and goings, steadiness, and what to add."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import rules, words
from opsbook.report.messages.keywords import MESSAGES

RULES = rules.load(date(2026, 9, 19))


@pytest.mark.parametrize(
    "spellings",
    [
        ["zapatos atléticos", "zapatos atlticos", "zapatos atleticos", "Zapatos  Atléticos"],
        ["tnis masculino", "tenis masculino"],
        ["tnis masculino", "ténis masculino"],
        ["niño zapato", "nio zapato", "nino zapatos"],
        ["steel pipe", "Steel Pipes", " steel  pipe "],
        ["dress", "dresses"],
        ["box", "boxes"],
        ["watch", "watches"],
    ],
)
def test_spellings_of_one_word_are_one_family(spellings):
    assert words.family(pd.Series(spellings)).nunique() == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("bot", "boot"), ("hats", "heats"), ("glass", "gla"), ("bus", "bu"), ("38", "39"), ("运动鞋", "运动衣")],
)
def test_different_words_stay_apart(one, other):
    assert words.family(pd.Series([one, other])).nunique() == 2


def test_a_dropped_letter_is_only_assumed_where_another_word_has_it():
    assert words.family(pd.Series(["tnis"])).tolist() == ["tni"]
    assert words.family(pd.Series(["tnis", "tenis"])).tolist() == ["teni", "teni"]


def test_families_keep_the_index_and_missing_words():
    names = words.family(pd.Series(["shoes", None, "shoe"], index=[5, 5, 7]))
    assert names.index.tolist() == [5, 5, 7]
    assert names.isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("index", "sellers", "expected"),
    [(200, 10, True), (199, 10, False), (200, 11, False), (None, 5, None), (300, None, None), (100, None, False)]
    + [(None, 11, False), (None, None, None)],
)
def test_opportunity_words_are_searched_much_and_sold_by_few(index, sellers, expected):
    row = pd.DataFrame({"keyword": ["a"], "keyword_index": [index], "seller_index": [sellers]})
    found = words.opportunities(row, rules=RULES).iloc[0]
    assert found is pd.NA if expected is None else found == expected


def weeks(word: str, clicks: list[float]) -> pd.DataFrame:
    ends = pd.date_range("2026-08-01", periods=len(clicks), freq="7D")
    return pd.DataFrame({"keyword": word, "period_end": ends, "clicks": clicks})


def test_stable_words_vary_little_over_four_weeks():
    history = pd.concat(
        [
            weeks("steady", [10, 12, 8, 10]),
            weeks("bursting", [1, 30, 2, 1]),
            weeks("short", [10, 10, 10]),
            weeks("silent", [0, 0, 0, 0]),
        ]
    )
    table = words.stability(history, rules=RULES).set_index("family")
    assert table.loc["steady", "variation"] == pytest.approx(np.std([10, 12, 8, 10], ddof=1) / 10)
    assert table["stable"].dropna().to_dict() == {"bursting": False, "steady": True}
    assert table["stable"].isna()[["short", "silent"]].all()
    assert table.loc["short", ["weeks", "weekly_mean"]].tolist() == [3, 10]


def test_a_week_without_a_row_is_unknown_and_spellings_are_added_up():
    history = pd.concat([weeks("pipe", [10, np.nan, 10, 10, 10]), weeks("pipes", [10])])
    table = words.stability(history, rules=RULES)
    assert table[["weeks", "weekly_mean"]].values.tolist() == [[4, 12.5]]


def test_words_that_came_and_words_that_went():
    before = pd.DataFrame({"keyword": ["pipe", "tubes", "tube", "valve"], "impressions": [90, 20, 50, 10]})
    now = pd.DataFrame({"keyword": ["Pipes", "flange", None], "impressions": [80, 30, 5]})
    table = words.changes(now, before, rules=RULES)
    assert table[["family", "list_change", "impressions", "certain"]].values.tolist() == [
        ["tube", "gone", 50, True],
        ["flange", "new", 30, True],
        ["valve", "gone", 10, True],
    ]


@pytest.mark.parametrize(("rows", "impressions", "certain"), [(500, 8, True), (500, 7, False), (499, 7, True)])
def test_a_full_export_only_proves_a_word_gone_above_its_cut(rows, impressions, certain):
    """Paused words vanish from exports, and so do words that only slipped below the cut."""
    now = pd.DataFrame({"keyword": [f"kind {i}" for i in range(rows)], "impressions": 7})
    before = pd.DataFrame({"keyword": ["pipe"], "impressions": [impressions]})
    table = words.changes(now, before, rules=RULES)
    assert table[table["list_change"] == "gone"]["certain"].tolist() == [certain]


OWN = pd.DataFrame(
    {
        "keyword": ["zapatos atlticos", "steel pipe", "adidas shoes", "asked", "rare", "tubo"],
        "keyword_index": [300, 500, 900, None, 400, 50],
        "seller_index": [5, 5, 5, None, 3, 3],
        "inquiries": [0, 0, 3, 2, 0, 0],
    }
)


def test_candidates_are_wanted_and_not_advertised_yet():
    ads = pd.DataFrame({"keyword": ["Steel Pipes", "zapatos atléticos"]})
    industry = pd.DataFrame({"keyword": ["fresh word", "steel pipe", "rares"]})
    table = words.candidates(OWN, ads, industry, brand_words=["Adidas"], rules=RULES)
    assert table[["keyword", "add_reason", "decision"]].values.tolist() == [
        ["asked", "has_inquiries", "add"],
        ["rare", "opportunity", "add"],
        ["fresh word", "new_industry_word", "add"],
    ]
    for message in table["evidence"]:
        assert MESSAGES[message["id"]].format(**message)


def test_candidates_need_no_inquiries_and_no_industry_words():
    table = words.candidates(OWN.drop(columns="inquiries"), pd.DataFrame({"keyword": []}), rules=RULES)
    assert table["keyword"].tolist() == ["steel pipe", "rare", "zapatos atlticos"]  # a known brand is none to add
    assert words.candidates(OWN.iloc[:0], pd.DataFrame({"keyword": []}), rules=RULES).empty


@pytest.mark.parametrize(
    ("word", "brand"),
    [("adidas shoes", True), ("shoes ADIDAS", True), ("adidasler", False), ("my-adidas", True), ("nike's", False)]
    + [("hermès bag", True), ("hermes", True), (None, False), ("耐克鞋", True)],
)
def test_brands_of_others_are_found_as_whole_words(word, brand):
    assert words.is_brand(pd.Series([word]), ["Adidas", "Hermes", "耐克", " "]).tolist() == [brand]


def test_without_a_list_of_brands_nothing_is_a_brand():
    assert words.is_brand(pd.Series(["adidas"]), []).tolist() == [False]


def test_words_of_buyers_who_asked_are_counted_once_per_buyer():
    own = pd.DataFrame({"keyword": ["steel pipe", "tube"], "keyword_index": [10, 20]})
    people = pd.DataFrame(
        {
            "visitor_id": ["a", "a", "b", "c", "d", "e"],
            "keywords": ["Steel Pipes, valve", "steel pipe", "valve;tube", "tube", "led strip", None],
            "contacted_us": pd.array([True, True, True, False, True, True], dtype="boolean"),
            "matched": pd.array([True, True, None, True, False, True], dtype="boolean"),
        }
    )
    table = words.asked_by(own, people).set_index("keyword")["inquiries"]
    assert table.to_dict() == {"steel pipe": 1, "tube": 1, "valve": 2}
    assert words.asked_by(own, people.head(0))["inquiries"].isna().all()
    assert words.asked_by(own.head(0), people)["keyword"].tolist() == ["Steel Pipes", "valve", "tube"]


def test_words_that_name_no_product_the_buyer_saw_do_not_count():
    own = pd.DataFrame({"keyword": ["steel pipe"]})
    people = pd.DataFrame(
        {
            "visitor_id": list("abcd"),
            "product_id": ["1", "1", "2", None],
            "keywords": ["steel pipe, phone case", "custom pillow case, led strip", "led strip", "pillow case"],
            "contacted_us": pd.array([True] * 4, dtype="boolean"),
            "matched": pd.array([True] * 4, dtype="boolean"),
        }
    )
    texts = pd.Series({"1": "Steel pipe, case", "3": "Custom pillow case"})
    table = words.asked_by(own, people, texts, ["custom"]).set_index("keyword")["inquiries"]
    assert table.to_dict() == {"steel pipe": 1, "led strip": 1, "pillow case": 1}  # of product 2 nothing is known
    assert words.asked_by(own, people.head(0), texts)["inquiries"].isna().all()


def test_new_industry_words_are_in_no_older_export_and_not_ours():
    ends = pd.to_datetime(["2026-09-12", "2026-09-19", "2026-09-19", "2026-09-19"])
    industry = pd.DataFrame({"keyword": ["pipe", "pipes", "tube", "valve"], "period_end": ends})
    own = pd.DataFrame({"keyword": ["Tube"]})
    assert words.new_industry_words(industry, own, date(2026, 9, 19))["keyword"].tolist() == ["valve"]
    assert words.new_industry_words(industry.head(0), own, date(2026, 9, 19)).empty


def test_spellings_of_a_family_stand_together():
    table = words.spellings(
        pd.DataFrame({"keyword": ["pipe", "pipes", "tube", "tube", "valve"], "impressions": [1, 2, 5, 6, 9]})
    )
    assert table["family"].tolist() == ["tube", "pipe"] and table["impressions"].tolist() == [11, 3]
    assert table["spellings"].tolist() == [["tube"], ["pipe", "pipes"]] and table["word_count"].tolist() == [2, 2]


def test_steady_words_stand_first_with_the_decision_of_the_dearest_spelling():
    steadiness = pd.DataFrame(
        {
            "family": ["pipe", "tube", "valve"],
            "weekly_mean": [5.0, 50.0, 9.0],
            "stable": pd.array([True, None, True], dtype="boolean"),
        }
    )
    decided = pd.DataFrame({"keyword": ["pipes", "pipe"], "spend": [1.0, 2.0], "decision": ["pause", "raise"]})
    table = words.with_decisions(steadiness, decided)
    assert table["family"].tolist() == ["valve", "pipe", "tube"]
    assert table["keyword"].tolist()[1] == "pipe" and table["decision"].tolist()[1] == "raise"
    assert pd.isna(table["decision"].iloc[0])


@pytest.mark.parametrize(
    ("natural", "sellers", "index", "route"),
    [
        (50, 20, 10, "natural"),  # half of what the ten best have
        (49, 11, 10, "p4p"),  # many sell
        (49, 10, 199, "title_first"),  # few sell and few search
        (49, 10, 200, "p4p"),  # an opportunity
        (49, None, 10, "unknown"),
        (None, 20, 300, "unknown"),
    ],
)
def test_the_route_follows_from_reach_and_competition(natural, sellers, index, route):
    own = pd.DataFrame(
        {
            "keyword": ["pipe"],
            "impressions": [None if natural is None else natural + 30],
            "p4p_impressions": [30],
            "top10_impressions": [100],
            "keyword_index": [index],
            "seller_index": [sellers],
        }
    )
    assert words.routes(own, rules=RULES)["route"].tolist() == [route]


def test_a_word_that_is_not_worth_its_clicks_is_left_to_natural_ranking():
    own = pd.DataFrame({"keyword": ["Pipes"], "impressions": [5], "top10_impressions": [100], "seller_index": [20]})
    own["keyword_index"] = 10
    decided = pd.DataFrame({"keyword": ["pipe"], "decision": ["pause"]})
    assert words.routes(own, decided, rules=RULES)["route"].tolist() == ["natural"]
    assert words.routes(own, decided.assign(decision="keep"), rules=RULES)["route"].tolist() == ["p4p"]


def test_without_an_earlier_export_no_word_is_called_new():
    now = pd.DataFrame({"keyword": ["pipe"], "impressions": [9]})
    assert words.changes(now, now.head(0), rules=RULES).empty and words.changes(now.head(0), now, rules=RULES).empty


def test_a_word_with_paid_impressions_is_advertised():
    own = pd.DataFrame({"keyword": ["pipe", "tube", "valve"], "keyword_index": 500, "seller_index": 3})
    own["p4p_impressions"] = [1, 0, None]
    nothing = pd.DataFrame({"keyword": pd.Series(dtype="str")})
    assert words.candidates(own, nothing, rules=RULES)["keyword"].tolist() == ["tube", "valve"]


def test_totals_are_the_plain_sums_and_nothing_known_stays_unknown():
    own = pd.DataFrame({"keyword": ["a", "a", "b"], "impressions": [1325, 23, 0], "clicks": [4, 0, None]})
    table = words.totals(own, own.iloc[:1]).set_index("metric")
    assert table["value"].dropna().to_dict() == {"word_count": 3, "impressions": 1348, "clicks": 4}
    assert table.loc["impressions", "wow"] == pytest.approx(23 / 1325)
    assert words.totals(own.iloc[:0], own)["value"].isna().all()
