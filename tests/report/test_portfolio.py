"""The page over all stores, and its queries: on DuckDB, on files far away, and the same on Spark."""

import os
import shutil
from datetime import date

import pandas as pd
import pytest

from opsbook.intake import importer, warehouse
from opsbook.report import portfolio

WEEK = date(2026, 9, 19)


@pytest.fixture
def stores(tmp_path):
    """Store 007 in two weeks, `late` in the older only."""
    wh = str(tmp_path / "wh")
    kpi = "时间周期 {}\n店铺访问人数,商机人数,商机人数同行平均\n{},{},{}\n"
    words = "时间周期 {}\n关键词,曝光量,点击量,花费,询盘量\nred,10,5,30,0\nblue,10,5,50,2\ngrey,10,5,7,-\n"
    put(tmp_path, wh, "007", "store_kpi", kpi.format("2026-09-13~2026-09-19", 50, 3, 6))
    put(tmp_path, wh, "007", "store_kpi", kpi.format("2026-09-06~2026-09-12", 80, 9, 6))
    put(tmp_path, wh, "late", "store_kpi", kpi.format("2026-09-06~2026-09-12", 10, 1, 6))
    put(tmp_path, wh, "007", "ad_keyword", words.format("2026-09-13~2026-09-19"))
    return wh


def put(folder, wh, store, table, text):
    file = folder / f"{table}.csv"
    file.write_text(text, "utf-8")
    (outcome,) = importer.import_file(file, store=store, warehouse=wh)
    assert (outcome.status, outcome.table) == ("imported", table), outcome


def test_figures_of_two_weeks_and_the_newest_week_of_those_without(stores):
    table = portfolio.totals(stores, WEEK).set_index("store")
    assert list(table.index) == ["007", "late"]
    known = table.loc["007"].drop("newest").to_dict()
    assert known == {
        "visitors": 50,
        "opportunities": 3,
        "opportunities_peer_avg": 6,
        "visitors_before": 80,
        "opportunities_before": 9,
        "spend": 87,
        "idle_spend": 30,
    }
    assert table.loc["late"].drop("newest").isna().all() and table.loc["late", "newest"] == pd.Timestamp("2026-09-12")


def test_nothing_imported_yet_is_calm(tmp_path):
    assert portfolio.totals(str(tmp_path), WEEK).empty


def test_the_page_is_written_where_there_are_several_stores(stores, tmp_path):
    out = tmp_path / "out"
    assert portfolio.write(str(out), stores, WEEK, {"007": "Seven & Sons"}, "en")
    html = (out / "portfolio.html").read_text()
    assert "Seven &amp; Sons" in html and html.index("late") < html.index("Seven")
    assert "No figures for the week to 2026-09-19; the newest held are of 2026-09-12." in html
    shutil.rmtree(f"{stores}/_ledger")
    assert not portfolio.write(str(tmp_path / "other"), stores, WEEK, {}, "en")


def test_an_unknown_engine_is_one_line(stores, monkeypatch):
    monkeypatch.setenv("OPSBOOK_ENGINE", "oracle")
    with pytest.raises(ValueError, match="OPSBOOK_ENGINE=oracle: expected duckdb or pyspark"):
        portfolio.totals(stores, WEEK)


def test_the_same_from_memory_as_from_disk(stores, tmp_path):
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.put(stores, "/portfolio-wh", recursive=True)
    pd.testing.assert_frame_equal(portfolio.totals("memory://portfolio-wh", WEEK), portfolio.totals(stores, WEEK))


def test_only_the_windows_asked_for_are_opened(stores):
    damaged = f"{stores}/store_kpi/store=late/period=week_2026-08-02_2026-08-08/data.parquet"
    os.makedirs(os.path.dirname(damaged))
    open(damaged, "w").close()
    assert len(portfolio.totals(stores, WEEK)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tiny", "sample"])
def test_spark_gives_what_duckdb_gives(stores, sample_warehouse, monkeypatch, name):
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    wh = {"tiny": stores, "sample": sample_warehouse}[name]
    expected = portfolio.totals(wh, WEEK)
    monkeypatch.setenv("OPSBOOK_ENGINE", "pyspark")
    assert warehouse.scan("store_kpi", wh).count().execute() > 0
    pd.testing.assert_frame_equal(portfolio.totals(wh, WEEK), expected, check_dtype=False, rtol=1e-9)
