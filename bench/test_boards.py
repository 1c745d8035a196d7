"""All boards for 100 000 products in one go, beside a loop over the rows.

The loop is the plain implementation that the tests compare every verdict with, as one writes it in a notebook: row by
row, each product's reviews picked from the table. Since that takes minutes it is run on few products, and its time per
product counts. It gives the verdicts alone, the boards also reasons, gaps and ranks.
"""

import runpy
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import boards

DAY = date(2026, 9, 19)
PRODUCTS, LOOPED = 100_000, 100
naive_paths = runpy.run_path(str(Path(__file__).parents[1] / "tests/analysis/test_boards.py"))["naive_paths"]


def made_up(size):
    """Products and reviews around every line that the rules draw, one value in ten missing."""
    draw = np.random.default_rng(20260919)

    def some(values):
        column = draw.choice(np.asarray(values, dtype=float), size)
        return np.where(draw.random(size) < 0.1, np.nan, column)

    def flag(share):
        return pd.array(np.where(draw.random(size) < 0.1, None, draw.random(size) < share), dtype="boolean")

    def days_ago(low, high, count):
        return pd.Timestamp(DAY) - pd.to_timedelta(draw.integers(low, high, count), unit="D")

    ids = (1_600_000_000_000 + np.arange(size)).astype(str)
    counts = ["overseas_visitors_30d", "inquiries_30d", "tm_30d", "orders_30d", "inquiries_90d", "paid_orders_90d"]
    prices = ["list_price", "event_price", "min_price_180d"]
    shares = ["pay_rate_percentile_l2", "pay_rate_percentile_leaf"]
    products = pd.DataFrame(
        {"product_id": ids, "published_on": days_ago(-3, 200, size), "is_rts": flag(0.5), "is_duplicate": flag(0.1)}
        | {"growth_score": some(range(50, 90)), "search_impressions_30d": some(range(60))}
        | {"search_clicks_30d": some(range(4))}
        | {name: some(range(3)) for name in counts}
        | {name: some(np.arange(500, 1500) / 100) for name in prices}
        | {name: some(np.arange(100) / 100) for name in shares}
    )
    stars = draw.choice([1, 2, 3, 4, 5, np.nan], 2 * size)
    reviews = pd.DataFrame(
        {"product_id": draw.choice(ids, 2 * size), "reviewed_on": days_ago(-5, 150, 2 * size), "stars": stars}
    )
    return products, reviews


@pytest.fixture(scope="module")
def table():
    return made_up(PRODUCTS)


def whole(products, reviews):
    return boards.evaluate(products, reviews, store={"is_gold": True}, as_of=DAY)


def loop(products, reviews):
    """Row by row; only the verdicts."""
    verdicts = []
    for _, row in products.iterrows():
        values = {name: None if pd.isna(row[name]) else row[name] for name in row.index}
        own = [review for _, review in reviews[reviews["product_id"] == row["product_id"]].iterrows()]
        verdicts.append(naive_paths(values, own, True, DAY))
    return verdicts


def test_boards_of_100_000_products(benchmark, table):
    out = benchmark.pedantic(whole, table, rounds=3, warmup_rounds=1)
    assert len(out) == 6 * PRODUCTS
    if benchmark.enabled:
        assert benchmark.stats.stats.median < 2


def test_a_loop_over_the_rows(benchmark, table):
    products, reviews = table
    benchmark.pedantic(loop, (products.head(LOOPED), reviews), rounds=3)
    if benchmark.enabled:
        begin = time.perf_counter()
        whole(*table)
        times = benchmark.stats.stats.median / LOOPED * PRODUCTS / (time.perf_counter() - begin)
        benchmark.extra_info["times_slower_per_product"] = round(times)
        assert times > 50
