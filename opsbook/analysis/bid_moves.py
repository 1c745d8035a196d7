"""What the plan of bids says as a whole, what it proposes, and what of it is handed over."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from opsbook.analysis.brief import ACTION_COLUMNS

#: columns of the plan that are handed over as `bids.xlsx`
HANDED = ("keyword", "campaign", "bid", "new_bid", "weekly_spend", "weekly_budget", "marginal_value", "reason")
_SMALL = 0.005  # of the budget: what rounds away in a sentence
_MOVES = ("raise", "lower")
_NAMED = 3  # words that a proposal names


def summary(plan: pd.DataFrame, response: dict, target_roi: float = 1.0, budget: float = 0.0) -> list[dict]:
    """How much moves where, what that is expected to bring, what the next CNY brings, and how sure the moves are.

    In: `bid_plan.plan`; the message of `elasticity.pooled`; the value wanted per CNY; the budget that was asked for (0
    = as much as now). Messages; none without words.
    """
    planned = plan[plan["curve"] != "unknown"]
    if planned.empty:
        return [{"id": "bidding.no_plan", "words": len(plan)}] if len(plan) else []
    moves = plan["bid_move"].value_counts()
    counts = {name: int(moves.get(name, 0)) for name in ("raise", "lower", "keep", "pause")}
    low, gain, high = (float(planned[name].sum()) for name in ("gain_low", "gain", "gain_high"))
    gains = {"gain": gain, "low": min(low, gain, high), "high": max(low, gain, high)}
    whole = {"words": len(plan), "spend": float(plan["weekly_spend"].sum()), "plan": float(plan["weekly_budget"].sum())}
    return [
        {"id": "bidding.plan"} | whole | counts,
        {"id": "bidding.gain"} | gains,
        _rest(plan, budget or whole["spend"], target_roi),
        {"id": "bidding.turning", "words": int((~planned["holds"]).sum()), "of": len(planned)},
        response,
    ]


def _rest(plan: pd.DataFrame, asked: float, target_roi: float) -> dict:
    """What the next CNY brings, or why the plan spends more or less than was asked for, as a message."""
    left = asked - float(plan["weekly_budget"].sum())
    if abs(left) > _SMALL * asked:
        return {"id": "bidding.unspent" if left > 0 else "bidding.overspent", "left": abs(left), "target": target_roi}
    return next_cny(plan[plan["curve"] != "unknown"], target_roi)


def next_cny(planned: pd.DataFrame, target_roi: float) -> dict:
    """What the next CNY brings where a word stands at no limit of the week: the shared multiplier, as a message.

    The median over those words; where all stand at a limit, the range over all.
    """
    change = planned["weekly_budget"] / planned["weekly_spend"]
    free = planned["marginal_value"][change.between(change.min() + 1e-6, change.max() - 1e-6)]
    if free.empty:
        ends = {"low": float(planned["marginal_value"].min()), "high": float(planned["marginal_value"].max())}
        return {"id": "bidding.next_cny_range", "target": target_roi} | ends
    marginal = float(free.median())
    name = "bidding.next_cny_pays" if marginal >= target_roi else "bidding.next_cny_loses"
    return {"id": name, "marginal": marginal, "target": target_roi}


def actions(plan: pd.DataFrame, *, week: date) -> pd.DataFrame:
    """The proposal to type in the plan's bids as a whole, for money taken from one word pays on another.

    In: `bid_plan.plan`; columns as `brief.ACTION_COLUMNS`, one row, or none where no bid changes; pauses are proposed
    with the decisions. Effect: value less spend of all moves, over low to high elasticity. Due on the keyword day, the
    Wednesday after the `week` (its Saturday), and looked at two weeks later.
    """
    moved = plan[plan["bid_move"].isin(_MOVES)]
    if moved.empty:
        return pd.DataFrame(columns=list(ACTION_COLUMNS))
    counts = {name: int((moved["bid_move"] == name).sum()) for name in _MOVES}
    size = (moved["weekly_budget"] - moved["weekly_spend"]).abs().to_numpy()
    first = moved["keyword"].iloc[np.argsort(-size, kind="stable")[:_NAMED]].tolist()
    ends = {"low": float(plan["marginal_before"].min()), "high": float(plan["marginal_before"].max())}
    gains = [float(plan[name].sum()) for name in ("gain_low", "gain", "gain_high")]
    row = {
        "module": "bidding",
        "object_type": "store",
        "object": "",
        "action": {"id": "bidding.do_plan", "verb": "fix", "keywords": first} | counts,
        "evidence": {"id": "bidding.uneven"} | ends,
        "effect": {"id": "bidding.effect", "low": round(min(gains), 2), "high": round(max(gains), 2), "unit": "CNY"},
        "priority": "P1",
        "owner": "operator",
        "due": week + timedelta(days=4),
        "review_metric": "inquiries",
        "review_on": week + timedelta(weeks=2),
    }
    return pd.DataFrame([row], columns=list(ACTION_COLUMNS))


def instead(proposals: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """The proposals of `keywords.actions` without the raised and lowered bids of words that the plan covers.

    The plan says by how much, or that the next CNY on the word would not pay although the average one did.
    """
    covered = set(plan.loc[plan["curve"] != "unknown", "keyword"])
    verbs = proposals["action"].map(lambda action: action["verb"])
    return proposals[~(verbs.isin(_MOVES) & proposals["object"].isin(covered))]


def handed_over(plan: pd.DataFrame) -> list[dict]:
    """The plan as plain rows for the workbook of bids: what is, what is proposed, and why; unknown is None.

    In: `bid_plan.plan`. Words that stay as they are come last.
    """
    rows = plan.sort_values("bid_move", key=lambda move: move == "keep", kind="stable")[list(HANDED)]
    return rows.astype(object).where(rows.notna(), None).to_dict("records")
