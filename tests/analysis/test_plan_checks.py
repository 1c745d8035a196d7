from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma, poisson

from opsbook.analysis import plan_checks, promotion, rules
from opsbook.report.messages import MESSAGES

DAY = date(2026, 9, 19)
RULES = rules.load(DAY)
CAMPAIGNS = pd.DataFrame({"campaign": ["W", "S", "X"], "plan_type": ["全站推广", "标准推广", "品牌广告"]})


def adverts(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["product_id", "on", "campaign", "spend"])
    return frame.assign(on=pd.to_datetime(frame["on"]))


def test_overlap_is_the_same_product_on_the_same_day_in_both_kinds():
    frame = adverts(
        ("both", "2026-09-18", "W", 3),
        ("both", "2026-09-18", "S", 4),
        ("both", "2026-09-19", "W", 5),
        ("other day", "2026-09-18", "W", 1),
        ("other day", "2026-09-19", "S", 1),
        ("not shown", "2026-09-18", "W", 1),
        ("not shown", "2026-09-18", "S", 0),
        ("unknown kind", "2026-09-18", "W", 1),
        ("unknown kind", "2026-09-18", "X", 1),
        ("no day", None, "W", 1),
        ("no day", None, "S", 1),
    )
    found = plan_checks.overlaps(frame, CAMPAIGNS)
    assert found[["product_id", "whole_site", "standard", "spend"]].to_numpy().tolist() == [["both", ["W"], ["S"], 7]]
    assert found.attrs["unknown"] == 3
    assert plan_checks.overlaps(frame.head(0), CAMPAIGNS).empty


@pytest.mark.parametrize(
    ("standard", "whole", "days", "verdict"),
    [(1, 1, 1, "conflict"), (1, 1, 7, "possible"), (0, 5, 1, None), (0, None, 1, None), (None, 5, 7, "unknown")],
)
def test_overlap_in_the_window_of_an_export(standard, whole, days, verdict):
    start = pd.Timestamp("2026-09-13")
    frame = pd.DataFrame({"product_id": ["p"], "standard_impressions": [standard], "whole_site_impressions": [whole]})
    frame = frame.assign(period_start=start, period_end=start + pd.Timedelta(days=days - 1))
    found = plan_checks.window_overlaps(frame)
    assert found["verdict"].tolist() == ([] if verdict is None else [verdict])


def claim(checks: dict, target: float | None = 6.0, **columns) -> pd.Series:
    """The checklist of one plan with an ROI of 5: 10 orders of 350 CNY for 700."""
    row = {"campaign": "A", "plan_type": "全站推广", "spend": 700.0, "orders": 10, "order_amount_usd": 500.0}
    table = promotion.plans(pd.DataFrame([row | {"target_roi": target} | columns]), cny_per_usd=7, margin=0.25)
    return plan_checks.compensation(table, pd.DataFrame([{"campaign": "A"} | checks]) if checks else None).loc[0]


ALL = {"target_in_range": True, "price_ok": True, "cooperated": True}


def test_compensation_is_three_valued():
    assert claim(ALL)["verdict"] == "claim"
    for name in ALL:
        assert claim(ALL | {name: False})["verdict"] == "no claim"
        assert claim(ALL | {name: None})[["verdict", "unknown"]].tolist() == ["unknown", [name]]
    assert claim({"target_in_range": False})["verdict"] == "no claim"
    assert claim({})["unknown"] == ["target_in_range", "price_ok", "cooperated"]
    assert claim(ALL, target=5.0)["verdict"] == "no claim"
    assert claim(ALL, target=5.01)["verdict"] == "claim"
    assert claim(ALL, target=None)["unknown"] == ["below_target"]
    assert claim(ALL, orders=None)["unknown"] == ["below_target"]


def test_shortfall_and_its_chance():
    row = claim(ALL)
    assert row["shortfall"] == pytest.approx(700 - 3500 / 6)
    assert row["chance"] == pytest.approx(poisson.cdf(10, 12))
    assert np.isnan(claim(ALL, target=4.0)["shortfall"])
    told = [claim(checks)["evidence"] for checks in (ALL, ALL | {"price_ok": False}, {})]
    assert all(MESSAGES[message["id"]].format(**message) for message in told)


def suited(**columns) -> pd.DataFrame:
    """Four established products, of which the first is changed."""
    frame = pd.DataFrame(
        {
            "product_id": list("abcd"),
            "published_on": pd.Timestamp("2020-01-01"),
            "price_min": [10.0, 20, 30, 40],
            "inquiries_30d": [8.0, 1, 0, 2],
            "tm_30d": [4.0, 0, 0, 1],
            "days_to_order": [10.0, 10, 10, 10],
        }
    )
    return plan_checks.suitability(
        frame.assign(**{key: [value, *frame[key][1:]] for key, value in columns.items()}), as_of=DAY, rules=RULES
    )


def test_suitability_by_class():
    table = suited()
    assert table["suitability"].tolist() == ["strong", "ordinary", "ordinary", "test with care"]
    assert table.loc[3, "reasons"] == ["high_price"]
    for days, expected in ((90, ["new_product"]), (91, [])):
        assert suited(published_on=pd.Timestamp(DAY) - pd.Timedelta(days=days)).loc[0, "reasons"] == expected
    assert suited(days_to_order=30.0).loc[0, "reasons"] == []
    assert suited(days_to_order=31.0).loc[0, ["suitability", "reasons"]].tolist() == ["test with care", ["long_cycle"]]


def test_suitability_says_what_it_does_not_know():
    for column, name, empty in (
        ("published_on", "age", pd.NaT),
        ("price_min", "price_min", None),
        ("days_to_order", "days_to_order", None),
    ):
        hot = suited(**{column: empty}).loc[0, ["suitability", "unknown"]]
        assert hot.tolist() == ["strong if confirmed", [name]]
    assert suited(tm_30d=None).loc[0, ["suitability", "unknown"]].tolist() == ["unknown", ["opportunities_30d"]]
    late = suited(days_to_order=31.0, published_on=pd.NaT).loc[0, ["suitability", "reasons", "unknown"]]
    assert late.tolist() == ["test with care", ["long_cycle"], ["age"]]
    cold = {"product_id": ["a"], "published_on": pd.Timestamp("2020-01-01"), "inquiries_30d": 0, "tm_30d": 0}
    cold |= {"price_min": 5.0}
    known = plan_checks.suitability(pd.DataFrame(cold | {"days_to_order": 9.0}), as_of=DAY, rules=RULES)
    assert known["suitability"].tolist() == ["ordinary"]
    assert plan_checks.suitability(pd.DataFrame(cold), as_of=DAY, rules=RULES)["suitability"].tolist() == ["unknown"]
    bare = plan_checks.suitability(pd.DataFrame({"product_id": ["a"]}), as_of=DAY, rules=RULES)
    assert bare["suitability"].tolist() == ["unknown"]


def bought(*rows) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders and touches of (customer, product, day of the first contact, day of the order)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "product_id", "contact", "ordered_at"])
    touches = frame[["customer_id"]].assign(at=pd.to_datetime(frame["contact"]))
    return frame[["customer_id", "product_id"]].assign(ordered_at=pd.to_datetime(frame["ordered_at"])), touches


def days_to_order(*rows, products=("p", "q")) -> pd.DataFrame:
    return plan_checks.time_to_order(*bought(*rows), pd.Series(products), rules=RULES)


def test_time_to_order_is_the_median_of_first_orders_by_product_else_of_the_store():
    rows = [("a", "p", "2026-01-01", "2026-01-11"), ("b", "p", "2026-01-01", "2026-01-21")]
    rows += [("c", "p", "2026-01-01", "2026-01-31"), ("d", "q", "2026-01-01", "2026-03-02")]
    rows += [("a", "q", "2026-01-01", "2026-05-01")]  # not the first order
    table = days_to_order(*rows)
    assert table["days_to_order"].tolist() == [20, 25] and table["cycle_of"].tolist() == ["product", "store"]
    assert table["first_orders"].tolist() == [3, 4]
    two = days_to_order(*rows[:2])
    assert two["days_to_order"].isna().all() and two["cycle_of"].isna().all()
    before = days_to_order(*rows[:2], ("e", "p", "2026-02-01", "2026-01-31"))
    assert before["days_to_order"].isna().all()
    assert days_to_order().shape == (2, 4)


def clicked(*rows) -> pd.DataFrame:
    """(title, category, clicks, impressions) judged; the title is the id."""
    frame = pd.DataFrame(rows, columns=["product_id", "category", "whole_site_clicks", "whole_site_impressions"])
    shown = frame.assign(title=frame["product_id"]).drop(columns="category")
    return plan_checks.low_ctr(shown, frame[["product_id", "category"]], rules=RULES).set_index("product_id")


def test_low_ctr_is_against_the_others_of_the_own_category():
    table = clicked(("a", "x", 5, 1000), ("b", "x", 20, 1000), ("c", "x", 40, 2000), ("d", "y", 1, 1000))
    row = table.loc["a"]
    assert row[["ctr", "category_clicks", "category_impressions", "category_ctr"]].tolist() == [0.005, 60, 3000, 0.02]
    assert [row["lower"], row["upper"]] == pytest.approx([bound / 1000 for bound in (1.970, 10.513)], rel=1e-3)
    rng = np.random.default_rng(1)
    mine, theirs = (gamma.rvs(a, scale=1 / b, size=200_000, random_state=rng) for a, b in ((5.5, 1000), (60.5, 3000)))
    assert row["prob_low"] == pytest.approx((mine < theirs).mean(), abs=0.003)
    assert row["verdict"] == "low" and row["q_value"] == pytest.approx(3 * (1 - row["prob_low"]))
    assert table.loc["d", "verdict"] == "unknown"  # alone in its category
    assert table["verdict"].drop("a").to_dict() == {"b": "not low", "c": "not low", "d": "unknown"}


def test_low_ctr_knows_what_it_does_not_know():
    few = ("c", "x", 0, 3), ("d", "x", 9, 500), ("e", "x", 0, 0)
    table = clicked(("a", None, 5, 1000), ("b", "x", None, 1000), *few)
    assert table["verdict"].to_dict() == {
        "a": "unknown",
        "b": "unknown",
        "c": "not enough data",
        "d": "not enough data",
    }
    assert plan_checks.low_ctr(pd.DataFrame(columns=["product_id"]), pd.DataFrame(), rules=RULES).empty


def test_without_any_category_nothing_is_judged():
    weeks = pd.DataFrame({"product_id": ["a", "b"], "whole_site_clicks": [1, 9], "whole_site_impressions": 900})
    for profile in (pd.DataFrame({"product_id": pd.Series(dtype="str")}), pd.DataFrame({"product_id": ["a"]})):
        table = plan_checks.low_ctr(weeks, profile, rules=RULES)
        assert table["verdict"].tolist() == ["unknown", "unknown"] and table["ctr"].notna().all()
        told = plan_checks.rarely_clicked(table)
        assert told == [{"id": "promotion.ctr_unknown", "products": 2}]


def test_rarely_clicked_products_are_named():
    table = clicked(("a", "x", 5, 1000), ("b", "x", 20, 1000), ("c", "x", 40, 2000)).reset_index()
    found = {"id": "promotion.ctr_low", "products": 1, "titles": ["a"]}
    assert plan_checks.rarely_clicked(table) == [found] and MESSAGES[found["id"]].format(**found)
    assert plan_checks.rarely_clicked(table[table["product_id"] != "a"]) == [{"id": "promotion.ctr_none"}]
    assert plan_checks.rarely_clicked(table.head(0)) == []


def test_weeks_of_a_product_are_added_and_a_blank_week_hides_the_sum():
    weeks = pd.DataFrame({"product_id": ["a", "a", "b"], "whole_site_clicks": [1, 2, 9]})
    category = pd.DataFrame({"product_id": ["a", "b"], "category": "x"})
    table = plan_checks.low_ctr(weeks.assign(whole_site_impressions=[100, 200, 900]), category, rules=RULES)
    assert table.set_index("product_id").loc["a", ["whole_site_clicks", "ctr"]].tolist() == [3, 0.01]
    blank = plan_checks.low_ctr(weeks.assign(whole_site_impressions=[100, None, 900]), category, rules=RULES)
    assert blank.set_index("product_id")["verdict"].to_dict() == {"a": "unknown", "b": "unknown"}


NOTHING = pd.DataFrame({"product_id": [], "on": [], "spend": []})
WINDOW = pd.DataFrame({"verdict": ["possible", "conflict", "unknown"]})


def test_days_in_both_kinds_of_plan_come_before_the_suspicion_of_a_week():
    shared = pd.DataFrame({"product_id": ["1", "1", "2"], "on": ["a", "b", "a"], "spend": [1.0, 2.0, 4.0]})
    found = plan_checks.exclusivity(shared, WINDOW)
    assert found == {"id": "promotion.conflict", "products": 2, "days": 2, "spend": 7.0}
    unknown = shared.assign(spend=pd.array([None] * 3, dtype="Float64"))
    assert np.isnan(plan_checks.exclusivity(unknown, WINDOW)["spend"])
    assert plan_checks.exclusivity(NOTHING, WINDOW) == {"id": "promotion.conflict_possible", "products": 2}
    assert plan_checks.exclusivity(NOTHING, WINDOW.tail(1)) is None


def test_rows_that_could_not_be_checked_are_told():
    frame = adverts(("p", "2026-09-18", "X", 3), ("p", "2026-09-18", "W", 3))
    assert plan_checks.untold(plan_checks.overlaps(frame, CAMPAIGNS)) == {"id": "promotion.overlap_untold", "rows": 1}
    assert plan_checks.untold(plan_checks.overlaps(frame.tail(1), CAMPAIGNS)) is None


def test_a_target_below_break_even_is_named_and_one_at_it_is_not():
    table = pd.DataFrame({"campaign": ["low", "even", "none"], "target_roi": [3.9, 4.0, None]})
    first, *named = plan_checks.targets(table, 0.25)
    assert first == {"id": "promotion.break_even", "margin": 0.25, "break_even": 4.0}
    assert [message["plan"] for message in named] == ["low"]
    assert named[0]["details"] == [{"id": "promotion.target_below_break_even", "target": 3.9, "break_even": 4.0}]
    assert plan_checks.targets(table, None) == [{"id": "promotion.break_even_unknown"}]


def test_losing_plans_are_told_first_then_the_larger_spend():
    verdicts = ["unknown", "pays", "not enough data", "loses", "loses"]
    table = pd.DataFrame({"campaign": list("abcde"), "verdict": verdicts, "spend": [9, 9, 9, 1, 2]})
    told = plan_checks.verdicts(table.assign(evidence=[{"id": name} for name in "abcde"]))
    assert [message["plan"] for message in told] == ["e", "d", "b", "c", "a"]
    assert told[0]["details"] == [{"id": "e"}]


def test_plans_that_are_still_learning_are_named():
    table = pd.DataFrame({"campaign": ["a", "b", "c"], "days": [3.0, 30.0, 5.0]})
    table["learning"] = pd.array([True, False, None], dtype="boolean")
    assert plan_checks.learners(table) == [{"id": "promotion.still_learning", "plan": "a", "days": 3.0}]


def test_answers_become_the_checklist():
    table = plan_checks.checklist({"price_ok": "A: yes; B：否；", "cooperated": "plan: 2: No"}).set_index("campaign")
    assert table["price_ok"].dropna().to_dict() == {"A": True, "B": False}
    assert table["cooperated"].dropna().to_dict() == {"plan: 2": False}
    assert table["target_in_range"].isna().all()
    assert plan_checks.checklist({}).empty
    none = promotion.plans(pd.DataFrame({"campaign": pd.Series(dtype="str"), "plan_type": pd.Series(dtype="str")}))
    assert plan_checks.compensation(none, plan_checks.checklist({})).empty
    with pytest.raises(ValueError, match="`price_ok` must be 'PLAN: yes' or 'PLAN: no'.*found 'A: maybe'"):
        plan_checks.checklist({"price_ok": "A: maybe"})
