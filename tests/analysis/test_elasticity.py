"""How clicks follow money: learned from changed bids, and from nothing else."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import elasticity, rules

BOOK = rules.load(date(2026, 9, 19))
ASSUMED = BOOK["bidding.elasticity"].value


def weeks(seed: int, bid_spread: float = 0.25, words: int = 30, count: int = 8, clicks: float = 33.0) -> pd.DataFrame:
    """A store whose clicks move as bid^0.8 and whose spend as bid^(0.8 / 0.55): a true elasticity of 0.55."""
    rng = np.random.default_rng(seed)
    word, week = np.repeat(np.arange(words), count), np.tile(np.arange(count), words)
    bid = rng.normal(0, bid_spread, len(word))
    season = rng.normal(0, 0.2, count)[week]
    bought = rng.poisson(clicks * np.exp(rng.normal(0, 0.7, words)[word] + 0.8 * bid + season))
    price = 3 * np.exp((0.8 / 0.55 - 0.8) * bid) * rng.lognormal(0, 0.1, len(word))
    days = pd.date_range("2026-08-01", periods=count, freq="7D")[week]
    names = pd.Series(word).map("word {}".format)
    return pd.DataFrame(
        {
            "keyword": names,
            "campaign": "p",
            "period_end": days,
            "bid": 3 * np.exp(bid),
            "clicks": bought,
            "spend": bought * price,
        }
    )


def test_the_truth_is_found_where_bids_were_changed():
    found = [elasticity.pooled(weeks(seed), rules=BOOK) for seed in range(40)]
    assert {message["id"] for message in found} == {"bidding.elasticity_measured"}
    assert np.mean([message["middle"] for message in found]) == pytest.approx(0.55, abs=0.02)
    assert 24 <= sum(message["low"] < 0.55 < message["high"] for message in found) <= 39  # 80 % of 40
    assert found[0]["weeks"] == 8 and 25 <= found[0]["words"] <= 30


def test_chance_alone_identifies_no_curve():
    """With one bid throughout, clicks and spend rise and fall together: that is no elasticity of 1."""
    found = elasticity.pooled(weeks(0, bid_spread=0), rules=BOOK)
    assert found["id"] == "bidding.elasticity_assumed"
    assert {name: found[name] for name in ASSUMED} == ASSUMED


def test_a_bid_that_moves_nothing_is_too_weak_to_tell():
    table = weeks(1)
    noise = np.random.default_rng(99).lognormal(0, 0.25, len(table))
    assert elasticity.pooled(table.assign(bid=noise), rules=BOOK)["id"] == "bidding.elasticity_assumed"


def test_few_data_stay_near_what_is_assumed():
    few = elasticity.pooled(weeks(3, words=6, count=3, clicks=20), rules=BOOK)
    many = elasticity.pooled(weeks(3), rules=BOOK)
    assert few["high"] - few["low"] > many["high"] - many["low"]
    assert few["high"] - few["low"] < ASSUMED["high"] - ASSUMED["low"]


def test_words_with_few_clicks_and_weeks_without_any_do_not_take_part():
    table = weeks(0, words=3)
    table.loc[table["keyword"] == "word 0", ["clicks", "spend"]] = [9, 27.0]
    table.loc[table.index[-1], ["clicks", "spend"]] = 0
    found = elasticity.pooled(table, rules=BOOK)
    assert found["words"] == 2 and found["id"] == "bidding.elasticity_assumed"
    kept = table.assign(clicks=table["clicks"].mask(table["keyword"] == "word 0", 10))
    assert elasticity.pooled(kept, rules=BOOK)["words"] == 3


def test_two_stage_least_squares_by_hand():
    """Without noise the ratio of the two slopes comes out exactly, whatever words and weeks have in common."""
    word, week = np.repeat(range(4), 5), np.tile(range(5), 4)
    bid = np.random.default_rng(0).normal(0, 0.2, 20)
    logs = {
        "bid": bid,
        "clicks": 3 + 0.3 * word + 0.1 * week + 0.6 * bid,
        "spend": 4 + 0.2 * word - 0.2 * week + 1.2 * bid,
    }
    table = pd.DataFrame({name: np.exp(values) for name, values in logs.items()}).assign(word=word, period_end=week)
    estimate, error, strength = elasticity.instrumented(table)
    assert estimate == pytest.approx(0.5) and error < 1e-6 and strength > 1e6
    assert np.isnan(elasticity.instrumented(table[table["word"] < 2])[0])


def test_the_panel_sums_days_and_products_to_weeks():
    rows = pd.DataFrame(
        {
            "keyword": ["a", "a", "a", None, "b"],
            "campaign": ["p", "p", None, "p", "p"],
            "period_kind": ["week"] * 4 + ["month"],
            "period_end": pd.Timestamp("2026-09-19"),
            "bid": [2.0, 4.0, 3.0, 1.0, 1.0],
            "clicks": [1, 2, 5, 7, 7],
            "spend": [2.0, 4.0, 9.0, 7.0, 7.0],
        }
    )
    found = elasticity.panel(rows).drop(columns="period_end")
    assert found.to_numpy(dtype=object).tolist()[0] == ["a", "p", 3.0, 3.0, 6.0]
    assert found["clicks"].tolist() == [3, 5]
    assert elasticity.panel(rows.assign(bid=np.nan)).empty


def test_the_curve_passes_through_what_was_observed_with_its_elasticity():
    curve = elasticity.curve_through(pd.Series([100.0, 0.0, 5.0]), pd.Series([40.0, 0.0, 0.0]), 0.6)
    ceiling, half = curve.iloc[0]
    assert (ceiling, half) == pytest.approx((100, 150))
    assert ceiling * 100 / (100 + half) == pytest.approx(40) and half / (100 + half) == pytest.approx(0.6)
    assert curve.iloc[1:].isna().all(axis=None)
