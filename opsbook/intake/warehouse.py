"""The warehouse: Parquet at `<table>/store=<id>/period=<window>/data.parquet`, on this disk or any fsspec URL.

A change is staged, journalled and then moved into place; an interrupted one is completed by whoever opens the warehouse
next, so that it always reads as before or as after. Each store has a ledger of imports (`_ledger/store=<id>.jsonl`).
"""

import contextlib
import hashlib
import io
import json
import os
import re
from datetime import date
from functools import cache

import pandas as pd
from filelock import FileLock
from fsspec.implementations.local import LocalFileSystem

from opsbook import files
from opsbook.intake.cells import DTYPES
from opsbook.intake.tables import TABLES, Table
from opsbook.intake.weeks import WEEK, recent_weeks, week_start

STORE_ID = re.compile(r"\w[\w-]{0,63}")
_JOURNAL = "_journal.json"
_PERIOD_COLUMNS = ("period", "period_start", "period_end")


def load(table: str, *, store: str, week: date, weeks: int = 1, warehouse: str) -> pd.DataFrame:
    """Rows of a canonical table for one store as known at the end of `week` (its Saturday).

    Period and dated tables give the natural weeks up to `week`, `weeks` of them; a snapshot table the newest state
    taken before the following week ends; an event table everything up to the end of the week. Nothing there gives an
    empty frame with the columns of the table. Only this store's files are read.
    """
    spec = TABLES[table]
    fs, root = _open(warehouse)
    folder = f"{root}/{table}/store={store}"
    if spec.grain in ("period", "dated"):
        names = [window_name("week", week_start(end), end) for end in recent_weeks(week, weeks)]
    elif spec.grain == "snapshot":
        days = [end for kind, _, end in periods(table, store=store, warehouse=warehouse) if end < week + WEEK]
        names = [window_name("day", max(days), max(days))] if days else []
    else:
        names = ["all"]
    paths = [path for name in names if fs.exists(path := f"{folder}/period={name}/data.parquet")]
    frame = pd.concat([_read(fs, path) for path in paths], ignore_index=True) if paths else empty(table)
    return _until(frame, spec, week) if spec.grain == "event" else frame


def _until(frame: pd.DataFrame, table: Table, week: date) -> pd.DataFrame:
    """Events up to the end of the week; those without a day are kept."""
    late = frame[table.moment] >= pd.Timestamp(week) + pd.Timedelta(days=1)
    return frame[~late].reset_index(drop=True)


def empty(table: str) -> pd.DataFrame:
    """A frame of the table's columns and dtypes without rows."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in schema(TABLES[table]).items()})


def schema(table: Table) -> dict[str, str]:
    """{column: pandas dtype} as stored; tables with windows carry period_kind, period_start and period_end."""
    columns = {column.name: DTYPES[column.kind] for column in table.columns if column.name not in _PERIOD_COLUMNS}
    if table.grain == "event":
        return columns
    return {"period_kind": "str", "period_start": DTYPES["date"], "period_end": DTYPES["date"]} | columns


def periods(table: str, *, store: str, warehouse: str) -> list[tuple[str, date, date]]:
    """The windows held of a table for a store: (kind, first day, last day), oldest first."""
    fs, root = _open(warehouse)
    folder = f"{root}/{table}/store={store}"
    if not fs.isdir(folder):
        return []
    names = [path.rsplit("period=", 1)[-1] for path in fs.ls(folder, detail=False) if "period=" in path]
    found = [re.fullmatch(r"(.+)_(\d{4}-\d\d-\d\d)_(\d{4}-\d\d-\d\d)", name) for name in names]
    windows = [(match[1], date.fromisoformat(match[2]), date.fromisoformat(match[3])) for match in found if match]
    return sorted(windows, key=lambda window: (window[2], window[1], window[0]))


def holds(table: str, *, store: str, warehouse: str) -> bool:
    """Whether anything of a table is held for a store."""
    fs, root = _open(warehouse)
    return bool(fs.glob(f"{root}/{table}/store={store}/*/data.parquet"))


def stores(warehouse: str) -> list[str]:
    """The stores that have anything in the warehouse."""
    fs, root = _open(warehouse)
    ledgers = fs.glob(f"{root}/_ledger/store=*.jsonl")
    return sorted(path.rsplit("store=", 1)[-1].removesuffix(".jsonl") for path in ledgers)


def weeks_held(store: str, warehouse: str) -> list[date]:
    """The natural weeks for which a store has at least one table, oldest first."""
    tables = [name for name, table in TABLES.items() if table.grain in ("period", "dated")]
    windows = [window for name in tables for window in periods(name, store=store, warehouse=warehouse)]
    return sorted({end for kind, _, end in windows if kind == "week"})


def inputs(store: str, week: date, warehouse: str, weeks: int = 26) -> dict[str, str]:
    """What a report of this store and week can have read: {file: SHA-256}, `weeks` back."""
    fs, root = _open(warehouse)
    found = {}
    for name, table in TABLES.items():
        for path in fs.find(f"{root}/{name}/store={store}"):
            window = re.search(r"_(\d{4}-\d\d-\d\d)/", path)
            recent = window and week - WEEK * weeks < date.fromisoformat(window[1]) < week + WEEK
            if recent or table.grain == "event":
                found[path.removeprefix(root).lstrip("/")] = hashlib.sha256(fs.cat_file(path)).hexdigest()
    return dict(sorted(found.items()))


def ledger(store: str, warehouse: str) -> list[dict]:
    """What was imported for a store, oldest first: one entry per sheet."""
    fs, root = _open(warehouse)
    path = f"{root}/_ledger/store={store}.jsonl"
    return [json.loads(line) for line in fs.cat_file(path).decode().splitlines()] if fs.exists(path) else []


def scan(table: str, warehouse: str, *, period: str = "*"):
    """An Ibis table over every store of a canonical table, with `store` and `period` as columns.

    `period` narrows it to windows whose folder matches, such as `week_*_2026-09-19`; other files are not opened.
    Ibis runs on DuckDB, or on what `OPSBOOK_ENGINE` names: duckdb or pyspark. Nothing there gives an empty table.
    """
    fs, root = _open(warehouse)
    paths = sorted(fs.glob(f"{root}/{table}/*/period={period}/data.parquet"))
    if not isinstance(fs, LocalFileSystem):
        root, paths = fs.unstrip_protocol(root), [fs.unstrip_protocol(path) for path in paths]
    if not paths:
        return _nothing(table)
    engine = os.environ.get("OPSBOOK_ENGINE", "duckdb")
    if engine not in ENGINES:
        raise ValueError(f"OPSBOOK_ENGINE={engine}: expected {' or '.join(ENGINES)}")
    return ENGINES[engine](fs, f"{root}/{table}", paths)


def _nothing(table: str):
    """An Ibis table of a canonical table's columns without rows."""
    import ibis

    return ibis.memtable(empty(table).assign(store=pd.Series(dtype="str"), period=pd.Series(dtype="str")))


@cache
def _connection():
    """One DuckDB for all tables, so that they can be joined."""
    import ibis

    return ibis.duckdb.connect()


def _duckdb(fs, folder: str, paths: list[str]):
    connection = _connection()
    name = fs.protocol if isinstance(fs.protocol, str) else fs.protocol[0]
    if not isinstance(fs, LocalFileSystem) and not connection.con.filesystem_is_registered(name):
        connection.con.register_filesystem(fs)
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    options = "hive_partitioning=true, hive_types_autocast=false, union_by_name=true"  # an id such as 007 stays a text
    view = _view(paths)  # made here: Ibis would download DuckDB's own reader for s3://, where fsspec reads already
    connection.raw_sql(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM read_parquet([{listed}], {options})")
    return connection.table(view)


def _view(paths: list[str]) -> str:
    """A name for a set of files."""
    return "opsbook_" + hashlib.sha256("\n".join(paths).encode()).hexdigest()[:16]


def _pyspark(fs, folder: str, paths: list[str]):
    """Spark reads the same files; ids of stores stay texts, and a column that one file lacks is null there."""
    import ibis
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("opsbook").getOrCreate()
    session.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    frame = session.read.option("basePath", folder).option("mergeSchema", "true").parquet(*paths)
    frame.createOrReplaceTempView(_view(paths))
    return ibis.pyspark.connect(session).table(_view(paths))


ENGINES = {"duckdb": _duckdb, "pyspark": _pyspark}


def window_name(kind: str, start: date, end: date) -> str:
    """The name of a window's folder: `week_2026-09-13_2026-09-19`."""
    return f"{kind}_{start:%Y-%m-%d}_{end:%Y-%m-%d}"


@contextlib.contextmanager
def transaction(warehouse: str):
    """The lock under which one change is read, decided and committed; yields (filesystem, root)."""
    fs, root = files.locate(warehouse)
    fs.makedirs(root, exist_ok=True)
    with _lock(fs, root):
        _recover(fs, root)
        yield fs, root


def commit(fs, root: str, store: str, partitions: dict[str, pd.DataFrame], entries: list[dict]) -> None:
    """Put partitions ({`<table>/store=<id>/period=<window>`: rows}) and ledger entries in place together."""
    moves = []
    for number, (folder, frame) in enumerate(partitions.items()):
        staged = f"{root}/_staging/{os.getpid()}-{number}.parquet"
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        files.write(fs, staged, buffer.getvalue())
        moves.append([staged.removeprefix(root), f"/{folder}/data.parquet"])
    journal = {"store": store, "moves": moves, "entries": entries}
    files.write(fs, f"{root}/{_JOURNAL}", json.dumps(journal, ensure_ascii=False).encode())
    _recover(fs, root)


def _recover(fs, root: str) -> None:
    """Complete the journalled change, if there is one, and forget what was staged without a journal."""
    if fs.exists(f"{root}/{_JOURNAL}"):
        journal = json.loads(fs.cat_file(f"{root}/{_JOURNAL}"))
        for staged, final in journal["moves"]:
            if fs.exists(root + staged):
                _move(fs, root + staged, root + final)
        _append(fs, f"{root}/_ledger/store={journal['store']}.jsonl", journal["entries"])
        fs.rm_file(f"{root}/{_JOURNAL}")
    if fs.exists(f"{root}/_staging"):
        fs.rm(f"{root}/_staging", recursive=True)


def _move(fs, source: str, target: str) -> None:
    fs.makedirs(fs._parent(target), exist_ok=True)
    if isinstance(fs, LocalFileSystem):
        os.replace(source, target)
    else:
        fs.mv(source, target)


def _append(fs, path: str, entries: list[dict]) -> None:
    """Add entries to a ledger, those it already has excepted: a recovery may come here twice."""
    old = fs.cat_file(path).decode().splitlines() if fs.exists(path) else []
    new = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    files.write(fs, path, "".join(line + "\n" for line in dict.fromkeys(old + new)).encode())


def _open(warehouse: str):
    """Filesystem and root for reading, after completing a change that was interrupted."""
    fs, root = files.locate(warehouse)
    if fs.exists(f"{root}/{_JOURNAL}"):
        with _lock(fs, root):
            _recover(fs, root)
    return fs, root


def _lock(fs, root: str):
    return FileLock(f"{root}/.lock") if isinstance(fs, LocalFileSystem) else contextlib.nullcontext()


def _read(fs, path: str) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(fs.cat_file(path)))
