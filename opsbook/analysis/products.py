"""Product health: scores and tiers of the day, what a listing lacks, and which products deserve a showcase."""

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.special import betainc

from opsbook.analysis import rates
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.rules import RuleSet

COMPONENTS = ("title_match", "growth_score", "ctr", "opportunity_rate")


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
    tiers of the day follow with `in_force` False, products without a tier last. Out: `tier, in_force, products, of`
    (all products), `share`.
    """
    tiers = rules["products.tiers"].value
    counts = profile.reindex(columns=["tier"])["tier"].astype("object").value_counts(dropna=False)
    others = [tier for tier in counts.index if tier not in tiers and not pd.isna(tier)]
    order = [*tiers, *sorted(others, key=str)]
    table = pd.DataFrame({"tier": order, "products": [int(counts.get(tier, 0)) for tier in order]})
    table.loc[len(table)] = [None, len(profile) - int(table["products"].sum())]
    table.insert(1, "in_force", table["tier"].isin(tiers))
    table["of"] = len(profile)
    table["share"] = table["products"] / (len(profile) or np.nan)
    return table


def lint(profile: pd.DataFrame, *, rules: RuleSet) -> pd.DataFrame:
    """What a listing lacks, one row per product and check whose column is there.

    Checks: `keyword_characters` (all keywords together, commas not counted; at most the rule's, a warning),
    `keywords_in_title` (keywords all of whose words stand in the title), `pictures`, `picture_side`, `category`,
    `video`. Out: `product_id, title, check, verdict` (`pass`, `fail`, `unknown` where the cell is empty), `level`
    (`warning`, `error`), `found, wanted, evidence`. A product without keywords is unknown, not right.
    """
    present = [check for check, (needed, *_) in _CHECKS.items() if set(needed) <= set(profile)]
    columns = ["product_id", "title", "check", "verdict", "level", "found", "wanted", "evidence"]
    tables = [_checked(profile, check, rules) for check in present]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _checked(profile: pd.DataFrame, check: str, rules: RuleSet) -> pd.DataFrame:
    _, level, measure = _CHECKS[check]
    found, wanted, good = measure(profile, rules)
    unknown = found.isna() | pd.Series(wanted, profile.index).isna()
    table = profile.reindex(columns=["product_id", "title"]).assign(
        check=check, level=level, found=found, wanted=wanted
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
        [_words_in_title(words, title) for words, title in zip(lists, profile["title"], strict=True)],
        profile.index,
        "float64",
    )
    wanted = lists.map(lambda words: np.nan if words is None else len(words)).astype("float64")
    return found, wanted, found == wanted


def _words_in_title(keywords: list[str] | None, title: str) -> float:
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


#: {check: (columns it needs, level, how it is measured: found, wanted, whether that is good)}
_CHECKS = {
    "keyword_characters": (("keywords",), "warning", _characters),
    "keywords_in_title": (("keywords", "title"), "error", _in_title),
    "pictures": (("images",), "error", _at_least("images", "products.pictures")),
    "picture_side": (("image_side",), "error", _at_least("image_side", "products.picture_side")),
    "category": (("category_filled",), "error", _is_true("category_filled")),
    "video": (("has_video",), "warning", _is_true("has_video")),
}


def showcase_strength(performance: pd.DataFrame, profile: pd.DataFrame | None = None) -> pd.DataFrame:
    """The strength of a product for the showcase is its mean rank in the store over the components that are known.

    Components (`COMPONENTS`): share of its keywords that stand in the title, growth score, search CTR and opportunity
    rate, both shrunk to the store. Rank: share of the store's products with a lower or equal value, 0 to 1. The seeds
    name the components and no weights; equal ones are our default, so every component is shown. In: `performance`
    with `product_id, is_showcase` and its counts; `profile` with any of `keywords, title, growth_score`. Out:
    `product_id, title, is_showcase`, the components, `alpha, beta` (posterior of the CTR), `known` (how many
    components), `strength`.
    """
    rows = performance.drop_duplicates("product_id").reset_index(drop=True)
    extra = pd.DataFrame({"product_id": []}) if profile is None else profile.drop_duplicates("product_id")
    extra = rows[["product_id"]].merge(
        extra.astype({"product_id": rows["product_id"].dtype}), on="product_id", how="left"
    )
    counts = rows.reindex(columns=["search_clicks", "search_impressions", "inquirers", "tm", "visitors"]).astype(
        "float64"
    )
    ctr = rates.shrink(counts["search_clicks"], counts["search_impressions"])
    opportunity = rates.shrink(counts["inquirers"] + counts["tm"], counts["visitors"])
    found = extra.reindex(columns=["keywords", "title", "growth_score"])
    matched, wanted, _ = _in_title(found.assign(title=rows.get("title", found["title"])), None)
    out = rows.reindex(columns=["product_id", "title", "is_showcase"]).assign(
        title_match=matched / wanted,
        growth_score=found["growth_score"].astype("float64"),
        ctr=ctr["mean"].where(counts["search_impressions"] > 0),
        opportunity_rate=opportunity["mean"].where(counts["visitors"] > 0),
        alpha=ctr["alpha"],
        beta=ctr["beta"],
    )
    parts = out[list(COMPONENTS)]
    return out.assign(known=parts.notna().sum(axis=1), strength=parts.rank(pct=True).mean(axis=1))


def showcase_swaps(strength: pd.DataFrame, *, confidence: float = 0.8) -> pd.DataFrame:
    """Swaps: the weakest products in the showcase, each against the strongest outside that beats it.

    A pair is proposed when the outside product is ahead in more than half of the components known for both (at least
    two of them) and its CTR is higher with a probability of at least `confidence` (our default). In: the result of
    `showcase_strength`. Out: `out_id, out_title, in_id, in_title`, every component as `<component>_out` and
    `<component>_in`, `ahead, of, probability, evidence`; `out` leaves the showcase, `in` enters it.
    """
    inside = strength[strength["is_showcase"].eq(True).fillna(False)].sort_values("strength", kind="stable")
    outside = strength[strength["is_showcase"].eq(False).fillna(False)].sort_values(
        "strength", ascending=False, kind="stable"
    )
    n = min(len(inside), len(outside))
    weak, strong = inside.head(n).reset_index(drop=True), outside.head(n).reset_index(drop=True)
    parts = list(COMPONENTS)
    pairs = weak[["product_id", "title", *parts]].join(
        strong[["product_id", "title", *parts]], lsuffix="_out", rsuffix="_in"
    )
    pairs = pairs.rename(
        columns={
            f"{name}_{side}": f"{side}_{name.split('_')[-1]}"
            for name in ("product_id", "title")
            for side in ("out", "in")
        }
    )
    pairs["ahead"] = (strong[parts] > weak[parts]).sum(axis=1)
    pairs["of"] = (strong[parts].notna() & weak[parts].notna()).sum(axis=1)
    pairs["probability"] = prob_greater(strong, weak)
    wins = (pairs["of"] >= 2) & (pairs["ahead"] * 2 > pairs["of"]) & (pairs["probability"] >= confidence)
    pairs = pairs[wins & (strong["strength"] > weak["strength"])].reset_index(drop=True)
    pairs["evidence"] = [
        {"id": "products.swap"} | {key: row[key] for key in ("ahead", "of", "probability")}
        for row in pairs.to_dict("records")
    ]
    return pairs


def prob_greater(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """The probability that the first of two gamma-distributed rates is the greater one.

    With X ~ Gamma(a, rate b) and Y ~ Gamma(c, rate d): bX / (bX + dY) is Beta(a, c), so P(Y < X) = I(c, a) at d / (b
    + d).
    """
    share = other["beta"] / (one["beta"] + other["beta"])
    return pd.Series(betainc(other["alpha"], one["alpha"], share), one.index)


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

    In, any of: the results of `standing`, `showcase_swaps`, `lint` and `lifecycle.watch`. Near misses closest to the
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
        failing = _worst_listings(checks).head(top)
        rows += [
            ("product_id", "lint", "fix", "P2", "designer", "growth_score", row) for row in failing.to_dict("records")
        ]
    return pd.DataFrame([_proposal(*row, week=week) for row in rows], columns=list(ACTION_COLUMNS))


def _worst_listings(checks: pd.DataFrame) -> pd.DataFrame:
    """One row per product with failed checks of level `error`, most first."""
    failed = checks[(checks["verdict"] == "fail") & (checks["level"] == "error")]
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
