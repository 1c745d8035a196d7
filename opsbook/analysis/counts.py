"""Counts: honest intervals of few events, whether two may be the same, and counts of what was never exported."""

import numpy as np
import pandas as pd
from scipy.special import betainc, gammaincinv


def count_interval(counts, level: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """The exact Poisson interval of a count (Garwood): the means under which so few, or so many, are not too
    unlikely.

    lower = gamma quantile((1 - level) / 2; n) (0 for n = 0), upper = quantile((1 + level) / 2; n + 1).
    Missing in, missing out.

    >>> [round(float(bound), 1) for bound in count_interval(10, 0.95)]
    [4.8, 18.4]
    """
    n = np.asarray(counts, dtype="float64")
    tail = (1 - level) / 2
    return np.where(n == 0, 0.0, gammaincinv(n, tail)), gammaincinv(n + 1, 1 - tail)


def same_mean(count0, count1) -> np.ndarray:
    """Two-sided p-value of two Poisson counts having the same mean: binomial, given their sum; NaN for an unknown
    count."""
    low, high = np.minimum(count0, count1).astype(float), np.maximum(count0, count1).astype(float)
    with np.errstate(invalid="ignore"):
        p = 2 * betainc(high, low + 1, 0.5)
    return np.where(np.isnan(low + high), np.nan, np.where(high > low, np.minimum(1, p), 1.0))


def known(table: pd.DataFrame, columns: list[str], *sources: pd.DataFrame) -> pd.DataFrame:
    """The table, its counts unknown (NaN) while all sources of them are empty: what was not exported is not 0."""
    return table if any(map(len, sources)) else table.assign(**dict.fromkeys(columns, np.nan))
