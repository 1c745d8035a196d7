import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, poisson

from opsbook.analysis.counts import count_interval, known, same_mean


@pytest.mark.parametrize("count", [0, 1, 2, 10, 400])
def test_interval_of_a_count_is_the_exact_one(count):
    lower, upper = count_interval(count, 0.95)
    assert poisson.cdf(count, upper) == pytest.approx(0.025)
    assert poisson.sf(count - 1, lower) == pytest.approx(0.025) if count else lower == 0


def test_interval_of_a_missing_count_is_missing():
    assert np.isnan(count_interval([np.nan, 3])).tolist() == [[True, False], [True, False]]


def test_equal_means_by_the_binomial_distribution():
    assert same_mean(10, 24) == pytest.approx(2 * binom.cdf(10, 34, 0.5))
    assert same_mean(24, 10) == pytest.approx(2 * binom.cdf(10, 34, 0.5))
    assert same_mean([0, 7, np.nan], [0, 7, 3])[:2].tolist() == [1, 1]
    assert np.isnan(same_mean(np.nan, 3))


def test_counts_of_what_was_never_exported_are_unknown():
    table, none, one = pd.DataFrame({"step": ["deal"], "people": [0]}), pd.DataFrame(), pd.DataFrame({"id": [1]})
    assert known(table, ["people"], none, one)["people"].tolist() == [0]
    assert known(table, ["people"], none, none)["people"].isna().all()
    assert table["people"].tolist() == [0]
