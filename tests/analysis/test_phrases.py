"""Weak phrases: what is planted is found, what is chance is left alone."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, nbinom

from opsbook.analysis import phrases, rates, rules
from opsbook.report.messages.keywords import MESSAGES

RULES = rules.load(date(2026, 9, 19))
TOKENS = ["steel", "pipe", "tube", "cheap", "wholesale", "free", "large", "black", "fitting", "thin", "round", "cut"]


def account(seed: int, weak: tuple = (), factor: float = 0.0, rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    words = [" ".join(rng.choice(TOKENS, rng.integers(1, 5), replace=False)) for _ in range(rows)]
    hit = np.array([any(token in word.split() for token in weak) for word in words])
    clicks = np.ceil(rng.lognormal(2.5, 1, rows))
    rate = rng.gamma(2, 0.02, rows) * np.where(hit, factor, 1)
    return pd.DataFrame(
        {"keyword": words, "clicks": clicks, "spend": clicks * 2, "inquiries": rng.poisson(rate * clicks)}
    )


def test_planted_phrases_are_found_and_told_apart_by_intent():
    table = phrases.weak_phrases(account(1, weak=("free", "wholesale")), rules=RULES).set_index("phrase")
    assert table.loc["free", "verdict"] == "negative_candidate"
    assert table.loc["wholesale", "verdict"] == "look_at_page"
    assert (table.loc[["steel", "pipe", "tube"], "verdict"] == "as_expected").all()
    for message in table["evidence"]:
        assert MESSAGES[message["id"]].format(**message)


def test_words_of_unknown_cost_have_no_spend_instead_of_none():
    table = phrases.weak_phrases(account(1, weak=("free",)).assign(spend=np.nan), rules=RULES).set_index("phrase")
    assert table["spend"].isna().all()
    message = table.loc["free", "evidence"]
    assert message["id"].endswith("_unpriced") and MESSAGES[message["id"]].format(**message)


def test_a_weak_phrase_with_an_inquiry_is_reviewed_and_never_excluded():
    words = account(1, weak=("free",))
    words.loc[words["keyword"].str.contains("free").idxmax(), "inquiries"] = 1
    table = phrases.weak_phrases(words, rules=RULES).set_index("phrase")
    assert table.loc["free", "verdict"] == "review"


def test_chance_alone_blames_hardly_any_account():
    """Hundreds of phrases are tested: without control of false discoveries most accounts would lose words to luck."""
    tables = (phrases.weak_phrases(account(seed), rules=RULES) for seed in range(60))
    assert np.mean([(table["verdict"] != "as_expected").any() for table in tables]) <= 0.1


def test_numbers_of_a_phrase_by_hand():
    words = account(3)
    table = phrases.weak_phrases(words, rules=RULES).set_index("phrase")
    rows = words[[("tube" in word.split()) for word in words["keyword"]]]
    prior = rates.shrink([*words["inquiries"], 0], [*words["clicks"], 0]).iloc[-1]
    size = prior["alpha"] * rows["clicks"].sum() ** 2 / (rows["clicks"] ** 2).sum()
    expected = prior["mean"] * rows["clicks"].sum()
    tube = table.loc["tube"]
    assert tube[["word_count", "clicks", "spend", "inquiries"]].tolist() == [
        len(rows), rows["clicks"].sum(), rows["spend"].sum(), rows["inquiries"].sum()
    ]  # fmt: skip
    assert tube["expected_inquiries"] == pytest.approx(expected)
    assert tube["p_value"] == pytest.approx(nbinom.cdf(tube["inquiries"], size, size / (size + expected)))
    np.testing.assert_allclose(table["q_value"], false_discovery_control(table["p_value"]))
    assert table["p_value"].is_monotonic_increasing


def test_phrases_too_small_to_prove_anything_are_left_out():
    words = account(4).assign(clicks=1.0, spend=1.0, inquiries=0)
    words.loc[0, "inquiries"] = 1
    assert phrases.weak_phrases(words, rules=RULES).empty


def test_a_phrase_in_just_the_words_of_a_longer_one_is_left_out():
    rows = phrases._rows_of_phrases(pd.Series(["hot rolled coil", "Hot  rolled coils", "coil", "hot rolled"]), 3)
    assert rows == {"hot rolled": (0, 1, 3), "coil": (0, 1, 2), "hot rolled coil": (0, 1)}


def test_a_word_that_repeats_a_token_counts_once():
    assert phrases._rows_of_phrases(pd.Series(["pipe pipe", "pipe"]), 1) == {"pipe": (0, 1)}


def test_missing_counts_and_empty_tables():
    words = account(5)
    gaps = pd.concat([words, words.iloc[:3].assign(inquiries=np.nan)], ignore_index=True)
    pd.testing.assert_frame_equal(phrases.weak_phrases(gaps, rules=RULES), phrases.weak_phrases(words, rules=RULES))
    for nothing in (words.iloc[:0], words.assign(clicks=0)):
        table = phrases.weak_phrases(nothing, rules=RULES)
        assert table.empty and table.columns.tolist() == phrases.COLUMNS
