import math
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from opsbook.analysis import traffic
from opsbook.analysis.brief import ACTION_COLUMNS

EFFECTS = ["traffic_effect", "conversion_effect", "total"]


def window(**channels):
    rows = [(name, *counts) for name, counts in channels.items()]
    return pd.DataFrame(rows, columns=["channel", "visitors", "opportunities"])


def effects_of(before, after, channel):
    effects = traffic.explain_change(before, after).set_index("channel")
    return effects.loc[channel, EFFECTS].tolist()


counts = st.tuples(st.integers(0, 10**6), st.integers(0, 10**5))
windows = st.dictionaries(st.sampled_from("abcdefgh"), counts, max_size=8).map(lambda channels: window(**channels))


def test_effects_by_hand():
    # r0 = 0.1, r1 = 0.2, mean 0.15; v: 100 -> 300, mean 200
    assert effects_of(window(a=(100, 10)), window(a=(300, 60)), "a") == pytest.approx([30, 20, 50])


def test_columns_and_order_of_rows():
    effects = traffic.explain_change(window(a=(10, 1), b=(10, 9)), window(a=(10, 2), b=(10, 2)))
    assert effects.columns.tolist() == ["channel", *EFFECTS]
    assert effects["channel"].tolist() == ["b", "a"]


@given(windows, windows)
@settings(max_examples=150, deadline=None)
def test_sums_are_exact_to_the_last_digit(before, after):
    effects = traffic.explain_change(before, after)
    change = int(after["opportunities"].sum()) - int(before["opportunities"].sum())
    assert effects["total"].sum() == change
    assert effects["traffic_effect"].sum() + effects["conversion_effect"].sum() == change
    assert (effects["traffic_effect"] + effects["conversion_effect"] == effects["total"]).all()
    assert math.fsum(effects[["traffic_effect", "conversion_effect"]].to_numpy().ravel()) == change


@given(windows, windows, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_channels_does_not_matter(before, after, random):
    shuffled = [frame.iloc[random.sample(range(len(frame)), len(frame))] for frame in (before, after)]
    pd.testing.assert_frame_equal(traffic.explain_change(*shuffled), traffic.explain_change(before, after))


@given(windows, windows)
@settings(max_examples=60, deadline=None)
def test_swapping_the_windows_mirrors_every_effect(before, after):
    there, back = traffic.explain_change(before, after), traffic.explain_change(after, before)
    pd.testing.assert_frame_equal(back.assign(**{column: -back[column] for column in EFFECTS}), there, check_exact=True)


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(0, 40), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_equal_rates_mean_no_conversion_effect(scale0, scale1, opportunities, visitors):
    before = window(a=(scale0 * visitors, scale0 * opportunities))
    after = window(a=(scale1 * visitors, scale1 * opportunities))
    assert traffic.explain_change(before, after)["conversion_effect"].tolist() == [0]


def test_equal_rates_that_no_float_holds_exactly():
    before, after = window(a=(97, 97 * 0.07)), window(a=(331, 331 * 0.07))
    assert effects_of(before, after, "a")[1] == 0


@given(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(0, 10**4))
@settings(max_examples=60, deadline=None)
def test_equal_visitors_mean_no_traffic_effect(visitors, before, after):
    assert effects_of(window(a=(visitors, before)), window(a=(visitors, after)), "a") == [
        0,
        after - before,
        after - before,
    ]


@given(windows, windows)
@settings(max_examples=60, deadline=None)
def test_effects_agree_with_exact_fractions(before, after):
    exact = {}
    for channel in {*before["channel"], *after["channel"]}:
        sides = [frame.set_index("channel").to_dict("index").get(channel) for frame in (before, after)]
        (v0, o0), (v1, o1) = ((int(s["visitors"]), int(s["opportunities"])) if s else (0, 0) for s in sides)
        rates = [Fraction(o, v) for v, o in ((v0, o0), (v1, o1)) if v]
        exact[channel] = float((v1 - v0) * sum(rates) / len(rates)) if rates else 0.0
    found = traffic.explain_change(before, after).set_index("channel")["traffic_effect"]
    for channel, effect in exact.items():
        assert found[channel] == pytest.approx(effect, rel=1e-9, abs=1e-6)


def test_a_channel_that_appears_or_disappears_is_traffic():
    assert effects_of(window(), window(new=(50, 4)), "new") == [4, 0, 4]
    assert effects_of(window(old=(50, 4)), window(), "old") == [-4, 0, -4]
    assert effects_of(window(zero=(0, 0)), window(zero=(50, 4)), "zero") == [4, 0, 4]


def test_opportunities_without_visitors():
    assert effects_of(window(a=(0, 2)), window(a=(0, 5)), "a") == [0, 3, 3]
    # 2 opportunities without a visitor; the rate of the other window stands in
    assert effects_of(window(a=(0, 2)), window(a=(100, 5)), "a") == [5, -2, 3]


def test_unknown_is_not_zero():
    after = window(a=(10, 1), b=(None, 3), c=(10, None))
    effects = traffic.explain_change(window(a=(10, 2), b=(10, 1), c=(10, 1)), after).set_index("channel")
    assert effects.loc["a"].tolist() == [0, -1, -1]
    assert np.isnan(effects.loc["b", ["traffic_effect", "conversion_effect"]].astype(float)).all()
    assert effects.loc["b", "total"] == 2
    assert effects.loc["c"].isna().all()


def test_rows_of_one_channel_are_added_and_input_stays():
    before = pd.concat([window(a=(10, 1)), window(a=(30, 3))])
    kept = before.copy()
    assert effects_of(before, window(a=(40, 2)), "a") == pytest.approx([0, -2, -2])
    pd.testing.assert_frame_equal(before, kept)
    unknown_part = pd.concat([window(a=(10, 1)), window(a=(None, 3))])
    assert np.isnan(effects_of(unknown_part, window(a=(40, 2)), "a")[0])


def test_empty_windows_and_nullable_integers():
    assert traffic.explain_change(window(), window()).empty
    nullable = window(a=(100, 10)).astype({"visitors": "Int64", "opportunities": "Int64"})
    assert effects_of(nullable, window(a=(200, 20)), "a") == [10, 0, 10]


def test_change_of_visitors():
    effects = traffic.explain_change(window(a=(10, 1)), window(a=(4, 1), b=(3, 0)), of="visitors").set_index("channel")
    assert effects.loc["a"].tolist() == [-6, 0, -6]
    assert effects.loc["b"].tolist() == [3, 0, 3]


def test_wrong_calls_are_one_line():
    with pytest.raises(ValueError, match="`of` must be one of 'opportunities', 'visitors'; found 'orders'"):
        traffic.explain_change(window(), window(), of="orders")
    with pytest.raises(ValueError, match=r"`after` must have the columns .*; missing: \['visitors'\]"):
        traffic.explain_change(window(), window().drop(columns="visitors"))
    with pytest.raises(ValueError, match="`before` must not have negative"):
        traffic.explain_change(window(a=(-1, 0)), window())


# ---- chance


def cause(before, after, channel="a", **options):
    return traffic.judge_change(before, after, **options).set_index("channel").loc[channel, "cause"]


def test_causes_are_named():
    assert cause(window(a=(1000, 80)), window(a=(500, 40))) == "traffic"
    assert cause(window(a=(1000, 80)), window(a=(1000, 30))) == "conversion"
    assert cause(window(a=(1000, 80)), window(a=(400, 8))) == "both"
    assert cause(window(a=(1000, 80)), window(a=(2000, 60))) == "opposed"
    assert cause(window(a=(1000, 80)), window(a=(1010, 70))) == "chance"
    assert cause(window(a=(None, 80)), window(a=(1010, 70))) == "unknown"


def test_unsteady_visitors_need_a_larger_change():
    before, after = window(a=(1000, 80)), window(a=(880, 70))
    assert cause(before, after) == "traffic"
    assert cause(before, after, dispersion=10.0) == "chance"
    assert cause(before, after, dispersion=pd.Series({"a": 10.0})) == "chance"
    assert cause(before, after, dispersion=pd.Series({"other": 10.0})) == "traffic"


def test_more_channels_ask_for_more_evidence():
    before, after = window(a=(1000, 30)), window(a=(1000, 13))
    assert 0.01 < traffic.judge_change(before, after)["p_conversion"].item() < 0.05
    others = dict.fromkeys("bcdefghij", (1000, 30))
    assert cause(window(a=(1000, 30), **others), window(a=(1000, 13), **others)) == "chance"


def test_equal_rates_by_fishers_test():
    lower = stats.fisher_exact([[3, 97], [12, 88]], alternative="less").pvalue
    assert traffic.same_rate(3, 100, 12, 100) == pytest.approx(2 * lower)
    assert traffic.same_rate(12, 100, 3, 100) == pytest.approx(2 * lower)
    assert np.isnan(traffic.same_rate(0, 0, 3, 100)) and np.isnan(traffic.same_rate(3, 100, np.nan, 100))
    assert traffic.same_rate(0, 10, 0, 10) == 1


def test_chance_names_no_cause_in_95_of_100_stores():
    rng = np.random.default_rng(6)
    named = 0
    for _ in range(100):
        visitors = rng.uniform(5, 500, 10)
        before, after = (
            window(**{f"c{i}": (rng.poisson(v), rng.poisson(v * 0.08)) for i, v in enumerate(visitors)})
            for _ in range(2)
        )
        named += (~traffic.judge_change(before, after)["cause"].isin(["chance", "unknown"])).any()
    assert named <= 5


# ---- proposals


def test_proposals_follow_the_cause():
    before, after = window(a=(1000, 80), b=(1000, 80), c=(1000, 80)), window(a=(500, 40), b=(2000, 60), c=(1000, 78))
    table = traffic.propose(traffic.judge_change(before, after), None, date(2026, 9, 19))
    assert table.columns.tolist() == list(ACTION_COLUMNS)
    assert [(row.object, row.action["id"], row.review_metric) for row in table.itertuples()] == [
        ("a", "traffic.check_channel", "visitors"),
        ("b", "traffic.fix_reception", "opportunity_rate"),
    ]
    assert table["effect"].iloc[0] == {
        "id": "traffic.effect_regained",
        "low": 0.0,
        "high": 40.0,
        "unit": "opportunities",
    }
    assert table["due"].iloc[0] == date(2026, 9, 26) and table["review_on"].iloc[0] == date(2026, 10, 10)


def test_a_loss_of_a_fifth_of_all_opportunities_is_urgent():
    lost = traffic.judge_change(window(a=(1000, 100), b=(900, 400)), window(a=(0, 0), b=(900, 400)))
    assert traffic.propose(lost, None, date(2026, 9, 19))["priority"].tolist() == ["P0"]
    less = traffic.judge_change(window(a=(1000, 99), b=(900, 401)), window(a=(0, 0), b=(900, 401)))
    assert traffic.propose(less, None, date(2026, 9, 19))["priority"].tolist() == ["P1"]


def test_proposals_about_segments():
    verdicts = [
        {"id": "traffic.segment_fruitless", "segment": "XX"},
        {"id": "traffic.segment_too_early", "segment": "YY"},
    ]
    changes = traffic.judge_change(window(), window())
    table = traffic.propose(changes, pd.DataFrame({"verdict": verdicts}), date(2026, 9, 19))
    assert [(row.object_type, row.action["segment"]) for row in table.itertuples()] == [("store", "XX")]
    assert traffic.propose(changes, None, date(2026, 9, 19)).empty


def test_headline_names_what_is_beyond_chance_and_weighs_effects_that_cancel():
    before = window(a=(1000, 100), b=(1000, 100), c=(50, 5))
    after = window(a=(2000, 100), b=(1000, 40), c=(60, 6))
    changes = traffic.judge_change(before, after)
    named = traffic.headline(changes)
    assert [(verdict["channel"], verdict["id"]) for verdict in named] == [
        ("a", "traffic.change_opposed"),
        ("b", "traffic.change_conversion"),
    ]
    assert traffic.headline(changes, most=1) == named[:1]


def test_headline_is_calm_where_nothing_changed():
    same = window(a=(1000, 100))
    calm = {"id": "traffic.nothing_changed", "judged": 1, "channels": 1}
    assert traffic.headline(traffic.judge_change(same, same)) == [calm]
    unknown = traffic.judge_change(same.head(0), same.assign(visitors=float("nan"), opportunities=float("nan")))
    assert traffic.headline(unknown) == [calm | {"judged": 0}]


def test_weekly_change_compares_two_natural_weeks_or_none():
    ends = pd.to_datetime(["2026-09-05", "2026-09-12", "2026-09-19"])
    rows = pd.DataFrame({"period_end": ends, "channel": "a", "visitors": [90, 100, 150], "opportunities": [9, 10, 3]})
    table = traffic.weekly_change(rows, "2026-09-19")
    assert table[["before", "after", "total"]].to_numpy().tolist() == [[10, 3, -7]]
    assert traffic.weekly_change(rows.iloc[[0, 2]], "2026-09-19").empty
    assert traffic.weekly_change(rows.head(2), "2026-09-19").empty
    assert traffic.headline(traffic.weekly_change(rows.head(0), "2026-09-19")) == [{"id": "traffic.not_compared"}]
