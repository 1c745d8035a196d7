"""The examination: what is there, and what is missing for which notebook."""

import json
import shutil
from pathlib import Path

import pytest

from opsbook.intake import importer
from opsbook.intake.tables import TABLES
from opsbook.report import doctor

ROOT = Path(__file__).parents[2]
INBOX = ROOT / "data" / "inbox"


def notebook(path: Path, *sources: str) -> Path:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    path.write_text(json.dumps({"cells": [*cells, {"cell_type": "markdown", "source": '"price" (not code'}]}), "utf-8")
    return path


def test_a_notebook_reads_the_tables_that_its_code_names(tmp_path):
    path = notebook(
        tmp_path / "a.ipynb", 'review, kpi = load("review"), load("store_kpi")', 'tables["action_log"]', 'x = "y"'
    )
    assert doctor.reads(path) == [
        "store_kpi",
        "review",
    ]  # in the order of the dictionary; its own log is nobody's export


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("0*.ipynb")), ids=lambda path: path.stem)
def test_every_report_reads_something(path):
    assert doctor.reads(path)


def test_the_reports_together_read_every_table():
    read = {table for path in (ROOT / "notebooks").glob("0*.ipynb") for table in doctor.reads(path)}
    assert read | set(doctor.OWN) == set(TABLES)


def test_nothing_there_yet(tmp_path):
    lines, healthy = doctor.examine(tmp_path, str(tmp_path / "warehouse"))
    assert not healthy
    assert lines[-1] == (
        f"missing 0 exports in {tmp_path / 'inbox'}; put yours into {tmp_path / 'inbox' / '<store>'}, "
        "a folder with the store's id"
    )
    assert [line[:7] for line in lines] == ["ok     ", "ok     ", "ok     ", "missing"]


def test_what_is_missing_is_said_with_its_notebooks_and_its_place(tmp_path):
    shop = tmp_path / "inbox" / "mine"
    shop.mkdir(parents=True)
    shutil.copy(INBOX / "shoes" / "Products-2026-09-19.xls", shop)
    books = tmp_path / "books"
    books.mkdir()
    notebook(books / "01_a.ipynb", 'load("product_performance"), load("price")')
    notebook(books / "02_b.ipynb", 'load("price")')
    notebook(books / "explore.ipynb", 'load("review")')  # for people: misses nothing
    warehouse = str(tmp_path / "warehouse")
    importer.import_file(shop / "Products-2026-09-19.xls", store="mine", warehouse=warehouse)
    lines, healthy = doctor.examine(tmp_path, warehouse, books)
    assert healthy
    price = TABLES["price"]
    assert lines[-2].startswith("\nstore mine: 1 weeks, newest 2026-09-19; not in stores.toml: margin, ")
    assert lines[-1] == f"  no price (价格记录) for 01, 02: {price.where_zh} ({price.where_en})"


def test_a_store_without_data_is_listed(tmp_path):
    (tmp_path / "stores.toml").write_text('[stores.new]\nname = "New"\n', "utf-8")
    lines, _ = doctor.examine(tmp_path, str(tmp_path / "warehouse"))
    assert lines[-1] == "\nstore new: no week yet"


def test_an_engine_that_does_not_load_is_no_crash(tmp_path, monkeypatch):
    import duckdb

    def fails():
        raise RuntimeError("no such\nlibrary")

    monkeypatch.setattr(duckdb, "connect", fails)
    lines, healthy = doctor.examine(tmp_path, str(tmp_path / "warehouse"))
    assert not healthy and "missing engine DuckDB: no such library" in lines
