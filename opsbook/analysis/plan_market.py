"""A model market that is like what a store's own plans met: what their exports say, and what must be assumed."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from opsbook.analysis import auction, pacing
from opsbook.analysis.auction import Market
from opsbook.analysis.counts import count_interval

SHARE = 0.5  # what a plan gets of the clicks that first slots would bring; nobody outside knows (our default)
_NEEDED = ("clicks_per_day", "cpc", "conversion_rate", "value_per_conversion")


def market_of(plans: pd.DataFrame, *, share: float = SHARE) -> Market | None:
    """The model market in which plans like these would get the clicks, at the price and worth, that they did get.

    In: rows of `promotion.plans`, judged together: `days, clicks, spend, events, result, basis`. From the export:
    clicks a day, CNY a click, conversions per click (orders, or opportunities, whichever stands behind more spend) and
    the value of one. Not in any export, therefore assumed: `share`, the clicks that the plans get of those that first
    slots everywhere would bring (0.5: our default), how bids and rates scatter, and how clicks fall by slot (defaults
    of `auction.Market`). None where a number of the export is missing or 0: `market_gaps` says which.
    """
    if not 0 < share < 1:
        raise ValueError(f"`share` must be a fraction between 0 and 1; found {share}")
    known = _pooled(plans)
    if known is None or market_gaps(plans, share=share):
        return None
    clicks, price, value = _position(share)
    like = Market()
    return Market(
        searches=float(known["clicks_per_day"] / clicks),
        bid=float(like.bid * known["cpc"] / price),
        floor=0.0,
        conversion=float(min(known["conversion_rate"] * like.conversion * like.value / value, 1)),
        value=float(known["value_per_conversion"]),
    )


def market_gaps(plans: pd.DataFrame, *, share: float = SHARE) -> list[dict]:
    """What stands against `market_of`: a message for each number that the plans do not give, or more searches a day
    than are played through (`auction.MOST_SEARCHES`)."""
    known = _pooled(plans)
    if gaps := [name for name in _NEEDED if known is None or not 0 < known[name] < np.inf]:
        return [{"id": "auction.missing", "metric": name} for name in gaps]
    searches = known["clicks_per_day"] / _position(share)[0]
    return [{"id": "auction.too_large", "searches": searches}] if searches > auction.MOST_SEARCHES else []


def _pooled(plans: pd.DataFrame) -> dict | None:
    """The plans as one: those whose result is counted in what stands behind most spend, orders or opportunities."""
    rows = plans.dropna(subset=["basis"])
    if rows.empty:
        return None
    rows = rows[rows["basis"] == rows.groupby("basis")["spend"].sum().idxmax()]
    spend, clicks, events, result = rows[["spend", "clicks", "events", "result"]].astype("float64").sum(skipna=False)
    return {
        "clicks_per_day": float((rows["clicks"] / rows["days"]).sum(skipna=False)),
        "cpc": _ratio(spend, clicks),
        "conversion_rate": _ratio(events, clicks),
        "value_per_conversion": _ratio(result, events),
        "roi": _ratio(result, spend),
        "target": _ratio((rows["target_roi"] * rows["spend"]).sum(skipna=False), spend),
        "clicks": clicks,
        "events": events,
        "basis": rows["basis"].iloc[0],
        "break_even": float(rows["break_even_roi"].iloc[0]),
    }


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else np.nan


@cache
def _position(share: float) -> tuple[float, float, float]:
    """Clicks per search, CNY a click and predicted value of a click in the default market, for the multiple of the
    predicted value that gets `share` of the clicks of the first slot.
    """
    like = replace(Market(), floor=0.0)
    searches = auction.draw(like, 20, 0)
    multiples = pacing.first_multiple(like) * np.geomspace(0.05, 50, 60)
    rows = [pacing.run(like, searches, np.inf, pacing.Proportional(np.full(20, one))).sum() for one in multiples]
    table = pd.DataFrame(rows)
    reached = table["clicks"] / (20 * like.searches * like.ctr[0])
    clicks, spend, value = (np.interp(share, reached, table[name]) for name in ("clicks", "spend", "predicted"))
    return clicks / (20 * like.searches), spend / clicks, value / clicks


def daily_budget(campaigns: pd.DataFrame) -> float:
    """The budget of a day is the sum of the latest daily budgets of the plans; unknown where one has none.

    In: dated campaign rows with `campaign, on, budget` (CNY).
    """
    rows = campaigns.reindex(columns=["campaign", "on", "budget"]).sort_values("on", kind="stable")
    latest = rows.groupby("campaign", sort=False)["budget"].last().astype("float64")
    return float(latest.sum(skipna=False)) if len(latest) else np.nan


def current_target(plans: pd.DataFrame) -> float:
    """The target ROI of several plans together: the mean of their targets, weighted by spend.

    In: the result of `promotion.plans`. Where the result is counted in opportunities, or a target is not known, the ROI
    that was reached stands for it, since a target speaks of order values.
    """
    known = _pooled(plans)
    if known is None:
        return np.nan
    return known["target"] if known["basis"] == "orders" and known["target"] > 0 else known["roi"]


def break_even(plans: pd.DataFrame) -> float:
    """The break-even ROI of what the plans' value is counted in: 1 / gross margin for orders, 1 for opportunities.

    In: the result of `promotion.plans`. Unknown margin, unknown break-even.
    """
    known = _pooled(plans)
    return np.nan if known is None else known["break_even"]


def about(plans: pd.DataFrame, *, share: float = SHARE) -> list[dict]:
    """What the model market of these plans rests on, and what no export says; or what is missing for one.

    The bounds of a click's value (90 %) are those that so few orders, or opportunities, leave.
    """
    known, gaps = _pooled(plans), market_gaps(plans, share=share)
    if gaps:
        return gaps
    numbers = {name: float(known[name]) for name in ("clicks_per_day", "cpc", "clicks", "events")}
    per_click = known["value_per_conversion"] / known["clicks"]
    lower, upper = (float(count) for count in count_interval(known["events"]))
    counts = {"value": known["events"], "value_lower": lower, "value_upper": upper}
    worth = {name: float(count * per_click) for name, count in counts.items()}
    return [{"id": f"auction.model_{known['basis']}"} | numbers | worth, {"id": "auction.assumed", "share": share}]
