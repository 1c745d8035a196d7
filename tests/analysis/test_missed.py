from datetime import date

import pandas as pd
import pytest
from scipy.stats import binomtest, poisson

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


def test_kinds_count_what_buyers_do_at_the_other_suppliers():
    rows = people(
        {},  # 9 of the 10 others
        {"tm": True},  # 8 of the 10 others
        {"suppliers_tm": 3},  # 3 of 10
        {"suppliers_tm": 3, "tm": True},  # 2 of 10: at most 0.2 is few
        {"suppliers_tm": 1, "tm": True},  # us alone
        {"suppliers_tm": 0},
        {"suppliers_viewed": 1, "suppliers_tm": 0},
        {"suppliers_viewed": None},
        {"tm": None},
        {"product_id": None},
        {"product_id": "2", "tm": True},
    )
    met, wrote = missed.kinds(rows, LIMITS)
    assert met.loc["1"].to_dict() == {"most": 1, "some": 2, "few": 1, "nobody": 2, "alone": 1, "unknown": 1}
    assert wrote.loc["1"].to_dict() == {"most": 0, "some": 1, "few": 1, "nobody": 1, "alone": 0, "unknown": 0}
    assert met.loc["2"].sum() == wrote.loc["2", "some"] == 1


@pytest.mark.parametrize(("viewed", "contacted", "most"), [(12, 9, True), (12, 8, False)])
def test_most_starts_at_nine_of_eleven_others(viewed, contacted, most):
    met, _ = missed.kinds(people({"suppliers_viewed": viewed, "suppliers_tm": contacted}), LIMITS)
    assert ("most" in met) == most


def noisy(counts, country="BR"):
    junk = {"page_views": 1, "stay_seconds": 2, "level": None, "suppliers_tm": 0, "country": country}
    days = pd.date_range("2026-09-01", periods=len(counts)).strftime("%Y-%m-%d")
    return [junk | {"on": day} for day, count in zip(days, counts, strict=True) for _ in range(count)]


def test_a_burst_is_a_day_of_a_country_far_above_its_other_days():
    found = missed.burst(people(*noisy([1, 2, 12, 1, 2]), *noisy([2, 2, 2, 2, 2], "US")), 0.01)
    assert found == {"country": "BR", "day": "2026-09-03", "burst": 12, "usual": pytest.approx((6 + 1) / 4)}


@pytest.mark.parametrize("counts", [[3, 3, 3, 3], [0, 0, 3, 0], [12], []])
def test_what_chance_or_a_single_day_explains_is_no_burst(counts):
    assert missed.burst(missed.encounters(visits(*noisy(counts)), TEXTS, LIMITS), 0.01) == {}


def test_a_burst_is_judged_for_all_cells_together():
    rows = people(*noisy([1, 1, 7, 1, 1]))
    chance = poisson.sf(6, 5 / 4) * 5
    assert missed.burst(rows, chance * 1.01) and not missed.burst(rows, chance * 0.99)
