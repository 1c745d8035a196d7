from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma, poisson

from opsbook.analysis import promotion, rules
from opsbook.analysis.brief import ACTION_COLUMNS, VERBS
from opsbook.report.messages import MESSAGES

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)


def plan(name: str = "A", days: int = 1, **columns) -> pd.DataFrame:
    """Rows of one plan, one a day up to the Saturday."""
    on = pd.date_range(end="2026-09-19", periods=days, freq="D")
    return pd.DataFrame({"campaign": name, "plan_type": "全站推广", "on": on} | columns)


SOLD = {"spend": 700.0, "orders": 10, "order_amount_usd": 500.0, "clicks": 350, "impressions": 7000, "opportunities": 7}


def judged(*frames: pd.DataFrame, **arguments) -> pd.Series:
    """The first plan, with an exchange rate of 7 and a margin of 25 % unless told otherwise."""
    return promotion.plans(pd.concat(frames), **{"cny_per_usd": 7, "margin": 0.25} | arguments).loc[0]


def test_break_even_is_one_over_the_margin():
    assert promotion.break_even_roi(0.25) == 4 and promotion.break_even_roi(1) == 1
    assert np.isnan(promotion.break_even_roi(None))
    for wrong in (0, -0.1, 1.01, 25):
        with pytest.raises(ValueError, match=f"`margin` must be a fraction above 0 and at most 1; found {wrong}"):
            promotion.break_even_roi(wrong)


@pytest.mark.parametrize("count", [0, 1, 2, 10, 400])
def test_interval_of_a_count_is_the_exact_one(count):
    lower, upper = promotion.count_interval(count, 0.95)
    assert poisson.cdf(count, upper) == pytest.approx(0.025)
    assert poisson.sf(count - 1, lower) == pytest.approx(0.025) if count else lower == 0


def test_interval_of_a_missing_count_is_missing():
    assert np.isnan(promotion.count_interval([np.nan, 3])).tolist() == [[True, False], [True, False]]


def test_sums_and_ratios_of_a_plan():
    row = judged(
        plan(days=2, spend=[300.0, 400.0], orders=[4, 6], order_amount_usd=[250.0, 250.0], clicks=175), plan("B")
    )
    assert row[["spend", "orders", "clicks", "days", "result", "roi"]].tolist() == [700, 10, 350, 2, 3500, 5]
    assert row["cpc"] == 2 and np.isnan(row["ctr"]) and np.isnan(row["opportunities"])
    assert judged(plan(**SOLD))["ctr"] == 0.05


def test_roi_is_bounded_by_the_number_of_orders():
    row = judged(plan(**SOLD), level=0.95)
    assert row[["roi_lower", "roi_upper"]].round(2).tolist() == [2.40, 9.20]  # 4.80 and 18.39 orders of 350 CNY for 700
    assert row["cost_per_opportunity"] == 100
    assert row["cost_per_opportunity_lower"] == pytest.approx(700 / row["opportunities_upper"])
    assert row["cost_per_opportunity_upper"] == pytest.approx(700 / row["opportunities_lower"])


def test_chance_of_a_loss_and_the_verdict_on_both_sides():
    row = judged(plan(**SOLD))
    # break-even 4 x 700 CNY at 350 an order: 8 orders
    expected = gamma.cdf(8, 10.5)
    assert row["prob_loss"] == pytest.approx(expected) and row["verdict"] == "not enough data"
    assert judged(plan(**SOLD), confidence=1 - expected + 1e-9)["verdict"] == "not enough data"
    assert judged(plan(**SOLD), confidence=1 - expected - 1e-9)["verdict"] == "pays"
    assert judged(plan(**SOLD), margin=0.9)["verdict"] == "pays"
    assert judged(plan(**SOLD), margin=0.1)["verdict"] == "loses"
    lose = gamma.cdf(20, 10.5)
    assert judged(plan(**SOLD), margin=0.1, confidence=lose)["verdict"] == "not enough data"
    assert judged(plan(**SOLD), margin=0.1, confidence=lose - 1e-9)["verdict"] == "loses"


def test_chance_to_stay_below_the_target():
    row = judged(plan(**SOLD, target_roi=6.0))  # 6 x 700 CNY at 350 an order: 12 orders
    assert row["prob_below_target"] == pytest.approx(gamma.cdf(12, 10.5))
    assert np.isnan(judged(plan(**SOLD))["prob_below_target"])
    bare = plan(spend=700.0, inquiries=4, tm=3, target_roi=6.0)
    assert np.isnan(judged(bare, value_per_opportunity=90)["prob_below_target"])


def test_further_spend_would_settle_it():
    row = judged(plan(**SOLD), margin=4 / 18)  # break-even at 9 orders
    for share, settled in ((1, True), (0.98, False)):
        times = 1 + share * row["spend_needed"] / 700
        assert (gamma.cdf(9 * times, 10 * times + 0.5) < 0.2) == settled
    on_the_line = judged(plan(**SOLD), margin=0.2)
    assert np.isnan(on_the_line["spend_needed"]) and on_the_line["verdict"] == "not enough data"
    assert np.isnan(judged(plan(**SOLD), margin=0.1)["spend_needed"])


def test_a_plan_without_orders_is_bounded_by_the_orders_of_the_others():
    nothing = plan("N", spend=700.0, orders=0, order_amount_usd=0.0)
    row = judged(nothing, plan(**SOLD))
    assert row[["roi", "roi_lower"]].tolist() == [0, 0]
    assert row["roi_upper"] == pytest.approx(-np.log(0.05) * 350 / 700)
    alone = judged(nothing)
    assert alone["roi"] == 0 and np.isnan(alone["roi_upper"]) and alone["verdict"] == "unknown"


@pytest.mark.parametrize(
    "change",
    [{"spend": None}, {"orders": None}, {"order_amount_usd": None}, {"spend": 0.0}],
    ids=["no spend known", "no orders known", "no value known", "nothing spent"],
)
def test_missing_is_unknown(change):
    row = judged(plan(**SOLD | change))
    assert row["verdict"] == "unknown" and np.isnan(row["roi"])
    assert MESSAGES[row["evidence"]["id"]].format(**row["evidence"])


def test_unknown_rate_or_margin_is_unknown_and_a_missing_day_hides_the_sum():
    assert judged(plan(**SOLD), cny_per_usd=None)["verdict"] == "unknown"
    no_margin = judged(plan(**SOLD), margin=None)
    assert no_margin["verdict"] == "unknown" and no_margin["roi"] == 5
    assert np.isnan(judged(plan(days=2, **SOLD | {"spend": [700.0, None]}))["spend"])


def test_opportunities_stand_in_for_orders_at_their_stated_value():
    bare = plan(spend=700.0, inquiries=4, tm=3)
    row = judged(bare, value_per_opportunity=90)
    assert row[["basis", "events", "result", "roi", "break_even_roi"]].tolist() == ["opportunities", 7, 630, 0.9, 1]
    assert row["prob_loss"] == pytest.approx(gamma.cdf(700 / 90, 7.5))
    assert judged(bare)["verdict"] == "unknown" and pd.isna(judged(bare)["basis"])
    assert judged(plan(**SOLD), value_per_opportunity=90)["basis"] == "orders"


def test_every_verdict_can_be_worded():
    bare = plan(spend=700.0, opportunities=7)
    rows = [judged(plan(**SOLD), margin=margin) for margin in (0.1, 0.2, 0.25, 0.9, None)]
    rows += [judged(bare, value_per_opportunity=value) for value in (10, 95, 100, 900)]
    ids = {row["evidence"]["id"] for row in rows}
    assert ids == {"promotion.unknown"} | {
        f"promotion.{name}_{basis}"
        for name in ("loses", "pays", "not_enough_data", "not_enough_data_by_far")
        for basis in ("orders", "opportunities")
    }
    assert all(MESSAGES[row["evidence"]["id"]].format(**row["evidence"]) for row in rows)


def test_no_plans_no_rows():
    empty = promotion.plans(plan(**SOLD).head(0), cny_per_usd=7, margin=0.25)
    assert empty.empty and "verdict" in empty


@pytest.mark.parametrize(
    ("text", "expected"),
    [("全站推广", True), ("整店推广", True), ("QZT", True), ("标准推广", False), ("外贸直通车", False), ("P4P", False)],
)
def test_kind_of_a_plan(text, expected):
    assert promotion.whole_site(pd.Series([text])).tolist() == [expected]


def test_kind_that_the_words_do_not_say():
    assert promotion.whole_site(pd.Series(["品牌广告", None])).isna().all()


def test_totals_by_kind():
    frame = pd.concat(
        [
            plan(**SOLD),
            plan("B", **SOLD),
            plan("C", **SOLD).assign(plan_type="标准推广"),
            plan("D").assign(plan_type=None),
        ]
    )
    table = promotion.totals(frame, cny_per_usd=7).set_index("kind")
    assert table["spend"].dropna().to_dict() == {"whole_site": 1400, "standard": 700}
    assert table.loc["whole_site", ["orders", "roi"]].tolist() == [20, 5]
    assert "unknown" in table.index


def test_volume_by_target():
    frame = plan(days=3, **SOLD | {"target_roi": [5.0, 4.0, 4.0], "spend": [100.0, 300.0, 500.0]})
    table = promotion.target_volume(frame, cny_per_usd=7)
    assert table["target_roi"].tolist() == [5, 4] and table["days"].tolist() == [1, 2]
    assert table["spend_per_day"].tolist() == [100, 400] and table["orders"].tolist() == [10, 20]
    assert table["roi"].tolist() == [35, 8.75]


@pytest.mark.parametrize(
    ("started", "targets", "days", "learning"),
    [
        ("2026-09-05", [4.0] * 3, 14, False),
        ("2026-09-06", [4.0] * 3, 13, True),
        ("2026-01-01", [5.0, 4.0, 4.0], 1, True),
        (None, [5.0, 4.0, 4.0], 1, True),
        (None, [4.0] * 3, 2, None),
        ("2026-01-01", [None] * 3, 261, False),
    ],
)
def test_learning(started, targets, days, learning):
    frame = plan(days=3, target_roi=targets, started_on=pd.Timestamp(started) if started else pd.NaT)
    row = promotion.learning(frame, as_of=WEEK, rules=RULES).loc[0]
    assert row["days"] == days
    assert pd.isna(row["learning"]) if learning is None else row["learning"] == learning


def test_a_plan_seen_for_long_enough_has_learnt():
    assert not promotion.learning(plan(days=15), as_of=WEEK, rules=RULES).loc[0, "learning"]


def test_actions_pause_losers_and_question_low_targets():
    frame = pd.concat(
        [plan("loser", **SOLD | {"orders": 1}), plan("low", **SOLD, target_roi=3.9), plan("fine", **SOLD, target_roi=4)]
    )
    table = promotion.plans(frame, cny_per_usd=7, margin=0.25)
    table.loc[table["campaign"] == "loser", ["verdict", "roi_lower", "roi_upper"]] = ["loses", 0.5, 3.0]
    found = promotion.actions(table, week=WEEK)
    assert tuple(found.columns) == ACTION_COLUMNS
    assert [(row["object"], row["action"]["id"]) for row in found.to_dict("records")] == [
        ("loser", "promotion.do_pause"),
        ("low", "promotion.do_raise_target"),
    ]
    assert found.loc[0, "effect"] == {"id": "promotion.effect", "low": 175.0, "high": 612.5, "unit": "CNY"}
    assert found["priority"].tolist() == ["P0", "P1"] and {row["verb"] for row in found["action"]} <= VERBS.keys()
    told = [message for column in ("action", "evidence", "effect") for message in found[column].dropna()]
    assert all(MESSAGES[message["id"]].format(**message) for message in told)
    learner = pd.DataFrame({"campaign": ["loser", "low"], "learning": pd.array([True, None], "boolean")})
    assert promotion.actions(table, learner, week=WEEK)["object"].tolist() == ["low"]
