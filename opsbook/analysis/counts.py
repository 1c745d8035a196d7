"""Counts of rare events with honest intervals."""

import numpy as np
from scipy.stats import chi2


def count_interval(counts, level: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """The exact Poisson interval of a count (Garwood): the means under which so few, or so many, are not too
    unlikely.

    lower = chi-square quantile((1 - level) / 2; 2n) / 2 (0 for n = 0), upper = quantile((1 + level) / 2; 2n + 2) / 2.
    Missing in, missing out.

    >>> [round(float(bound), 1) for bound in count_interval(10, 0.95)]
    [4.8, 18.4]
    """
    n = np.asarray(counts, dtype="float64")
    tail = (1 - level) / 2
    lower = np.where(n > 0, chi2.ppf(tail, np.maximum(2 * n, 1e-9)) / 2, np.where(np.isnan(n), np.nan, 0.0))
    return lower, chi2.ppf(1 - tail, 2 * n + 2) / 2
