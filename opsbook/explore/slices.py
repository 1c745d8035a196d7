"""What the views look at: the tables of a store up to a week, each read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pandas as pd

from opsbook.analysis import rules
from opsbook.intake import stores
from opsbook.intake import warehouse as wh
from opsbook.intake.stores import Store

WAREHOUSE, DATA = "../data/warehouse", "../data"  # as seen from a notebook
KEPT = 128  # tables in memory: those of a few stores and weeks


@dataclass(frozen=True)
class Slice:
    """One store up to the end of one week. Equal slices hold equal data, so that what is computed from them is kept."""

    store: str
    week: date
    warehouse: str = field(default=WAREHOUSE, repr=False)
    data: str = field(default=DATA, repr=False)
    stamp: str = field(default="", repr=False)

    def load(self, table: str, weeks: int = 1, ago: int = 0) -> pd.DataFrame:
        """The rows of a table as `warehouse.load` gives them, the last week being so many weeks `ago`; read once."""
        rows = _load(table, self.store, self.week - timedelta(weeks=ago), weeks, self.warehouse, self.stamp)
        return rows.copy(deep=False)  # whoever changes it changes his own

    @property
    def settings(self) -> Store:
        """What `stores.toml` says about the store."""
        return stores.get(self.store, Path(self.data) / "stores.toml")

    @property
    def book(self) -> Mapping[str, rules.Rule]:
        """The rules in force in the week, with the changes of `rules.toml`."""
        return _book(self.week, self.data, self.stamp)


def slice_of(store: str, week: str | date, warehouse: str = WAREHOUSE, data: str = DATA) -> Slice:
    """A store up to the week named by its Saturday (`2026-09-19`); a new import or setting makes another slice."""
    day = date.fromisoformat(week) if isinstance(week, str) else week
    held = wh.weeks_held(store, warehouse)
    if day not in held:
        newest = f"{held[-1]}" if held else "none"
        raise ValueError(f"`week` must be a week held for store {store!r}, the newest is {newest}; found {day}")
    return Slice(store, day, warehouse, data, _stamp(store, warehouse, data))


def _stamp(store: str, warehouse: str, data: str) -> str:
    """Changes with every import for the store and every change of the settings."""
    entries = wh.ledger(store, warehouse)
    settings = [path.read_bytes() for path in sorted(Path(data).glob("*.toml"))]
    return f"{len(entries)} {entries[-1:]} {hash(tuple(settings))}"


@lru_cache(KEPT)
def _load(table: str, store: str, week: date, weeks: int, warehouse: str, stamp: str) -> pd.DataFrame:
    return wh.load(table, store=store, week=week, weeks=weeks, warehouse=warehouse)


@lru_cache(KEPT)
def _book(week: date, data: str, stamp: str) -> Mapping[str, rules.Rule]:
    return rules.load(week, Path(data) / "rules.toml")
