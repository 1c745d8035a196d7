"""Why clicks do not become inquiries: the tree of causes, in the order in which sellers rule them out.

Noise -> words that do not match -> buyer level -> first screen of the product (or the word) -> store level -> bid and
budget. A later branch is judged only where no earlier one explains the loss: visitors who never wanted the product
say nothing about its page. Each branch shows its numbers and a probability, or what to collect before it can be
judged.
"""

from datetime import date

import pandas as pd

from opsbook.analysis import branches, culprits, history, missed
from opsbook.analysis import rules as rulebook

COLUMNS = ["scope", "object", "cause", "probability", "evidence", "next_step", "verdict"]

#: The causes in the order of the tree; products and words are crossed, so they stand on one step.
STEPS = {
    "noise": 1,
    "mismatch": 2,
    "buyer_level": 3,
    "first_screen": 4,
    "word": 4,
    "inseparable": 4,
    "store_level": 5,
    "bid_budget": 6,
}
_FOUND = ("named", "suspected")


def diagnose(
    store_tables: dict[str, pd.DataFrame], *, week: str | date, rules=None, value_per_inquiry: float | None = None
) -> pd.DataFrame:
    """Which causes explain that clicks do not become inquiries, each with its evidence and its probability.

    `store_tables`: canonical tables by name, each may be missing or empty: `visitor, product_performance,
    product_profile, ad_keyword, own_keyword, ad_product, store_kpi`. Used are the natural weeks up to `week` (a
    Saturday), eight by our default. `value_per_inquiry` (CNY) adds the test whether clicks cost more than they bring.
    `rules`: a `rules.RuleSet`.

    Columns: `scope` (store, product, keyword), `object` (empty for the store), `cause` (`STEPS`), `probability`
    (missing where nothing can be said), `evidence` and `next_step` (messages), `verdict`: `named` above the
    confidence (0.8, our default), `suspected` (noise is never more), `cleared`, `unknown` = not enough data to tell,
    the next step says what to collect; `waiting` = would be named, if an earlier branch of the tree did not explain
    it as well. What is found stands first in the order of the tree, the likeliest first; then the branches of the
    store, products and words.
    """
    limits = limits_of(rules or rulebook.load(week))
    tables = {name: history.recent(table, week, limits["weeks"]) for name, table in store_tables.items()}
    people = encounters(store_tables, tables, limits)
    cells = history.ad_cells(tables.get("ad_keyword", pd.DataFrame()))
    found = _visitor_branches(people, limits)
    found += _culprits(tables, cells, people, limits)
    found += _store_branches(tables, people, value_per_inquiry, limits)
    return _ordered(_waiting(pd.DataFrame(found, columns=COLUMNS)))


def limits_of(rules: rulebook.RuleSet) -> dict:
    """The parameters of the diagnosis by name, and the chance of a miss that follows from the example."""
    limits = {name.removeprefix("diagnosis."): rules[name].value for name in rules if name.startswith("diagnosis.")}
    viewed, contacted = limits["example"]
    return limits | {"chance": 1 - contacted / viewed}


def encounters(store_tables: dict, tables: dict, limits: dict) -> pd.DataFrame:
    """The visits of these weeks with what is known of each buyer; see `missed.encounters`."""
    texts = history.product_texts(store_tables.get("product_profile"), store_tables.get("product_performance"))
    return missed.encounters(tables.get("visitor", pd.DataFrame()), texts, limits)


def _visitor_branches(people: pd.DataFrame, limits: dict) -> list[dict]:
    return [branch(people, limits) for branch in (branches.noise, branches.mismatch, branches.buyer_level)]


def _culprits(tables: dict, cells: pd.DataFrame, people: pd.DataFrame, limits: dict) -> list[dict]:
    performance = tables.get("product_performance", pd.DataFrame())
    products = culprits.products(performance, cells, people, limits)
    words = culprits.words(cells, limits)
    found = [
        *culprits.product_findings(products, limits),
        *culprits.word_findings(words, limits),
    ]
    known = {row["cause"] for row in found}
    return found + [branches.blank(cause) for cause in ("first_screen", "word") if not known & {cause, "inseparable"}]


def _store_branches(tables: dict, people: pd.DataFrame, value_per_inquiry, limits: dict) -> list[dict]:
    kpi, own, adverts = (tables.get(name, pd.DataFrame()) for name in ("store_kpi", "own_keyword", "ad_keyword"))
    return [
        branches.store_level(kpi, people, limits),
        branches.bid_budget(own, adverts, value_per_inquiry, limits),
    ]


def _waiting(found: pd.DataFrame) -> pd.DataFrame:
    """A cause that an earlier branch explains as well waits until that branch is settled."""
    step = found["cause"].map(STEPS)
    first = step[found["verdict"].isin(_FOUND)].min()
    late = found["verdict"].eq("named") & (step > first)
    later = [{"id": "diagnosis.next.after"}] * int(late.sum())
    found.loc[late, "next_step"] = pd.Series(later, index=found.index[late], dtype=object)
    found.loc[late, "verdict"] = "waiting"
    return found


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    """Causes found first, in the order of the tree and by probability; then the store, its products and its words."""
    keys = pd.DataFrame(
        {
            "found": ~found["verdict"].isin(_FOUND),
            "scope": found["scope"].map({"store": 0, "product": 1, "keyword": 2}),
            "step": found["cause"].map(STEPS),
            "unlikely": -found["probability"],
        }
    )
    keys.loc[~keys["found"], "scope"] = 0
    keys.loc[keys["found"], "unlikely"] = 0
    order = keys.sort_values(["found", "scope", "step", "unlikely"], kind="stable").index
    return found.loc[order].reset_index(drop=True)
