"""What a simulated day costs: its searches, bidding through it, its best in hindsight, and a whole frontier."""

import pytest

from opsbook.analysis import auction, frontier, pacing
from opsbook.analysis.auction import Market

DAYS, TARGET, BUDGET = 100, 8.0, 300.0
TARGETS = [4, 5, 6, 7, 8, 10, 12, 16]


@pytest.fixture(scope="module")
def searches():
    return auction.draw(Market(), DAYS, 1)


def noted(benchmark):
    benchmark.extra_info["ms a day"] = f"{1000 * benchmark.stats.stats.median / DAYS:.2f}"


def test_searches_of_100_days(benchmark):
    benchmark.pedantic(auction.draw, (Market(), DAYS, 1), rounds=5)
    noted(benchmark)


def test_100_days_paced(benchmark, searches):
    def paced():
        return pacing.run(Market(), searches, BUDGET, pacing.MinPacing(Market(), TARGET, DAYS))

    assert benchmark.pedantic(paced, rounds=5)["spend"].max() <= BUDGET
    noted(benchmark)


def test_hindsight_of_100_days(benchmark, searches):
    benchmark.pedantic(pacing.hindsight, (Market(), searches, BUDGET, TARGET), rounds=3)
    noted(benchmark)


def test_frontier_of_8_targets_over_200_days(benchmark):
    table = benchmark.pedantic(frontier.simulate_target_roi, (Market(), 2000, TARGETS, 1), rounds=3)
    assert len(table) == len(TARGETS)
