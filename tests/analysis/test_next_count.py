import numpy as np
import pytest
from scipy import stats

from opsbook.analysis import next_count


def test_tails_agree_with_a_plain_sum_over_a_wide_grid():
    past = np.array([4, 6, 5, 11, 3, 5, 6, 2])
    mean, cv = np.meshgrid(np.geomspace(0.05, 500, 500), np.linspace(0.01, 3, 300))
    size = cv**-2.0
    # Jeffreys' prior of a count's mean, half-Cauchy prior of the extra variation; the grid is even in log(mean)
    weight = (
        mean**0.5
        / (1 + (cv / 0.5) ** 2)
        * np.prod([stats.nbinom.pmf(x, size, size / (size + mean)) for x in past], axis=0)
    )
    for value in (0, 3, 15, 25):
        at_most, below = ((weight * stats.nbinom.cdf(x, size, size / (size + mean))).sum() for x in (value, value - 1))
        exact = 2 * min(at_most, weight.sum() - below) / weight.sum()
        assert next_count.tail_probability(past, value) == pytest.approx(min(1, exact), rel=0.03)


def test_range_holds_what_it_says():
    past = np.array([120.0, 100, 90, 110, 130, 95, 105, 100])
    found = next_count.predictive(past)
    low, high = found["range_low"], found["range_high"]
    assert next_count.tail_probability(past, low - 1) < 0.05 <= next_count.tail_probability(past, low)
    assert next_count.tail_probability(past, high + 1) < 0.05 <= next_count.tail_probability(past, high)
    assert next_count.predictive(np.zeros(8))["range_low"] == 0


def test_probabilities_are_those_of_the_negative_binomial():
    count, mean, size = (part.ravel() for part in np.meshgrid([0, 1, 7, 300, 20_000], [0.2, 9, 3e4], [0.11, 3, 1e4]))
    law = stats.nbinom(size, size / (size + mean))
    assert next_count._log_pmf(count, size, mean) == pytest.approx(law.logpmf(count), rel=1e-8, abs=1e-8)
    at_most = [next_count._mixture_cdf(np.array([k]), 1.0, m, s)[0] for k, m, s in zip(count, mean, size, strict=True)]
    assert at_most == pytest.approx(law.cdf(count), rel=1e-8, abs=1e-12)
    assert next_count._mixture_cdf(np.array([-1.0]), 1.0, 9.0, 3.0)[0] == 0
