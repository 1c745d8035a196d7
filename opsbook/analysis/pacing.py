"""How bids are steered through a day, so that the budget lasts and the return keeps its target.

Whoever wants the most value for a budget B with value >= target x spend bids, in second-price auctions, a multiple of
the predicted value of a click: (1 + lambda) / (mu + lambda x target), with mu the price of the budget and lambda that
of the target (linear programming dual; He et al. 2021, Feng, Padmanabhan and Wang 2023). `MinPacing` learns the two
multiples apart and bids with the smaller (Balseiro et al. 2023, "A Field Guide for Pacing Budget and ROS Constraints").
Beside it stand the simple policies. A policy answers `bids(predicted)` and is told by `learn(progress)` how it went.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from opsbook.analysis import auction
from opsbook.analysis.auction import Market, Outcome, Searches

GAIN = 0.2  # how much of a gap (in logarithms) is closed in half an hour, once the first ones are over (our default)
MEMORY = 0.5  # what a half hour still counts in the next one's judgement (our default)


class Progress(NamedTuple):
    """Where each day stands after a half hour: what it brought, spend and predicted value so far, budget, the share of
    the day's traffic that it was, and the share that is still to come.
    """

    outcome: Outcome
    spend: np.ndarray
    predicted: np.ndarray
    budget: float
    share: float
    rest: float


class ConstantBid:
    """The same bid for every search."""

    def __init__(self, bid: float):
        self.bid = bid

    def bids(self, predicted: np.ndarray) -> np.ndarray:
        return np.full(predicted.shape, self.bid)

    def learn(self, progress: Progress) -> None:
        pass


class Proportional:
    """A fixed multiple of a click's predicted value; 1 / target pays for no click more than the target allows."""

    def __init__(self, multiple):
        self.multiple = np.atleast_1d(multiple)

    def bids(self, predicted: np.ndarray) -> np.ndarray:
        return self.multiple[:, None] * predicted

    def learn(self, progress: Progress) -> None:
        pass


class PID(Proportional):
    """A multiple that a PID controller in velocity form moves, in logarithms, by the worse of two errors: how far spend
    lies behind plan, and how far the return lies above target (both relative, between -1 and 1).
    """

    GAINS = (0.3, 0.1, 0.0)  # proportional, integral, derivative: the best of a grid, on days of their own

    def __init__(self, market: Market, target: float, days: int):
        super().__init__(np.full(days, min(first_multiple(market), 1 / target)))
        self.target, self.errors = target, np.zeros((3, days))  # the latest error first

    def learn(self, progress: Progress) -> None:
        behind = 1 - progress.spend / (progress.budget * (1 - progress.rest))
        owed = np.where(progress.spend > 0, self.target * progress.spend, 1)
        above = np.where(progress.spend > 0, progress.predicted / owed, 2) - 1
        now, before, earlier = self.errors = np.vstack(
            [np.clip(np.minimum(behind, above), -1, 1)[None], self.errors[:2]]
        )
        moves = zip(self.GAINS, (now - before, now, now - 2 * before + earlier), strict=True)
        self.multiple = self.multiple * np.exp(sum(gain * move for gain, move in moves))


class MinPacing(Proportional):
    """The smaller of two multiples, each learnt as if it were alone: 1 / mu for the budget, (1 + lambda) / (lambda x
    target) for the target.

    After each half hour a multiple is corrected by the logarithm of how far the views then bought are from what the
    rest of the day needs (multiplicative updates, as of mirror descent with entropy): planned spend / expected spend
    for the budget, and (expected value + the surplus so far, spread over the rest) / (target x expected spend) for the
    target. The step is 1 / (t + 1), later 0.2. The day starts with a bid for an average search in the middle of the
    competitors', and never above value / target.
    """

    APART = 3.0  # a multiple that does not bind may lie so many times above the other: it must be back in time

    def __init__(self, market: Market, target: float, days: int):
        self.target = target
        self.by_budget = np.full(days, first_multiple(market))
        self.by_target = np.full(days, 1 / target)
        self.spend, self.value, self.share, self.steps = 0.0, 0.0, 0.0, 0

    @property
    def multiple(self) -> np.ndarray:
        return np.minimum(self.by_budget, self.by_target)

    def learn(self, progress: Progress) -> None:
        if progress.rest <= 0:
            return
        self.steps += 1
        gain = max(GAIN, 1 / (self.steps + 1))
        self.spend = MEMORY * self.spend + progress.outcome.expected_spend
        self.value = MEMORY * self.value + progress.outcome.expected_value
        self.share = MEMORY * self.share + progress.share
        ahead = self.share / progress.rest
        plan = (progress.budget - progress.spend) * ahead
        surplus = (progress.predicted - self.target * progress.spend) * ahead
        by_budget = self.by_budget * _correction(plan, self.spend, gain)
        by_target = self.by_target * _correction(self.value + surplus, self.target * self.spend, gain)
        by_target = np.maximum(by_target, 1 / self.target)
        self.by_budget = np.minimum(by_budget, self.APART * by_target)
        self.by_target = np.clip(by_target, 1 / self.target, np.maximum(self.APART * by_budget, 1 / self.target))


def _correction(wanted: np.ndarray, got: np.ndarray, gain: float) -> np.ndarray:
    """(wanted / got) ** gain, the ratio kept between e^-3 and e^3; nothing got counts as far too little."""
    tiny = 1e-9
    return np.exp(gain * np.clip(np.log(np.maximum(wanted, tiny) / np.maximum(got, tiny)), -3, 3))


def first_multiple(market: Market) -> float:
    """The multiple at which the bid for an average search lies in the middle of the competitors' bids."""
    return market.bid / (market.conversion * market.value)


def run(market: Market, searches: Sequence[Searches], budget: float, policy) -> pd.DataFrame:
    """What a policy makes of each day: `spend, clicks, predicted, value` (of the conversions that came), CNY a day.

    `searches`: the half hours of `auction.draw`. Spend never exceeds `budget`.
    """
    ctr, shares = np.asarray(market.ctr), auction.traffic(market)
    rest = np.append(shares[::-1].cumsum()[::-1][1:], 0.0)
    days = len(searches[0].predicted)
    spend, predicted, value, clicks = np.zeros((4, days))
    for half_hour, share, left in zip(searches, shares, rest, strict=True):
        outcome = auction.hold(half_hour, policy.bids(half_hour.predicted), ctr, budget - spend)
        spend, predicted = spend + outcome.spend, predicted + outcome.predicted
        value, clicks = value + outcome.value, clicks + outcome.clicks
        policy.learn(Progress(outcome, spend, predicted, budget, share, left))
    return pd.DataFrame({"spend": spend, "clicks": clicks, "predicted": predicted, "value": value})


def hindsight(market: Market, searches: Sequence[Searches], budget: float, target: float) -> pd.DataFrame:
    """The most predicted value that each day's searches would have given within budget and target, all prices known.

    The exact optimum of the linear program that may choose any slot of every search, or a part of it: no policy that
    keeps both limits is better on average. Its dual is one number k: a search takes the slot with the largest
    click-through x (k x value - price), if that is positive; k is raised until the budget is spent or value = target x
    spend, and the search on the edge is taken in part. It knows neither who will click nor who will convert. Out, a row
    a day: `spend, value`.
    """
    ctr = np.asarray(market.ctr)[:, None]
    rows = [_best_day(ctr, *_one_day(searches, day), budget, target) for day in range(len(searches[0].predicted))]
    return pd.DataFrame(rows, columns=["spend", "value"])


def _one_day(searches: Sequence[Searches], day: int) -> tuple[np.ndarray, np.ndarray]:
    """Predicted value and prices by slot of all searches that a day really had."""
    value = np.concatenate([one.predicted[day] for one in searches])
    price = np.concatenate([one.price[:-1, day] for one in searches], axis=1)
    real = np.isfinite(price[0])
    return value[real], price[:, real]


def _best_day(ctr, value, price, budget: float, target: float) -> tuple[float, float]:
    def bought(k: float) -> tuple[float, float]:
        gain = ctr * (k * value - price)
        slot = gain.argmax(axis=0)[None]
        rate = np.where(np.take_along_axis(gain, slot, 0)[0] > 0, ctr[slot[0], 0], 0.0)
        return rate @ np.take_along_axis(price, slot, 0)[0], rate @ value

    if not len(value):
        return 0.0, 0.0
    low, high = 0.0, 2 * price.max() / value.min()  # nothing, and every first slot
    inside, outside = bought(low), bought(high)
    for _ in range(60):
        middle = np.sqrt(low * high) if low else high / 1e3
        spend, worth = bought(middle)
        if spend <= budget and worth >= target * spend:
            low, inside = middle, (spend, worth)
        else:
            high, outside = middle, (spend, worth)
    return _between(inside, outside, budget, target)


def _between(inside: tuple[float, float], outside: tuple[float, float], budget: float, target: float):
    """As far on the way from one purchase to the next as both limits allow."""
    spend, value = outside[0] - inside[0], outside[1] - inside[1]
    parts = [1.0]
    if spend > 0:
        parts.append((budget - inside[0]) / spend)
    if value < target * spend:
        parts.append((inside[1] - target * inside[0]) / (target * spend - value))
    part = max(min(parts), 0.0)
    return inside[0] + part * spend, inside[1] + part * value
