from datetime import date

import pandas as pd
import pytest
from scipy.stats import binomtest

from opsbook.analysis import missed, rules
from opsbook.analysis.diagnosis import limits_of

LIMITS = limits_of(rules.load(date(2026, 9, 19)))
TEXTS = pd.Series({"1": "Red lamp", "2": "Blue chair"})
VISITOR = {
    "visitor_id": "v1",
    "on": "2026-09-18",
    "country": "US",
    "level": "L2",
    "page_views": 4,
    "stay_seconds": 60,
    "keywords": "red lamp",
    "suppliers_viewed": 11,
    "suppliers_inquired": 0,
    "suppliers_tm": 9,
    "inquired": False,
    "tm": False,
    "product_id": "1",
}


def visits(*changes, **common):
    """Visitors of their own, each like the example but for what is given."""
    rows = [VISITOR | {"visitor_id": f"v{number}"} | common | change for number, change in enumerate(changes)]
    return pd.DataFrame(rows)


def people(*changes, **common):
    return missed.encounters(visits(*changes, **common), TEXTS, LIMITS)


def test_the_example_of_eleven_nine_two_is_a_miss():
    table = missed.by_product(people({}), LIMITS["chance"])
    assert table.loc["1", ["eager", "missed"]].tolist() == [1, 1]
    assert LIMITS["chance"] == pytest.approx(2 / 11)


@pytest.mark.parametrize(
    ("viewed", "contacted", "eager"),
    [(11, 9, True), (11, 8, False), (5, 5, True), (4, 4, False), (6, 5, True), (5, 4, False), (22, 18, True)],
)
def test_eager_buyers_viewed_five_and_contacted_nine_of_eleven(viewed, contacted, eager):
    row = people({"suppliers_viewed": viewed, "suppliers_tm": contacted}).iloc[0]
    assert row["eager"] == eager


def test_inquiries_and_chats_overlap_so_the_larger_counts():
    row = people({"suppliers_inquired": 6, "suppliers_tm": 5}).iloc[0]
    assert (row["suppliers_contacted"], row["contact_rate"]) == (6, pytest.approx(6 / 11))
    assert people({"suppliers_inquired": None, "suppliers_tm": 9}).iloc[0]["eager"]
    assert pd.isna(people({"suppliers_inquired": None, "suppliers_tm": None}).iloc[0]["eager"])


@pytest.mark.parametrize(
    "change", [{"keywords": "blue chair"}, {"keywords": None}, {"tm": None}, {"suppliers_viewed": None}]
)
def test_unmatched_or_unknown_buyers_are_not_judged(change):
    assert len(missed.judged(people(change))) == 0
    assert len(missed.judged(people({}))) == 1


def test_contact_on_any_day_is_contact():
    rows = people({"visitor_id": "v", "inquired": True, "on": "2026-09-14"}, {"visitor_id": "v", "on": "2026-09-18"})
    assert rows["contacted_us"].tolist() == [True]
    assert rows["on"].tolist() == [pd.Timestamp("2026-09-18")]


def test_visitors_without_an_id_are_persons_of_their_own():
    assert len(people({"visitor_id": None}, {"visitor_id": None})) == 2


def test_misses_are_tested_exactly_product_by_product():
    table = missed.by_product(
        people(*[{}] * 4, *[{"tm": True}] * 4, *[{"product_id": "2", "keywords": "chair", "tm": True}] * 3), 2 / 11
    )
    oracle = binomtest(4, 8, 2 / 11, alternative="greater")
    assert table.loc["1", "p_value"] == pytest.approx(oracle.pvalue)
    interval = binomtest(4, 8).proportion_ci(0.9, "exact")
    assert table.loc["1", ["lower", "upper"]].tolist() == pytest.approx([interval.low, interval.high])
    assert table.loc["2", ["eager", "missed", "p_value"]].tolist() == [3, 0, 1]
    assert table.loc["2", "sisters"] == pytest.approx((4 + 2 / 11) / (8 + 1))


@pytest.mark.parametrize(
    ("missed_buyers", "eager", "below"), [(3, 5, True), (4, 8, True), (5, 10, True), (8, 20, True), (2, 5, False)]
)
def test_how_many_misses_are_more_than_chance(missed_buyers, eager, below):
    rows = people(*[{}] * missed_buyers, *[{"tm": True}] * (eager - missed_buyers))
    assert (missed.by_product(rows, 2 / 11)["p_value"].item() < 0.05) == below


def test_who_wrote_to_everyone_could_not_pass_us_over():
    table = missed.by_product(people({"suppliers_tm": 11, "tm": True}, {"tm": True}, {}), 2 / 11)
    assert table[["eager", "missed", "left_out"]].iloc[0].tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("change", "noise"),
    [
        ({}, True),
        ({"page_views": 2}, False),
        ({"stay_seconds": 5}, False),
        ({"stay_seconds": 4.9}, True),
        ({"level": "L0"}, False),
        ({"level": " "}, True),
        ({"tm": True}, False),
    ],
)
def test_noise_is_one_page_a_few_seconds_no_level_no_contact(change, noise):
    row = people({"page_views": 1, "stay_seconds": 2, "level": None} | change).iloc[0]
    assert row["noise"] == noise


def test_noise_is_unknown_without_stay_or_pages():
    assert pd.isna(people({"stay_seconds": None}).iloc[0]["noise"])
    assert people({}, page_views=1).drop(columns="noise").shape[0] == 1


def test_funnel_keeps_the_unknown_apart():
    rows = people({}, {"tm": True}, {"keywords": None}, {"keywords": "chair"}, {"suppliers_tm": 1})
    table = missed.funnel(rows).set_index("step")
    assert table["visits"].tolist() == [5, 5, 3, 2, 1]
    assert table["unknown"].tolist() == [0, 0, 1, 0, 0]
    assert table.loc["words match", "share"] == pytest.approx(3 / 4)


def test_a_table_without_rows_or_columns_is_no_error():
    rows = missed.encounters(pd.DataFrame(), TEXTS, LIMITS)
    assert missed.by_product(rows, 2 / 11).empty
    assert missed.funnel(rows)["visits"].tolist() == [0] * 5
    assert visits({})["on"].tolist() == ["2026-09-18"]


def test_the_input_is_not_changed():
    table = visits({}, {"tm": None})
    before = table.copy()
    missed.encounters(table, TEXTS, LIMITS)
    pd.testing.assert_frame_equal(table, before)
