from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, poisson

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
    assert suited(published_on=pd.NaT).loc[0, ["suitability", "unknown"]].tolist() == ["unknown", ["age"]]
    assert suited(tm_30d=None).loc[0, ["suitability", "unknown"]].tolist() == ["unknown", ["opportunities_30d"]]
    assert suited(days_to_order=None).loc[0, ["suitability", "unknown"]].tolist() == ["strong", ["days_to_order"]]
    cold = pd.DataFrame(
        {"product_id": ["a"], "published_on": pd.Timestamp("2020-01-01"), "inquiries_30d": 0, "tm_30d": 0}
    )
    assert plan_checks.suitability(cold, as_of=DAY, rules=RULES)["suitability"].tolist() == ["ordinary"]
    bare = plan_checks.suitability(pd.DataFrame({"product_id": ["a"]}), as_of=DAY, rules=RULES)
    assert bare["suitability"].tolist() == ["unknown"]


def visits(*counts) -> pd.DataFrame:
    return pd.DataFrame({"product_id": ["a", "b", "c"], "visitors": counts})


def test_uplift_against_the_other_products():
    found = plan_checks.uplift(visits(10, 20, 70), visits(100, 30, 60), ["a"])
    assert found["ratio"] == pytest.approx((100 / 10) / (90 / 90))
    half = norm.ppf(0.95) * np.sqrt(1 / 10 + 1 / 100 + 1 / 90 + 1 / 90)
    assert [found["lower"], found["upper"]] == pytest.approx([10 * np.exp(-half), 10 * np.exp(half)])
    assert found["id"] == "promotion.uplift_more"
    assert plan_checks.uplift(visits(100, 20, 70), visits(10, 30, 60), ["a"])["id"] == "promotion.uplift_less"
    assert plan_checks.uplift(visits(10, 20, 70), visits(12, 30, 60), ["a"])["id"] == "promotion.uplift_same"
    none = plan_checks.uplift(visits(0, 20, 70), visits(12, 30, 60), ["a"])
    assert none["id"] == "promotion.uplift_too_few" and "ratio" not in none
    assert all(MESSAGES[message["id"]].format(**message) for message in (found, none))


NOTHING = pd.DataFrame({"product_id": [], "on": [], "spend": []})
WINDOW = pd.DataFrame({"verdict": ["possible", "conflict", "unknown"]})


def test_days_in_both_kinds_of_plan_come_before_the_suspicion_of_a_week():
    shared = pd.DataFrame({"product_id": ["1", "1", "2"], "on": ["a", "b", "a"], "spend": [1.0, 2.0, 4.0]})
    found = plan_checks.exclusivity(shared, WINDOW)
    assert found == {"id": "promotion.conflict", "products": 2, "days": 2, "spend": 7.0}
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


def test_products_are_newly_promoted_when_they_are_known_not_to_have_been():
    def shown(**impressions):
        return pd.DataFrame({"product_id": list(impressions), "whole_site_impressions": list(impressions.values())})

    now, before = shown(new=5, stayed=5, unknown=5, off=0, added=1), shown(new=0, stayed=1, unknown=None, off=3)
    assert plan_checks.newly_promoted(now, before).tolist() == ["new", "added"]


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
