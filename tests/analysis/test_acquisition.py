import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from opsbook.analysis import acquisition as a
from opsbook.analysis import customers as c

OWNED = ["email", "WhatsApp"]


def orders(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"])).astype({"amount": float})


def touches(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "at", "channel"])
    return table.assign(at=pd.to_datetime(table["at"]))


ORDERS = orders(
    ("ad1", "2026-01-10", 100),
    ("ad1", "2026-03-10", 200),
    ("ad2", "2026-01-20", 50),
    ("mail", "2026-01-15", 300),
    ("mail", "2026-01-25", -100),
    ("early", "2026-01-05", 40),
    ("none", "2026-01-06", 10),
)
TOUCHES = touches(
    ("ad1", "2026-01-09", "P4P"),
    ("ad1", "2026-03-01", "WHATSAPP "),
    ("ad1", "2026-03-09", "direct"),
    ("ad2", "2026-01-20", "P4P"),
    ("mail", "2026-01-01", "email"),
    ("early", "2026-01-06", "email"),
    ("early", None, "P4P"),
)
SOURCES = a.first_touch(ORDERS["customer_id"], TOUCHES, ORDERS, OWNED)


def test_the_first_touch_decides_and_an_order_before_it_is_unknown():
    assert SOURCES["side"].to_dict() == {
        "ad1": "public",
        "ad2": "public",
        "mail": "private",
        "early": "unknown",
        "none": "unknown",
    }
    assert SOURCES["note"].to_dict() == {
        "ad1": "",
        "ad2": "",
        "mail": "",
        "early": "order before contact",
        "none": "no touch",
    }


def test_touches_at_one_moment_do_not_depend_on_the_order_of_rows():
    both = touches(("x", "2026-01-01", "P4P"), ("x", "2026-01-01", "email"))
    bought = orders(("x", "2026-01-02", 1))
    found = {
        a.first_touch(bought["customer_id"], each, bought, OWNED)["channel"].iloc[0] for each in (both, both[::-1])
    }
    assert found == {"P4P"}


def costs(**columns):
    full = {"channel": "email", "media_cny": 0.0, "tools_cny": 100.0, "samples_cny": 50.0, "labour_hours": 10.0}
    return pd.DataFrame([{**full, "labour_cny_per_hour": 80.0, **columns}])


def test_full_cost_counts_labour():
    assert a.channel_cost(costs())["email"] == 950
    assert a.channel_cost(pd.concat([costs(), costs(tools_cny=1)]))["email"] == 950 + 851


@pytest.mark.parametrize("part", ["media_cny", "tools_cny", "samples_cny", "labour_hours", "labour_cny_per_hour"])
def test_a_missing_part_is_unknown_and_not_free(part):
    assert a.channel_cost(costs(**{part: np.nan})).isna().all()
    assert a.channel_cost(costs().drop(columns=part)).isna().all()


def test_no_labour_needs_no_rate():
    assert a.channel_cost(costs(labour_hours=0, labour_cny_per_hour=np.nan))["email"] == 150


def test_cost_per_new_customer():
    cost = pd.Series({"P4P": 400.0, "email": 90.0, "fair": 1000.0})
    table = a.customer_cost(SOURCES, ORDERS, cost, "2026-01-10", "2026-01-31", OWNED).set_index("channel")
    assert table["customers"].to_dict() == {"P4P": 2, "email": 1, "fair": 0}
    assert table["side"].to_dict() == {"P4P": "public", "email": "private", "fair": "public"}
    assert table["per_customer"].fillna(-1).to_dict() == {"P4P": 200, "email": 90, "fair": -1}
    # The interval of a count holds the means under which the count is no surprise.
    most, least = (400 / table.loc["P4P", f"per_customer_{end}"] for end in ("lower", "upper"))
    assert poisson.cdf(2, most) == pytest.approx(0.025) and poisson.sf(1, least) == pytest.approx(0.025)
    assert np.isnan(table.loc["fair", "per_customer_upper"]) and table.loc[
        "fair", "per_customer_lower"
    ] == pytest.approx(1000 / 3.6889, rel=1e-4)


def test_the_period_counts_both_of_its_ends():
    cost = pd.Series({"P4P": 400.0})
    for start, end, count in (("2026-01-10", "2026-01-20", 2), ("2026-01-11", "2026-01-19", 0)):
        table = a.customer_cost(SOURCES, ORDERS, cost, start, end, OWNED).set_index("channel")
        assert table.loc["P4P", "customers"] == count


def test_a_channel_without_a_cost_on_record_is_not_free():
    table = a.customer_cost(SOURCES, ORDERS, pd.Series(dtype=float), "2026-01-01", "2026-01-31", OWNED)
    assert set(table["channel"]) == {"P4P", "email"} and table["per_customer"].isna().all()


def test_private_customers_carry_what_first_brought_them():
    per_customer = pd.DataFrame({"channel": ["P4P", "email"], "per_customer": [200.0, 90.0]})
    cost = a.loaded_cost(SOURCES, per_customer, 30, pd.Index(["ad1", "mail", "early"]))
    assert cost == {"keeping": 30, "first": 145, "total": 175, "known": 2, "customers": 3}
    assert np.isnan(a.loaded_cost(SOURCES, per_customer, 30, pd.Index(["early"]))["total"])


def test_payback_is_the_first_age_that_reaches_the_cost():
    value = c.cohort_value(ORDERS[:3], margin=0.5, as_of="2026-03-31")
    assert value["margin_per_customer"].tolist() == [37.5, 37.5, 87.5]
    for cost, age in ((37.5, 0), (37.51, 2), (87.5, 2)):
        assert a.payback(value, cost)["payback_age"].tolist() == [age]
    table = a.payback(value, 88)
    assert table["payback_age"].isna().all() and table["margin_per_customer"].tolist() == [87.5]


def test_value_at_equal_age():
    table = a.value_at_age(ORDERS, SOURCES, 0.5, [10, 60], "2026-03-16").set_index(["side", "age_days"])
    assert table.loc[("public", 10), "customers"] == 2 and table.loc[("public", 60), "customers"] == 1
    assert (
        table.loc[("public", 10), "margin_per_customer"] == 37.5
        and table.loc[("public", 60), "margin_per_customer"] == 150
    )
    assert table.loc[("private", 10), "margin_per_customer"] == 100  # the refund on the tenth day is deducted
    assert table.loc[("private", 60), ["margin_lower", "margin_upper"]].isna().all()
    spread = 1.96 * np.std([50, 25], ddof=1) / np.sqrt(2)
    assert table.loc[("public", 10), ["margin_lower", "margin_upper"]].tolist() == pytest.approx(
        [37.5 - spread, 37.5 + spread]
    )


def test_private_share_by_first_and_by_last_touch():
    unknown = pd.concat([ORDERS, orders(("mail", "2026-01-16", None))]).convert_dtypes()
    table = a.revenue_share(unknown, TOUCHES, SOURCES, OWNED, ["direct"]).set_index("touch")
    assert table.loc["first", ["private_sales", "public_sales", "unknown_sales"]].tolist() == [200, 350, 50]
    assert table.loc["first", "share"] == pytest.approx(200 / 550)
    # The order of March follows a WhatsApp touch; the direct visit in between says nothing.
    assert table.loc["last", ["private_sales", "public_sales", "unknown_sales"]].tolist() == [400, 150, 50]
    assert table.loc["last", ["orders", "of"]].tolist() == [2, 4]
    assert table.loc["last", ["lower", "upper"]].tolist() == pytest.approx([0.1500, 0.8500], abs=1e-4)


def test_a_touch_at_the_moment_of_the_order_counts():
    bought = orders(("x", "2026-01-02", 1))
    for at, channel in (("2026-01-02", "email"), ("2026-01-03", None)):
        found = a.last_touch(bought, touches(("x", at, "email")), [])
        assert found.fillna("").tolist() == [channel or ""]


def test_empty_tables():
    none, quiet = ORDERS[:0], TOUCHES[:0]
    sources = a.first_touch(none["customer_id"], quiet, none, OWNED)
    assert sources.empty
    table = a.revenue_share(none, quiet, sources, OWNED, [])
    assert table["share"].isna().all() and table["of"].tolist() == [0, 0]
    assert a.value_at_age(none, sources, 0.3, [30], "2026-01-01").empty
    assert (
        a.revenue_share(ORDERS, quiet, a.first_touch(ORDERS["customer_id"], quiet, ORDERS, OWNED), OWNED, [])["share"]
        .isna()
        .all()
    )


def test_the_cost_of_both_sides_in_dollars():
    private = pd.DataFrame(
        {"channel": ["email", "x"], "media_cny": 0.0, "tools_cny": 7.0, "samples_cny": 0.0, "labour_hours": 0.0}
    )
    stated = {"fee_cny_per_year": 3650, "labour_cny_per_week": 30, "weeks": 2, "cny_per_usd": 7}
    found = a.side_costs(private, 500, **stated)
    assert found.to_dict() == pytest.approx({"private": 2, "public": (500 + 2 * (70 + 30)) / 7})
    assert np.isnan(a.side_costs(private, 500, **{**stated, "fee_cny_per_year": None})["public"])
    assert a.side_costs(private, np.nan, **stated).isna().tolist() == [False, True]
    assert a.side_costs(private[:0], 500, **stated).isna().tolist() == [True, False]
    assert a.side_costs(private, 500, **{**stated, "cny_per_usd": None}).isna().all()


def test_sides_beside_each_other_and_what_first_brought_the_kept():
    sources = pd.DataFrame({"side": ["public", "public", "private", "unknown"]}, index=["p1", "p2", "m", "u"])
    bought = orders(*[(who, "2026-02-01", 10) for who in sources.index], ("p1", "2026-03-01", 10))
    costs = pd.Series({"private": 30.0, "public": 80.0})
    table = a.side_by_side(sources, bought, costs, "2026-01-01", "2026-03-31").set_index("side")
    assert table["customers"].to_dict() == {"private": 1, "public": 2, "unknown": 1}
    assert table.loc[["private", "public"], "per_customer"].tolist() == [30, 40]
    seen = touches(("p1", "2026-02-20", "email"), ("m", "2026-01-20", "ads"), ("p2", "2025-01-01", "email"))
    kept = a.kept_by_own_channels(bought, seen, "2026-02-15", OWNED, ["direct"])
    assert kept.tolist() == ["p1"]
    assert a.kept_by_own_channels(bought, seen, "2026-01-01", OWNED, ["direct"]).tolist() == ["p2", "p1"]
    message = a.loaded_message(table.reset_index(), sources, kept)
    assert message == {
        "id": "customers.loaded_known", "keeping": 30, "first": 40, "total": 70, "known": 1, "customers": 1
    }  # fmt: skip
    assert a.loaded_message(table.reset_index(), sources, kept[:0])["id"] == "customers.loaded_unknown"


def test_the_private_share_is_told_when_there_are_sales():
    known = pd.DataFrame({"touch": ["first", "last"], "share": [0.1, 0.4]})
    assert a.share_message(known) == {"id": "customers.private_share", "first_share": 0.1, "last_share": 0.4}
    assert a.share_message(known.assign(share=np.nan)) is None


@pytest.mark.parametrize("seed", range(6))
def test_value_at_equal_age_customer_by_customer(seed):
    rng, as_of = np.random.default_rng(seed), pd.Timestamp("2026-09-01")
    days = pd.Timestamp("2026-01-01 05:00") + pd.to_timedelta(rng.integers(0, 250, 30), "D")
    table = pd.DataFrame({"customer_id": rng.choice(list("pqrstu"), 30), "ordered_at": days})
    table["amount"] = rng.normal(100, 60, 30).round(2)  # some are refunds
    side = {name: ("private", "public", "unknown")[number % 3] for number, name in enumerate("pqrstu")}
    values = {}
    for name, own in table.groupby("customer_id"):
        first = own.loc[own["amount"] >= 0, "ordered_at"].min().normalize()
        if first + pd.Timedelta(days=90) <= as_of:
            young = (own["ordered_at"].dt.normalize() - first).dt.days <= 90
            values.setdefault(side[name], []).append(0.3 * own.loc[young, "amount"].sum())
    found = a.value_at_age(table, pd.DataFrame({"side": side}), 0.3, [90], as_of).set_index("side")
    assert found["customers"].to_dict() == {name: len(group) for name, group in values.items()}
    for name, group in values.items():
        assert found.loc[name, "margin_per_customer"] == pytest.approx(np.mean(group))
        if len(group) > 1:
            half = 1.96 * np.std(group, ddof=1) / len(group) ** 0.5
            assert found.loc[name, "margin_upper"] == pytest.approx(np.mean(group) + half)
