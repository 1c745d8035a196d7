from pathlib import Path

import lifetimes
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import customers as c

DATASETS = Path(lifetimes.__file__).parent / "datasets"


def orders(*rows):
    """Orders from (customer, day, amount)."""
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"], format="mixed"))


NONE = orders().astype({"amount": float})


@pytest.fixture(scope="module")
def cdnow():
    names = ["master_id", "customer_id", "day", "units", "amount"]
    table = pd.read_csv(DATASETS / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    return table.assign(ordered_at=pd.to_datetime(table["day"].astype(str)))


PUBLISHED = {
    "1997-01": "781 124 95 70 65 77 65 53 52 45 62 59 45 47 63 37 37 33",
    "1997-02": "857 134 110 75 77 75 61 61 74 70 59 57 59 70 56 59 60",
    "1997-03": "719 87 84 78 63 64 55 57 73 65 47 51 78 32 38 45",
}


def test_cohorts_of_cdnow_are_the_published_ones(cdnow):
    table = c.cohorts(cdnow)
    for month, counts in PUBLISHED.items():
        assert table.loc[pd.Period(month, "M")].dropna().tolist() == [int(count) for count in counts.split()]
    assert table.columns.tolist() == list(range(18)) and table.index.name == "cohort"
    assert isinstance(table.index, pd.PeriodIndex)


def test_repeat_rate_of_cdnow_is_the_published_one(cdnow):
    assert c.repeat_rate(cdnow)["share"][0] == pytest.approx(0.4832, abs=5e-5)
    assert c.repeat_rate(cdnow, as_of="1997-09-30")["share"][0] == pytest.approx(0.4014, abs=5e-5)


LIFE = orders(
    ("a", "2026-01-05", 10),
    ("a", "2026-01-20", 10),
    ("b", "2026-01-31 23:59", 20),
    ("a", "2026-03-01", 10),
    ("c", "2026-03-02", 5),
    ("b", "2026-04-30", 8),
)


def test_a_lived_month_without_customers_is_zero_and_the_future_is_blank():
    table = c.cohorts(LIFE)
    assert table.index.astype(str).tolist() == ["2026-01", "2026-03"]
    assert table.loc["2026-01"].tolist() == [2, 0, 1, 1]
    assert table.loc["2026-03"].tolist()[:2] == [1, 0]
    assert table.loc["2026-03"].isna().tolist() == [False, False, True, True]


def test_months_after_the_last_order_are_lived_when_the_day_says_so():
    assert c.cohorts(LIFE, as_of="2026-05-31").loc["2026-03"].tolist()[:3] == [1, 0, 0]
    assert c.cohorts(LIFE, as_of="2026-03-01").loc["2026-01"].tolist() == [2, 0, 1]


@pytest.mark.parametrize("period, columns", [("Q", 2), ("Y", 1), ("W-SAT", 17)])
def test_other_periods(period, columns):
    table = c.cohorts(LIFE, period)
    assert table[0].sum() == 3 and table.shape[1] == columns


def test_weeks_run_from_sunday_to_saturday():
    table = c.cohorts(orders(("a", "2026-09-19", 1), ("a", "2026-09-20", 1)), "W-SAT")
    assert table.to_numpy().tolist() == [[1, 1]]


def test_refunds_and_rows_without_customer_or_day_are_no_purchases():
    table = orders(
        ("a", "2026-01-05", 10),
        ("a", "2026-02-05", -10),
        ("b", "2026-02-05", None),
        ("d", "2026-02-05", 0),
        (None, "2026-02-05", 10),
        ("e", None, 10),
    )
    assert c.cohorts(table).fillna(-1).to_numpy().tolist() == [[1, 0], [2, -1]]
    assert c.cohorts(table[["customer_id", "ordered_at"]]).fillna(-1).to_numpy().tolist() == [[1, 1], [2, -1]]


def test_the_month_is_that_of_the_clock_in_the_table():
    at = pd.to_datetime(["2026-01-31 23:00"]).tz_localize("America/Los_Angeles")
    table = pd.DataFrame({"customer_id": ["a"], "ordered_at": at, "amount": [1.0]})
    assert c.cohorts(table).index.astype(str).tolist() == ["2026-01"]


def test_shuffled_rows_and_an_untouched_input():
    before = LIFE.copy()
    pd.testing.assert_frame_equal(c.cohorts(LIFE.sample(frac=1, random_state=3)), c.cohorts(LIFE))
    pd.testing.assert_frame_equal(LIFE, before)


def test_retention_marks_the_period_that_has_not_ended():
    table = c.retention(LIFE, as_of="2026-04-29").set_index(["cohort", "lived"])
    march = pd.Period("2026-03", "M")
    assert len(table) == 6  # four months of the first cohort and two of the second: none of the future
    assert table.loc[(march, 1), ["active", "complete"]].tolist() == [0, False]
    assert c.retention(LIFE, as_of="2026-04-30").set_index(["cohort", "lived"]).loc[(march, 1), "complete"]
    january = table.loc[pd.Period("2026-01", "M")]
    assert january["share"].tolist() == [1, 0, 0.5, 0]
    assert january.loc[2, ["lower", "upper"]].tolist() == pytest.approx([0.0945, 0.9055], abs=1e-4)
    assert january.loc[0, ["lower", "upper"]].tolist() == [1, 1]


def test_pooled_retention_weighs_the_cohorts_that_lived_so_long():
    pooled = c.pooled_retention(c.retention(LIFE, as_of="2026-04-30")).set_index("lived")
    assert pooled[["active", "customers", "cohorts"]].to_numpy().tolist() == [
        [3, 3, 2],
        [0, 3, 2],
        [1, 2, 1],
        [1, 2, 1],
    ]
    assert pooled["share"].tolist() == [1, 0, 0.5, 0.5]


def test_repeat_within_days_counts_mature_customers_only():
    table = orders(
        ("a", "2026-01-01", 1),
        ("a", "2026-04-01", 1),
        ("b", "2026-01-02", 1),
        ("b", "2026-04-03", 1),
        ("c", "2026-06-01", 1),
    )
    rates = c.repeat_rate(table, as_of="2026-08-30").set_index("within_days")
    assert rates[["repeaters", "customers"]].to_numpy().tolist() == [[2, 3], [1, 3], [2, 2]]
    assert c.repeat_rate(table, (90,), as_of="2026-08-29")["customers"].tolist() == [2]
    assert c.repeat_rate(table, (None,), as_of="2026-03-31")["repeaters"].tolist() == [0]


def test_two_orders_on_one_day_are_one_purchase():
    table = orders(("a", "2026-01-01 08:00", 1), ("a", "2026-01-01 20:00", 2), ("b", "2026-01-01", None))
    assert c.repeat_rate(table)["repeaters"].tolist() == [0] * 3
    days = c.order_days(table)
    assert days["amount"].tolist()[0] == 3 and np.isnan(days["amount"][1])


def test_gaps_between_orders():
    assert c.gaps(LIFE)[["customer_id", "gap"]].to_numpy().tolist() == [["a", 15], ["a", 40], ["b", 89]]
    assert c.gap_quantiles(LIFE).to_numpy().tolist() == [[3, 40, 64.5, pytest.approx(79.2)]]


def test_scores_give_equal_customers_equal_scores():
    table = orders(
        *[(f"once{i}", "2026-01-01", 10) for i in range(80)],
        *[(f"often{i}", f"2026-0{month}-01", 10) for i in range(20) for month in range(1, 3 + i // 10)],
    )
    scores = c.rfm(table)
    assert scores.loc["once0", ["r", "f", "m"]].tolist() == [1, 1, 1]
    assert scores[scores["frequency"] == 2]["f"].unique().tolist() == [5]
    assert scores.loc[[f"once{i}" for i in range(80)], "f"].nunique() == 1


def test_fifths_need_a_hundred_customers():
    many = orders(*[(i, pd.Timestamp("2026-01-01") + pd.Timedelta(days=i), i) for i in range(100)])
    assert c.rfm(many)["r"].value_counts().to_dict() == dict.fromkeys(range(1, 6), 20)
    assert c.rfm(many[:99])["r"].value_counts().to_dict() == dict.fromkeys(range(1, 4), 33)


def test_money_is_net_of_refunds_and_unknown_stays_unknown():
    table = orders(("a", "2026-01-01", 10), ("a", "2026-02-01", -4), ("b", "2026-01-01", None))
    scores = c.rfm(table, as_of="2026-03-02")
    assert scores.loc["a", ["recency_days", "frequency", "monetary"]].tolist() == [60, 1, 6]
    assert scores.loc["b", ["monetary", "m"]].isna().all()


def test_the_grid_counts_customers_by_recency_and_frequency():
    table = c.rfm_grid(pd.DataFrame({"r": [1, 1, 3], "f": [1, 1, 2], "monetary": [10, np.nan, 5.0]}))
    assert table.to_numpy().tolist() == [[1, 1, 2, 10], [3, 2, 1, 5]]


def touches(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "at", "direction"])
    return table.assign(at=pd.to_datetime(table["at"], format="mixed"))


def test_tiers():
    people = pd.DataFrame({"customer_id": ["new", "warm", "mailed", "old", "a", "b", "c"]})
    acts = touches(
        ("warm", "2026-03-01", "in"),
        ("mailed", "2026-03-01", "out"),
        ("old", "2025-12-01", "in"),
        ("b", "2026-03-01", "in"),
    )
    tier = c.tiers(people, LIFE[:3], acts, as_of="2026-03-01")
    assert tier.to_dict() == {
        "new": "public_sea",
        "warm": "high_potential",
        "mailed": "public_sea",
        "old": "public_sea",
        "a": "repeat",
        "b": "dealt",
        "c": "public_sea",
    }


def test_high_potential_ends_with_its_window():
    people, acts = pd.DataFrame({"customer_id": ["a"]}), touches(("a", "2026-01-01 12:00", "in"))
    assert c.tiers(people, NONE, acts, as_of="2026-04-01").tolist() == ["high_potential"]
    assert c.tiers(people, NONE, acts, as_of="2026-04-02").tolist() == ["public_sea"]
    tomorrow = touches(("a", "2026-04-02", "in"))
    assert c.tiers(people, NONE, tomorrow, as_of="2026-04-01").tolist() == ["public_sea"]
    assert c.tiers(people, NONE, tomorrow, as_of="2026-04-02").tolist() == ["high_potential"]


def test_at_risk_goes_by_the_own_rhythm():
    steady = [("steady", pd.Timestamp("2026-01-01") + pd.Timedelta(days=10 * i), 1) for i in range(5)]
    table = orders(*steady, ("slow", "2025-08-15", 1), ("slow", "2026-02-11", 1), ("once", "2026-02-10", 1))
    risk = c.at_risk(table, as_of="2026-02-20")
    assert risk["rhythm"].to_dict() == {"steady": "own", "slow": "everybody", "once": "everybody"}
    assert risk.loc["steady", ["days_since", "limit", "at_risk"]].tolist() == [10, 10, False]
    assert c.at_risk(table, as_of="2026-02-21").loc["steady", "at_risk"]
    assert risk.loc["once", "limit"] == pytest.approx(112)  # 10 + 0.6 x 170, of the gaps 10 10 10 10 180


def test_nobody_is_at_risk_while_nobody_has_ordered_twice():
    assert c.at_risk(orders(("a", "2020-01-01", 1)), as_of="2026-01-01")["at_risk"].isna().all()


def test_cohort_value_adds_up_and_deducts_refunds():
    table = pd.concat([LIFE, orders(("b", "2026-03-10", -5), ("a", "2026-03-11", None), ("x", "2026-03-11", -50))])
    value = c.cohort_value(table, margin=0.5, as_of="2026-04-30").set_index(["cohort", "lived"])
    january = value.loc[pd.Period("2026-01", "M")]
    assert january["sales"].tolist() == [40, 40, 45, 53]
    assert january["margin_per_customer"].tolist() == [10, 10, 11.25, 13.25]
    assert january["unknown_orders"].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("table", [NONE, orders(("a", "2026-01-01", 5.0))])
def test_no_customer_and_one_customer(table):
    n = len(table)
    assert len(c.cohorts(table)) == len(c.retention(table)) == len(c.rfm(table)) == len(c.at_risk(table)) == n
    assert len(c.pooled_retention(c.retention(table, as_of="2026-02-28"))) == 2 * n
    assert len(c.cohort_value(table, 0.3)) == n and len(c.gaps(table)) == 0
    assert c.repeat_rate(table)["customers"][0] == n
    assert c.gap_quantiles(table)["median"].isna().all()


def test_tiers_are_counted_in_their_order():
    table = c.tier_counts(pd.Series(["repeat", "dealt", "dealt", "public_sea"]))
    assert table.to_numpy().tolist() == [
        ["public_sea", 1, 0.25], ["high_potential", 0, 0.0], ["dealt", 2, 0.5], ["repeat", 1, 0.25]
    ]  # fmt: skip
    assert c.tier_counts(pd.Series(dtype=str)).empty


def test_the_message_on_silence_counts_own_rhythms():
    risk = pd.DataFrame(
        {"at_risk": pd.array([True, True, False, None], "boolean"), "rhythm": ["own", "all", "own", "own"]}
    )
    assert c.risk_message(risk) == {"id": "customers.at_risk", "silent": 2, "of": 3, "own": 1}
    assert c.risk_message(risk[3:]) is None


@pytest.mark.parametrize("seed", range(8))
def test_repeats_and_silence_customer_by_customer(seed):
    rng, as_of = np.random.default_rng(seed), pd.Timestamp("2026-09-20")
    days = pd.Timestamp("2026-01-01 05:00") + pd.to_timedelta(rng.integers(0, 250, 30), "D")
    table = pd.DataFrame({"customer_id": rng.choice(list("pqrstuv"), 30), "ordered_at": days, "amount": 1.0})
    histories = {name: sorted(set(own["ordered_at"].dt.normalize())) for name, own in table.groupby("customer_id")}
    rhythm = {name: [gap.days for gap in np.diff(history)] for name, history in histories.items()}
    everybody = [gap for gaps in rhythm.values() for gap in gaps]
    risk = c.at_risk(table, as_of=as_of)
    for name, history in histories.items():
        limit = np.quantile(rhythm[name] if len(rhythm[name]) >= 4 else everybody, 0.9)
        since = (as_of - history[-1]).days
        assert risk.loc[name, ["days_since", "limit", "at_risk"]].tolist() == [
            since,
            pytest.approx(limit),
            since > limit,
        ]
    old = [name for name, history in histories.items() if (as_of - history[0]).days >= 90]
    again = [name for name in old if rhythm[name] and rhythm[name][0] <= 90]
    within = c.repeat_rate(table, as_of=as_of).set_index("within_days").loc[90]
    assert (within["repeaters"], within["customers"]) == (len(again), len(old))
