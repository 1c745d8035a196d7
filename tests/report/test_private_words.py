"""Every message of funnels, customers and dependence finds its words, with the numbers that it really carries."""

from datetime import date
from string import Formatter

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import (
    acquisition,
    audience,
    crm,
    dependence,
    leads,
    lifetime,
    money,
    pools,
    private_domain,
    rules,
    stages,
    timeline,
)
from opsbook.analysis import customers as customers_table
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES, customers, funnel

RULES = rules.load(date(2026, 9, 19))
WEEK = date(2026, 9, 19)


def orders(repeats, days=700):
    """Customers with so many orders each, over so many days."""
    rng = np.random.default_rng(0)
    rows = [(str(i), day, 10.0 + i % 7) for i, n in enumerate(repeats) for day in rng.choice(days, n, replace=False)]
    table = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return table.assign(ordered_at=pd.Timestamp("2024-01-01") + pd.to_timedelta(table["day"], unit="D"))


def dying(seed, worth=0.0):
    """Customers who buy at a rate of their own until they stay away; `worth`: how much more the frequent ones spend."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(500):
        days = np.cumsum(
            np.append(
                rng.uniform(0, 500), rng.exponential(1 / rng.gamma(1, 0.03), rng.geometric(rng.beta(0.8, 2.4)) - 1)
            )
        )
        value = rng.gamma(5, 20) * len(days) ** worth
        rows += [(str(i), int(day), value * rng.gamma(20, 0.05)) for day in days[days < 700]]
    table = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return table.assign(ordered_at=pd.Timestamp("2024-01-01") + pd.to_timedelta(table["day"], unit="D"))


def funnel_of(**channels):
    rows = [(channel, step, n) for channel, counts in channels.items() for step, n in zip("AB", counts, strict=True)]
    return stages.leaks(pd.DataFrame(rows, columns=["channel", "step", "people"]), "channel")


def people(count):
    return pd.DataFrame({"customer_id": range(count), "email": [f"p{i}@w.com" for i in range(count)], "consent": True})


def weeks(spend, sold):
    return pd.DataFrame({"period_end": range(len(spend)), "spend": spend, "orders": sold})


def pool(**numbers):
    rows = [(name, stage, *rest) for name, (stage, *rest) in numbers.items()]
    table = pd.DataFrame(rows, columns=["pool", "stage", "active", "sales_usd", "visitors"])
    return dependence.main_pool(dependence.distribution(table), RULES)


def messages():
    leaking = funnel_of(ads=(200, 20), mail=(200, 100))
    yield from stages.leak_messages(leaking, "channel")
    yield from stages.leak_messages(funnel_of(ads=(200, 90), mail=(200, 100)), "channel")
    yield from stages.leak_messages(funnel_of(ads=(2, 1), mail=(2, 1)), "channel")
    calm = funnel_of(ads=(200, 90), mail=(200, 100)).rename(columns={"channel": "country"})
    yield from stages.leak_messages(calm, "country")
    yield from stages.leak_messages(calm.rename(columns={"country": "period"}), "period")
    for period in ("recent", "earlier"):
        rows = pd.DataFrame({"period": sorted(["recent", "earlier"] * 2), "step": list("ABAB")})
        worse = [(100, 20) if name == period else (200, 150) for name in ("earlier", "recent")]
        yield from stages.leak_messages(stages.leaks(rows.assign(people=np.ravel(worse)), "period"), "period")
    pool_table = pd.DataFrame(
        {"pool": ["a", "b", "c"], "registered": [5, 5, None], "active": [9, 1, 1], "reachable": 1}
    )
    yield from pools.identity(pool_table)["message"]
    for ratio in (0.1, 0.3, 0.6, np.nan):
        yield pools.stickiness_message(pd.DataFrame({"indicator": ["DAU/MAU"], "ratio": [ratio]}), RULES)
    for table in (
        orders([1] * 400 + [3] * 200),
        orders([1]),
        orders([4] * 9, days=60),
        orders([20] * 400),
        dying(1),
        dying(2, worth=1),
    ):
        yield from lifetime.gate(table)["message"]
    yield money.repeated_rows(orders([1]))
    yield from (lifetime.gate_message(pd.DataFrame({"verdict": [verdict]})) for verdict in ("pass", "fail"))
    euro = orders([1]).assign(currency="EUR", status="done")
    yield crm.unknown_amounts(crm.orders_usd(euro, [], 7.0))
    yield customers_table.risk_message(pd.DataFrame({"at_risk": [True, False], "rhythm": "own"}))
    yield acquisition.share_message(pd.DataFrame({"touch": ["first", "last"], "share": 0.5}))
    sides = pd.DataFrame({"side": ["private", "public"], "cost": [3.0, 4.0], "per_customer": [1.0, 2.0]})
    for kept in (pd.Index(["a"]), pd.Index([])):
        yield acquisition.loaded_message(sides, pd.DataFrame({"side": ["public"]}, index=["a"]), kept)
    for probability in ([0.9] * 20 + [0.1] * 80, [0.1] * 20 + [0.9] * 80):
        yield leads.model_message(pd.DataFrame({"won": [True] * 20 + [False] * 80, "probability": probability}))
    touched = pd.DataFrame({"customer_id": ["a"], "at": [pd.Timestamp(WEEK)], "channel": "x", "kind": "visit"})
    no_orders = orders([1])[:0].assign(platform="ali")
    yield timeline.message(timeline.timeline(touched.assign(direction="in"), no_orders, "a"))
    ways = pd.DataFrame({"customer_id": ["0", "1"], "platform": "own contact", "reachable": [True, None]})
    for known in (ways, ways[:1], ways[:0]):
        yield dependence.reachable_message(orders([1, 1]).assign(platform="ali"), known)
    yield dependence.reachable_message(no_orders, ways)
    for count in (3, 150, 5000):
        yield from audience.size_checks(people(count), "google", RULES)
    yield leads.ready_for_model(500, 90, RULES)
    yield leads.ready_for_model(5, 0, RULES)
    heavy = orders([9, 1]).assign(platform="Alibaba.com")
    risk = pd.DataFrame({"days_since": [90], "gaps": 5, "limit": 20.0, "rhythm": "own", "at_risk": True}, index=["c"])
    warnings = dependence.warnings(heavy, RULES)
    proposals = private_domain.actions(WEEK, leaks=leaking, risk=risk, warnings=warnings)
    yield from [*proposals["action"], *proposals["evidence"]]
    held = [(9, 9, 9), (9, 9, 9), (9, 9, 9), (9, 9, 9)]
    found = [pool(**{f"p{stage}": (stage, *held[stage - 1])}) for stage in (1, 2, 3, 4)]
    found += [pool(a=(1, 19, 1, 1), b=(2, 19, 1, 1), c=(3, 62, 0, 1)), pool(a=(1, np.nan, 1, 1))]
    found += [pool(a=(2, 9, 9, np.nan)), pool(a=(2, 9, np.nan, 9)), pool(a=(3, 10, 9, 9), b=(4, 1, 0, 0))]
    for each in found:
        yield from [each, *dependence.block_messages(each)]
    falling = list(range(12, 0, -1))
    for spend, sold in ((falling, 60), (falling[::-1], 60), (falling, 1), (falling[:3], 60)):
        yield dependence.platform_release(weeks(spend, [sold] * len(spend)), RULES)
    yield dependence.platform_release(weeks(falling, [60] * 6 + [20] * 6), RULES)
    yield dependence.self_operated_note(RULES)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_message_finds_its_words(lang):
    for message in messages():
        text = translate(MESSAGES[message["id"]], lang).format(**message)
        assert text and "{" not in text and "nan" not in text, message


def test_every_wording_is_said_by_someone():
    said = {message["id"] for message in messages()}
    worded = {id for topic in (funnel, customers) for id in topic.MESSAGES if ".chart_" not in id}
    rare = {"customers.gate_ranking_fail", "customers.gate_total_fail"}
    assert worded - said <= rare
    assert said <= worded


@pytest.mark.parametrize("topic", [funnel, customers])
def test_translations_carry_the_same_numbers(topic):
    for text in topic.MESSAGES.values():
        fields = [{name for _, name, _, _ in Formatter().parse(each) if name} for each in (text, translate(text, "zh"))]
        assert fields[0] == fields[1] and translate(text, "zh") != text
