import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import rules, sources

WEEK = pd.Timestamp("2026-09-19")
RULES = rules.load(WEEK.date())


def rows(weeks, channel="搜索", end=WEEK, **columns):
    """One row per week, the newest last."""
    ends = pd.date_range(end=end, periods=len(weeks), freq="7D")
    return pd.DataFrame({"period_kind": "week", "period_end": ends, "channel": channel, "visitors": weeks} | columns)


def test_window_takes_the_natural_week_only():
    table = pd.concat([rows([1, 2]), rows([9]).assign(period_kind="rolling_7")])
    assert sources.window(table, WEEK)["visitors"].tolist() == [2]
    assert sources.window(table.drop(columns="period_kind"), "2026-09-19")["visitors"].tolist() == [2, 9]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"opportunities": 3, "opportunity_rate": 0.9, "visitors": 10}, (3, "given")),
        ({"visitors": 7, "opportunity_rate": 0.1429, "inquirers": 5, "tm": 5}, (1, "rate")),
        ({"visitors": 7, "inquirers": 0, "tm": 2}, (2, "one_kind")),
        ({"visitors": 7, "inquirers": 2, "tm": 2}, (4, "at_most")),
        ({"visitors": 7, "inquirers": 2, "tm": None}, (None, "unknown")),
        ({"visitors": None, "opportunity_rate": 0.1}, (None, "unknown")),
    ],
)
def test_opportunities_and_what_they_rest_on(row, expected):
    found = sources.count_opportunities(pd.DataFrame([row])).iloc[0]
    assert (None if np.isnan(found["opportunities"]) else found["opportunities"], found["basis"]) == expected


def test_channel_table():
    table = pd.concat([rows([40, 50], opportunity_rate=[0.1, 0.2]), rows([5], "元宇宙", opportunity_rate=[0.0])])
    found = sources.channel_table(table, WEEK).set_index("channel")
    assert found.index.tolist() == ["搜索", "元宇宙"]
    search = found.loc["搜索"]
    assert (search["root"], search["visitors"], search["visitors_before"], search["wow"]) == ("search", 50, 40, 0.25)
    assert (search["opportunities"], search["opportunity_rate"], search["basis"]) == (10, 0.2, "rate")
    # Wilson for 10 of 50, by hand: centre (0.2 + 1.92073/50) / (1 + 3.84146/50)
    assert (search["lower"], search["upper"]) == pytest.approx((0.11244, 0.33037), abs=1e-5)
    new = found.loc["元宇宙"]
    assert new["visitors_before"] == 0 and np.isnan(new["wow"]) and new["root"] == "unmapped"


def test_channel_table_of_one_week_knows_no_change():
    found = sources.channel_table(rows([50], opportunity_rate=[0.2]), WEEK).iloc[0]
    assert np.isnan(found["visitors_before"]) and np.isnan(found["wow"]) and np.isnan(found["trend_4"])


def test_zero_visitors_have_no_rate_and_contacts_beyond_visitors_no_interval():
    table = pd.concat([rows([0], "RFQ", opportunities=[2]), rows([3], "询盘", opportunities=[5])])
    found = sources.channel_table(table, WEEK).set_index("channel")
    assert np.isnan(found.loc["RFQ", "opportunity_rate"]) and np.isnan(found.loc["RFQ", "lower"])
    assert found.loc["询盘", "opportunity_rate"] == pytest.approx(5 / 3) and np.isnan(found.loc["询盘", "lower"])


def test_empty_table_gives_an_empty_table():
    assert sources.channel_table(rows([]), WEEK).empty
    assert sources.root_shares(sources.channel_table(rows([]), WEEK), RULES)["channels"].tolist() == [0] * 4


def test_weekly_visitors_tell_absent_from_missing():
    table = pd.concat([rows([5, None, 7]), rows([2], "RFQ")])
    found = sources.weekly_visitors(table, WEEK, 4)
    assert found.columns.tolist() == list(pd.date_range(end=WEEK, periods=4, freq="7D"))
    assert found.loc["搜索"].isna().tolist() == [True, False, True, False]
    assert found.loc["RFQ"].tolist()[1:] == [0, 0, 2] and np.isnan(found.loc["RFQ"].iloc[0])


def test_trends_by_hand():
    # 10, 12, 14, 16: slope 2 a week, mean 13
    trend = sources.trends(rows([10, 12, 14, 16]), WEEK).loc["搜索"]
    assert trend["trend_4"] == pytest.approx(2 / 13) and trend["trend_8"] == pytest.approx(2 / 13)
    # a missing week does not bend the line
    gap = sources.trends(rows([10, None, 14, 16]), WEEK).loc["搜索"]
    assert gap["trend_4"] == pytest.approx(2 / (40 / 3)) and np.isnan(gap["trend_8"]) and gap["weeks_seen"] == 3


def test_burst_is_variation_beyond_chance():
    # mean 20, variance 800/3 of 4 weeks 40, 0, 20, 20; minus the mean, root, over the mean
    unsteady = sources.trends(rows([40, 0, 20, 20]), WEEK).loc["搜索"]
    assert unsteady["extra_variation"] == pytest.approx(np.sqrt(800 / 3 - 20) / 20) and unsteady["is_burst"]
    # small counts vary by chance alone
    assert not sources.trends(rows([1, 2, 0, 1]), WEEK).loc["搜索", "is_burst"]
    assert pd.isna(sources.trends(rows([40, 0, 20]), WEEK).loc["搜索", "is_burst"])
    limit = sources.trends(rows([40, 0, 20, 20]), WEEK, burst=unsteady["extra_variation"]).loc["搜索", "is_burst"]
    assert limit


def test_shares_of_roots_against_the_soft_reference():
    table = pd.concat([rows([60]), rows([20], "系统推荐"), rows([15], "直接访问"), rows([4], "RFQ"), rows([1], "询盘")])
    found = sources.root_shares(sources.channel_table(table, WEEK), RULES).set_index("root")
    assert found["share"].tolist() == pytest.approx([0.60, 0.20, 0.05, 0.15])
    assert found["deviation"].tolist() == pytest.approx(
        [0, -0.10, 0.10, 0.10]
    )  # 5 % and 15 % stand against 10 % together
    assert found.loc["interaction", ["entries", "acquiring_entries", "all_entries"]].tolist() == [5, 4, 100]


def test_a_row_for_a_whole_root_stands_for_it():
    table = pd.concat([rows([60]), rows([50], "自然搜索"), rows([30], "直通车"), rows([20], "系统推荐")])
    found = sources.root_shares(sources.channel_table(table, WEEK), RULES).set_index("root")
    assert found.loc["search", ["entries", "channels"]].tolist() == [60, 1]
    assert found["all_entries"].iloc[0] == 80


def test_unknown_visitors_make_every_share_unknown():
    table = pd.concat([rows([60]), rows([None], "系统推荐")])
    found = sources.root_shares(sources.channel_table(table, WEEK), RULES).set_index("root")
    assert found["share"].isna().all() and found.loc["search", "entries"] == 60


def test_overlap():
    table = sources.channel_table(pd.concat([rows([20]), rows([39], "其他")]), WEEK)
    assert sources.overlap(table, 53) == {"id": "traffic.overlap", "entries": 59, "visitors": 53, "ratio": 59 / 53}
    assert sources.overlap(table, 60)["id"] == "traffic.overlap_incomplete"
    for unknown in (None, 0, np.nan):
        assert sources.overlap(table, unknown)["id"] == "traffic.overlap_unknown"
    assert sources.overlap(table.head(0), 53) == {"id": "traffic.overlap_unknown", "channels": 0}


def test_unify_names_takes_the_newest():
    table = pd.concat([rows([1], "导购会场"), rows([2], "会场", end=WEEK - pd.Timedelta(weeks=1)), rows([3], "元宇宙")])
    assert sources.unify_names(table)["channel"].tolist() == ["导购会场", "导购会场", "元宇宙"]


@pytest.mark.parametrize("seed", range(20))
def test_trends_are_the_slopes_of_a_straight_line_through_the_known_weeks(seed):
    rng = np.random.default_rng(seed)
    visitors = rng.poisson(50, 8).astype(float)
    visitors[rng.random(8) < 0.3] = np.nan
    found = sources.trends(rows(visitors), WEEK).iloc[0]
    for last, least in ((8, 4), (4, 3)):
        week = np.flatnonzero(~np.isnan(visitors[-last:]))
        known = visitors[-last:][week]
        slope = np.polyfit(week, known, 1)[0] / known.mean() if len(week) >= least else np.nan
        assert found[f"trend_{last}"] == pytest.approx(slope, nan_ok=True)
