"""A day of search auctions: a model from published equations, since the platform's own auction is not public.

Every search is a generalized second-price auction of several slots (Varian 2007, "Position auctions"): adverts stand in
the order of bid x promotion score, and a click costs what the advert would have had to bid to stay where it stands. All
competitors' bids are in terms of our own score (bid x their score / ours), so that scores need no place of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import ndtri

STEPS = 48
MOST_SEARCHES = 1_000_000  # a day of so many takes some hundred megabytes
INCREMENT = 0.01  # CNY on top of the next bid, as sellers report it of the platform (2019; medium confidence)

#: Traffic by half hour, the day cut in the buyers' night: one swell, its peak 2.3 times the quietest (our default).
PROFILE = tuple(1 - 0.4 * np.cos(2 * np.pi * (np.arange(STEPS) + 0.5) / STEPS))


@dataclass(frozen=True)
class Market:
    """The searches of a day, the competitors in them, and what a click is worth; all amounts in CNY.

    `searches` a day, on average; `ctr`: clicks per view by slot, the first slot first, falling; `competitors` in every
    search, at least as many as slots; `bid`, `bid_spread`: median and standard deviation of the logarithm of their bids
    (lognormal); `floor`: least price of a click; `conversion`: conversions per click on average, as predicted (above 1
    counts as 1); `conversion_spread`: standard deviation of the logarithm of the predicted rate between searches;
    `prediction_error`: that of the factor by which the true rate of a day differs from the predicted, 1 on average;
    `value` of one conversion; `profile`: traffic of the 48 half hours, in any unit. All defaults are ours.
    """

    searches: float = 3000
    ctr: tuple[float, ...] = (0.10, 0.07, 0.05, 0.04, 0.03)
    competitors: int = 8
    bid: float = 5.0
    bid_spread: float = 0.5
    floor: float = 0.3
    conversion: float = 0.02
    conversion_spread: float = 0.6
    prediction_error: float = 0.1
    value: float = 2000.0
    profile: tuple[float, ...] = field(default=PROFILE, repr=False)

    def __post_init__(self) -> None:
        for name in ("ctr", "profile"):
            object.__setattr__(self, name, tuple(_number(self, name, one) for one in np.ravel(getattr(self, name))))
        for name in NUMBERS:
            object.__setattr__(self, name, _number(self, name, getattr(self, name)))
        for name in ("bid", "value", "conversion"):
            _check(self, name, getattr(self, name) > 0, "a number above 0")
        for name in ("bid_spread", "floor", "conversion_spread", "prediction_error"):
            _check(self, name, getattr(self, name) >= 0, "a number of 0 or more")
        _check(self, "searches", 0 < self.searches <= MOST_SEARCHES, f"above 0 and at most {MOST_SEARCHES:,}")
        _check(self, "conversion", self.conversion <= 1, "at most 1: it is a rate per click")
        falling = all(low <= high for high, low in pairwise(self.ctr))
        rates = bool(self.ctr) and self.ctr[-1] > 0 and self.ctr[0] <= 1
        _check(self, "ctr", falling and rates, "rates above 0 and at most 1, from the first slot down")
        _check(self, "competitors", self.competitors >= len(self.ctr), f"at least the number of slots, {len(self.ctr)}")
        weights = len(self.profile) == STEPS and min(self.profile) >= 0 and sum(self.profile) > 0
        _check(self, "profile", weights, f"{STEPS} weights of 0 or more, one for each half hour, not all 0")


#: Fields of a market that are one number each.
NUMBERS = (
    "searches", "competitors", "bid", "bid_spread", "floor", "conversion", "conversion_spread", "prediction_error",
    "value",
)  # fmt: skip


def _number(market: Market, name: str, given) -> float:
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = np.nan
    _check(market, name, np.isfinite(number), "a number" if name in NUMBERS else "numbers")
    return number


def _check(market: Market, name: str, valid: bool, expected: str) -> None:
    if not valid:
        raise ValueError(f"market: `{name}` must be {expected}; found {getattr(market, name)}")


def market(given: Market | Mapping | None) -> Market:
    """The market that is meant by a `Market`, by a mapping of its fields, or by None (all defaults)."""
    if isinstance(given, Market):
        return given
    fields = dict(given or {})
    unknown = sorted(set(fields) - set(Market.__dataclass_fields__))
    if unknown:
        known = ", ".join(Market.__dataclass_fields__)
        raise ValueError(f"market: unknown field '{unknown[0]}'; the fields are {known}")
    return Market(**fields)


class Searches(NamedTuple):
    """The searches of one half hour on several days: one row a day, one column a search, in the order of time.

    `predicted`: predicted value of a click, CNY; `value`: what that click brings if it comes, 0 or a conversion's
    value; `price`: CNY a click by slot (first axis), the last one 0 for no slot at all; `chance`: a click comes where
    it lies below the slot's rate. A day with fewer searches than columns has prices that nobody pays in the rest.
    """

    predicted: np.ndarray
    value: np.ndarray
    price: np.ndarray
    chance: np.ndarray


class Outcome(NamedTuple):
    """What a half hour brought each day: what was paid, what the clicks were worth as predicted and in truth, and
    what cost and worth were to be expected of the views that the bids bought.
    """

    spend: np.ndarray
    predicted: np.ndarray
    value: np.ndarray
    clicks: np.ndarray
    expected_spend: np.ndarray
    expected_value: np.ndarray


def draw(market: Market, days: int, seed) -> list[Searches]:
    """The searches of so many days, half hour by half hour; the same seed, the same searches.

    The number of searches is Poisson around the profile. The highest competing bids are order statistics of lognormal
    bids, drawn from above without drawing the others (Renyi 1953): the logarithm of the i-th highest of n uniform
    numbers falls by Exponential(1) / (n - i + 1) at each i. A price is the next bid + ¥0.01, at least the floor.
    """
    rng = np.random.default_rng(seed)
    truth = _lognormal(rng, market.prediction_error, (days, 1))
    mean = market.searches * traffic(market)
    return [_half_hour(market, rng, rng.poisson(one, days), truth) for one in mean]


def traffic(market: Market) -> np.ndarray:
    """The share of each half hour in the searches of a day."""
    return np.asarray(market.profile) / sum(market.profile)


def _half_hour(market: Market, rng: Generator, counts: np.ndarray, truth: np.ndarray) -> Searches:
    shape = (len(counts), max(counts.max(initial=0), 1))
    slots = len(market.ctr)
    ranks = market.competitors - np.arange(slots)
    falls = rng.standard_exponential((slots, *shape)) / ranks[:, None, None]
    normal = ndtri(np.exp(-np.cumsum(falls, axis=0)))
    price = np.zeros((slots + 1, *shape))
    price[:-1] = np.maximum(market.bid * np.exp(market.bid_spread * normal) + INCREMENT, market.floor)
    price[:-1, np.arange(shape[1]) >= counts[:, None]] = np.inf
    rate = np.minimum(market.conversion * _lognormal(rng, market.conversion_spread, shape), 1)
    converts = rng.random(shape) < rate * truth
    return Searches(rate * market.value, converts * market.value, price, rng.random(shape))


def _lognormal(rng: Generator, spread: float, shape: tuple[int, ...]) -> np.ndarray:
    """Lognormal factors with mean 1."""
    return np.exp(spread * rng.standard_normal(shape) - spread**2 / 2)


def hold(searches: Searches, bids: np.ndarray, ctr: np.ndarray, left: np.ndarray) -> Outcome:
    """A half hour with these bids (one for each search, as `predicted`): the highest slot whose price a bid covers is
    taken, and clicks are paid while the money that is `left` of the day's budget lasts.

    Nothing is charged beyond it: from the first click that it does not cover, the rest of the half hour is lost.
    """
    slots = len(searches.price) - 1
    slot = np.zeros(bids.shape, dtype="intp")
    for price in searches.price[:slots]:
        slot += price > bids
    rate = np.append(ctr, 0.0)[slot]
    price = np.take_along_axis(searches.price, slot[None], axis=0)[0]
    clicked = searches.chance < rate
    cost = np.where(clicked, price, 0.0)
    clicked &= cost.cumsum(axis=1) <= left[:, None]
    sums = (cost, searches.predicted, searches.value, np.ones_like(cost))
    bought = [np.einsum("ij,ij->i", clicked, one) for one in sums]
    expected = [np.einsum("ij,ij->i", rate, one) for one in (price, searches.predicted)]
    return Outcome(*bought, *expected)
