"""The action log in the warehouse: written by the weekly batch and by `opsbook actions`, only read by the brief."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

import pandas as pd

from opsbook.analysis import logbook
from opsbook.intake import warehouse as wh
from opsbook.intake import weeks
from opsbook.intake.tables import TABLES
from opsbook.report import cells, findings
from opsbook.report.messages import MESSAGES

TABLE = "action_log"


def load(store: str, warehouse: str, week: date | None = None) -> pd.DataFrame:
    """The actions on record for a store: all of them, or those proposed up to a week."""
    until = week or weeks.platform_today() + timedelta(days=366)
    return wh.load(TABLE, store=store, week=until, warehouse=warehouse)


def append(store: str, week: date, actions: Iterable[Mapping[str, Any]], warehouse: str) -> int:
    """Put the actions of a week's brief on record as open; returns how many are new.

    `actions`: what the brief recorded (rows of `followup.identify` as plain data). An action that is on record stays as
    it is. Making the brief again replaces what the same week proposed and nobody has touched since.
    """
    proposed = {action["action_id"]: action for action in actions}
    with wh.transaction(warehouse) as (fs, root):
        log = load(store, warehouse)
        untouched = (log["status"] == "open") & (pd.to_datetime(log["created_week"]) == pd.Timestamp(week))
        kept = log[~untouched | log["action_id"].isin(proposed)]
        known = set(kept["action_id"])
        new = [_entry(action) for name, action in proposed.items() if name not in known]
        if new or len(kept) < len(log):
            _commit(fs, root, store, pd.concat([kept, _typed(pd.DataFrame(new))], ignore_index=True))
    return len(new)


def mark(name: str, status: str, on: date, warehouse: str, *, store: str = "", note: str | None = None) -> str:
    """Mark an action as `open`, `done` or `dropped`; returns the store whose action it is."""
    owner = store or _owner(name, warehouse)
    with wh.transaction(warehouse) as (fs, root):
        _commit(fs, root, owner, logbook.set_status(load(owner, warehouse), name, status, on, note))
    return owner


def lines(log: pd.DataFrame, everything: bool = False) -> list[str]:
    """The log for a terminal, first due first: number, status, priority, due, owner, object and action in words."""
    rows = log if everything else log[log["status"] == "open"]
    ordered = rows.sort_values(["due", "priority", "action_id"], kind="stable")
    columns = ("action_id", "status", "priority", "due", "owner", "object")
    return [
        "\t".join([*(cells.plain(row[c], cells.kind(c)) for c in columns), _sentence(row["action"])])
        for row in ordered.to_dict("records")
    ]


def _sentence(action: str) -> str:
    """The action in words, or as it stands where its message is no longer known."""
    message = json.loads(action)
    return findings.word(message) if message["id"] in MESSAGES else action


def fingerprint(store: str, week: date, warehouse: str) -> str:
    """Hash of what a brief of this week reads of the log: the actions of earlier weeks, not those that it adds.

    Empty where there are none, so that the first actions on record do not make a week look changed.
    """
    earlier = logbook.earlier(load(store, warehouse, week), week)
    if earlier.empty:
        return ""
    return hashlib.sha256(earlier.to_json(orient="records", date_format="iso").encode()).hexdigest()


def _owner(name: str, warehouse: str) -> str:
    """The store that has the action on record; an unknown one is an error that proposes the nearest."""
    names = {known: store for store in wh.stores(warehouse) for known in load(store, warehouse)["action_id"]}
    if name.upper() not in names:
        near = get_close_matches(name.upper(), names, 1)
        raise ValueError(f"no action {name!r} on record{f'; did you mean {near[0]!r}?' if near else ''}")
    return names[name.upper()]


def _entry(action: Mapping[str, Any]) -> dict[str, Any]:
    copied = {column: action.get(column) for column in logbook.LOG_COLUMNS}
    message = json.dumps(action["action"], ensure_ascii=False, sort_keys=True)
    return copied | {"action": message, "status": "open", "status_on": action["created_week"], "note": ""}


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in the columns and dtypes of the canonical table."""
    dtypes = wh.schema(TABLES[TABLE])
    return rows.reindex(columns=list(dtypes)).astype(dtypes)


def _commit(fs, root: str, store: str, log: pd.DataFrame) -> None:
    wh.commit(fs, root, store, {f"{TABLE}/store={store}/period=all": _typed(log)}, [])
