"""The cheapest way of a product into a home-page board that it nearly enters.

Effort and advice are our own, the rules are those of `boards.py`. Eligible is not shown, here as there.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from opsbook.analysis import channels
from opsbook.analysis.boards import PATHS, amounts, gather, messages, product_ids, roots
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.conditions import FAIL, PASS, Facts, oldest_review, states
from opsbook.analysis.rules import Rule, RuleSet, load

#: columns of the table of near misses
COLUMNS = ["product_id", "board", "path", "way", "steps", "effort", "deadline", "days_left"]
COLUMNS += ["board_visitors", "board_products", "expected_visitors"]


#: {channel: the board that it is}
CHANNELS = {"top_products": "top_ranking", "new_arrival": "new_arrival", "saving_spotlight": "saving_spotlight"}


def board_visitors(channels_of_week: pd.DataFrame) -> dict[str, float]:
    """The visitors that each board brought: those of its channel in the week.

    In: `channel, visitors`, a row per channel. Boards whose channel is not in the export are left out.
    """
    boards = channels.classify(channels_of_week["channel"])["channel_id"].map(CHANNELS)
    return channels_of_week["visitors"].astype("float64").groupby(boards).sum(min_count=1).dropna().to_dict()


def near_misses(
    products: pd.DataFrame,
    reviews: pd.DataFrame | None = None,
    prices: pd.DataFrame | None = None,
    *,
    store: Any,
    as_of: date,
    rules: RuleSet | None = None,
    board_visitors: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """The cheapest way of each product into each board that it nearly enters, least effort first, then most traffic.

    effort = sum over the steps of what is missing / what is required (of a price: the cut / the price). Conditions that
    are not moved for a board's sake (rule `boards.near_miss.fixed`) and unknown ones close a way; a way is near up to
    the effort `boards.near_miss.effort` (our defaults). A product whose buyers only chat is near the most popular list.

    In: as `boards.evaluate`; `board_visitors` {board: visitors of its channel last week}.
    Out: `product_id, board, path`; `way` (messages, one per step, then what limits it); `steps`; `effort` (share);
    `deadline` and `days_left` (the last day on which the way is open, where a date closes it); `expected_visitors` =
    `board_visitors` / `board_products` (own products that may enter the board today): what an eligible product of this
    store drew on average, not a promise; missing without either.
    """
    facts = gather(products, reviews, prices, store=store, as_of=as_of, rules=rules)
    found: dict[str, np.ndarray] = {}
    for path in PATHS:
        states(roots(path, facts.rules)[0], facts, found)
    near = pd.concat([_near(path, facts, found) for path in PATHS], ignore_index=True)
    visitors = near["board"].map(dict(board_visitors or {})).astype(float)
    eligible = near["board"].map(_eligible(facts, found)).astype(float)
    near = near.assign(
        board_visitors=visitors, board_products=eligible, expected_visitors=visitors / eligible.where(eligible > 0)
    )
    order = ["effort", "expected_visitors", "demand"]
    near = near.sort_values(order, ascending=[True, False, False], kind="stable", ignore_index=True)
    return near[COLUMNS]


def told(way: pd.Series) -> pd.Series:
    """The steps of each way as one message, whose sentences follow one another."""
    return way.map(lambda steps: steps[0] | {"details": steps[1:]} if steps else None)


def actions(near: pd.DataFrame, soon: pd.DataFrame, *, as_of: date, rules: RuleSet | None = None) -> pd.DataFrame:
    """Proposals: the near misses that one step closes, and the products that are about to leave a board.

    Of each kind the first `boards.actions` (our default) of the tables of `near_misses` and `board_changes.leaving`, in
    their order. Due within a week, or on the last day on which it still helps. Columns: `brief.ACTION_COLUMNS`.
    """
    rules = load(as_of) if rules is None else rules
    most = rules["boards.actions"].value
    single = near[near["steps"] == 1]
    # one step may open two boards; it is proposed once, for the first
    again = single.assign(step=[way[0]["id"] for way in single["way"]]).duplicated(["product_id", "step"])
    enter = [_enter(row, as_of) for row in single[~again].head(most).to_dict("records")]
    stay = [_stay(row, as_of) for row in soon.head(most).to_dict("records")]
    return pd.DataFrame(stay + enter, columns=ACTION_COLUMNS)


def _enter(row: dict[str, Any], as_of: date) -> dict[str, Any]:
    # buyers who already chat are asked, not waited for
    step = next((message for message in row["way"] if message["id"] == "boards.near.tm_only"), row["way"][0])
    urgent = pd.notna(row["days_left"]) and row["days_left"] <= 7
    due = as_of + timedelta(int(min(row["days_left"], 7)) if pd.notna(row["days_left"]) else 7)
    evidence = {"id": f"boards.evidence.{row['path']}", "effort": row["effort"]}
    effect = None
    if pd.notna(row["expected_visitors"]):
        effect = {"id": "boards.effect", "low": 0.0, "high": row["expected_visitors"], "unit": "visitors"}
    return _proposal(row["product_id"], step | {"verb": "fix"}, evidence, effect, "P1" if urgent else "P2", due)


def _stay(row: dict[str, Any], as_of: date) -> dict[str, Any]:
    action = {"id": f"boards.stay.{row['path']}", "verb": "keep"}
    evidence = {"id": "boards.evidence.leaving", "last_day": f"{row['last_day']:%Y-%m-%d}", "days": row["days_left"]}
    return _proposal(row["product_id"], action, evidence, None, "P1", as_of + timedelta(row["days_left"]))


def _proposal(product: str, action: dict, evidence: dict, effect: dict | None, priority: str, due: date) -> dict:
    reviewed = due + timedelta(days=7)
    return {
        "module": "boards",
        "object_type": "product",
        "object": str(product),
        "action": action,
        "evidence": evidence,
        "effect": effect,
        "priority": priority,
        "owner": "operator",
        "due": due,
        "review_metric": "visitors",
        "review_on": reviewed + timedelta(days=(5 - reviewed.weekday()) % 7),
    }


def _near(path: str, facts: Facts, found: dict[str, np.ndarray]) -> pd.DataFrame:
    root = roots(path, facts.rules)[0]
    effort, chosen = _cheapest(root, facts, found)
    way = messages(chosen, facts)
    days = _days_left(path, chosen, facts)
    chats = np.nan_to_num(facts.column("tm_30d")) if path == "most_popular" else np.zeros(len(effort))
    near = (found[root] != PASS) & np.isfinite(effort)
    near &= (effort <= facts.rules["boards.near_miss.effort"].value) | (chats > 0)
    for row in np.flatnonzero(near):
        if chats[row]:
            way[row] = [*way[row], {"id": "boards.near.tm_only", "chats": chats[row].item()}]
        if np.isfinite(days[row]):
            last = (facts.day + timedelta(days[row])).isoformat()
            way[row] = [*way[row], {"id": f"boards.near.{path}", "by": last, "days": int(days[row])}]
    return pd.DataFrame(
        {
            "product_id": product_ids(facts.products),
            "board": PATHS[path],
            "path": path,
            "way": way,
            "steps": sum((rows.astype(int) for rows in chosen.values()), np.zeros(len(effort), int)),
            "effort": effort,
            "deadline": pd.Timestamp(facts.day) + pd.to_timedelta(np.where(np.isfinite(days), days, np.nan), unit="D"),
            "days_left": pd.array(np.where(np.isfinite(days), days, np.nan), dtype="Float64").astype("Int64"),
            "demand": facts.column("search_impressions_30d"),
        }
    )[near]


def _cheapest(rule_id: str, facts: Facts, found: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The least effort that makes each product meet a rule, and the conditions it then has to work on."""
    rule, failing = facts.rules[rule_id], found[rule_id] == FAIL
    if not rule.of:
        effort = np.where(failing, _effort(rule, facts), np.inf)
        return np.where(found[rule_id] == PASS, 0.0, effort), {rule_id: failing}
    members = [_cheapest(member, facts, found) for member in rule.of]
    efforts = np.stack([effort for effort, _ in members])
    if rule.logic == "any":
        best = efforts.argmin(axis=0)
        return efforts.min(axis=0), _union(
            {leaf: rows & (best == place) for leaf, rows in chosen.items()} for place, (_, chosen) in enumerate(members)
        )
    total = efforts.sum(axis=0)
    if rule.logic == "veto":
        total = np.where(found[rule_id] == PASS, 0.0, np.inf)
    return total, _union(chosen for _, chosen in members)


def _effort(rule: Rule, facts: Facts) -> np.ndarray:
    """What is missing as a share of what is required (of a price: of the price); infinite where it is not moved."""
    if rule.field in facts.rules["boards.near_miss.fixed"].value or rule.operator == "==":
        return np.full(len(facts.products), np.inf)
    have, need = amounts(rule, facts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.abs(need - have) / np.maximum(need, have)


def _union(parts: Iterable[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The rows of each condition over several parts of a rule."""
    whole: dict[str, np.ndarray] = {}
    for part in parts:
        for leaf, rows in part.items():
            whole[leaf] = whole.get(leaf, False) | rows
    return whole


def _days_left(path: str, chosen: dict[str, np.ndarray], facts: Facts) -> np.ndarray:
    """For how many more days the way is open: newness ends, and the reviews that count already grow old; else NaN."""
    days = np.full(len(facts.products), np.nan)
    if path == "new_arrival":
        rule = facts.rules["boards.new_arrival.age"]
        return rule.value - facts.bounds(rule)[1]
    for leaf in chosen:
        rule = facts.rules[leaf]
        if rule.field in ("reviews", "good_reviews"):
            days = rule.window_days - (not rule.inclusive) - oldest_review(facts, rule)
    return days


def _eligible(facts: Facts, found: dict[str, np.ndarray]) -> dict[str, int]:
    """Own products that may enter each board on one path or another."""
    passing: dict[str, np.ndarray] = {}
    for path, board in PATHS.items():
        passing[board] = passing.get(board, False) | (found[roots(path, facts.rules)[0]] == PASS)
    return {board: int(rows.sum()) for board, rows in passing.items()}
