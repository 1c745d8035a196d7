"""Funnels of persons: how many go from step to step, in which order, how fast."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsbook.analysis import sequences
from opsbook.analysis.proportions import wilson

ORDERS = ("ordered", "strict", "any")
ENTRIES = ("first", "any")
COLUMNS = (
    "step",
    "people",
    "step_rate",
    "overall_rate",
    "lower",
    "upper",
    "median_time",
    "p75_time",
    "p90_time",
)


def funnel(
    events: pd.DataFrame,
    steps: Sequence,
    *,
    window=None,
    order: str = "ordered",
    entry: str = "first",
    by: str | None = None,
    exclude: Sequence = (),
) -> pd.DataFrame:
    """Persons who took the first k steps, one row per step, and how long each step took them.

    `step_rate` = people / people of the step before; `overall_rate` = people / people of the first step (both 1 in
    the first row by definition, NaN when nobody entered); `lower` and `upper` are the 95 % Wilson interval of
    `step_rate`; the times run from the step before to this one, over the persons who took it (`NaT` in the first
    row).

    `events` has one row per event: `who`, `event`, `at` (time). Rows without a person or a time are left out. A name
    may stand several times among the `steps` (A, B, A).

    * `order="ordered"`: other events may lie between the steps; `"strict"`: no other event of the person may;
      `"any"`: all of the first k steps were done, in whichever order, all within one window.
    * `window` (such as `"30D"`) runs from the first step and includes its limit; None sets no limit. `entry="first"`
      starts it at the person's first entry alone; `entry="any"` lets every entry try and counts the one that went
      furthest. In `order="any"` the window starts at whichever of the steps was done first in it, and with
      `entry="first"` it must hold the first entry.
    * Events at the same time count in the order of the steps (an event that is no step comes last); one event never
      serves two steps; the order of the rows is of no importance.
    * `by` names a column of `events`: one funnel for each of its values. A person belongs to the value that the event
      of the **first step** carries. The column comes first in the result.
    * `exclude`: persons with one of these events after the entry and before the last step (for those who did not
      finish: before the end of the window) leave the funnel altogether.

    >>> events = pd.DataFrame({"who": [1, 1, 2], "event": ["inquiry", "order", "inquiry"],
    ...                        "at": pd.to_datetime(["2026-09-01", "2026-09-05", "2026-09-02"])})
    >>> funnel(events, ["inquiry", "order"])[["step", "people", "step_rate", "median_time"]]
          step  people  step_rate median_time
    0  inquiry       2        1.0         NaT
    1    order       1        0.5      4 days
    """
    people = paths(events, steps, window=window, order=order, entry=entry, by=by, exclude=exclude)
    return _grouped(people, list(steps), by)


def paths(
    events: pd.DataFrame,
    steps: Sequence,
    *,
    window=None,
    order: str = "ordered",
    entry: str = "first",
    by: str | None = None,
    exclude: Sequence = (),
    per: str | None = None,
) -> pd.DataFrame:
    """When each person who entered a funnel took each of its steps: one row per person, columns 0, 1, 2 ... hold the
    time of the step (`NaT`: not reached), the index is `who`; with `by` that column too. Arguments as in `funnel`; in
    `order="any"` the time of step k is the moment at which the first k steps were all done. With `per` (a pandas
    period such as "W-SAT") and `entry="any"` a person has one row for each period of entry."""
    steps, exclude = list(steps), list(exclude)
    _check(events, steps, order, entry, by, exclude)
    limit = _limit(window)
    at = pd.to_datetime(events["at"])
    wanted = np.ones(len(events), bool) if order == "strict" else events["event"].isin(steps + exclude).to_numpy()
    kept = events[wanted]
    log = sequences.read(kept["who"], kept["event"], at[wanted], steps, None if by is None else kept[by])
    matched, log = _match(log, kept["event"], steps, limit, order, entry, exclude)
    zone = at.dt.tz
    group = log.person[matched[:, 0]]
    if per is not None:
        period = _times(log.time[matched[:, 0]], zone).dt.tz_localize(None).dt.to_period(per)
        group = group * (len(period) + 1) + pd.factorize(period)[0]
    matched = sequences.best(log, matched, group)
    time = np.where(matched >= 0, log.time[matched], pd.NaT.value)
    people = pd.DataFrame({step: _times(time[:, step], zone) for step in range(len(steps))})
    entered = log.row[matched[:, 0]]
    people.index = pd.Index(kept["who"].iloc[entered], name="who")
    return people if by is None else people.assign(**{by: kept[by].array[entered]})


def _match(log: sequences.Log, event: pd.Series, steps: list, limit: int, order: str, entry: str, exclude: list):
    """All chains that entered, as positions in the log that is returned with them."""
    codes = [list(dict.fromkeys(steps)).index(step) for step in steps]
    excluded = log.take(event.isin(exclude).to_numpy()[log.row])
    if order == "strict":
        matched = sequences.strict(log, codes, sequences.starts(log, entry), limit)
    else:
        log = log.take(log.step >= 0)
        if order == "ordered":
            matched = sequences.ordered(log, codes, sequences.starts(log, entry), limit)
        else:
            matched = sequences.unordered(log, codes, entry, limit)
            matched = matched[matched[:, 0] >= 0]
    return matched[sequences.without(log, matched, limit, excluded)], log


def _times(nanoseconds: np.ndarray, zone) -> pd.Series:
    time = pd.Series(nanoseconds.astype("datetime64[ns]"))
    return time if zone is None else time.dt.tz_localize("UTC").dt.tz_convert(zone)


def _check(events: pd.DataFrame, steps: list, order: str, entry: str, by: str | None, exclude: list) -> None:
    needed = ["who", "event", "at"] + ([] if by is None else [by])
    missing = [column for column in needed if column not in events]
    if missing:
        raise ValueError(f"`events` needs the columns {', '.join(needed)}; missing: {', '.join(missing)}")
    if not steps:
        raise ValueError("`steps` must name at least one event")
    if order not in ORDERS:
        raise ValueError(f"`order` must be one of 'ordered', 'strict', 'any'; found {order!r}")
    if entry not in ENTRIES:
        raise ValueError(f"`entry` must be one of 'first', 'any'; found {entry!r}")
    if by in ("who", "event", "at") or by in COLUMNS:
        raise ValueError(f"`by` must be a column beside who, event and at, with a name of its own; found {by!r}")
    if set(steps) & set(exclude):
        raise ValueError(f"`exclude` must not name a step; found {sorted(map(str, set(steps) & set(exclude)))}")


def _limit(window) -> int:
    """The window in nanoseconds; a number without a unit would be read as nanoseconds, so it is refused."""
    if window is None:
        return sequences.FAR
    if isinstance(window, int | float | np.number) and not isinstance(window, np.timedelta64):
        raise ValueError(f"`window` must be a time span with a unit such as '30D' or '1h'; found {window!r}")
    span = pd.Timedelta(window).as_unit("ns").value
    if span < 0:
        raise ValueError(f"`window` must not be negative; found {window!r}")
    return span


def _grouped(people: pd.DataFrame, steps: list, by: str | None) -> pd.DataFrame:
    if by is None:
        return _rows(people, steps)
    groups = people.groupby(by, dropna=False, observed=True)
    parts = [_rows(group, steps).assign(**{by: value}) for value, group in groups]
    columns = [by, *COLUMNS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _rows(people: pd.DataFrame, steps: list) -> pd.DataFrame:
    """The funnel of a table of paths."""
    times = people[list(range(len(steps)))]
    count = times.notna().sum().to_numpy()
    before = np.append(count[:1], count[:-1])
    step_rate, overall = count / np.where(before, before, np.nan), count / (count[0] or np.nan)
    lower, upper = wilson(count, before)
    lower[0] = upper[0] = overall[0]  # everybody who entered has entered: no chance in that
    took = times.diff(axis=1).quantile([0.5, 0.75, 0.9]).to_numpy()
    columns = (steps, count, step_rate, overall, lower, upper, *took)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def entry_cohorts(
    events: pd.DataFrame,
    steps: Sequence,
    *,
    window,
    period: str = "W-SAT",
    as_of=None,
    since=None,
    order: str = "ordered",
    entry: str = "first",
    exclude: Sequence = (),
) -> pd.DataFrame:
    """The funnel of the persons who entered in the same period, with a mark whether their window has ended.

    Columns `cohort` (pandas Period; weeks Sunday to Saturday by default), those of `funnel`, and `state`: `mature`;
    `immature` (the window of the last who could enter ends after `as_of`, by default the last time in the log: the
    rates can only grow); `truncated` (the period begins before `since`, the day from which every step was recorded:
    what is missing is no failure). With `entry="any"` a person counts in every period of an entry, with the best
    entry of that period; the default counts each person once.
    """
    people = paths(events, steps, window=window, order=order, entry=entry, exclude=exclude, per=period)
    limit = pd.Timedelta(_limit(window))
    as_of = pd.to_datetime(events["at"]).max() if as_of is None else pd.Timestamp(as_of)
    cohort = people[0].dt.tz_localize(None).dt.to_period(period).rename("cohort")
    parts = []
    for each, group in people.groupby(cohort):
        ended = each.end_time + limit <= as_of.tz_localize(None)
        truncated = since is not None and each.start_time < pd.Timestamp(since)
        state = "truncated" if truncated else "mature" if ended else "immature"
        parts.append(_rows(group, list(steps)).assign(cohort=each, state=state))
    columns = ["cohort", *COLUMNS, "state"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def conversion_curve(people: pd.DataFrame, step: int, *, as_of, start: int = 0) -> pd.DataFrame:
    """Share of persons who have taken a step by a given time after an earlier one, those still on their way counted
    as long as they were watched (Kaplan-Meier).

    `people` comes from `paths`; columns `days`, `at_risk`, `converted`, `share`. A plain share would call everybody
    who entered yesterday a failure. Source: Kaplan & Meier 1958, J. Am. Stat. Assoc. 53.
    """
    entered = people[people[start].notna() & (people[start] <= as_of)]
    converted = entered[step].notna() & (entered[step] <= as_of)
    days = (entered[step].where(converted, as_of) - entered[start]) / pd.Timedelta("1D")
    table = pd.DataFrame({"days": days, "converted": converted}).groupby("days")["converted"].agg(["sum", "size"])
    at_risk = table["size"][::-1].cumsum()[::-1]
    rate = 1 - (1 - table["sum"] / at_risk).cumprod()
    curve = pd.DataFrame({"at_risk": at_risk, "converted": table["sum"], "share": rate})
    return curve[curve["converted"] > 0].reset_index()
