"""Which products deserve a showcase: what stands in it and is weak, against what stands outside and is strong."""

import numpy as np
import pandas as pd
from scipy.special import betainc

from opsbook.analysis import rates
from opsbook.analysis.products import keyword_lists, words_in_title

RATES = ("ctr", "opportunity_rate")
COMPONENTS = ("title_match", "growth_score", *RATES)


def strength(performance: pd.DataFrame, profile: pd.DataFrame | None = None) -> pd.DataFrame:
    """The strength of a product for the showcase is its mean rank in the store over the components that are known.

    Components (`COMPONENTS`): share of its keywords that stand in the title, growth score, search CTR and opportunity
    rate, both shrunk to the store. Rank: share of the store's products with a lower or equal value, 0 to 1. The
    source names the components and no weights; equal ones are our default, so every component is shown. In:
    `performance` with `product_id, is_showcase` and its counts; `profile` with any of `keywords, title,
    growth_score`. Out: `product_id, title, is_showcase`, the components, the posterior of each rate (`<rate>_alpha,
    <rate>_beta`), `known` (how many components), `strength`.
    """
    rows = performance.drop_duplicates("product_id").reset_index(drop=True)
    described = _described(rows, profile)
    counts = rows.reindex(columns=["search_clicks", "search_impressions", "inquirers", "tm", "visitors"])
    counts = counts.astype("float64")
    ctr = rates.shrink(counts["search_clicks"], counts["search_impressions"])
    opportunity = rates.shrink(counts["inquirers"] + counts["tm"], counts["visitors"])
    table = rows.reindex(columns=["product_id", "title", "is_showcase"]).join(described)
    table["ctr"] = ctr["mean"].where(counts["search_impressions"] > 0)
    table["opportunity_rate"] = opportunity["mean"].where(counts["visitors"] > 0)
    for rate, posterior in (("ctr", ctr), ("opportunity_rate", opportunity)):
        table[[f"{rate}_alpha", f"{rate}_beta"]] = posterior[["alpha", "beta"]]
    parts = table[list(COMPONENTS)]
    return table.assign(known=parts.notna().sum(axis=1), strength=parts.rank(pct=True).mean(axis=1))


def _described(rows: pd.DataFrame, profile: pd.DataFrame | None) -> pd.DataFrame:
    """Keywords in the title and growth score of each row's product."""
    columns = ["title", "keywords", "growth_score"]
    known = pd.DataFrame(columns=["product_id"]) if profile is None else profile
    known = known.drop_duplicates("product_id").set_index("product_id").reindex(columns=columns)
    known = known.reindex(rows["product_id"]).reset_index(drop=True)
    keywords, titles = keyword_lists(known["keywords"]), rows.get("title", known["title"])
    matched = [words_in_title(words, title) for words, title in zip(keywords, titles, strict=True)]
    wanted = keywords.map(lambda words: np.nan if words is None else len(words)).astype("float64")
    return pd.DataFrame({"title_match": matched / wanted, "growth_score": known["growth_score"].astype("float64")})


def swaps(ranked: pd.DataFrame, *, confidence: float = 0.8) -> pd.DataFrame:
    """Swaps: the weakest products in the showcase, each against the strongest outside that beats it.

    The weakest inside meets the strongest outside, the second weakest the second strongest, and so on. A pair is
    proposed when the outside product is ahead in more than half of the components known for both (at least two), one
    of them a rate; a rate is ahead only with a probability of at least `confidence` (our default), so that two lucky
    clicks win nothing. In: the result of `strength`. Out: `out_id, out_title` (leaves the showcase), `in_id,
    in_title` (enters it), every component as `<component>_out` and `<component>_in`, `ahead, of, evidence`.
    """
    by_strength = ranked.sort_values("strength", kind="stable")
    inside = by_strength[by_strength["is_showcase"].eq(True).fillna(False)]
    outside = by_strength[by_strength["is_showcase"].eq(False).fillna(False)].iloc[::-1]
    n = min(len(inside), len(outside))
    weak, strong = inside.head(n).reset_index(drop=True), outside.head(n).reset_index(drop=True)
    ahead = _ahead(strong, weak, confidence)
    pairs = _side_by_side(weak, strong)
    pairs["ahead"] = ahead.sum(axis=1)
    pairs["of"] = (strong[list(COMPONENTS)].notna() & weak[list(COMPONENTS)].notna()).sum(axis=1)
    wins = (pairs["of"] >= 2) & (pairs["ahead"] * 2 > pairs["of"]) & ahead[list(RATES)].any(axis=1)
    pairs = pairs[wins].reset_index(drop=True)
    counts = zip(pairs["ahead"].tolist(), pairs["of"].tolist(), strict=True)
    pairs["evidence"] = [{"id": "products.swap", "ahead": one, "of": both} for one, both in counts]
    return pairs


def _ahead(strong: pd.DataFrame, weak: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Whether the outside product is ahead, component by component; in a rate beyond chance."""
    ahead = strong[list(COMPONENTS)] > weak[list(COMPONENTS)]
    for rate in RATES:
        names = {f"{rate}_alpha": "alpha", f"{rate}_beta": "beta"}
        ahead[rate] &= prob_greater(strong.rename(columns=names), weak.rename(columns=names)) >= confidence
    return ahead


def _side_by_side(weak: pd.DataFrame, strong: pd.DataFrame) -> pd.DataFrame:
    parts = [
        side[["product_id", "title"]].set_axis([f"{way}_id", f"{way}_title"], axis=1)
        for side, way in ((weak, "out"), (strong, "in"))
    ]
    parts += [weak[list(COMPONENTS)].add_suffix("_out"), strong[list(COMPONENTS)].add_suffix("_in")]
    return pd.concat(parts, axis=1)


def prob_greater(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """The probability that the first of two gamma-distributed rates is the greater one.

    With X ~ Gamma(a, rate b) and Y ~ Gamma(c, rate d): dY / (bX + dY) is Beta(c, a), so P(Y < X) = I(c, a) at d / (b
    + d).
    """
    share = other["beta"] / (one["beta"] + other["beta"])
    return pd.Series(betainc(other["alpha"], one["alpha"], share), one.index)
