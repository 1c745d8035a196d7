import pandas as pd
import pytest

from opsbook.analysis import money

ORDERS = pd.DataFrame(
    {
        "ordered_at": pd.to_datetime(
            ["2026-01-10 00", "2026-01-10 12", "2026-02-01 00", "2026-01-10 00", "2026-01-10 00"]
        ),
        "amount": [100.0, 100.0, 100.0, 100.0, 100.0],
        "currency": ["USD", "eur", "EUR", "GBP", None],
    },
    index=[3, 3, 5, 7, 9],
)
RATES = pd.DataFrame({"currency": ["EUR", "EUR"], "on": ["2026-01-10", "2026-01-31"], "rate": [1.1, 1.2]})


def test_each_order_is_converted_at_the_rate_of_its_day():
    table = money.in_currency(ORDERS, RATES)
    assert table["amount"].tolist()[:3] == [100, pytest.approx(110), pytest.approx(120)]
    assert table["amount"].isna().tolist() == [False, False, False, True, True]
    assert table["amount_original"].tolist() == [100] * 5 and table.index.tolist() == [3, 3, 5, 7, 9]


def test_before_the_first_rate_the_amount_is_unknown():
    early = ORDERS.assign(ordered_at=pd.Timestamp("2026-01-09"))
    assert money.in_currency(early, RATES)["amount"].notna().tolist() == [True, False, False, False, False]


def test_without_rates_other_currencies_are_unknown():
    assert money.in_currency(ORDERS, None)["amount"].notna().sum() == 1
    assert money.in_currency(ORDERS, None, "EUR")["amount"].notna().sum() == 2


def test_refunds_are_rows_of_their_own_on_their_day_and_cancelled_orders_go():
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d"],
            "ordered_at": pd.to_datetime(["2026-01-01"] * 4),
            "amount": [100.0, 50.0, 20.0, 10.0],
            "status": ["done", "trade_close", "done", None],
            "refund_amount": [30.0, 50.0, 20.0, None],
            "refunded_on": pd.to_datetime(["2026-02-01", None, None, None]),
        }
    )
    table = money.settled(orders, ["trade_close"])
    assert table["amount"].tolist() == [100, 20, 10, -30, -20]
    assert table["ordered_at"].astype(str).tolist()[3:] == ["2026-02-01", "2026-01-01"]
    assert table["customer_id"].tolist() == ["a", "c", "d", "a", "c"]


def test_orders_without_status_and_refunds_stand():
    pd.testing.assert_frame_equal(money.settled(ORDERS, ["unpay"]), ORDERS)


def test_repeated_rows_are_reported():
    twice = pd.concat([ORDERS, ORDERS[:1]])
    assert money.repeated_rows(twice) == {"id": "customers.repeated_rows", "rows": 1, "of": 6}
    assert money.repeated_rows(ORDERS)["rows"] == 0
