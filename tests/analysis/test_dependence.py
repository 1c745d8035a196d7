from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import dependence as d
from opsbook.analysis import rules

RULES = rules.load(date(2026, 9, 19))


def shares(**amounts):
    return d.shares(pd.Series(list(amounts.values())), pd.Series(list(amounts)))


def test_shares_and_the_effective_number():
    found = d.concentration(shares(a=50, b=30, c=20))
    assert found["hhi"] == pytest.approx(2500 + 900 + 400) and found["effective"] == pytest.approx(1 / 0.38)
    assert (found["largest"], found["largest_share"], found["groups"], found["unknown_amount"]) == ("a", 0.5, 3, 0)
    assert d.concentration(shares(a=7))["hhi"] == 10_000
    assert d.concentration(shares(a=1, b=1, c=1, d=1))["effective"] == pytest.approx(4)


def test_the_unknown_has_no_share_and_refunds_do_not_turn_it_negative():
    amount = pd.Series([60, 40, 25, 10, -30, np.nan])
    table = d.shares(amount, pd.Series(["a", "b", None, "c", "c", "a"]))
    assert table["name"].tolist()[:3] == ["a", "b", "c"] and pd.isna(table["name"][3])
    assert table["share"].tolist()[:3] == [0.6, 0.4, 0] and np.isnan(table["share"][3])
    assert d.concentration(table)["unknown_amount"] == 25 and d.concentration(table)["groups"] == 2


@pytest.mark.parametrize("amounts", [{}, {"a": 0}, {"a": -5}])
def test_without_sales_nothing_is_concentrated(amounts):
    found = d.concentration(d.shares(pd.Series(amounts, dtype=float), pd.Series(list(amounts), dtype=object)))
    assert np.isnan(found["hhi"]) and np.isnan(found["effective"])
    assert d.band(found["hhi"], RULES) == "unknown"


@pytest.mark.parametrize(
    "hhi, band", [(999.9, "dispersed"), (1000, "moderate"), (1800, "moderate"), (1800.1, "concentrated")]
)
def test_bands(hhi, band):
    assert d.band(hhi, RULES) == band


def orders(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "platform", "amount"])


def test_warnings_above_the_line_of_a_platform_and_from_the_line_of_a_customer_on():
    half = orders(*[(f"c{i}", "alibaba" if i < 10 else "site", 5.0) for i in range(20)])
    assert d.warnings(half, RULES) == []
    more = pd.concat([half, orders(("c20", "alibaba", 1.0))])
    assert [(each["id"], each["name"]) for each in d.warnings(more, RULES)] == [
        ("dependence.platform_share", "alibaba")
    ]
    tenths = orders(*[(f"c{i}", i, 10.0) for i in range(10)])
    assert [each["name"] for each in d.warnings(tenths, RULES)] == [f"***c{i}" for i in range(10)]
    assert d.warnings(pd.concat([tenths, orders(("c10", 10, 0.1))]), RULES) == []
    assert d.warnings(half[["amount"]], RULES) == []


def test_overview_by_several_dimensions():
    table = d.overview(orders(("a", "x", 3.0), ("b", "x", 1.0)), ["platform", "customer_id", "country"], RULES)
    assert table["dimension"].tolist() == ["by platform", "by customer_id", "by country"]
    assert table["hhi"].tolist()[:2] == [10_000, 6250] and table["band"].tolist() == [
        "concentrated",
        "concentrated",
        "unknown",
    ]
    assert table["unknown_amount"].tolist() == [0, 0, 4]


def test_what_could_still_be_reached_if_a_platform_closed():
    bought = orders(("a", "ali", 50.0), ("b", "ali", 30.0), ("c", "ali", 15.0), (None, "ali", 5.0))
    ways = pd.DataFrame(
        {
            "customer_id": ["a", "b", "b", "c", "d"],
            "platform": ["email", "ali", "whatsapp", "email", "email"],
            "reachable": pd.array([True, True, None, False, True], "boolean"),
        }
    )
    found = d.reachable_without(bought, ways, "ali")
    assert (found["low"], found["high"]) == (0.5, 0.8) and (found["customers"], found["of"]) == (1, 3)
    assert d.reachable_without(bought, ways[:0], "ali")["high"] == 0
    assert np.isnan(d.reachable_without(bought[:0], ways, "ali")["low"])


def pools(*rows, **columns):
    table = pd.DataFrame(rows, columns=["pool", "stage", "active", "sales_usd", "visitors"])
    return table.assign(**columns)


def test_the_distribution_adds_sales_and_takes_the_last_persons():
    table = pools(("shop", 1, 60, 10, 500), ("site", 4, 20, 30, 500), ("shop", 1, 80, 20, 300), period_end=[1, 2, 2])
    found = d.distribution(table.sample(frac=1, random_state=1)).set_index("pool")
    assert found.loc["shop", ["active", "sales_usd", "visitors"]].tolist() == [80, 30, 300]
    assert found.loc["site", ["active_share", "sales_usd_share", "visitors_share"]].tolist() == [0.2, 0.5, 0.625]


def test_one_unknown_number_leaves_all_shares_of_the_measure_unknown():
    found = d.distribution(pools(("shop", 1, np.nan, 10, 5), ("site", 4, 20, 30, 5)))
    assert found["active_share"].isna().all() and found["sales_usd_share"].tolist() == [0.25, 0.75]
    assert d.main_pool(found, RULES) == {"id": "dependence.stage_unknown"}
    assert d.distribution(pools(("shop", 1, 1, np.nan, 5), ("site", 4, 2, 30, 5)))["sales_usd_share"].isna().all()
    assert d.main_pool(d.distribution(pools()), RULES) == {"id": "dependence.stage_unknown"}


@pytest.mark.parametrize(
    "rows, stage, blocks",
    [
        ([("shop", 1, 81, 9, 9), ("fans", 2, 19, 1, 1)], 1, [("active", 0.19, 0.2)]),
        (
            [("shop", 1, 80, 9, 9), ("fans", 2, 20, 1, 1)],
            2,
            [("active", 0, 0.2), ("sales_usd", 0, 0.9), ("visitors", 0, 0.9)],
        ),
        (
            [("shop", 1, 50, 5, 5), ("mini", 3, 50, 5, 5)],
            3,
            [("active", 0, 0.2), ("sales_usd", 0, 0.5), ("visitors", 0, 0.5)],
        ),
        ([("shop", 1, 50, 6, 5), ("mini", 3, 50, 4, 5)], 1, [("active", 0, 0.2)]),
        ([("shop", 1, 80, 49, 49), ("site", 4, 20, 51, 51)], 4, []),
        ([("shop", 1, 80, 50, 49), ("site", 4, 20, 50, 51)], 1, [("active", 0, 0.2)]),
        ([("a", 1, 19, 1, 1), ("b", 2, 19, 1, 1), ("c", 3, 62, 0, 1)], None, [("active", 0.19, 0.2)]),
    ],
)
def test_stages(rows, stage, blocks):
    found = d.main_pool(d.distribution(pools(*rows)), RULES)
    assert found["stage"] == stage
    assert found["id"] == ("dependence.no_main_pool" if stage is None else f"dependence.stage_{stage}")
    expected = [(measure, pytest.approx(share), pytest.approx(needed)) for measure, share, needed in blocks]
    assert [(each["measure"], each["share"], each["needed"]) for each in found["blocks"]] == expected


def test_the_main_pool_holds_the_most_active_and_unknown_traffic_blocks():
    table = d.distribution(pools(("shop", 1, 30, 1, np.nan), ("site", 4, 70, 9, 5)))
    found = d.main_pool(table, RULES)
    assert (found["main"], found["share"], found["stage"]) == ("site", 0.7, 1)
    assert d.block_messages(found)[0] == {
        "id": "dependence.block_active",
        "next": 2,
        "measure": "active",
        "share": 0,
        "needed": 0.2,
    }
    three = d.main_pool(d.distribution(pools(("fans", 2, 10, 1, np.nan), ("mini", 3, 90, 9, 5))), RULES)
    assert three["stage"] is None
    assert d.block_messages({"id": "dependence.stage_unknown"}) == []
    four = d.main_pool(d.distribution(pools(("mini", 3, 90, 9, np.nan), ("fans", 2, 90, 9, 5))), RULES)
    assert [each["id"] for each in d.block_messages(four)] == ["dependence.block_visitors_unknown"]


def weeks(spend, orders):
    return pd.DataFrame({"period_end": range(len(spend)), "spend": spend, "orders": orders})


FALLING = [1000 - 50 * i for i in range(12)]


@pytest.mark.parametrize(
    "spend, orders, verdict",
    [
        (FALLING, [60] * 12, "holds"),
        (FALLING, [60] * 6 + [30] * 6, "orders_fell"),
        (FALLING, [2] * 12, "open"),
        (FALLING[::-1], [60] * 12, "spend_not_falling"),
        ([500, 400] * 6, [60] * 12, "spend_not_falling"),
        (FALLING, [0] * 6 + [9] * 6, "holds"),
    ],
)
def test_the_sign_of_stage_two(spend, orders, verdict):
    assert d.platform_release(weeks(spend, orders), RULES)["id"] == f"dependence.release_{verdict}"


def test_the_sign_needs_eight_weeks_and_looks_at_twelve():
    assert d.platform_release(weeks(FALLING[:7], [60] * 7), RULES) == {
        "id": "dependence.release_too_short",
        "weeks": 7,
        "more": 1,
    }
    assert d.platform_release(weeks(FALLING[:8], [60] * 8), RULES)["id"] == "dependence.release_holds"
    gap = weeks([*FALLING[:8], np.nan], [60] * 9)
    assert d.platform_release(gap, RULES)["weeks"] == 8
    long = d.platform_release(weeks([1] * 5 + FALLING, [900] * 5 + [60] * 12), RULES)
    assert long["weeks"] == 12 and long["orders_first"] == 360 and long["id"] == "dependence.release_holds"


def test_no_orders_at_all_leave_the_sign_open():
    assert d.platform_release(weeks(FALLING, [0] * 12), RULES)["id"] == "dependence.release_open"


def test_the_note_on_self_operated_stores_is_dated():
    assert d.self_operated_note(RULES)["seen_on"] == "2020-12-01"


def test_spend_and_orders_week_by_week():
    campaigns = pd.DataFrame(
        {
            "period_end": pd.to_datetime(["2026-01-10", "2026-01-10", "2026-01-17", "2026-01-24"]),
            "spend": [1, 2, 3, None],
        }
    )
    bought = pd.DataFrame(
        {
            "ordered_at": pd.to_datetime(["2026-01-04", "2026-01-10 23:00", "2026-01-11", None], format="mixed"),
            "amount": [1, None, -1, 1],
        }
    )
    table = d.weekly(campaigns, bought)
    assert table[["spend", "orders"]].to_numpy().tolist() == [[3, 2], [3, 0]]
    assert d.weekly(campaigns[:0], bought[:0]).empty


def test_what_is_left_when_the_largest_platform_closes():
    bought = pd.DataFrame({"customer_id": ["a", "b"], "platform": ["ali", "ali"], "amount": [75.0, 25.0]})
    ways = pd.DataFrame({"customer_id": ["a", "b"], "platform": "own contact", "reachable": [True, None]})
    assert d.reachable_message(bought, ways)["id"] == "dependence.reachable"
    sure = d.reachable_message(bought, ways[:1])
    assert (sure["id"], sure["low"], sure["customers"], sure["of"]) == ("dependence.reachable_sure", 0.75, 1, 2)
    assert d.reachable_message(bought[:0], ways)["id"] == "dependence.reachable_unknown"


def test_customers_are_masked_in_the_overview():
    bought = pd.DataFrame({"customer_id": ["C00041"], "platform": ["ali"], "amount": [1.0]})
    assert d.overview(bought, ["platform", "customer_id", "country"], RULES)["largest"].tolist()[:2] == [
        "ali",
        "***041",
    ]


def test_self_operated_categories_as_a_table():
    table = d.self_operated(RULES)
    assert len(table) == d.self_operated_note(RULES)["categories"] == 5 and set(table["seen_on"]) == {"2020-12-01"}
