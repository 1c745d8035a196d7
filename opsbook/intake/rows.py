"""The rows of a recognised sheet: typed, dated, checked, and each bad one with its reason."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import pandera.pandas as pa

from opsbook.intake.cells import DTYPES, EXPECTED, parse
from opsbook.intake.exports import ExportError, Layout, Sheet, find_day, find_window
from opsbook.intake.tables import Column, Table
from opsbook.intake.weeks import period_kind, week_of

FAULT_COLUMNS = ["row", "column", "found", "expected", "what_to_do"]
_SUMS = ("合计", "总计", "汇总", "总和", "小计", "全部合计", "平均", "平均值", "均值")
_ZH = "|".join(r"\s*".join(name) for name in _SUMS)
_TOTALS_ZH = rf"\s*(?:{_ZH})\s*(?:[(（].*)?[:：]?\s*"  # also `合 计`, `合计：` and `合计（12条）`
_TOTALS_EN = r"(?i)\s*(?:(?:grand )?totals?|sum):?\s*"
_CORRECT = "correct the cell, or export the file again"


@dataclass
class Parsed:
    """Typed `rows` (indexed by sheet row from 1, with their window), their `faults`, raw cells, what was set aside."""

    table: Table
    rows: pd.DataFrame
    faults: pd.DataFrame
    raw: pd.DataFrame
    blank: int
    totals: int

    @property
    def good(self) -> pd.DataFrame:
        """The rows without a fault."""
        return self.rows.drop(index=self.faults["row"].unique())


def parse_sheet(sheet: Sheet, layout: Layout, file: str, earlier: tuple[Parsed, ...] = ()) -> Parsed:
    """The rows below the header, typed, and checked against the table's schema and the file's `earlier` sheets."""
    _check_one_window(sheet, layout)
    raw = _raw_rows(sheet, layout)
    blank = _blank(raw)
    if blank.all():
        raise ExportError(f"{layout.table.name} without a row below the header; nothing to take in")
    totals = _totals(raw[~blank], layout)
    body = raw[~blank].drop(index=totals)
    rows, unread = _typed(body, layout)
    rows, undated = _with_windows(rows, layout.table, sheet.rows[: layout.header], file)
    cells = {(row, name): fault for row, name, *fault in unread + _broken(rows, layout.table)}
    cells = {place: fault for place, fault in undated.items() if place not in cells} | cells
    known = [other.good for other in earlier if other.table.name == layout.table.name]
    cells |= _repeated(rows.drop(index={row for row, _ in cells}), layout.table, known)
    source = {column.name: position for position, (column, _) in layout.columns.items()}
    header = sheet.rows[layout.header]
    faults = [
        (row, str(header[source[name]]).strip(), body.at[row, source[name]], *fault)
        if name in source
        else (row, layout.table.column(name).zh, "", *fault)
        for (row, name), fault in cells.items()
    ]
    faults += _overflow(body, len(header)) + _notes(body, rows, layout)
    return Parsed(layout.table, rows, pd.DataFrame(faults, columns=FAULT_COLUMNS), raw, int(blank.sum()), len(totals))


def _check_one_window(sheet: Sheet, layout: Layout) -> None:
    """Two exports below one another hold two windows; the rows of the second would count for the first."""
    rows, height = sheet.rows, layout.header
    headers = [number for number, row in enumerate(rows) if row == rows[height]]
    windows = {find_window(rows[max(0, number - height) : number]) for number in headers}
    if len(windows - {None}) > 1:
        first, second, *_ = sorted(windows - {None})
        raise ExportError(
            f"two windows in one sheet, {first[0]}~{first[1]} and {second[0]}~{second[1]}; "
            "put each into a sheet of its own"
        )


def _raw_rows(sheet: Sheet, layout: Layout) -> pd.DataFrame:
    """Raw cells by position, indexed by the row number that a person sees in the sheet."""
    rows = sheet.rows[layout.header + 1 :]
    width = max(map(len, [sheet.rows[layout.header], *rows]))
    full = [row if len(row) == width else row + [None] * (width - len(row)) for row in rows]
    raw = pd.DataFrame(full, columns=range(width), dtype=object)
    return raw.set_axis(pd.RangeIndex(layout.header + 2, layout.header + 2 + len(raw)))


def _blank(raw: pd.DataFrame) -> pd.Series:
    """Rows in which no cell holds anything."""
    blank = pd.Series(True, index=raw.index)
    for position in raw:
        column = raw.loc[blank, position]
        blank.loc[blank] = column.isna() | column.astype(str).str.strip().eq("")
    return blank


def _totals(raw: pd.DataFrame, layout: Layout) -> pd.Index:
    """Rows that sum up or average the others: named so in Chinese in a leading cell, or in English and adding up.

    A searched word may well be `total`, so the English name alone proves nothing.
    """
    first = raw[sorted(layout.columns)[:3]].astype("str")
    named = first.apply(lambda cells: cells.str.fullmatch(_TOTALS_ZH, na=False)).any(axis=1)
    maybe = first.apply(lambda cells: cells.str.fullmatch(_TOTALS_EN, na=False)).any(axis=1) & ~named
    if maybe.any():
        position = next((p for p, (column, _) in layout.columns.items() if column.kind in ("count", "money")), None)
        if position is not None:
            numbers = parse(raw[position], "decimal")[0]
            named |= maybe & (numbers >= numbers[~maybe & ~named].sum()) & (numbers > 0)
    return raw.index[named]


def _typed(body: pd.DataFrame, layout: Layout) -> tuple[pd.DataFrame, list[tuple]]:
    """Canonical columns of the rows, and (row, column, expected, what to do) for every cell that cannot be read."""
    found, faults = {}, []
    for position, (column, scale) in layout.columns.items():
        values, bad = parse(body[position], column.kind, column.unit, scale)
        found[column.name] = values
        faults += [(row, column.name, expected(column), _CORRECT) for row in body.index[bad]]
    columns = {
        column.name: found.get(column.name, pd.Series(index=body.index, dtype=DTYPES[column.kind]))
        for column in layout.table.columns
    }
    return pd.DataFrame(columns, index=body.index), faults


def expected(column: Column) -> str:
    """What a cell of the column should hold, in words."""
    unit = f" in {column.unit}" if column.kind == "money" and column.unit in ("CNY", "USD") else ""
    return EXPECTED[column.kind] + unit


def _overflow(body: pd.DataFrame, width: int) -> list[tuple]:
    """Rows with more cells than the header has names: a separator inside a value has shifted the others."""
    extra = body.loc[:, width:]
    rows = extra[extra.notna() & extra.astype(str).ne("")].dropna(how="all")
    advice = "put the value that holds a separator into quotes, or export the file as .xlsx"
    return [(row, "", " | ".join(map(str, rows.loc[row].dropna())), f"{width} cells", advice) for row in rows.index]


def _repeated(rows: pd.DataFrame, table: Table, known: list[pd.DataFrame]) -> dict:
    """A fault for every further row of what has one row in a window, `known` ones counted; the first is taken."""
    if table.grain == "event" or not table.key:
        return {}
    every = pd.concat([*known, rows])
    again = every.duplicated(list({*table.key, "period_start", "period_end"})).to_numpy()[len(every) - len(rows) :]
    fault = ("one row for each in a window; the first was taken", "leave out the row that is wrong")
    return {(row, table.key[0]): fault for row in rows.index[again]}


def _notes(body: pd.DataFrame, rows: pd.DataFrame, layout: Layout) -> list[tuple]:
    """Rows of a window that fill one cell and no figure: a note, or lines that a stray quote has swallowed."""
    if layout.table.grain not in ("period", "dated") or len(layout.columns) < 3:
        return []
    figures = [name for name in layout.table.required if DTYPES[layout.table.column(name).kind] == "float64"]
    empty = body[rows[figures].isna().all(axis=1)].astype("str")
    filled = empty.where(empty.apply(lambda cells: cells.str.strip().ne("")))
    alone = filled[filled.notna().sum(axis=1) == 1].bfill(axis=1).iloc[:, 0]
    advice = "leave the note out, or write the row's figures into their columns"
    return [(row, "", text, "a row with figures", advice) for row, text in alone.items()]


def schema(table: Table) -> pa.DataFrameSchema:
    """The pandera schema of a table: required names and days filled, nothing below zero, counts whole."""
    checks = {
        "count": [pa.Check.ge(0), pa.Check(lambda values: values % 1 == 0, name="whole")],
        **dict.fromkeys(("decimal", "share", "money"), [pa.Check.ge(0)]),
    }
    obligatory = {name for name in table.required if table.column(name).kind in ("id", "text", "date", "time")}
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(checks=checks.get(column.kind), nullable=column.name not in obligatory)
            for column in table.columns
            if column.name != "period"
        }
    )


def _broken(rows: pd.DataFrame, table: Table) -> list[tuple]:
    """(row, column, expected, what to do) for every cell that breaks the schema."""
    try:
        schema(table).validate(rows, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.drop_duplicates(["column", "index"])
    return [
        (row, name, expected(table.column(name)), _CORRECT)
        for name, row in zip(cases["column"], cases["index"], strict=True)
    ]


def _with_windows(rows: pd.DataFrame, table: Table, preamble: list[list], file: str) -> tuple[pd.DataFrame, dict]:
    """The rows with period_kind, period_start and period_end, and a fault for every row whose window cannot be told."""
    if table.grain == "event":
        return rows, {}
    read = {"snapshot": _snapshot_windows, "period": _period_windows, "dated": _dated_windows}[table.grain]
    windows, column, what = read(rows, find_window(preamble, file), file)
    rows = rows.assign(**windows.astype("datetime64[us]"))
    ends = ["period_start", "period_end"]
    pairs = rows[ends].drop_duplicates().dropna()
    kinds = [period_kind(start.date(), end.date()) for start, end in pairs.itertuples(index=False)]
    rows["period_kind"] = rows[ends].merge(pairs.assign(kind=kinds), how="left", on=ends)["kind"].to_numpy()
    undated = rows.index[rows["period_kind"].isna()]
    return rows, {(row, column): (what, "correct the cell, or export one window at a time") for row in undated}


def _constant(rows: pd.DataFrame, start: date, end: date) -> tuple[pd.DataFrame, str, str]:
    windows = pd.DataFrame({"period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end)}, index=rows.index)
    return windows, "", ""


def _snapshot_windows(rows, window, file) -> tuple[pd.DataFrame, str, str]:
    """The day of a state: the end of the window in the title cell, or the day in the file's name."""
    day = window[1] if window else find_day(file)
    if day is None:
        raise ExportError("no day found for this state; put it into the file's name, such as products-2026-09-19.xlsx")
    return _constant(rows, day, day)


def _period_windows(rows, window, file) -> tuple[pd.DataFrame, str, str]:
    """The window of each row from its own label, its two dates, or the title cell."""
    if rows["period"].notna().any():
        pairs = {label: _label_window(label) or (pd.NaT, pd.NaT) for label in rows["period"].dropna().unique()}
        ends = enumerate(("period_start", "period_end"))
        windows = {name: rows["period"].map({label: pair[end] for label, pair in pairs.items()}) for end, name in ends}
        return pd.DataFrame(windows, index=rows.index), "period", "a day, a window A~B or a month"
    if rows["period_start"].notna().any():
        windows = rows[["period_start", "period_end"]].where(rows["period_start"] <= rows["period_end"])
        return windows, "period_end", "a day not before the first"
    if window is None:
        raise ExportError(
            "no window found; put 时间周期 2026-09-13~2026-09-19 into the first cell, "
            "or add the columns 开始日期 and 结束日期"
        )
    return _constant(rows, *window)


def _label_window(label: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """The window that a row's label names: `2026-09-13~2026-09-19`, `2026-09-19`, `20260919` or `2026-09`."""
    try:
        if pair := find_window([[label]]):
            return pd.Timestamp(pair[0]), pd.Timestamp(pair[1])
        if named := re.fullmatch(r"(\d{4})(?:[-/年](\d{1,2})月?|(\d{2}))", label):
            month = pd.Period(f"{named[1]}-{int(named[2] or named[3]):02}", "M")
            return month.start_time.normalize(), month.end_time.normalize()
        day, bad = parse(pd.Series([label], dtype=object), "date")
        return None if bad[0] or pd.isna(day[0]) else (day[0], day[0])
    except ValueError:  # a window or month that is none
        return None


def _dated_windows(rows, window, file) -> tuple[pd.DataFrame, str, str]:
    """Rows with a day go to their natural week, clipped to what the file covers; without a day, to its window."""
    days = rows["on"]
    if days.isna().all():
        return _period_windows(rows, window, file)
    first, last = window or (days.min().date(), _last_day(days.max().date(), file))
    saturdays = days + pd.to_timedelta((5 - days.dt.day_of_week) % 7, unit="D")
    inside = days.between(pd.Timestamp(first), pd.Timestamp(last))
    windows = {
        "period_start": (saturdays - timedelta(days=6)).clip(lower=pd.Timestamp(first)).where(inside),
        "period_end": saturdays.clip(upper=pd.Timestamp(last)).where(inside),
    }
    return pd.DataFrame(windows), "on", f"a day from {first} to {last}"


def _last_day(newest: date, file: str) -> date:
    """The last day that a file covers: days without spend have no row, but the file's name may tell the end."""
    named = find_day(file)
    return named if named and newest < named <= week_of(newest) else newest


#: What must agree in an export: (table, name, stated column, how it is computed, half a unit of its last digit).
_IDENTITIES = (
    (
        "product_performance",
        "search_ctr = search_clicks / search_impressions",
        "search_ctr",
        lambda t: t["search_clicks"] / t["search_impressions"],
        5e-5,
    ),
    (
        "product_performance",
        "inquiry_rate = inquiries / visitors",
        "inquiry_rate",
        lambda t: t["inquiries"] / t["visitors"],
        5e-5,
    ),
    (
        "product_performance",
        "marketing_impressions = standard + whole-site",
        "marketing_impressions",
        lambda t: t["standard_impressions"] + t["whole_site_impressions"],
        0,
    ),
    (
        "product_performance",
        "marketing_clicks = standard + whole-site",
        "marketing_clicks",
        lambda t: t["standard_clicks"] + t["whole_site_clicks"],
        0,
    ),
    ("own_keyword", "ctr = clicks / impressions", "ctr", lambda t: t["clicks"] / t["impressions"], 5e-4),
)


def check_identities(rows: pd.DataFrame, table: Table) -> list[dict]:
    """For every identity of the table: how many rows could be checked, how many break it, and the first of them."""
    results = []
    for name, identity, stated, compute, tolerance in _IDENTITIES:
        if name == table.name:
            difference = (rows[stated] - compute(rows)).abs()
            # a rate of nothing is not defined; half a unit of the last printed digit is rounding
            checked = difference[difference.notna() & difference.ne(float("inf"))]
            broken = checked.index[checked > tolerance * 1.0001]
            rows_broken = broken[:10].tolist()
            results.append({"identity": identity, "checked": len(checked), "broken": len(broken), "rows": rows_broken})
    return results
