"""The advertised words of some weeks as one table, ready to be judged: one row per word and plan, settled days only."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from opsbook.analysis import attribution, keywords, rates
from opsbook.analysis.rules import Rule

SUMMED = ("impressions", "clicks", "mature_clicks", "spend", "inquiries")
_CONVINCING = 2  # standard errors by which a grouping must foretell better than none


def settled(
    ad_keyword: pd.DataFrame,
    product_performance: pd.DataFrame | None = None,
    *,
    data_up_to: date,
    rules: Mapping[str, Rule],
) -> pd.DataFrame:
    """The advertised rows that can be judged, with the inquiries that belong to them.

    The last `keywords.unstable_days` days up to `data_up_to` are set aside (a window that cannot be split stays).
    `inquiries, measure, attribution`: `attribution.attribute`; `product_performance` may hold several weeks.
    `mature_clicks`: the clicks whose inquiries have had time to arrive.
    """
    kept = _settled(ad_keyword, data_up_to, rules)
    rows = attribution.attribute(kept, attribution.product_totals(product_performance, kept))
    rows = attribution.mature(rows, data_up_to, rules["keywords.delay_half_life"].value)
    return rows.astype(dict.fromkeys(SUMMED, float))


def totals(rows: pd.DataFrame, *, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """What each advertised word cost and brought over all settled days, one row per word and plan.

    In: the rows of `settled`. Out: sums of `impressions, clicks, mature_clicks, spend, inquiries` (missing where
    nothing is known) with `measure, attribution`; `group`, the grouping that foretells best (`grouping`), only where
    one does so convincingly. The most expensive word stands first.
    """
    known = rows[rows["keyword"].notna()]
    table = (
        known.groupby(["keyword", "campaign"], dropna=False, sort=False)[list(SUMMED)].sum(min_count=1).reset_index()
    )
    for column in ("measure", "attribution"):
        table[column] = rows[column].iloc[0] if len(rows) else None
    group = grouping(table, rules["keywords.head_words"].value)
    table = table if group is None else table.assign(group=group)
    return table.sort_values("spend", ascending=False, kind="stable", ignore_index=True)


def weeks_covered(rows: pd.DataFrame) -> float:
    """How many weeks of clicks the rows hold: from their first day to their last, in weeks of seven days."""
    begin, end = attribution.window(rows)
    days = (end.max() - begin.min()).days + 1 if len(rows) else 7
    return days / 7


def grouping(table: pd.DataFrame, head_words: int = 2) -> pd.Series | None:
    """The labels under which words borrow from each other: kind of word or plan, if held-out words are foretold better.

    The best of `rates.choose_group` when its gain over one group is above two standard errors (our default); else None:
    all words are one group.
    """
    candidates = {"role": keywords.role(table["keyword"], head_words), "campaign": table["campaign"]}
    if not (table["inquiries"].notna() & (table["mature_clicks"] > 0)).any():
        return None
    best = rates.choose_group(table["inquiries"], table["mature_clicks"], candidates).iloc[0]
    return candidates[best.name] if best["gain"] > _CONVINCING * best["gain_se"] else None


def first_page(words: pd.Series, own_keyword: pd.DataFrame) -> pd.Series:
    """How present a word is: own impressions / average impressions of the industry's ten best suppliers on it.

    In: `own_keyword[keyword, impressions, top10_impressions]`, summed over its weeks, rows with a missing count left
    out. The export holds no position, so this stands in for "on the first page". Missing where the word is not in it.
    """
    known = own_keyword.dropna(subset=["keyword", "impressions", "top10_impressions"])
    sums = known.groupby(known["keyword"].str.casefold())[["impressions", "top10_impressions"]].sum().astype(float)
    share = sums["impressions"] / sums["top10_impressions"].where(sums["top10_impressions"] > 0)
    return words.str.casefold().map(share).astype(float)


def by_role(decided: pd.DataFrame) -> pd.DataFrame:
    """Head words beside long-tail words: the first are bought for traffic, the second for inquiries.

    In: the table of `keywords.decide`. Out: `role, word_count, impressions, clicks, ctr, spend, spend_share,
    inquiries, cost_per_inquiry, rate_lower, rate_upper` (90 % interval of inquiries per click, the role by itself).
    A ratio is missing where its denominator is 0, a sum where nothing is known.
    """
    counts = ["impressions", "clicks", "spend", "inquiries"]
    sums = decided.groupby("role")[counts].sum(min_count=1).reindex(list(keywords.ROLES)).dropna(how="all")
    sums.insert(0, "word_count", decided.groupby("role").size())
    alone = rates.shrink(sums["inquiries"], sums["clicks"], sums.index.to_series())
    table = sums.assign(
        ctr=sums["clicks"] / sums["impressions"].where(sums["impressions"] > 0),
        spend_share=sums["spend"] / (sums["spend"].sum() or np.nan),
        cost_per_inquiry=sums["spend"] / sums["inquiries"].where(sums["inquiries"] > 0),
        rate_lower=alone["lower"],
        rate_upper=alone["upper"],
    )
    return table.rename_axis("role").reset_index()


def by_stake(decided: pd.DataFrame) -> pd.DataFrame:
    """The words in the order in which they matter: by the money they are expected to win or lose, else by spend."""
    stake = decided["expected_profit"].abs().fillna(decided["spend"])
    return decided.iloc[np.argsort(-stake.to_numpy(dtype=float), kind="stable")]


def set_aside(ad_keyword: pd.DataFrame, *, data_up_to: date, rules: Mapping[str, Rule]) -> dict | None:
    """What the latest days hold that are not judged yet, as a message; None where nothing is set aside."""
    days = rules["keywords.unstable_days"].value
    late = ad_keyword.drop(_settled(ad_keyword, data_up_to, rules).index)
    if late.empty:
        return None
    numbers = {"days": days, "clicks": int(late["clicks"].sum()), "spend": round(float(late["spend"].sum()), 2)}
    return {"id": "keywords.set_aside"} | numbers


def _settled(ad_keyword: pd.DataFrame, data_up_to: date, rules: Mapping[str, Rule]) -> pd.DataFrame:
    marked = attribution.settle(ad_keyword, data_up_to, rules["keywords.unstable_days"].value)["settled"]
    return ad_keyword[marked.fillna(True).astype(bool)]
