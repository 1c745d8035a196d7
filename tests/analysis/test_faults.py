import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, gamma, poisson

from opsbook.analysis import faults


def cells(*rows):
    return pd.DataFrame(rows, columns=["product_id", "keyword", "clicks", "inquiries"])


def test_crossed_takes_poor_words_out_of_the_judgement_of_a_product():
    # A converts better than B on both words, but most of its clicks are on the poor one: Simpson's reversal
    table = faults.crossed(
        cells(
            *(("A", "poor", 2000, 22), ("A", "good", 400, 32)),
            *(("B", "poor", 400, 4), ("B", "good", 2000, 140)),
            *(("C", "poor", 1000, 10), ("C", "good", 1000, 70)),
        )
    )
    sums = table.groupby("product_id")[["clicks", "inquiries", "expected_of_product"]].sum()
    raw = sums["inquiries"] / sums["clicks"]
    fair = sums["inquiries"] / sums["expected_of_product"]
    assert raw["A"] < 0.5 * raw["B"]
    assert fair["A"] > 0.8


def test_crossed_without_other_cells_expects_the_store_rate_and_shares_nothing():
    table = faults.crossed(cells(("A", "a", 100, 2), ("B", "b", 300, 6)))
    assert table["expected_of_product"].tolist() == pytest.approx([2, 6])
    assert table["expected_of_word"].tolist() == pytest.approx([2, 6])
    assert table[["shared_product", "shared_word"]].to_numpy().sum() == 0


def test_crossed_counts_shared_clicks_on_the_right_side():
    table = faults.crossed(cells(("A", "a", 100, 2), ("A", "b", 50, 1), ("B", "b", 30, 1)))
    assert table["shared_product"].tolist() == [0, 50, 30]
    assert table["shared_word"].tolist() == [100, 50, 0]


@pytest.mark.parametrize("rows", [[], [("A", "a", 0, 0)], [("A", "a", 0, 3)], [("A", "a", 9, 0)]])
def test_crossed_of_nothing_is_no_error(rows):
    assert np.isfinite(
        faults.crossed(cells(*rows).astype({"clicks": float, "inquiries": float})).iloc[:, 2:].to_numpy()
    ).all()


NOBODY = np.zeros((1, 0))


def evidence(events, expected, met=0, wrote=0, usual=0.8, alike=12):
    return faults.evidence(events, expected, met, wrote, usual, alike, 0.5).item()


@pytest.mark.parametrize(
    ("events", "expected", "met", "wrote"), [(0, 5, 0, 0), (2, 12, 0, 0), (3, 4, 6, 1), (9, 8, 4, 4), (0, 0, 9, 2)]
)
def test_evidence_is_the_ratio_of_two_integrals(events, expected, met, wrote):
    def likelihood(factor):
        return poisson.pmf(events, expected * factor) * binom.pmf(wrote, met, np.clip(0.8 * factor, 0, 0.999))

    fault = quad(lambda factor: likelihood(factor) / 0.5, 0, 0.5)[0]
    healthy = quad(lambda factor: likelihood(factor) * gamma.pdf(factor, 12, scale=1 / 12), 0, 4)[0]
    assert evidence(events, expected, met, wrote) == pytest.approx(np.log(fault / healthy), abs=0.1)


def test_kinds_of_buyers_multiply_and_rows_are_judged_one_by_one():
    def likelihood(factor):
        return binom.pmf(1, 6, 0.8 * factor) * binom.pmf(2, 40, 0.1 * factor)

    fault = quad(lambda factor: likelihood(factor) / 0.5, 0, 0.5)[0]
    healthy = quad(lambda factor: likelihood(factor) * gamma.pdf(factor, 25, scale=1 / 25), 0, 1.25)[0]
    kinds = [np.array([[0, 0], [6, 40]]), np.array([[0, 0], [1, 2]]), np.array([[0.8, 0.1]] * 2)]
    found = faults.evidence(np.zeros(2), np.zeros(2), *kinds, np.array([10, 25]), 0.5)
    assert found == pytest.approx([0, np.log(fault / healthy)], abs=0.1)


def test_the_more_healthy_rows_differ_the_less_a_shortfall_says():
    assert evidence(2, 12, alike=10) < evidence(2, 12, alike=25)


def test_known_buyers_say_more_than_as_many_expected_events():
    assert evidence(0, 0, 10, 1) > evidence(1, 8)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.floats(0.5, 60), st.integers(0, 12), st.data())
def test_fewer_events_and_more_misses_never_excuse(events, expected, met, data):
    wrote = data.draw(st.integers(0, met))
    here = evidence(events, expected, met, wrote)
    assert evidence(events + 1, expected, met, wrote) <= here + 1e-9
    assert evidence(events, expected, met + 1, wrote) >= here - 1e-9


def test_probability_is_bayes_and_the_prior_is_shared_by_what_is_at_stake():
    assert faults.probability(np.log(9.0), 0.1) == pytest.approx(0.5)
    assert faults.probability(-800.0, 0.1) == 0
    assert faults.shared_prior(pd.Series([3.0, 1.0, 0.0]), 0.2).tolist() == pytest.approx([0.15, 0.05, 0])
    assert faults.shared_prior(pd.Series([0.0, 0.0]), 0.2).tolist() == [0, 0]


def spread(events, expected, met=NOBODY, wrote=NOBODY, usual=NOBODY):
    kinds = [np.resize(values, (len(events), values.shape[1])) for values in (met, wrote, usual)]
    return faults.spread(np.array(events), np.array(expected), *kinds, (8, 25))


def test_spread_leaves_the_suspect_out_and_stays_within_its_bounds():
    assert spread([10.0] * 9 + [0.0], [10.0] * 10) == pytest.approx(25)
    assert spread([0.0, 40, 0, 38, 1, 45, 2, 35], [20.0] * 8) == pytest.approx(8)
    assert 8 <= spread([], []) <= 25


def test_spread_counts_known_buyers_too():
    met, usual = np.array([[20.0]]), np.array([[0.5]])
    wrote = np.array([[3.0], [17], [2], [18], [4], [16]])
    kinds = (np.tile(met, (6, 1)), wrote, np.tile(usual, (6, 1)))
    assert faults.spread(np.zeros(6), np.zeros(6), *kinds, (8, 25)) == pytest.approx(8)


def test_expected_needed_is_where_none_at_all_would_name_it():
    prior = pd.Series([0.05, 0.2])
    needed = faults.expected_needed(12, 0.5, prior, 0.8)
    for place in (0, 1):
        zero, before = evidence(0, needed[place]), evidence(0, needed[place] - 0.5)
        assert faults.probability(zero, prior[place]) > 0.8 >= faults.probability(before, prior[place])
    assert needed[0] > needed[1]
