"""The plan as a whole: its sentences, its proposals, and what is handed over."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import actions, bid_moves
from opsbook.analysis.brief import ACTION_COLUMNS

WEEK = date(2026, 9, 19)
RESPONSE = {"id": "bidding.elasticity_assumed", "middle": 0.6}


def plan(**columns) -> pd.DataFrame:
    table = {
        "keyword": ["a", "b", "c", "d"],
        "campaign": ["p", "p", None, "p"],
        "decision": ["raise", "keep", "pause", "collect"],
        "bid": [2.0, 3.0, 4.0, np.nan],
        "new_bid": [2.2, 2.5, np.nan, np.nan],
        "weekly_spend": [100.0, 100.0, 50.0, 10.0],
        "weekly_budget": [120.0, 80.0, 0.0, 10.0],
        "gain_low": [5.0, -2.0, np.nan, np.nan],
        "gain": [9.0, 3.0, np.nan, np.nan],
        "gain_high": [8.0, 4.0, np.nan, np.nan],
        "holds": [True, True, True, True],
        "marginal_before": [2.0, 1.1, np.nan, np.nan],
        "marginal_value": [1.5, 1.3, np.nan, np.nan],
        "curve": ["assumed", "measured", "unknown", "unknown"],
        "bid_move": ["raise", "lower", "pause", "keep"],
        "reason": [{"id": f"bidding.reason_{name}"} for name in ("raise", "lower", "pause", "unknown")],
    }
    return pd.DataFrame(table | columns)


def test_the_plan_in_sentences():
    told = bid_moves.summary(plan(), RESPONSE, budget=210)
    assert [message["id"] for message in told] == [
        "bidding.plan", "bidding.gain", "bidding.next_cny_range", "bidding.turning", "bidding.elasticity_assumed"
    ]  # fmt: skip
    assert told[0] == {
        "id": "bidding.plan", "words": 4, "spend": 260, "plan": 210, "raise": 1, "lower": 1, "keep": 1, "pause": 1
    }  # fmt: skip
    assert told[1] == {"id": "bidding.gain", "gain": 12, "low": 3, "high": 12}
    assert told[3] == {"id": "bidding.turning", "words": 0, "of": 2}
    assert json.dumps(told)


def test_money_left_and_money_too_much():
    assert bid_moves.summary(plan(), RESPONSE, 1.1)[2] == {"id": "bidding.unspent", "left": 50, "target": 1.1}
    assert bid_moves.summary(plan(), RESPONSE, budget=200)[2]["id"] == "bidding.overspent"
    assert bid_moves.summary(plan(), RESPONSE, budget=211)[2]["id"] == "bidding.next_cny_range"


def test_nothing_to_plan():
    assert bid_moves.summary(plan(curve="unknown"), RESPONSE) == [{"id": "bidding.no_plan", "words": 4}]
    assert bid_moves.summary(plan().head(0), RESPONSE) == []


@pytest.mark.parametrize(("target", "name"), [(1.3, "pays"), (1.31, "loses")])
def test_the_next_cny_is_that_of_words_inside_their_limits(target, name):
    rows = pd.DataFrame(
        {"weekly_spend": 100.0, "weekly_budget": [70.0, 90, 95, 130], "marginal_value": [1, 1.3, 1.3, 2]}
    )
    assert bid_moves.next_cny(rows, target) == {"id": f"bidding.next_cny_{name}", "marginal": 1.3, "target": target}


def test_the_bids_are_proposed_as_one_plan_with_the_range_of_its_gain():
    found = bid_moves.actions(plan(), week=WEEK)
    assert list(found) == list(ACTION_COLUMNS) and len(actions.rank([found])) == 1
    row = found.iloc[0]
    assert row["action"] == {"id": "bidding.do_plan", "verb": "fix", "keywords": ["a", "b"], "raise": 1, "lower": 1}
    assert row["evidence"] == {"id": "bidding.uneven", "low": 1.1, "high": 2.0}
    assert row["effect"] == {"id": "bidding.effect", "low": 3, "high": 12, "unit": "CNY"}
    assert (row["due"], row["review_on"]) == (date(2026, 9, 23), date(2026, 10, 3))


def test_without_a_changed_bid_nothing_is_proposed():
    assert bid_moves.actions(plan(bid_move="keep"), week=WEEK).empty
    assert bid_moves.actions(plan().head(0), week=WEEK).empty


def test_the_plan_speaks_instead_of_the_decision():
    proposals = pd.DataFrame(
        {
            "object": ["a", "b", "c", "d", "x"],
            "action": [{"id": "keywords.do", "verb": verb} for verb in ("raise", "pause", "lower", "raise", "add")],
        }
    )
    assert bid_moves.instead(proposals, plan())["object"].tolist() == ["b", "c", "d", "x"]
    assert bid_moves.instead(proposals.head(0), plan()).empty


def test_rows_to_hand_over_are_plain_and_changes_come_first():
    rows = bid_moves.handed_over(plan())
    assert [row["keyword"] for row in rows] == ["a", "b", "c", "d"] and set(rows[0]) == set(bid_moves.HANDED)
    assert rows[2]["new_bid"] is None and rows[2]["campaign"] is None and rows[3]["bid"] is None
    assert json.loads(json.dumps(rows)) == rows
    assert [row["keyword"] for row in bid_moves.handed_over(plan(bid_move=["keep", "raise", "pause", "keep"]))] == list(
        "bcad"
    )
