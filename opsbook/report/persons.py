"""What leaves the house about persons, and how a person is erased from it."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pandas as pd

from opsbook import files
from opsbook.analysis import audience, rules
from opsbook.analysis.identity import normal_email, normal_phone
from opsbook.intake import warehouse as wh
from opsbook.intake import weeks
from opsbook.intake.importer import Outcome
from opsbook.intake.tables import TABLES

#: Columns that name a person.
PERSONAL = ("customer_id", "email", "phone")
LOG = "audience_log"


def write_audience(store: str, platform: str, out: str, *, warehouse: str, ruleset: rules.RuleSet) -> tuple[int, list]:
    """Write the seed audience of a store's newest list of customers; returns its rows and messages on its size.

    Nobody who did not agree is in it; with nobody left nothing is written. Whose contacts went out, when and where is
    put on record (table `audience_log`).
    """
    snapshots = wh.periods("customer", store=store, warehouse=warehouse)
    if not snapshots:
        raise ValueError(f"store {store!r} has no customers in {warehouse}; import the list of its CRM first")
    customers = wh.load("customer", store=store, week=snapshots[-1][2], warehouse=warehouse)
    table = audience.audience(customers, platform)
    if table.empty:
        raise ValueError(
            f"no audience: none of {len(customers)} customers has agreed (column consent) and left a usable contact"
        )
    files.write(*files.locate(out), table.to_csv(index=False).encode())
    _record(store, audience.members(customers, platform), platform, warehouse)
    return len(table), audience.size_checks(customers, platform, ruleset)


def _record(store: str, members: pd.Series, platform: str, warehouse: str) -> None:
    """Put an export on record: one row a customer in the canonical table."""
    dtypes = wh.schema(TABLES[LOG])
    now = datetime.now(weeks.PLATFORM_ZONE).replace(tzinfo=None, microsecond=0)
    rows = pd.DataFrame({"customer_id": members, "sent_to": platform, "sent_at": now}).astype(dtypes)
    with wh.transaction(warehouse) as (fs, root):
        held = wh.load(LOG, store=store, week=weeks.platform_today() + timedelta(days=1), warehouse=warehouse)
        log = pd.concat([held, rows], ignore_index=True)
        wh.commit(fs, root, store, {f"{LOG}/store={store}/period=all": log}, [])


def erase(store: str, key: str, *, warehouse: str) -> dict[str, int]:
    """Remove a person from a store's tables and quarantine as one change; rows removed by table.

    `key` is a mail address, a phone number with country code, or a customer id. The ledger says how many rows went,
    and not whose.
    """
    with wh.transaction(warehouse) as (fs, root):
        held = dict(_held(fs, root, store))
        kept, gone = audience.erase(held, key)
        changed = {folder: kept[folder] for folder, rows in gone.items() if rows}
        names = _names([key], (held[folder].drop(kept[folder].index) for folder in changed))
        _clean_quarantine(fs, f"{root}/_quarantine/store={store}", names, counts := {})
        counts = {folder: rows for folder, rows in gone.items() if rows} | counts
        entries = _entries(counts, len(wh.ledger(store, warehouse)))
        if entries:
            wh.commit(fs, root, store, changed, entries)
    return pd.Series(counts, dtype=int).groupby(lambda folder: folder.split("/")[0]).sum().to_dict()


def _held(fs, root: str, store: str) -> Iterable[tuple[str, pd.DataFrame]]:
    """(partition, rows) of every table that names persons."""
    named = [name for name, table in TABLES.items() if {column.name for column in table.columns} & set(PERSONAL)]
    for name in named:
        for path in sorted(fs.glob(f"{root}/{name}/store={store}/*/data.parquet")):
            folder = path[path.index(f"{name}/store={store}/") :].removesuffix("/data.parquet")
            yield folder, pd.read_parquet(io.BytesIO(fs.cat_file(path)))


def _names(keys: list[str], removed: Iterable[pd.DataFrame]) -> set[str]:
    """Everything under which the erased person may stand in a rejected row, in normal form."""
    values = [value for table in removed for name in PERSONAL if name in table for value in table[name].dropna()]
    return {form for value in [*keys, *map(str, values)] for form in _forms(value)}


def _forms(value: str) -> set[str]:
    return {form for form in (value.strip().lower(), normal_email(value), normal_phone(value)) if form}


def _clean_quarantine(fs, folder: str, names: set[str], counts: dict[str, int]) -> None:
    """Drop the rejected rows that carry one of the names; `counts` learns how many of which file."""
    for path in sorted(fs.glob(f"{folder}/*.csv")):
        header, *rows = csv.reader(io.StringIO(fs.cat_file(path).decode("utf-8-sig")))
        at = header.index("found")
        kept = [row for row in rows if not names & {form for cell in _cells(row, at) for form in _forms(cell)}]
        if len(kept) < len(rows):
            text = io.StringIO()
            csv.writer(text).writerows([header, *kept])
            files.write(fs, path, text.getvalue().encode("utf-8-sig"))
            counts[f"_quarantine/{path.rsplit('/', 1)[1]}"] = len(rows) - len(kept)


def _cells(row: list[str], found: int) -> list[str]:
    """The cells of a rejected row that come from the export: the faulty one, and all of them, kept as JSON at the
    end. Its place in the file says nothing about a person."""
    try:
        original = json.loads(row[-1].removeprefix("'"))
    except ValueError:
        original = []
    return [cell.removeprefix("'") for cell in [row[found], *map(str, original)]]


def _entries(counts: dict[str, int], number: int) -> list[dict]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [
        {"entry": number + place, "at": now, "stamp": "", **asdict(_outcome(folder, rows))}
        for place, (folder, rows) in enumerate(counts.items())
    ]


def _outcome(folder: str, rows: int) -> Outcome:
    """The ledger's line on one partition, or one quarantine file, from which a person was removed."""
    table, _, window = folder.partition("/store=")
    kind, start, end = ([*window.rsplit("period=", 1)[-1].split("_"), "", "", ""] if window else ["", "", ""])[:3]
    dated = {"period_kind": kind, "period_start": start, "period_end": end} if start else {}
    known = table if table in TABLES else None
    return Outcome("", table=known, status="erased", reason=f"a person was erased: {rows} rows", **dated)
