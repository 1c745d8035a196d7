"""Which product, which word: rates of crossed causes, and the chance that one of them is at fault."""

import numpy as np
import pandas as pd
from scipy.special import expit, gammaincinv, logit, logsumexp, xlog1py, xlogy
from scipy.stats import poisson

_NODES = 64  # equally likely factors that stand for each hypothesis
_SHARES = (np.arange(_NODES) + 0.5) / _NODES


def crossed(cells: pd.DataFrame, rounds: int = 3, worth: float = 12.0) -> pd.DataFrame:
    """What each product x word cell would have brought, had its product (or its word) been as good as the others.

    Inquiries of a cell are Poisson with mean clicks x store rate x product factor x word factor. A factor is judged
    without the cells of the row it is used for: `expected_of_product` uses the word's factor from its *other*
    products, `expected_of_word` the product's factor from its *other* words; so a product that only got poor words is
    not blamed, and the reverse (Simpson's reversal). A factor without other cells is unknown and taken as 1; such
    clicks are not `shared_product` / `shared_word`. `doubt_of_product`, `doubt_of_word`: variance of the factor used,
    1 / (`worth` + events to be expected of the other cells). `cells`: `product_id, keyword, clicks, inquiries`, one
    row per cell. `worth`: events that "an average factor" is worth (our default).
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
        doubt_of_product=1 / (_elsewhere(word, base * by_product) + worth),
        doubt_of_word=1 / (_elsewhere(product, base * by_word) + worth),
        shared_product=np.where(_elsewhere(word, clicks) > 0, clicks, 0.0),
        shared_word=np.where(_elsewhere(product, clicks) > 0, clicks, 0.0),
    )


def _elsewhere(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum over the other cells of the same group."""
    return np.bincount(group, values)[group] - values if len(group) else values


def _factor_elsewhere(group, events, expected, worth: float) -> np.ndarray:
    return (_elsewhere(group, events) + worth) / (_elsewhere(group, expected) + worth)


def spread(events, expected, met, wrote, usual, bounds: tuple[float, float]) -> float:
    """How alike healthy rows are: the events that "as the others" is worth, the shape of the spread of factors.

    The likeliest of the values between `bounds` (our default: factors of healthy rows differ by 20 to 32 %, which is
    1 / sqrt(shape)), without the row that falls short most, so that a culprit does not widen the range that excuses
    it. Counts as in `evidence`.
    """
    counts = _counts(events, expected, met, wrote, usual)
    got, due = counts[0] + counts[3].sum(axis=1), counts[1] + (counts[2] * counts[4]).sum(axis=1)
    keep = (due > 0) & (np.arange(len(due)) != (poisson.cdf(got, due).argmin() if len(due) else -1))
    grid = np.geomspace(*bounds, 8)
    kept = [values[keep] for values in counts]
    return float(max(grid, key=lambda alike: _log_likelihood(_healthy(alike), *kept).sum()))


def evidence(events, expected, met, wrote, usual, alike, ratio: float) -> np.ndarray:
    """Log of how much likelier the counts of a row are when it is at fault than when it is healthy.

    One factor stands behind all counts, how well the row does beside its sisters. Of visits of which nothing more is
    known, `events` are Poisson with mean `expected` x factor. Buyers that are known are counted by kind, one column
    each: of `met` buyers `wrote` did, each with chance `usual` x factor, so they are binomial and tell far more than
    as many visits. Healthy: the factor is Gamma(`alike`, `alike`) around 1. At fault: anything between 0 and `ratio`
    is as likely. `alike` may differ by row.
    """
    counts = _counts(events, expected, met, wrote, usual)
    return _log_likelihood(ratio * _SHARES, *counts) - _log_likelihood(_healthy(alike), *counts)


def _healthy(alike) -> np.ndarray:
    """Equally likely factors of a healthy row."""
    shape = np.asarray(alike, dtype=float)[..., None]
    return gammaincinv(shape, _SHARES) / shape


def _counts(events, expected, met, wrote, usual) -> list[np.ndarray]:
    """The counts of rows as one array each, those of known buyers with a column per kind."""
    given = [np.atleast_1d(np.asarray(values, dtype=float)) for values in (events, expected, met, wrote, usual)]
    return given[:2] + [values if values.ndim == 2 else values[:, None] for values in given[2:]]


def _log_likelihood(factor: np.ndarray, events, expected, met, wrote, usual) -> np.ndarray:
    """Log of the mean likelihood over equally likely factors; constants of the counts are left out."""
    mean = np.maximum(expected[:, None] * factor, 1e-9)
    chance = np.clip(usual[:, :, None] * np.broadcast_to(factor, mean.shape)[:, None, :], 1e-9, 1 - 1e-3)
    buyers = xlogy(wrote[:, :, None], chance) + xlog1py((met - wrote)[:, :, None], -chance)
    return logsumexp(xlogy(events[:, None], mean) - mean + buyers.sum(axis=1), axis=-1) - np.log(_NODES)


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
    nobody = np.zeros((len(grid), 0))
    zero = evidence(np.zeros(len(grid)), grid, nobody, nobody, nobody, alike, ratio)
    sure = probability(zero, prior.to_numpy()[:, None]) > confidence
    return pd.Series(np.where(sure.any(axis=1), grid[sure.argmax(axis=1)], np.inf), index=prior.index)
