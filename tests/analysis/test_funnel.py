from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from opsbook.analysis import funnel as f

START = pd.Timestamp("2026-01-01")


def log(*people, **columns):
    """Events of one person per argument, written 'A0 B1.5' (name, hour)."""
    rows = [
        (who, each[0], START + pd.Timedelta(hours=float(each[1:])))
        for who, text in enumerate(people)
        for each in text.split()
    ]
    return pd.DataFrame(rows, columns=["who", "event", "at"]).assign(**columns)


def people(events, steps, **options):
    return f.funnel(events, list(steps), **options)["people"].tolist()


# Documented examples of other systems.


def test_first_entry_starts_the_clock_unless_any_entry_may():
    events = log("A13 A13.5 B13.75 C14.25")
    assert people(events, "ABC", window="1h") == [1, 1, 0]
    assert people(events, "ABC", window="1h", entry="any") == [1, 1, 1]
    assert f.funnel(events, list("ABC"), window="1h", entry="any")["median_time"].tolist()[1:] == [
        pd.Timedelta("15min"),
        pd.Timedelta("30min"),
    ]


def test_one_person_with_three_entries_counts_once_and_by_day_of_entry_per_entry():
    days = {"entered": [1, 5, 20], "converted": [2, 6]}
    events = log(" ".join([f"A{24 * d}" for d in days["entered"]] + [f"B{24 * d}" for d in days["converted"]]))
    assert people(events, "AB") == [1, 1]
    assert people(events, "AB", window="1D") == [1, 1]
    daily = f.entry_cohorts(events, ["A", "B"], window="30D", period="D", entry="any")
    assert daily.loc[daily["step"] == "B", "step_rate"].tolist() == [1, 1, 0]


def test_other_events_may_lie_between_unless_strict():
    events = log("A0 B1 C2", "A0 B1 D2 C3", "A0 B1 E2")
    assert people(events, "ABC") == [3, 3, 2]
    assert people(events, "ABC", order="strict") == [3, 3, 1]


# Semantics.


def test_steps_must_follow_one_another_in_the_same_person():
    assert people(log("B0 A1", "A0 B1", "B0"), "AB") == [2, 1]


def test_any_order_counts_who_did_all_of_the_first_steps():
    assert people(log("C0 B1 A2", "A0 C1", "B0 C1"), "ABC", order="any") == [2, 1, 1]


def test_times_at_the_same_moment_count_in_the_order_of_the_steps():
    events = log("C5 B5 A5", "B4 A5")
    for rows in permutations(range(5)):
        assert people(events.iloc[list(rows)], "ABC") == [2, 1, 1]
    assert people(log("D5 C5 B5 A5"), "ABC", order="strict") == [1, 1, 1]
    assert people(log("A5 D5 B6"), "AB", order="strict") == [1, 0]


def test_one_event_never_serves_two_steps():
    assert people(log("A0", "A0 A1", "A0 A0"), "AA") == [3, 2]
    assert people(log("A0 B1", "A0 B0", "A0 B1 A2", "A0 B0 A0"), "ABA") == [4, 4, 2]
    assert people(log("A0 B1", "A0 A1 B2"), "ABA", order="any") == [2, 2, 1]
    assert people(log("A0 B0 A0", "A0 B1 A2", "A0 A1 B2"), "ABA", order="strict") == [3, 2, 2]


def test_the_window_includes_its_limit():
    assert people(log("A0 B24", "A0 B24.001"), "AB", window="1D") == [2, 1]
    assert people(log("A0 B24", "A0 B24.001"), "AB", window="1D", order="strict") == [2, 1]
    assert people(log("B0 A24", "B0 A24.001"), "AB", window="1D", order="any") == [2, 1]
    assert people(log("A0 B0", "A0 B1"), "AB", window="0h") == [2, 1]
    assert people(log("A0 B24", "A0 B24.001"), "AB", window=np.timedelta64(1, "D")) == [2, 1]


def test_any_order_with_a_window_must_hold_the_first_entry_unless_any_entry_may():
    events = log("A0 A50 B49")
    assert people(events, "AB", order="any", window="2h") == [1, 0]
    assert people(events, "AB", order="any", window="2h", entry="any") == [1, 1]
    # Nine hours before and eleven after lie in no window of twelve.
    assert people(log("B0 A9 C20"), "ABC", order="any", window="12h") == [1, 1, 0]


def test_the_window_runs_from_the_first_step_and_not_from_the_last():
    assert people(log("A0 B20 C25"), "ABC", window="1D") == [1, 1, 0]


def test_any_entry_in_strict_order():
    assert people(log("A0 A1 B2"), "AB", order="strict") == [1, 0]
    assert people(log("A0 A1 B2"), "AB", order="strict", entry="any") == [1, 1]


def test_strict_with_a_name_that_stands_twice_at_the_moment_of_another():
    assert people(log("A0 B1 A2 C2"), "ABCA", order="strict") == [1, 1, 1, 1]


def test_events_without_time_or_person_are_left_out():
    events = log("A0 B1", "A0 B1", "A0 B1")
    events.loc[3, "at"] = pd.NaT
    events["who"] = events["who"].astype("Float64")
    events.loc[5, "who"] = pd.NA
    assert people(events, "AB") == [3, 1]
    lost = log("A0 B1", "A0 B1")
    lost["who"] = lost["who"].astype("Float64")
    lost.loc[0, "at"], lost.loc[2, "who"] = pd.NaT, pd.NA
    assert people(lost, "AB") == [0, 0]


def test_excluded_persons_leave_the_funnel():
    events = log("A0 X1 B2", "A0 B2 X3", "X0 A1 B2", "A0 X9", "A0")
    assert people(events, "AB") == [5, 3]
    assert people(events, "AB", exclude=["X"]) == [3, 2]
    assert people(events, "AB", exclude=["X"], window="5h") == [4, 2]
    assert people(events, "AB", exclude=["X"], window="9h") == [3, 2]
    # At the moment of the entry, of the last step, and at the end of the window.
    assert people(log("A1 X1 B2"), "AB", exclude=["X"]) == [1, 1]
    assert people(log("A1 X2 B2"), "AB", exclude=["X"]) == [1, 1]
    assert people(log("A1 X3"), "AB", exclude=["X"], window="2h") == [0, 0]
    assert people(log("A1 X3.1"), "AB", exclude=["X"], window="2h") == [1, 0]
    # Another entry without the excluded event still counts.
    assert people(log("A0 X1 A2 B3"), "AB", exclude=["X"], entry="any") == [1, 1]


def test_breakdown_goes_by_the_value_of_the_first_step():
    events = log("A0 B1", "A0 B1", "A0 B1", "A0").assign(country=["US", "DE", "DE", "DE", None, "US", "US"])
    table = f.funnel(events, ["A", "B"], by="country")
    assert table.columns[0] == "country"
    assert table[["step", "people"]].to_numpy().tolist() == [["A", 1], ["B", 1], ["A", 2], ["B", 1], ["A", 1], ["B", 1]]
    assert table["country"].tolist()[:4] == ["DE", "DE", "US", "US"] and table["country"].isna().tolist()[4:] == [
        True,
        True,
    ]


def test_breakdown_is_the_same_for_shuffled_rows_when_entries_tie():
    events = pd.DataFrame({"who": [1, 1], "event": "A", "at": START, "channel": ["mail", "ads"]})
    assert f.funnel(events, ["A"], by="channel")["channel"].tolist() == ["ads"]
    assert f.funnel(events[::-1], ["A"], by="channel")["channel"].tolist() == ["ads"]


def test_rates_intervals_and_times():
    events = log("A0 B1 C2", "A0 B3", "A0 B5 C9", "A0")
    table = f.funnel(events, list("ABC")).set_index("step")
    assert table.columns.tolist() == list(f.COLUMNS[1:])
    assert table["step_rate"].tolist() == [1, 0.75, pytest.approx(2 / 3)]
    assert table["overall_rate"].tolist() == [1, 0.75, 0.5]
    assert table.loc["B", ["lower", "upper"]].tolist() == pytest.approx([0.3006, 0.9544], abs=1e-4)
    assert table.loc["A", ["lower", "upper"]].tolist() == [1, 1]
    assert table["median_time"].tolist()[1:] == [pd.Timedelta("3h"), pd.Timedelta("2.5h")]
    assert table["p75_time"].tolist()[1:] == [pd.Timedelta("4h"), pd.Timedelta("3.25h")]
    assert table["p90_time"].tolist()[1:] == [pd.Timedelta("4.6h"), pd.Timedelta("3.7h")]
    assert pd.isna(table.loc["A", "median_time"])


@pytest.mark.parametrize("order", f.ORDERS)
def test_nobody_entered(order):
    for events in (log(), log("B0"), log("B0").assign(at=pd.NaT)):
        table = f.funnel(events, ["A", "B"], order=order, window="1D", exclude=["X"])
        assert table["people"].tolist() == [0, 0]
        assert table[["step_rate", "overall_rate", "lower", "upper", "median_time"]].isna().all(axis=None)
        assert f.funnel(events.assign(country="US"), ["A", "B"], by="country", order=order).empty


def test_time_zones_are_kept():
    events = log("A0 B1").assign(at=lambda e: e["at"].dt.tz_localize("Asia/Shanghai"))
    paths = f.paths(events, ["A", "B"])
    assert paths.loc[0, 1] == pd.Timestamp("2026-01-01 01:00", tz="Asia/Shanghai")
    assert (
        f.entry_cohorts(events, ["A", "B"], window="1D", period="D")["cohort"].astype(str).tolist()
        == ["2026-01-01"] * 2
    )


def test_the_input_is_not_changed():
    events = log("B1 A0")
    before = events.copy()
    f.funnel(events, ["A", "B"])
    pd.testing.assert_frame_equal(events, before)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"order": "sorted"}, "`order` must be one of 'ordered', 'strict', 'any'; found 'sorted'"),
        ({"entry": "last"}, "`entry` must be one of 'first', 'any'; found 'last'"),
        ({"window": 30}, "`window` must be a time span with a unit such as '30D' or '1h'; found 30"),
        (
            {"window": np.int64(30)},
            "`window` must be a time span with a unit such as '30D' or '1h'; found np.int64(30)",
        ),
        ({"window": "-1D"}, "`window` must not be negative; found '-1D'"),
        ({"by": "country"}, "`events` needs the columns who, event, at, country; missing: country"),
        ({"by": "who"}, "`by` must be a column beside who, event and at, with a name of its own; found 'who'"),
        ({"exclude": ["A"]}, "`exclude` must not name a step; found ['A']"),
    ],
)
def test_a_wrong_call_is_one_line(options, message):
    with pytest.raises(ValueError) as error:
        f.funnel(log("A0"), ["A", "B"], **options)
    assert str(error.value) == message
    with pytest.raises(ValueError, match="`steps` must name"):
        f.funnel(log("A0"), [])


# An exhaustive search over all ways to pick events, as slow as it is plain.


def depth(events, steps, window, order, entry):
    """Furthest step for which distinct events can be picked; events is [(name, time)]."""
    entries = [at for name, at in events if name == steps[0]]
    if not entries:
        return 0

    def fits(picked):
        times = [events[i][1] for i in picked]
        if order == "ordered":
            first = entry == "any" or times[0] == min(entries)
            return first and times == sorted(times) and (window is None or times[-1] - times[0] <= window)
        span = times if entry == "any" or window is None else [*times, min(entries)]
        return window is None or max(span) - min(span) <= window

    reached = 0
    for k in range(1, len(steps) + 1):
        picks = ([i for i, (name, _) in enumerate(events) if name == step] for step in steps[:k])
        combinations = [[]]
        for options in picks:
            combinations = [[*done, i] for done in combinations for i in options if i not in done]
        if not any(fits(each) for each in combinations):
            return reached
        reached = k
    return reached


EVENTS = st.lists(st.tuples(st.sampled_from("ABCX"), st.integers(0, 8)), max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    people_events=st.lists(EVENTS, min_size=1, max_size=3),
    steps=st.sampled_from(["AB", "ABC", "AA", "ABA", "CAB"]),
    window=st.sampled_from([None, 0, 2, 5]),
    order=st.sampled_from(["ordered", "any"]),
    entry=st.sampled_from(f.ENTRIES),
    seed=st.integers(0, 99),
)
def test_agrees_with_an_exhaustive_search(people_events, steps, window, order, entry, seed):
    events = log(*(" ".join(f"{name}{at}" for name, at in each) for each in people_events))
    depths = [depth(each, steps, window, order, entry) for each in people_events]
    expected = [sum(reached > k for reached in depths) for k in range(len(steps))]
    span = None if window is None else pd.Timedelta(hours=window)
    assert people(events.sample(frac=1, random_state=seed), steps, window=span, order=order, entry=entry) == expected


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.sampled_from([None, 0, 2, 5]), st.sampled_from(f.ENTRIES))
def test_strict_agrees_with_a_walk_along_the_sorted_events(events, window, entry):
    rows = sorted(events, key=lambda each: (each[1], "ABCX".index(each[0])))
    entries = [i for i, (name, _) in enumerate(rows) if name == "A"]
    reached = 0
    for i in entries if entry == "any" else entries[:1]:
        k = 0
        while (
            k < 3
            and i + k < len(rows)
            and rows[i + k][0] == "ABC"[k]
            and (window is None or rows[i + k][1] - rows[i][1] <= window)
        ):
            k += 1
        reached = max(reached, k)
    span = None if window is None else pd.Timedelta(hours=window)
    found = people(log(" ".join(f"{n}{t}" for n, t in events)), "ABC", window=span, order="strict", entry=entry)
    assert found == [int(reached > k) for k in range(3)]


# Entry cohorts and the time to convert.


def test_entry_cohorts_say_which_rates_can_still_grow():
    events = log("A0 B24", "A168 B192", "A336")
    table = f.entry_cohorts(events, ["A", "B"], window="7D", period="W-WED", as_of=START + pd.Timedelta(days=14))
    rates = table[table["step"] == "B"]
    assert rates["cohort"].astype(str).tolist() == [
        "2026-01-01/2026-01-07",
        "2026-01-08/2026-01-14",
        "2026-01-15/2026-01-21",
    ]
    assert rates["people"].tolist() == [1, 1, 0]
    assert rates["state"].tolist() == ["mature", "immature", "immature"]


def test_a_cohort_is_mature_from_the_moment_its_last_window_ends():
    events = log("A0")
    end = pd.Period("2026-01", "M").end_time + pd.Timedelta("30D")
    for as_of, state in ((end, "mature"), (end - pd.Timedelta("1s"), "immature")):
        assert (
            f.entry_cohorts(events, ["A", "B"], window="30D", period="M", as_of=as_of)["state"].tolist() == [state] * 2
        )


def test_a_later_conversion_counts_for_the_cohort_of_the_entry():
    events = log("A0 B1000")
    table = f.entry_cohorts(events, ["A", "B"], window="60D", period="M")
    assert table[["step", "people"]].to_numpy().tolist() == [["A", 1], ["B", 1]]


def test_entries_before_all_steps_were_recorded_are_no_failures():
    events = log("A0", "A744 B745")
    table = f.entry_cohorts(events, ["A", "B"], window="1D", period="M", since="2026-02-01", as_of="2026-04-01")
    assert table["state"].tolist() == ["truncated"] * 2 + ["mature"] * 2
    assert f.entry_cohorts(log(), ["A"], window="1D").empty


def test_conversion_curve_keeps_those_still_on_their_way_at_risk():
    # Conversions after 1 and 3 days, one watched for 2 days only, one for 4: 1 - 3/4 = .25, then 1 - 3/4 * 1/2 =
    # .625.
    paths = f.paths(log("A0 B24", "A48", "A24 B96", "A0"), ["A", "B"])
    curve = f.conversion_curve(paths, 1, as_of=START + pd.Timedelta(days=4))
    assert curve["days"].tolist() == [1, 3]
    assert curve["at_risk"].tolist() == [4, 2]
    assert curve["share"].tolist() == [0.25, 0.625]


def test_conversion_curve_knows_nothing_after_its_day():
    paths = f.paths(log("A0 B24", "A0 B96"), ["A", "B"])
    curve = f.conversion_curve(paths, 1, as_of=START + pd.Timedelta(days=2))
    assert curve["share"].tolist() == [0.5]
    assert np.isclose(curve["at_risk"], 2).all()


@pytest.mark.parametrize("seed", range(6))
def test_conversion_curve_is_the_estimate_of_scipy(seed):
    rng, as_of = np.random.default_rng(seed), pd.Timestamp("2026-09-10")
    entered = pd.Series(pd.Timestamp("2026-08-01") + pd.to_timedelta(rng.integers(0, 40, 30), "D"))
    took = (entered + pd.to_timedelta(rng.integers(1, 40, 30), "D")).mask(rng.random(30) < 0.4)
    curve = f.conversion_curve(pd.DataFrame({0: entered, 1: took}), 1, as_of=as_of)
    converted = took <= as_of
    days = (took.where(converted, as_of) - entered).dt.days
    sample = CensoredData(uncensored=days[converted], right=days[~converted])
    np.testing.assert_allclose(curve["share"], ecdf(sample).cdf.evaluate(curve["days"]))
