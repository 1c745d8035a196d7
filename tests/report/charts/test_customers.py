import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import customers as analysis
from opsbook.analysis import dependence, leads, timeline
from opsbook.report.charts import customers, use_style


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def orders(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"]))


ORDERS = orders(
    ("a", "2026-01-05", 100.0), ("b", "2026-01-20", 50.0), ("a", "2026-02-05", 10.0), ("c", "2026-02-10", 7.0)
)


def widths(ax):
    return [bar.get_width() for bar in ax.patches]


def test_retention_has_a_blank_future_and_a_star_where_a_period_runs():
    ax = customers.retention(analysis.retention(ORDERS, as_of="2026-03-15"))
    assert ax.images[0].get_array().filled(-1).tolist() == [[0.5, 0], [0, -1]]
    assert [text.get_text() for text in ax.texts] == ["50%", "0%*", "0%*"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["2026-01 (2)", "2026-02 (1)"]
    assert ax.get_label() == "Retention of 2 cohorts; one period after the first order 50.0% order again."


def test_retention_of_a_young_store():
    ax = customers.retention(analysis.retention(ORDERS[:2]))
    assert ax.get_label() == "Retention of 1 cohorts; none has lived through a full period yet."


def test_cohort_value_against_the_cost():
    ax = customers.cohort_value(analysis.cohort_value(ORDERS, 0.5), cost=30)
    assert ax.lines[0].get_ydata().tolist() == [37.5, 40] and ax.lines[2].get_ydata()[0] == 30
    assert len(customers.cohort_value(analysis.cohort_value(ORDERS, 0.5), cost=np.nan).lines) == 2


def test_gaps():
    ax = customers.gaps(analysis.gaps(ORDERS), analysis.gap_quantiles(ORDERS))
    assert ax.get_label().startswith("Days between orders: half of 1 gaps are at most 31 days")


def test_rfm():
    ax = customers.rfm(analysis.rfm_grid(analysis.rfm(ORDERS)))
    assert sorted(text.get_text() for text in ax.texts) == ["1", "1", "1"]


def test_backtest():
    table = pd.DataFrame({"method": ["model", "own_rate", "recency"], "predicted": [9.0, 20.0, np.nan], "actual": 10})
    ax = customers.backtest(table)
    assert widths(ax) == [9, 20] and ax.lines[0].get_xdata()[0] == 10


def test_value_at_age():
    table = pd.DataFrame(
        {
            "side": ["private", "public"],
            "age_days": 30,
            "customers": [1, 5],
            "margin_per_customer": [20.0, 10.0],
            "margin_lower": [np.nan, 8],
            "margin_upper": [np.nan, 12],
        }
    )
    ax = customers.value_at_age(table)
    assert ax.get_label() == "Margin per customer at equal age: private 20, public 10."
    table.loc[1, "margin_per_customer"] = np.nan
    assert customers.value_at_age(table).get_label() == "Margin per customer at equal age: private 20."
    assert customers.value_at_age(table.iloc[1:]) is None


def test_shares_and_pools():
    table = dependence.shares(pd.Series([6.0, 4.0, 1.0]), pd.Series(["x", "y", None]))
    assert widths(customers.shares(table)) == [0.6, 0.4]
    assert customers.shares(table[table["name"].isna()]) is None
    pools = pd.DataFrame(
        {"pool": ["shop", "site"], "stage": [1, 4], "active": [3, 1], "sales_usd": [1.0, 1.0], "visitors": [np.nan, 2]}
    )
    ax = customers.pools(dependence.distribution(pools))
    assert widths(ax) == [0.75, 0.5, 0, 0.25, 0.5, 0]
    assert ax.get_label().endswith("shop holds 75% of active customers.")
    unknown = customers.pools(dependence.distribution(pools.assign(active=np.nan)))
    assert unknown.get_label() == "Shares of 2 pools; the active customers are not known."


def test_timeline_and_leads():
    touches = pd.DataFrame(
        {
            "customer_id": "a",
            "at": pd.to_datetime(["2026-01-01", None]),
            "channel": ["email", None],
            "kind": "visit",
            "direction": ["in", "out"],
        }
    )
    ax = customers.timeline(timeline.timeline(touches, ORDERS, "a"))
    assert sum(len(each.get_offsets()) for each in ax.collections) == 3
    assert ax.get_label() == "Time-line of one customer: 4 events over 2 channels."
    grid = leads.grid(pd.DataFrame({"customer_id": ["a", "b"]}), pd.Series([1.0, np.nan]), pd.Series({"a": 25.0}))
    assert customers.leads(grid).get_label() == "Leads by fit and engagement: 1 of 2 are A1."


def test_no_rows_no_picture():
    empty = pd.DataFrame()
    names = ("retention", "cohort_value", "rfm", "backtest", "value_at_age", "shares", "pools", "timeline", "leads")
    assert all(getattr(customers, name)(empty) is None for name in names)
    assert customers.gaps(empty, empty) is None


def test_shares_of_too_few_persons_are_written_as_such():
    table = analysis.retention(ORDERS, as_of="2026-04-30")
    hidden = table.assign(
        active=table["active"].mask(table["active"] > 0), share=table["share"].mask(table["active"] > 0)
    )
    ax = customers.retention(hidden)
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("<5") == ((table["active"] > 0) & (table["lived"] > 0) & table["complete"]).sum() > 0
    assert ax.get_yticklabels()[0].get_text().endswith("(<5)") and "not shown" in ax.get_label()
