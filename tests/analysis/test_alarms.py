import numpy as np
import pandas as pd
import pytest
from scipy import stats

from opsbook.analysis import alarms, next_count, rules, sources

WEEK = pd.Timestamp("2026-06-20")  # no promotion month near
RULES = rules.load(WEEK.date())


def long(values, week=WEEK, object="search"):
    """One channel's weekly visitors, the report week last; None is a missing value."""
    ends = pd.date_range(end=week, periods=len(values), freq="7D")
    columns = {"object_type": "channel", "object": object, "metric": "visitors", "period_end": ends, "value": values}
    return pd.DataFrame(columns)


def judge(values, **options):
    return alarms.alarms(long(values, **options), options.get("week", WEEK), RULES).iloc[0]


def test_a_fall_and_a_rise_are_alarms():
    steady = [200, 210, 190, 205, 195, 200, 198, 207]
    fall, rise, same = judge([*steady, 60]), judge([*steady, 420]), judge([*steady, 190])
    assert fall["alarm"] and fall["verdict"]["id"] == "traffic.alarm_fall"
    assert rise["alarm"] and rise["verdict"]["id"] == "traffic.alarm_rise"
    assert not same["alarm"] and same["verdict"]["id"] == "traffic.alarm_none"
    assert fall["range_low"] < fall["expected_value"] < fall["range_high"]
    assert fall["expected_value"] == pytest.approx(200, rel=0.03)


def test_few_counts_and_unsteady_channels_raise_no_alarm():
    assert not judge([3, 1, 2, 4, 2, 3, 1, 2, 0])["alarm"]
    assert not judge([50, 400, 120, 30, 260, 90, 310, 60, 20])["alarm"]


def test_history_that_is_too_short_says_how_much_more_is_needed():
    row = judge([100, 100, 100, 10])
    assert pd.isna(row["alarm"]) and row["verdict"]["id"] == "traffic.alarm_too_early"
    assert (row["verdict"]["weeks"], row["verdict"]["more"]) == (3, 1)
    assert not pd.isna(judge([100, 100, 100, 100, 10])["alarm"])
    assert judge([100])["verdict"]["more"] == 4


def test_missing_weeks_are_no_zeros():
    row = judge([100, None, 100, None, 100, 100, 10])
    assert row["weeks"] == 4 and row["alarm"]
    unknown = judge([100] * 8 + [None])
    assert pd.isna(unknown["alarm"]) and unknown["verdict"]["id"] == "traffic.alarm_no_value"


def test_only_the_past_eight_weeks_count():
    assert judge([1000] + [100] * 8 + [100])["weeks"] == 8
    assert judge([1000] + [100] * 8 + [100])["expected_value"] == judge([100] * 8 + [100])["expected_value"]


def test_promotion_months_are_flagged():
    def season(week):
        return judge([100] * 8 + [10], week=pd.Timestamp(week))

    assert not season("2026-06-20")["season"]
    assert season("2026-03-07")["season"] and season("2026-03-07")["verdict"]["id"] == "traffic.alarm_fall_season"
    assert season("2026-11-14")["season"] and not season("2026-12-05")["season"]
    assert alarms.in_promotion(pd.Timestamp("2026-10-03"), [3, 9])  # its Sunday is 27 September
    assert not alarms.in_promotion(pd.Timestamp("2026-08-29"), [3, 9])
    assert alarms.in_promotion(pd.Timestamp("2026-09-05"), [3, 9])


def test_series_take_absent_channels_as_zero_and_missing_figures_as_missing():
    ends = pd.date_range(end=WEEK, periods=2, freq="7D")
    channels = pd.DataFrame(
        {"period_kind": ["week", "week", "week", "rolling_7"], "period_end": [ends[0], ends[0], ends[1], ends[1]]}
    ).assign(channel=["搜索", "RFQ", "搜索", "RFQ"], visitors=pd.array([10, 2, None, 99], dtype="Int64"))
    store = pd.DataFrame({"period_end": ends, "visitors": [9, 8], "opportunities": [1, None]})
    found = alarms.series(channels, store, WEEK).set_index(["object", "metric", "period_end"])["value"]
    assert found["RFQ", "visitors", ends[1]] == 0
    assert np.isnan(found["搜索", "visitors", ends[1]])
    assert found["", "visitors", ends[1]] == 8 and np.isnan(found["", "opportunities", ends[1]])
    assert alarms.series(None, None, WEEK).empty
    assert alarms.alarms(alarms.series(None, None, WEEK), WEEK, RULES).empty


def test_a_renamed_channel_is_no_fall():
    ends = pd.date_range(end=WEEK, periods=9, freq="7D")
    channels = pd.DataFrame({"period_end": ends, "channel": ["会场"] * 8 + ["导购会场"], "visitors": 100})
    table = alarms.alarms(alarms.series(channels, None, WEEK), WEEK, RULES)
    assert table["object"].tolist() == ["导购会场"] and not table["alarm"].any()


def test_holm_by_hand():
    assert alarms.holm(np.array([0.01, 0.04, np.nan, 0.03])).tolist()[:2] == pytest.approx([0.03, 0.06])
    assert alarms.holm(np.array([0.01, 0.04, np.nan, 0.03]))[3] == pytest.approx(0.06)
    assert np.isnan(alarms.holm(np.array([0.5, np.nan]))[1])
    assert alarms.holm(np.array([0.9, 0.8])).tolist() == [1, 1]


def test_dispersion_is_an_upper_limit_and_at_least_one():
    past = pd.DataFrame(
        [[10, 10, 10, 10], [10, 40, 5, 25], [0, 0, 0, 0], [3, 4, None, None]], index=list("abcd"), dtype=float
    )
    found = alarms.dispersion(past)
    assert found["a"] == 1
    assert found["b"] == pytest.approx(past.loc["b"].var() / 20 * 3 / stats.chi2.ppf(0.1, 3))
    assert found[["c", "d"]].isna().all()


@pytest.mark.parametrize("extra_cv", [0, 0.2, 0.4])
def test_at_most_5_of_100_stores_get_a_false_alarm(extra_cv):
    """Each store: ten channels of very different size, its visitors and its opportunities; nothing ever changes."""
    rng = np.random.default_rng(4)
    means = np.array([400, 200, 90, 60, 40, 20, 10, 5, 2, 0.5, 700, 40])
    alarmed = 0
    for _ in range(100):
        factor = rng.gamma(extra_cv**-2, extra_cv**2, (9, 12)) if extra_cv else 1.0
        weeks = rng.poisson(means * factor * np.ones((9, 1))).astype(float)
        p = np.array([next_count.tail_probability(weeks[:8, i], weeks[8, i]) for i in range(12)])
        alarmed += (alarms.holm(p) <= 0.05).any()
    assert alarmed <= 5


def test_the_whole_path_raises_no_alarm_where_nothing_changed():
    rng = np.random.default_rng(9)
    ends = pd.date_range(end=WEEK, periods=9, freq="7D")
    raised = 0
    for _ in range(20):
        visitors = rng.poisson([300, 80, 20, 5], (9, 4))
        table = pd.DataFrame(visitors, index=ends, columns=["搜索", "系统推荐", "直接访问", "RFQ"])
        table = (
            table.melt(ignore_index=False, var_name="channel", value_name="visitors")
            .rename_axis("period_end")
            .reset_index()
        )
        raised += alarms.alarms(alarms.series(table, None, WEEK), WEEK, RULES)["alarm"].any()
    assert raised <= 2
    assert sources.weekly_visitors(table, WEEK).shape == (4, 8)
