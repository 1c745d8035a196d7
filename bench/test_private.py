"""Funnel, cohorts and the model of repeat buying at size, beside a loop over persons.

The loop is timed on a sample of the persons and scaled up: run whole it takes minutes.
"""

from pathlib import Path

import lifetimes
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import customers, funnel, loyalty

PEOPLE, EVENTS, SAMPLE = 200_000, 2_000_000, 4_000
STEPS = list("ABCDEF")
WINDOW = pd.Timedelta("30D")


@pytest.fixture(scope="module")
def events():
    rng = np.random.default_rng(0)
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 90 * 86_400, EVENTS), unit="s")
    who = rng.integers(0, PEOPLE, EVENTS)
    return pd.DataFrame({"who": who, "event": rng.choice([*STEPS, "X", "Y"], EVENTS), "at": at})


def depth(events: pd.DataFrame) -> int:
    """Furthest step of one person, event by event: the plain way to write it."""
    ordered = events.sort_values("at")
    start, reached = None, 0
    for name, at in zip(ordered["event"], ordered["at"], strict=True):
        if reached < len(STEPS) and name == STEPS[reached] and (start is None or at - start <= WINDOW):
            start = at if start is None else start
            reached += 1
    return reached


def loop(events: pd.DataFrame) -> list[int]:
    reached = events.groupby("who")[["event", "at"]].apply(depth)
    return [int((reached > k).sum()) for k in range(len(STEPS))]


def test_funnel_of_two_million_events(benchmark, events):
    table = benchmark.pedantic(funnel.funnel, (events, STEPS), {"window": WINDOW}, rounds=3)
    assert benchmark.stats["min"] < 5
    few = events[events["who"] < SAMPLE]
    assert funnel.funnel(few, STEPS, window=WINDOW)["people"].tolist() == loop(few)
    assert table["people"].is_monotonic_decreasing


def test_funnel_against_a_loop(benchmark, events):
    few = events[events["who"] < SAMPLE]
    benchmark.pedantic(loop, (few,), rounds=1)
    started = pd.Timestamp.now()
    funnel.funnel(events, STEPS, window=WINDOW)
    whole = (pd.Timestamp.now() - started).total_seconds()
    ratio = benchmark.stats["min"] * PEOPLE / SAMPLE / whole
    benchmark.extra_info["times faster"] = round(ratio, 1)
    assert ratio >= 5


@pytest.mark.parametrize("options", [{"entry": "any"}, {"order": "strict"}, {"order": "any"}], ids=str)
def test_other_funnels(benchmark, events, options):
    benchmark.pedantic(funnel.funnel, (events, STEPS), {"window": WINDOW, **options}, rounds=1)
    assert benchmark.stats["min"] < 5


def test_bgnbd_of_cdnow(benchmark):
    path = Path(lifetimes.__file__).parent / "datasets" / "cdnow_customers_summary.csv"
    table = pd.read_csv(path)
    model = benchmark.pedantic(loyalty.fit_bgnbd, (table["frequency"], table["recency"], table["T"]), rounds=3)
    assert benchmark.stats["min"] < 1 and not model.degenerate


def test_cohorts_of_a_million_orders(benchmark):
    rng = np.random.default_rng(0)
    n = 1_000_000
    at = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 3 * 365 * 86_400, n), unit="s")
    ids = pd.Series(rng.integers(0, 200_000, n)).astype(str).array
    orders = pd.DataFrame({"customer_id": ids, "ordered_at": at, "amount": rng.gamma(2, 100, n)})
    table = benchmark.pedantic(customers.cohorts, (orders,), rounds=3)
    assert benchmark.stats["min"] < 3 and table[0].sum() == orders["customer_id"].nunique()
