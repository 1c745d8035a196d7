"""What a lower or higher target ROI would buy: simulated days of a market, and a market like a store's own plans."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from opsbook.analysis import auction, pacing
from opsbook.analysis.auction import Market, Searches

COLUMNS = ("target", "spend", "value", "roi", "used", "shortfall_prob")
DAYS = 200
SHARE = 0.5  # what a plan gets of the clicks that first slots would bring; nobody outside knows (our default)
_AT_ONCE = 600_000  # searches simulated together, for the sake of memory
_AROUND = (0.5, 0.625, 0.75, 0.875, 1.0, 1.25, 1.5, 2.0)


def simulate_target_roi(
    market: Market | Mapping | None, budget: float, targets: Sequence[float], seed: int = 0, *, days: int = DAYS
) -> pd.DataFrame:
    """What a plan with this target ROI and daily budget would spend and bring on a day of the model market: means over
    simulated days, the same days for every target.

    `market`: an `auction.Market`, a mapping of its fields, or None for its defaults; `budget` in CNY a day; the plan
    bids by `pacing.MinPacing`. One row per target, in the order given: `target`; `spend, value` in CNY a day, the value
    being what the clicks' conversions are worth on average; `roi` = value / spend (missing where nothing is bought);
    `used` = spend / budget; `shortfall_prob`, the share of days whose conversions, as they happened to come, brought an
    ROI below the target, of the days with any spend: with few conversions near one half even where the plan is on
    target. A target that would not allow one click a day, however cheap, is an error. The platform's own auction is not
    public: an estimate from a model, not a forecast.
    """
    field, limit = auction.market(market), _amount(budget)
    wanted = _targets(targets)
    draws = list(_draws(field, days, seed))
    _check_reach(wanted, reachable_roi(draws, field))
    rows = [_row(field, draws, limit, target) for target in wanted]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _amount(budget) -> float:
    if not np.isscalar(budget) or pd.isna(budget) or not 0 < float(budget) < np.inf:
        raise ValueError(f"`budget` must be an amount above 0, in CNY a day; found {budget}")
    return float(budget)


def _targets(targets) -> np.ndarray:
    numbers = np.asarray(pd.Series(np.atleast_1d(targets), dtype="float64"))
    if not len(numbers):
        raise ValueError("`targets` must name at least one target ROI; found none")
    wrong = numbers[~((numbers > 0) & (numbers < np.inf))]
    if len(wrong):
        raise ValueError(f"`targets` must be ROIs above 0; found {wrong[0]:g}")
    return numbers


def _draws(market: Market, days: int, seed: int) -> Iterator[list[Searches]]:
    """The days in parts that fit in memory; one part has the same days whatever the others are."""
    size = max(1, int(_AT_ONCE // market.searches))
    for part, start in enumerate(range(0, days, size)):
        yield auction.draw(market, min(size, days - start), [seed, part])


def reachable_roi(draws: Sequence[Sequence[Searches]], market: Market) -> float:
    """The highest ROI that still brings one click a day: predicted value / price of the clicks that are the best buy,
    in the last slot, which is the cheapest.
    """
    pairs = [(one.predicted.ravel(), one.price[-2].ravel()) for draw in draws for one in draw]
    value, price = (np.concatenate(side) for side in zip(*pairs, strict=True))
    value, price = value[np.isfinite(price)], price[np.isfinite(price)]
    if not len(value):
        return 0.0
    days = sum(len(draw[0].predicted) for draw in draws)
    enough = min(len(value), int(np.ceil(days / market.ctr[-1])))
    best = np.argsort(price / value, kind="stable")[:enough]
    return value[best].sum() / price[best].sum()


def _check_reach(targets: np.ndarray, most: float) -> None:
    if targets.max() > most:
        raise ValueError(
            f"`targets`: no bid reaches an ROI of {targets.max():g} in this market, where even a single click a day "
            f"brings {most:.4g} at most; choose lower targets"
        )


def _row(market: Market, draws: Sequence[Sequence[Searches]], budget: float, target: float) -> dict:
    runs = [
        pacing.run(market, draw, budget, pacing.MinPacing(market, target, len(draw[0].predicted))) for draw in draws
    ]
    table = pd.concat(runs, ignore_index=True)
    spend, value = table["spend"].mean(), table["predicted"].mean()
    paid = table[table["spend"] > 0]
    return {
        "target": target,
        "spend": spend,
        "value": value,
        "roi": value / spend if spend else np.nan,
        "used": spend / budget,
        "shortfall_prob": (paid["value"] < target * paid["spend"]).mean(),
    }


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
    if known is None or market_gaps(plans):
        return None
    clicks, price, value = _position(share)
    like = Market()
    return Market(
        searches=float(known["clicks_per_day"] / clicks),
        bid=float(like.bid * known["cpc"] / price),
        floor=0.0,
        conversion=float(min(known["conversion_rate"] * like.conversion * like.value / value, 1)),
        value=float(known["value_per_event"]),
    )


_NEEDED = ("clicks_per_day", "cpc", "conversion_rate", "value_per_event")


def market_gaps(plans: pd.DataFrame) -> list[dict]:
    """What is missing for `market_of`, a message for each number that the plans do not give."""
    known = _pooled(plans)
    gaps = [name for name in _NEEDED if known is None or not 0 < known[name] < np.inf]
    return [{"id": "auction.missing", "metric": name} for name in gaps]


def _pooled(plans: pd.DataFrame) -> dict | None:
    """The plans as one: those whose result is counted in what stands behind most spend, orders or opportunities."""
    rows = plans.dropna(subset=["basis"])
    if rows.empty:
        return None
    rows = rows[rows["basis"] == rows.groupby("basis")["spend"].sum().idxmax()]
    spend, clicks, events, result = rows[["spend", "clicks", "events", "result"]].sum(skipna=False).astype("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "clicks_per_day": float((rows["clicks"] / rows["days"]).sum(skipna=False)),
            "cpc": spend / clicks,
            "conversion_rate": events / clicks,
            "value_per_event": result / events,
            "roi": result / spend,
            "target": float((rows["target_roi"] * rows["spend"]).sum(skipna=False)) / spend,
            "clicks": clicks,
            "events": events,
            "basis": rows["basis"].iloc[0],
        }


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


def around(market: Market | None, budget: float, target: float, seed: int = 0) -> pd.DataFrame:
    """`simulate_target_roi` for targets from half to double the present one, as far as any bid reaches them, highest
    first; no rows where market, budget or target is not known.
    """
    if market is None or not budget > 0 or not target > 0:
        return pd.DataFrame(columns=list(COLUMNS), dtype="float64")
    most = reachable_roi(list(_draws(market, DAYS, seed)), market)
    targets = [round(target * factor, 2) for factor in sorted(_AROUND, reverse=True)]
    reached = [one for one in targets if 0 < one <= most]
    if not reached:
        return pd.DataFrame(columns=list(COLUMNS), dtype="float64")
    return simulate_target_roi(market, budget, reached, seed)
