"""A budget split over ten thousand words; over fewer words beside scipy and a loop that gives out yuan by yuan."""

import heapq
import time

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from opsbook.analysis import bidding

ROWS, SMALL, STEPS = 10_000, 200, 20_000


def problem(rows: int) -> tuple[pd.DataFrame, float, pd.Series, pd.Series]:
    rng = np.random.default_rng(20260919)
    spend = rng.lognormal(3, 1, rows)
    curves = pd.DataFrame(
        {
            "keyword": [f"word {number}" for number in range(rows)],
            "value_per_click": rng.lognormal(1, 0.8, rows),
            "ceiling": rng.lognormal(3, 1, rows),
            "half": rng.lognormal(4, 1, rows),
        }
    )
    return curves, float(spend.sum()), pd.Series(0.7 * spend), pd.Series(1.3 * spend)


def with_scipy(curves: pd.DataFrame, budget: float, lower: pd.Series, upper: pd.Series) -> float:
    value, ceiling, half = (curves[name].to_numpy() for name in ("value_per_click", "ceiling", "half"))
    found = minimize(
        lambda spend: -(value * ceiling * spend / (spend + half)).sum(),
        lower + (upper - lower) * (budget - lower.sum()) / (upper - lower).sum(),
        jac=lambda spend: -value * ceiling * half / (spend + half) ** 2,
        bounds=list(zip(lower, upper, strict=True)),
        constraints={"type": "eq", "fun": lambda spend: spend.sum() - budget, "jac": np.ones_like},
        method="SLSQP",
        options={"ftol": 1e-9, "maxiter": 300},
    )
    return -found.fun


def yuan_by_yuan(curves: pd.DataFrame, budget: float, lower: pd.Series, upper: pd.Series) -> float:
    """The next piece always goes to the word where it brings most."""
    value, ceiling, half = (curves[name].tolist() for name in ("value_per_click", "ceiling", "half"))
    spend, most, rest = lower.tolist(), upper.tolist(), budget - lower.sum()
    piece = rest / STEPS
    words = [(-value[at] * ceiling[at] * half[at] / (spend[at] + half[at]) ** 2, at) for at in range(len(spend))]
    heapq.heapify(words)
    while rest > 1e-9 * budget:
        at = heapq.heappop(words)[1]
        taken = min(piece, most[at] - spend[at], rest)
        spend[at], rest = spend[at] + taken, rest - taken
        if spend[at] < most[at]:
            heapq.heappush(words, (-value[at] * ceiling[at] * half[at] / (spend[at] + half[at]) ** 2, at))
    return sum(v * c * s / (s + h) for v, c, s, h in zip(value, ceiling, spend, half, strict=True))


def cpu_seconds(function, *arguments) -> tuple:
    """The result and the processor time: a busy machine does not change who is faster."""
    begin = time.process_time()
    result = function(*arguments)
    return result, time.process_time() - begin


def allocate(curves: pd.DataFrame, budget: float, lower: pd.Series, upper: pd.Series) -> float:
    return bidding.allocate_budget(curves, budget, lower=lower, upper=upper)["value"].sum()


@pytest.mark.benchmark(group="split a budget")
def test_ten_thousand_words(benchmark):
    value, seconds = benchmark.pedantic(cpu_seconds, args=(allocate, *problem(ROWS)), rounds=5, iterations=1)
    benchmark.extra_info |= {"words": ROWS, "cpu_seconds": round(seconds, 4)}
    assert value > 0 and seconds < 1


@pytest.mark.benchmark(group="split a budget")
@pytest.mark.parametrize("other", [with_scipy, yuan_by_yuan])
def test_others_with_200_words(benchmark, other):
    value, seconds = benchmark.pedantic(cpu_seconds, args=(other, *problem(SMALL)), rounds=1, iterations=1)
    ours, least = min((cpu_seconds(allocate, *problem(SMALL)) for _ in range(5)), key=lambda done: done[1])
    noted = {"words": SMALL, "value against ours": f"{value / ours:.6f}", "times slower": round(seconds / least, 1)}
    benchmark.extra_info |= noted
    assert value <= ours * (1 + 1e-9) and value >= ours * 0.999
    assert seconds > 2 * least
