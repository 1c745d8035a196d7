from datetime import date

import pandas as pd
import pytest

from opsbook.analysis import culprits, missed, rules
from opsbook.analysis.diagnosis import limits_of

LIMITS = limits_of(rules.load(date(2026, 9, 19))) | {"weeks_seen": 1}
NO_CELLS = pd.DataFrame(columns=["product_id", "keyword", "clicks", "inquiries"])
VISITOR = {
    "on": "2026-09-18",
    "level": "L2",
    "page_views": 4,
    "stay_seconds": 60,
    "keywords": "lamp",
    "suppliers_viewed": 3,
    "suppliers_inquired": 0,
    "suppliers_tm": 0,
    "inquired": False,
    "tm": False,
}
KEEN = {"suppliers_viewed": 4, "suppliers_tm": 3}
TEXTS = pd.Series(dict.fromkeys("ABCD", "Red lamp"))


def encounters(*groups):
    """`(product, how many, what differs from the example)` for each group of visitors."""
    rows = [VISITOR | {"product_id": product} | change for product, count, change in groups for _ in range(count)]
    return missed.encounters(pd.DataFrame(rows).assign(visitor_id=range(len(rows))), TEXTS, LIMITS)


def performance(**counts):
    rows = [(name, visitors, inquirers, 0) for name, (visitors, inquirers) in counts.items()]
    table = pd.DataFrame(rows, columns=["product_id", "visitors", "inquirers", "tm"])
    return table.assign(period_kind="week", period_start="2026-09-13", period_end="2026-09-19")


def products(table, people):
    return culprits.products(pd.DataFrame() if table is None else table, NO_CELLS, people, LIMITS)


NOBODY = missed.encounters(pd.DataFrame(), TEXTS, LIMITS)


def test_without_visitors_the_rate_of_the_sisters_is_expected():
    table = products(performance(A=(1000, 4), B=(500, 10), C=(500, 20)), NOBODY)
    assert table["expected"].tolist() == pytest.approx([1000 * 30 / 1000, 500 * 24 / 1500, 500 * 14 / 1500])
    assert table[["visits", "events"]].loc["A"].tolist() == [1000, 4]


def test_visitors_known_by_person_are_not_counted_twice():
    people = encounters(("A", 40, {}), ("A", 2, {"tm": True}), ("B", 30, {}), ("B", 6, {"tm": True}))
    whole = performance(A=(42, 2), B=(36, 6))
    pd.testing.assert_frame_equal(products(whole, people), products(None, people))
    more = products(performance(A=(142, 3), B=(136, 16)), people)
    assert more[["visits", "events"]].loc["A"].tolist() == [142, 3]
    # of 78 buyers who wrote to nobody else 8 wrote to us
    assert more.loc["B", "expected"] == pytest.approx(36 * (2 + 8 / 78) / (42 + 1) + 100 * 1 / 100)
    assert more.loc["A", "expected"] == pytest.approx(42 * (6 + 8 / 78) / (36 + 1) + 100 * 10 / 100)


def test_visitors_of_other_weeks_are_not_taken_out_of_the_report():
    people = encounters(("A", 40, {"on": "2026-09-12"}), ("B", 30, {"on": None}), ("B", 6, {"on": None, "tm": True}))
    table = products(performance(A=(100, 3), B=(136, 16)), people)
    assert table[["visits", "events"]].to_numpy().tolist() == [[140, 3], [136, 16]]


def test_buyers_who_write_to_most_are_expected_to_write_more_often():
    wrote = [(name, 9, KEEN | {"tm": True, "suppliers_tm": 4}) for name in "BCD"]
    passed = [(name, 1, KEEN) for name in "BCD"]
    people = encounters(("A", 8, KEEN), *wrote, *passed, *[(name, 100, {}) for name in "ABCD"])
    table = products(None, people)
    assert table.loc["A", "expected"] == pytest.approx(8 * (27 + 27 / 438) / 31 + 100 * (27 / 438) / 301)
    assert table.loc["A", "probability"] > 0.8


def test_a_product_whose_visitors_write_to_nobody_is_not_blamed():
    groups = [(name, 10, KEEN | {"suppliers_tm": 4, "tm": True}) for name in "BCD"]
    people = encounters(("A", 300, {}), *groups, *[(name, 50, {}) for name in "BCD"])
    assert not products(None, people).loc["A", "probability"] > 0.2


def test_a_product_alone_is_not_judged():
    row = products(None, encounters(("A", 300, {}))).loc["A"]
    assert (row["expected"], pd.isna(row["probability"])) == (0, True)


def test_a_store_with_few_events_elsewhere_says_less_of_a_product():
    few = products(performance(A=(1000, 2), B=(250, 4)), NOBODY).loc["A"]
    many = products(performance(A=(1000, 2), B=(5000, 80)), NOBODY).loc["A"]
    assert few["expected"] == many["expected"] == pytest.approx(16)
    assert few["probability"] < many["probability"]


def test_words_are_expected_to_do_as_the_others_on_the_same_products():
    rows = [(page, word, 100, 0 if word == "a" else 8) for page in "AB" for word in "abcdefghij"]
    table = culprits.words(pd.DataFrame(rows, columns=NO_CELLS.columns), LIMITS)
    assert table.loc["a", ["visits", "events", "products"]].tolist() == [200, 0, 2]
    assert table.loc["a", "expected"] == pytest.approx(16, rel=0.1)
    assert table.loc["a", "probability"] == table["probability"].max() > 0.8
    assert set(table["shared"]) == {1}


def test_a_product_whose_words_are_hardly_known_is_blamed_less():
    known = {"A": (1000, 2), "B": (1000, 20), "C": (1000, 20)}
    one = pd.DataFrame([(page, f"only {page}", 1000, 20) for page in "ABC"], columns=NO_CELLS.columns)
    sure = culprits.products(performance(**known), NO_CELLS, NOBODY, LIMITS).loc["A"]
    unsure = culprits.products(performance(**known), one, NOBODY, LIMITS).loc["A"]
    assert sure["expected"] == unsure["expected"] and unsure["probability"] < sure["probability"]
    assert (sure["doubt"], unsure["doubt"]) == (0, pytest.approx(1 / 12))
