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


@pytest.mark.parametrize(
    ("events", "expected", "left_out", "missed_"), [(0, 5, 0, 0), (2, 12, 0, 0), (3, 4, 6, 5), (9, 8, 4, 0)]
)
def test_evidence_is_the_ratio_of_two_integrals(events, expected, left_out, missed_):
    def likelihood(factor):
        lost = np.clip(1 - (1 - 0.2) * factor, 1e-3, 1)
        return poisson.pmf(events, expected * factor) * binom.pmf(missed_, left_out, lost)

    fault = quad(lambda factor: likelihood(factor) / 0.5, 0, 0.5)[0]
    healthy = quad(lambda factor: likelihood(factor) * gamma.pdf(factor, 12, scale=1 / 12), 0, 4)[0]
    found = faults.evidence(events, expected, left_out, missed_, 0.2, 12, 0.5)
    assert found == pytest.approx(np.log(fault / healthy), abs=0.1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.floats(0.5, 60), st.integers(0, 12), st.data())
def test_fewer_events_and_more_misses_never_excuse(events, expected, left_out, data):
    lost = data.draw(st.integers(0, left_out))
    here = faults.evidence(events, expected, left_out, lost, 0.2, 12, 0.5)
    assert faults.evidence(events + 1, expected, left_out, lost, 0.2, 12, 0.5) <= here + 1e-9
    assert faults.evidence(events, expected, left_out + 1, lost + 1, 0.2, 12, 0.5) >= here - 1e-9


def test_probability_is_bayes_and_the_prior_is_shared_by_what_is_at_stake():
    assert faults.probability(np.log(9.0), 0.1) == pytest.approx(0.5)
    assert faults.probability(-800.0, 0.1) == 0
    assert faults.shared_prior(pd.Series([3.0, 1.0, 0.0]), 0.2).tolist() == pytest.approx([0.15, 0.05, 0])
    assert faults.shared_prior(pd.Series([0.0, 0.0]), 0.2).tolist() == [0, 0]


def test_spread_leaves_the_suspect_out_and_stays_within_its_bounds():
    even = pd.Series([10.0] * 9 + [0.0])
    assert faults.spread(even, pd.Series([10.0] * 10), (8, 25)) == pytest.approx(25)
    wild = pd.Series([0.0, 40, 0, 38, 1, 45, 2, 35])
    assert faults.spread(wild, pd.Series([20.0] * 8), (8, 25)) == pytest.approx(8)
    assert 8 <= faults.spread(even.iloc[:0], even.iloc[:0], (8, 25)) <= 25


def test_expected_needed_is_where_none_at_all_would_name_it():
    prior = pd.Series([0.05, 0.2])
    needed = faults.expected_needed(12, 0.5, prior, 0.8)
    zero = faults.evidence(0, needed.to_numpy(), 0, 0, 0, 12, 0.5)
    assert (faults.probability(zero, prior) > 0.8).all()
    before = faults.evidence(0, needed.to_numpy() - 0.5, 0, 0, 0, 12, 0.5)
    assert (faults.probability(before, prior) <= 0.8).all()
    assert needed[0] > needed[1]
