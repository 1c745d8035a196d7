"""Files as sellers have them: BIFF8 .xls, .xlsx, csv and tsv in the usual encodings, HTML as .xls; what they are."""

import csv
import io
import re
import sys
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce

from opsbook.intake import ole
from opsbook.intake.cells import normalise
from opsbook.intake.tables import TABLES, Column, Table

HEADER_ROWS = 30
_PICTURES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"BM": "a BMP picture",
    b"RIFF": "a WebP picture",
    b"%PDF": "a PDF document",
}
_DAY = r"(20\d\d)(?:-(\d{1,2})-(\d{1,2})|(\d\d)(\d\d))"
_CLOCK = r"(?:[ T]+\d{1,2}:\d\d(?::\d\d)?)?"
_WINDOW = re.compile(rf"(?<!\d){_DAY}{_CLOCK}\s*(?:~|-|–|—+|_|至|到|to)\s*{_DAY}(?!\d)", re.I)
_UNIT = re.compile(r"[(（](元|分|美元|人民币|usd|cny|秒|小时)[)）]$")
_UNIT_SCALE = {"分": 0.01}
_HTML = re.compile(r"\s*<(!doctype|!--|html|table|head|body|meta|style|div|\?xml)", re.I)
_MOST_SPAN = 1000  # as in browsers
_EXTENT = re.compile(rb'<dimension ref="[A-Z]+\d+:(([A-Z]+)(\d+))"')
_MOST_CELLS = 20_000_000  # a dense sheet of this size takes more than a gigabyte
_OLE = b"\xd0\xcf\x11\xe0"
#: A BIFF8 workbook whose first record after the beginning (BOF, of 8 or 16 bytes) is FILEPASS.
_BIFF_ENCRYPTED = re.compile(rb"\x09\x08(?:\x08\0.{8}|\x10\0.{16})\x2f\0", re.DOTALL)
_ENCRYPTED = "the workbook is encrypted; save it without a password and import it again"


class ExportError(ValueError):
    """A file, sheet or window that cannot be taken in; the message is one line that says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its rows of raw cells."""

    name: str
    rows: list[list]


@dataclass(frozen=True)
class Layout:
    """Where a sheet's header stands and what its columns are: {position: (column, scale)}."""

    table: Table
    header: int
    columns: dict[int, tuple[Column, float]]
    unmapped: tuple[str, ...]


def read_sheets(data: bytes) -> list[Sheet]:
    """The sheets of a file, whatever its name says it is; the container is told by its first bytes."""
    if not data.strip():
        raise ExportError("the file is empty; export it again")
    for magic, what in _PICTURES.items():
        if data.startswith(magic):
            raise ExportError(f"the file is {what}, not a table; export it again as .xls, .xlsx or .csv")
    if data.startswith((b"PK\x03\x04", _OLE)):
        return _read_workbook(data)
    text = _decode(data)
    return _read_html(text) if _HTML.match(text) else _read_text(text)


def _read_workbook(data: bytes) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if data.startswith(_OLE) and ("EncryptedPackage".encode("utf-16-le") in data or _BIFF_ENCRYPTED.search(data)):
        raise ExportError(_ENCRYPTED)
    if data.startswith(_OLE) and ole.is_endless(data):
        raise ExportError("the workbook is damaged or cut short (its sectors run in a circle); export it again")
    if far := _far_cell(data):
        raise ExportError(
            f"the sheet reaches to cell {far}, though hardly with data; delete the rows below and the columns right of "
            "the table, and save it again"
        )
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [Sheet(name, workbook.get_sheet_by_name(name).to_python()) for name in workbook.sheet_names]
    except PasswordError:
        raise ExportError(_ENCRYPTED) from None
    except BaseException as error:
        # the reader is written in Rust: where it panics, the exception is none that `except Exception` would catch
        if not isinstance(error, (CalamineError, OSError, ValueError)) and type(error).__name__ != "PanicException":
            raise
        raise ExportError(f"the workbook is damaged or cut short ({_one_line(error)}); export it again") from None


def _far_cell(data: bytes) -> str:
    """The last cell of an .xlsx sheet too large to be read, as a stray cell in a far corner makes it; else nothing."""
    with suppress(zipfile.BadZipFile, zlib.error, RuntimeError), zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with book.open(name) as sheet:
                    extent = _EXTENT.search(sheet.read(4096))
                if extent and _column_number(extent[2]) * int(extent[3]) > _MOST_CELLS:
                    return extent[1].decode()
    return ""  # also where the container is damaged: whoever reads it says so


def _column_number(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, XFD is 16384."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, letters, 0)


def _decode(data: bytes) -> str:
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("\0") * 100 <= len(text):
            return text
    raise ExportError("the file is neither a workbook nor text in utf-8 or gb18030; export it again")


def _read_html(text: str) -> list[Sheet]:
    from lxml import html

    page = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    tables = [page, *page.iter("table")] if page.tag == "table" else list(page.iter("table"))
    sheets = [
        Sheet(f"table {number}", [_html_row(row) for row in table.iter("tr")])
        for number, table in enumerate(dict.fromkeys(tables), 1)
        if table.find(".//table") is None
    ]
    if not sheets:
        raise ExportError("the file is a web page without a table; export it again as .xls, .xlsx or .csv")
    return sheets


def _html_row(row) -> list[str]:
    cells = []
    for cell in row:
        if cell.tag in ("td", "th"):
            span = cell.get("colspan", "1")
            cells += [cell.text_content(), *[""] * (min(int(span), _MOST_SPAN) - 1 if span.isdecimal() else 0)]
    return cells


def _read_text(text: str) -> list[Sheet]:
    """Rows of a csv or tsv file: the separator is the one under which the header is recognised best."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    head = "".join(text.splitlines(keepends=True)[: HEADER_ROWS + 5])
    separator = max((",", "\t", ";"), key=lambda char: _best_match(_csv_rows(head, char))[0])
    return [Sheet("", _csv_rows(text, separator))]


def _csv_rows(text: str, separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise ExportError(f"the file is no valid csv ({_one_line(error)}); export it again") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def header_key(text) -> str:
    """A header for comparing: full-width forms folded, case and every space ignored."""
    return re.sub(r"\s", "", normalise(str(text or "")))


def recognise(sheet: Sheet, tables: dict[str, Table] = TABLES) -> Layout:
    """The table that a sheet holds, by the header row among the first 30 whose names match best."""
    score, table, header = _best_match(sheet.rows, tables)
    if not score:
        raise ExportError(_unknown(sheet, tables))
    columns, unmapped, taken = {}, [], set()
    for position, name in enumerate(sheet.rows[header]):
        column, scale = _match(name, table)
        if column and column.name not in taken:
            columns[position] = (column, scale)
            taken.add(column.name)
        elif str(name or "").strip():
            unmapped.append(str(name).strip())
    return Layout(table, header, columns, tuple(unmapped))


def _best_match(rows: list[list], tables: dict[str, Table] = TABLES) -> tuple[float, Table | None, int]:
    """Best (score, table, header row): most columns matched, then the least left over; 0 when nothing is recognised."""
    best = (0.0, None, 0)
    for number, row in enumerate(rows[:HEADER_ROWS]):
        names = [name for name in row if isinstance(name, str) and name.strip()]
        for table in tables.values() if len(names) > 1 else ():
            found = {column.name for name in names if (column := _match(name, table)[0])}
            if found.issuperset(table.required) and len(found) > 1:
                score = len(found) - (len(names) - len(found)) / 1000
                if score > best[0]:
                    best = (score, table, number)
    return best


def _match(name, table: Table) -> tuple[Column | None, float]:
    """The column of a header, and the factor that its unit in brackets asks for."""
    key = header_key(name)
    index = _index(table)
    if key in index:
        return index[key], 1.0
    unit = _UNIT.search(key)
    if unit and key[: unit.start()] in index:
        return index[key[: unit.start()]], _UNIT_SCALE.get(unit[1], 1.0)
    return None, 1.0


@cache
def _index(table: Table) -> dict[str, Column]:
    """{header key: column} of a table; on a clash the column that comes first wins."""
    index = {}
    for column in table.columns:
        for alias in (*column.aliases, column.name):
            index.setdefault(header_key(alias), column)
    return index


def _unknown(sheet: Sheet, tables: dict[str, Table]) -> str:
    """Why no table was recognised: the nearest one and the columns that it misses."""
    nearest, missing = None, ()
    for row in sheet.rows[:HEADER_ROWS]:
        for table in tables.values():
            found = {column.name for name in row if (column := _match(name, table)[0])}
            if len(found) > 1 and (nearest is None or len(found) > nearest[1]):
                nearest = (table, len(found))
                missing = [table.column(name).zh for name in table.required if name not in found]
    if nearest is None:
        return (
            f"no header row of a known table in the first {HEADER_ROWS} rows; "
            "see `opsbook tables`, or add its headers to data/aliases.toml"
        )
    return (
        f"looks like {nearest[0].name} ({nearest[0].zh}) but has no column {'、'.join(missing)}; "
        "export it with that column, or add its header to data/aliases.toml"
    )


def find_window(rows: list[list], file: str = "") -> tuple[date, date] | None:
    """The window `A~B` of the title cells above the header, or else of the file's name."""
    for text in [str(cell) for row in rows for cell in row if cell] + [file]:
        if match := _WINDOW.search(_plain_dates(text)):
            parts = [int(part) for part in match.groups() if part]
            try:
                start, end = date(*parts[:3]), date(*parts[3:])
            except ValueError:
                raise ExportError(f"the window {match[0]!r} is no pair of dates; correct the title cell") from None
            if end < start:
                raise ExportError(f"the window {match[0]!r} ends before it begins; correct the title cell")
            return start, end
    return None


def _plain_dates(text: str) -> str:
    """A text with its dates in one form: 2026年9月3日, 2026/9/3 and ２０２６.９.３ become 2026-9-3."""
    joined = re.sub(r"(?<=\d)[/.年月](?=\d)", "-", unicodedata.normalize("NFKC", text))
    return re.sub(r"(?<=\d)日", "", joined)


def find_day(file: str) -> date | None:
    """The day in a file's name (`Products-2026-09-19.xls`), the last one where there are several."""
    for year, month, day in reversed(re.findall(r"(20\d\d)-?(\d{2})-?(\d{2})", file)):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None
