import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom, gamma, nbinom

from opsbook.analysis import guarantees
from opsbook.report import findings

OFFER = {
    "offer": "package",
    "campaign": None,
    "price_cny": 3000.0,
    "promised_measure": "buyers",
    "promised_quantity": 200.0,
    "trigger": 0.9,
    "refund": "shortfall",
    "refund_share": 0.8,
    "refund_cap": 0.5,
    "terms_source": "contract",
}
OWN = {"spend": 900.0, "clicks": 300.0, "inquiries": 12.0, "weeks": 4, "cpc": 3.0, "alpha": 12.5, "beta": 300.0}
SEEN = {"contacts": 40, "qualified": 30, "buyers": 100, "buyers_inquired": 35, "buyers_qualified": 25}


def offers(**changes) -> pd.DataFrame:
    return pd.DataFrame([OFFER | changes])


def compared(own=OWN, seen=SEEN, **changes) -> pd.DataFrame:
    return guarantees.compare(offers(**changes), own, seen).set_index(["bought", "counted"])


def judged(own=OWN, seen=SEEN, **changes) -> pd.Series:
    table = offers(**changes)
    return guarantees.judge(table, guarantees.compare(table, own, seen), own, seen).loc[0]


COUNTS = ["inquiries_p10", "inquiries_p50", "inquiries_p90"]


def test_own_bids_follow_the_predictive_law_of_their_clicks():
    row = compared().loc[("own", "inquiries")]
    law = nbinom(12.5, 300 / (300 + 1000))  # 3000 CNY buy 1000 clicks
    assert row[COUNTS].tolist() == law.ppf([0.1, 0.5, 0.9]).tolist()
    assert row["expected_inquiries"] == pytest.approx(12.5 / 300 * 1000)
    costs = row[["cost_per_inquiry_p10", "cost_per_inquiry_p50", "cost_per_inquiry_p90"]]
    assert costs.tolist() == (3000 / law.ppf([0.9, 0.5, 0.1])).tolist()


def test_qualified_ones_are_thinned_by_an_uncertain_share():
    row = compared().loc[("own", "qualified")]
    rng = np.random.default_rng(3)
    draws = rng.poisson(
        gamma.rvs(12.5, scale=1000 / 300, size=400_000, random_state=rng) * rng.beta(30.5, 10.5, 400_000)
    )
    assert row[COUNTS].tolist() == pytest.approx(np.quantile(draws, [0.1, 0.5, 0.9]).tolist(), abs=1)
    assert row["expected_inquiries"] == pytest.approx(draws.mean(), rel=0.01)


@pytest.mark.parametrize(("counted", "successes"), [("inquiries", 35), ("qualified", 25)])
def test_promised_buyers_ask_as_the_recorded_ones_did(counted, successes):
    row = compared().loc[("kept", counted)]
    law = betabinom(200, successes + 0.5, 100 - successes + 0.5)
    assert row[COUNTS].tolist() == pytest.approx(law.ppf([0.1, 0.5, 0.9]).tolist(), abs=1)
    assert row["expected_inquiries"] == pytest.approx(law.mean(), rel=1e-3)


def test_promised_clicks_and_promised_inquiries():
    clicks = compared(promised_measure="clicks").loc[("kept", "inquiries")]
    assert clicks[COUNTS].tolist() == nbinom(12.5, 300 / 500).ppf([0.1, 0.5, 0.9]).tolist()
    asked = compared(promised_measure="inquiries", promised_quantity=20)
    assert asked.loc[("kept", "inquiries"), COUNTS].tolist() == [20, 20, 20]
    law = betabinom(20, 30.5, 10.5)
    assert asked.loc[("kept", "qualified"), COUNTS].tolist() == law.ppf([0.1, 0.5, 0.9]).tolist()


def test_a_broken_promise_pays_by_its_terms():
    costs = compared()["cost_cny"].groupby("bought").first()
    assert costs.to_dict() == {"own": 3000, "kept": 3000, "at_trigger": 3000, "half": 3000 * (1 - 0.8 * 0.5)}
    shares = compared()["delivered_share"].groupby("bought").first()
    assert shares["at_trigger"] == 0.9 and shares["half"] == 0.5
    assert compared(refund_cap=0.1)["cost_cny"].groupby("bought").first()["half"] == 2700
    assert compared(refund="spend", refund_cap=1.0)["cost_cny"].groupby("bought").first()["half"] == pytest.approx(600)
    assert compared(trigger=0.5)["cost_cny"].groupby("bought").first()["half"] == 3000
    silent = compared(refund_share=np.nan).loc["half"]
    assert silent["cost_cny"].isna().all() and silent["cost_per_inquiry_p50"].isna().all()
    assert silent["inquiries_p50"].notna().all()
    assert compared(trigger=np.nan).loc["at_trigger", "inquiries_p50"].isna().all()


def test_break_even_price_is_what_own_bids_would_cost():
    row = judged()
    assert row["counted"] == "qualified" and row["price_per_promised"] == 15
    rng = np.random.default_rng(4)
    rate = gamma.rvs(12.5, scale=1 / 300, size=400_000, random_state=rng) * rng.beta(30.5, 10.5, 400_000)
    expected = betabinom(200, 25.5, 75.5).mean()
    low, high = np.quantile(3 / rate, [0.1, 0.9]) * expected
    assert [row["break_even_low"], row["break_even_high"]] == pytest.approx([low, high], rel=0.01)
    assert row["break_even_price"] == pytest.approx((3 / rate).mean() * expected, rel=0.01)
    assert row["match_needed"] == pytest.approx(3000 / row["break_even_price"])


@pytest.mark.parametrize("side", [-1, 1])
def test_verdict_on_both_sides_of_the_range(side):
    row = judged()
    assert judged(price_cny=row["break_even_low"] + side * 0.01)["verdict"] == ["cheaper", "not enough data"][side > 0]
    assert judged(price_cny=row["break_even_high"] + side * 0.01)["verdict"] == ["not enough data", "dearer"][side > 0]


def test_what_is_not_known_is_said():
    none = dict.fromkeys(SEEN, 0)
    cases = {
        "cheaper": judged(price_cny=10.0),
        "dearer": judged(price_cny=10.0**6),
        "no own": judged(own=None),
        "nobody seen": judged(seen=none),
        "no price": judged(price_cny=np.nan),
        "no quantity": judged(promised_quantity=np.nan),
    }
    assert {name: row["verdict"] for name, row in list(cases.items())[2:]} == dict.fromkeys(list(cases)[2:], "unknown")
    words = {name: findings.word(row["evidence"]) for name, row in cases.items()}
    assert "The guarantee is cheaper" in words["cheaper"] and "The guarantee is dearer" in words["dearer"]
    assert "Not known: P4P keywords." in words["no own"] and "Not known: Visitor details." in words["nobody seen"]
    assert "Not known: Price of the package." in words["no price"]
    assert "Not known: Promised quantity." in words["no quantity"]


def test_without_visitor_records_all_inquiries_are_compared():
    none = dict.fromkeys(SEEN, 0)
    row = judged(seen=none, promised_measure="clicks")
    assert row["counted"] == "inquiries" and row["verdict"] == "dearer"
    assert "(Inquiries)" in findings.word(row["evidence"])


def test_too_few_inquiries_have_no_expected_cost():
    row = judged(own=OWN | {"alpha": 0.9})
    assert np.isnan(row["break_even_price"]) and row["break_even_low"] < row["break_even_high"]


def test_a_measure_in_chinese_and_one_that_is_none():
    assert judged(promised_measure=" 买家 ")["break_even_price"] == judged()["break_even_price"]
    fans = judged(promised_measure="fans")
    assert fans["verdict"] == "unknown" and "Not known: Promised measure." in findings.word(fans["evidence"])
    assert compared(promised_measure="fans").loc["own", "inquiries_p50"].notna().all()


@pytest.mark.parametrize("column", ["price_cny", "promised_quantity"])
def test_a_price_or_promise_of_nothing_is_not_known(column):
    for measure in guarantees.MEASURES:
        row = judged(promised_measure=measure, **{column: 0.0})
        assert row["verdict"] == "unknown" and "Not known: P" in findings.word(row["evidence"])


def test_no_offer_no_rows():
    table = offers(promised_measure=None)
    assert guarantees.compare(table, OWN, SEEN).empty
    empty = guarantees.judge(table, guarantees.compare(table, OWN, SEEN), OWN, SEEN)
    assert empty.empty and guarantees.sentences(empty, OWN, SEEN) == []
    full = guarantees.judge(offers(), guarantees.compare(offers(), OWN, SEEN), OWN, SEEN)
    ids = [message["id"] for message in guarantees.sentences(full, OWN, SEEN)]
    assert ids == ["promotion.guarantee", "promotion.own_bids", "promotion.qualified"]
    assert all(findings.word(message) for message in guarantees.sentences(full, OWN, SEEN))


def week(end: str, clicks: float, inquiries: float | None, spend: float = 100.0) -> dict:
    end = pd.Timestamp(end)
    return {"period_end": end, "clicks": clicks, "mature_clicks": clicks, "inquiries": inquiries, "spend": spend}


def test_own_bidding_is_the_rate_of_a_week_to_come():
    steady = pd.DataFrame([week(f"2026-09-{day:02d}", 100, 4) for day in (5, 12, 19)])
    own = guarantees.own_bidding(steady)
    assert [own[name] for name in ("clicks", "inquiries", "spend", "weeks", "cpc")] == [300, 12, 300, 3, 1]
    assert own["alpha"] / own["beta"] == pytest.approx(0.04, rel=0.1)
    wild = guarantees.own_bidding(steady.assign(inquiries=[0.0, 0.0, 12.0]))
    assert wild["alpha"] < own["alpha"]  # weeks that differ tell less about the next one
    split = pd.concat([steady.assign(clicks=50, mature_clicks=50, inquiries=2.0, spend=50.0)] * 2)
    assert guarantees.own_bidding(split) == own


@pytest.mark.parametrize("rows", [[], [week("2026-09-05", 100, None)], [week("2026-09-05", 0, 0)]])
def test_no_own_bidding_without_clicks_and_inquiries(rows):
    columns = ["period_end", "clicks", "mature_clicks", "inquiries", "spend"]
    assert guarantees.own_bidding(pd.DataFrame(rows, columns=columns)) is None
    assert guarantees.own_bidding(pd.DataFrame([week("2026-09-05", 10, 1, 0.0)])) is None


def test_contacts_count_who_is_matched_and_above_the_low_levels():
    rows = [
        ("L2", True, True, False),
        ("L2", True, False, False),
        ("L2", True, None, False),
        ("l0", True, True, False),
        ("L2", False, None, False),
        ("L2", None, True, False),
        (None, True, True, False),
        ("L2", True, True, True),
    ]
    people = pd.DataFrame(rows, columns=["level", "contacted_us", "matched", "noise"])
    flags = ["contacted_us", "matched", "noise"]
    people[flags] = people[flags].astype("boolean")
    found = guarantees.contacts(people, ["L0"])
    assert found == {"contacts": 3, "qualified": 1, "buyers": 3, "buyers_inquired": 2, "buyers_qualified": 1}
