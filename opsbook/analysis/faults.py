"""Which product, which word: rates of crossed causes, and the chance that one of them is at fault."""

import numpy as np
import pandas as pd
from scipy.special import expit, gammaincinv, logit, logsumexp, xlogy
from scipy.stats import nbinom, poisson

_NODES = 64  # equally likely factors that stand for each hypothesis


def crossed(cells: pd.DataFrame, rounds: int = 3, worth: float = 8.0) -> pd.DataFrame:
    """What each product x word cell would have brought, had its product (or its word) been as good as the others.

    Inquiries of a cell are Poisson with mean clicks x store rate x product factor x word factor. A factor is judged
    without the cells of the row it is used for: `expected_of_product` uses the word's factor from its *other*
    products, `expected_of_word` the product's factor from its *other* words; so a product that only got poor words is
    not blamed, and the reverse (Simpson's reversal). A factor without other cells is unknown and taken as 1; such
    clicks are not `shared_product` / `shared_word`. `cells`: `product_id, keyword, clicks, inquiries`, one row per
    cell. `worth`: events that "an average factor" is worth.
    """
    clicks, events = cells["clicks"].to_numpy(dtype=float), cells["inquiries"].to_numpy(dtype=float)
    product, word = (pd.factorize(cells[column])[0] for column in ("product_id", "keyword"))
    base = clicks * (events.sum() / clicks.sum() if clicks.sum() else 0)
    by_word = by_product = np.ones(len(cells))
    for _ in range(rounds):
        by_word, by_product = (
            _factor_elsewhere(word, events, base * by_product, worth),
            _factor_elsewhere(product, events, base * by_word, worth),
        )
    return cells.assign(
        expected_of_product=base * by_word,
        expected_of_word=base * by_product,
        shared_product=np.where(_elsewhere(word, clicks) > 0, clicks, 0.0),
        shared_word=np.where(_elsewhere(product, clicks) > 0, clicks, 0.0),
    )


def _elsewhere(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum over the other cells of the same group."""
    return np.bincount(group, values)[group] - values if len(group) else values


def _factor_elsewhere(group, events, expected, worth: float) -> np.ndarray:
    return (_elsewhere(group, events) + worth) / (_elsewhere(group, expected) + worth)


def spread(events: pd.Series, expected: pd.Series, bounds: tuple[float, float]) -> float:
    """How alike healthy rows are: the events that "as the others" is worth, the shape of the spread of factors.

    The likeliest of the values between `bounds` (our default: factors of healthy rows differ by 20 to 32 %), negative
    binomial, without the row that falls short most, so that a culprit does not widen the range that excuses it.
    """
    x, e = (values.to_numpy(dtype=float)[(expected > 0) & events.notna()] for values in (events, expected))
    keep = np.arange(len(x)) != (poisson.cdf(x, e).argmin() if len(x) else -1)
    grid = np.geomspace(*bounds, 12)[:, None]
    return float(grid[nbinom.logpmf(x[keep], grid, grid / (grid + e[keep])).sum(axis=1).argmax(), 0])


def evidence(events, expected, left_out, missed, usual, alike: float, ratio: float) -> np.ndarray:
    """Log of how much likelier the counts of a row are when it is at fault than when it is healthy.

    One factor stands behind both counts, how well the row does beside its sisters: events are Poisson with mean
    `expected` x factor, and eager buyers write to us with chance (1 - `usual`) x factor, so misses are binomial.
    Healthy: the factor is Gamma(`alike`, `alike`) around 1. At fault: anything between 0 and `ratio` is as likely.
    Without eager buyers (0 of 0) the events decide alone.
    """
    counts = [np.asarray(values, dtype=float)[..., None] for values in (events, expected, left_out, missed, usual)]
    share = (np.arange(_NODES) + 0.5) / _NODES
    return _log_likelihood(ratio * share, *counts) - _log_likelihood(gammaincinv(alike, share) / alike, *counts)


def _log_likelihood(factor: np.ndarray, events, expected, left_out, missed, usual) -> np.ndarray:
    """Log of the mean likelihood over equally likely factors; constants of the counts are left out."""
    mean = np.maximum(expected * factor, 1e-9)
    lost = np.clip(1 - (1 - usual) * factor, 1e-3, 1)
    terms = xlogy(events, mean) - mean + xlogy(missed, lost) + xlogy(left_out - missed, np.maximum(1 - lost, 1e-9))
    return logsumexp(terms, axis=-1) - np.log(_NODES)


def probability(log_evidence, prior) -> np.ndarray:
    """Chance that a row is at fault, from the log of its evidence and the chance before any data."""
    return expit(np.asarray(log_evidence, dtype=float) + logit(np.asarray(prior, dtype=float)))


def shared_prior(stake: pd.Series, prior: float) -> pd.Series:
    """The chance that one of the rows is at fault, shared out by what is at stake in each (its expected events).

    However many products or words are examined, the shares add up to `prior`: looking at more rows makes no culprit.
    """
    total = stake.sum()
    return prior * stake / total if total > 0 else stake * 0.0


def expected_needed(alike: float, ratio: float, prior: pd.Series, confidence: float) -> pd.Series:
    """The expected events after which not a single one would name the row with the wanted confidence."""
    grid = np.linspace(0.5, 60, 240)
    none = np.zeros(len(grid))
    sure = probability(evidence(none, grid, none, none, none, alike, ratio), prior.to_numpy()[:, None]) > confidence
    return pd.Series(np.where(sure.any(axis=1), grid[sure.argmax(axis=1)], np.inf), index=prior.index)
