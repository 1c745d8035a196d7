"""What an inquiry is worth, and which inquiries belong to which advertised word.

Inquiry, TM chat and order stay apart: they are never added up, because one buyer may do all three.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

MODES = ("platform", "allocated", "cost_only")
#: the platform's own attribution, the plainer measure first; opportunities are persons with an inquiry or a TM chat
MEASURES = ("inquiries", "opportunities")


def attribute(ad_keyword: pd.DataFrame, product_performance: pd.DataFrame | None = None) -> pd.DataFrame:
    """The inquiries of every advertised row, with where the number comes from.

    `attribution` is one mode for the whole table, the first that it allows: `platform` = the export's own inquiries, or
    else its opportunities; `allocated` = an estimate that shares out the inquiries of the product, see
    `allocated_inquiries`; `cost_only` = unknown, nothing is made up. `measure` says what is counted: `inquiries` or
    `opportunities` (persons with an inquiry or TM chat). In: `clicks`, and for the estimate `product_id`; the products'
    `product_id, visitors, inquiries` of the same window. Out: the table with `inquiries, measure, attribution`.
    """
    for measure in MEASURES:
        if measure in ad_keyword and ad_keyword[measure].notna().any():
            return ad_keyword.assign(inquiries=ad_keyword[measure], measure=measure, attribution="platform")
    allocated = allocated_inquiries(ad_keyword, product_performance)
    mode = "allocated" if allocated.notna().any() else "cost_only"
    return ad_keyword.assign(inquiries=allocated, measure="inquiries", attribution=mode)


def allocated_inquiries(ad_keyword: pd.DataFrame, product_performance: pd.DataFrame | None) -> pd.Series:
    """An estimate: the product's inquiries times the row's share of the product's visitors.

    inquiries x clicks / max(visitors, all advertised clicks of the product): it assumes that the visitors of an advert
    ask as often as the other visitors of the product. Missing where the product or its visitors are not known.
    """
    unknown = pd.Series(np.nan, index=ad_keyword.index)
    if product_performance is None or "product_id" not in ad_keyword or product_performance.empty:
        return unknown
    if product_performance["product_id"].duplicated().any():
        raise ValueError("`product_performance` must hold one window, one row per product; found a product twice")
    _check_window(ad_keyword, product_performance)
    product = ad_keyword["product_id"]
    products = product_performance.set_index("product_id")[["visitors", "inquiries"]].astype(float)
    clicks = ad_keyword["clicks"].astype(float)
    seen = np.maximum(product.map(products["visitors"]).astype(float), clicks.groupby(product).transform("sum"))
    return product.map(products["inquiries"]).astype(float) * clicks / seen.where(seen > 0)


def product_totals(product_performance: pd.DataFrame | None, clicks: pd.DataFrame) -> pd.DataFrame | None:
    """Visitors and inquiries of each product over the weeks in which the clicks lie, one row per product.

    Weekly figures are added up (visitors are de-duplicated within a week only). None where the products do not cover
    all weeks with clicks: inquiries of fewer weeks than the clicks would be too few.
    """
    if product_performance is None or product_performance.empty or clicks.empty:
        return None
    begin, end = window(clicks)
    first, last = (pd.to_datetime(product_performance[column]) for column in ("period_start", "period_end"))
    inside = product_performance[(last >= begin.min()) & (first <= end.max())]
    if not set(pd.to_datetime(clicks["period_end"])) <= set(pd.to_datetime(inside["period_end"])):
        return None
    counts = inside.groupby("product_id")[["visitors", "inquiries"]].sum(min_count=1)
    return counts.reset_index().assign(period_start=first[inside.index].min(), period_end=last[inside.index].max())


def _check_window(ad_keyword: pd.DataFrame, products: pd.DataFrame) -> None:
    """Clicks of one window and inquiries of another do not belong together."""
    dated = "on" in ad_keyword or {"period_start", "period_end"} <= set(ad_keyword)
    if {"period_start", "period_end"} <= set(products) and dated:
        first, last = pd.to_datetime(products["period_start"]).min(), pd.to_datetime(products["period_end"]).max()
        begin, end = window(ad_keyword)
        if begin.min() < first or end.max() > last:
            raise ValueError(f"clicks must lie in the window of the inquiries, {first:%Y-%m-%d} to {last:%Y-%m-%d}")


def window(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """First and last day of each row: its day, or the window that it describes where it has none."""
    unknown = pd.Series(pd.NaT, index=table.index)
    day = pd.to_datetime(table.get("on", unknown))
    begin, end = (pd.to_datetime(table.get(column, unknown)) for column in ("period_start", "period_end"))
    return day.fillna(begin), day.fillna(end)


def settle(table: pd.DataFrame, data_up_to: date, unstable_days: int = 3) -> pd.DataFrame:
    """Which rows are old enough to be judged: the last `unstable_days` days of the data are set aside.

    The platform still corrects clicks and spend of the latest days. `settled`: true up to `data_up_to` minus
    `unstable_days`; missing for a window that reaches into the unstable days but cannot be split. In: `on`, or
    `period_start, period_end`.
    """
    last = pd.Timestamp(data_up_to) - pd.Timedelta(days=unstable_days)
    begin, end = window(table)
    settled = (end <= last).astype("boolean").mask((begin <= last) & (end > last) | end.isna())
    return table.assign(settled=settled)


def mature(table: pd.DataFrame, seen_until: date, half_life_days: float = 1.0) -> pd.DataFrame:
    """The clicks whose inquiries have had time to arrive, instead of counting a late inquiry as none.

    `mature_clicks` = clicks x F(age), F(age) = 1 - 2^(-age / half-life), the age in days from the middle of the click's
    day to the end of `seen_until`; for a window the mean over its days. In: `clicks`, and `on` or `period_start,
    period_end`. A click after `seen_until` has no mature part. The half-life is our default: no source gives one.
    """
    until = pd.Timestamp(seen_until) + pd.Timedelta(days=1)
    oldest, newest = ((until - day) / pd.Timedelta(days=1) - 0.5 for day in window(table))
    steps = np.linspace(0, 1, 7)
    ages = newest.to_numpy()[:, None] + (oldest - newest).to_numpy()[:, None] * steps
    arrived = (1 - 0.5 ** (np.maximum(ages, 0) / half_life_days)).mean(axis=1)
    return table.assign(mature_clicks=table["clicks"].astype(float) * arrived)


def describe(attributed: pd.DataFrame) -> dict | None:
    """Where the inquiries of a table come from (`attribute`), as a message; None for an empty table."""
    if attributed.empty:
        return None
    mode, measure = attributed[["attribution", "measure"]].iloc[0]
    return {"id": f"keywords.attribution.{mode}" + (f".{measure}" if mode == "platform" else "")}


def measure(attributed: pd.DataFrame) -> str:
    """What the inquiries of a table count (`attribute`): inquiries or opportunities; inquiries for an empty table."""
    return MEASURES[0] if attributed.empty else attributed["measure"].iloc[0]


def spend_unit(ad_keyword: pd.DataFrame, ad_campaign: pd.DataFrame) -> dict:
    """The unit of the words' spend (`check_unit`), found by what the plans that they belong to have spent.

    In: `ad_keyword[campaign, spend]`, `ad_campaign[campaign, spend]` of the same weeks. Plans without words, such as
    whole-site promotion, do not take part.
    """
    same_plans = ad_campaign[ad_campaign["campaign"].isin(ad_keyword["campaign"].dropna())]
    return check_unit(ad_keyword, same_plans["spend"].sum(min_count=1))


def in_yuan(table: pd.DataFrame, unit: dict) -> pd.DataFrame:
    """The table with its spend unknown where `check_unit` found fen: a wrong price would turn every decision around."""
    return table.assign(spend=np.nan) if unit["id"] == "keywords.unit_fen" else table


def check_unit(table: pd.DataFrame, account_spend: float, tolerance: float = 0.2) -> dict:
    """Whether a table's spend is in yuan like the account's own figure, in fen (100 times as much), or neither.

    A message with both sums and their ratio: `keywords.unit_yuan` within `tolerance` of 1, `keywords.unit_fen` within
    it of 100, `keywords.unit_unclear` otherwise, `keywords.unit_unknown` when either side is missing or 0.
    """
    spend = float(table["spend"].sum(min_count=1))
    ratio = spend / account_spend if spend > 0 and account_spend > 0 else np.nan
    units = {"yuan": 1, "fen": 100}
    unit = next((name for name, factor in units.items() if abs(ratio / factor - 1) <= tolerance), "unclear")
    unit = "unknown" if np.isnan(ratio) else unit
    known = {"spend": spend, "account_spend": float(account_spend), "ratio": ratio}
    return {"id": f"keywords.unit_{unit}"} | {key: None if np.isnan(n) else round(n, 2) for key, n in known.items()}


def inquiry_value(
    order_values: Sequence[float],
    inquiries: float,
    margin: float | tuple[float, float],
    *,
    cny_per_unit: float = 1.0,
    draws: int = 4000,
    seed: int = 0,
) -> np.ndarray:
    """The gross profit that one inquiry brings on average, in CNY, as draws that carry its uncertainty.

    Orders per inquiry x mean order value x gross margin. Orders per inquiry: Gamma(orders + 1/2, inquiries); mean order
    value: Bayesian bootstrap of the `order_values`; `margin`: a share, or (low, high) between which it lies. Give paid
    orders only, from the same months as the `inquiries`, and `cny_per_unit` when they are in another currency. Fewer
    than two known orders, or no inquiry: unknown (all missing).
    """
    values = np.asarray(order_values, dtype=float)
    values = values[np.isfinite(values)]
    if len(values) < 2 or not inquiries > 0:
        return np.full(draws, np.nan)
    rng = np.random.default_rng(seed)
    orders = rng.gamma(len(values) + 0.5, 1 / inquiries, draws)
    mean_value = rng.dirichlet(np.ones(len(values)), draws) @ values
    low, high = margin if np.ndim(margin) else (margin, margin)
    return orders * mean_value * rng.uniform(low, high, draws) * cny_per_unit


def estimate_value(
    orders: pd.DataFrame,
    store_kpi: pd.DataFrame,
    *,
    stated: float | None = None,
    margin: float | None = None,
    cny_per_usd: float | None = None,
    counted: str = "inquiries",
) -> float | np.ndarray:
    """What an inquiry is worth to a store, in CNY: as stated, or else estimated from its paid orders.

    The estimate is `inquiry_value` of the orders paid in those windows of `store_kpi` whose count is known (its
    `counted` column: inquiries or opportunities), less refunds, an order at least 0. Repeat orders count, so it is what
    an inquiry brings in the end. Amounts in another currency than USD or CNY are left out. Without margin, rate, orders
    or inquiries, or where all was refunded: unknown (missing).
    """
    if stated is not None or margin is None or cny_per_usd is None or store_kpi.empty:
        return np.nan if stated is None else stated
    windows = store_kpi[store_kpi[counted].notna()]
    first, last = (pd.to_datetime(windows[end]).to_numpy()[:, None] for end in ("period_start", "period_end"))
    at = pd.to_datetime(orders["paid_at"]).to_numpy()
    paid = orders[((at >= first) & (at < last + np.timedelta64(1, "D"))).any(axis=0)]
    in_cny = paid["currency"].astype("str").str.strip().str.upper().map({"USD": cny_per_usd, "CNY": 1.0}).astype(float)
    kept = (paid["amount"].astype(float) - paid["refund_amount"].astype(float).fillna(0)).clip(lower=0) * in_cny
    inquiries = float(windows[counted].sum()) if kept.sum() > 0 else 0.0
    return inquiry_value(kept.to_numpy(), inquiries, margin)


def describe_value(value: float | np.ndarray) -> dict:
    """The value of an inquiry as a message: its median with an 80 % interval, or that it is not known."""
    low, middle, high = np.quantile(np.atleast_1d(value), [0.1, 0.5, 0.9])
    if np.isnan(middle):
        return {"id": "keywords.value_unknown"}
    numbers = {"value": round(float(middle), 2), "low": round(float(low), 2), "high": round(float(high), 2)}
    return {"id": "keywords.value" if high > low else "keywords.value_stated"} | numbers


def middle(value: float | np.ndarray) -> float | None:
    """The value of an inquiry as one number: the median of its draws; None where it is not known."""
    median = float(np.median(value))
    return None if np.isnan(median) else median
