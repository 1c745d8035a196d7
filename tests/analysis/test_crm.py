from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import crm, funnel, rules

DAY = pd.Timestamp("2026-01-01")


def contacts(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "email", "phone"], dtype="string")
    return table.assign(country=pd.Series(pd.NA, table.index, dtype="string"), reachable=pd.NA)


def orders(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount", "currency"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"])).astype({"amount": float})


def touches(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "at", "channel", "kind"])
    return table.assign(at=pd.to_datetime(table["at"]), direction="in")


def test_contacts_with_one_address_are_one_person():
    known = contacts(("b", "A@x.com", None), ("a", "a@x.com", None), ("c", "info@x.com", None), ("d", "info@x.com", ""))
    person, match = crm.persons(known, ["info"], 5)
    assert person.to_dict() == {"a": "a", "b": "a", "c": "c", "d": "d"}
    assert match["records"].tolist() == [4, 2]
    log = pd.DataFrame({"customer_id": ["b", "c", "stranger", None]})
    found = crm.one_id(log, person)["customer_id"]
    assert found[:3].tolist() == ["a", "c", "stranger"] and found.isna().tolist() == [False] * 3 + [True]


def test_without_contacts_every_id_stays():
    person, match = crm.persons(contacts(), ["info"], 5)
    assert len(person) == 0 and match["share"].isna().all()
    assert crm.one_id(pd.DataFrame({"customer_id": ["x"]}), person)["customer_id"].tolist() == ["x"]


def test_orders_in_dollars_with_refunds_apart():
    table = orders(("a", "2026-01-01", 71, "CNY"), ("a", "2026-01-02", 10, "usd"), ("a", "2026-01-03", 9, "EUR"))
    table = table.assign(status=["done", "done", "done"], refund_amount=[7.1, np.nan, 0], refunded_on=pd.NaT)
    found = crm.orders_usd(table, ["draft"], 7.1)
    assert found["amount"].fillna(0).round(6).tolist() == [10, 10, 0, -1]
    assert found["amount"].isna().tolist() == [False, False, True, False]
    assert crm.unknown_amounts(found) == {"id": "customers.unknown_amounts", "orders": 1, "of": 4}
    assert crm.orders_usd(table.assign(status="draft"), ["draft"], 7.1).empty
    assert crm.orders_usd(table, [], None)["amount"].notna().tolist() == [False, True, False]
    assert crm.unknown_amounts(found[:2]) is None


def test_repeated_rows_are_told_only_when_there_are_any():
    row = orders(("a", "2026-01-01", 1, "USD"))
    assert crm.repeated(row) is None and crm.repeated(pd.concat([row, row]))["rows"] == 1


def test_events_put_consultations_to_the_inquiries_and_leave_out_refunds():
    seen = touches(
        ("a", "2026-01-02", "TM", " TM "),
        ("a", "2026-01-01", "search", "visit"),
        ("a", "2026-01-03", "mail", "Quote"),
        ("b", None, "x", "inquiry"),
        (None, "2026-01-01", "x", "inquiry"),
    )
    bought = orders(("a", "2026-01-04", 5, "USD"), ("a", "2026-01-05", -5, "USD"), ("c", "2026-01-05", None, "USD"))
    log = crm.events(seen, bought)
    found = sorted(zip(log["who"], log["event"], log["at"].dt.day, strict=True))
    assert found == [("a", "deal", 4), ("a", "inquiry", 2), ("a", "quote", 3), ("c", "deal", 5)]
    assert log.set_index("who")["channel"]["a"].unique().tolist() == ["TM"]
    assert log.set_index("who")["channel"].isna()["c"]


def test_nothing_on_record_gives_an_empty_funnel():
    log = crm.events(touches(), orders())
    settled = crm.mature(log, entry="inquiry", window="30D", as_of=date(2026, 9, 19), within=365)
    assert log.empty and funnel.funnel(settled, ["inquiry", "deal"], window="30D")["people"].tolist() == [0, 0]


@pytest.mark.parametrize(("entered", "kept"), [(29, False), (30, True), (365, True), (366, False)])
def test_only_entries_count_whose_window_has_ended(entered, kept):
    """The window ends with the day `as_of`; the oldest entries lie `within` days before its end."""
    as_of = date(2026, 9, 19)
    at = pd.Timestamp(as_of) + pd.Timedelta(days=1 - entered)
    log = pd.DataFrame({"who": ["a", "a"], "event": ["inquiry", "deal"], "at": [at, at]})
    assert len(crm.mature(log, entry="inquiry", window="30D", as_of=as_of, within=365)) == 2 * kept


def test_ways_need_an_address_or_a_number():
    known = contacts(("a", "a@x.com", None), ("b", None, "+49"), ("c", "", ""), ("d", None, None))
    assert crm.ways(known)["customer_id"].tolist() == ["a", "b"]


def test_the_rules_have_a_window_for_the_quote():
    assert rules.load(date(2026, 9, 19))["funnel.window_inquiry_quote"].value == 7
