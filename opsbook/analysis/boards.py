"""Home-page boards: which products may enter Top Ranking, New Arrival and Saving Spotlight.

The rules are in `rules/boards.toml`; `conditions.py` tests them.

Eligible is not shown: the platform chooses for each visitor what it shows, and nothing here promises a place.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from opsbook.analysis import rules as rulebook
from opsbook.analysis.conditions import FAIL, PASS, UNKNOWN, VERDICTS, Facts, states
from opsbook.analysis.rules import Rule, RuleSet

#: {path: board}; a product can enter a board on each of its paths
PATHS = {
    "best_review": "top_ranking",
    "hot_selling": "top_ranking",
    "most_popular": "top_ranking",
    "new_arrival": "new_arrival",
    "apply": "saving_spotlight",
    "pick": "saving_spotlight",
}

#: {path: the rule whose value says how the path is read}; its alternatives are the other readings
READINGS = {"best_review": "boards.best_review.reading", "pick": "boards.gold_veto_scope"}


def evaluate(
    products: pd.DataFrame,
    reviews: pd.DataFrame | None = None,
    prices: pd.DataFrame | None = None,
    *,
    store: Any,
    as_of: date,
    rules: RuleSet | None = None,
) -> pd.DataFrame:
    """Eligibility of each product for each path into the home-page boards: pass, fail, or unknown for want of an input.

    A condition with a missing input is unknown; a path fails as soon as one needed condition fails and is unknown only
    where the missing input could still change the verdict. Eligible does not mean shown.

    In: `products` with `product_id`, `published_on` and the columns of `conditions.COLUMNS`, any of them absent or
    missing per row; `reviews` (product_id, reviewed_on, stars); `prices` (product_id, on, price), used where
    `min_price_180d` is missing; `store` with `is_gold` (True, False, None). Windows count back from `as_of`, their last
    day included; what is dated after `as_of` does not count. A product_id that stands twice is judged row by row.

    Out: one row per product and path under the index of the product, with `product_id, board, path, verdict`;
    `failing` and `unknown` (ids of the conditions in the way; the members of a group of which one is enough only while
    none passes; equal lists are one object, so copy before you change one); `gap` (messages: what is missing, in
    units); `rank` (dense, 1 = most, among all own products by the number that orders the list; missing where that is
    unknown or nothing orders the list); `alternative` (the verdict under the other reading of the rule where it
    differs, else missing).

    Source: `rules/boards.toml` with its notes.
    """
    facts = _facts(products, reviews, prices, store, as_of, rules)
    found: dict[str, np.ndarray] = {}
    judged = [_path(path, facts, found) for path in PATHS]
    row, path = np.divmod(np.arange(len(products) * len(PATHS)), len(PATHS))
    columns = {name: np.stack([column[name] for column in judged], axis=1).ravel() for name in judged[0]}
    ids = products["product_id"] if "product_id" in products else pd.Series(pd.NA, index=products.index)
    return pd.DataFrame(
        {
            "product_id": ids.array.take(row),
            "board": _words(list(PATHS.values()), path),
            "path": _words(list(PATHS), path),
            "verdict": _words(VERDICTS, columns["verdict"]),
            "failing": columns["failing"],
            "unknown": columns["unknown"],
            "gap": columns["gap"],
            "rank": pd.array(columns["rank"], dtype="Float64").astype("Int64"),
            "alternative": _words(VERDICTS, columns["alternative"]),
        },
        index=products.index[row],
    )


def roots(path: str, rules: RuleSet) -> list[str]:
    """The ids of the groups that describe a path: first the reading in use, then the others."""
    if path not in READINGS:
        return [f"boards.{path}"]
    reading = rules[READINGS[path]]
    return [f"boards.{path}.{value}" for value in (reading.value, *(other.value for other in reading.alternatives))]


def missing(rule: Rule, facts: Facts) -> np.ndarray:
    """How far each product is from meeting a condition, in the condition's unit; NaN where that has no number.

    For a search CTR the unit is clicks at today's impressions; a number that must be exceeded is exceeded by one.
    """
    have, need = facts.bounds(rule)[0], facts.threshold(rule)
    if rule.operator == "==":
        return np.full(len(have), np.nan)
    if rule.field == "search_ctr_30d":
        need = need * facts.column("search_impressions_30d")
        have = facts.column("search_clicks_30d")
    if rule.operator in ("<", "<="):
        return have - need
    # 0.04 x 75 impressions must be 3 clicks, not the 3.0000000000000004 of binary fractions
    exact = np.round(need, 9)
    more = np.floor(exact) + 1 - have if rule.operator == ">" else exact - have
    return np.maximum(np.ceil(more), 1) if rule.field == "search_ctr_30d" else more


def step(rule: Rule, facts: Facts, rows: np.ndarray) -> np.ndarray:
    """What each of these rows still needs to meet the condition: a message with `missing`, `have` and `required`."""
    told = np.empty(len(facts.products), dtype=object)
    kind = "_".join(filter(None, (f"boards.gap.{rule.field}", rule.base)))
    if rule.operator == "==":
        told[rows] = {"id": kind}
        return told
    numbers = (missing(rule, facts), facts.bounds(rule)[0], facts.threshold(rule))
    triples = zip(*(values[rows].tolist() for values in numbers), strict=True)
    told[rows] = [{"id": kind, "missing": short, "have": have, "required": need} for short, have, need in triples]
    return told


def blocking(root: str, facts: Facts, found: dict[str, np.ndarray], open_rows: np.ndarray | None = None) -> dict:
    """{condition: rows in which it matters}: the groups above it have not passed without it."""
    rule = facts.rules[root]
    rows = found[root] != PASS if open_rows is None else open_rows & (found[root] != PASS)
    if not rule.of:
        return {root: rows}
    matters: dict[str, np.ndarray] = {}
    for member in rule.of:
        for leaf, where in blocking(member, facts, found, rows).items():
            matters[leaf] = matters.get(leaf, False) | where
    return matters


def listed(masks: dict[str, np.ndarray], size: int) -> np.ndarray:
    """One list per row: the names of the masks that are true in it, in their order."""
    patterns, which = _patterns(masks, size)
    return _objects([list(names) for names in patterns])[which]


def messages(masks: dict[str, np.ndarray], facts: Facts) -> np.ndarray:
    """One list of messages per row: what each of the conditions whose mask is true there still needs."""
    patterns, which = _patterns(masks, len(facts.products))
    told = {name: step(facts.rules[name], facts, rows) for name, rows in masks.items()}
    result = np.empty(len(facts.products), dtype=object)
    for position, names in enumerate(patterns):
        rows = np.flatnonzero(which == position)
        columns = [told[name][rows] for name in names]
        result[rows] = _objects([list(row) for row in zip(*columns, strict=True)] if names else [[]] * len(rows))
    return result


def _facts(products, reviews, prices, store, as_of, rules) -> Facts:
    day = pd.Timestamp(as_of).date()
    return Facts(products, reviews, prices, store, day, rulebook.load(day) if rules is None else rules)


def _path(path: str, facts: Facts, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns of one path, a value per product."""
    own, *others = roots(path, facts.rules)
    for root in (own, *others):
        states(root, facts, found)
    matters = blocking(own, facts, found)
    failing = {leaf: rows & (found[leaf] == FAIL) for leaf, rows in matters.items()}
    unclear = {leaf: rows & (found[leaf] == UNKNOWN) for leaf, rows in matters.items()}
    return {
        "verdict": found[own],
        "failing": listed(failing, len(facts.products)),
        "unknown": listed(unclear, len(facts.products)),
        "gap": messages(failing, facts),
        "rank": _rank(facts.rules.get(f"boards.{path}.ranked_by"), facts),
        "alternative": _alternative(found[own], [found[other] for other in others]),
    }


def _alternative(own: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """The state under the first other reading that differs; -1 where none does."""
    differing = np.full(len(own), -1)
    for other in reversed(others):
        differing = np.where(other != own, other, differing)
    return differing


def _rank(rule: Rule | None, facts: Facts) -> np.ndarray:
    """Dense rank by the number that orders the list, 1 = most; NaN where it is missing or nothing orders the list."""
    if rule is None:
        return np.full(len(facts.products), np.nan)
    lower, upper = facts.bounds(rule.model_copy(update={"field": rule.value}))
    values = pd.Series(np.where(lower == upper, lower, np.nan))
    return values.rank(method="dense", ascending=False).to_numpy()


def _patterns(masks: dict[str, np.ndarray], size: int) -> tuple[list[tuple[str, ...]], np.ndarray]:
    """The distinct combinations of names that occur, and which of them each row has."""
    codes = sum((rows.astype(np.int64) << bit for bit, rows in enumerate(masks.values())), np.zeros(size, np.int64))
    distinct, which = np.unique(codes, return_inverse=True)
    names = list(masks)
    return [tuple(name for bit, name in enumerate(names) if code >> bit & 1) for code in distinct.tolist()], which


def _objects(values: list) -> np.ndarray:
    """A column of lists; numpy would make a table of them."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _words(words: Sequence[str], codes: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """A column of words by their position; -1 is missing."""
    return pd.array(words, dtype="str").take(codes, allow_fill=True)
