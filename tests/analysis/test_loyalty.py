from pathlib import Path

import lifetimes
import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import betaln

from opsbook.analysis import loyalty

DATASETS = Path(lifetimes.__file__).parent / "datasets"


@pytest.fixture(scope="module")
def cdnow():
    """The 1/10 sample in weeks, calibrated to 1997-09-30, as published with the BG/NBD paper."""
    return pd.read_csv(DATASETS / "cdnow_customers_summary_with_transactions.csv")


@pytest.fixture(scope="module")
def history(cdnow):
    return cdnow["x"], cdnow["t_x"], cdnow["T"]


def parameters(model):
    return model.r, model.alpha, model.a, model.b


def test_bgnbd_of_cdnow_is_the_published_one(history):
    model = loyalty.fit_bgnbd(*history)
    assert parameters(model) == pytest.approx((0.24259, 4.41356, 0.79298, 2.42606), abs=5e-4)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    assert model.degenerate is False and model.customers == 2357


def test_mbgnbd_of_cdnow_is_the_published_one(history):
    model = loyalty.fit_mbgnbd(*history)
    assert parameters(model) == pytest.approx((0.525, 6.183, 0.891, 1.614), abs=5e-4)
    assert model.log_likelihood == pytest.approx(-9582.136, abs=0.1)
    assert model.degenerate is False


def test_gamma_gamma_of_cdnow_is_the_published_one(cdnow):
    model = loyalty.fit_gamma_gamma(cdnow["x"], cdnow["zbar"])
    assert (model.p, model.q, model.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=1e-2)
    assert model.customers == 946 and model.degenerate is False
    # The published mean, 35.219, follows from the rounded parameters.
    assert model.p * model.gamma / (model.q - 1) == pytest.approx(35.219, abs=0.05)


def test_foretells_the_holdout_of_cdnow_as_well_as_published(cdnow, history):
    model = loyalty.fit_bgnbd(*history)
    expected = loyalty.expected_purchases(model, 39, *history)
    assert expected.sum() == pytest.approx(1653.4, abs=0.5)
    means = expected.groupby(cdnow["x"].clip(upper=7)).mean()
    assert means.tolist() == pytest.approx([0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157], abs=2e-3)


PRINTED = loyalty.PurchaseModel("BG/NBD", 0.243, 4.414, 0.793, 2.426, np.nan, False, 2357)


@pytest.mark.parametrize("weeks, orders", [(2, 0.10339), (39, 1.19672), (52, 1.44605)])
def test_expected_orders_of_a_new_customer(weeks, orders):
    assert loyalty.expected_purchases(PRINTED, weeks) == pytest.approx(orders, abs=1e-5)


@pytest.mark.parametrize(
    "x, tx, T, weeks, alive, orders",
    [
        (2, 30.43, 38.86, 39, 0.72658, 1.22603),
        (26, 30.86, 31, 52, 0.96892, 25.758),
        (0, 0, 38.86, 39, 1, 0.19510),
        (10, 35, 39, 2, None, 0.39157),
        (6, 35, 39, 39, 0.8366, 3.759),
        (6, 10, 39, 39, 0.0095, 0.0427),
    ],
)
def test_published_forecasts(x, tx, T, weeks, alive, orders):
    assert loyalty.expected_purchases(PRINTED, weeks, x, tx, T) == pytest.approx(orders, rel=4e-5, abs=5e-5)
    if alive is not None:
        assert loyalty.prob_alive(PRINTED, x, tx, T) == pytest.approx(alive, abs=5e-5)


def test_published_forecast_of_spend():
    model = loyalty.SpendModel(6.25, 3.74, 15.44, np.nan, False, 946)
    assert loyalty.expected_spend(model, 2, 22.35) == pytest.approx(24.66, abs=0.01)
    assert loyalty.expected_spend(model, 0, np.nan) == pytest.approx(6.25 * 15.44 / 2.74)
    assert np.isnan(loyalty.expected_spend(loyalty.SpendModel(1, 0.5, 1, 0, False, 9), 0, np.nan))


# Second opinions.


def test_agrees_with_lifetimes(history):
    x, tx, T = history
    for ours, theirs in (
        (loyalty.fit_bgnbd(x, tx, T), lifetimes.BetaGeoFitter()),
        (loyalty.fit_mbgnbd(x, tx, T), lifetimes.ModifiedBetaGeoFitter()),
    ):
        theirs.params_ = pd.Series({name: getattr(ours, name) for name in ("r", "alpha", "a", "b")})
        expected = theirs.conditional_expected_number_of_purchases_up_to_time(26, x, tx, T)
        np.testing.assert_allclose(loyalty.expected_purchases(ours, 26, x, tx, T), expected, rtol=1e-8)
        np.testing.assert_allclose(loyalty.prob_alive(ours, x, tx, T), theirs.conditional_probability_alive(x, tx, T))
        fresh = theirs.expected_number_of_purchases_up_to_time(26)
        assert loyalty.expected_purchases(ours, 26) == pytest.approx(float(fresh))


@pytest.mark.parametrize("extra", [0, 1])
def test_gradients_agree_with_differences(extra):
    rng = np.random.default_rng(4)
    x, T = rng.integers(0, 5, 40).astype(float), rng.uniform(5, 50, 40)
    tx, weight = np.where(x > 0, T * rng.uniform(0, 1, 40), 0), rng.integers(1, 4, 40)
    theta, step = np.array([-0.5, 1.0, -0.3, 0.8]), 1e-6
    gradient = loyalty._purchase_likelihood(theta, x, tx, T, weight, extra)[1]
    for i, eps in enumerate(np.eye(4) * step):
        ends = [loyalty._purchase_likelihood(theta + sign * eps, x, tx, T, weight, extra)[0] for sign in (1, -1)]
        assert gradient[i] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5)


def test_the_likelihood_of_spend_is_that_of_the_density():
    model, x, m = loyalty.SpendModel(2.0, 3.0, 10.0, np.nan, False, 1), 3, 7.0
    p, q, v = model.p, model.q, model.gamma

    def density(z):
        log = -betaln(p * x, q) + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x)
        return np.exp(log - (p * x + q) * np.log(v + x * z))

    assert quad(density, 0, np.inf)[0] == pytest.approx(1)
    value = loyalty._spend_likelihood(np.log([p, q, v]), np.array([x]), np.array([m]))[0]
    assert value == pytest.approx(np.log(density(m)))


# Properties.


def test_the_unit_of_time_and_of_money_changes_alpha_and_gamma_alone(cdnow, history):
    weeks, days = loyalty.fit_bgnbd(*history), loyalty.fit_bgnbd(cdnow["x"], cdnow["t_x"] * 7, cdnow["T"] * 7)
    assert (days.r, days.alpha / 7, days.a, days.b) == pytest.approx(parameters(weeks), rel=1e-4)
    dollars, cents = (loyalty.fit_gamma_gamma(cdnow["x"], cdnow["zbar"] * unit) for unit in (1, 100))
    assert (cents.p, cents.q, cents.gamma / 100) == pytest.approx((dollars.p, dollars.q, dollars.gamma), rel=1e-4)
    assert cents.log_likelihood == pytest.approx(dollars.log_likelihood - 946 * np.log(100))


def steady_buyers(customers=600, seed=1):
    """Nobody ever stays away: purchases of a gamma-mixed Poisson process."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 60, customers)
    x = rng.poisson(rng.gamma(2, 0.06, customers) * age)
    return x, np.where(x > 0, age * rng.beta(np.maximum(x, 1), 1), 0), age


@pytest.mark.parametrize("fit", [loyalty.fit_bgnbd, loyalty.fit_mbgnbd])
def test_a_history_without_drop_out_is_refused(fit):
    assert fit(*steady_buyers()).degenerate is True
    assert fit(np.zeros(50), np.zeros(50), np.linspace(1, 50, 50)).degenerate is True
    assert fit([3], [5], [9]).degenerate is True
    assert fit([], [], []).degenerate is True
    assert fit([1], [0], [0]).degenerate is True  # all ages are 0: the same day


@pytest.mark.parametrize(
    "theta, a, b, expected",
    [
        ([0, 0, 0, 0], 0.1, 1, False),
        ([7.91, 0, 0, 0], 0.1, 1, False),
        ([0, -7.93, 0, 0], 0.1, 1, True),
        ([0, 0, 0, 0], 0.0049, 0.9951, True),
        ([0, 0, 0, 0], 0.0051, 0.9949, False),
        ([0, 0, 0, 0], 100, 1001, True),
        ([0, 0, 0, 0], 100, 999, False),
        ([0, 0, 7.93], None, None, True),
        ([np.nan, 0, 0], None, None, True),
    ],
)
def test_when_a_fit_is_degenerate(theta, a, b, expected):
    assert loyalty.is_degenerate(np.array(theta), a, b) is expected


def test_spend_needs_two_repeat_buyers_with_a_value():
    assert loyalty.fit_gamma_gamma([0, 0, 1], [np.nan, np.nan, 5]).degenerate is True
    assert loyalty.fit_gamma_gamma([1, 1, 1], [5, 0, -2]).customers == 1
    assert np.isfinite(loyalty.fit_gamma_gamma([1, 2], [5, 8]).log_likelihood)


def test_spend_that_never_varies_is_refused():
    assert loyalty.fit_gamma_gamma([1, 2, 3], [5, 5, 5]).degenerate is True


def test_forecasts_of_very_frequent_buyers_stay_finite():
    model = loyalty.PurchaseModel("MBG/NBD", 0.5, 6, 0.9, 1.6, np.nan, False, 1)
    orders = loyalty.expected_purchases(model, 52, np.array([500, 5000]), np.array([300, 300]), np.array([301, 301]))
    assert np.isfinite(orders).all() and (orders > 0).all()


def test_the_gap_of_the_formula_at_a_equal_to_one_is_bridged():
    at, near = (loyalty.PurchaseModel("BG/NBD", 0.5, 6, a, 1.6, np.nan, False, 1) for a in (1.0, 1.001))
    assert loyalty.expected_purchases(at, 52, 3, 10, 20) == pytest.approx(
        loyalty.expected_purchases(near, 52, 3, 10, 20), rel=1e-2
    )


def test_a_buyer_of_one_order_may_be_lost_under_mbgnbd_only():
    bg, mbg = (loyalty.PurchaseModel(kind, 0.5, 6, 0.9, 1.6, np.nan, False, 1) for kind in ("BG/NBD", "MBG/NBD"))
    assert loyalty.prob_alive(bg, 0, 0, 500) == 1
    assert loyalty.prob_alive(mbg, 0, 0, 500) < loyalty.prob_alive(mbg, 0, 0, 5) < 1


SPEND = loyalty.SpendModel(6.25, 3.74, 15.44, np.nan, False, 946)


def test_lifetime_value_is_margin_times_spend_times_discounted_orders():
    month = loyalty.DAYS["M"] / 7
    first, both = (loyalty.expected_purchases(PRINTED, n * month, 2, 30.43, 38.86) for n in (1, 2))
    expected = 0.3 * loyalty.expected_spend(SPEND, 2, 22.35) * (first / 1.01 + (both - first) / 1.01**2)
    args = (PRINTED, SPEND, 2, 30.43, 38.86, 22.35)
    assert loyalty.lifetime_value(*args, margin=0.3, months=2, discount=0.01, unit="W") == pytest.approx(expected)
    assert loyalty.lifetime_value(*args, margin=0.3, months=0, discount=0.01, unit="W") == 0


def test_no_lifetime_value_from_a_degenerate_model():
    refused = loyalty.PurchaseModel("MBG/NBD", 1, 1, 1e-4, 1, np.nan, True, 9)
    frequency = pd.Series([1, 2], index=["a", "b"])
    value = loyalty.lifetime_value(refused, SPEND, frequency, 1, 2, 9, margin=0.3, months=2, discount=0)
    assert value.isna().all() and value.index.tolist() == ["a", "b"]


def test_a_series_keeps_its_index():
    x = pd.Series([1, 0], index=["a", "b"])
    for result in (
        loyalty.prob_alive(PRINTED, x, [3, 0], [9, 9]),
        loyalty.expected_purchases(PRINTED, 4, x, [3, 0], [9, 9]),
        loyalty.expected_spend(SPEND, x, [5, np.nan]),
    ):
        assert result.index.tolist() == ["a", "b"] and result.notna().all()


@pytest.mark.parametrize(
    "history, message",
    [
        (
            ([1], [np.nan], [3]),
            "`frequency`, `recency` and `age` must be known for every customer; found missing values",
        ),
        (([1], [4], [3]), "`recency` must lie between 0 and `age`, and `frequency` must not be negative"),
        (([-1], [0], [3]), "`recency` must lie between 0 and `age`, and `frequency` must not be negative"),
        (([0], [2], [3]), "`recency` must be 0 for a customer without a repeat order"),
    ],
)
def test_impossible_histories_are_one_line(history, message):
    with pytest.raises(ValueError) as error:
        loyalty.fit_bgnbd(*history)
    assert str(error.value) == message


def test_an_unknown_unit_is_one_line():
    with pytest.raises(ValueError, match="`unit` must be one of 'D', 'W', 'M'; found 'Y'"):
        loyalty.lifetime_value(PRINTED, SPEND, 1, 1, 2, 9, margin=0.3, months=2, discount=0, unit="Y")
