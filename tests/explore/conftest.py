"""A warehouse of a few hand-written rows, and the samples as slices."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from opsbook import explore
from opsbook.intake import warehouse as wh
from opsbook.report import charts

DATA = str(Path(__file__).parents[2] / "data")
WEEK = date(2026, 9, 19)


def _hold(warehouse: str, table: str, rows: list[dict], week: date = WEEK, store: str = "s") -> None:
    """Put rows into the warehouse as the natural week that ends on a day."""
    start = week - timedelta(days=6)
    window = {"period_kind": "week", "period_start": pd.Timestamp(start), "period_end": pd.Timestamp(week)}
    names = wh.schema(wh.TABLES[table])
    frame = pd.DataFrame([window | row for row in rows], columns=list(names)).astype(names)
    folder = f"{table}/store={store}/period={wh.window_name('week', start, week)}"
    with wh.transaction(warehouse) as (fs, root):
        wh.commit(fs, root, store, {folder: frame}, [{"table": table, "week": f"{week}", "rows": rows}])


@pytest.fixture
def hold():
    """`hold(warehouse, table, rows)` puts rows into a warehouse as a natural week."""
    return _hold


@pytest.fixture
def warehouse(tmp_path) -> str:
    """An empty warehouse, to be filled with `hold`."""
    return str(tmp_path / "warehouse")


@pytest.fixture
def shoes(sample_warehouse) -> explore.slices.Slice:
    """The English sample store in its last week."""
    charts.use_style("en")
    return explore.slice_of("shoes", WEEK, sample_warehouse, DATA)


@pytest.fixture
def choice(sample_warehouse):
    """The lists, with the English sample store chosen."""
    charts.use_style("en")
    chosen = explore.choose(sample_warehouse, DATA)
    chosen.store.value = "shoes"
    return chosen
