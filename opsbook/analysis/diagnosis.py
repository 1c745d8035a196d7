"""Why clicks do not become inquiries: the tree of causes, in the order in which sellers rule them out.

Noise -> words that do not match -> buyer level -> first screen of the product (or the word) -> store level -> bid and
budget. A later branch is judged only where no earlier one explains the loss: visitors who never wanted the product
say nothing about its page. Each branch shows its numbers and a probability, or what to collect before it can be
judged.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import gamma

from opsbook.analysis import branches, culprits, history, missed, word_buyers
from opsbook.analysis import rules as rulebook
from opsbook.analysis.brief import ACTION_COLUMNS

COLUMNS = ["scope", "object", "cause", "probability", "evidence", "next_step", "verdict"]
GAP_COLUMNS = ["cause", "object", "inquiries", "running", "inquiries_lower", "inquiries_upper"]

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
FOUND = ["named", "suspected"]

#: cause -> verb of the action, owner, priority, metric to look at afterwards
_REMEDIES = {
    "noise": ("check", "operator", "P1", "opportunity_rate"),
    "mismatch": ("fix", "operator", "P0", "opportunity_rate"),
    "buyer_level": ("fix", "operator", "P0", "l1_inquirer_share"),
    "first_screen": ("fix", "designer", "P0", "opportunities"),
    "word": ("lower", "operator", "P0", "spend"),
    "store_level": ("fix", "boss", "P1", "opportunity_rate"),
    "bid_budget": ("test", "operator", "P1", "impressions"),
}
_REVIEW_WEEKS = 4  # inquiries are few: a week later nothing could be told from chance (our default)


def diagnose(
    store_tables: dict[str, pd.DataFrame], *, week: str | date, rules=None, value_per_inquiry=None
) -> pd.DataFrame:
    """Which causes explain that clicks do not become inquiries, each with its evidence and its probability.

    `store_tables`: canonical tables by name, each may be missing or empty: `visitor, product_performance,
    product_profile, ad_keyword, own_keyword, store_kpi`. Used are the natural weeks up to `week` (a Saturday), eight
    by our default. `value_per_inquiry` (CNY; a number, or draws where it is uncertain; missing where unknown) adds the
    test whether clicks cost more than they bring. `rules`: a `rules.RuleSet`.

    Columns: `scope` (store, product, keyword), `object` (empty for the store), `cause` (`STEPS`), `probability`
    (missing where nothing can be said), `evidence` and `next_step` (messages), `verdict`: `named` above the
    confidence (0.8, our default), `suspected` (noise is never more), `cleared`, `unknown` = not enough data to tell,
    the next step says what to collect; `waiting` = would be named, if an earlier branch of the tree did not explain
    it as well. Buyers of the wrong level are judged for the store and word by word (`word_buyers.browsers`). What is
    found stands first in the order of the tree, the likeliest first; then the branches of the store, products and
    words.
    """
    limits = limits_of(rules or rulebook.load(week))
    tables = {name: history.recent(table, week, limits["weeks"]) for name, table in store_tables.items()}
    limits["weeks_seen"] = history.weeks_seen(tables)
    people = encounters(store_tables, tables, limits)
    cells = history.ad_cells(tables.get("ad_keyword", pd.DataFrame()))
    found = _visitor_branches(people, limits) + _buyers_of_words(tables, people, limits)
    found += _culprits(tables, cells, people, limits)
    found += _store_branches(tables, people, value_per_inquiry, limits)
    return _ordered(_waiting(pd.DataFrame(found, columns=COLUMNS)))


def limits_of(rules: rulebook.RuleSet) -> dict:
    """The parameters of the diagnosis by name, and the chance of a miss that follows from the example."""
    limits = {name.removeprefix("diagnosis."): rules[name].value for name in rules if name.startswith("diagnosis.")}
    viewed, contacted = limits["example"]
    return limits | {"chance": 1 - contacted / viewed, "buyer_gap": rules["keywords.buyer_gap"].value}


def encounters(store_tables: dict, tables: dict, limits: dict) -> pd.DataFrame:
    """The visits of these weeks with what is known of each buyer; see `missed.encounters`."""
    texts = history.product_texts(store_tables.get("product_profile"), store_tables.get("product_performance"))
    return missed.encounters(tables.get("visitor", pd.DataFrame()), texts, limits)


def _visitor_branches(people: pd.DataFrame, limits: dict) -> list[dict]:
    return [branch(people, limits) for branch in (branches.noise, branches.mismatch, branches.buyer_level)]


def _buyers_of_words(tables: dict, people: pd.DataFrame, limits: dict) -> list[dict]:
    adverts = tables.get("ad_keyword", pd.DataFrame())
    if not history.has(adverts, "keyword"):
        return []
    sums = history.numbers(adverts, "clicks", "spend").assign(keyword=adverts["keyword"])
    buyers = word_buyers.browsers(people, sums.dropna(subset="keyword"), limits, limits["buyer_gap"])
    return word_buyers.findings(buyers, limits)


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
    names = ("store_kpi", "product_performance", "own_keyword", "ad_keyword")
    kpi, performance, own, adverts = (tables.get(name, pd.DataFrame()) for name in names)
    return [
        branches.store_level(kpi, performance, people, limits),
        branches.bid_budget(own, adverts, value_per_inquiry, limits),
    ]


def _waiting(found: pd.DataFrame) -> pd.DataFrame:
    """A cause that an earlier branch explains as well waits until that branch is settled.

    A cause of the whole store holds up everything after it; one of a product or word only what comes later of the
    same, and of the store.
    """
    step, hit, whole = found["cause"].map(STEPS), found["verdict"].isin(FOUND), found["scope"].eq("store")
    first = step.where(hit).groupby([found["scope"], found["object"]]).transform("min")
    late = (step > step[hit & whole].min()) | (step > first) | (whole & (step > step[hit].min()))
    late &= found["verdict"].eq("named")
    later = [{"id": "diagnosis.next.after"}] * int(late.sum())
    found.loc[late, "next_step"] = pd.Series(later, index=found.index[late], dtype=object)
    found.loc[late, "verdict"] = "waiting"
    return found


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    """Causes found first, in the order of the tree and by probability; then the store, its products and its words."""
    keys = pd.DataFrame(
        {
            "found": ~found["verdict"].isin(FOUND),
            "scope": found["scope"].map({"store": 0, "product": 1, "keyword": 2}),
            "step": found["cause"].map(STEPS),
            "unlikely": -found["probability"],
        }
    )
    keys.loc[~keys["found"], "scope"] = 0
    keys.loc[keys["found"], "unlikely"] = 0
    order = keys.sort_values(["found", "scope", "step", "unlikely"], kind="stable").index
    return found.loc[order].reset_index(drop=True)


def actions(found: pd.DataFrame, *, week: str | date) -> pd.DataFrame:
    """One proposal per cause that `diagnose` named or suspects; columns as `brief.ACTION_COLUMNS`.

    The action is the finding's next step, the evidence its evidence. `effect`: inquiries a week that a product, word
    or store would gain at the rate of the others, with its 90 % range, as far as the counts say it; None elsewhere.
    The wrong buyers of single words are one proposal for all of them, which `word_buyers.propose` makes. Nothing
    proposed here ever is a fake order or another company's brand word.
    """
    saturday = pd.Timestamp(week).date()
    kept = found[found["verdict"].isin(FOUND) & ~word_buyers.of_words(found)]
    rows = [_proposal(row, saturday) for row in kept.itertuples()]
    return pd.DataFrame(rows, columns=list(ACTION_COLUMNS))


def _proposal(row, week: date) -> dict:
    verb, owner, priority, metric = _REMEDIES[row.cause]
    return {
        "module": "diagnosis",
        "object_type": row.scope,
        "object": row.object,
        "action": row.next_step | {"verb": verb},
        "evidence": row.evidence,
        "effect": _effect(row.evidence),
        "priority": priority,
        "owner": owner,
        "due": week + timedelta(weeks=1),
        "review_metric": metric,
        "review_on": week + timedelta(weeks=_REVIEW_WEEKS),
    }


def _effect(evidence: dict) -> dict | None:
    """Inquiries a week between today's rate and the expected one, over the 90 % interval of today's."""
    if not {"events", "expected", "weeks"} <= evidence.keys():
        return None
    upper, lower = gamma.ppf([0.95, 0.05], evidence["events"] + 0.5)
    low, high = (max(evidence["expected"] - rate, 0) / evidence["weeks"] for rate in (upper, lower))
    return {
        "id": "diagnosis.effect",
        "low": round(float(low), 2),
        "high": round(float(high), 2),
        "unit": "opportunities",
    }


def inquiry_gap(store_tables: dict[str, pd.DataFrame], *, week: str | date, rules=None) -> pd.DataFrame:
    """The inquiries that visits like these bring at the peers' rate, what each cause found takes off, and what there
    was.

    Rows: `expected` = visits x peers' average opportunity rate; one per cause found, negative where it lost
    inquiries; `rest` = chance and what was not found (all of it is put down to the store where `store_level` is
    found); `actual`. `inquiries` of the causes and the rest add up to actual - expected; `running` is the level after
    the row. `inquiries_lower` and `inquiries_upper`: 90 % interval of the actual count. Bids and budget change how
    many visit, not what becomes of the visits, so they have no row. Without peers' figures the table is empty.
    """
    ruleset = rules or rulebook.load(week)
    limits = limits_of(ruleset)
    tables = {name: history.recent(table, week, limits["weeks"]) for name, table in store_tables.items()}
    counts = branches.against_peers(tables.get("store_kpi", pd.DataFrame()))
    if counts is None:
        return pd.DataFrame(columns=GAP_COLUMNS)
    actual, visits, peers = counts
    found = diagnose(store_tables, week=week, rules=ruleset)
    found = found[found["verdict"].isin(FOUND)]
    people = encounters(store_tables, tables, limits)
    rows = _losses(found, people, limits, peers * visits)
    rest = "store_level" if (found["cause"] == "store_level").any() else "rest"
    rows.append((rest, "", actual - peers * visits - sum(row[2] for row in rows)))
    return _waterfall(peers * visits, rows, actual)


def _losses(found: pd.DataFrame, people: pd.DataFrame, limits: dict, expected: float) -> list[tuple]:
    """(cause, object, inquiries) of each cause found; visitors first, each on what the causes before it left."""
    rows, left = [], expected
    for row in found.itertuples():
        share = _share_lost(row, people, limits)
        if share is not None:
            rows.append((row.cause, row.object, -left * share))
            left *= 1 - share
        elif "expected" in row.evidence and row.scope != "store":
            rows.append((row.cause, row.object, row.evidence["events"] - row.evidence["expected"]))
    return rows


def _share_lost(row, people: pd.DataFrame, limits: dict) -> float | None:
    """Part of the inquiries lost with the visits that show the cause: their share x how much less they write to
    us."""
    if row.scope != "store" or "share" not in row.evidence:
        return None
    share = row.evidence["share"]
    if row.cause == "noise":
        return share
    hits = ~people["matched"] if row.cause == "mismatch" else branches.browsing(people, limits)
    return share * max(0.0, 1 - _contact_rate(people, hits) / max(_contact_rate(people, ~hits), 1e-9))


def _contact_rate(people: pd.DataFrame, kept: pd.Series) -> float:
    wrote = people["contacted_us"][kept.reindex(people.index).fillna(False).astype(bool)].dropna().astype(float)
    return (wrote.sum() + 0.5) / (len(wrote) + 1)


def _waterfall(expected: float, rows: list[tuple], actual: float) -> pd.DataFrame:
    table = pd.DataFrame([("expected", "", expected), *rows], columns=GAP_COLUMNS[:3])
    table["running"] = table["inquiries"].cumsum()
    end = {"cause": "actual", "object": "", "inquiries": float(actual), "running": float(actual)}
    table = pd.concat([table, pd.DataFrame([end])], ignore_index=True)
    interval = gamma.ppf([0.05, 0.95], [max(actual, 1e-9), actual + 1]) if actual else (0.0, gamma.ppf(0.95, 1))
    last = table["cause"] == "actual"
    return table.assign(
        inquiries_lower=np.where(last, interval[0], np.nan), inquiries_upper=np.where(last, interval[1], np.nan)
    )
