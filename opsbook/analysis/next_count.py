"""What the past weekly counts of a series say about the next: a negative-binomial predictive distribution.

Only special functions are imported, since whole distributions would make every batch wait.
"""

import numpy as np
from scipy import special

#: Half of the series vary from week to week by more than this beyond chance (our default; a prior, the data overrule
#: it).
EXTRA_CV = 0.5


def predictive(past: np.ndarray, level: float = 0.95, extra_cv: float = EXTRA_CV) -> dict:
    """Expected count of the next week and the range that holds it with probability `level`, from past weekly counts.

    Counts vary by chance (Poisson) and from week to week by more (extra coefficient of variation, unknown): the next
    count is negative-binomial, averaged over what the past counts say about its mean and its extra variation.
    """
    posterior = _posterior(past, extra_cv)
    weight, mean, _ = posterior
    low, high = (_quantile(tail, posterior) for tail in ((1 - level) / 2, (1 + level) / 2))
    return {"expected_value": float((weight * mean).sum()), "range_low": low, "range_high": high}


def _quantile(probability: float, posterior: tuple[np.ndarray, ...]) -> float:
    """The smallest count that is not exceeded with at least this probability."""
    below, reached = -1, 1
    while _mixture_cdf(np.array([reached]), *posterior)[0] < probability:
        below, reached = reached, 2 * reached
    while reached - below > 1:
        middle = (below + reached) // 2
        enough = _mixture_cdf(np.array([middle]), *posterior)[0] >= probability
        below, reached = (below, middle) if enough else (middle, reached)
    return float(reached)


def tail_probability(past: np.ndarray, value: float, extra_cv: float = EXTRA_CV) -> float:
    """Probability that the next count is at least as far out as `value`: twice the smaller tail, at most 1."""
    weight, mean, size = _posterior(past, extra_cv)
    at_most, below = _mixture_cdf(np.array([value, value - 1]), weight, mean, size)
    return float(min(1.0, 2 * min(at_most, 1 - below)))


def _mixture_cdf(counts: np.ndarray, weight: np.ndarray, mean: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Probability of at most so many; of a negative-binomial count it is a regularised incomplete beta function."""
    at_most = special.betainc(size, np.maximum(counts[:, None], 0) + 1, size / (size + mean))
    return np.where(counts < 0, 0.0, (weight * at_most).sum(axis=1))


def _posterior(past: np.ndarray, extra_cv: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights over a grid of (mean, size = 1 / extra CV²), given past counts; the mean has Jeffreys' prior of a
    count."""
    cv, prior = _extra_variation(extra_cv)
    centre = past.mean() + 0.5 / len(past)
    error = np.sqrt((1 / centre + cv**2) / len(past))  # of the log of the mean, for every cv
    z = np.linspace(-7, 7, 43)
    mean, size = (centre * np.exp(z * error[:, None])).ravel(), np.repeat(cv**-2.0, len(z))
    log_likelihood = _log_pmf(past[:, None], size, mean).sum(axis=0)
    log_weight = log_likelihood + 0.5 * np.log(mean) + np.repeat(np.log(prior * error), len(z))
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum(), mean, size


def _log_pmf(count: np.ndarray, size: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Log probability of a negative-binomial count with this mean and the variance mean + mean² / size."""
    ways = -special.betaln(size, count + 1) - np.log(size + count)
    return ways - size * np.log1p(mean / size) + special.xlogy(count, mean / (size + mean))


def _extra_variation(scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Grid of the extra week-to-week variation (CV) and its prior weight: half-Cauchy of this scale."""
    cv = np.geomspace(0.01, 3, 28)
    return cv, cv / (1 + (cv / scale) ** 2)
