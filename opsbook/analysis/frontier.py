"""What a lower or higher target ROI would buy, by simulated days of a market."""

from collections.abc import Iterator, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd

from opsbook.analysis import auction, pacing
from opsbook.analysis.auction import Market, Searches

COLUMNS = ("target", "spend", "value", "roi", "used", "shortfall_prob")
DAYS = 200
RARE = 0.1  # a plan on target whose days fall short less often than this needs no word of caution (our default)
_AT_ONCE = 600_000  # searches simulated together, for the sake of memory
_AROUND = (4.0, 3.0, 2.0, 1.5, 1.25, 1.0, 0.75, 0.5)  # of the present target


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
    if not isinstance(budget, Real) or not 0 < budget < np.inf:
        raise ValueError(f"`budget` must be an amount above 0, in CNY a day; found {budget!r}")
    return float(budget)


def _targets(targets) -> np.ndarray:
    given = np.ravel(np.asarray(targets, dtype="object"))
    if not len(given):
        raise ValueError("`targets` must name at least one target ROI; found none")
    for one in given:
        if not isinstance(one, Real) or not 0 < one < np.inf:
            raise ValueError(f"`targets` must be ROIs above 0; found {one!r}")
    return given.astype("float64")


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


def around(market: Market | None, budget: float, target: float, seed: int = 0) -> pd.DataFrame:
    """`simulate_target_roi` for targets from four times to half the present one, as far as any bid reaches them,
    highest first; no rows where market, budget or target is not known.
    """
    if market is None or not budget > 0 or not target > 0:
        return pd.DataFrame(columns=list(COLUMNS), dtype="float64")
    most = reachable_roi(list(_draws(market, DAYS, seed)), market)
    targets = [round(target * factor, 2) for factor in _AROUND]
    reached = [one for one in targets if 0 < one <= most]
    if not reached:
        return pd.DataFrame(columns=list(COLUMNS), dtype="float64")
    return simulate_target_roi(market, budget, reached, seed)


def steps(table: pd.DataFrame) -> pd.DataFrame:
    """What each step down of the target adds: the further value / the further spend, its marginal ROI.

    In: the result of `simulate_target_roi`. Out, highest target first: `target_roi, spend_per_day, value_per_day, roi,
    marginal_roi` (missing for the first row, and where spend grows by less than 1 %)`, budget_used, shortfall_prob`.
    The average ROI of a target may pay while its last yuan do not: compare the marginal ROI with the break-even.
    """
    rows = table.sort_values("target", ascending=False, kind="stable", ignore_index=True)
    grown = rows["spend"].diff()
    rows["marginal_roi"] = rows["value"].diff() / grown.where(grown > 0.01 * rows["spend"].shift())
    names = {"target": "target_roi", "spend": "spend_per_day", "value": "value_per_day", "used": "budget_used"}
    columns = ["target_roi", "spend_per_day", "value_per_day", "roi", "marginal_roi", "budget_used", "shortfall_prob"]
    return rows.rename(columns=names)[columns]


def readings(table: pd.DataFrame, target: float, break_even: float = np.nan) -> list[dict]:
    """What the frontier says about a lower and a higher target than the present one, as messages.

    In: the result of `simulate_target_roi`, or of `around`; the row nearest to `target` is the present. Lower: the next
    target that buys a tenth more, else the lowest; higher: the next that buys a tenth less. Where a lower one buys
    nothing more, the budget or the market is the limit.
    """
    rows = table[table["spend"] > 0].sort_values("target", ascending=False, kind="stable", ignore_index=True)
    if rows.empty:
        return []
    present = int((rows["target"] - target).abs().idxmin())
    now = rows.iloc[present]
    messages = [_down(now, rows.iloc[present + 1 :], break_even)] if present + 1 < len(rows) else []
    messages += _up(now, rows.iloc[:present][::-1])
    if now["shortfall_prob"] >= RARE:
        chance = {"target": float(now["target"]), "shortfall_prob": float(now["shortfall_prob"])}
        messages.append({"id": "auction.shortfall"} | chance)
    return [*messages, {"id": "auction.simulated"}]


def _up(now: pd.Series, higher: pd.DataFrame) -> list[dict]:
    """What the next target above that buys a tenth less would give up and save."""
    less = higher[higher["value"] < 0.9 * now["value"]]
    if less.empty:
        return []
    high = less.iloc[0]
    lost = {f"{name}_lost": float(1 - high[name] / now[name]) for name in ("value", "spend")}
    return [{"id": "auction.higher", "high": float(high["target"]), "target": float(now["target"])} | lost]


def _down(now: pd.Series, lower: pd.DataFrame, break_even: float) -> dict:
    """What the next target below that buys a tenth more would bring; or what the limit is."""
    more = lower[lower["value"] > 1.1 * now["value"]]
    low = more.iloc[0] if len(more) else lower.iloc[-1]
    if low["value"] <= 1.02 * now["value"]:
        limit = "budget" if now["used"] > 0.9 else "market"
        return {"id": f"auction.{limit}_is_the_limit", "target": float(now["target"]), "used": float(now["used"])}
    further = (low["value"] - now["value"]) / (low["spend"] - now["spend"])
    numbers = {"low": low["target"], "target": now["target"], "times": low["value"] / now["value"], "marginal": further}
    numbers |= {"value": low["value"], "value_now": now["value"], "spend": low["spend"], "spend_now": now["spend"]}
    message = {"id": "auction.lower"} | {name: float(number) for name, number in numbers.items()}
    loss = {"id": "auction.lower_loses", "break_even": float(break_even)}
    return message | {"details": [loss]} if further < break_even else message
