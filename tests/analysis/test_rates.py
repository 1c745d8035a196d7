"""Rates under tiny counts: against hand sums, an independent fit, and data that were not seen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize
from scipy.stats import gamma, nbinom

from opsbook.analysis import rates

COUNTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 200)), min_size=1, max_size=12)


def keywords(seed: int, rows: int = 2000, groups: int = 8) -> pd.DataFrame:
    """Keywords with heavy-tailed clicks, groups of very different sizes, and log-normal rates: not the fitted model."""
    rng = np.random.default_rng(seed)
    share = rng.pareto(1, groups) + 0.2
    group = rng.choice(groups, rows, p=share / share.sum())
    rate = np.minimum(0.03 * np.exp(rng.normal(0, 0.6, groups)[group] + rng.normal(0, 0.7, rows)), 0.9)
    clicks = np.ceil(rng.lognormal(2, 1.5, rows)).astype(int)
    later = rng.poisson(clicks)
    seen, unseen = rng.binomial(clicks, rate), rng.binomial(later, rate)
    return pd.DataFrame({"group": group, "clicks": clicks, "x": seen, "later": later, "later_x": unseen, "rate": rate})


def log_loss(rate, table: pd.DataFrame) -> float:
    chance = np.clip(rate, 1e-6, 1 - 1e-6)
    lost = table["later_x"] * np.log(chance) + (table["later"] - table["later_x"]) * np.log1p(-chance)
    return -lost.sum() / table["later"].sum()


def test_one_row_has_only_itself_and_half_an_event():
    row = rates.shrink([3], [10]).iloc[0]
    assert (row["alpha"], row["beta"], row["mean"], row["prior_exposure"]) == (3.5, 10, 0.35, 0)
    assert row["lower"] == pytest.approx(gamma.ppf(0.05, 3.5, scale=1 / 10))
    assert row["upper"] == pytest.approx(gamma.ppf(0.95, 3.5, scale=1 / 10))
    assert row["fallback"] == "one_row"


def test_a_row_borrows_from_the_others_of_its_group_and_not_from_itself():
    table = pd.DataFrame({"x": [0, 4, 1, 9, 2], "n": [40, 50, 60, 70, 20]})
    posterior = rates.shrink(table["x"], table["n"])
    # the worth of the opinion gives k back, and k gives the mean of the others, row by row
    for row, worth in posterior["prior_exposure"].items():
        others = table.drop(index=row)
        k = brentq(lambda k, n=others["n"], worth=worth: _worth(n, k) - worth, 1e-3, 1e9)
        weight = 1 / (1 + others["n"] / k)
        mean = ((others["x"] * weight).sum() + 0.5) / (others["n"] * weight).sum()
        assert posterior.loc[row, "alpha"] == pytest.approx(table.loc[row, "x"] + worth * mean, rel=1e-3)
        assert posterior.loc[row, "beta"] == pytest.approx(table.loc[row, "n"] + worth)


def _worth(others: pd.Series, k: float) -> float:
    return 1 / (1 / k + 1 / (others / (1 + others / k)).sum())


def test_a_large_table_gives_the_maximum_of_the_negative_binomial_likelihood():
    rng = np.random.default_rng(7)
    clicks = np.ceil(rng.lognormal(3, 1, 3000))
    inquiries = rng.poisson(clicks * rng.gamma(60 * 0.05, 1 / 60, 3000))

    def loss(logs):
        mean, k = np.exp(logs)
        return -nbinom.logpmf(inquiries, mean * k, k / (k + clicks)).sum()

    mean, k = np.exp(minimize(loss, np.log([0.1, 10]), method="Nelder-Mead").x)
    prior = rates.shrink(np.append(inquiries, 0), np.append(clicks, 0)).iloc[-1]
    assert prior["mean"] == pytest.approx(mean, rel=0.01)
    assert prior["prior_exposure"] == pytest.approx(k, rel=0.03)
    assert pd.isna(prior["fallback"])


def test_without_exposure_the_posterior_is_the_prior_of_its_group():
    x, n, group = [1, 0, 9, 12, 0, 0], [50, 60, 50, 60, 0, 0], list("aabbab")
    posterior = rates.shrink(x, n, group)
    assert (posterior["beta"] == posterior["prior_exposure"] + n).all()
    low, high = posterior["mean"].iloc[4:]
    assert low < 0.06 < high


def test_events_may_exceed_the_exposure_and_may_come_without_any():
    posterior = rates.shrink([5, 1, 0, 2], [2, 10, 10, 0])
    assert posterior["mean"].iloc[0] > 0.5
    assert posterior["alpha"].iloc[3] > 2
    assert np.isfinite(posterior.drop(columns="fallback")).all(axis=None)
    # an event without exposure says nothing about anybody else
    alone = rates.shrink([5, 1, 0, 0], [2, 10, 10, 0])
    assert alone["alpha"].iloc[:3].tolist() == posterior["alpha"].iloc[:3].tolist()
    assert alone["alpha"].iloc[3] + 2 == posterior["alpha"].iloc[3]


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_missing_counts_stay_missing_and_are_not_fitted_on(missing):
    events = pd.Series([1, missing, 3, 4], dtype="Int64" if missing is pd.NA else None)
    posterior = rates.shrink(events, pd.Series([10, 20, 30, None]))
    assert posterior["alpha"].isna().tolist() == [False, True, False, True]
    assert posterior.loc[[1, 3]].drop(columns="fallback").isna().all(axis=None)
    expected = rates.shrink([1, 3], [10, 30])
    np.testing.assert_allclose(posterior["mean"].dropna(), expected["mean"])


def test_index_is_kept_with_repeated_labels():
    index = pd.Index(["shoes", "shoes", "boots"], name="keyword")
    posterior = rates.shrink(pd.Series([0, 9, 1], index=index), pd.Series([30, 30, 30], index=index))
    assert posterior.index.equals(index)
    assert posterior["mean"].iloc[1] == posterior["mean"].max()


def test_a_missing_group_is_a_group_of_its_own():
    x, n = [0, 1, 0, 30, 25, 28], [100] * 6
    missing = rates.shrink(x, n, ["a", "a", "a", None, np.nan, pd.NA])
    named = rates.shrink(x, n, ["a", "a", "a", "unknown", "unknown", "unknown"])
    pd.testing.assert_frame_equal(missing, named)


def test_small_groups_lean_on_the_other_groups():
    x, n = [4, 6, 5, 5, 30, 26, 28, 31, 2], [100] * 8 + [1]
    group = list("aaaabbbbc")
    posterior = rates.shrink(x, n, group)
    prior_worth = posterior["prior_exposure"]
    assert prior_worth.iloc[8] < prior_worth.iloc[0]
    assert posterior["mean"].iloc[:4].max() < 0.1 < 0.2 < posterior["mean"].iloc[4:8].min()


def test_a_group_of_one_silent_row_borrows_the_level_of_the_other_groups():
    x, n = [5, 5, 4, 6] * 6 + [0, 0], [100] * 24 + [50, 0]
    group = [row // 4 for row in range(24)] + ["new", "new"]
    assert 0.03 < rates.shrink(x, n, group)["mean"].iloc[-1] < 0.05


def test_rows_that_agree_by_chance_are_not_taken_for_equal():
    """Four rows cannot prove that rates never differ: the opinion of the other three stays below their own clicks."""
    assert (rates.shrink([5] * 4, [100] * 4)["prior_exposure"] < 200).all()


def test_a_group_hardly_known_is_never_believed_more_than_the_exposure_behind_it():
    posterior = rates.shrink([1, 0, 1], [4, 5, 6])
    assert (posterior["prior_exposure"] <= [11, 10, 9]).all()


@pytest.mark.parametrize(
    ("events", "exposure", "reason"),
    [
        ([0, 0], [0, 0], "no_exposure"),
        ([0, 0, 0], [10, 20, 0], "no_events"),
        ([2, 0], [10, 0], "one_row"),
        ([5, 5, 5, 5], [100, 100, 100, 100], "no_overdispersion"),
    ],
)
def test_a_fit_that_the_data_cannot_decide_says_so(events, exposure, reason):
    assert (rates.shrink(events, exposure)["fallback"] == reason).all()


def test_nothing_known_is_unknown_and_not_zero():
    assert rates.shrink([0, 3], [0, 0]).drop(columns="fallback").isna().all(axis=None)
    empty = rates.shrink(pd.Series(dtype=float), pd.Series(dtype=float))
    assert empty.empty and list(empty.columns) == rates.COLUMNS


def test_silence_everywhere_lowers_the_rate_with_the_clicks():
    posterior = rates.shrink([0, 0, 0], [10, 100, 1000])
    assert posterior["mean"].is_monotonic_decreasing
    assert posterior["mean"].iloc[0] < 0.01


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.sampled_from([0.001, 7.0, 1000.0]))
def test_the_unit_of_exposure_does_not_matter(counts, unit):
    x, n = map(np.array, zip(*counts, strict=True))
    clicks, scaled = rates.shrink(x, n), rates.shrink(x, n * unit)
    np.testing.assert_allclose(scaled["mean"] * unit, clicks["mean"], rtol=1e-5)


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(counts, random):
    x, n = map(pd.Series, zip(*counts, strict=True))
    group = pd.Series([random.choice("ab") for _ in counts])
    order = random.sample(range(len(counts)), len(counts))
    shuffled = rates.shrink(x.iloc[order], n.iloc[order], group.iloc[order]).sort_index()
    np.testing.assert_allclose(shuffled["mean"], rates.shrink(x, n, group)["mean"], rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [1, 2]), "same rows"),
        ((pd.Series([1, 2]), pd.Series([1, 2], index=[1, 0])), "same rows"),
        (([1, 2], [1, 2], ["a"]), "same rows"),
        (([-1], [1]), "negative"),
        (([1], [-1]), "negative"),
        (([1], [1], None, 1.0), "`level`"),
        (([1], [1], None, 0.0), "`level`"),
    ],
)
def test_wrong_calls_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        rates.shrink(*arguments)


def test_the_input_is_not_changed():
    events, exposure = pd.Series([1.0, np.nan]), pd.Series([5, 6])
    rates.shrink(events, exposure)
    pd.testing.assert_series_equal(events, pd.Series([1.0, np.nan]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_unseen_data_are_foretold_better_than_by_raw_pooled_and_group_rates(seed):
    table = keywords(seed)
    totals = table.groupby("group")[["x", "clicks"]].transform("sum")
    shrunk = log_loss(rates.shrink(table["x"], table["clicks"], table["group"])["mean"], table)
    assert shrunk < log_loss(totals["x"] / totals["clicks"], table)
    assert shrunk < log_loss(table["x"].sum() / table["clicks"].sum(), table)
    assert shrunk < log_loss(table["x"] / table["clicks"], table)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_predictive_intervals_hold_what_they_promise(seed):
    table = keywords(seed)
    predicted = rates.predict(rates.shrink(table["x"], table["clicks"], table["group"]), table["later"])
    held = table["later_x"].between(predicted["lower"], predicted["upper"])[table["later"] > 0]
    assert 0.76 <= held.mean() <= 0.92


def test_intervals_of_rates_hold_what_they_promise():
    rng = np.random.default_rng(5)
    rate, clicks = rng.gamma(3, 0.01, 4000), rng.integers(1, 200, 4000)
    posterior = rates.shrink(rng.poisson(rate * clicks), clicks)
    assert ((posterior["lower"] <= rate) & (rate <= posterior["upper"])).mean() == pytest.approx(0.9, abs=0.02)


def test_prob_below_is_the_gamma_distribution_function():
    posterior = pd.DataFrame({"alpha": [1.0, 2.5, np.nan], "beta": [100.0, 30.0, 1.0]}, index=["a", "a", "b"])
    below = rates.prob_below(posterior, 0.02)
    assert below.index.equals(posterior.index)
    np.testing.assert_allclose(below, [1 - np.exp(-2), gamma.cdf(0.02, 2.5, scale=1 / 30), np.nan])
    np.testing.assert_allclose(rates.prob_below(posterior, [0, np.nan, 1]), [0, np.nan, np.nan])
    np.testing.assert_allclose(rates.prob_below(posterior, -1), [0, 0, np.nan])
    assert rates.prob_below(posterior.iloc[0], 0.02) == pytest.approx(1 - np.exp(-2))


def test_thresholds_in_a_series_belong_to_their_labels():
    posterior = pd.DataFrame({"alpha": [1.0, 1.0], "beta": [100.0, 100.0]}, index=["a", "b"])
    below = rates.prob_below(posterior, pd.Series([0.0, 0.02], index=["b", "a"]))
    np.testing.assert_allclose(below, [1 - np.exp(-2), 0])


def test_predict_is_negative_binomial():
    posterior = pd.DataFrame({"alpha": [2.0, 50.0], "beta": [10.0, 5.0]})
    predicted = rates.predict(posterior, pd.Series([10, 3]), level=0.8)
    assert predicted["mean"].tolist() == [2.0, 30.0]
    for row, (size, chance) in enumerate([(2, 0.5), (50, 5 / 8)]):
        lower, upper = predicted.loc[row, ["lower", "upper"]]
        mass = nbinom.cdf([lower - 1, upper - 1, upper], size, chance)
        assert mass[0] <= 0.1 < nbinom.cdf(lower, size, chance)
        assert mass[1] - mass[0] < 0.8 <= mass[2] - mass[0]


def test_predict_without_a_future_and_with_an_unknown_one():
    predicted = rates.predict({"alpha": 2.0, "beta": 10.0}, 0)
    assert predicted.iloc[0].tolist() == [0, 0, 0]
    assert rates.predict(pd.DataFrame({"alpha": [2.0], "beta": [10.0]}), np.nan).isna().all(axis=None)
    with pytest.raises(ValueError, match="`level`"):
        rates.predict({"alpha": 2.0, "beta": 10.0}, 5, level=1)


def test_exposure_needed_takes_the_probability_just_over_the_confidence():
    prior = pd.DataFrame({"alpha": [0.8, 3.0, 0.1], "beta": [30.0, 100.0, 500.0]}, index=list("xyz"))
    needed = rates.exposure_needed(0.01, prior, 0.8)
    assert needed["z"] == 0
    for row in ("x", "y"):
        alpha, beta = prior.loc[row]
        assert rates.prob_below((alpha, beta + 1.001 * needed[row]), 0.01) > 0.8
        assert rates.prob_below((alpha, beta + 0.999 * needed[row]), 0.01) < 0.8


def test_exposure_needed_is_the_rule_of_three_without_a_prior():
    assert rates.exposure_needed(0.02, (1, 0), 0.95) == pytest.approx(-np.log(0.05) / 0.02)
    assert rates.exposure_needed(0.0, (1, 0), 0.95) == np.inf
    assert np.isnan(rates.exposure_needed(np.nan, (1, 0), 0.95))
    with pytest.raises(ValueError, match="`confidence`"):
        rates.exposure_needed(0.02, (1, 0), 1.0)


def test_choose_group_finds_the_grouping_that_foretells():
    table = keywords(4)
    noise = np.random.default_rng(0).integers(0, 8, len(table))
    scores = rates.choose_group(table["x"], table["clicks"], {"noise": noise, "line": table["group"]})
    assert scores.index[0] == "line"
    assert scores.loc["line", "gain"] > 2 * scores.loc["line", "gain_se"] > 0
    assert scores.loc["noise", "gain"] < 2 * scores.loc["noise", "gain_se"]
    assert scores.loc["one group", ["gain", "groups", "rows"]].tolist() == [0, 1, len(table)]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("events", "exposure"), [([], []), ([0, 1], [0, 0]), ([np.nan, 1], [5, np.nan])])
def test_choose_group_without_a_known_row_says_nothing(events, exposure):
    scores = rates.choose_group(events, exposure, {"line": ["a"] * len(events)})
    assert (scores["rows"] == 0).all() and scores[["log_likelihood", "gain", "gain_se"]].isna().all(axis=None)
