"""Products without any effect, and the few of them that a person may look at for removal. Nothing is ever removed by
itself.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.rules import RuleSet

#: Everything that a product can do in a week, as far as the export tells.
EFFECTS = (
    "search_impressions",
    "search_clicks",
    "visitors",
    "inquiries",
    "inquirers",
    "tm",
    "orders_submitted",
    "rts_buyers",
    "favourites",
    "shares",
    "compares",
    "all_impressions",
    "all_clicks",
)
OPPORTUNITIES = ("inquiries", "inquirers", "tm")


def zero_effect(performance: pd.DataFrame, profile: pd.DataFrame) -> pd.DataFrame:
    """A product has no effect when every effect of the window (`EFFECTS`: impressions, clicks, visitors, contacts,
    orders ...) is 0.

    In: the window's `product_performance`, and `profile`, one row per product on-line. The export leaves out products
    without any effect, so in a window that has an export a product on-line that is not in it had none (`in_export`
    False). Without an export nothing is known. Out, one row per product of `profile`: `product_id, title, in_export,
    effects` (their sum), `zero_effect` (True, False, or missing where a column is missing and all others are 0).
    """
    columns = [column for column in EFFECTS if column in performance]
    effects = performance.groupby("product_id")[columns].sum(skipna=False).astype("float64")
    rows = profile.drop_duplicates("product_id").reindex(columns=["product_id", "title"]).reset_index(drop=True)
    table = rows.join(effects, on="product_id")
    rows["in_export"] = rows["product_id"].isin(performance["product_id"])
    known = bool(columns) and not performance.empty
    rows["effects"] = table[columns].sum(axis=1).where(rows["in_export"], 0.0) if known else np.nan
    missing = rows["in_export"] & table[columns].isna().any(axis=1) & (rows["effects"] == 0)
    rows["zero_effect"] = (rows["effects"] == 0).astype("boolean").mask(missing | (not known))
    return rows


def past_effect(history: pd.DataFrame, *, as_of: date, days: int = 180) -> pd.DataFrame:
    """The opportunities and submitted orders of each product in the `days` up to `as_of`, as far as the weekly
    exports reach.

    In: `product_performance` of one kind of period (`period_start, period_end`), windows not overlapping. Out,
    indexed by `product_id`: `opportunities` (inquiries + TM persons), `orders_submitted`; `attrs["days_covered"]`
    says how many of the days the exports hold. A sum of 0 means "none" only where all days are covered; every paid
    order was submitted first, so 0 submitted means 0 paid.
    """
    first = pd.Timestamp(as_of) - pd.Timedelta(days=days - 1)
    rows = history[(history["period_end"] >= first) & (history["period_end"] <= pd.Timestamp(as_of))]
    windows = rows[["period_start", "period_end"]].drop_duplicates()
    counts = ["inquiries", "tm", "orders_submitted"]
    parts = rows.reindex(columns=["product_id", *counts]).astype(dict.fromkeys(counts, "float64"))
    exact = parts.groupby("product_id").sum(skipna=False)
    at_least = parts.groupby("product_id").sum()[["inquiries", "tm"]].sum(axis=1)
    # a missing number hides whether there was none, never that there was one
    opportunities = (exact["inquiries"] + exact["tm"]).fillna(at_least.where(at_least > 0))
    table = pd.DataFrame({"opportunities": opportunities, "orders_submitted": exact["orders_submitted"]})
    begins = windows["period_start"].clip(lower=first)
    table.attrs["days_covered"] = int(((windows["period_end"] - begins).dt.days + 1).sum())
    return table


def review(
    zero: pd.DataFrame, profile: pd.DataFrame, history: pd.DataFrame | None = None, *, as_of: date, rules: RuleSet
) -> pd.DataFrame:
    """Products to review for removal: no effect at all in the window, and no opportunity and no paid order in 180
    days.

    `verdict` is `review` only when all of it is known to hold; `keep` when one part fails; `unknown` when a part is
    missing (what is missing stands in `unknown`). A product published within these days is kept: it never had them.
    In: the result of `zero_effect`; `profile` with any of `opportunities_180d, paid_orders_180d, published_on,
    is_rts`; `history`, weekly `product_performance`, for the products whose profile does not say (it answers only
    with all days covered, or with an effect found). Out, the products that are not known to have an effect:
    `product_id, title, verdict, unknown, opportunities_180d, paid_orders_180d, published_on, is_rts, evidence`.
    `evidence` carries the caveat for custom (OEM) products: they are sold by inquiry and off-line, so missing on-line
    orders alone say nothing about them.
    """
    days = rules["quadrants.removal_days"].value
    columns = ["product_id", "opportunities_180d", "paid_orders_180d", "published_on", "is_rts"]
    known = profile.drop_duplicates("product_id").reindex(columns=columns)
    rows = zero[zero["zero_effect"].fillna(True)].merge(known, on="product_id", how="left")
    rows = _filled(rows, history, as_of, days)
    age = (pd.Timestamp(as_of) - pd.to_datetime(rows["published_on"])).dt.days
    parts = pd.DataFrame(
        {
            "effect": rows["zero_effect"],
            "opportunities_180d": (rows["opportunities_180d"] == 0)
            .astype("boolean")
            .mask(rows["opportunities_180d"].isna()),
            "paid_orders_180d": (rows["paid_orders_180d"] == 0).astype("boolean").mask(rows["paid_orders_180d"].isna()),
            "age": (age >= days) | age.isna(),
        }
    )
    failed = ~parts.fillna(True).all(axis=1)
    rows["verdict"] = np.select([failed, parts.isna().any(axis=1)], ["keep", "unknown"], "review")
    rows["unknown"] = [list(parts.columns[missing]) for missing in parts.isna().to_numpy()]
    rows["evidence"] = [_evidence(row, days) for row in rows.to_dict("records")]
    return rows[["product_id", "title", "verdict", "unknown", *columns[1:], "evidence"]]


def _filled(rows: pd.DataFrame, history: pd.DataFrame | None, as_of: date, days: int) -> pd.DataFrame:
    """The 180-day figures that the profile lacks, from the weekly exports where these can tell."""
    rows = rows.assign(
        **{column: rows[column].astype("float64") for column in ("opportunities_180d", "paid_orders_180d")}
    )
    if history is None or history.empty:
        return rows
    past = past_effect(history, as_of=as_of, days=days)
    complete = past.attrs["days_covered"] >= days
    # in none of the exports that cover all days: no effect
    past = past.reindex(rows["product_id"], fill_value=0.0 if complete else np.nan).set_axis(rows.index)
    opportunities = past["opportunities"].where((past["opportunities"] > 0) | complete)
    # submitted orders are at least the paid ones: they prove that there were none, not that there were some
    paid = past["orders_submitted"].where((past["orders_submitted"] == 0) & complete)
    return rows.assign(
        opportunities_180d=rows["opportunities_180d"].fillna(opportunities),
        paid_orders_180d=rows["paid_orders_180d"].fillna(paid),
    )


def _evidence(row: dict, days: int) -> dict:
    if row["verdict"] != "review":
        return {"id": f"removal.{row['verdict']}", "days": days, "missing": len(row["unknown"])}
    rts = row["is_rts"]
    return {"id": "removal.review_rts" if not pd.isna(rts) and rts else "removal.review_custom", "days": days}


def actions(reviewed: pd.DataFrame, *, week: date) -> pd.DataFrame:
    """One proposal for the store: look through the removal list; columns of `brief.ACTION_COLUMNS`. No product is
    named for removal.
    """
    products = int((reviewed["verdict"] == "review").sum())
    if not products:
        return pd.DataFrame(columns=list(ACTION_COLUMNS))
    custom = int((reviewed["evidence"].map(lambda message: message["id"]) == "removal.review_custom").sum())
    proposal = {
        "module": "removal",
        "object_type": "store",
        "object": "",
        "action": {"id": "removal.do", "verb": "check", "products": products},
        "evidence": {"id": "removal.found", "products": products, "custom": custom},
        "effect": None,
        "priority": "P2",
        "owner": "operator",
        "due": week + timedelta(days=14),
        "review_metric": "search_impressions",
        "review_on": week + timedelta(days=28),
    }
    return pd.DataFrame([proposal], columns=list(ACTION_COLUMNS))
