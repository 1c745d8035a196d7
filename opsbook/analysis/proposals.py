"""What every module proposes for a week, from the canonical tables: the input of the brief's action list."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from opsbook.analysis import (
    attribution,
    board_changes,
    boards,
    customers,
    dependence,
    diagnosis,
    keywords,
    lifecycle,
    money,
    near_misses,
    private_domain,
    products,
    promotion,
    quadrants,
    removal,
    showcase,
    sources,
    spending,
    traffic,
    words,
)
from opsbook.analysis.rules import RuleSet

Tables = Mapping[str, pd.DataFrame]

#: Weeks of advertising whose clicks are judged together: those of one week are too few (our default).
KEYWORD_WEEKS = 8

#: CNY a week that a word may spend without an inquiry before it is a matter of now (a practitioners' rule).
URGENT_SPEND = 500


def gather(tables: Tables, store: Any, week: date, rules: RuleSet) -> list[pd.DataFrame]:
    """The proposals of every module for the week that ends on `week`: one DataFrame with `brief.ACTION_COLUMNS` each.

    `tables`: canonical tables by name, several weeks of them; an empty one proposes nothing. `store`: the store's own
    settings (margin, value of an inquiry, exchange rate, membership ...), each of which may be unknown (None).
    """
    modules = (_traffic, _keywords, _diagnosis, _boards, _products, _quadrants, _removal, _promotion, _customers)
    found = [module(tables, store, week, rules) for module in modules]
    # The data of a week come out after its end: what had to be done within it is too late.
    return [frame[[due > week for due in frame["due"]]] for frame in found]


def _traffic(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    return traffic.propose(traffic.weekly_change(tables["channel_traffic"], week), None, week)


def _keywords(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    recent = _keyword_weeks(tables, week)
    weeks = max(recent["period_end"].nunique(), 1)
    new = words.candidates(
        sources.window(tables["own_keyword"], week),
        tables["ad_keyword"],
        sources.window(tables["industry_keyword"], week),
        brand_words=store.brand_words,
        rules=rules,
    )
    decided = decided_keywords(tables, store, week)
    found = keywords.actions(decided, new, week=week, urgent_spend=URGENT_SPEND * weeks)
    return found.assign(effect=[_a_week(effect, weeks) for effect in found["effect"]])


def _a_week(effect: dict | None, weeks: int) -> dict | None:
    """An effect over several weeks as one of a week."""
    return effect and effect | {end: round(effect[end] / weeks, 2) for end in ("low", "high")}


def decided_keywords(tables: Tables, store: Any, week: date) -> pd.DataFrame:
    """What to do with every advertised word, over the last `KEYWORD_WEEKS` weeks (`keywords.decide`)."""
    rows = attribution.attribute(_keyword_weeks(tables, week))
    return keywords.decide(spending.product_keyword_spend(rows, by=["keyword"]), inquiry_value(tables, store))


def _keyword_weeks(tables: Tables, week: date) -> pd.DataFrame:
    rows = tables["ad_keyword"]
    return rows[pd.to_datetime(rows["period_end"]) > pd.Timestamp(week) - pd.Timedelta(weeks=KEYWORD_WEEKS)]


def inquiry_value(tables: Tables, store: Any) -> float | np.ndarray:
    """What an inquiry is worth (CNY): as the store states it, else estimated from paid orders and inquiries of the same
    weeks, else missing.
    """
    if store.value_per_inquiry_cny is not None:
        return store.value_per_inquiry_cny
    kpi = tables["store_kpi"][sources.weekly(tables["store_kpi"])]
    if None in (store.gross_margin, store.cny_per_usd) or kpi.empty:
        return np.nan
    orders = money.in_currency(tables["order"], None)
    paid = pd.to_datetime(orders["paid_at"])
    begin, end = pd.to_datetime(kpi["period_start"]).min(), pd.to_datetime(kpi["period_end"]).max()
    amounts = orders.loc[(paid >= begin) & (paid < end + pd.Timedelta(days=1)), "amount"]
    inquiries = float(kpi["inquiries"].sum(skipna=False)) if "inquiries" in kpi else np.nan
    return attribution.inquiry_value(amounts, inquiries, store.gross_margin, cny_per_unit=store.cny_per_usd)


def _diagnosis(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    return diagnosis.actions(diagnosis.diagnose(dict(tables), week=week, rules=rules), week=week)


def _boards(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    joined = boards.join(tables["product_profile"], sources.window(tables["product_performance"], week))
    given = (joined, tables["review"], tables["price"])
    settings = {"store": store, "as_of": week, "rules": rules}
    near, soon = near_misses.near_misses(*given, **settings), board_changes.leaving(*given, **settings)
    return near_misses.actions(near, soon, as_of=week, rules=rules)


def _products(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    profile, performance = tables["product_profile"], tables["product_performance"]
    return products.actions(
        week=week,
        standings=products.standing(profile, rules=rules),
        swaps=showcase.swaps(showcase.strength(sources.window(performance, week), profile)),
        checks=products.lint(profile, rules=rules),
        declines=lifecycle.watch(performance[sources.weekly(performance)]),
    )


def _quadrants(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    performance = sources.window(tables["product_performance"], week)
    scores = tables["product_profile"].drop_duplicates("product_id").set_index("product_id")["growth_score"]
    rows = performance.assign(growth_score=performance["product_id"].map(scores))
    classified = quadrants.classify(rows)
    return quadrants.actions(classified, quadrants.promising(classified, rows, rules=rules), week=week, rules=rules)


def _removal(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    performance, profile = tables["product_performance"], tables["product_profile"]
    zero = removal.zero_effect(sources.window(performance, week), profile)
    history = performance[sources.weekly(performance)]
    return removal.actions(removal.review(zero, profile, history, as_of=week, rules=rules), week=week)


def _promotion(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    campaigns = tables["ad_campaign"]
    plans = promotion.plans(
        sources.window(campaigns, week),
        cny_per_usd=store.cny_per_usd,
        margin=store.gross_margin,
        value_per_opportunity=store.value_per_inquiry_cny,
    )
    return promotion.actions(plans, promotion.learning(campaigns, as_of=week, rules=rules), week=week)


def _customers(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    orders = money.settled(money.in_currency(tables["order"], None), rules["customers.cancelled"].value)
    risk = customers.at_risk(orders, as_of=week) if len(orders) else None
    return private_domain.actions(week, risk=risk, warnings=dependence.warnings(orders, rules))
