import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from opsbook.analysis import funnel, stages

SEED = {"category": 0.1, "seen": 0.01, "clicked": 0.01, "bought": 0.01}


def test_the_example_of_the_guide_comes_to_six():
    table = stages.calculator(60_000_000, SEED)
    assert table["number"].iloc[-1] == pytest.approx(6)
    assert table["step"].tolist() == ["start", *SEED]


def test_what_each_stage_would_add():
    table = stages.calculator(60_000_000, SEED).set_index("step").drop("start")
    assert table["plus_tenth"].tolist() == pytest.approx([6.6] * 4)
    # 10 % -> 11 % adds a tenth, 1 % -> 2 % doubles.
    assert table["plus_point"].tolist() == pytest.approx([6.6, 12, 12, 12])


def test_a_rate_ends_at_one_and_an_unknown_rate_stays_unknown():
    table = stages.calculator(100, {"a": 0.995, "b": 0.5}).set_index("step")
    assert table.loc["a", ["plus_tenth", "plus_point"]].tolist() == pytest.approx([50, 50])
    table = stages.calculator(100, {"a": 0.5, "b": np.nan}).set_index("step")
    assert table["number"].tolist()[:2] == [100, 50] and np.isnan(table.loc["b", "number"])
    assert table[["plus_tenth", "plus_point"]].isna().all(axis=None)
    table = stages.calculator(100, {"a": 0.5, "b": np.nan, "c": 0.1})
    assert table["number"].isna().tolist() == [False, False, True, True]
    assert stages.calculator(100, {})["number"].tolist() == [100]


def persons(*counts):
    rows = [(who, step, pd.Timestamp("2026-01-01")) for step, n in counts for who in range(n)]
    return funnel.funnel(pd.DataFrame(rows, columns=["who", "event", "at"]), [step for step, _ in counts])


def test_counts_and_persons_stand_in_one_table_with_a_break():
    table = stages.business({"impressions": 1000, "visitors": 50}, persons(("inquiry", 10), ("order", 4)))
    assert table["step"].tolist() == ["impressions", "visitors", "inquiry", "order"]
    assert table["counted"].tolist() == ["count", "count", "persons", "persons"]
    assert table["number"].tolist() == [1000, 50, 10, 4]
    assert table["share"].fillna(-1).tolist() == [-1, 0.05, -1, 0.4]
    assert table["lower"].notna().tolist() == [False, False, False, True]


def test_no_rate_without_a_number_before_it():
    table = stages.business({"impressions": 0, "clicks": 3, "visitors": np.nan}, persons(("inquiry", 0)))
    assert table["share"].isna().all() and np.isnan(table["number"][2])
    assert stages.business({}, persons(("inquiry", 3)))["number"].tolist() == [3]


def broken_down(**channels):
    rows = [
        (channel, step, people)
        for channel, counts in channels.items()
        for step, people in zip("ABC", counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["channel", "step", "people"])


def test_the_leaking_step_is_named():
    table = stages.leaks(broken_down(ads=(200, 100, 5), mail=(200, 100, 40), site=(200, 104, 42)), "channel")
    worst = table.iloc[0]
    assert worst[["channel", "step", "verdict"]].tolist() == ["ads", "C", "leak"]
    assert worst[["people", "people_before", "share"]].tolist() == [5, 100, 0.05]
    assert worst["rest_share"] == pytest.approx(82 / 204) and worst["lost"] == pytest.approx(100 * 82 / 204 - 5)
    assert table["verdict"].value_counts().to_dict() == {"no leak": 5, "leak": 1}
    messages = stages.leak_messages(table, "channel")
    assert len(messages) == 1 and messages[0]["id"] == "funnel.leak" and messages[0]["group"] == "ads"


def test_few_persons_tell_nothing():
    table = stages.leaks(broken_down(ads=(4, 0, 0), mail=(200, 100, 40)), "channel")
    assert table["verdict"].tolist() == ["unknown"] * 4
    assert stages.leak_messages(table, "channel") == [{"id": "funnel.leak_unknown", "comparisons": 0}]
    table = stages.leaks(broken_down(ads=(5, 0, 0), mail=(5, 5, 5)), "channel")
    assert table["verdict"].tolist() == ["leak", "no leak", "unknown", "unknown"]
    table = stages.leaks(broken_down(ads=(30, 0, 0), mail=(200, 100, 40)), "channel")
    assert table.loc[table["channel"] == "ads", "verdict"].tolist() == ["leak", "unknown"]


def history(recent_rate, seed=0, recent=30):
    """A year of inquiries; a quote follows seven in ten, but only so many of the last four weeks."""
    rng = np.random.default_rng(seed)
    day = np.append(rng.uniform(28, 365, 300), rng.uniform(0, 28, recent))
    rate = np.append(np.full(300, 0.7), np.full(recent, recent_rate))
    at = pd.Timestamp("2026-09-20") - pd.to_timedelta(day, unit="D")
    who = np.arange(len(day))
    quoted = rng.random(len(day)) < rate
    later = at[quoted] + pd.to_timedelta(rng.exponential(2, quoted.sum()), unit="D")
    asked = pd.DataFrame({"who": who, "event": "inquiry", "at": at})
    quotes = pd.DataFrame({"who": who[quoted], "event": "quote", "at": later})
    return pd.concat([asked, quotes[quotes["at"] < "2026-09-20"]])


def test_a_leak_of_the_last_weeks_is_found():
    table = stages.leaks_over_time(history(0.15), ["inquiry", "quote"], window="7D", as_of="2026-09-19")
    assert table.iloc[0][["period", "step", "verdict"]].tolist() == ["recent", "quote", "leak"]
    assert table["people_before"].sum() < 330  # the last week has not had its seven days


def test_fresh_entries_are_no_leak():
    steps = ["inquiry", "quote"]
    found = [stages.leaks_over_time(history(0.7, seed), steps, window="7D", as_of="2026-09-19") for seed in range(40)]
    assert sum((table["verdict"] == "leak").any() for table in found) <= 2


def test_a_window_that_ends_with_the_day_has_ended():
    times = pd.to_datetime(["2026-09-13 00:00", "2026-09-13 00:01", "2026-08-23 00:00", "2026-08-22 23:59"])
    events = pd.DataFrame({"who": range(4), "event": "inquiry", "at": times})
    table = stages.leaks_over_time(events, ["inquiry", "quote"], window="7D", as_of="2026-09-19").set_index("period")
    assert table["people_before"].to_dict() == {"recent": 2, "earlier": 1}


def test_one_group_has_nothing_to_be_compared_with():
    table = stages.leaks(broken_down(ads=(100, 50, 20)), "channel")
    assert table["verdict"].tolist() == ["unknown"] * 2
    assert stages.leaks(broken_down(), "channel").empty


def test_no_leak_is_invented_where_none_is():
    rng = np.random.default_rng(11)
    stores = 150
    false = 0
    for _ in range(stores):
        first = rng.integers(40, 400, 4)
        second = rng.binomial(first, 0.4)
        third = rng.binomial(second, 0.3)
        rows = {f"c{i}": row for i, row in enumerate(zip(first, second, third, strict=True))}
        false += (stages.leaks(broken_down(**rows), "channel")["verdict"] == "leak").any()
    assert false / stores <= 0.05


def test_holm():
    np.testing.assert_allclose(stages.holm(np.array([0.04, np.nan, 0.01, 0.5])), [0.08, np.nan, 0.03, 0.5])
    assert stages.holm(np.array([0.9, 0.8])).tolist() == [1, 1]


def test_exposure_adds_products_and_never_visitors():
    week = pd.DataFrame({"all_impressions": [10, None], "all_clicks": [1.0, 2.0], "visitors": [5, 5]})
    assert stages.exposure(week, 7) == {"impressions": 10, "clicks": 3, "visitors": 7}
    assert np.isnan(stages.exposure(week[:0], np.nan)["clicks"])


def test_the_chain_of_the_own_persons():
    persons = pd.DataFrame({"step": ["inquiry", "quote", "deal"], "people": [100, 50, 10], "step_rate": [1, 0.5, 0.2]})
    table = stages.chain(persons)
    assert table["number"].tolist() == pytest.approx([100, 50, 10])
    assert table["plus_point"].tolist()[1:] == pytest.approx([10.2, 10.5])
    assert stages.chain(persons.assign(people=0)).empty


def test_a_weekly_question_may_be_asked_more_strictly():
    at = pd.Timestamp("2026-01-01")
    entered = [(f"e{i}", "inquiry", at) for i in range(40)] + [
        (f"r{i}", "inquiry", at + pd.Timedelta("60D")) for i in range(20)
    ]
    quoted = [(f"e{i}", "quote", at) for i in range(32)] + [
        (f"r{i}", "quote", at + pd.Timedelta("60D")) for i in range(10)
    ]
    log = pd.DataFrame(entered + quoted, columns=["who", "event", "at"])
    asked = {"window": "7D", "as_of": at + pd.Timedelta("70D")}
    found = [stages.leaks_over_time(log, ["inquiry", "quote"], **asked, level=level) for level in (0.05, 0.01)]
    # 10 of 20 against 32 of 40: one-sided Fisher 0.0187, twice that for two comparisons.
    assert found[0]["p_fewer"].min() == found[1]["p_fewer"].min() and 0.01 < found[0]["p_fewer"].min() < 0.05
    assert [table["verdict"].eq("leak").sum() for table in found] == [1, 0]


def holm_by_hand(p_values):
    """Holm's correction step by step: the k-th smallest of n times n - k + 1, never below the one before."""
    adjusted, worst = {}, 0.0
    for place, name in enumerate(sorted(p_values, key=p_values.get)):
        worst = max(worst, min(1.0, p_values[name] * (len(p_values) - place)))
        adjusted[name] = worst
    return adjusted


@pytest.mark.parametrize("seed", range(6))
def test_chances_of_leaks_are_hypergeometric(seed):
    """Of all who came so far, as many go on as were seen: how likely does so small a part of them fall to one group?"""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b", "c"], 120)
    quoted = rng.random(120) < np.where(group == "a", 0.3, 0.6)
    reached = {"inquiry": np.full(120, True), "quote": quoted, "deal": quoted & (rng.random(120) < 0.3)}
    days = dict(zip(reached, pd.date_range("2026-09-01", periods=3), strict=True))
    parts = [
        pd.DataFrame({"who": np.flatnonzero(who), "event": step, "at": days[step], "channel": group[who]})
        for step, who in reached.items()
    ]
    found = stages.leaks(funnel.funnel(pd.concat(parts), list(reached), by="channel"), "channel")
    chances = {
        (name, step): hypergeom.cdf(
            (reached[step] & (group == name)).sum(), before.sum(), reached[step].sum(), (before & (group == name)).sum()
        )
        for name in "abc"
        for before, step in ((reached["inquiry"], "quote"), (reached["quote"], "deal"))
    }
    expected = holm_by_hand(chances)
    assert [expected[key] for key in zip(found["channel"], found["step"], strict=True)] == pytest.approx(
        found["p_fewer"].tolist()
    )
