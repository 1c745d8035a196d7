from datetime import date

import pandas as pd

from opsbook.analysis import private_domain as p
from opsbook.analysis.brief import ACTION_COLUMNS

WEEK = date(2026, 9, 19)


def test_nothing_to_do():
    table = p.actions(WEEK)
    assert table.empty and list(table.columns) == list(ACTION_COLUMNS)


def test_leaks_are_to_be_fixed():
    leaks = pd.DataFrame(
        {
            "channel": ["ads", "mail"],
            "step": ["quote", "quote"],
            "people": [5, 40],
            "people_before": [100, 100],
            "share": [0.05, 0.4],
            "rest_share": [0.4, 0.05],
            "lost": [35.0, -35.0],
            "verdict": ["leak", "no leak"],
        }
    )
    table = p.actions(WEEK, leaks=leaks)
    assert table[["object_type", "object", "priority", "due", "review_on"]].to_numpy().tolist() == [
        ["channel", "ads", "P1", date(2026, 9, 26), date(2026, 10, 3)]
    ]
    assert table["evidence"][0]["lost"] == 35 and table["action"][0]["verb"] == "fix"


def test_a_leak_over_time_concerns_the_store_and_only_when_it_is_new():
    leaks = pd.DataFrame(
        {
            "period": ["recent", "earlier"],
            "step": "quote",
            "people": 5,
            "people_before": 100,
            "share": 0.05,
            "rest_share": 0.4,
            "lost": 35.0,
            "verdict": "leak",
        }
    )
    table = p.actions(WEEK, leaks=leaks, by="period")
    assert table[["object_type", "object"]].to_numpy().tolist() == [["store", ""]]
    assert table["evidence"][0]["id"] == "funnel.leak_recent"


def test_only_customers_silent_beyond_their_own_rhythm_are_called():
    risk = pd.DataFrame(
        {
            "days_since": [90, 80, 300, 10],
            "gaps": [4, 9, 0, 6],
            "limit": [30.0, 20.0, 110.0, 20.0],
            "rhythm": ["own", "own", "everybody", "own"],
            "at_risk": pd.array([True, True, True, False], "boolean"),
        },
        index=pd.Index(["a", "b", "once", "fine"], name="customer_id"),
    )
    table = p.actions(WEEK, risk=risk)
    assert table["object"].tolist() == ["***b", "***a"]
    assert table["evidence"][0] == {"id": "customers.silent", "days_since": 80, "limit": 20.0, "orders": 10}
    assert p.actions(WEEK, risk=risk, most=1)["object"].tolist() == ["***b"]
    assert p.actions(WEEK, risk=risk.assign(at_risk=pd.array([None] * 4, "boolean"))).empty


def test_what_the_business_hangs_on_goes_to_the_boss():
    warning = {"id": "dependence.customer_share", "name": "c1", "share": 0.4, "line": 0.1}
    table = p.actions(WEEK, warnings=[warning])
    assert table[["object_type", "object", "owner", "priority"]].to_numpy().tolist() == [
        ["customer", "c1", "boss", "P2"]
    ]
    assert table["evidence"][0] is warning
