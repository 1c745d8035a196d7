from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, binomtest

from opsbook.analysis import lifecycle, rules
from opsbook.report.messages import MESSAGES

DAY = date(2026, 9, 19)
RULES = rules.load(DAY)


def history(counts: dict[str, list[float | None]]) -> pd.DataFrame:
    """Weekly visitors of products, oldest first; `...` stands for a week in which the export leaves the product out."""
    ends = pd.date_range("2026-07-25", periods=9, freq="7D")
    rows = [
        {"product_id": name, "title": name.upper(), "period_end": end, "visitors": value}
        for name, values in counts.items()
        for end, value in zip(ends, values, strict=False)
        if value is not ...
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=1)


def test_new_arrivals_by_age_with_day_90_counted():
    published = pd.Timestamp(DAY) - pd.to_timedelta([0, 30, 31, 60, 61, 90, 91], unit="D")
    profile = pd.DataFrame({"product_id": list("abcdefg"), "published_on": published})
    late = pd.DataFrame({"product_id": ["h", "i"], "published_on": pd.to_datetime([None, "2026-09-20"])})
    performance = pd.DataFrame(
        {
            "product_id": ["a", "b", "c", "other"],
            "search_impressions": [10, 0, 5, 99],
            "visitors": [40, 0, 10, 99],
            "inquirers": [1, 0, 1, 99],
            "tm": [2, 0, 0, 99],
        }
    )
    table = lifecycle.new_arrivals(pd.concat([profile, late]), performance, as_of=DAY, rules=RULES)
    assert table["age"].tolist() == ["0-30", "31-60", "61-90", "unknown"]
    assert table["products"].tolist() == [2, 2, 2, 2]
    assert table["seen"].tolist() == [1, 1, 0, 0] and table["contacted"].tolist() == [1, 1, 0, 0]
    assert table["observed_rate"].tolist()[:2] == [3 / 40, 1 / 10] and table["observed_rate"].isna().tolist()[2:] == [
        True,
        True,
    ]
    assert (table["lower"] < table["upper"]).tolist()[:2] == [True, True]
    assert table[["lower", "upper"]].isna().all(axis=1).tolist()[2:] == [True, True]


def test_new_arrivals_without_an_export_or_a_number_are_unknown():
    profile = pd.DataFrame({"product_id": ["a"], "published_on": [pd.Timestamp(DAY)]})
    columns = ["product_id", "search_impressions", "visitors", "inquirers", "tm"]
    nothing = lifecycle.new_arrivals(profile, pd.DataFrame(columns=columns), as_of=DAY, rules=RULES)
    blank = lifecycle.new_arrivals(
        profile, pd.DataFrame([["a", 1, 5, 1, None]], columns=columns), as_of=DAY, rules=RULES
    )
    assert np.isnan(nothing.loc[0, "visitors"]) and nothing.loc[0, "products"] == 1
    assert blank.loc[0, "visitors"] == 5 and np.isnan(blank.loc[0, "opportunities"])


def test_the_test_is_the_exact_binomial_where_counts_are_whole():
    for k, m, weeks in [(3, 20, 4), (0, 7, 1), (12, 30, 2), (40, 40, 1)]:
        expected = binomtest(k, k + m, 1 / (1 + weeks), alternative="less").pvalue
        assert lifecycle.at_most(k, m, 1 / (1 + weeks)) == pytest.approx(expected)
    assert lifecycle.at_most(0, 0, 0.2) == pytest.approx(1)


def test_watch_by_hand():
    steady = [100, 100, 100, 110, 90, 100, 100, 100, 100]
    found = lifecycle.watch(history({"fallen": steady[:8] + [50], "steady": steady})).set_index("product_id")
    assert found.loc["fallen", ["last", "base", "base_weeks", "change"]].tolist() == [50, 97.5, 4, 50 / 97.5 - 1]
    assert (found["picked_on"] == "earlier weeks").all() and (found["dispersion"] == 1).all()
    assert found.loc["fallen", "p_value"] == pytest.approx(binom.cdf(50, 440, 1 / 5))
    assert found.loc["fallen", "q_value"] == pytest.approx(min(2 * binom.cdf(50, 440, 1 / 5), 1))
    assert found["verdict"].to_dict() == {"fallen": "decline", "steady": "no decline"}
    assert found["store_change"].tolist() == pytest.approx([150 / 195 - 1] * 2)
    assert found["title"].tolist() == ["FALLEN", "STEADY"]
    assert all(MESSAGES[message["id"]].format(**message) for message in found["evidence"])


def test_scatter_of_the_base_weeks_weakens_the_test():
    wild = [100, 100, 100, 100, 100, 40, 160, 40, 160]
    found = lifecycle.watch(history({"wild": [*wild[:4], 40, 160, 40, 160, 70]}))
    # mean 100, deviations of 60: chi-square 4 * 36, three degrees of freedom
    assert found.loc[0, "dispersion"] == pytest.approx(48)
    assert found.loc[0, "verdict"] != "decline"


def test_bestsellers_are_picked_before_the_weeks_they_are_measured_by():
    early, late = [50] * 4 + [1] * 5, [1] * 4 + [50] * 5
    assert lifecycle.watch(history({"early": early, "late": late}), top=1)["product_id"].tolist() == ["early"]
    short = lifecycle.watch(history({"a": [5, 9, 8], "b": [7, 7, 7]}), top=1)
    assert short[["product_id", "picked_on", "base_weeks"]].to_numpy().tolist() == [["a", "same weeks", 2]]


def test_absent_counts_zero_and_missing_is_unknown():
    steady = [30] * 9
    found = lifecycle.watch(history({"gone": steady[:8] + [...], "blank": steady[:8] + [None], "there": steady}))
    found = found.set_index("product_id")
    assert found["absent"].to_dict() == {"gone": True, "blank": False, "there": False}
    assert found["verdict"].to_dict() == {"gone": "decline", "blank": "unknown", "there": "no decline"}
    assert found.loc["gone", "last"] == 0 and np.isnan(found.loc["blank", "p_value"])


def test_too_few_to_see_a_decline():
    # even zero would not do: 0 of 5 in one of two weeks has chance 1/32, 0 of 3 has 1/8
    enough, few = (lifecycle.watch(history({"a": [n, n]}), base_weeks=1) for n in (5, 3))
    assert enough["verdict"].tolist() == ["no decline"] and few["verdict"].tolist() == ["not enough data"]


def test_one_week_or_none_gives_an_empty_table():
    assert lifecycle.watch(history({"a": [5]})).empty
    assert lifecycle.watch(history({"a": [5, 5]}).head(0)).empty


def test_opportunities_are_inquirers_and_tm_persons():
    frame = history({"a": [0, 0]}).assign(inquirers=[9, 9], tm=[1, 1])
    assert lifecycle.watch(frame, "opportunities").loc[0, ["last", "base"]].tolist() == [10, 10]


def test_false_declines_stay_rare_when_weeks_scatter_twice_as_much_as_chance():
    rng = np.random.default_rng(3)
    falsely = 0
    for _ in range(100):
        mean = rng.uniform(20, 200, 10)[:, None]
        counts = rng.negative_binomial(mean, 0.5, (10, 9)).astype(float)  # variance = 2 x mean
        found = lifecycle.watch(history(dict(zip("abcdefghij", counts.tolist(), strict=True))))
        falsely += (found["verdict"] == "decline").any()
    assert falsely <= 16  # of 100 stores, at a false discovery rate of one in ten
