import numpy as np
import pytest
from scipy.stats import binomtest

from opsbook.analysis.proportions import wilson


@pytest.mark.parametrize("successes, trials", [(0, 1), (1, 1), (0, 20), (7, 20), (20, 20), (470, 1500)])
def test_agrees_with_scipy(successes, trials):
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert wilson(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_no_trials_and_unknown_counts_give_no_interval():
    lower, upper = wilson([0, np.nan, 1], [0, 5, np.nan])
    assert np.isnan(lower).all() and np.isnan(upper).all()


def test_holds_the_share_at_both_ends():
    lower, upper = wilson([0, 9], [9, 9])
    assert lower[0] == 0 and upper[1] == 1 and upper[0] < 1 and lower[1] > 0
