"""One million keywords, shrunken and decided on: all at once, and row by row with scipy."""

import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from opsbook.analysis import keywords, rates

ROWS = 1_000_000
LOOP_ROWS = 2_000
VALUE = 60.0


@pytest.fixture(scope="module")
def words() -> pd.DataFrame:
    rng = np.random.default_rng(20260919)
    clicks = np.floor(rng.lognormal(2, 1.6, ROWS))
    return pd.DataFrame(
        {
            "keyword": [f"word {number % 997} {number}" for number in range(ROWS)],
            "group": rng.integers(0, 50, ROWS),
            "impressions": clicks * 30,
            "clicks": clicks,
            "spend": np.round(clicks * rng.lognormal(0, 0.5, ROWS), 2),
            "inquiries": rng.poisson(clicks * rng.gamma(1, 0.03, ROWS)),
        }
    )


def shrink_and_decide(words: pd.DataFrame) -> pd.DataFrame:
    rates.shrink(words["inquiries"], words["clicks"], words["group"])
    return keywords.decide(words, VALUE)


def row_by_row(words: pd.DataFrame, prior: pd.DataFrame, confidence: float = 0.8) -> list[dict]:
    """The same numbers from scipy distributions, one word at a time; the prior is given, only its use is timed."""
    decided = []
    for word, shape, worth in zip(words.to_dict("records"), prior["alpha"], prior["beta"], strict=True):
        law = gamma(shape + word["inquiries"], scale=1 / (worth + word["clicks"]))
        limit = word["spend"] / word["clicks"] / VALUE if word["clicks"] else np.nan
        loss, gain = law.cdf(limit), law.sf(1.2 * limit)
        needed = gamma.ppf(confidence, shape + word["inquiries"]) / limit - worth - word["clicks"] if limit else np.nan
        decision = "pause" if loss > confidence else "raise" if gain > confidence else "keep"
        decided.append({"rate": law.mean(), "bounds": law.ppf([0.05, 0.95]), "loss": loss, "gain": gain,
                        "needed": needed, "decision": decision})  # fmt: skip
    return decided


def cpu_seconds(function, *arguments) -> tuple:
    """The result and the processor time: a busy machine does not change who is faster."""
    begin = time.process_time()
    result = function(*arguments)
    return result, time.process_time() - begin


@pytest.mark.benchmark(group="shrink and decide")
def test_a_million_keywords_at_once(benchmark, words):
    decided, seconds = benchmark.pedantic(cpu_seconds, args=(shrink_and_decide, words), rounds=1, iterations=1)
    benchmark.extra_info |= {"rows": ROWS, "cpu_seconds": seconds}
    assert len(decided) == ROWS
    assert seconds < 10


@pytest.mark.benchmark(group="shrink and decide")
def test_row_by_row_with_scipy(benchmark, words):
    part = words.head(LOOP_ROWS)
    posterior = rates.shrink(words["inquiries"], words["clicks"], words["group"]).head(LOOP_ROWS)
    prior = posterior.assign(alpha=posterior["alpha"] - part["inquiries"], beta=posterior["prior_exposure"])
    looped, seconds = benchmark.pedantic(cpu_seconds, args=(row_by_row, part, prior), rounds=1, iterations=1)
    decided, at_once = cpu_seconds(shrink_and_decide, words)
    ratio = (seconds / LOOP_ROWS) / (at_once / ROWS)
    benchmark.extra_info |= {"rows": LOOP_ROWS, "cpu_seconds": seconds, "times_slower_per_row": ratio}
    np.testing.assert_allclose([row["loss"] for row in looped], decided["prob_loss"].head(LOOP_ROWS), rtol=1e-6)
    assert ratio >= 20
