import numpy as np
import pytest
from scipy.stats import poisson

from opsbook.analysis.counts import count_interval


@pytest.mark.parametrize("count", [0, 1, 2, 10, 400])
def test_interval_of_a_count_is_the_exact_one(count):
    lower, upper = count_interval(count, 0.95)
    assert poisson.cdf(count, upper) == pytest.approx(0.025)
    assert poisson.sf(count - 1, lower) == pytest.approx(0.025) if count else lower == 0


def test_interval_of_a_missing_count_is_missing():
    assert np.isnan(count_interval([np.nan, 3])).tolist() == [[True, False], [True, False]]
