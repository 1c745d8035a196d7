from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import pools, rules


def touches(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "at", "direction"])
    return table.assign(at=pd.to_datetime(table["at"]))


AS_OF = "2026-03-31"
PEOPLE = pd.DataFrame(
    {"customer_id": ["a", "b", "c", "d", "d", None], "reachable": [True, False, None, True, True, True]}
)
TOUCHES = touches(
    ("a", "2026-03-02", "in"),
    ("b", "2026-03-01", "in"),
    ("c", "2026-03-20", "out"),
    ("d", "2026-03-31", "in"),
    ("stranger", "2026-03-31", "in"),
    ("b", "2026-04-01", "in"),
    (None, "2026-03-31", "in"),
)


def test_the_pool_and_what_is_left_of_it():
    table = pools.pool(PEOPLE, TOUCHES, AS_OF).set_index("indicator")
    assert table["people"].tolist() == [4, 2, 2, 2, 1]
    assert table["of"].tolist()[1:] == [3, 4, 4, 3]
    assert table.loc["active", ["share", "lower", "upper"]].tolist() == pytest.approx([0.5, 0.1500, 0.8500], abs=1e-4)


def test_thirty_days_end_with_the_day():
    assert pools.active(TOUCHES, AS_OF).tolist() == ["a", "d", "stranger"]
    assert pools.active(TOUCHES, AS_OF, days=31).tolist() == ["a", "b", "d", "stranger"]


def test_our_mail_makes_nobody_active():
    out = touches(("a", AS_OF, "out"), ("b", AS_OF, None))
    assert pools.active(out, AS_OF).empty


def test_an_empty_crm_and_unknown_reach():
    table = pools.pool(PEOPLE[:0], TOUCHES[:0], AS_OF).set_index("indicator")
    assert table.loc["registered", "people"] == 0 and table["share"].isna().all()
    table = pools.pool(PEOPLE[["customer_id"]], TOUCHES, AS_OF).set_index("indicator")
    assert table.loc["reachable", ["people", "share"]].isna().all()


def test_a_traffic_pool_larger_than_its_user_pool_is_a_fault():
    table = pd.DataFrame(
        {"pool": ["store", "site"], "registered": [10, np.nan], "reachable": [10, 3], "active": [11, 3]}
    )
    checks = pools.identity(table)
    assert checks["verdict"].tolist() == ["fail", "pass", "unknown", "unknown"]
    assert checks["message"][0] == {
        "id": "funnel.pool_fail",
        "pool": "store",
        "part": "active",
        "number": 11,
        "registered": 10,
    }
    assert pools.identity(table[["pool"]])["verdict"].unique() == ["unknown"]


def days(who, *ages):
    return [(who, pd.Timestamp(AS_OF) - pd.Timedelta(days=age), "in") for age in ages]


def test_stickiness_by_hand():
    table = touches(
        *days("a", *range(30)), *days("b", 0, 0, 6), *days("c", 7, 29), *days("d", 89), *days("e", 30), *days("f", 90)
    )
    ratios = pools.stickiness(table, AS_OF).set_index("indicator")
    # 30 + 2 + 2 days with an action, over 30 days, of 3 persons.
    assert ratios.loc["DAU/MAU"].tolist() == pytest.approx([34 / 30, 3, 34 / 90])
    assert ratios.loc["WAU/MAU"].tolist() == pytest.approx([2, 3, 2 / 3])
    assert ratios.loc["MAU/QAU"].tolist() == pytest.approx([3, 5, 3 / 5])


def test_records_shorter_than_the_window_say_nothing():
    table = pools.stickiness(touches(*days("a", 0, 88)), AS_OF).set_index("indicator")
    assert np.isnan(table.loc["MAU/QAU", "ratio"]) and table.loc["WAU/MAU", "ratio"] == 1
    assert pools.stickiness(touches(*days("a", 0, 28)), AS_OF)["ratio"].isna().all()
    assert pools.stickiness(touches(), AS_OF)["ratio"].isna().all()


@pytest.mark.parametrize(
    "ratio, band",
    [(0.0, "below"), (0.2, "below"), (0.201, "sticky"), (0.5, "sticky"), (0.501, "super"), (np.nan, "unknown")],
)
def test_bands(ratio, band):
    assert pools.band(ratio, rules.load(date(2026, 9, 19))) == band


def test_days_active():
    table = pools.days_active(touches(*days("a", 0, 1, 29), *days("b", 0, 30), *days("c", -1)), AS_OF)
    assert table["days_active"].tolist() == list(range(1, 31))
    assert table["people"].tolist()[:3] == [1, 0, 1] and table["people"].sum() == 2
    assert pools.days_active(touches(), AS_OF).empty


def test_the_message_on_stickiness_carries_both_lines():
    ruleset = rules.load(date(2026, 9, 19))
    table = pools.stickiness(touches(*days("a", *range(30))), AS_OF)
    assert pools.stickiness_message(table, ruleset) == {
        "id": "funnel.stickiness_super",
        "ratio": 1.0,
        "sticky": 0.2,
        "super": 0.5,
    }
    assert pools.stickiness_message(pools.stickiness(touches(), AS_OF), ruleset) == {"id": "funnel.stickiness_unknown"}
