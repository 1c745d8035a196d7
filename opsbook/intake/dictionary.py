"""The data dictionary and the blank templates, both made from the tables."""

import difflib
import io

from opsbook.intake.stores import Store
from opsbook.intake.tables import EVIDENCE, KINDS, TABLES, Column, Table

_GRAIN = {
    "period": "rows describe a window (day, week, month)",
    "dated": "rows carry a day inside a window",
    "snapshot": "the state on a day",
    "event": "a log that grows; rows with the same key are updated",
}


def markdown() -> str:
    """The content of `data/README.md`."""
    parts = [_HEAD, "## Kinds of column\n", _rows(("kind", "what it is"), KINDS.items())]
    parts += [
        "## Keys of stores.toml\n",
        _rows(("key", "meaning"), ((k, f.description) for k, f in Store.model_fields.items())),
    ]
    parts += ["## Tables\n", _rows(("table", "what it is", "where it comes from"), _overview())]
    return "\n".join(parts + [section(table) for table in TABLES.values()])


def _overview():
    for table in TABLES.values():
        yield f"[{table.name}](#{table.name})", f"{table.zh} / {table.en}", table.where_zh


def section(table: Table) -> str:
    """One table of the dictionary."""
    lines = [f"### {table.name}\n", f"{table.zh} / {table.en}: {_GRAIN[table.grain]}. {table.where_en}.\n"]
    rows = [
        (c.name + ("*" if c.name in table.required else ""), c.kind, c.unit, c.zh, c.en, c.meaning, _aliases(c))
        for c in table.columns
    ]
    head = ("column (* needed)", "kind", "unit", "zh", "en", "meaning", "source headers")
    return "\n".join(lines) + "\n" + _rows(head, rows)


def _aliases(column: Column) -> str:
    groups = ((label, [alias for alias, found in column.aliases.items() if found == label]) for label in EVIDENCE)
    return "; ".join(f"{label}: {', '.join(aliases)}" for label, aliases in groups if aliases)


def _rows(head, rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def find(name: str) -> Table:
    """The table of that name; an unknown name is an error that proposes the nearest."""
    if name not in TABLES:
        near = difflib.get_close_matches(name, TABLES, 1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(TABLES)}"
        raise ValueError(f"table {name!r} is unknown; {hint}")
    return TABLES[name]


def text(name: str = "") -> str:
    """The dictionary for a terminal: one line a table, or one line a column of one table."""
    if not name:
        return "\n".join(f"{t.name:20}{t.grain:10}{t.en} ({t.zh}): {t.where_en}" for t in TABLES.values())
    table = find(name)
    head = [f"{table.name}: {table.en} ({table.zh}), {_GRAIN[table.grain]}", table.where_en, table.where_zh, ""]
    return "\n".join(head + [_line(column, column.name in table.required) for column in table.columns])


def _line(column: Column, needed: bool) -> str:
    unit = f" [{column.unit}]" if column.unit else ""
    mark = "*" if needed else " "
    words = f"{column.zh}\t{column.en}. {column.meaning} ({_aliases(column)})"
    return f"{mark} {column.name:28}{column.kind}{unit}\t{words}"


def template(table: Table) -> bytes:
    """A blank .xlsx with the headers of a table; a comment on each header says what belongs there."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = table.name
    for place, column in enumerate((c for c in table.columns if c.name != "period"), 1):
        cell = sheet.cell(1, place, column.zh)
        cell.font = Font(bold=True, underline="single" if column.name in table.required else None)
        parts = (
            column.en,
            column.meaning,
            KINDS[column.kind],
            column.unit,
            "必填 needed" * (column.name in table.required),
        )
        cell.comment = Comment(". ".join(part for part in parts if part), "opsbook")
        sheet.column_dimensions[cell.column_letter].width = max(10, 2 * len(column.zh))
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_HEAD = """# The data dictionary

Made by `opsbook tables --markdown` from `opsbook/intake/tables.py`; a test keeps it up to date.

| here | what it is |
|---|---|
| `inbox/<store>/` | exports as they were downloaded, one folder a store; the committed ones are synthetic |
| `stores.toml` | per store, what no export says |
| `aliases.toml` | optional: your own headers, `[own_keyword]` / `keyword = ["搜索词"]` |
| `rules.toml` | optional: your own thresholds; reports say that you changed them |
| `warehouse/` | made by `opsbook import`: Parquet by table, store and window, a ledger, and the quarantine |

Evidence of a source header: *confirmed* (seen in a real export), *documented* (the platform's own pages or API),
*reported* (a seller's or third party's account), *inferred* (our reading, no source seen), *yours* (`aliases.toml`).
Only `product_performance` and `own_keyword` are confirmed; if a header of yours differs, add it to `aliases.toml`.
A week runs Sunday to Saturday in America/Los_Angeles and is named by its Saturday. `-` and an empty cell are unknown,
never 0.
"""
