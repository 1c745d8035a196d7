"""From a file to the warehouse: recognise, check, part good rows from bad, commit, and account for every row."""

import csv
import hashlib
import io
import json
import re
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from opsbook import files
from opsbook.intake import warehouse as wh
from opsbook.intake.exports import ExportError, Sheet, read_sheets, recognise
from opsbook.intake.rows import FAULT_COLUMNS, Parsed, check_identities, parse_sheet
from opsbook.intake.tables import TABLES, Table
from opsbook.intake.weeks import PERIOD_KINDS

SUFFIXES = (".xls", ".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".htm", ".html")
_WINDOW = ["period_kind", "period_start", "period_end"]


@dataclass
class Outcome:
    """What became of one sheet; `rows_in = accepted + quarantined + blank + totals`."""

    file: str
    sheet: str = ""
    table: str | None = None
    period_kind: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    blank: int = 0
    totals: int = 0
    unmapped: list[str] = field(default_factory=list)
    status: str = "rejected"
    reason: str = ""
    checks: list[dict] = field(default_factory=list)
    quarantine_file: str = ""


def import_file(path: Path, *, store: str, warehouse: str, aliases: Path | None = None) -> list[Outcome]:
    """Take one file into a store's part of the warehouse; one outcome per sheet, a rejected one with its reason."""
    tables = with_aliases(TABLES, aliases)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); close it in other programs and check its rights"
        return [Outcome(path.name, reason=reason)]
    stamp = hashlib.sha256(data + _mapping(tables)).hexdigest()
    with wh.transaction(warehouse) as (fs, root):
        history = wh.ledger(store, warehouse)
        if before := [entry for entry in history if entry["stamp"] == stamp]:
            return [_unchanged(entry, path.name, history) for entry in before]
        try:
            sheets = [sheet for sheet in read_sheets(data) if _holds_anything(sheet)]
            if not sheets:
                raise ExportError("the file has no rows; export it again")
        except ExportError as error:
            return [Outcome(path.name, reason=str(error))]
        taken = _take_sheets(sheets, path.name, tables)
        _commit(taken, store, stamp, len(history), fs, root)
        return [outcome for outcome, _ in taken]


def jobs(path: Path, store: str) -> list[tuple[Path, str]]:
    """(file, store id) for every export under a path; without a store the folder right below the path names it."""
    if not path.exists():
        raise ValueError(f"{path}: no such file or folder")
    if not store and path.is_file():
        raise ValueError(f"{path}: whose export is it? Add --store NAME")
    found = [(file, store or file.relative_to(path).parts[0]) for file in find_files(path)]
    for file, owner in found:
        if owner == file.name:
            raise ValueError(
                f"{file}: whose export is it? Add --store NAME, or move it into a folder with the store's id"
            )
    return found


def summary(outcomes: list[Outcome]) -> list[str]:
    """One line per sheet: what it was, what went in, what did not and why."""
    return [_summary_line(outcome) for outcome in outcomes]


def _summary_line(outcome: Outcome) -> str:
    name = outcome.file + (f" [{outcome.sheet}]" if outcome.sheet else "")
    if outcome.table is None:
        return f"{name}: {outcome.status}: {outcome.reason}"
    window = f" {outcome.period_start}~{outcome.period_end} ({outcome.period_kind})" if outcome.period_start else ""
    counts = f"{outcome.rows_in} rows = {outcome.accepted} accepted + {outcome.quarantined} quarantined"
    counts += f" + {outcome.blank} blank + {outcome.totals} totals"
    notes = [f"unmapped columns: {', '.join(outcome.unmapped)}"] if outcome.unmapped else []
    notes += [
        f"{c['identity']} does not hold in {c['broken']} of {c['checked']} rows" for c in outcome.checks if c["broken"]
    ]
    notes += [f"bad rows: {outcome.quarantine_file}"] if outcome.quarantine_file else []
    notes += [outcome.reason] if outcome.reason else []
    if outcome.period_kind in {*PERIOD_KINDS} - {"week"} and TABLES[outcome.table].grain != "snapshot":
        notes.append(
            "kept, but reports show whole weeks only (Sunday to Saturday); where the file covers one, write it into "
            "the first cell: 时间周期 2026-09-13~2026-09-19"
        )
    return "; ".join([f"{name}: {outcome.status}: {outcome.table}{window}: {counts}", *notes])


def find_files(path: Path) -> list[Path]:
    """The exports under a path: the file itself, or a folder's, oldest first: the newer file of a window wins."""
    if path.is_file():
        return [path]
    found = [
        file
        for file in path.rglob("*")
        if file.is_file() and file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "~$"))
    ]
    return sorted(found, key=_age)


def _age(file: Path) -> tuple[float, str, int]:
    """What files are put in order by: their time, then their name, of which a browser numbers later downloads."""
    stem, number = re.fullmatch(r"(.*?)(?: ?\((\d+)\))?", file.stem, re.DOTALL).groups()
    return file.stat().st_mtime, stem, int(number or 0)


def with_aliases(tables: dict[str, Table], path: Path | None) -> dict[str, Table]:
    """The tables with a user's own headers (`data/aliases.toml`: `[own_keyword]` / `keyword = ["搜索词"]`) added."""
    if path is None or not path.exists():
        return tables
    try:
        extra = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: no valid TOML ({error}); correct the line") from None
    for name, columns in extra.items():
        if name not in tables or not isinstance(columns, dict):
            raise ValueError(f"{path.name} [{name}]: no such table; expected one of {', '.join(tables)}")
        known = {column.name for column in tables[name].columns}
        for column, headers in columns.items():
            if column not in known:
                raise ValueError(f"{path.name} [{name}] {column}: no such column; see `opsbook tables {name}`")
            if not isinstance(headers, list) or not all(isinstance(header, str) for header in headers):
                raise ValueError(f"{path.name} [{name}] {column}: found {headers!r}; expected a list of headers")
    return tables | {name: _extended(tables[name], columns) for name, columns in extra.items()}


def _extended(table: Table, extra: dict[str, list[str]]) -> Table:
    """The user's columns come first, so that their headers win over a reading of ours."""
    yours = [
        replace(column, aliases=dict.fromkeys(extra[column.name], "yours") | column.aliases)
        for column in table.columns
        if column.name in extra
    ]
    return replace(table, columns=(*yours, *(column for column in table.columns if column.name not in extra)))


def _mapping(tables: dict[str, Table]) -> bytes:
    """What the reading of a file depends on besides its bytes: with another mapping it is read again."""
    columns = [[c.name, c.kind, c.unit, *c.aliases] for table in tables.values() for c in table.columns]
    return json.dumps([[(table.name, table.grain, table.required) for table in tables.values()], columns]).encode()


def _unchanged(entry: dict, name: str, history: list[dict]) -> Outcome:
    """The outcome of bytes that were taken in before, with a word when another file has replaced them since."""
    known = {item.name: entry[item.name] for item in fields(Outcome)}
    outcome = Outcome(**known | {"file": name, "status": "unchanged", "reason": f"imported on {entry['at'][:10]}"})
    same = [e for e in history[history.index(entry) + 1 :] if all(e[key] == entry[key] for key in ("table", *_WINDOW))]
    if same and entry["table"] and TABLES[entry["table"]].grain != "event":
        outcome.reason += f"; replaced on {same[-1]['at'][:10]} by {same[-1]['file']}"
    return outcome


def _holds_anything(sheet: Sheet) -> bool:
    return any(cell not in (None, "") for row in sheet.rows for cell in row)


def _take_sheets(sheets: list[Sheet], file: str, tables: dict[str, Table]) -> list[tuple[Outcome, Parsed | None]]:
    """Parse the sheets of a file in their order; a copy of an earlier one is left out, or its rows counted twice."""
    taken = []
    for place, sheet in enumerate(sheets):
        if original := next((other for other in sheets[:place] if other.rows == sheet.rows), None):
            reason = f"the same cells as the sheet {original.name!r}"
            taken.append((Outcome(file, sheet.name, status="unchanged", reason=reason), None))
        else:
            earlier = tuple(parsed for _, parsed in taken if parsed is not None)
            taken.append(_take_sheet(sheet, file, tables, earlier))
    return taken


def _take_sheet(
    sheet: Sheet, file: str, tables: dict[str, Table], earlier: tuple[Parsed, ...]
) -> tuple[Outcome, Parsed | None]:
    """Parse one sheet and account for its rows."""
    outcome = Outcome(file, sheet.name)
    try:
        layout = recognise(sheet, tables)
        parsed = parse_sheet(sheet, layout, file, earlier)
    except ExportError as error:
        outcome.reason = str(error)
        return outcome, None
    good = parsed.good
    outcome.table = parsed.table.name
    outcome.rows_in = len(sheet.rows) - layout.header - 1
    outcome.accepted, outcome.quarantined = len(good), len(parsed.rows) - len(good)
    outcome.blank, outcome.totals = parsed.blank, parsed.totals
    outcome.unmapped = list(layout.unmapped)
    outcome.checks = check_identities(good, parsed.table)
    if parsed.table.grain != "event" and len(good):
        outcome.period_start = f"{good['period_start'].min():%Y-%m-%d}"
        outcome.period_end = f"{good['period_end'].max():%Y-%m-%d}"
        windows = good[_WINDOW].drop_duplicates()
        outcome.period_kind = windows["period_kind"].iloc[0] if len(windows) == 1 else "several"
    outcome.status = "imported"
    return outcome, parsed


def _commit(taken: list[tuple[Outcome, Parsed | None]], store: str, stamp: str, number: int, fs, root: str) -> None:
    """Write the quarantine and the partitions of a file's sheets, and its ledger entries, as one change."""
    parsed = [(outcome, sheet) for outcome, sheet in taken if sheet is not None]
    if not parsed:
        return
    partitions: dict[str, list[pd.DataFrame]] = {}
    for outcome, sheet in parsed:
        if outcome.quarantined:
            outcome.quarantine_file = _quarantine(outcome, sheet, store, stamp, fs, root)
        replaced = []
        for folder, rows in _partitions(sheet, store):
            held = f"{root}/{folder}/data.parquet"
            if folder not in partitions and fs.exists(held):
                rows, overlap = _over(pd.read_parquet(io.BytesIO(fs.cat_file(held))), rows, sheet.table)
                replaced += [folder.rsplit("period=", 1)[1]] * overlap
            partitions.setdefault(folder, []).append(rows)
        if replaced:
            outcome.status = "replaced"
            outcome.reason = f"replaces what was held for {', '.join(replaced[:3])}{' and more' * (len(replaced) > 3)}"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entries = [
        {"entry": number + place, "at": now, "stamp": stamp, **asdict(outcome)}
        for place, (outcome, _) in enumerate(parsed)
    ]
    merged = {folder: pd.concat(frames, ignore_index=True) for folder, frames in partitions.items()}
    wh.commit(fs, root, store, merged, entries)


def _partitions(sheet: Parsed, store: str):
    """(folder, rows) of each window of a sheet's accepted rows; an event table has one."""
    rows = sheet.good[list(wh.schema(sheet.table))]
    base = f"{sheet.table.name}/store={store}"
    if sheet.table.grain == "event":
        yield f"{base}/period=all", rows
        return
    for (kind, start, end), part in rows.groupby(_WINDOW, sort=True):
        yield f"{base}/period={wh.window_name(kind, start, end)}", part


def _over(held: pd.DataFrame, rows: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, bool]:
    """New rows over those held: a window is replaced whole, a log keeps what the new file does not mention."""
    if table.grain != "event":
        return rows, True
    key = list(table.key)
    mentioned = pd.MultiIndex.from_frame(held[key]).isin(pd.MultiIndex.from_frame(rows[key]))
    return pd.concat([held[~mentioned], rows], ignore_index=True), bool(mentioned.any())


def _quarantine(outcome: Outcome, sheet: Parsed, store: str, stamp: str, fs, root: str) -> str:
    """Keep the bad rows as a csv that a spreadsheet opens safely: where, found, expected, what to do, all cells."""
    name = re.sub(r"[^\w.-]", "_", f"{Path(outcome.file).stem[:80]}-{stamp[:8]}-{outcome.sheet[:40]}").strip("-")
    path = f"_quarantine/store={store}/{name}.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "sheet", *FAULT_COLUMNS, "cells"])
    for fault in sheet.faults.itertuples(index=False):
        cells = json.dumps(sheet.raw.loc[fault.row].dropna().tolist(), ensure_ascii=False, default=str)
        writer.writerow([inert(value) for value in (outcome.file, outcome.sheet, *fault, cells)])
    files.write(fs, f"{root}/{path}", text.getvalue().encode("utf-8-sig"))
    return path


def inert(value) -> str:
    """A cell's text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
