"""Starting P4P at all: is it time, with which products, and what does the first month cost until something is known?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import t as student

from opsbook.analysis import rates, wordmatch
from opsbook.analysis.ad_words import first_page
from opsbook.analysis.costs import membership_fee
from opsbook.analysis.history import product_texts
from opsbook.analysis.rules import RuleSet

SIGNS = ("growth_score", "ctr", "ranked_words")
FREE = ("natural_clicks", "showcase_clicks")
_LEAST_WEEKS = 3  # earlier weeks that show how unsteady the clicks are


def free_traffic(history: pd.DataFrame, week, *, level: float = 0.9) -> pd.DataFrame:
    """Clicks that cost nothing, in all and on showcase products, against what the weeks before let expect; P4P is
    started where they fall short.

    Free clicks of a product = all clicks - marketing clicks; clicks may be added up over products. Expected: the mean
    of the earlier weeks of `history`, with the t interval in which a further week of the same kind lies with
    probability `level`. In: `product_performance` of several weeks. Out, one row per `metric` (`natural_clicks`,
    `showcase_clicks`): `clicks` of the week, `expected_clicks, clicks_lower, clicks_upper, weeks` (earlier weeks
    known), `verdict` (`below`, `as expected`, `above`; `unknown` without the week or with fewer than three earlier
    ones). A product without its clicks or flag leaves the sum of the week unknown. Source: operators' guide;
    "expected" is our reading.
    """
    columns = ["period_end", "all_clicks", "marketing_clicks", "is_showcase"]
    rows = history.reindex(columns=columns)
    free = (rows["all_clicks"].astype("float64") - rows["marketing_clicks"].astype("float64")).clip(lower=0)
    shown = rows["is_showcase"].astype("boolean")
    on_showcase = free.where(shown.fillna(False).astype(bool), 0.0).mask(shown.isna())
    both = pd.DataFrame(dict(zip(FREE, (free, on_showcase), strict=True)))
    weekly = both.groupby(pd.to_datetime(rows["period_end"])).sum(skipna=False).sort_index()
    return pd.DataFrame([{"metric": name} | _against_past(weekly[name], pd.Timestamp(week), level) for name in FREE])


def _against_past(clicks: pd.Series, week: pd.Timestamp, level: float) -> dict:
    now, past = clicks.get(week, np.nan), clicks[clicks.index < week].dropna()
    bounds = {"clicks_lower": np.nan, "clicks_upper": np.nan}
    found = {"clicks": now, "expected_clicks": past.mean()} | bounds | {"weeks": len(past)}
    if np.isnan(now) or len(past) < _LEAST_WEEKS:
        return found | {"verdict": "unknown"}
    # counts scatter at least as much as chance makes them
    variance = max(past.var(), past.mean())
    half = student.ppf((1 + level) / 2, len(past) - 1) * np.sqrt(variance * (1 + 1 / len(past)))
    lower, upper = max(past.mean() - half, 0.0), past.mean() + half
    verdict = "below" if now < lower else "above" if now > upper else "as expected"
    return found | {"clicks_lower": lower, "clicks_upper": upper, "verdict": verdict}


def candidates(
    history: pd.DataFrame,
    profile: pd.DataFrame,
    own_keyword: pd.DataFrame,
    *,
    rules: RuleSet,
    confidence: float = 0.8,
    level: float = 0.9,
) -> pd.DataFrame:
    """A candidate for a first P4P plan is a product that is likely to rank high: it shows at least two of three signs.

    Signs: `growth_score` from `quadrants.promising_score` on; `ctr`, search clicks / impressions (shrunken to the
    store's) above the store's with a probability of at least `confidence`; `ranked_words`, searched words that its
    title and keywords hold in full and for which the store has at least `promotion.start_reach` of the Top10's
    impressions. How many are asked for is `promotion.start_signs`. In: `product_performance` of some weeks,
    `product_profile`, `own_keyword`. Products with standard promotion in the latest week are left out. Out, the most
    promising first: `product_id, title, growth_score, search_clicks, search_impressions, ctr, lower, upper,
    ctr_probability, ranked_words` (up to three), `signs` (met), `unknown` (signs that nothing tells), `candidate`
    (missing while the unknown signs could still decide).
    """
    table = _search(history, level)
    known = profile.reindex(columns=["product_id", "growth_score"]).drop_duplicates("product_id")
    table["growth_score"] = table["product_id"].map(known.set_index("product_id")["growth_score"]).astype("float64")
    words = ranked_words(own_keyword, product_texts(profile, history), rules["promotion.start_reach"].value)
    table["ranked_words"] = [words.get(product, [])[:3] for product in table["product_id"]]
    no_words = np.full(len(table), own_keyword["top10_impressions"].isna().all())  # also where there is no word at all
    ranked = table["ranked_words"].map(len) > 0
    states = pd.DataFrame(
        {
            "growth_score": _state(table["growth_score"], rules["quadrants.promising_score"].value),
            "ctr": _state(table["ctr_probability"], confidence),
            "ranked_words": ranked.astype("boolean").mask(no_words),
        },
        index=table.index,
    )
    wanted, met = rules["promotion.start_signs"].value, states.fillna(False).sum(axis=1)
    table["signs"] = [list(states.columns[row]) for row in states.fillna(False).to_numpy(dtype=bool)]
    table["unknown"] = [list(states.columns[row]) for row in states.isna().to_numpy()]
    possible = met + states.isna().sum(axis=1)
    table["candidate"] = pd.Series(met >= wanted, dtype="boolean").mask((met < wanted) & (possible >= wanted))
    order = table.assign(met=met).sort_values(
        ["met", "growth_score", "ctr_probability"], ascending=False, kind="stable", ignore_index=True
    )
    return order.drop(columns="met")


def _state(values: pd.Series, least: float) -> pd.Series:
    return (values >= least).astype("boolean").mask(values.isna())


def _search(history: pd.DataFrame, level: float) -> pd.DataFrame:
    """Search clicks and impressions of each product that is not yet advertised, and its CTR against the store's."""
    counts = ["search_clicks", "search_impressions", "standard_impressions"]
    rows = history.reindex(columns=["product_id", "title", "period_end", *counts])
    rows[counts] = rows[counts].astype("float64")
    latest = rows[rows["period_end"] == rows["period_end"].max()]
    promoted = latest.loc[latest["standard_impressions"] > 0, "product_id"]
    groups = rows[~rows["product_id"].isin(promoted)].groupby("product_id", sort=False)
    table = groups[counts[:2]].sum(skipna=False).join(groups["title"].last()).reset_index()
    clicks, impressions = (table[column] for column in counts[:2])
    seen = clicks.notna() & (impressions > 0)
    posterior = rates.shrink(clicks, impressions, level=level)
    table[["ctr", "lower", "upper"]] = posterior[["mean", "lower", "upper"]].where(seen, axis=0)
    store = clicks[seen].sum() / impressions[seen].sum() if seen.any() else np.nan
    table["ctr_probability"] = (1 - rates.prob_below(posterior, store)).where(seen)
    return table


def ranked_words(own_keyword: pd.DataFrame, texts: pd.Series, reach: float) -> dict[str, list[str]]:
    """{product: words that its title and keywords hold in full and for which the store is near the Top10}, the nearest
    first."""
    words = own_keyword["keyword"].dropna().drop_duplicates()
    near = first_page(words, own_keyword)
    words = words[near >= reach].loc[near[near >= reach].sort_values(ascending=False, kind="stable").index]
    pairs = pd.merge(words.rename("word"), texts.index.to_series(name="product_id"), how="cross")
    score = wordmatch.match_score(pairs["word"], pairs["product_id"], texts)
    return pairs[score == 1].groupby("product_id")["word"].agg(list).to_dict()


def first_month(
    chosen: pd.DataFrame,
    *,
    cpc: float | None,
    rate: float | None,
    value_per_inquiry: float | None,
    budget: float,
    confidence: float = 0.8,
) -> pd.DataFrame:
    """The first month's budget buys each candidate the clicks after which a lack of inquiries would prove it a loss.

    Clicks needed: without any inquiry the chance that its rate lies below break-even (`cpc` / `value_per_inquiry`)
    reaches `confidence`, starting from an opinion worth one inquiry at the store's own `rate` of inquiries per click
    (our default); and at least the value of one inquiry must be spent. `trial_spend` = clicks needed x cpc;
    `trial_running` adds up in the order given; `within_budget` tells which fit `budget`. All CNY; missing inputs leave
    the numbers missing (`attrs["missing"]` names them). In: rows of `candidates`.
    """
    cost, start, value = (np.nan if given is None else float(given) for given in (cpc, rate, value_per_inquiry))
    prior = (1.0, 1 / start if start > 0 else np.nan)
    needed = max(rates.exposure_needed(cost / value, prior, confidence), value / cost) if cost > 0 < value else np.nan
    table = chosen[["product_id", "title", "signs"]].reset_index(drop=True)
    table["clicks_needed"] = np.ceil(needed)
    table["trial_spend"] = table["clicks_needed"] * cost
    table["trial_running"] = table["trial_spend"].cumsum()
    within = (table["trial_running"] <= budget).astype("boolean")
    table["within_budget"] = within.mask(table["trial_running"].isna())
    given = {"cpc": cost, "inquiries_per_click": start, "value_per_inquiry": value}
    table.attrs["missing"] = [name for name, number in given.items() if not number > 0]
    return table


def click_price(ad_keyword: pd.DataFrame, stated: float = 0.0) -> float | None:
    """Spend / clicks of the own adverts, else the stated price (0: not stated, None)."""
    sums = ad_keyword[["spend", "clicks"]].astype("float64").dropna().sum()
    return float(sums["spend"] / sums["clicks"]) if sums["clicks"] > 0 else stated or None


def inquiry_rate(history: pd.DataFrame) -> float | None:
    """Inquiries / clicks of all products and weeks held; None where nothing was clicked or a number is missing."""
    sums = history[["inquiries", "all_clicks"]].astype("float64").dropna().sum()
    return float(sums["inquiries"] / sums["all_clicks"]) if sums["all_clicks"] > 0 else None


def sentences(plan: pd.DataFrame, campaigns: pd.DataFrame, free: pd.DataFrame, store, rules: RuleSet) -> list[dict]:
    """Whether the store advertises already, whether its free traffic falls short, and what a first month costs beside
    the least top-up and the partners' goals.

    In: `first_month`, `ad_campaign` rows, `free_traffic`, the store's entry of stores.toml.
    """
    spend = float(campaigns["spend"].sum())
    weeks = int(campaigns["period_end"].nunique())
    begun = {"id": "promotion.start_advertises", "spend": spend, "weeks": weeks}
    told = [begun if spend > 0 else {"id": "promotion.start_not_yet"}]
    told += [
        {"id": f"promotion.free_{row['verdict'].replace(' ', '_')}", "metric": row["metric"]} | _numbers(row)
        for row in free.to_dict("records")
    ]
    return [*told, _month(plan, rules), *_fees(store, rules)]


def _numbers(row: Mapping) -> dict:
    names = ("clicks", "expected_clicks", "clicks_lower", "clicks_upper")
    return {name: float(row[name]) for name in names if not pd.isna(row[name])}


def _month(plan: pd.DataFrame, rules: RuleSet) -> dict:
    top_up = rules["promotion.p4p_top_up"]
    fixed = {"top_up": float(top_up.value), "seen_on": f"{top_up.seen_on}"}
    if plan.empty:
        return {"id": "promotion.start_no_candidate"} | fixed
    spend = plan["trial_spend"].sum(min_count=1)
    if pd.isna(spend):
        details = [{"id": "promotion.not_known", "metric": name} for name in plan.attrs["missing"]]
        return {"id": "promotion.start_no_budget", "products": len(plan), "details": details} | fixed
    fits = int(plan["within_budget"].fillna(False).sum())
    numbers = {"products": len(plan), "clicks": float(plan["clicks_needed"].sum()), "spend": float(spend), "fits": fits}
    return {"id": "promotion.start_month"} | numbers | fixed


def _fees(store, rules: RuleSet) -> list[dict]:
    """The membership fee, which advertising comes on top of, and what partners set as a goal for this membership."""
    fee = membership_fee(store.membership, store.membership_fee_cny, rules)
    name = f"promotion.p4p_month_{store.membership}"
    told = [] if np.isnan(fee) else [{"id": "promotion.start_fee", "fee": fee}]
    return told + ([{"id": "promotion.start_goal", "goal": float(rules[name].value)}] if name in rules else [])
