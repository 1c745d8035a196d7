"""What every module proposes for a week, from the canonical tables: the input of the brief's action list."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from opsbook.analysis import (
    ad_words,
    assistant,
    attribution,
    bid_caps,
    bid_moves,
    bid_plan,
    bid_points,
    board_changes,
    boards,
    crm,
    customers,
    dependence,
    diagnosis,
    elasticity,
    history,
    keywords,
    lifecycle,
    near_misses,
    private_domain,
    products,
    promotion,
    quadrants,
    rates,
    removal,
    segments,
    showcase,
    sources,
    stages,
    traffic,
    word_buyers,
    words,
)
from opsbook.analysis.rules import RuleSet

Tables = Mapping[str, pd.DataFrame]

#: Weeks of advertising whose clicks are judged together: those of one week are too few (our default, as on the
#: keyword page).
KEYWORD_WEEKS = 8

#: Weeks of products and plans that are judged together (our default).
JUDGED_WEEKS = 4


def gather(tables: Tables, store: Any, week: date, rules: RuleSet) -> list[pd.DataFrame]:
    """The proposals of every module for the week that ends on `week`: one DataFrame with `brief.ACTION_COLUMNS` each.

    `tables`: canonical tables by name, several weeks of them; an empty one proposes nothing. `store`: the store's own
    settings (margin, value of an inquiry, exchange rate, membership ...), each of which may be unknown (None).
    """
    tables = _adverts_in_yuan(tables, week)
    modules = (_traffic, _keywords, _diagnosis, _boards, _products, _quadrants, _removal, _promotion, _customers)
    found = [module(tables, store, week, rules) for module in modules]
    # The data of a week come out after its end: what had to be done within it is too late.
    return [frame[pd.to_datetime(frame["due"]) > pd.Timestamp(week)] for frame in found]


def _traffic(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    visits = segments.from_visits(tables["visitor"], week)
    by_country = segments.fruitless(visits, by="country", exclude_cn=store.exclude_china)
    return traffic.propose(traffic.weekly_change(tables["channel_traffic"], week), by_country, week)


def _keywords(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    """Words to pause and add, the plan of bids, and the traffic of the wrong buyers, where words bring them."""
    rows, totals, value, decided = _decided(tables, store, week, rules)
    own, (people, limits) = sources.window(tables["own_keyword"], week), _people(tables, week, rules)
    fresh = words.new_industry_words(tables["industry_keyword"], own, week)
    texts = history.product_texts(tables["product_profile"], tables["product_performance"])
    asked = words.asked_by(own, people, texts, limits["general_words"])
    new = words.candidates(asked, tables["ad_keyword"], fresh, brand_words=store.brand_words, rules=rules)
    buyers = word_buyers.browsers(people, decided, limits, rules["keywords.buyer_gap"].value)
    wrong = word_buyers.propose(word_buyers.summary(buyers, people, limits), week)
    changed = keywords.actions(decided, new, week=week, weeks=ad_words.weeks_covered(rows))
    plan = _bids(tables, store, rows, totals, decided, value, rules)
    parts = [wrong, bid_moves.instead(changed, plan), bid_moves.actions(plan, week=week)]
    return pd.concat([part for part in parts if len(part)] or [changed], ignore_index=True)


def _bids(tables: Tables, store: Any, rows, totals, decided, value, rules: RuleSet) -> pd.DataFrame:
    """Next week's bids and budgets (`bid_plan.plan`), from the rows, totals and value behind the decisions."""
    posterior = rates.shrink(totals["inquiries"], totals["mature_clicks"], totals.get("group"))
    wanted, weeks = bid_caps.value_target(store.target_roi, store.gross_margin), ad_words.weeks_covered(rows)
    bids = bid_caps.current_bids(tables["ad_keyword"])
    worth = bid_caps.caps(decided, posterior, value, bids, weeks=weeks, target_roi=wanted, rules=rules)
    response = elasticity.pooled(elasticity.panel(rows), rules=rules)
    hulls = bid_points.hulls(bid_points.complete(tables["bid_point"]))
    return bid_plan.plan(worth, hulls, response, target_roi=wanted, rules=rules)


def decided_keywords(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    """What to do with every advertised word (`keywords.decide`), over the settled days of the last `KEYWORD_WEEKS`."""
    return _decided(_adverts_in_yuan(tables, week), store, week, rules)[-1]


def keyword_summary(tables: Tables, store: Any, week: date, rules: RuleSet) -> list[dict]:
    """What the words of `decided_keywords` cost and brought, with the weeks that this is about (`keywords.summary`)."""
    rows, *_, decided = _decided(_adverts_in_yuan(tables, week), store, week, rules)
    return keywords.summary(decided, ad_words.weeks_covered(rows))


def _decided(tables: Tables, store: Any, week: date, rules: RuleSet) -> tuple:
    """The settled rows of the words, their totals, what an inquiry is worth, and what is decided from these."""
    rows = _keyword_rows(tables, week, rules)
    totals, value = ad_words.totals(rows, rules=rules), inquiry_value(tables, store, week, attribution.measure(rows))
    return rows, totals, value, keywords.decide(totals, value)


def _adverts_in_yuan(tables: Tables, week: date) -> dict[str, pd.DataFrame]:
    """The tables, the keyword report being that of the last `KEYWORD_WEEKS`, without its spend where it is in fen."""
    words, plans = (_last(tables[name], week, KEYWORD_WEEKS) for name in ("ad_keyword", "ad_campaign"))
    return dict(tables) | {"ad_keyword": attribution.in_yuan(words, attribution.spend_unit(words, plans))}


def _keyword_rows(tables: Tables, week: date, rules: RuleSet) -> pd.DataFrame:
    return ad_words.settled(tables["ad_keyword"], tables["product_performance"], data_up_to=week, rules=rules)


def _people(tables: Tables, week: date, rules: RuleSet) -> tuple[pd.DataFrame, dict]:
    """The visits of the last weeks with what is known of each buyer, and the limits of the diagnosis."""
    limits = diagnosis.limits_of(rules)
    visits = history.recent(tables["visitor"], week, limits["weeks"])
    return diagnosis.encounters(dict(tables), {"visitor": visits}, limits), limits


def inquiry_value(tables: Tables, store: Any, week: date, counted: str = "inquiries") -> float | np.ndarray:
    """What an inquiry is worth to the store (CNY): as stated, or else estimated, else missing.

    The estimate is `attribution.estimate_value` over the weeks of the keyword report; `counted`: what the words bring,
    `inquiries` or `opportunities`.
    """
    return attribution.estimate_value(
        tables["order"],
        _last(tables["store_kpi"], week, KEYWORD_WEEKS),
        stated=store.value_per_inquiry_cny,
        margin=store.gross_margin,
        cny_per_usd=store.cny_per_usd,
        counted=counted,
    )


def _diagnosis(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    value = inquiry_value(tables, store, week, attribution.measure(_keyword_rows(tables, week, rules)))
    found = diagnosis.diagnose(dict(tables), week=week, rules=rules, value_per_inquiry=value)
    return diagnosis.actions(found, week=week)


def _last(table: pd.DataFrame, week: date, weeks: int) -> pd.DataFrame:
    """The natural weeks up to `week`, so many of them."""
    rows = table[sources.weekly(table)]
    ends = pd.to_datetime(rows["period_end"])
    return rows[(ends <= pd.Timestamp(week)) & (ends > pd.Timestamp(week) - pd.Timedelta(weeks=weeks))]


def _boards(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    joined = boards.join(tables["product_profile"], sources.window(tables["product_performance"], week))
    given = (joined, assistant.delivered(tables["review"]), assistant.delivered(tables["price"]))
    settings = {"store": store, "as_of": week, "rules": rules}
    visits = near_misses.board_visitors(sources.channel_table(tables["channel_traffic"], week))
    near = near_misses.near_misses(*given, **settings, board_visitors=visits)
    soon = board_changes.leaving(*given, **settings)
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
    recent = _last(tables["product_performance"], week, JUDGED_WEEKS)
    scores = tables["product_profile"].drop_duplicates("product_id").set_index("product_id")["growth_score"]
    rows = quadrants.pooled(recent)
    rows = rows.assign(growth_score=rows["product_id"].map(scores))
    classified = quadrants.classify(rows)
    good = quadrants.promising(classified, rows, rules=rules)
    return quadrants.actions(classified, good, week=week, rules=rules, weeks=recent["period_end"].nunique())


def _removal(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    performance, profile = tables["product_performance"], tables["product_profile"]
    zero = removal.zero_effect(sources.window(performance, week), profile)
    history = performance[sources.weekly(performance)]
    return removal.actions(removal.review(zero, profile, history, as_of=week, rules=rules), week=week)


def _promotion(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    campaigns = tables["ad_campaign"]
    recent = _last(campaigns, week, JUDGED_WEEKS)
    whole = recent[promotion.whole_site(recent["plan_type"]).fillna(False).astype(bool)]
    plans = promotion.plans(
        whole,
        cny_per_usd=store.cny_per_usd,
        margin=store.gross_margin,
        value_per_opportunity=store.value_per_inquiry_cny,
    )
    return promotion.actions(plans, promotion.learning(campaigns, as_of=week, rules=rules), week=week)


def _customers(tables: Tables, store: Any, week: date, rules: RuleSet) -> pd.DataFrame:
    """Leaks between inquiry and quote, silent customers, what the business hangs on: as the private page has them."""
    person, _ = crm.persons(
        tables["customer"], rules["customers.generic_mailboxes"].value, rules["customers.largest_key"].value
    )
    orders = crm.orders_usd(tables["order"], rules["customers.cancelled"].value, store.cny_per_usd)
    orders, touches = crm.one_id(orders, person), crm.one_id(tables["touch"], person)
    leaks = stages.leaks_over_time(
        crm.events(touches, orders),
        ["inquiry", "quote"],
        window=f"{rules['funnel.window_inquiry_quote'].value}D",
        as_of=week,
        level=rules["funnel.leak_level"].value,
    )
    risk, warnings = customers.at_risk(orders, as_of=week), dependence.warnings(orders, rules)
    return private_domain.actions(week, leaks=leaks, by="period", risk=risk, warnings=warnings)
