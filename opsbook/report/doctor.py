"""`opsbook doctor`: is everything there to make a report, and if not, what is missing for which notebook."""

import ast
import json
import platform
import sys
from pathlib import Path

from opsbook.intake import stores as config
from opsbook.intake import warehouse as wh
from opsbook.intake.importer import find_files
from opsbook.intake.tables import TABLES

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
OWN = ("action_log", "audience_log")  # written by opsbook itself: nobody has to bring them


def examine(data: Path, warehouse: str, notebooks: Path = NOTEBOOKS) -> tuple[list[str], bool]:
    """Lines for people, and whether a report can be made."""
    known = config.load(data / "stores.toml")
    checks = [_python(), _font(), _engine(), _inbox(data / "inbox")]
    lines = [f"{'ok     ' if good else 'missing'} {text}" for good, text in checks]
    held = wh.stores(warehouse)
    reports = {path.stem.split("_")[0]: reads(path) for path in sorted(notebooks.glob("[0-9]*.ipynb"))}
    for store in sorted({*known, *held}):
        lines.append(_store(store, known, warehouse))
        lines += _missing(store, warehouse, reports) if store in held else []
    return lines, all(good for good, _ in checks)


def reads(notebook: Path) -> list[str]:
    """The tables that the code of a notebook names, in the order of the data dictionary."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    trees = [ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    named = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return [table for table in TABLES if table in named and table not in OWN]


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()} (3.11 or newer)"


def _font() -> tuple[bool, str]:
    import pylopdf_fonts_zh_cn

    font = Path(pylopdf_fonts_zh_cn.sans_path())
    return font.exists(), f"Chinese glyphs for charts ({font.name})"


def _engine() -> tuple[bool, str]:
    """DuckDB answers a query; a machine on which its binary does not load is told so here and not in a report."""
    try:
        import duckdb

        answer = duckdb.connect().execute("select 1").fetchall()
    except Exception as error:
        return False, f"engine DuckDB: {' '.join(str(error).split())}"
    return answer == [(1,)], f"engine DuckDB {duckdb.__version__}"


def _inbox(inbox: Path) -> tuple[bool, str]:
    count = len(find_files(inbox)) if inbox.exists() else 0
    hint = "" if count else f"; put yours into {inbox / '<store>'}, a folder with the store's id"
    return count > 0, f"{count} exports in {inbox}{hint}"


def _store(store: str, known: dict, warehouse: str) -> str:
    weeks = wh.weeks_held(store, warehouse)
    held = f"{len(weeks)} weeks, newest {weeks[-1]}" if weeks else "no week yet"
    note = "" if store in known else "; not in stores.toml: margin, value of an inquiry, target ROI are unknown"
    return f"\nstore {store}: {held}{note}"


def _missing(store: str, warehouse: str, reports: dict[str, list[str]]) -> list[str]:
    """Each table that the store lacks: which notebooks miss it, and where it comes from."""
    lines = []
    for name, table in TABLES.items():
        missed = [notebook for notebook, tables in reports.items() if name in tables]
        if missed and not wh.holds(name, store=store, warehouse=warehouse):
            lines.append(f"  no {name} ({table.zh}) for {', '.join(missed)}: {table.where_zh} ({table.where_en})")
    return lines
