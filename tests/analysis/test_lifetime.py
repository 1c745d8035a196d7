from datetime import date
from pathlib import Path

import lifetimes
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import lifetime, loyalty, rules

DATASETS = Path(lifetimes.__file__).parent / "datasets"


@pytest.fixture(scope="module")
def cdnow():
    names = ["master_id", "customer_id", "day", "units", "amount"]
    table = pd.read_csv(DATASETS / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    return table.assign(ordered_at=pd.to_datetime(table["day"].astype(str)))


def orders(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"])).astype({"amount": float})


def test_the_history_of_cdnow_is_the_published_one(cdnow):
    history = lifetime.summarise(cdnow, "1997-09-30")
    published = pd.read_csv(DATASETS / "cdnow_customers_summary_with_transactions.csv")
    assert history["frequency"].sum() == 2457 and (history["frequency"] == 0).mean() == pytest.approx(0.599, abs=5e-4)
    np.testing.assert_array_equal(history["frequency"], published["x"])
    np.testing.assert_allclose(history["recency"], published["t_x"], atol=5.1e-3)
    np.testing.assert_allclose(history["age"], published["T"], atol=5.1e-3)
    repeat = history["frequency"] > 0
    assert history["amount"][repeat].mean() == pytest.approx(35.0786, abs=0.01)
    assert history["amount"][repeat].corr(history["frequency"][repeat]) == pytest.approx(0.1139, abs=1e-3)


def test_a_history_by_hand():
    table = orders(
        ("a", "2026-01-01", 100),
        ("a", "2026-01-15", 10),
        ("a", "2026-01-15", 20),
        ("a", "2026-01-29", None),
        ("a", "2026-02-01", -5),
        ("b", "2026-01-22", 7),
    )
    history = lifetime.summarise(table, "2026-01-29")
    assert history.loc["a"].tolist() == [2, 4, 4, 30]
    assert history.loc["b"].tolist()[:3] == [0, 0, 1] and np.isnan(history.loc["b", "amount"])
    assert lifetime.summarise(table, "2026-01-28", unit="D").loc["a"].tolist() == [1, 14, 27, 30]


def test_the_backtest_of_cdnow(cdnow):
    table = lifetime.backtest(cdnow, holdout=273 / 545).set_index("method")
    assert table["weeks"].unique() == [39] and table["customers"].unique() == [2357]
    assert table["actual"].unique() == [1882]
    cut = lifetime.summarise(cdnow, "1997-09-30")
    model = loyalty.fit_mbgnbd(cut["frequency"], cut["recency"], cut["age"])
    predicted = loyalty.expected_purchases(model, 39, cut["frequency"], cut["recency"], cut["age"]).sum()
    assert table.loc["model", "predicted"] == pytest.approx(predicted)
    assert table.loc["model", "error"] == pytest.approx(predicted / 1882 - 1)
    assert table.loc["own_rate", "predicted"] == pytest.approx((cut["frequency"] / cut["age"] * 39).sum())
    assert np.isnan(table.loc["recency", "predicted"])


def test_auc_counts_pairs():
    rng = np.random.default_rng(0)
    score, hit = pd.Series(rng.integers(0, 6, 60)), pd.Series(rng.random(60) < 0.4)
    wins = [(a > b) + (a == b) / 2 for a in score[hit] for b in score[~hit]]
    assert lifetime.auc(score, hit) == pytest.approx(np.mean(wins))
    assert np.isnan(lifetime.auc(score, hit | True)) and np.isnan(lifetime.auc(score, hit & False))


@pytest.fixture(scope="module")
def opened(cdnow):
    """CDNOW with the month that it is short of 18 allowed for."""
    return with_limits({"customers.lifetime_months": 17})


def with_limits(values):
    ruleset = rules.load(date(2026, 9, 19))
    return {id: type("Limit", (), {"value": values.get(id, ruleset[id].value)}) for id in NEEDED}


NEEDED = [
    f"customers.lifetime_{name}" for name in ("customers", "repeat_customers", "months", "error", "spend_correlation")
]


def test_the_gate_asks_for_eighteen_months(cdnow):
    table = lifetime.gate(cdnow).set_index("test")
    assert table["verdict"].drop("months").unique() == ["pass"] and table.loc["months", "verdict"] == "fail"
    assert table.loc["months", "message"]["missing"] == pytest.approx(18 - 545 / 30.4375)
    assert lifetime.values(cdnow, margin=0.3, months=12, discount=0.01).empty


def test_values_behind_an_open_gate(cdnow, opened):
    assert (lifetime.gate(cdnow, ruleset=opened)["verdict"] == "pass").all()
    table = lifetime.values(cdnow, margin=0.3, months=12, discount=0.01, ruleset=opened)
    assert (
        len(table) == 2357 and table["lifetime_value"].is_monotonic_decreasing and table["lifetime_value"].notna().all()
    )
    models = lifetime.fit(cdnow)
    best = table.iloc[0]
    expected = loyalty.lifetime_value(
        models.purchases,
        models.spend,
        best["frequency"],
        best["recency_weeks"],
        best["age_weeks"],
        best["order_value"],
        margin=0.3,
        months=12,
        discount=0.01,
        unit="W",
    )
    assert best["lifetime_value"] == pytest.approx(float(expected))


@pytest.mark.parametrize(
    "limit, value, test",
    [
        ("customers", 2357, "customers"),
        ("repeat_customers", 1139, "repeat_customers"),
        ("error", 0.0039, "total"),
        ("spend_correlation", 0.205, "spend_correlation"),
    ],
)
def test_every_limit_has_two_sides(cdnow, limit, value, test):
    over = {"customers": 1, "repeat_customers": 1, "error": -0.0001, "spend_correlation": -0.001}[limit]
    slack = 0 if limit.endswith("customers") else 0.001
    shut = lifetime.gate(cdnow, ruleset=with_limits({f"customers.lifetime_{limit}": value + over}))
    open_ = lifetime.gate(cdnow, ruleset=with_limits({f"customers.lifetime_{limit}": value + slack}))
    assert shut.set_index("test").loc[test, "verdict"] == "fail"
    assert open_.set_index("test").loc[test, "verdict"] == "pass"


def steady_orders():
    """Shops that order for ever, each at its own pace."""
    rng = np.random.default_rng(5)
    rows = []
    for customer, rate in enumerate(rng.gamma(2, 0.01, 400)):
        days = np.cumsum(np.append(rng.uniform(0, 100), rng.exponential(1 / rate, 60)))
        rows += [(customer, pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(day)), 50) for day in days[days < 700]]
    return orders(*rows)


def test_customers_who_never_stay_away_shut_the_gate():
    table = lifetime.gate(steady_orders()).set_index("test")
    assert table.loc["drop_out", "verdict"] == "fail"
    assert table.loc["total", "verdict"] == "unknown"
    assert lifetime.values(steady_orders(), margin=0.3, months=12, discount=0.0).empty


@pytest.mark.parametrize(
    "table", [orders(), orders(("a", "2026-01-01", 5)), orders(*[(i, "2026-01-01", 5) for i in range(400)])]
)
def test_nobody_one_customer_and_all_one_time_buyers_shut_the_gate_calmly(table):
    verdicts = lifetime.gate(table).set_index("test")["verdict"]
    assert verdicts["drop_out"] == "unknown" and verdicts["repeat_customers"] == "fail"
    assert lifetime.values(table, margin=0.3, months=12, discount=0.01).empty
