"""Checks around a whole-site plan: is it alone on its products, are they clicked, may it be compensated, which products
suit it.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, poisson

from opsbook.analysis.counts import count_interval
from opsbook.analysis.promotion import break_even_roi, whole_site
from opsbook.analysis.rules import RuleSet
from opsbook.analysis.showcase import prob_greater

CONDITIONS = ("target_in_range", "price_ok", "cooperated")
_ANSWERS = {"yes": True, "no": False, "是": True, "否": False}


def overlaps(ad_product: pd.DataFrame, ad_campaign: pd.DataFrame) -> pd.DataFrame:
    """A product stands in a whole-site and a standard plan on the same day; the platform lets the two exclude each
    other.

    In: `ad_product[product_id, on, campaign]` with `impressions, clicks, spend` (a day without any of them does not
    count as promoted), `ad_campaign[campaign, plan_type]`. Out, one row per product and day with both: `product_id,
    on, whole_site, standard` (lists of plans)`, spend` of both. Rows without a day or with a plan of unknown type
    prove nothing and are left out; `attrs["unknown"]` counts them.
    """
    types = ad_campaign.drop_duplicates("campaign").set_index("campaign")["plan_type"]
    counts = ["impressions", "clicks", "spend"]
    rows = ad_product.reindex(columns=["product_id", "on", "campaign", *counts])
    rows[counts] = rows[counts].astype("float64")
    rows["kind"] = whole_site(rows["campaign"].map(types)).map({True: "whole_site", False: "standard"}).astype("object")
    rows = rows[rows[counts].gt(0).any(axis=1)]
    known = rows[rows["on"].notna() & rows["kind"].notna()]
    names = known.groupby(["product_id", "on", "kind"])["campaign"].agg(lambda plan: sorted(set(plan))).unstack()
    names = names.reindex(columns=["whole_site", "standard"]).dropna()
    spend = known.groupby(["product_id", "on"])["spend"].sum(min_count=1)
    table = names.join(spend.rename("spend")).rename_axis(columns=None).reset_index()
    table.attrs["unknown"] = len(rows) - len(known)
    return table


def window_overlaps(performance: pd.DataFrame) -> pd.DataFrame:
    """Products with impressions of both standard and whole-site promotion in one window of the product export.

    In: `product_id, standard_impressions, whole_site_impressions`, and `period_start, period_end`. Out: `product_id,
    title`, both counts, `days` of the window, `verdict`: `conflict` in a window of one day; `possible` in a longer
    one, where the two may have run on different days; a missing count is `unknown` unless the other is 0.
    """
    columns = ["product_id", "title", "standard_impressions", "whole_site_impressions", "period_start", "period_end"]
    rows = performance.reindex(columns=columns)
    both = rows[columns[2:4]].astype("float64")
    rows["days"] = (pd.to_datetime(rows["period_end"]) - pd.to_datetime(rows["period_start"])).dt.days + 1.0
    conditions = [both.eq(0).any(axis=1), both.isna().any(axis=1), rows["days"] == 1]
    rows["verdict"] = np.select(conditions, ["none", "unknown", "conflict"], "possible")
    return rows[rows["verdict"] != "none"].drop(columns=columns[4:]).reset_index(drop=True)


def exclusivity(shared: pd.DataFrame, possible: pd.DataFrame) -> dict | None:
    """What the two checks for products in both kinds of plan found: the days that prove it, else the suspicion.

    In: the results of `overlaps` and `window_overlaps`.
    """
    if len(shared):
        numbers = {"products": int(shared["product_id"].nunique()), "days": int(shared["on"].nunique())}
        spend = shared["spend"].sum(min_count=1)
        return {"id": "promotion.conflict", "spend": np.nan if pd.isna(spend) else float(spend)} | numbers
    products = int(possible["verdict"].isin(["conflict", "possible"]).sum())
    return {"id": "promotion.conflict_possible", "products": products} if products else None


def untold(shared: pd.DataFrame) -> dict | None:
    """How many rows of the product report could not be checked, for they name no day or no plan of a known type."""
    rows = shared.attrs.get("unknown", 0)
    return {"id": "promotion.overlap_untold", "rows": rows} if rows else None


def targets(table: pd.DataFrame, margin: float | None) -> list[dict]:
    """The break-even ROI of a margin, and the plans whose target lies below it.

    In: the result of `promotion.plans`. A target below break-even loses money even where it is reached.
    """
    limit = break_even_roi(margin)
    if np.isnan(limit):
        return [{"id": "promotion.break_even_unknown"}]
    low = table[table["target_roi"] < limit]
    pairs = zip(low["campaign"], low["target_roi"].astype("float64").tolist(), strict=True)
    warning = {"id": "promotion.target_below_break_even", "break_even": limit}
    named = [
        {"id": "promotion.plan", "plan": plan, "details": [warning | {"target": target}]} for plan, target in pairs
    ]
    return [{"id": "promotion.break_even", "margin": margin, "break_even": limit}, *named]


def verdicts(table: pd.DataFrame) -> list[dict]:
    """What is known of each plan, those that lose money first, then the larger spend.

    In: the result of `promotion.plans`.
    """
    order = table["verdict"].map({"loses": 0, "pays": 1, "not enough data": 2}).fillna(3)
    rows = table.assign(order=order).sort_values(["order", "spend"], ascending=[True, False])
    pairs = zip(rows["campaign"], rows["evidence"], strict=True)
    return [{"id": "promotion.plan", "plan": plan, "details": [evidence]} for plan, evidence in pairs]


def learners(learning_plans: pd.DataFrame) -> list[dict]:
    """The plans that are still learning. In: the result of `promotion.learning`."""
    rows = learning_plans[learning_plans["learning"].fillna(False).astype(bool)]
    pairs = zip(rows["campaign"], rows["days"].tolist(), strict=True)
    return [{"id": "promotion.still_learning", "plan": plan, "days": days} for plan, days in pairs]


def checklist(answers: Mapping[str, str]) -> pd.DataFrame:
    """A person's answers about plans as the table that `compensation` takes; what nobody answered is missing.

    In: {condition: "plan A: yes; plan B: no"}. Out: `campaign` and the columns `CONDITIONS`, one row per plan.

    >>> checklist({"price_ok": "A: yes; B: no"})["price_ok"].tolist()
    [True, False]
    """
    table = pd.DataFrame({condition: _answered(condition, answers.get(condition, "")) for condition in CONDITIONS})
    return table.astype("boolean").rename_axis("campaign").reset_index()


def _answered(condition: str, text: str) -> pd.Series:
    """{plan: yes or no} of one condition."""
    parts = [part.replace("：", ":").rpartition(":") for part in text.replace("；", ";").split(";") if part.strip()]
    for plan, _, answer in parts:
        if not plan.strip() or answer.strip().casefold() not in _ANSWERS:
            expected = "'PLAN: yes' or 'PLAN: no', with ; between plans"
            raise ValueError(f"`{condition}` must be {expected}; found {text!r}")
    known = {plan.strip(): _ANSWERS[answer.strip().casefold()] for plan, _, answer in parts}
    return pd.Series(list(known.values()), pd.Index(list(known), dtype="str"), "boolean")


def compensation(table: pd.DataFrame, checks: pd.DataFrame | None = None) -> pd.DataFrame:
    """A plan may be compensated when its target was within range, its price was not too high, the seller kept to the
    plan, and the ROI stayed below the target.

    Three-valued: `claim` when all four are known to hold, `no claim` when one fails, `unknown` otherwise (`unknown`
    lists what to fill in). In: the result of `promotion.plans`; `checks`, one row per plan: `campaign,
    target_in_range, price_ok, cooperated` (boolean, missing = not looked at). Out: `campaign`, the four conditions
    (`below_target` is the last), `roi, target_roi, shortfall` (CNY of spend that the result does not cover at the
    target; how much of it is paid back, the contract says), `chance` (probability that a plan which truly meets its
    target has so few orders), `compensation` (received)`, verdict, unknown, evidence`. A shortfall alone proves
    little: a plan that is exactly on target falls short in about every second window. Source: the conditions are
    known from Taobao's product only; ranges, windows and amounts are the platform's and not published.
    """
    given = (pd.DataFrame(columns=["campaign"]) if checks is None else checks).reindex(
        columns=["campaign", *CONDITIONS]
    )
    rows = table.merge(given.drop_duplicates("campaign"), on="campaign", how="left")
    rows[list(CONDITIONS)] = rows[list(CONDITIONS)].astype("boolean")
    compared = rows[["roi", "target_roi"]].notna().all(axis=1) & (rows["basis"] == "orders")
    rows["below_target"] = (rows["roi"] < rows["target_roi"]).astype("boolean").mask(~compared)
    parts = rows[[*CONDITIONS, "below_target"]]
    failed = (~parts).fillna(False).any(axis=1)
    rows["verdict"] = np.select([failed, parts.isna().any(axis=1)], ["no claim", "unknown"], "claim")
    rows["unknown"] = [list(parts.columns[missing]) for missing in parts.isna().to_numpy()]
    rows["shortfall"] = (rows["spend"] - rows["result"] / rows["target_roi"]).where(
        rows["below_target"].fillna(False).astype(bool)
    )
    expected = (rows["spend"] * rows["target_roi"] / rows["value_per_event"]).where(compared)
    rows["chance"] = poisson.cdf(rows["events"], expected)
    rows["evidence"] = [_evidence(row) for row in rows.to_dict("records")]
    columns = ["campaign", *CONDITIONS, "below_target", "roi", "target_roi", "shortfall", "chance", "compensation"]
    return rows[[*columns, "verdict", "unknown", "evidence"]]


def _evidence(row: dict) -> dict:
    if row["verdict"] == "unknown":
        return {"id": "promotion.compensation_unknown", "missing": row["unknown"]}
    if row["verdict"] == "no claim":
        return {"id": "promotion.compensation_no_claim"}
    return {"id": "promotion.compensation_claim"} | {
        key: row[key] for key in ("roi", "target_roi", "shortfall", "chance")
    }


def low_ctr(
    performance: pd.DataFrame, profile: pd.DataFrame, *, rules: RuleSet, confidence: float = 0.8, level: float = 0.9
) -> pd.DataFrame:
    """Whether buyers click a product of whole-site promotion less often than the others of its own category; the system
    gives such a product worse places.

    `ctr` = whole-site clicks / impressions, summed over the rows, with its exact Poisson interval; `category_ctr`:
    the same of the *other* promoted products of the category. `prob_low` = P(own rate < theirs), Jeffreys' priors.
    `verdict`: `low` where the chance of a wrong accusation stays within `promotion.ctr_false_discovery` over all
    products (`q_value`, Benjamini-Hochberg), `not low` where prob_low is below 1 - `confidence`, else `not enough
    data`; `unknown` where the category, its other products or a count is missing. In: `product_performance` rows;
    `product_profile` with `category`. Out: one row per product shown by whole-site promotion, the surest first.
    Source: sellers' experience with Taobao's product.
    """
    counts = ["whole_site_clicks", "whole_site_impressions"]
    rows = performance.reindex(columns=["product_id", "title", *counts])
    rows[counts] = rows[counts].astype("float64")
    groups = rows.groupby("product_id", sort=False)
    table = groups[counts].sum(skipna=False).join(groups["title"].last()).reset_index()
    table = table[~(table["whole_site_impressions"] == 0)].reset_index(drop=True)
    known = profile.reindex(columns=["product_id", "category"]).drop_duplicates("product_id")
    table["category"] = table["product_id"].map(known.set_index("product_id")["category"])
    clicks, impressions = (table[column] for column in counts)
    told = table[counts].where(table[counts].notna().all(axis=1), 0, axis=0)  # half of a pair would bend the rate
    others = told.groupby(table["category"], dropna=False).transform("sum") - told
    others = others.where(table["category"].notna() & (others["whole_site_impressions"] > 0))
    table["ctr"], bounds = clicks / impressions, count_interval(clicks, level)
    table["lower"], table["upper"] = (bound / impressions for bound in bounds)
    table["category_clicks"], table["category_impressions"] = others[counts[0]], others[counts[1]]
    table["category_ctr"] = table["category_clicks"] / table["category_impressions"]
    theirs = pd.DataFrame({"alpha": table["category_clicks"] + 0.5, "beta": table["category_impressions"]})
    table["prob_low"] = prob_greater(theirs, pd.DataFrame({"alpha": clicks + 0.5, "beta": impressions}))
    tested = table["prob_low"].notna()
    table["q_value"] = np.nan
    if tested.any():
        table.loc[tested, "q_value"] = false_discovery_control(1 - table.loc[tested, "prob_low"])
    table["verdict"] = np.select(
        [
            ~tested,
            table["q_value"] <= rules["promotion.ctr_false_discovery"].value,
            table["prob_low"] < 1 - confidence,
        ],
        ["unknown", "low", "not low"],
        "not enough data",
    )
    return table.sort_values("prob_low", ascending=False, kind="stable", ignore_index=True)


def rarely_clicked(table: pd.DataFrame) -> list[dict]:
    """Which products are clicked less often than their category, and of how many nobody can tell, as messages.

    In: the result of `low_ctr`.
    """
    if table.empty:
        return []
    low = table[table["verdict"] == "low"]
    titles = low["title"].fillna(low["product_id"]).head(3).tolist()
    found = {"id": "promotion.ctr_low", "products": len(low), "titles": titles}
    unknown = int((table["verdict"] == "unknown").sum())
    judged = [found if len(low) else {"id": "promotion.ctr_none"}] if unknown < len(table) else []
    return judged + ([{"id": "promotion.ctr_unknown", "products": unknown}] if unknown else [])


def time_to_order(orders: pd.DataFrame, touches: pd.DataFrame, products: pd.Series, *, rules: RuleSet) -> pd.DataFrame:
    """The time to order of a product is the median number of days from a customer's first contact to the first order,
    over the customers whose first order was for it.

    In: `order[customer_id, ordered_at, product_id]`, `touch[customer_id, at]`, the product ids wanted. With fewer
    than `promotion.cycle_orders` such customers the median of all customers of the store stands in, with fewer than
    that of these the time is missing. Out: `product_id, days_to_order, cycle_of` (`product` or `store`), `first_orders`
    (customers behind the median). A first order before the first recorded contact says nothing and is left out.
    """
    seen, bought = (
        table.assign(at=pd.to_datetime(table[column]).dt.tz_localize(None)).dropna(subset=["customer_id", "at"])
        for table, column in ((touches, "at"), (orders, "ordered_at"))
    )
    first = bought.sort_values("at", kind="stable").drop_duplicates("customer_id")
    contact = seen.groupby("customer_id")["at"].min().reindex(first["customer_id"]).set_axis(first.index)
    days = ((first["at"] - pd.to_datetime(contact)) / pd.Timedelta(days=1)).astype("float64")
    days = days.where(days >= 0)
    least = rules["promotion.cycle_orders"].value
    own = days.groupby(first["product_id"]).agg(["median", "count"]).reindex(products)
    enough = (own["count"] >= least).to_numpy()
    store = days.median() if days.count() >= least else np.nan
    return pd.DataFrame(
        {
            "product_id": products.to_numpy(),
            "days_to_order": np.where(enough, own["median"], store),
            "cycle_of": np.where(enough, "product", None if np.isnan(store) else "store"),
            "first_orders": np.where(enough, own["count"], days.count()),
        }
    )


def suitability(profile: pd.DataFrame, *, as_of, rules: RuleSet) -> pd.DataFrame:
    """Whole-site promotion suits a hot product strongly; a new, high-priced or slowly sold one is tested with care.

    In, all optional: `published_on, price_min, inquiries_30d, tm_30d, days_to_order` (`time_to_order`). `reasons` for
    care: `new_product` (up to `promotion.new_days`), `high_price` (above the store's quantile
    `promotion.high_price_quantile`), `long_cycle` (above `promotion.long_cycle_days`). Hot: 30-day opportunities
    above zero and from the store's quantile `promotion.hot_quantile` on. One known reason is enough for `test with
    care`. Without one, a hot product is `strong` where age, price and time to order are all known, and `strong if
    confirmed` where one is missing (it stands in `unknown`); a product that is not hot is `ordinary`, or `unknown`
    where one is missing. Without opportunities: `unknown`. The thresholds are our defaults; the source speaks of
    Taobao.
    """
    numbers = ["price_min", "inquiries_30d", "tm_30d", "days_to_order"]
    rows = profile.reindex(columns=["product_id", "title", "published_on", *numbers])
    rows[numbers] = rows[numbers].astype("float64")
    rows["age"] = (pd.Timestamp(as_of) - pd.to_datetime(rows["published_on"])).dt.days.astype("float64")
    rows["opportunities_30d"] = rows["inquiries_30d"] + rows["tm_30d"]
    price_line = rows["price_min"].quantile(rules["promotion.high_price_quantile"].value)
    care = pd.DataFrame(
        {
            "new_product": rows["age"] <= rules["promotion.new_days"].value,
            "high_price": rows["price_min"] > price_line,
            "long_cycle": rows["days_to_order"] > rules["promotion.long_cycle_days"].value,
        }
    )
    missing = rows[["age", "price_min", "days_to_order", "opportunities_30d"]].isna()
    hot_line = rows["opportunities_30d"].quantile(rules["promotion.hot_quantile"].value)
    hot = (rows["opportunities_30d"] >= hot_line) & (rows["opportunities_30d"] > 0)
    known = ~missing.any(axis=1)
    cases = [care.any(axis=1), missing["opportunities_30d"], hot & known, hot, known]
    names = ["test with care", "unknown", "strong", "strong if confirmed", "ordinary"]
    rows["suitability"] = np.select(cases, names, "unknown")
    rows["reasons"] = [list(care.columns[found]) for found in care.to_numpy()]
    rows["unknown"] = [list(missing.columns[found]) for found in missing.to_numpy()]
    columns = ["product_id", "title", "suitability", "reasons", "unknown", "age", "price_min", "days_to_order"]
    return rows[[*columns, "opportunities_30d"]]
