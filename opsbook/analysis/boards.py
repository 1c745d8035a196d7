"""Home-page boards: which products may enter Top Ranking, New Arrival and Saving Spotlight.

The rules are in `rules/boards.toml`; `conditions.py` tests them.

Eligible is not shown: the platform chooses for each visitor what it shows, and nothing here promises a place.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    none passes); `gap` (messages: what is missing, in units; equal lists and messages are one object: copy before you
    change one); `rank` (dense, 1 = most, among all own products by the number that orders the list; missing where that
    is unknown or nothing orders the list); `alternative` (the verdict under the other reading of the rule where it
    differs, else missing).

    Source: `rules/boards.toml` with its notes.
    """
    facts = gather(products, reviews, prices, store=store, as_of=as_of, rules=rules)
    found: dict[str, np.ndarray] = {}
    with _uncollected():
        judged = [_path(path, facts, found) for path in PATHS]
    row, path = np.divmod(np.arange(len(products) * len(PATHS)), len(PATHS))
    columns = {name: np.stack([column[name] for column in judged], axis=1).ravel() for name in judged[0]}
    return pd.DataFrame(
        {
            "product_id": product_ids(products).array.take(row),
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


def join(profile: pd.DataFrame, performance: pd.DataFrame) -> pd.DataFrame:
    """The products of a store, one row each: the profile's, then those that only the product export names.

    `title`, `is_showcase` and `owner` are taken from the export where the profile lacks them. The export's counts are
    those of a week and never stand in for those of 30 days: these stay missing for a product without a profile.
    """
    known, exported = (table.drop_duplicates("product_id").set_index("product_id") for table in (profile, performance))
    joined = known.reindex(known.index.append(exported.index.difference(known.index, sort=False)))
    shared = joined.columns.intersection(exported.columns).intersection(["title", "is_showcase", "owner"])
    filled = {name: joined[name].fillna(exported[name].reindex(joined.index)) for name in shared}
    return joined.assign(**filled).rename_axis("product_id").reset_index()


def gather(products, reviews=None, prices=None, *, store: Any, as_of: date, rules: RuleSet | None = None) -> Facts:
    """The facts of a day under the rules of that day, or under those given."""
    day = pd.Timestamp(as_of).date()
    return Facts(products, reviews, prices, store, day, rulebook.load(day) if rules is None else rules)


def roots(path: str, rules: RuleSet) -> list[str]:
    """The ids of the groups that describe a path: first the reading in use, then the others."""
    if path not in READINGS:
        return [f"boards.{path}"]
    reading = rules[READINGS[path]]
    return [f"boards.{path}.{value}" for value in (reading.value, *(other.value for other in reading.alternatives))]


def readings(rules: RuleSet) -> list[dict]:
    """How the two rules that contradict themselves or can be read in two ways are read: messages for the report."""
    scope, reviews = rules[READINGS["pick"]].value, rules[READINGS["best_review"]].value
    return [{"id": f"boards.veto.{scope}"}, {"id": f"boards.reviews.{reviews}"}]


def mix(products: pd.DataFrame, rules: RuleSet) -> dict:
    """The kind of store by its share of ready-to-ship products: `rts`, `oem`, `mixed`, or `unknown` without the flag.

    share = products flagged ready-to-ship / products whose flag is known; a store is mixed where the smaller of the two
    kinds has the share `boards.mixed_share` (our default).
    """
    flags = products["is_rts"].astype("boolean") if "is_rts" in products else pd.Series(dtype="boolean")
    rts, known = int(flags.sum()), int(flags.notna().sum())
    if not known:
        return {"id": "boards.mix.unknown", "products": len(products)}
    share = rts / known
    mixed = min(rts, known - rts) / known >= rules["boards.mixed_share"].value
    kind = "mixed" if mixed else "rts" if share > 0.5 else "oem"
    return {"id": f"boards.mix.{kind}", "rts": rts, "known": known, "share": share}


def suitable(products: pd.DataFrame, evaluated: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """How well each path suits the store: own products that may enter it / those that it is open to.

    A path that asks for ready-to-ship products is open to these alone, and suits a store of custom products badly.
    In: `products`, and their table of `evaluate`. Out, best first: `board, path, needs_rts, open_to, passed, failed,
    unclear`, `pass_share` (passed / (passed + failed); missing where nothing could be judged), `suits` (True, False, or
    missing where no flag is known).
    """
    kind = mix(products, rules)["id"].rsplit(".", 1)[1]
    flags = products["is_rts"].astype("boolean") if "is_rts" in products else pd.Series(dtype="boolean")
    counts = pd.crosstab(evaluated["path"], evaluated["verdict"]).reindex(
        index=list(PATHS), columns=["pass", "fail", "unknown"], fill_value=0
    )
    needs = np.array([_asks(roots(path, rules)[0], "is_rts", rules) for path in PATHS])
    judged = counts["pass"] + counts["fail"]
    table = pd.DataFrame(
        {
            "board": list(PATHS.values()),
            "path": list(PATHS),
            "needs_rts": needs,
            "open_to": np.where(needs, int(flags.sum()), len(products)),
            "passed": counts["pass"].to_numpy(),
            "failed": counts["fail"].to_numpy(),
            "unclear": counts["unknown"].to_numpy(),
            "pass_share": (counts["pass"] / judged.where(judged > 0)).to_numpy(),
            "suits": pd.array(np.where(needs & (kind == "unknown"), None, ~needs | (kind != "oem")), dtype="boolean"),
        }
    )
    return table.sort_values(["suits", "passed"], ascending=False, kind="stable", ignore_index=True)


def amounts(rule: Rule, facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """What is there and what it takes to meet a condition, both in the condition's unit.

    The unit of a search CTR is clicks at today's impressions (at least one); what must be exceeded is exceeded by one.
    """
    have, need = facts.bounds(rule)[0], facts.threshold(rule)
    if rule.field == "search_ctr_30d":
        have = facts.column("search_clicks_30d")
        # 0.04 x 75 impressions must be 3 clicks, not the 3.0000000000000004 of binary fractions
        need = np.round(need * facts.column("search_impressions_30d"), 9)
        return have, np.maximum(np.floor(need) + 1 if rule.operator == ">" else np.ceil(need), 1)
    return have, need + {">": 1, "<": -1}.get(rule.operator, 0)


def step(rule: Rule, facts: Facts, rows: np.ndarray) -> tuple[np.ndarray, list[dict]]:
    """What each of these rows still needs to meet the condition, and which of these messages it is; -1 for other rows.

    A message holds `missing`, `have` and `required`; rows with the same two numbers share one.
    """
    which = np.full(len(facts.products), -1)
    at_most = "at_most" if "<" in rule.operator else None
    kind = "_".join(filter(None, (f"boards.gap.{rule.field}", at_most, rule.base)))
    if rule.operator == "==":
        which[rows] = 0
        return which, [{"id": kind}]
    have, need = (values[rows] for values in amounts(rule, facts))
    codes, first = _distinct([have, need])
    which[rows] = codes
    pairs = zip(have[first].tolist(), need[first].tolist(), strict=True)
    return which, [{"id": kind, "missing": abs(most - now), "have": now, "required": most} for now, most in pairs]


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
    codes = sum((rows.astype(np.int64) << bit for bit, rows in enumerate(masks.values())), np.zeros(size, np.int64))
    which, distinct = pd.factorize(codes)
    return _objects([[name for bit, name in enumerate(masks) if code >> bit & 1] for code in distinct.tolist()])[which]


def messages(masks: dict[str, np.ndarray], facts: Facts) -> np.ndarray:
    """One list of messages per row: what each of the conditions whose mask is true there still needs."""
    size = len(facts.products)
    steps = [step(facts.rules[name], facts, rows) for name, rows in masks.items() if rows.any()]
    if not steps:
        return _objects([[]] * size)
    which, first = _distinct([codes for codes, _ in steps])
    told = [_objects([*texts, None])[codes[first]] for codes, texts in steps]
    return _objects([[text for text in row if text] for row in zip(*told, strict=True)])[which]


def product_ids(products: pd.DataFrame) -> pd.Series:
    """The ids of the products; missing where the column is absent."""
    return products["product_id"] if "product_id" in products else pd.Series(pd.NA, index=products.index)


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
        "rank": _rank(facts.rules.rules.get(f"boards.{path}.ranked_by"), facts),
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


def _distinct(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows of a table given as columns: which of them each row is, and where each stands first."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values = column if column.dtype.kind == "i" else pd.factorize(column)[0]
        codes = pd.factorize(codes * (values.max(initial=0) + 2) + values)[0]
    first = np.zeros(codes.max(initial=-1) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return codes, first


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection while many lists are made that all stay: it would walk them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _objects(values: list) -> np.ndarray:
    """A column of lists; numpy would make a table of them."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _words(words: Sequence[str], codes: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """A column of words by their position; -1 is missing."""
    return pd.array(words, dtype="str").take(codes, allow_fill=True)


def _asks(rule_id: str, field: str, rules: RuleSet) -> bool:
    """Whether a rule or one below it tests a fact."""
    rule = rules[rule_id]
    return rule.field == field or any(_asks(member, field, rules) for member in rule.of)
