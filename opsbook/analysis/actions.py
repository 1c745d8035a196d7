"""The action list of a week: which proposals stay when repeats, contradictions and a team's week are taken into
account."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from opsbook.analysis.brief import ACTION_COLUMNS, OBJECT_TYPES, OWNERS, PRIORITIES, VERBS


def rank(proposals: Sequence[pd.DataFrame], capacity: int = 12, per_owner: int = 8, per_kind: int = 3) -> pd.DataFrame:
    """The proposals that a team can do in a week: without repeats and contradictions, most urgent first.

    Order: priority, known effects before unknown ones, due date, then the larger low end of the effect. Of proposals
    that want the same of an object, the first stays and names the other modules in `also`. Of proposals that pull an
    object in opposite directions (`brief.VERBS`; the same `what`, if the action names one: bid, budget, ...) the more
    urgent stays, at the same priority the careful one (less). At most `capacity` in all, `per_owner` per owner and
    `per_kind` of the same kind of action (our defaults); P0 is never cut.

    Columns in: `ACTION_COLUMNS`. Columns out: those, also (list of modules), kept (bool), why (message where not
    kept, else None). Rows that are not kept stand last: nothing disappears silently.
    """
    rows = [row for frame in proposals if frame is not None for row in frame.to_dict("records")]
    for row in rows:
        _check(row)
    rows = sorted(({**row, "also": [], "why": None} for row in rows), key=_urgency)
    _drop_contradictions(rows)
    _drop_repeats(rows)
    _cut(rows, capacity, per_owner, per_kind)
    table = pd.DataFrame(rows, columns=[*ACTION_COLUMNS, "also", "why"], dtype=object)
    table.insert(len(table.columns) - 1, "kept", [row["why"] is None for row in rows])
    return table.sort_values("kept", ascending=False, kind="stable", ignore_index=True)


def verb(action: dict) -> str:
    """What the action does: its `verb`, or the last word of its id, or `check` where neither is a known verb."""
    words = [action.get("verb"), *reversed(action["id"].split(".")[-1].split("_"))]
    return next((word for word in words if word in VERBS), "check")


def _check(row: dict) -> None:
    for column, allowed in (("object_type", OBJECT_TYPES), ("priority", PRIORITIES), ("owner", OWNERS)):
        if row[column] not in allowed:
            raise ValueError(f"`{column}` must be one of {', '.join(map(repr, allowed))}; found {row[column]!r}")


def _urgency(row: dict) -> tuple:
    effect = row["effect"] if isinstance(row["effect"], dict) else {}
    tie = (row["module"], row["object_type"], str(row["object"]), row["action"]["id"])
    return row["priority"], "low" not in effect, str(row["due"]), -effect.get("low", 0), *tie


def _direction(row: dict) -> int:
    return VERBS[verb(row["action"])]


def _subject(row: dict) -> tuple:
    return row["object_type"], str(row["object"]), row["action"].get("what")


def _drop_contradictions(rows: list[dict]) -> None:
    winner = {}
    for row in rows:
        if direction := _direction(row):
            best = winner.setdefault(_subject(row), row)
            if (row["priority"], direction) < (best["priority"], _direction(best)):
                winner[_subject(row)] = row
    for row in rows:
        best = winner.get(_subject(row))
        if best and _direction(row) == -_direction(best) != 0:
            row["why"] = {"id": "brief.contradicts", "module": best["module"], "other": best["action"]}


def _drop_repeats(rows: list[dict]) -> None:
    first = {}
    for row in (row for row in rows if row["why"] is None):
        wish = (*_subject(row), _direction(row) or row["action"]["id"])
        if wish not in first:
            first[wish] = row
            continue
        row["why"] = {"id": "brief.repeats", "module": first[wish]["module"]}
        if row["module"] not in (first[wish]["module"], *first[wish]["also"]):
            first[wish]["also"].append(row["module"])


def _cut(rows: list[dict], capacity: int, per_owner: int, per_kind: int) -> None:
    limits = {"capacity": capacity, "per_owner": per_owner, "per_kind": per_kind}
    owners, kinds = Counter(), Counter()
    for row in (row for row in rows if row["why"] is None):
        owner, kind = row["owner"], row["action"]["id"]
        full = owners.total() >= capacity or owners[owner] >= per_owner or kinds[kind] >= per_kind
        if full and row["priority"] != "P0":
            row["why"] = {"id": "brief.over_capacity"} | limits
        else:
            owners[owner] += 1
            kinds[kind] += 1
