"""Shares of counts with honest intervals."""

import numpy as np
from scipy.stats import norm


def wilson(successes, trials, level: float = 0.95):
    """Wilson interval of a share: the range of true shares that the counts do not contradict at the level.

    (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n) with p = successes / trials. Works on numbers and arrays and
    returns (lower, upper) as arrays. No trials, or an unknown count, gives NaN. Source: Wilson 1927, J. Am. Stat.
    Assoc. 22.

    >>> lower, upper = wilson(8, 10)
    >>> round(float(lower), 4), round(float(upper), 4)
    (0.4902, 0.9433)
    """
    k, n = (np.asarray(value, dtype=float) for value in (successes, trials))
    z = norm.ppf((1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        centre, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        lower, upper = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    # At 0 of n and n of n the bound is 0 and 1 exactly; rounding may leave it a hair outside.
    return np.clip(lower, 0, p), np.clip(upper, p, 1)
