"""Models of repeat buying and of spend: BG/NBD, MBG/NBD and Gamma-Gamma, fitted by maximum likelihood.

A customer buys at a steady rate of her own until, after some purchase, she silently stays away for good. The models
see three numbers per customer, all in one unit of time: `frequency` (days with a repeat order), `recency` (time from
the first to the last order) and `age` (time from the first order to today).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, digamma, gammaln, hyp2f1

BOUND = 8.0  #: every log parameter lies within +-BOUND
NEAR = 0.99 * BOUND  #: beyond it the bound, and not the data, has chosen the value
MIN_DROP_OUT = 0.005  #: mean chance of staying away after an order, below which no drop-out can be told
MAX_B = 1e3

#: Starts of the search as log parameters; alpha starts at the mean age times exp of its entry.
_STARTS = ((0.0, 0.0, 0.0, 0.0), (-1.0, -1.5, -0.5, 1.0), (0.5, 0.5, -2.0, 2.0))


@dataclass(frozen=True)
class PurchaseModel:
    """Purchase rates vary as Gamma(r, alpha), chances of staying away after an order as Beta(a, b)."""

    kind: str
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    degenerate: bool
    customers: int


@dataclass(frozen=True)
class SpendModel:
    """Order values of a customer vary as Gamma(p, v), v over the customers as Gamma(q, gamma)."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    degenerate: bool
    customers: int


def fit_bgnbd(frequency, recency, age) -> PurchaseModel:
    """BG/NBD: a customer may stay away for good after each repeat order, never before the first one.

    ln L = lnΓ(r+x) - lnΓ(r) + r ln α + ln B(a, b+x) - ln B(a, b) + ln[(α+T)^-(r+x) + 1{x>0} a/(b+x-1)
    (α+t_x)^-(r+x)], summed over the customers. `degenerate` is True where the data do not fix the parameters (see
    `is_degenerate`); nothing may then be predicted. Source: Fader, Hardie & Lee 2005, Marketing Science 24.
    """
    return _fit_purchases("BG/NBD", frequency, recency, age)


def fit_mbgnbd(frequency, recency, age) -> PurchaseModel:
    """MBG/NBD: a customer may stay away for good after any order, the first one included.

    As `fit_bgnbd` with b+x+1 for b+x, and the second term for all customers; a buyer of one order can be lost, which
    BG/NBD cannot say. Source: Batislam, Denizel & Filiztekin 2007, Int. J. Research in Marketing 24.
    """
    return _fit_purchases("MBG/NBD", frequency, recency, age)


def _fit_purchases(kind: str, frequency, recency, age) -> PurchaseModel:
    x, tx, T = _history(frequency, recency, age)
    if not (x > 0).any() or not T.any():
        return PurchaseModel(kind, *[np.nan] * 5, degenerate=True, customers=len(x))
    rows, weight = np.unique(np.column_stack([x, tx, T]), axis=0, return_counts=True)
    shift = np.array([0.0, np.log(T.mean()), 0.0, 0.0])
    theta, value = _maximise(_purchase_likelihood, [shift + start for start in _STARTS], *rows.T, weight, _extra(kind))
    r, alpha, a, b = np.exp(theta).tolist()
    return PurchaseModel(kind, r, alpha, a, b, value, is_degenerate(theta, a, b), len(x))


def _extra(kind: str) -> int:
    """Orders after which one may stay away, beyond the repeat orders: MBG/NBD counts the first one."""
    return int(kind == "MBG/NBD")


def _purchase_likelihood(theta, x, tx, T, weight, extra):
    """Log likelihood and its gradient by the log parameters."""
    r, alpha, a, b = np.exp(theta)
    chances, n = x + extra, r + x
    with np.errstate(divide="ignore"):
        left = np.where(chances > 0, np.log(a) - np.log(np.maximum(b + chances - 1, 1e-300)), -np.inf)
    stayed, left = -n * np.log(alpha + T), left - n * np.log(alpha + tx)
    both = np.logaddexp(stayed, left)
    gone = np.exp(left - both)
    value = gammaln(n) - gammaln(r) + r * np.log(alpha) + betaln(a, b + chances) - betaln(a, b) + both
    total = digamma(a + b) - digamma(a + b + chances)
    by_r = digamma(n) - digamma(r) + np.log(alpha) - (1 - gone) * np.log(alpha + T) - gone * np.log(alpha + tx)
    by_alpha = r / alpha - n * ((1 - gone) / (alpha + T) + gone / (alpha + tx))
    by_a = total + gone / a
    by_b = total + digamma(b + chances) - digamma(b) - gone / np.where(chances > 0, b + chances - 1, 1)
    gradient = np.array([weight @ by_r * r, weight @ by_alpha * alpha, weight @ by_a * a, weight @ by_b * b])
    return weight @ value, gradient


def fit_gamma_gamma(frequency, amount) -> SpendModel:
    """Gamma-Gamma: how order values differ within and between customers, from repeat buyers' mean order values.

    ln L = lnΓ(px+q) - lnΓ(px) - lnΓ(q) + q ln γ + (px-1) ln m + px ln x - (px+q) ln(γ + x m), for customers with a
    repeat order and a mean value above 0; all others are left out. Assumes that how much one spends does not go with
    how often one buys: check the rank correlation. Source: Fader & Hardie 2013, "The Gamma-Gamma model of monetary
    value".
    """
    x, m = (np.asarray(value, dtype=float) for value in (frequency, amount))
    used = (x > 0) & (m > 0)
    x, m = x[used], m[used]
    if len(x) < 2:
        return SpendModel(*[np.nan] * 4, degenerate=True, customers=len(x))
    scale = m.mean()  # so that the bounds mean the same in every currency
    starts = np.array([(1.0, 1.0, 0.0), (0.0, 1.0, 1.0), (2.0, 1.5, -1.0)])
    theta, value = _maximise(_spend_likelihood, starts, x, m / scale)
    p, q, gamma = np.exp(theta).tolist()
    # Per customer the density of the scaled value is `scale` times that of the value.
    return SpendModel(p, q, float(gamma * scale), float(value - len(x) * np.log(scale)), is_degenerate(theta), len(x))


def _spend_likelihood(theta, x, m):
    p, q, v = np.exp(theta)
    px = p * x
    value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v) + (px - 1) * np.log(m) + px * np.log(x)
    value = value - (px + q) * np.log(v + x * m)
    by_p = x * (digamma(px + q) - digamma(px) + np.log(m) + np.log(x) - np.log(v + x * m))
    by_q = digamma(px + q) - digamma(q) + np.log(v) - np.log(v + x * m)
    by_v = q / v - (px + q) / (v + x * m)
    return value.sum(), np.array([by_p.sum() * p, by_q.sum() * q, by_v.sum() * v])


def _maximise(likelihood, starts, *data) -> tuple[np.ndarray, float]:
    """Best of several bounded searches: (log parameters, log likelihood)."""

    def loss(theta):
        value, gradient = likelihood(theta, *data)
        return -value, -gradient

    options = {"maxiter": 2000, "maxfun": 4000, "ftol": 1e-13, "gtol": 1e-7}
    bounds = [(-BOUND, BOUND)] * len(starts[0])
    searches = [
        minimize(loss, np.clip(start, -NEAR, NEAR), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        for start in starts
    ]
    best = min(searches, key=lambda search: search.fun)
    return best.x, -float(best.fun)


def is_degenerate(theta, a: float | None = None, b: float | None = None) -> bool:
    """Whether the data do not fix a fitted model: a log parameter within 1 % of its bound, a mean chance of staying
    away a/(a+b) below 0.005, or b above 1 000. Drop-out then cannot be told from the history."""
    at_bound = bool((np.abs(theta) >= NEAR).any()) or not np.isfinite(theta).all()
    return at_bound or (a is not None and (a / (a + b) < MIN_DROP_OUT or b > MAX_B))


def prob_alive(model: PurchaseModel, frequency, recency, age):
    """Chance that a customer still buys, given the history.

    1 / (1 + a/(b+x-1) ((α+T)/(α+t_x))^(r+x)), with b+x for MBG/NBD. Under BG/NBD it is 1 for everybody without a
    repeat order, so customers are never ranked by it; MBG/NBD has no such artefact.
    """
    x, tx, T = _history(frequency, recency, age)
    chances = x + _extra(model.kind)
    with np.errstate(divide="ignore", over="ignore"):
        odds = np.log(model.a) - np.log(np.where(chances > 0, model.b + chances - 1, np.inf))
        odds = odds + (model.r + x) * (np.log(model.alpha + T) - np.log(model.alpha + tx))
        return _like(frequency, 1 / (1 + np.exp(odds)))


def expected_purchases(model: PurchaseModel, periods, frequency=0, recency=0, age=0):
    """Repeat orders to expect within the coming periods, given the history; without one, those of a new customer.

    E[Y(t)] = (a+b+x-1)/(a-1) [1 - ((α+T)/(α+T+t))^(r+x) ₂F₁(r+x, b+x; a+b+x-1; t/(α+T+t))] P(alive), with x+1 for x
    in the terms with b for MBG/NBD. `periods` is in the unit of the fit.
    """
    x, tx, T = _history(frequency, recency, age)
    t = np.asarray(periods, dtype=float)
    a = model.a if abs(model.a - 1) > 1e-6 else 1 + 1e-6  # the formula has a gap at a = 1
    chances = x + _extra(model.kind)
    n, c = model.r + x, a + model.b + chances - 1
    z = t / (model.alpha + T + t)
    decay = n * np.log1p(-z) + _log_hyp2f1(n, model.b + chances, c, z)
    expected = c / (a - 1) * -np.expm1(decay) * np.asarray(prob_alive(model, x, tx, T))
    return _like(frequency, expected)


def _log_hyp2f1(a, b, c, z):
    """ln ₂F₁; where it overflows, by Euler's transformation (1-z)^(c-a-b) ₂F₁(c-a, c-b; c; z)."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        plain = np.log(hyp2f1(a, b, c, z))
        other = np.log(hyp2f1(c - a, c - b, c, z)) + (c - a - b) * np.log1p(-z)
    return np.where(np.isfinite(plain), plain, other)


def expected_spend(model: SpendModel, frequency, amount):
    """Mean order value to expect of a customer: her own mean, drawn towards everybody's the less she has bought.

    p (γ + x m) / (p x + q - 1); without a repeat order pγ/(q-1); NaN where p x + q is not above 1 (no finite mean).
    """
    x, m = np.asarray(frequency, dtype=float), np.asarray(amount, dtype=float)
    known = x * np.where(x > 0, m, 0)
    weight = model.p * x + model.q - 1
    return _like(
        frequency, np.where(weight > 0, model.p * (model.gamma + known) / np.where(weight > 0, weight, 1), np.nan)
    )


DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12}


def lifetime_value(
    purchases: PurchaseModel,
    spend: SpendModel,
    frequency,
    recency,
    age,
    amount,
    *,
    margin: float,
    months: int,
    discount: float,
    unit: str = "D",
):
    """Margin to expect from a customer's orders of the coming months, in today's money.

    margin x E(order value) x Σ_{t=1..months} (E[Y(t)] - E[Y(t-1)]) / (1 + discount)^t. `margin` is a share of sales
    and has no default: revenue is no profit. `discount` is a rate per month; `unit` the unit of the purchase model
    (D, W or M). A degenerate model gives NaN for everybody.
    """
    if unit not in DAYS:
        raise ValueError(f"`unit` must be one of 'D', 'W', 'M'; found {unit!r}")
    month = DAYS["M"] / DAYS[unit]
    orders, before = 0.0, 0.0
    for t in range(1, months + 1):
        until = np.asarray(expected_purchases(purchases, t * month, frequency, recency, age))
        orders, before = orders + (until - before) / (1 + discount) ** t, until
    value = margin * np.asarray(expected_spend(spend, frequency, amount)) * orders
    return _like(frequency, value * (np.nan if purchases.degenerate or spend.degenerate else 1.0))


def _history(frequency, recency, age) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, tx, T = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (frequency, recency, age)))
    if np.isnan(x).any() or np.isnan(tx).any() or np.isnan(T).any():
        raise ValueError("`frequency`, `recency` and `age` must be known for every customer; found missing values")
    if ((x < 0) | (tx < 0) | (tx > T + 1e-9)).any():
        raise ValueError("`recency` must lie between 0 and `age`, and `frequency` must not be negative")
    if ((x == 0) & (tx > 0)).any():
        raise ValueError("`recency` must be 0 for a customer without a repeat order")
    return x, tx, T


def _like(given, values):
    """The values as a Series where a Series was given."""
    return pd.Series(values, index=given.index) if isinstance(given, pd.Series) else values
