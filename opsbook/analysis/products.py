"""Product health: scores and tiers of the day, what a listing lacks, and what to do about both."""

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd

from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.rules import RuleSet

#: Counts of the product export that may be added up; persons (visitors, inquirers, TM) may not.
ADDITIVE = ("search_impressions", "search_clicks", "all_impressions", "all_clicks", "inquiries", "orders_submitted")
ADDITIVE += ("standard_impressions", "standard_clicks", "whole_site_impressions", "whole_site_clicks")


def totals(performance: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The totals of a product export are the number of its products and the plain sums of its counts.

    Persons are not added up: one who visits two products would count twice. In: `product_performance` of a window and
    of the window before. Out: `metric` (`products`, then `ADDITIVE`), `value, before, wow` (value / before - 1),
    `unknown_rows` (products without the number; they are not in the sum). Nothing exported, nothing known: missing.
    """
    table = pd.DataFrame({"metric": ["products", *ADDITIVE], "value": _sums(performance), "before": _sums(before)})
    table["wow"] = table["value"] / table["before"].where(table["before"] > 0) - 1
    gaps = performance.reindex(columns=list(ADDITIVE)).isna().sum()
    return table.assign(unknown_rows=[performance["product_id"].isna().sum(), *gaps])


def _sums(performance: pd.DataFrame) -> list[float]:
    counts = performance.reindex(columns=list(ADDITIVE)).astype("float64").sum(min_count=1)
    return [float(len(performance)) or np.nan, *counts]


def standing(profile: pd.DataFrame, *, rules: RuleSet) -> pd.DataFrame:
    """The standing of a product is where its growth score lies among the bounds of the day.

    `strong` from the rule `products.strong_score` on, `near_miss` from `products.near_miss_score` (75) to below
    strong, `low` below `products.low_score` (60), `middle` between, `unknown` without a score. In: `product_id`, and
    any of `title, growth_score, tier`. Out, row for row with the index kept: `product_id, title, growth_score, tier`
    (the platform's own word, which counts where it says otherwise), `standing`, `points_missing` to strong (below it
    only), `evidence`.
    """
    rows = profile.reindex(columns=["product_id", "title", "growth_score", "tier"])
    score = rows["growth_score"] = rows["growth_score"].astype("float64")
    strong, near, low = (rules[f"products.{name}_score"].value for name in ("strong", "near_miss", "low"))
    bounds = [score.isna(), score >= strong, score >= near, score >= low]
    rows["standing"] = np.select(bounds, ["unknown", "strong", "near_miss", "middle"], "low")
    rows["points_missing"] = (strong - score).where(score < strong)
    rows["evidence"] = [
        {"id": "products.no_score"}
        if pd.isna(points)
        else {"id": f"products.{name}", "score": points, "strong": strong, "low": low}
        for name, points in zip(rows["standing"], score, strict=True)
    ]
    return rows


def pyramid(profile: pd.DataFrame, *, rules: RuleSet) -> pd.DataFrame:
    """How many products stand in each tier of the day, best tier first.

    Tiers are the platform's own words (column `tier`) in the order of the rule `products.tiers`; words that are not
    tiers of the day follow with `in_force` False, products without a tier last. Out: `product_tier, in_force,
    products, of` (all products), `share`; no rows without profiles.
    """
    tiers = rules["products.tiers"].value
    counts = profile.reindex(columns=["tier"])["tier"].astype("object").value_counts(dropna=False)
    others = [tier for tier in counts.index if tier not in tiers and not pd.isna(tier)]
    order = [*tiers, *sorted(others, key=str)]
    table = pd.DataFrame({"product_tier": order, "products": [int(counts.get(tier, 0)) for tier in order]})
    table.loc[len(table)] = [None, len(profile) - int(table["products"].sum())]
    table.insert(1, "in_force", table["product_tier"].isin(tiers))
    table["of"] = len(profile)
    table["share"] = table["products"] / (len(profile) or np.nan)
    return table if len(profile) else table.iloc[:0]


def lint(profile: pd.DataFrame, *, rules: RuleSet) -> pd.DataFrame:
    """What a listing lacks, one row per product and check whose column is there.

    Checks: `keyword_characters` (all keywords together, commas not counted; at most the rule's, a warning),
    `keywords_in_title` (keywords all of whose words stand in the title), `pictures`, `picture_side`, `category`,
    `video`. Out: `product_id, title, check, verdict` (`pass`, `fail`, `unknown` where the cell is empty), `severity`
    (`warning`, `fault`), `found, wanted, evidence`. A product without keywords is unknown, not right.
    """
    present = [check for check, (needed, *_) in _CHECKS.items() if set(needed) <= set(profile)]
    columns = ["product_id", "title", "check", "verdict", "severity", "found", "wanted", "evidence"]
    tables = [_checked(profile, check, rules) for check in present]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def lint_summary(checks: pd.DataFrame) -> pd.DataFrame:
    """How many products fail each check of their listing, most first.

    In: the result of `lint`. Out: `check, severity, failed, passed, unclear` (numbers of products).
    """
    counts = pd.crosstab([checks["check"], checks["severity"]], checks["verdict"])
    counts = counts.reindex(columns=["fail", "pass", "unknown"], fill_value=0)
    counts.columns = ["failed", "passed", "unclear"]
    return counts.reset_index().sort_values("failed", ascending=False, kind="stable", ignore_index=True)


def _checked(profile: pd.DataFrame, check: str, rules: RuleSet) -> pd.DataFrame:
    _, severity, measure = _CHECKS[check]
    found, wanted, good = measure(profile, rules)
    unknown = found.isna() | pd.Series(wanted, profile.index).isna()
    table = profile.reindex(columns=["product_id", "title"]).assign(
        check=check, severity=severity, found=found, wanted=wanted
    )
    table["verdict"] = np.select([unknown, good.fillna(False).astype(bool)], ["unknown", "pass"], "fail")
    pairs = table[["found", "wanted", "verdict"]].itertuples(index=False)
    table["evidence"] = [
        {"id": "products.lint_unknown" if verdict == "unknown" else f"products.lint_{check}", "check": check}
        | ({} if verdict == "unknown" else {"found": float(one), "wanted": float(other)})
        for one, other, verdict in pairs
    ]
    return table


def keyword_lists(keywords: pd.Series) -> pd.Series:
    """The keywords of each product as a list, from text with commas or semicolons between them; no keyword gives
    None.
    """
    lists = keywords.map(lambda text: [] if pd.isna(text) else [part.strip() for part in re.split("[,;，；]", text)])
    return lists.map(lambda parts: [part for part in parts if part] or None).astype("object")


def _characters(profile: pd.DataFrame, rules: RuleSet):
    limit = rules["products.keyword_characters"].value
    found = (
        keyword_lists(profile["keywords"])
        .map(lambda words: np.nan if words is None else sum(map(len, words)))
        .astype("float64")
    )
    return found, limit, found <= limit


def _in_title(profile: pd.DataFrame, rules: RuleSet):
    lists = keyword_lists(profile["keywords"])
    found = pd.Series(
        [words_in_title(words, title) for words, title in zip(lists, profile["title"], strict=True)],
        profile.index,
        "float64",
    )
    wanted = lists.map(lambda words: np.nan if words is None else len(words)).astype("float64")
    return found, wanted, found == wanted


def words_in_title(keywords: list[str] | None, title: str) -> float:
    """The number of keywords all of whose words stand in the title."""
    if keywords is None or pd.isna(title):
        return np.nan
    there = set(title.casefold().split())
    return sum(set(keyword.casefold().split()) <= there for keyword in keywords)


def _at_least(column: str, rule: str):
    def measure(profile: pd.DataFrame, rules: RuleSet):
        found, wanted = profile[column].astype("float64"), rules[rule].value
        return found, wanted, found >= wanted

    return measure


def _is_true(column: str):
    def measure(profile: pd.DataFrame, rules: RuleSet):
        found = profile[column].astype("boolean").astype("float64")
        return found, 1, found == 1

    return measure


#: {check: (columns it needs, severity, how it is measured: found, wanted, whether that is good)}
_CHECKS = {
    "keyword_characters": (("keywords",), "warning", _characters),
    "keywords_in_title": (("keywords", "title"), "fault", _in_title),
    "pictures": (("images",), "fault", _at_least("images", "products.pictures")),
    "picture_side": (("image_side",), "fault", _at_least("image_side", "products.picture_side")),
    "category": (("category_filled",), "fault", _is_true("category_filled")),
    "video": (("has_video",), "warning", _is_true("has_video")),
}


def actions(
    *,
    week: date,
    standings: pd.DataFrame | None = None,
    swaps: pd.DataFrame | None = None,
    checks: pd.DataFrame | None = None,
    declines: pd.DataFrame | None = None,
    top: int = 5,
) -> pd.DataFrame:
    """Proposals from the tables of product health, at most `top` of each kind; columns of `brief.ACTION_COLUMNS`.

    In, any of: the results of `standing`, `showcase.swaps`, `lint` and `lifecycle.watch`. Near misses closest to the
    strong tier first, low scores lowest first, listings with most errors first. No source says what a repair brings,
    so no effect is promised.
    """
    rows = []
    if declines is not None:
        fallen = declines[declines["verdict"] == "decline"].head(top)
        rows += [
            ("product_id", "decline", "check", "P0", "operator", "visitors", row) for row in fallen.to_dict("records")
        ]
    if swaps is not None:
        rows += [
            ("in_id", "swap", "add", "P1", "operator", "search_clicks", row)
            for row in swaps.head(top).to_dict("records")
        ]
    if standings is not None:
        by_score = standings.sort_values("growth_score", kind="stable")
        near = by_score[by_score["standing"] == "near_miss"].iloc[::-1].head(top)
        low = by_score[by_score["standing"] == "low"].head(top)
        rows += [
            ("product_id", "near_miss", "fix", "P1", "operator", "growth_score", row) for row in near.to_dict("records")
        ]
        rows += [("product_id", "low", "fix", "P2", "operator", "growth_score", row) for row in low.to_dict("records")]
    if checks is not None:
        failing = worst_listings(checks).head(top)
        rows += [
            ("product_id", "lint", "fix", "P2", "designer", "growth_score", row) for row in failing.to_dict("records")
        ]
    return pd.DataFrame([_proposal(*row, week=week) for row in rows], columns=list(ACTION_COLUMNS))


def worst_listings(checks: pd.DataFrame) -> pd.DataFrame:
    """The products with the most faults in their listing.

    In: the result of `lint`; warnings do not count. Out: `product_id, check` (list of the failed checks)`, evidence`.
    """
    failed = checks[(checks["verdict"] == "fail") & (checks["severity"] == "fault")]
    table = failed.groupby("product_id", sort=False)["check"].agg(list).reset_index()
    table["evidence"] = [
        {"id": "products.lint_failed", "failed": len(names), "checks": names} for names in table["check"]
    ]
    return table.loc[table["check"].map(len).sort_values(ascending=False, kind="stable").index]


def _proposal(
    id_column: str, name: str, verb: str, priority: str, owner: str, metric: str, row: dict, *, week: date
) -> dict:
    other = {"out": str(row["out_id"])} if name == "swap" else {}
    return {
        "module": "products",
        "object_type": "product",
        "object": str(row[id_column]),
        "action": {"id": f"products.do_{name}", "verb": verb} | other,
        "evidence": row["evidence"],
        "effect": None,
        "priority": priority,
        "owner": owner,
        "due": week + timedelta(days=7),
        "review_metric": metric,
        "review_on": week + timedelta(days=21),
    }
