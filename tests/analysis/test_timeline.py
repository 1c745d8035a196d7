import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import timeline as t


def touches(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "at", "channel", "kind", "direction"])
    return table.assign(at=pd.to_datetime(table["at"], format="mixed"))


def orders(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount", "currency"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"], format="mixed"))


TOUCHES = touches(
    ("a", "2026-01-03 09:00", "email", "quote", "out"),
    ("a", "2026-01-01", "search", "visit", "in"),
    ("a", "2026-01-02", "search", "inquiry", "in"),
    ("a", "2026-01-05 10:00", "search", "order", "in"),
    ("a", None, "fair", "message", "in"),
    ("b", "2026-01-01", None, "visit", "in"),
)
ORDERS = orders(("a", "2026-01-05", 100, "USD"), ("c", "2026-01-06", 50, "EUR"))


def test_the_time_line_of_a_customer():
    line = t.timeline(TOUCHES, ORDERS, "a")
    assert line["touch_kind"].tolist() == ["visit", "inquiry", "quote", "order", "message"]
    assert line.loc[3, ["amount", "currency", "direction"]].tolist() == [100, "USD", "in"]
    assert pd.isna(line["at"].iloc[-1]) and len(line.columns) == len(t.COLUMNS)


def test_the_time_line_of_a_person_known_under_several_ids():
    assert t.timeline(TOUCHES, ORDERS, ["a", "b", "c"])["customer_id"].value_counts().to_dict() == {
        "a": 5,
        "b": 1,
        "c": 1,
    }
    assert t.timeline(TOUCHES, ORDERS, "nobody").empty


def test_an_order_without_a_row_of_its_own_keeps_its_touch():
    assert "order" in t.timeline(TOUCHES, ORDERS[1:], "a")["touch_kind"].tolist()


CUSTOMERS = pd.DataFrame(
    {"customer_id": ["a", "b", "c", "d"], "consent": pd.array([True, True, None, False], "boolean")}
)


def test_scorecard():
    card = t.scorecard(CUSTOMERS, TOUCHES, ORDERS, exported=pd.Series(["a", "b"])).set_index("indicator")
    assert card[["number", "of"]].drop("response").to_numpy().tolist() == [[1, 4], [1, 2], [1, 1]]
    assert card.loc["captured", ["share", "lower", "upper"]].tolist() == pytest.approx([0.25, 0.0456, 0.6994], abs=1e-4)


def test_who_was_sent_back_is_unknown_without_a_log():
    log = pd.DataFrame({"customer_id": ["a", "b", "a", None], "sent_to": ["meta", "meta", "google", "meta"]})
    assert t.sent_back(log).tolist() == ["a", "b"]
    assert t.sent_back(log[:0]) is None


def test_what_is_not_recorded_is_unknown():
    card = t.scorecard(CUSTOMERS, TOUCHES, ORDERS).set_index("indicator")
    assert card.loc["feedback", ["number", "of", "share"]].isna().all()
    card = t.scorecard(CUSTOMERS[["customer_id"]], TOUCHES, ORDERS, pd.Series([], dtype=str)).set_index("indicator")
    assert np.isnan(card.loc["feedback", "of"])
    empty = t.scorecard(CUSTOMERS[:0], TOUCHES[:0], ORDERS[:0])
    assert empty["share"].isna().all() and empty["of"].fillna(0).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "change, complete",
    [
        ({}, True),
        ({"quote": None}, False),
        ({"quote": "2026-01-01"}, False),
        ({"inquiry": "2025-12-31"}, True),
        ({"order": "2026-01-02"}, False),
        ({"order": "2026-01-03 00:00"}, True),
    ],
)
def test_a_chain_is_complete_when_every_link_is_recorded_in_order(change, complete):
    at = {"visit": "2026-01-01", "inquiry": "2026-01-02", "quote": "2026-01-03 09:00", "order": "2026-01-05"} | change
    seen = touches(*[("a", at[kind], "x", kind, "in") for kind in ("visit", "inquiry", "quote") if at[kind]])
    assert t.complete_chains(seen, orders(("a", at["order"], 1, "USD"))).tolist() == (["a"] if complete else [])


def test_an_answer_counts_within_its_days():
    seen = touches(
        ("a", "2026-01-01", "email", "mail", "out"),
        ("a", "2026-01-08", "email", "message", "in"),
        ("b", "2026-01-01", "email", "mail", "out"),
        ("b", "2026-01-08 00:01", "email", "message", "in"),
        ("c", "2026-01-02", "email", "mail", "out"),
        ("d", "2026-01-01 00:01", "email", "mail", "out"),
    )
    # The mail to c is not seven days old yet at the last moment on record.
    assert t.responses(seen, 7) == (1, 3)
    assert t.responses(seen[:0], 7) == (0, 0)


def test_a_refund_is_no_order():
    bought = orders(("a", "2026-01-05", 10.0, "USD"), ("a", "2026-01-06", -4.0, "USD"))
    line = t.timeline(TOUCHES[:0], bought, "a")
    assert line["touch_kind"].tolist() == ["order", "refund"]
    assert t.message(line) == {
        "id": "customers.timeline", "customer": "***a", "events": 2, "orders": 1,
        "first_on": "2026-01-05", "last_on": "2026-01-06",
    }  # fmt: skip
    assert t.message(line[:0]) is None


def test_the_customer_with_most_orders_is_shown():
    bought = orders(("b", "2026-01-05", 1.0, "USD"), ("c", "2026-01-05", 1.0, "USD"))
    assert t.chosen(bought, TOUCHES) == "b"  # of two with one order, the one with a touch
    assert t.chosen(bought[1:], TOUCHES) == "c" and t.chosen(bought[:0], TOUCHES) == "a"
    assert t.chosen(bought, TOUCHES, "x") == "x" and t.chosen(bought[:0], TOUCHES[:0]) == ""
