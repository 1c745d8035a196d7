"""All boards for 100 000 products in one go, beside a loop over the rows.

The loop is what one writes in a notebook: the reviews grouped by product once, then one product after the other, each
condition tested by hand, with verdict, reasons and gaps. On the same table its verdicts are those of the boards. It is
run on a part of the products, and its time per product counts.
"""

import time
from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import boards

DAY = date(2026, 9, 19)
PRODUCTS, LOOPED = 100_000, 2_000


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
    """Row by row: (verdict, failing, unknown, gap) of each path, each condition a (name, state, what is missing)."""
    by_product = dict(list(reviews.groupby("product_id")))
    judged = []
    for _, row in products.iterrows():
        for path, conditions in conditions_of(row, by_product.get(row["product_id"])).items():
            failing = [name for name, state, _ in conditions if state is False]
            unknown = [name for name, state, _ in conditions if state is None]
            verdict = "fail" if failing else "unknown" if unknown else "pass"
            judged.append((path, verdict, failing, unknown, [gap for _, state, gap in conditions if state is False]))
    return judged


def conditions_of(row, own):
    published = row["published_on"]
    age = None if pd.isna(published) else (pd.Timestamp(DAY) - published).days
    rts = ("rts", None if pd.isna(row["is_rts"]) else bool(row["is_rts"]), "not ready to ship")
    lowest = ("lowest price", at_most(row["event_price"], row["min_price_180d"]), "not the lowest price")
    return {
        "best_review": best_review(own),
        "hot_selling": [rts, least(row, "paid_orders_90d", 1)],
        "most_popular": [least(row, "inquiries_90d", 1)],
        "new_arrival": [
            ("new", None if age is None else 0 <= age <= 90, f"{age} days old"),
            least(row, "overseas_visitors_30d", 1),
            ("duplicate", None if pd.isna(row["is_duplicate"]) else not row["is_duplicate"], "a duplicate"),
            three_ways(row),
        ],
        "apply": [
            rts,
            lowest,
            ("discount", at_most(row["event_price"], 0.9 * row["list_price"]), "discount too small"),
            either(at_most(row["pay_rate_percentile_l2"], 0.2), at_most(row["pay_rate_percentile_leaf"], 0.2)),
        ],
        "pick": [rts, lowest, least(row, "growth_score", 60, above=True)],
    }


def best_review(own):
    """Two good reviews in 90 days; a review without stars may be a good one."""
    if own is None:
        return [("reviews", False, "2 more good reviews")]
    age = (pd.Timestamp(DAY) - own["reviewed_on"]).dt.days
    stars = own.loc[(age >= 0) & (age <= 90), "stars"]
    good, possible = (stars >= 4).sum(), ((stars >= 4) | stars.isna()).sum()
    return [("reviews", True if good >= 2 else False if possible < 2 else None, f"{2 - good} more good reviews")]


def three_ways(row):
    """One of: score and CTR, a contact, impressions and CTR."""
    impressions, clicks = row["search_impressions_30d"], row["search_clicks_30d"]
    known = not (pd.isna(impressions) or pd.isna(clicks) or (impressions == 0 and clicks > 0))
    ctr = None if not known else clicks / impressions if impressions else 0.0
    growth = both(least(row, "growth_score", 75)[1], None if ctr is None else ctr > 0.02)
    contacts = [least(row, name, 1)[1] for name in ("inquiries_30d", "tm_30d", "orders_30d")]
    seen = both(least(row, "search_impressions_30d", 20, above=True)[1], None if ctr is None else ctr >= 0.04)
    ways = [growth, *contacts, seen]
    state = True if True in ways else None if None in ways else False
    return "one of three ways", state, f"CTR {ctr}, {row['growth_score']} points, {impressions} impressions"


def least(row, name, limit, above=False):
    value = row[name]
    if pd.isna(value):
        return name, None, ""
    return name, bool(value > limit if above else value >= limit), f"{limit - value} more"


def at_most(value, limit):
    return None if pd.isna(value) or pd.isna(limit) else bool(value <= limit + 1e-9)


def either(one, other):
    state = True if True in (one, other) else None if None in (one, other) else False
    return "pay rate", state, "pay rate not in the top"


def both(one, other):
    return False if False in (one, other) else None if None in (one, other) else True


def test_the_loop_finds_the_same_verdicts():
    products, reviews = made_up(1_000)
    found = [(path, verdict) for path, verdict, *_ in loop(products, reviews)]
    out = whole(products, reviews)
    assert found == list(zip(out["path"], out["verdict"], strict=True))


def test_boards_of_100_000_products(benchmark, table):
    out = benchmark.pedantic(whole, table, rounds=3, warmup_rounds=1)
    assert len(out) == 6 * PRODUCTS
    if benchmark.enabled:
        assert benchmark.stats.stats.median < 2


def test_a_loop_over_the_rows(benchmark, table):
    products, reviews = table
    some = products.head(LOOPED)
    own = reviews[reviews["product_id"].isin(some["product_id"])]
    benchmark.pedantic(loop, (some, own), rounds=3)
    if benchmark.enabled:
        begin = time.perf_counter()
        whole(*table)
        times = benchmark.stats.stats.median / LOOPED * PRODUCTS / (time.perf_counter() - begin)
        benchmark.extra_info["times_slower_per_product"] = round(times)
        assert times > 50
