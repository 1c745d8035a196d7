"""Next week's bids and budgets, word by word: a plan to carry over by hand; nothing is sent to the platform."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from opsbook.analysis import bid_points, bidding, click_curves
from opsbook.analysis.elasticity import curve_through
from opsbook.analysis.rules import Rule

SCENARIOS = ("low", "middle", "high")  # how well clicks follow money
_SAME = 1e-6  # CNY: bids that differ by less are one bid


def plan(
    words: pd.DataFrame,
    hulls: Mapping[str, pd.DataFrame],
    response: Mapping[str, float],
    *,
    target_roi: float = 1.0,
    budget: float = 0.0,
    rules: Mapping[str, Rule],
) -> pd.DataFrame:
    """Next week's budget, split so that the next CNY brings the same on every word, as far as a week may change it.

    `bidding.allocate_budget` over the words that are not paused; a word with simulated points (`bid_points.hulls`)
    follows them, any other a curve through its spend and clicks with the store's elasticity (`elasticity.pooled`). No
    word changes by more than the rule `bidding.weekly_change`; a word decided `lower` is not raised, `collect` keeps at
    least what it has and gets the exploration share (rule `bidding.exploration`), `pause` gets nothing, and no other
    word is raised to where its next CNY would bring less than `target_roi`. `budget`: CNY a week; 0 = what all words
    spend now. What no word can take within these limits stays unspent.

    In: the table of `bid_caps.caps`. Out, the largest change first: `keyword, campaign, decision, bid, new_bid,
    weekly_spend, weekly_budget`, `budget_low, budget_high` (the range over low, middle and high elasticity), `holds`
    (the direction is the same in all three), `average_return` (value / spend today), `marginal_before`,
    `marginal_value` (what the next CNY brings today and under the plan), `curve` (measured, assumed, unknown),
    `gain_low, gain, gain_high` (value less spend against today, CNY a week, at low, middle and high elasticity),
    `bid_move` (raise, lower, keep, pause), `reason`. A word whose clicks, spend, value or bid is unknown keeps what it
    has.
    """
    active = words[_known(words)]
    fixed = words["weekly_spend"][~_known(words) & (words["decision"] != "pause")].sum()
    money = (budget or words["weekly_spend"].sum()) - fixed
    curves = {name: _curves(active, hulls, response[name]) for name in SCENARIOS}
    splits = {name: _split(active, curves[name], money, target_roi, rules) for name in SCENARIOS}
    table = _compared(active, curves, splits)
    table["new_bid"] = _bids(table, curves["middle"], hulls, rules)
    return _worded(_joined(words, table), rules)


def _known(words: pd.DataFrame) -> pd.Series:
    """Words that a budget can be split over: not paused, with spend, clicks, a value of a click and a bid."""
    positive = (words[["weekly_spend", "weekly_clicks", "bid"]] > 0).all(axis=1)
    return positive & words["value_per_click"].notna() & (words["decision"] != "pause")


def _split(active: pd.DataFrame, curves: pd.DataFrame, money: float, target_roi: float, rules) -> pd.DataFrame:
    """The budget over the active words under one curve, as much of it as the limits of a week allow."""
    change = rules["bidding.weekly_change"].value
    spend, decision = active["weekly_spend"], active["decision"]
    low = spend * np.where(decision == "collect", 1.0, 1 - change)
    high = spend * np.where(decision == "lower", 1.0, 1 + change)
    worth = click_curves.spend_worth(curves, target_roi).clip(low, high).where(decision != "collect", high)
    exploration = rules["bidding.exploration"].value
    possible = min(max(money, low.sum()), worth.sum())
    return bidding.allocate_budget(curves, possible, lower=low, upper=worth, exploration=exploration)


def _curves(active: pd.DataFrame, hulls: Mapping[str, pd.DataFrame], elasticity: float) -> pd.DataFrame:
    """A curve per word: its simulated points where it has any and stands in one plan only, else the formula."""
    word = active["keyword"].str.casefold()
    single = ~word.duplicated(keep=False)
    points = [
        hulls[name][["cost", "clicks"]].to_numpy() if alone and name in hulls else None
        for name, alone in zip(word, single, strict=True)
    ]
    formula = curve_through(active["weekly_spend"], active["weekly_clicks"], elasticity)
    named = active[["keyword", "value_per_click"]].assign(explore=active["decision"] == "collect")
    return named.join(formula).assign(points=pd.Series(points, index=active.index, dtype=object))


def _compared(active: pd.DataFrame, curves: Mapping, splits: Mapping) -> pd.DataFrame:
    """Today's spend and the proposed one, with what the next CNY brings at both and how far the assumptions matter."""
    now, middle = active["weekly_spend"], curves["middle"]
    spends = pd.DataFrame({name: splits[name]["spend"] for name in SCENARIOS})
    gains = pd.DataFrame({name: _gain(curves[name], now, splits["middle"]["spend"]) for name in SCENARIOS})
    turns = np.sign((spends.div(now, axis=0) - 1).round(3))
    return active.assign(
        weekly_budget=spends["middle"],
        budget_low=spends.min(axis=1),
        budget_high=spends.max(axis=1),
        holds=turns.min(axis=1) == turns.max(axis=1),
        average_return=active["value_per_click"] * active["weekly_clicks"] / now,
        marginal_before=middle["value_per_click"] * click_curves.clicks_per_cny(middle, now),
        marginal_value=splits["middle"]["marginal_value"],
        curve=np.where(middle["points"].notna(), "measured", "assumed"),
        gain_low=gains["low"],
        gain=gains["middle"],
        gain_high=gains["high"],
    )


def _gain(curves: pd.DataFrame, now: pd.Series, spend: pd.Series) -> pd.Series:
    """Value less spend, against today."""
    clicks = click_curves.clicks(curves, spend) - click_curves.clicks(curves, now)
    return curves["value_per_click"] * clicks - (spend - now)


def _bids(table: pd.DataFrame, curves: pd.DataFrame, hulls: Mapping, rules: Mapping[str, Rule]) -> pd.Series:
    """The bid that goes with the new spend: along the simulated points, else in step with the price of a click.

    The price of a click on the formula is (spend + half) / ceiling, and bids are taken to move with it. In whole steps
    of a bid, within the weekly change, not below the floor price, and never raised beyond what a click is worth.
    """
    half = curves["half"]
    ratio = (table["weekly_budget"] + half) / (table["weekly_spend"] + half)
    for row in np.flatnonzero(curves["points"].notna()):
        word = table.iloc[row]
        corners = hulls[word["keyword"].casefold()]
        ratio.iloc[row] = bid_points.bid_ratio(corners, word["weekly_spend"], word["weekly_budget"])
    old, change, step = table["bid"], rules["bidding.weekly_change"].value, rules["bidding.bid_step"].value
    wanted = old * ratio.clip(1 - change, 1 + change)
    wanted = wanted.where(wanted <= old, np.minimum(wanted, np.maximum(table["cap"], old)))
    wanted = np.maximum(wanted, np.minimum(table["floor_bid"], old).fillna(0.0))
    steps = np.trunc((wanted - old) / step + np.sign(wanted - old) * 1e-9)
    return (old + steps * step).round(4).where(steps != 0, old)  # a mean bid of 10 / 3 that stays is no move


def _joined(words: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """All words again: paused ones get nothing, unknown ones keep what they have."""
    both = table.reindex(words.index)
    both[words.columns] = words
    paused, planned = words["decision"] == "pause", words.index.isin(table.index)
    kept = words["weekly_spend"].mask(paused, 0.0)
    for column in ("weekly_budget", "budget_low", "budget_high"):
        both[column] = both[column].where(planned, kept)
    step = both["new_bid"] - both["bid"]
    turned = [paused, step > _SAME, step < -_SAME]
    both["new_bid"] = both["new_bid"].where(planned, words["bid"]).mask(paused)
    both["curve"] = both["curve"].where(planned, "unknown")
    both["holds"] = both["holds"].where(planned, True).astype(bool)
    return both.assign(bid_move=np.select(turned, ["pause", "raise", "lower"], "keep"))


def _worded(table: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    change = rules["bidding.weekly_change"].value
    rows = table[[*_REASONED]].to_dict("records")  # a row as a dict of all columns is slow with many words
    table = table.assign(reason=[_reason(row, change) for row in rows])
    size = (table["weekly_budget"] - table["weekly_spend"]).abs().fillna(0.0)
    return table.iloc[np.argsort(-size.to_numpy(), kind="stable")]


#: what a reason is made from
_REASONED = (
    "bid_move", "curve", "decision", "weekly_spend", "weekly_budget", "marginal_before", "marginal_value",
    "average_return", "bid", "new_bid", "cap", "holds", "budget_low", "budget_high",
)  # fmt: skip


def _reason(row: dict, change: float) -> dict:
    """Why a word gets its bid and budget, as a message: the return of the next CNY, not of the average one."""
    if row["bid_move"] == "pause":
        return {"id": "bidding.reason_pause", "spend": row["weekly_spend"]}
    if row["curve"] == "unknown":
        return {"id": "bidding.reason_unknown"}
    names = ("weekly_spend", "weekly_budget", "marginal_before", "marginal_value", "average_return")
    numbers = {name: float(row[name]) for name in names}
    name = "collect" if row["decision"] == "collect" else row["bid_move"]
    return {"id": f"bidding.reason_{name}"} | numbers | {"details": _caveats(row, change)}


def _caveats(row: dict, change: float) -> list[dict]:
    """That the week's limit stopped a move, that a raise stops at the cap, that a move rests on the assumption."""
    moved = row["weekly_budget"] / row["weekly_spend"] - 1
    cases = {
        "bidding.at_limit": abs(moved) > change - 1e-6,
        "bidding.at_cap": moved > 1e-3 and row["new_bid"] <= row["bid"] and row["bid"] >= row["cap"],
        "bidding.turns": not row["holds"],
    }
    numbers = {"change": change, "cap": row["cap"], "low": row["budget_low"], "high": row["budget_high"]}
    return [{"id": name} | numbers for name, holds in cases.items() if holds]
