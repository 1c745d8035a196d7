"""The map of cohorts: the counts of `customers.cohorts`, 0 apart from what lies ahead, every number in reach."""

import html
import re
from datetime import date
from xml.etree import ElementTree

import pandas as pd
import pytest

from opsbook import explore
from opsbook.analysis import customers
from opsbook.explore import cohorts
from opsbook.explore.persons import touches_and_orders
from opsbook.report import language

WEEK = "2026-09-19"


@pytest.fixture
def here(sample_warehouse, tmp_path):
    return explore.slice_of("home", WEEK, sample_warehouse, str(tmp_path))


def fields(shown: str) -> list[list[str]]:
    """Cohort, size and the field of each age as the reader sees them."""
    table = ElementTree.fromstring(re.search("<table>.*</table>", shown)[0])
    return [["".join(cell.itertext()) for cell in row] for row in table.find("tbody")]


@pytest.fixture
def by_hand() -> pd.DataFrame:
    """Two customers of the first quarter, one back in the third; one new in the third, which has not ended."""
    rows = [("a", "2026-01-05"), ("b", "2026-02-01"), ("a", "2026-08-01"), ("c", "2026-08-02")]
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(amount=10.0)
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"])
    return customers.retention(orders, "Q", date(2026, 9, 19))


def test_zero_is_no_future(by_hand):
    assert fields(cohorts.heat_map(by_hand, "Q")) == [
        ["2026Q1", "2", "100%", "0%", "50%*"],
        ["2026Q3", "1", "100%*", "", ""],
    ]


def test_a_field_says_its_numbers(by_hand):
    titles = re.findall(r'title="([^"]*)" aria-label="([^"]*)"', cohorts.heat_map(by_hand, "Q"))
    assert all(title == name for title, name in titles)
    said = [html.unescape(title) for title, _ in titles]
    assert said[0] == "First order 2026Q1; quarters since then: 0. 2 of 2 customers ordered, 100.0%"
    assert said[1] == (
        "First order 2026Q1; quarters since then: 1. 0 of 2 customers ordered, 0.00% (95% interval 0.00% to 65.8%)"
    )
    assert said[2] == (
        "First order 2026Q1; quarters since then: 2. 1 of 2 customers ordered, 50.0% (95% interval 9.45% to 90.5%); "
        "this period has not ended: the share can only grow"
    )
    assert len(said) == 4


def test_every_field_is_in_reach_of_the_keyboard_and_its_heat_is_its_share(by_hand):
    shown = cohorts.heat_map(by_hand, "Q")
    assert shown.count('<span tabindex="0" role="img"') == 4 and ":focus-visible::after" in shown
    assert re.findall("--share: ([0-9]+)%", shown) == ["55", "0", "28", "55"]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.001, "&lt;1%"), (0.005, "&lt;1%"), (0.0051, "1%"), (0.994, "99%"), (0.9951, "&gt;99%"), (1, "100%")],
)
def test_neither_nothing_nor_all(share, text):
    assert cohorts._short(share) == text


@pytest.mark.parametrize("period", ["M", "Q", "Y"])
def test_the_counts_are_those_of_the_analysis(here, period):
    counts = explore.cohorts_of(here, period)
    pd.testing.assert_frame_equal(counts, customers.cohorts(touches_and_orders(here)[1], period, here.week))
    shown = cohorts.show(here, period)
    pd.testing.assert_frame_equal(eval(shown.code, {"explore": explore}), counts)
    said = re.findall(r"title=\"[^\"]*?: (\d+)\. ([\d,]+) of ([\d,]+) customers", shown.html)
    expected = [
        (f"{age}", f"{counts.loc[cohort, age]:,.0f}", f"{counts.loc[cohort, 0]:,.0f}")
        for cohort in counts.index
        for age in counts.columns
        if pd.notna(counts.loc[cohort, age])
    ]
    assert said == expected and len(said) > 3


def test_the_panel_changes_the_period(sample_warehouse, tmp_path):
    language.use("zh")
    view = explore.cohort_panel(explore.choose(sample_warehouse, str(tmp_path)))
    period, shown, _, code = view.children
    before = shown.value
    period.value = "Y"
    assert shown.value != before and "period=&#x27;Y&#x27;" in code.value
    assert period.description == "时间单位" and "首单" in shown.value


def test_without_orders_it_says_what_it_needs(here, tmp_path):
    assert "opsbook import" in cohorts.show(type(here)("nobody", here.week, here.warehouse), "Q").html
    assert explore.cohort_panel(explore.choose(str(tmp_path), str(tmp_path))).children[1].value
