"""What a click is worth, which position pays, how a budget is split: against enumeration, scipy and closed forms."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import gamma

from opsbook.analysis import bidding, rates

POSTERIOR = pd.DataFrame({"alpha": [2.0, 6.0], "beta": [100.0, 200.0]}, index=["pipe", "steel pipe"])

# ---- bid cap ----------------------------------------------------------------------------------------------------


def test_cap_is_rate_times_value_over_target():
    assert bidding.bid_cap(POSTERIOR, 130).to_dict() == pytest.approx({"pipe": 2.6, "steel pipe": 3.9})
    assert bidding.bid_cap(POSTERIOR, 130, target_roi=2).to_dict() == pytest.approx({"pipe": 1.3, "steel pipe": 1.95})


def test_cautious_cap_is_a_quantile_of_the_posterior():
    found = bidding.bid_cap(POSTERIOR, 100, quantile=0.3)
    wanted = gamma.ppf(0.3, POSTERIOR["alpha"], scale=1 / POSTERIOR["beta"]) * 100
    np.testing.assert_allclose(found, wanted)
    assert (found < bidding.bid_cap(POSTERIOR, 100)).all()


def test_cap_takes_the_frame_of_shrink_and_keeps_its_index():
    words = pd.Series([0, 1, 30], index=[7, 3, 5])
    posterior = rates.shrink(words, pd.Series([10, 10, 100], index=[7, 3, 5]))
    found = bidding.bid_cap(posterior, 50)
    assert found.index.tolist() == [7, 3, 5]
    np.testing.assert_allclose(found, posterior["mean"] * 50)


def test_values_are_matched_by_label():
    values = pd.Series({"steel pipe": 100.0, "pipe": 10.0})
    assert bidding.bid_cap(POSTERIOR, values).to_dict() == pytest.approx({"pipe": 0.2, "steel pipe": 3.0})


def test_an_uncertain_value_enters_by_the_median_of_its_draws():
    for draws in ([10.0, 100.0, 900.0], np.array([100.0, 10.0, 900.0])):
        assert bidding.bid_cap(POSTERIOR, draws).to_dict() == pytest.approx({"pipe": 2.0, "steel pipe": 3.0})
    assert bidding.bid_cap(POSTERIOR, np.full(4, np.nan)).isna().all()


@pytest.mark.parametrize("value", [None, np.nan, pd.NA])
def test_an_unknown_value_gives_an_unknown_cap(value):
    assert bidding.bid_cap(POSTERIOR, value).isna().all()


def test_an_unknown_rate_gives_an_unknown_cap():
    posterior = pd.DataFrame({"alpha": [np.nan, 1.0], "beta": [np.nan, 10.0]})
    assert bidding.bid_cap(posterior, 10, quantile=0.5).isna().tolist() == [True, False]
    assert bidding.bid_cap(posterior.astype("Float64"), 10).isna().tolist() == [True, False]
    assert bidding.bid_cap(posterior.head(0), 10).empty


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"target_roi": 0}, "`target_roi` must be above 0; found 0"),
        ({"target_roi": np.nan}, "`target_roi` must be above 0; found nan"),
        ({"quantile": 1}, "`quantile` must lie between 0 and 1; found 1"),
        ({"quantile": 0}, "`quantile` must lie between 0 and 1; found 0"),
        ({"value_per_inquiry": -1}, "`value_per_inquiry` must be 0 or more; found -1"),
        ({"value_per_inquiry": pd.Series([1.0, 2.0])}, "must have the labels of `posterior`"),
        ({"value_per_inquiry": [-3.0, -1.0]}, "`value_per_inquiry` must be 0 or more; found -2"),
        ({"posterior": POSTERIOR[["alpha"]]}, "`posterior` needs the columns alpha, beta .* missing: beta"),
    ],
)
def test_a_wrong_cap_is_one_line(changes, text):
    with pytest.raises(ValueError, match=text) as error:
        bidding.bid_cap(**({"posterior": POSTERIOR, "value_per_inquiry": 1.0} | changes))
    assert "\n" not in str(error.value)


def test_click_price_falls_with_the_own_score():
    assert bidding.click_price(4.0, 3, 4) == pytest.approx(3.01)
    assert bidding.click_price(4.0, 3, 5) == pytest.approx(2.41)
    prices = bidding.click_price(pd.Series([4.0, np.nan]), 3, 4)
    assert prices[0] == pytest.approx(3.01) and np.isnan(prices[1])


# ---- position ---------------------------------------------------------------------------------------------------

TABLE = pd.DataFrame({"position": [1, 2, 3], "clicks": [30, 28, 20], "cpc": [4.0, 2.5, 2.0]})


def brute_force(table: pd.DataFrame, value: float) -> tuple[float, float]:
    """Largest surplus of one position or none, and the most clicks that have it."""
    surplus = [0.0, *(table["clicks"] * (value - table["cpc"]))]
    clicks = [0.0, *table["clicks"]]
    best = max(surplus)
    return best, max(n for n, s in zip(clicks, surplus, strict=True) if s >= best - 1e-9)


def test_marginal_cost_decides_and_the_usual_rule_stands_beside():
    chosen = bidding.weigh_positions(TABLE, 4.5).to_dict()
    assert chosen == {
        "position": 2,
        "clicks": 28.0,
        "cpc": 2.5,
        "cost": 70.0,
        "marginal_cost": 3.75,  # (70 - 40) / (28 - 20)
        "surplus": 56.0,
        "average_position": 1,
        "average_surplus": 15.0,
    }


@pytest.mark.parametrize(("value", "position"), [(1.99, None), (2.0, 3), (3.74, 3), (3.75, 2), (24.99, 2), (25.0, 1)])
def test_a_step_is_taken_from_its_marginal_cost_on(value, position):
    assert bidding.choose_position(TABLE, value) == position


def test_none_costs_and_brings_nothing():
    chosen = bidding.weigh_positions(TABLE, 1.0)
    assert chosen[["position", "cpc", "marginal_cost", "average_position"]].isna().all()
    assert chosen[["clicks", "cost", "surplus", "average_surplus"]].tolist() == [0, 0, 0, 0]


def test_free_clicks_are_taken_even_without_value():
    free = pd.DataFrame({"position": [1, 2], "clicks": [9, 4], "cpc": [1.0, 0.0]})
    assert bidding.choose_position(free, 0.0) == 2


def test_a_position_without_clicks_is_never_taken():
    assert bidding.choose_position(TABLE.assign(clicks=0), 9.0) is None


def test_of_equal_clicks_the_cheaper_is_taken():
    same = pd.DataFrame({"position": [1, 2], "clicks": [10, 10], "cpc": [2.0, 1.0]})
    assert bidding.weigh_positions(same, 5.0)[["position", "average_position"]].tolist() == [2, 2]


def test_incomplete_rows_and_lower_places_do_not_take_part():
    more = pd.DataFrame({"position": [3, np.nan, 2, 6], "clicks": [20, 90, np.nan, 99], "cpc": [2.0, 0.1, 0.1, 0.1]})
    assert bidding.weigh_positions(more, 4.0)["clicks"] == 20
    assert bidding.weigh_positions(more.convert_dtypes(), 4.0)["clicks"] == 20


@pytest.mark.parametrize(
    ("table", "value"), [(TABLE, np.nan), (TABLE, None), (TABLE.head(0), 3.0), (TABLE * np.nan, 3)]
)
def test_nothing_known_nothing_chosen(table, value):
    chosen = bidding.weigh_positions(table, value)
    assert chosen.isna().all() and {"position", "surplus", "average_surplus"} <= set(chosen.index)


@pytest.mark.parametrize(
    ("table", "value", "text"),
    [
        (TABLE.assign(cpc=-1), 1, "`positions`: cpc must be a number of 0 or more; found -1"),
        (TABLE.assign(clicks=np.inf), 1, "`positions`: clicks must be a number of 0 or more; found inf"),
        (TABLE.assign(clicks="many"), 1, "`positions`: .* must be numbers; found text"),
        (TABLE.drop(columns="cpc"), 1, "`positions` needs the columns position, clicks, cpc; missing: cpc"),
        (TABLE, -2, "`value_per_click` must be 0 or more; found -2"),
    ],
)
def test_a_wrong_position_table_is_one_line(table, value, text):
    with pytest.raises(ValueError, match=text):
        bidding.weigh_positions(table, value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), min_size=1, max_size=5),
    st.integers(0, 80),
)
def test_no_position_beats_the_choice(rows, value):
    table = pd.DataFrame(rows, columns=["clicks", "cpc"]) / [1, 10]
    table["position"] = range(1, len(table) + 1)
    chosen, (best, clicks) = bidding.weigh_positions(table, value / 10), brute_force(table, value / 10)
    assert chosen["surplus"] == pytest.approx(best, abs=1e-9)
    assert chosen["clicks"] == clicks
    assert chosen["average_surplus"] <= best + 1e-9


# ---- budget -----------------------------------------------------------------------------------------------------


def words(value, ceiling=100.0, half=100.0, **more) -> pd.DataFrame:
    names = [f"w{number}" for number in range(len(value))]
    return pd.DataFrame({"keyword": names, "value_per_click": value, "ceiling": ceiling, "half": half} | more)


def test_the_same_curve_takes_the_same_and_four_times_the_value_twice_the_distance():
    assert bidding.allocate_budget(words([1.0, 1.0]), 80, lower=0, upper=np.inf)["spend"].tolist() == [40, 40]
    # sqrt(4) : sqrt(1) of (spend + half), whose sum is 400 + 200
    assert bidding.allocate_budget(words([4.0, 1.0]), 400, lower=0, upper=np.inf)["spend"].tolist() == [300, 100]


def test_value_and_marginal_value_are_those_of_the_curve():
    found = bidding.allocate_budget(words([2.0]), 300, lower=0, upper=np.inf).iloc[0]
    assert found.to_dict() == pytest.approx({"spend": 300.0, "value": 2 * 75.0, "marginal_value": 2 * 10_000 / 160_000})


def test_bounds_hold_and_the_rest_has_one_multiplier():
    found = bidding.allocate_budget(
        words([9.0, 4.0, 1.0, 1.0]), 500, lower=pd.Series([0, 0, 0, 90.0]), upper=pd.Series([150.0, 1e9, 1e9, 1e9])
    )
    assert found["spend"][[0, 3]].tolist() == [150, 90] and found["spend"].sum() == pytest.approx(500, abs=1e-9)
    assert found["marginal_value"][1] == pytest.approx(found["marginal_value"][2])
    assert found["marginal_value"][0] > found["marginal_value"][1] > found["marginal_value"][3]


def test_the_whole_budget_is_spent_although_it_brings_less_than_it_costs():
    found = bidding.allocate_budget(words([0.01, 0.0]), 50, lower=0, upper=pd.Series([30.0, np.inf]))
    assert found["spend"].tolist() == [30, 20] and (found["marginal_value"] < 1).all()


def test_more_than_all_can_take_stays_unspent():
    found = bidding.allocate_budget(words([1.0, 2.0]), 1000, lower=0, upper=pd.Series([30.0, 40.0]))
    assert found["spend"].tolist() == [30, 40]


def test_bounds_are_matched_by_label():
    curves = words([1.0, 1.0]).set_axis(["a", "b"])
    found = bidding.allocate_budget(curves, 50, lower=pd.Series({"b": 40.0, "a": 0.0}), upper=np.inf)
    assert found["spend"].to_dict() == {"a": 10, "b": 40} and found.index.tolist() == ["a", "b"]


def test_the_lower_bounds_alone_may_be_the_budget_to_the_last_digit():
    lower = pd.Series([0.1, 0.2])
    assert bidding.allocate_budget(words([1.0, 2.0]), 0.3, lower=lower, upper=1)["spend"].tolist() == [0.1, 0.2]


def test_measured_points_are_filled_piece_by_piece_at_their_slopes():
    points = [(10.0, 10.0), (20.0, 15.0)]  # 1 and 0.5 clicks per CNY, then none
    curves = words([1.0, 0.8], ceiling=[np.nan, 100.0], half=[np.nan, 100.0], points=[points, None])
    spend = [
        bidding.allocate_budget(curves, money, lower=0, upper=np.inf)["spend"][0] for money in (5, 20, 30, 60, 500)
    ]
    # formula: 0.8 per CNY at 0, 0.5 at sqrt(16 000) - 100 = 26.49
    assert spend == pytest.approx([5, 10, 10, 20, 20])
    found = bidding.allocate_budget(curves, 30, lower=0, upper=np.inf)
    assert found["marginal_value"][0] == 0.5 and found["value"][0] == 10


def test_pieces_that_tie_share_alike():
    points = [[(10.0, 10.0)], [(30.0, 30.0)]]
    curves = words([1.0, 1.0], points=points)
    assert bidding.allocate_budget(curves, 20, lower=0, upper=np.inf)["spend"].tolist() == pytest.approx(
        [20 / 3, 40 / 3]
    )


def test_exploration_goes_evenly_to_the_words_that_are_marked():
    curves = words([9.0, 0.0, 0.0, 0.0], explore=[False, True, True, False])
    found = bidding.allocate_budget(curves, 100, lower=0, upper=pd.Series([1e9, 1e9, 4.0, 1e9]), exploration=0.2)
    assert found["spend"].tolist() == pytest.approx([86, 10, 4, 0])  # what does not fit is split as the rest
    everybody = bidding.allocate_budget(curves.drop(columns="explore"), 100, lower=0, upper=1e9, exploration=0.2)
    assert everybody["spend"].tolist() == pytest.approx([85, 5, 5, 5])


def test_exploration_never_breaks_the_lower_bounds():
    found = bidding.allocate_budget(words([1.0, 1.0]), 100, lower=pd.Series([98.0, 0]), upper=100, exploration=0.5)
    assert found["spend"].tolist() == pytest.approx([99, 1])


def test_no_words_no_rows():
    found = bidding.allocate_budget(words([]), 10, lower=0, upper=1)
    assert list(found) == ["spend", "value", "marginal_value"] and found.empty


def test_the_input_is_left_alone():
    curves, lower, upper = words([1.0, 2.0]), pd.Series([0.0, 1.0]), pd.Series([5.0, 9.0])
    copies = curves.copy(), lower.copy(), upper.copy()
    bidding.allocate_budget(curves, 6, lower=lower, upper=upper)
    pd.testing.assert_frame_equal(curves, copies[0])
    pd.testing.assert_series_equal(lower, copies[1])
    pd.testing.assert_series_equal(upper, copies[2])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"budget": -1}, "`budget` must be a number of 0 or more; found -1"),
        ({"budget": np.nan}, "`budget` must be a number of 0 or more; found nan"),
        ({"budget": None}, "`budget` must be a number of 0 or more; found None"),
        ({"budget": np.inf}, "`budget` must be a number of 0 or more; found inf"),
        ({"budget": 9.99, "lower": pd.Series([4.0, 6.0])}, "must be at least the sum of `lower`, 10; found 9.99"),
        ({"lower": pd.Series([0.0, -1.0])}, "`lower` of 'w1' must be 0 or more .*; found lower -1"),
        ({"lower": pd.Series([0.0, np.nan])}, "`lower` of 'w1' must be 0 or more .*; found lower nan"),
        ({"upper": pd.Series([np.nan, 1.0])}, "`upper` of 'w0' must be at least its `lower`; found .* upper nan"),
        ({"lower": 5, "upper": 4}, "`upper` of 'w0' must be at least its `lower`; found lower 5 and upper 4"),
        ({"upper": pd.Series([1.0, 1.0], index=[1, 2])}, "`upper` must have the labels of `curves`"),
        ({"upper": pd.Series([1.0])}, "`upper` must have the labels of `curves`"),
        ({"upper": [1.0, 1.0]}, "`upper` must be a number or a Series"),
        ({"exploration": 1.1}, "`exploration` must lie between 0 and 1; found 1.1"),
        ({"curves": words([1.0, np.nan])}, "value_per_click of 'w1' must be 0 or more; found nan"),
        ({"curves": words([1.0, -1.0])}, "value_per_click of 'w1' must be 0 or more; found -1"),
        ({"curves": words([1.0, 1.0], half=[1.0, 0.0])}, "half of 'w1' must be above 0, or .* no concave .*; found 0"),
        (
            {"curves": words([1.0, 1.0], half=[-3.0, 1.0])},
            "half of 'w0' must be above 0, or .* no concave .*; found -3",
        ),
        ({"curves": words([1.0, 1.0], ceiling=-1.0)}, "ceiling of 'w0' must be 0 or more, or .* no concave"),
        ({"curves": words([1.0, 1.0], half="x")}, "half must be numbers"),
        ({"curves": words([1.0, 1.0]).drop(columns="half")}, "`curves` needs the columns .*; missing: half"),
        ({"curves": words([1.0, 1.0], points=[None, [(1, 1), (2, 5)]])}, "points of 'w1' are not concave"),
        ({"curves": words([1.0, 1.0], points=[None, [(2, 1), (1, 5)]])}, "points of 'w1' must be pairs"),
    ],
)
def test_a_wrong_budget_is_one_line(changes, text):
    options = {"curves": words([1.0, 2.0]), "budget": 10.0, "lower": 0.0, "upper": np.inf} | changes
    with pytest.raises(ValueError, match=text) as error:
        bidding.allocate_budget(options.pop("curves"), options.pop("budget"), **options)
    assert "\n" not in str(error.value)


def problem(seed: int) -> tuple[pd.DataFrame, float, pd.Series, pd.Series]:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 15))
    curves = words(
        rng.lognormal(0, 1, size) * (rng.random(size) < 0.9), rng.lognormal(3, 1, size), rng.lognormal(4, 1, size)
    )
    lower = pd.Series(rng.uniform(0, 50, size) * (rng.random(size) < 0.6))
    upper = lower + rng.lognormal(3, 1.5, size)
    return curves, float(lower.sum() + rng.random() * (upper - lower).sum()), lower, upper


@pytest.mark.parametrize("seed", range(25))
def test_scipy_finds_nothing_better(seed):
    curves, budget, lower, upper = problem(seed)
    found = bidding.allocate_budget(curves, budget, lower=lower, upper=upper)
    value, ceiling, half = (curves[name].to_numpy() for name in ("value_per_click", "ceiling", "half"))
    best = minimize(
        lambda s: -(value * ceiling * s / (s + half)).sum(),
        lower + (upper - lower) * (budget - lower.sum()) / (upper - lower).sum(),
        jac=lambda s: -value * ceiling * half / (s + half) ** 2,
        bounds=list(zip(lower, upper, strict=True)),
        constraints={"type": "eq", "fun": lambda s: s.sum() - budget, "jac": np.ones_like},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert found["value"].sum() >= -best.fun * (1 - 1e-9)
    assert found["spend"].sum() == pytest.approx(budget, rel=1e-12)
    assert found["spend"].between(lower, upper).all()


def test_ten_thousand_words_meet_the_budget_exactly():
    rng = np.random.default_rng(0)
    curves = words(rng.lognormal(0, 1, 10_000), rng.lognormal(3, 1, 10_000), rng.lognormal(4, 1, 10_000))
    upper = pd.Series(rng.lognormal(4, 1, 10_000))
    found = bidding.allocate_budget(curves, 1e5, lower=0, upper=upper)
    inside = found["marginal_value"][(found["spend"] > 0) & (found["spend"] < upper)]
    assert found["spend"].sum() == pytest.approx(1e5, rel=1e-12)
    assert inside.max() == pytest.approx(inside.min(), rel=1e-9) and len(inside) > 1000


# ---- twelve weeks -----------------------------------------------------------------------------------------------


def study():
    spec = spec_from_file_location("rebid_study", Path(__file__).parents[2] / "bench" / "rebid_study.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def weeks():
    return study().study(3, seed=7, markets=("very sparse",))


def test_shrunken_rates_lose_less_than_raw_means_and_than_standing_still(weeks):
    lost = study().regrets(weeks)
    assert (lost["shrunken"] < lost["raw mean"]).all() and (lost["shrunken"] < lost["never changed"]).all()
    assert (lost["shrunken"] < 0.15).all() and (lost > 0).all(axis=None)


def test_all_agents_begin_alike_and_the_same_seed_gives_the_same_weeks(weeks):
    first = weeks[weeks["week"] == 0]
    assert (first[["shrunken", "raw mean", "never changed"]].sub(first["oracle"], axis=0).abs() < 1e-9).all(axis=None)
    again = study().outcome("very sparse", "no limit", 8)
    same = weeks[(weeks["seed"] == 8) & (weeks["limit"] == "no limit")].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, same)


def test_the_study_becomes_a_section(weeks):
    text = study().section(weeks, 3.0)
    assert "3 accounts per market and limit (100 words, 12 weeks, seeds 7 to 9)" in text
    assert text.count("| `very sparse`: one click in fifty asks |") == 2 and "100% of accounts" in text
