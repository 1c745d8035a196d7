"""Finds in an event log how far each person went through given steps: array work behind `funnel`."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Log:
    """Events sorted by person, time and order of the steps. `key` orders (person, time); `step` is the code of the
    event's name (position in the list of distinct step names, -1 for any other event); `row` is the position in the
    table it came from."""

    person: np.ndarray
    time: np.ndarray
    key: np.ndarray
    step: np.ndarray
    row: np.ndarray

    def take(self, kept: np.ndarray) -> "Log":
        """The log of the kept events alone (a mask or positions, in order)."""
        return Log(self.person[kept], self.time[kept], self.key[kept], self.step[kept], self.row[kept])


def read(who: pd.Series, event: pd.Series, at: pd.Series, steps: list, tie: pd.Series | None = None) -> Log:
    """Sorted log of all events whose person and time are known. Events of one person at one time stand in the order
    of the steps, events that are no step last; `tie` orders what is still equal, so that the order of the rows never
    matters."""
    names = list(dict.fromkeys(steps))
    row = np.flatnonzero((who.notna() & at.notna()).to_numpy())
    person = pd.factorize(who.iloc[row])[0].astype(np.int64)
    time = at.iloc[row].dt.as_unit("ns").astype("int64").to_numpy()
    step = pd.Index(names).get_indexer(pd.Index(event.iloc[row])).astype(np.int64)
    instant = pd.factorize(time, sort=True)[0].astype(np.int64)
    key = person * (instant.max(initial=0) + 1) + instant
    order = np.lexsort((_codes(tie, row), _rank(person, key, step, names, steps), key))
    return Log(person, time, key, step, row).take(order)


def _codes(tie: pd.Series | None, row: np.ndarray) -> np.ndarray:
    return np.zeros(len(row), np.int64) if tie is None else pd.factorize(tie.iloc[row].astype(str), sort=True)[0]


def _rank(person, key, step, names: list, steps: list) -> np.ndarray:
    """Place among events of the same time: the position of the step. The n-th event of a name that stands several
    times among the steps takes its n-th position (the last one from there on)."""
    if len(names) == len(steps):
        return np.where(step < 0, len(steps), step)
    order = np.argsort(key, kind="stable")
    nth = np.empty(len(key), np.int64)
    nth[order] = pd.DataFrame({"person": person[order], "step": step[order]}).groupby(["person", "step"]).cumcount()
    places = [[place for place, name in enumerate(steps) if name == distinct] for distinct in names]
    widest = max(map(len, places))
    table = np.array([each + each[-1:] * (widest - len(each)) for each in places] + [[len(steps)] * widest])
    return table[step, np.minimum(nth, widest - 1)]


def starts(log: Log, entry: str) -> np.ndarray:
    """Positions of the events that enter the first step: each person's first one, or all of them."""
    entries = np.flatnonzero(log.step == 0)
    return entries if entry == "any" else entries[_firsts(log.person[entries])]


def _firsts(person: np.ndarray) -> np.ndarray:
    """Mask of the first row of each run of equal persons."""
    return np.diff(person, prepend=-1) != 0


def ordered(log: Log, codes: list[int], start: np.ndarray, window: int) -> np.ndarray:
    """Position of each step's event per chain (-1: not reached): from the start on, always the earliest event of the
    next name that is not before the last match, is not used yet and lies within the window."""
    places = {code: np.flatnonzero(log.step == code) for code in set(codes)}
    used = {codes[0]: np.searchsorted(places[codes[0]], start)}
    matched = [start]
    alive, last = np.ones(len(start), bool), start
    for code in codes[1:]:
        place = places[code]
        nearest = np.searchsorted(log.key[place], log.key[last])
        if code in used:
            nearest = np.maximum(nearest, used[code] + 1)
        used[code] = nearest
        found = _at(place, nearest)
        alive = alive & _inside(log, found, start, window)
        last = np.where(alive, found, last)
        matched.append(np.where(alive, found, -1))
    return np.column_stack(matched)


def strict(log: Log, codes: list[int], start: np.ndarray, window: int) -> np.ndarray:
    """Like `ordered`, where step k must be the k-th event of the person after the start: nothing may lie in
    between."""
    matched = [start]
    alive = np.ones(len(start), bool)
    for k, code in enumerate(codes[1:], 1):
        found = np.where(start + k < len(log.step), start + k, -1)
        alive = alive & _inside(log, found, start, window) & (log.step[found] == code)
        matched.append(np.where(alive, found, -1))
    return np.column_stack(matched)


def unordered(log: Log, codes: list[int], entry: str, window: int) -> np.ndarray:
    """Position of the event that completes the first k steps per chain: all of them lie in one window, in any order.
    A window begins at an event of a step; with `entry="first"` it must hold the person's first entry to the first
    step."""
    start = _window_starts(log, entry, window)
    places = {code: np.flatnonzero(log.step == code) for code in set(codes)}
    matched, latest = [], start
    alive = np.ones(len(start), bool)
    for k, code in enumerate(codes):
        nearest = np.searchsorted(log.key[places[code]], log.key[start]) + codes[:k].count(code)
        found = _at(places[code], nearest)
        alive = alive & _inside(log, found, start, window)
        latest = np.where(alive, np.maximum(latest, found), latest)
        matched.append(np.where(alive, latest, -1))
    return np.column_stack(matched)


def _window_starts(log: Log, entry: str, window: int) -> np.ndarray:
    if window == FAR:
        return np.flatnonzero(_firsts(log.person))
    if entry == "any":
        return np.arange(len(log.person))
    first = starts(log, "first")
    entered = np.full(log.person.max(initial=-1) + 1, -1)
    entered[log.person[first]] = first
    mine = entered[log.person]
    until = log.time[mine] - log.time
    return np.flatnonzero((mine >= 0) & (until >= 0) & (until <= window))


def _at(place: np.ndarray, index: np.ndarray) -> np.ndarray:
    """The places at the index, -1 beyond the end."""
    return np.append(place, -1)[np.minimum(index, len(place))]


def _inside(log: Log, found: np.ndarray, start: np.ndarray, window: int) -> np.ndarray:
    """Whether the event was found, is the same person's, and lies within the window (its limit included)."""
    return (found >= 0) & (log.person[found] == log.person[start]) & (log.time[found] - log.time[start] <= window)


def without(log: Log, matched: np.ndarray, window: int, excluded: Log) -> np.ndarray:
    """Mask of the chains with no excluded event after the entry and before the last step (for a chain that is not
    complete: before the end of the window)."""
    start, done = matched[:, 0], matched[:, -1] >= 0
    ended = np.full(len(start), FAR) if window == FAR else log.time[start] + window
    end = np.where(done, log.time[matched[:, -1]], ended)
    if not len(excluded.key):
        return np.ones(len(start), bool)
    nearest = _at(np.arange(len(excluded.key)), np.searchsorted(excluded.key, log.key[start], side="right"))
    hit = (nearest >= 0) & (excluded.person[nearest] == log.person[start])
    # The end of the window belongs to it, the moment of the last step does not.
    late = np.where(done, excluded.time[nearest] >= end, excluded.time[nearest] > end)
    return ~(hit & ~late)


def best(log: Log, matched: np.ndarray, group: np.ndarray) -> np.ndarray:
    """One chain per group (person, or person and period of entry): the one that went furthest, of these the one that
    got there first, of these the latest start."""
    depth = (matched >= 0).sum(axis=1)
    reached = log.key[matched[np.arange(len(matched)), depth - 1]]
    order = np.lexsort((-matched[:, 0], reached, -depth, group))
    return matched[order[_firsts(group[order])]]
