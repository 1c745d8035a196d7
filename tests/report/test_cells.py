"""One value, one header."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.report import cells, language


@pytest.fixture(autouse=True)
def english():
    language.use("en")
    yield
    language.use("en")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234567, "count", "1,234,567"),
        (0, "count", "0"),
        (2.5, "decimal", "2.50"),
        (0.0162, "percent", "1.62%"),
        (0.0999, "percent", "9.99%"),
        (0.1, "percent", "10.0%"),
        (0.00004, "percent", "<0.01%"),
        (0.00005, "percent", "0.01%"),
        (0.0, "percent", "0.00%"),
        (0.9994, "percent", "99.9%"),
        (0.9996, "percent", ">99.9%"),
        (1.0, "percent", "100.0%"),
        (-0.3, "percent", "-30.0%"),
        (0.012, "points", "+1.2 pp"),
        (1234.5, "cny", "¥1,234.50"),
        (3.75, "usd", "$3.75"),
        (13.5, "hours", "13.5"),
        (float("inf"), "decimal", "∞"),
        (pd.Timestamp("2026-09-19"), "date", "2026-09-19"),
        (date(2026, 9, 19), "date", "2026-09-19"),
        ("1600123456789", "id", "1600123456789"),
        ("<1", "hours", "<1"),
        ("=cmd()|' /C calc'!A0", "text", "=cmd()|' /C calc'!A0"),
    ],
)
def test_plain(value, kind, text):
    assert cells.plain(value, kind) == text


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize("kind", ["count", "percent", "cny", "text", "date", "message"])
def test_missing_is_a_dash_and_never_zero(value, kind):
    assert cells.plain(value, kind) == "–"


def test_nothing_in_a_list_is_still_a_value():
    assert not cells.is_missing([]) and not cells.is_missing("") and not cells.is_missing(0)


@settings(max_examples=60, deadline=None)
@given(st.text(), st.integers(1, 40))
def test_names_from_exports_become_one_bounded_line(text, width):
    shown = cells.short(text, width)
    assert len(shown.splitlines()) <= 1 and not any(ord(c) < 32 or c in "\u202e\u202d\u2066\x7f" for c in shown)
    assert sum(cells.columns(c) for c in shown) <= width


def test_a_title_is_cut_only_when_it_is_too_long():
    assert cells.short("a" * 60) == "a" * 60
    assert cells.short("a" * 61) == "a" * 59 + "…"
    assert cells.short("碗" * 30) == "碗" * 30
    assert cells.short("碗" * 31) == "碗" * 29 + "…"


def test_an_emoji_of_several_parts_stays_whole():
    assert cells.clean("by 👩‍🔧\u202e!") == "by 👩‍🔧!"


def test_headers_come_from_labels_then_tables_then_the_name(monkeypatch):
    monkeypatch.setitem(cells.messages.LABELS, "prob_loss_test", ("Chance of a loss", "percent"))
    assert (cells.label("prob_loss_test"), cells.kind("prob_loss_test")) == ("Chance of a loss", "percent")
    assert (cells.label("search_impressions"), cells.kind("search_impressions"))[1] == "count"
    assert (cells.label("no_such_column"), cells.kind("no_such_column")) == ("No such column", "text")


def test_canonical_columns_have_both_languages():
    column = next(name for name in cells.canonical() if name not in cells.messages.LABELS)
    english = cells.label(column)
    language.use("zh")
    assert cells.label(column) != english


def test_money_without_a_fixed_currency_is_a_plain_number():
    assert {cells.kind(name) for name in ("labour_cny_per_hour", "refund_amount")} <= {"decimal", "cny", "usd"}


def test_every_canonical_column_has_a_known_format():
    known = {*cells.NUMERIC, "text", "id", "date", "message", "code", "flag"}
    assert {name: cells.kind(name) for name in cells.canonical() if cells.kind(name) not in known} == {}


@pytest.mark.parametrize(
    ("value", "text"), [(0.00042, "0.00042"), (12.345, "12.3"), (1234567.8, "1,234,568"), (2026, "2026")]
)
def test_a_number_that_its_label_calls_text_is_still_readable(value, text):
    assert cells.plain(value, "text") == text


def test_times_name_their_unit_in_the_header():
    assert cells.label("reply_hours").endswith("(hours)")
    language.use("zh")
    assert cells.label("reply_hours").endswith("(小时)")
