from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from opsbook.analysis import compensation, plan_checks, promotion, rules
from opsbook.report import findings
from opsbook.report.messages import MESSAGES

#: An ROI of 5: 10 orders of 350 CNY for 700.
PLAN = {"spend": 700.0, "orders": 10, "order_value": 350.0, "target_roi": 5.0, "days": 28}
TERMS = {"source": "contract, page 3", "trigger": 1.0, "refund": "shortfall", "refund_share": 1.0, "cap": 1.0}
RULED = {"window_days": 28, "min_orders": 0, "no_edits": False, "target_min": 2, "target_max": 8}
AGREED = {"price_ok": True, "cooperated": True}


def value(terms: dict | None = None, plan: dict | None = None, **options) -> pd.Series:
    return promotion.compensation_value(PLAN | (plan or {}), TERMS | (terms or {}), **options)


def simulated(plan: dict, terms: dict, cv: float, size: int = 150_000) -> tuple[float, float, np.ndarray]:
    """Chance of a refund, expected refund and ROI quantiles of random windows: the oracle."""
    rng = np.random.default_rng(7)
    spend = plan["spend"] / plan["days"] * terms.get("window_days", plan["days"])
    orders = rng.poisson(rng.gamma(plan["orders"] + 0.5, spend / plan["spend"], size))
    worth = rng.gamma(np.maximum(orders, 1e-9) / cv**2, plan["order_value"] * cv**2)
    worth = np.where(orders > 0, worth, 0)
    due = (worth < terms["trigger"] * plan["target_roi"] * spend) & (orders >= terms.get("min_orders", 0))
    open_ = np.clip(spend - worth / plan["target_roi"], 0, None) if terms["refund"] == "shortfall" else spend
    due &= open_ > 0
    paid = np.where(due, np.minimum(terms["refund_share"] * open_, terms["cap"] * spend), 0)
    return due.mean(), paid.mean(), np.quantile(worth / spend, [0.05, 0.95])


@pytest.mark.parametrize("orders", [10, 100, 1000, 100_000])
def test_a_plan_exactly_on_target_falls_short_in_half_of_its_windows_at_any_scale(orders):
    row = value(plan={"orders": orders, "spend": 70.0 * orders})
    assert row["prob_shortfall"] == pytest.approx(0.5, abs=0.25 / np.sqrt(orders) + 1e-3)
    assert row["roi"] == 5


def test_ten_orders_have_the_exact_poisson_band():
    row = value(level=0.95)
    assert [row["roi_lower"] * 2, row["roi_upper"] * 2] == pytest.approx([4.795, 18.390], abs=1e-3)
    assert value(plan={"orders": 0})["roi_lower"] == 0


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"trigger": 0.9, "cap": 0.3, "refund_share": 0.8, "min_orders": 3, "window_days": 14},
        {"refund": "spend", "trigger": 0.8, "cap": 0.5},
        {"refund": "spend", "refund_share": 0.4},
        {"trigger": 1.2, "refund_share": 0.5},
        {"trigger": 0.5, "cap": 0.6},
    ],
)
def test_amounts_are_those_of_random_windows(terms):
    row = value(terms, cv=0.7)
    chance, paid, quantiles = simulated(PLAN, TERMS | terms, 0.7)
    assert row["prob_refund"] == pytest.approx(chance, abs=0.005)
    assert row["expected_refund"] == pytest.approx(paid, rel=0.02)
    assert [row["predicted_roi_lower"], row["predicted_roi_upper"]] == pytest.approx(quantiles.tolist(), rel=0.02)


def test_equal_orders_are_summed_exactly():
    row = value(plan={"order_value_sd": 0.0})
    n = np.arange(2000)
    chance = nbinom.pmf(n, 10.5, 0.5)
    assert row["prob_refund"] == pytest.approx(chance[n * 350 < 3500].sum())
    assert row["expected_refund"] == pytest.approx(chance @ np.clip(700 - n * 350 / 5, 0, None))


def test_the_scatter_that_is_known_goes_before_the_default():
    assert value(plan={"order_value_sd": 350.0})["expected_refund"] == value(cv=1.0)["expected_refund"]
    assert value(plan={"order_value_sd": 70.0})["expected_refund"] == value(cv=0.2)["expected_refund"]
    assert value(plan={"order_value": None, "order_amount": 3500.0})["roi"] == 5


@settings(max_examples=25, deadline=None)
@given(
    orders=st.integers(0, 400),
    target=st.floats(0.5, 20),
    trigger=st.floats(0.1, 1.5),
    share=st.floats(0.05, 1),
    cap=st.floats(0.05, 1),
    cv=st.floats(0, 2),
    kind=st.sampled_from(["shortfall", "spend"]),
)
def test_refunds_stay_within_their_bounds(orders, target, trigger, share, cap, cv, kind):
    terms = {"trigger": trigger, "refund_share": share, "cap": cap, "refund": kind}
    row = value(terms, {"orders": orders, "target_roi": target}, cv=cv)
    least = share * max(1 - trigger, 0) if kind == "shortfall" else share
    most = min(share, cap) * 700 * row["prob_refund"]
    assert min(least, cap) * 700 * row["prob_refund"] <= row["expected_refund"] + 1e-6 <= most + 2e-6
    assert 0 <= row["prob_refund"] <= 1 and row["predicted_roi_lower"] <= row["predicted_roi_upper"]


def test_a_smaller_cap_or_more_orders_asked_for_never_raise_the_value():
    values = [value({"cap": cap})["expected_refund"] for cap in (1.0, 0.5, 0.1)]
    assert values == sorted(values, reverse=True) and values[0] > values[-1]
    asked = [value({"min_orders": orders})["expected_refund"] for orders in (0, 5, 10, 40)]
    assert asked == sorted(asked, reverse=True) and asked[-1] == pytest.approx(0, abs=1e-3)


def test_the_window_of_the_terms_sets_the_spend():
    assert value({"window_days": 14})["spend"] == 350
    assert value({"window_days": 14}, {"days": None})["spend"] == 700


def test_conditions_make_the_value_a_range():
    full = value(RULED, AGREED)
    assert full["unknown"] == [] and full["refund_low"] == full["refund_high"] == full["expected_refund"] > 0
    for name in AGREED:
        open_ = value(RULED, AGREED | {name: None})
        assert open_["unknown"] == [name] and open_["refund_low"] == 0
        assert open_["refund_high"] == open_["expected_refund"]
        failed = value(RULED, AGREED | {name: False})
        assert failed["conditions_failed"] == [name] and failed["refund_low"] == failed["refund_high"] == 0
    ids = [row["evidence"]["id"] for row in (full, open_, failed)]
    assert ids == ["promotion.refund_holds", "promotion.refund_if", "promotion.refund_fails"]
    words = [findings.word(row["evidence"]) for row in (full, open_, failed)]
    assert all("contract, page 3" in text for text in words)
    assert "Not known: Seller kept to the plan." in words[1] and "Not met: Seller kept to the plan." in words[2]


@pytest.mark.parametrize(
    ("terms", "plan", "name", "state"),
    [
        ({"target_min": 5}, {}, "target_in_range", True),
        ({"target_min": 5.1}, {}, "target_in_range", False),
        ({"target_max": 5}, {}, "target_in_range", True),
        ({"target_max": 4.9}, {}, "target_in_range", False),
        ({}, {}, "target_in_range", None),
        ({}, {"target_in_range": True}, "target_in_range", True),
        ({"target_max": 4.9}, {"target_in_range": True}, "target_in_range", False),
        ({"no_edits": False}, {"edited": True}, "unchanged", True),
        ({"no_edits": True}, {"edited": True}, "unchanged", False),
        ({"no_edits": True}, {"edited": False}, "unchanged", True),
        ({"no_edits": True}, {}, "unchanged", None),
        ({}, {"edited": False}, "unchanged", None),
        ({}, {}, "min_orders", None),
        ({"min_orders": 0}, {}, "min_orders", True),
        ({}, {}, "window_days", None),
    ],
)
def test_each_condition_is_three_valued(terms, plan, name, state):
    found = compensation.conditions(PLAN | plan, terms)[name]
    assert pd.isna(found) if state is None else found == state


@pytest.mark.parametrize("name", list(TERMS))
@pytest.mark.parametrize("empty", [None, float("nan"), " "])
def test_a_missing_term_is_one_sentence(name, empty):
    with pytest.raises(ValueError, match=f"^`terms` must state '{name}' .*found none; take it from the contract$"):
        value({name: empty})
    with pytest.raises(ValueError, match=f"`terms` must state '{name}'"):
        promotion.compensation_value(PLAN, {key: term for key, term in TERMS.items() if key != name})


@pytest.mark.parametrize(
    ("terms", "plan", "message"),
    [
        ({"refund": "half"}, {}, "`terms` 'refund' must be 'shortfall' or 'spend'; found 'half'"),
        ({"trigger": 0}, {}, "`terms` 'trigger' must be .* found 0"),
        ({"refund_share": 1.5}, {}, "`terms` 'refund_share' must be .* found 1.5"),
        ({"cap": -1}, {}, "`terms` 'cap' must be .* found -1"),
        ({}, {"spend": 0}, "`plan` 'spend' must be known and above 0; found 0"),
        ({}, {"spend": None}, "`plan` 'spend' must be known and above 0; found None"),
        ({}, {"orders": -1}, "`plan` 'orders' must be known and 0 or more; found -1"),
        ({}, {"order_value": None}, "`plan` 'order_value' must be known"),
        ({}, {"target_roi": None}, "`plan` 'target_roi' must be known"),
    ],
)
def test_bad_input_is_one_sentence(terms, plan, message):
    with pytest.raises(ValueError, match=message):
        value(terms, plan)


def campaign(name: str, **columns) -> pd.DataFrame:
    row = {"campaign": name, "plan_type": "全站推广", "on": pd.Timestamp("2026-09-19"), "spend": 700.0, "orders": 10}
    return pd.DataFrame([row | {"order_amount_usd": 500.0, "target_roi": 5.0} | columns])


OFFERS = pd.DataFrame(
    [
        {"offer": "old", "campaign": "A", **TERMS, "trigger": 0.5, "offered_on": pd.Timestamp("2026-01-01")},
        {"offer": "new", "campaign": "A", **TERMS, "offered_on": pd.Timestamp("2026-08-01")},
        {"offer": "package", "campaign": None, **TERMS, "offered_on": pd.Timestamp("2026-08-01")},
        {"offer": "lacking", "campaign": "B", **TERMS | {"cap": np.nan}, "offered_on": pd.Timestamp("2026-08-01")},
        {"offer": "no orders", "campaign": "C", **TERMS, "offered_on": pd.Timestamp("2026-08-01")},
    ]
).rename(columns={"source": "terms_source", "cap": "refund_cap"})


def test_plans_are_valued_by_their_latest_terms():
    rows = pd.concat([campaign("A"), campaign("B"), campaign("C", orders=None), campaign("D")])
    plans = promotion.plans(rows, cny_per_usd=7, margin=0.25)
    learning = promotion.learning(rows, as_of=date(2026, 9, 19), rules=rules.load(date(2026, 9, 19)))
    checks = plan_checks.checklist({"cooperated": "A: yes"})
    known = compensation.answers(checks, learning, date(2026, 8, 22))
    table = compensation.values(plans, OFFERS, known, cv=0.7).set_index("campaign")
    assert table["offer"].to_dict() == {"A": "new", "B": "lacking", "C": "no orders"}
    alone = value(plan={"days": 1}, cv=0.7)
    assert table.loc["A", "expected_refund"] == pytest.approx(alone["expected_refund"])
    assert table.loc["B", "unknown"] == ["refund_cap"] and table.loc["C", "unknown"] == ["orders", "order_value"]
    assert table.loc[["B", "C"], "expected_refund"].isna().all()
    words = [findings.word(message) for message in compensation.sentences(table.reset_index())]
    assert words[0].startswith("A: Over a further window of ¥700") and "Not known: Most refunded." in words[1]
    nothing = compensation.values(plans, OFFERS.head(0), known)
    assert nothing.empty and "refund_high" in nothing


def test_a_row_of_the_plans_can_be_valued_as_it_is():
    row = promotion.plans(campaign("A"), cny_per_usd=7, margin=0.25).loc[0]
    assert promotion.compensation_value(row, TERMS)["expected_refund"] == value(plan={"days": 1})["expected_refund"]
    bare = campaign("A", orders=None, opportunities=10)
    row = promotion.plans(bare, cny_per_usd=7, value_per_opportunity=350.0).loc[0]
    with pytest.raises(ValueError, match="`plan` 'orders' must be known"):
        promotion.compensation_value(row, TERMS)


def test_terms_without_a_source_are_not_used():
    rows = campaign("A")
    learning = promotion.learning(rows, as_of=date(2026, 9, 19), rules=rules.load(date(2026, 9, 19)))
    known = compensation.answers(plan_checks.checklist({}), learning, date(2026, 8, 22))
    plans = promotion.plans(rows, cny_per_usd=7, margin=0.25)
    row = compensation.values(plans, OFFERS[1:2].assign(terms_source=None), known).loc[0]
    assert row["unknown"] == ["terms_source"] and pd.isna(row["expected_refund"])
    assert MESSAGES[row["evidence"]["id"]]


@pytest.mark.parametrize(
    ("term", "entered", "unknown"),
    [
        ("refund", "差额", []),
        ("refund", "half", ["refund"]),
        ("refund_share", 1.0, []),
        ("refund_share", 1.01, ["refund_share"]),
        ("refund_cap", 1.01, []),
        ("refund_cap", 0.0, ["refund_cap"]),
        ("trigger", 1.01, []),
        ("trigger", 0.0, ["trigger"]),
    ],
)
def test_terms_that_cannot_be_meant_are_not_used(term, entered, unknown):
    rows = campaign("A")
    learning = promotion.learning(rows, as_of=date(2026, 9, 19), rules=rules.load(date(2026, 9, 19)))
    known = compensation.answers(plan_checks.checklist({}), learning, date(2026, 8, 22))
    plans = promotion.plans(rows, cny_per_usd=7, margin=0.25)
    row = compensation.values(plans, OFFERS[1:2].assign(**{term: entered}), known).loc[0]
    found = [name for name in row["unknown"] if name not in compensation.CONDITIONS]
    assert found == unknown and pd.isna(row["expected_refund"]) == bool(unknown)


@pytest.mark.parametrize(
    ("changed", "cooperated", "edited"),
    [("2026-08-22", "yes", True), ("2026-08-21", "yes", False), (None, "yes", False), (None, None, None)],
)
def test_a_change_of_the_target_in_the_window_is_an_edit(changed, cooperated, edited):
    learning = pd.DataFrame({"campaign": ["A"], "changed_on": [pd.Timestamp(changed) if changed else pd.NaT]})
    checks = plan_checks.checklist({"cooperated": f"A: {cooperated}"} if cooperated else {})
    found = compensation.answers(checks, learning, date(2026, 8, 22)).loc[0, "edited"]
    assert pd.isna(found) if edited is None else found == edited


def test_scatter_of_the_orders_in_the_usual_currency():
    orders = pd.DataFrame({"amount": [100.0, 300, 0, None, 9999], "currency": ["USD"] * 4 + ["EUR"]})
    assert compensation.order_spread(orders) == pytest.approx(np.sqrt(20000) / 200)
    even = orders.assign(currency=["USD", "USD", "EUR", "EUR", "EUR"], amount=[100.0, 300, 500, None, 500])
    assert compensation.order_spread(even) in (0, pytest.approx(np.sqrt(20000) / 200))  # one of them, never both
    assert compensation.order_spread(orders.head(1)) is None and compensation.order_spread(orders.head(0)) is None
