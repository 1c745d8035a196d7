"""Test rules on tables in three-valued logic: pass, fail, or unknown where an input is missing.

A fact is known as an interval, `lower <= fact <= upper`; a missing one reaches from minus to plus infinity. A condition
passes when it holds for the whole interval, fails when it holds nowhere in it, and is unknown otherwise. States are the
numbers 0 (fail), 1 (unknown), 2 (pass), so that Kleene's `all` is a minimum and `any` a maximum.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from opsbook.analysis.rules import Rule, RuleSet

FAIL, UNKNOWN, PASS = 0, 1, 2
VERDICTS = ("fail", "unknown", "pass")

Bounds = tuple[np.ndarray, np.ndarray]

#: columns of `products` that a condition may test as they are, or take as its base
COLUMNS = (
    "is_rts",
    "is_duplicate",
    "growth_score",
    "overseas_visitors_30d",
    "search_impressions_30d",
    "search_clicks_30d",
    "inquiries_30d",
    "tm_30d",
    "orders_30d",
    "inquiries_90d",
    "paid_orders_90d",
    "list_price",
    "event_price",
    "min_price_180d",
    "pay_rate_percentile_l2",
    "pay_rate_percentile_leaf",
)

#: stars of a review whose stars are unknown
STARS = (1, 5)


@dataclass(frozen=True)
class Facts:
    """Everything that is known about a store's products on one day; the tables are never changed."""

    products: pd.DataFrame
    reviews: pd.DataFrame | None
    prices: pd.DataFrame | None
    store: Any
    day: date
    rules: RuleSet

    def column(self, name: str) -> np.ndarray:
        """A column of `products` as floats, flags as 1 and 0; absent or missing is NaN."""
        return floats(self.products, name)

    @cached_property
    def _ids(self) -> tuple[np.ndarray, pd.Index]:
        """The position of each product among the distinct ids (-1: no id), and these ids."""
        ids = _texts(self.products, "product_id")
        codes, distinct = pd.factorize(ids)
        return codes, pd.Index(distinct)

    @cached_property
    def reviewed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each review: the position of its product among the distinct ids (-1: none), its age in days, its stars."""
        where = self._ids[1].get_indexer(_texts(self.reviews, "product_id"))
        return where, ages(self.reviews, "reviewed_on", self.day), floats(self.reviews, "stars")

    @cached_property
    def priced(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each price: the position of its product among the distinct ids (-1: none), its age in days, the price."""
        where = self._ids[1].get_indexer(_texts(self.prices, "product_id"))
        return where, ages(self.prices, "on", self.day), floats(self.prices, "price")

    def per_product(self, values: np.ndarray, missing: float) -> np.ndarray:
        """Values by distinct id, given to every row of `products`; a row without an id gets `missing`."""
        return np.append(values, missing)[self._ids[0]]

    def bounds(self, rule: Rule) -> Bounds:
        """Lower and upper bound of the fact that a rule speaks about, one pair per row of `products`."""
        if rule.field in DERIVED:
            return DERIVED[rule.field](self, rule)
        if rule.field in COLUMNS:
            return known(self.column(rule.field))
        raise ValueError(f"rule {rule.id!r}, key 'field': no fact {rule.field!r} about products")

    def threshold(self, rule: Rule) -> np.ndarray:
        """What the fact is compared with, one number per row of `products`; NaN where its base is missing."""
        if rule.base is None:
            return np.full(len(self.products), float(rule.value))
        if rule.base not in COLUMNS:
            raise ValueError(f"rule {rule.id!r}, key 'base': no column {rule.base!r} of products")
        base = _lowest_price(self, rule) if rule.base == "min_price_180d" else self.column(rule.base)
        # 0.9 times a price may come out a last binary place off the price that a buyer reads: a tie stays a tie
        nudge = 4e-16 if rule.operator in ("<=", ">") else -4e-16
        return base if rule.value == 1 else rule.value * base * (1 + nudge)


def floats(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as floats, flags as 1 and 0; absent or missing is NaN."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=float, na_value=np.nan)


def ages(frame: pd.DataFrame, name: str, day: date) -> np.ndarray:
    """Whole days from a column's date to the day, negative for a date that lies ahead; absent or missing is NaN."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return (pd.Timestamp(day) - pd.to_datetime(frame[name]).dt.normalize()).dt.days.to_numpy(dtype=float)


def known(values: np.ndarray) -> Bounds:
    """The bounds of values that are known exactly, or (NaN) not at all."""
    missing = np.isnan(values)
    return np.where(missing, -np.inf, values), np.where(missing, np.inf, values)


def state_of(rule: Rule, facts: Facts) -> np.ndarray:
    """The state of one condition for every product."""
    lower, upper = facts.bounds(rule)
    threshold = facts.threshold(rule)
    sure, possible = _COMPARE[rule.operator](lower, upper, threshold)
    return np.where(np.isnan(threshold), UNKNOWN, sure.astype(np.int8) + possible)


def states(rule_id: str, facts: Facts, known_states: dict[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
    """The state of a rule and of all rules below it for every product: {id: states}, members first.

    `known_states` is extended and returned, so that rules which several groups share are tested once.
    """
    found = {} if known_states is None else known_states
    rule = facts.rules[rule_id]
    if rule_id in found:
        return found
    if rule.kind == "condition":
        found[rule_id] = state_of(rule, facts)
        return found
    for member in rule.of:
        states(member, facts, found)
    combine = np.maximum if rule.logic == "any" else np.minimum
    found[rule_id] = combine.reduce([found[member] for member in rule.of])
    return found


_COMPARE: dict[str, Callable[..., Bounds]] = {
    "<": lambda lower, upper, value: (upper < value, lower < value),
    "<=": lambda lower, upper, value: (upper <= value, lower <= value),
    "==": lambda lower, upper, value: ((lower == value) & (upper == value), (lower <= value) & (value <= upper)),
    ">=": lambda lower, upper, value: (lower >= value, upper >= value),
    ">": lambda lower, upper, value: (lower > value, upper > value),
}


def _search_ctr(facts: Facts, rule: Rule) -> Bounds:
    """Search clicks / search impressions; 0 / 0 counts as 0, clicks without impressions are unknown."""
    clicks, impressions = facts.column("search_clicks_30d"), facts.column("search_impressions_30d")
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(impressions > 0, clicks / impressions, np.nan)
    return known(np.where((impressions == 0) & (clicks == 0), 0.0, rate))


def _days_since_published(facts: Facts, rule: Rule) -> Bounds:
    return known(ages(facts.products, "published_on", facts.day))


def _is_gold(facts: Facts, rule: Rule) -> Bounds:
    """The store's own flag; an object with the attribute `is_gold` or a mapping with that key."""
    store = facts.store
    flag = store.get("is_gold") if isinstance(store, Mapping) else getattr(store, "is_gold", None)
    return known(np.full(len(facts.products), np.nan if flag is None or pd.isna(flag) else float(bool(flag))))


def _review_count(facts: Facts, rule: Rule) -> Bounds:
    """Reviews that surely count; at most those whose date or stars are missing as well."""
    if facts.reviews is None:
        return known(np.full(len(facts.products), np.nan))
    where, age, stars = facts.reviewed
    possible = (within(age, rule) | np.isnan(age)) & ~(stars < _least_stars(facts, rule))
    return (
        facts.per_product(_count(facts, where, _surely_counts(facts, rule)), -np.inf),
        facts.per_product(_count(facts, where, possible), np.inf),
    )


def _least_stars(facts: Facts, rule: Rule) -> float:
    return facts.rules["boards.best_review.stars"].value if rule.field == "good_reviews" else -np.inf


def _surely_counts(facts: Facts, rule: Rule) -> np.ndarray:
    """Which reviews lie in the window of a rule and, where it asks for good ones, have the stars."""
    _, age, stars = facts.reviewed
    least = _least_stars(facts, rule)
    return within(age, rule) & (np.isneginf(least) | (stars >= least))


def _average_stars(facts: Facts, rule: Rule) -> Bounds:
    """Mean stars of the reviews in the window; missing stars may be any, a missing date makes the mean unknown."""
    if facts.reviews is None:
        return known(np.full(len(facts.products), np.nan))
    where, age, stars = facts.reviewed
    dated = within(age, rule)
    reviews = np.where(_count(facts, where, np.isnan(age)) > 0, np.nan, _count(facts, where, dated))
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [_count(facts, where, dated, np.where(np.isnan(stars), guess, stars)) / reviews for guess in STARS]
    lower, upper = (facts.per_product(mean, np.nan) for mean in means)
    return known(lower)[0], known(upper)[1]


def oldest_review(facts: Facts, rule: Rule) -> np.ndarray:
    """Age in days of the oldest review that surely counts for a rule about reviews; NaN where there is none."""
    if facts.reviews is None:
        return np.full(len(facts.products), np.nan)
    where, age, _ = facts.reviewed
    counted = _surely_counts(facts, rule) & (where >= 0)
    oldest = np.full(len(facts._ids[1]), np.nan)
    np.fmax.at(oldest, where[counted], age[counted])
    return facts.per_product(oldest, np.nan)


def within(age: np.ndarray, rule: Rule) -> np.ndarray:
    """Whether an age in days lies in a rule's window; a date that lies ahead or is missing does not."""
    if rule.window_days is None:
        raise ValueError(f"rule {rule.id!r}, key 'window_days': is missing for {rule.field or rule.base!r}")
    return (age >= 0) & ((age <= rule.window_days) if rule.inclusive else (age < rule.window_days))


def _count(facts: Facts, where: np.ndarray, counted: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Rows (or their weights) by distinct product id; rows of unknown products do not count."""
    rows = counted & (where >= 0)
    weights = None if weights is None else weights[rows]
    return np.bincount(where[rows], weights, minlength=len(facts._ids[1])).astype(float)


def _lowest_price(facts: Facts, rule: Rule) -> np.ndarray:
    """The lowest price of the window as the platform reports it; where it does not, the lowest one in `prices`."""
    reported = facts.column("min_price_180d")
    if facts.prices is None:
        return reported
    where, age, price = facts.priced
    rows = (where >= 0) & within(age, rule) & ~np.isnan(price)
    lowest = np.full(len(facts._ids[1]), np.inf)
    np.minimum.at(lowest, where[rows], price[rows])
    seen = facts.per_product(np.where(np.isinf(lowest), np.nan, lowest), np.nan)
    return np.where(np.isnan(reported), seen, reported)


def _texts(frame: pd.DataFrame, name: str) -> pd.Series:
    """Ids as text, so that 123 in one table finds "123" in another; absent or missing is missing."""
    column = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
    return column.astype("string")


#: facts that are computed: {field: (facts, rule) -> bounds}
DERIVED: dict[str, Callable[[Facts, Rule], Bounds]] = {
    "search_ctr_30d": _search_ctr,
    "days_since_published": _days_since_published,
    "is_gold": _is_gold,
    "reviews": _review_count,
    "good_reviews": _review_count,
    "average_stars": _average_stars,
}
