"""A move of a slider in a store with 5 000 advertised words and a year of weeks, beside working everything out anew.

The move is what the widget does: decisions, caps, the split of the budget, sentences, the picture of one word and the
table of all words. Anew is the same after the notebook way: load the weeks, settle, add up, fit, then the same move.
"""

import time
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from opsbook.explore import adverts, keywords, slices
from opsbook.intake import warehouse as wh
from opsbook.report import charts

WORDS, WEEKS, WEEK = 5_000, 52, date(2026, 9, 19)
ENOUGH = 0.25  # seconds on a quiet machine: what feels like at once; others at work may double them


def week_of(end: date, draw: np.random.Generator) -> pd.DataFrame:
    """One week of the keyword report: many words with few clicks, bids that move a little."""
    clicks = draw.poisson(draw.gamma(0.4, 8, WORDS)).astype(float)
    bid = draw.choice([2.0, 2.2, 2.4, 2.6], WORDS)
    columns = {
        "period_kind": "week",
        "period_start": pd.Timestamp(end - timedelta(days=6)),
        "period_end": pd.Timestamp(end),
        "keyword": [f"word {number % 997} {number}" for number in range(WORDS)],
        "campaign": [f"plan {number % 9}" for number in range(WORDS)],
        "product_id": [f"{1601825000000 + number % 400}" for number in range(WORDS)],
        "impressions": clicks * 30 + 5,
        "clicks": clicks,
        "spend": np.round(clicks * bid * 0.8, 2),
        "inquiries": draw.poisson(clicks * draw.gamma(1, 0.03, WORDS)).astype(float),
        "bid": bid,
        "floor_bid": 1.0,
        "stars": 4.0,
    }
    names = wh.schema(wh.TABLES["ad_keyword"])
    return pd.DataFrame(columns).reindex(columns=list(names)).astype(names)


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> slices.Slice:
    warehouse, draw = str(tmp_path_factory.mktemp("warehouse")), np.random.default_rng(20260919)
    ends = [WEEK - timedelta(weeks=ago) for ago in range(WEEKS)]
    windows = {end: wh.window_name("week", end - timedelta(days=6), end) for end in ends}
    with wh.transaction(warehouse) as (fs, root):
        frames = {f"ad_keyword/store=big/period={name}": week_of(end, draw) for end, name in windows.items()}
        wh.commit(fs, root, "big", frames, [{"rows": WORDS * WEEKS}])
    charts.use_style("en")
    return slices.slice_of("big", WEEK, warehouse, "no such folder")


def forget() -> None:
    """What a new kernel knows: nothing."""
    kept = (slices._load, slices._book, keywords._decided, keywords._capped)
    heavy = (adverts.settled, adverts.words, adverts.posteriors, adverts.bids, adverts.response, adverts.simulated)
    for function in (*kept, *heavy):
        function.cache_clear()


def move(here: slices.Slice, values) -> str:
    """The slider of the value goes one step further, so that nothing of the last move can be used again."""
    shown = keywords.show(here, next(values), 1.1, 0.8, 20_000.0, "", "word 7 7")
    assert "failed" not in shown.html and len(shown.table) > 100 * WORDS
    return shown.code


def steps():
    return iter(np.linspace(20, 200, 10_000))


def note(benchmark, seconds: list[float]) -> None:
    benchmark.extra_info |= {"words": WORDS, "weeks": WEEKS, "processor seconds": round(float(np.median(seconds)), 3)}


def timed(function, *arguments) -> float:
    """Processor time: a busy machine does not change it."""
    begin = time.process_time()
    function(*arguments)
    return time.process_time() - begin


@pytest.mark.benchmark(group="explore: a slider is moved")
def test_a_move_over_what_is_kept(benchmark, here):
    values, seconds = steps(), []
    move(here, values)
    benchmark.pedantic(lambda: seconds.append(timed(move, here, values)), rounds=15)
    note(benchmark, seconds)
    assert min(seconds) < 2 * ENOUGH


@pytest.mark.benchmark(group="explore: a slider is moved")
def test_everything_anew(benchmark, here):
    values, seconds = steps(), []
    benchmark.pedantic(lambda: seconds.append(timed(move, here, values)), setup=forget, rounds=5)
    note(benchmark, seconds)
