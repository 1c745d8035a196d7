"""The log of actions as such: its columns, what of it a week may know, and the status of an action."""

from datetime import date
from difflib import get_close_matches

import pandas as pd

LOG_COLUMNS = [
    "action_id", "created_week", "module", "object_type", "object", "action", "priority", "owner", "due", "status",
    "status_on", "note", "review_metric", "review_on", "baseline_events", "baseline_exposure",
]  # fmt: skip

STATUSES = ("open", "done", "dropped")


def earlier(log: pd.DataFrame, week: date) -> pd.DataFrame:
    """The actions that were proposed in an earlier week: what a report of `week` may know, however often it is made."""
    return log[pd.to_datetime(log["created_week"]) < pd.Timestamp(week)].reset_index(drop=True)


def set_status(log: pd.DataFrame, name: str, status: str, on: date, note: str | None = None) -> pd.DataFrame:
    """The log with one action marked `open`, `done` or `dropped` on a day; without a `note` the old note stays."""
    if status not in STATUSES:
        raise ValueError(f"`status` must be one of {', '.join(map(repr, STATUSES))}; found {status!r}")
    row = log["action_id"].astype(str).str.casefold() == name.casefold()
    if not row.any():
        close = get_close_matches(name.upper(), log["action_id"].astype(str), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"no action {name!r} on record{hint}")
    changes = {"status": status, "status_on": pd.Timestamp(on).date()} | ({} if note is None else {"note": note})
    log = log.copy()
    for column, value in changes.items():
        log[column] = log[column].astype(object).mask(row, value)
    return log
