"""What a week's report hands over beside its pages: the action list and the bids as workbooks, a summary for a chat.

All are made from what the notebooks recorded (`digest.metrics`, `bid_moves.handed_over`): nothing is computed twice,
and nothing is sent anywhere.
"""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from opsbook import files
from opsbook.report import cells, findings, language

SUMMARY_CHARACTERS = 300

#: column of the workbook -> its width
COLUMNS = {
    "action_id": 11,
    "priority": 14,
    "object_type": 11,
    "object": 20,
    "object_name": 32,
    "action": 44,
    "evidence": 60,
    "effect": 34,
    "owner": 10,
    "due": 12,
    "review_metric": 18,
    "review_on": 12,
    "created_week": 12,
    "module": 14,
}
#: the same of the workbook of bids, which are typed in by hand
BID_COLUMNS = {
    "keyword": 32,
    "campaign": 18,
    "bid": 10,
    "new_bid": 10,
    "weekly_spend": 14,
    "weekly_budget": 14,
    "marginal_value": 16,
    "reason": 80,
}


def write(folder: Path | str, metrics: Mapping[str, Any], *, store_name: str, week: date, lang: str) -> list[str]:
    """Write `actions.xlsx`, `bids.xlsx` and `summary.txt` into the folder of a store's week; returns their names.

    `metrics`: what the notebooks recorded (the `metrics` of `metrics.json`). Without a brief there is nothing to write,
    without a plan of bids no workbook of bids.
    """
    if "actions" not in metrics:
        return []
    before = language.current()
    language.use(lang)
    try:
        contents = {
            "actions.xlsx": workbook(metrics["actions"], week),
            "summary.txt": (summary(metrics["summary"], store_name) + "\n").encode(),
        }
        if metrics.get("bids"):
            contents["bids.xlsx"] = workbook(metrics["bids"], week, BID_COLUMNS, "block.bids")
    finally:
        language.use(before)
    for name, content in contents.items():
        files.write(*files.locate(f"{folder}/{name}"), content)
    return list(contents)


def summary(messages: list[Mapping[str, Any]], store_name: str, most: int = SUMMARY_CHARACTERS) -> str:
    """The week in at most 300 characters, in the language in use: the sentences that fit, most important first."""
    verdict, *others = messages
    details = verdict.get("details", [])
    text = cells.short(store_name, 40)
    for message in [{**verdict, "details": []}, *others, *details]:
        sentence = findings.word(message)
        if len(text) + 1 + len(sentence) <= most:
            text = f"{text}\n{sentence}"
    return text


def workbook(
    rows: list[Mapping[str, Any]], week: date, columns: Mapping[str, int] = COLUMNS, title: str = "block.actions"
) -> bytes:
    """The rows as an .xlsx in the language in use: header frozen, filters on, no cell that could be a formula."""
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(week.year, week.month, week.day)
    sheet = book.active
    sheet.title = cells.label(title)
    sheet.append([cells.label(column) for column in columns])
    for line, row in enumerate(rows, start=2):
        for place, column in enumerate(columns, start=1):
            _fill(sheet.cell(line, place), column, row.get(column))
    for place, (cell, width) in enumerate(zip(sheet[1], columns.values(), strict=True), start=1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    return _same_bytes(book)


def _fill(cell, column: str, value: Any) -> None:
    """One cell: a day as a day, a number as a number, all else as text, so that no program takes it for a formula."""
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if cells.kind(column) in cells.NUMERIC and isinstance(value, (int, float)):
        cell.value, cell.number_format = round(value, 2), "#,##0.00"
        return
    if cells.kind(column) == "date" and value is not None:
        cell.value = date.fromisoformat(value)
        return
    cell.value = _text(column, value)
    cell.data_type = "s"
    cell.quotePrefix = True


def _text(column: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return cells.clean(findings.word(value))
    if value is None:
        return ""
    if cells.is_column(f"{column}.{value}"):
        return cells.label(f"{column}.{value}")
    return cells.clean(findings.our_word(value) if cells.kind(column) == "code" else str(value))


def _same_bytes(book: Workbook) -> bytes:
    """The file without the moment of its making: the same actions give the same bytes."""
    made, target = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as again:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = _without_time(content, book)
            again.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _without_time(content: bytes, book: Workbook) -> bytes:
    """openpyxl stamps the moment of saving over `modified`; put back the day of the week."""
    created = f"{book.properties.created:%Y-%m-%dT%H:%M:%SZ}".encode()
    head, _, rest = content.partition(b"<dcterms:modified")
    tag, _, tail = rest.partition(b">")
    return head + b"<dcterms:modified" + tag + b">" + created + b"<" + tail.partition(b"<")[2] if rest else content
