"""Accounting, repetition, replacement, interruption: the warehouse is always as before or as after."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from opsbook import files
from opsbook.intake import importer, warehouse

WEEK = date(2026, 9, 19)
HEAD = "流量关键词,时间周期2026-09-13~2026-09-19\n词,曝光量,点击量,关键词指数\n"


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def keywords(store, path) -> list[str]:
    return warehouse.load("own_keyword", store=store, week=WEEK, warehouse=str(path))["keyword"].tolist()


def test_the_same_bytes_twice_change_nothing(tmp_path):
    file = put(tmp_path / "k.csv", HEAD + "a,1,0,5\n")
    wh = str(tmp_path / "wh")
    importer.import_file(file, store="x", warehouse=wh)
    before = {path: path.read_bytes() for path in Path(wh).rglob("*") if path.is_file()}
    copy = put(tmp_path / "k (1).csv", HEAD + "a,1,0,5\n")
    outcome = importer.import_file(copy, store="x", warehouse=wh)[0]
    assert (outcome.status, outcome.file, outcome.rows_in, outcome.accepted) == ("unchanged", "k (1).csv", 1, 1)
    assert {path: path.read_bytes() for path in Path(wh).rglob("*") if path.is_file()} == before


def test_a_newer_file_replaces_its_window_and_the_ledger_says_so(tmp_path):
    wh = str(tmp_path / "wh")
    old, new = put(tmp_path / "old.csv", HEAD + "a,1,0,5\nb,1,0,5\n"), put(tmp_path / "new.csv", HEAD + "c,2,1,5\n")
    importer.import_file(old, store="x", warehouse=wh)
    outcome = importer.import_file(new, store="x", warehouse=wh)[0]
    assert outcome.status == "replaced"
    assert outcome.reason == "replaces what was held for week_2026-09-13_2026-09-19"
    assert keywords("x", wh) == ["c"]
    assert [(entry["file"], entry["status"]) for entry in warehouse.ledger("x", wh)] == [
        ("old.csv", "imported"), ("new.csv", "replaced"),
    ]  # fmt: skip
    again = importer.import_file(old, store="x", warehouse=wh)[0]
    assert again.status == "unchanged" and again.reason.endswith("by new.csv")
    assert keywords("x", wh) == ["c"]


def test_stores_and_windows_do_not_replace_each_other(tmp_path):
    wh = str(tmp_path / "wh")
    file = put(tmp_path / "k.csv", HEAD + "a,1,0,5\n")
    later = put(tmp_path / "l.csv", HEAD.replace("13~2026-09-19", "20~2026-09-26") + "b,1,0,5\n")
    statuses = [importer.import_file(f, store=s, warehouse=wh)[0].status for f in (file, later) for s in ("x", "y")]
    assert statuses == ["imported"] * 4
    assert keywords("x", wh) == ["a"]
    assert warehouse.weeks_held("y", wh) == [WEEK, date(2026, 9, 26)]


def test_an_order_is_replaced_whole(tmp_path):
    """Exported first without its products, then with them: two lines of one order, not three."""
    wh = str(tmp_path / "wh")
    old = put(tmp_path / "a.csv", "订单号,创建时间,订单金额\n1,2026-08-01,30\n2,2026-08-02,7\n")
    new = put(tmp_path / "b.csv", "订单号,产品ID,创建时间,订单金额\n1,p,2026-08-01,10\n1,q,2026-08-01,20\n")
    for file in (old, new):
        importer.import_file(file, store="x", warehouse=wh)
    orders = warehouse.load("order", store="x", week=WEEK, warehouse=wh)
    assert sorted(zip(orders["order_id"], orders["amount"], strict=True)) == [("1", 10), ("1", 20), ("2", 7)]


def test_a_log_keeps_what_a_newer_file_does_not_mention(tmp_path):
    wh = str(tmp_path / "wh")
    head = "订单号,创建时间,订单金额,订单状态\n"
    old = put(tmp_path / "a.csv", head + "1,2026-08-01,10,unpay\n2,2026-08-02,20,unpay\n")
    importer.import_file(old, store="x", warehouse=wh)
    outcome = importer.import_file(
        put(tmp_path / "b.csv", head + "2,2026-08-02,20,paid\n3,2026-09-18,5,unpay\n"), store="x", warehouse=wh
    )[0]
    assert outcome.status == "replaced"
    orders = warehouse.load("order", store="x", week=WEEK, warehouse=wh)
    assert dict(zip(orders["order_id"], orders["status"], strict=True)) == {"1": "unpay", "2": "paid", "3": "unpay"}
    assert warehouse.load("order", store="x", week=date(2026, 9, 12), warehouse=wh)["order_id"].tolist() == ["1", "2"]


def test_aliases_of_the_user_are_read_and_reopen_a_file(tmp_path):
    wh = str(tmp_path / "wh")
    file = put(tmp_path / "k.csv", HEAD.replace("点击量", "点击人次") + "a,9,3,5\n")
    assert importer.import_file(file, store="x", warehouse=wh)[0].unmapped == ["点击人次"]
    aliases = put(tmp_path / "aliases.toml", '[own_keyword]\nclicks = ["点击人次"]\n')
    outcome = importer.import_file(file, store="x", warehouse=wh, aliases=aliases)[0]
    assert (outcome.status, outcome.unmapped) == ("replaced", [])
    assert warehouse.load("own_keyword", store="x", week=WEEK, warehouse=wh)["clicks"].tolist() == [3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[own_keywrd]\na = ['b']", "aliases.toml [own_keywrd]: no such table"),
        ("[own_keyword]\nclick = ['b']", "aliases.toml [own_keyword] click: no such column"),
        ("[own_keyword]\nclicks = 'b'", "aliases.toml [own_keyword] clicks: found 'b'; expected a list of headers"),
        ("[own_keyword", "aliases.toml: no valid TOML"),
    ],
)
def test_a_wrong_alias_is_one_line(tmp_path, text, message):
    with pytest.raises(ValueError) as error:
        importer.with_aliases(importer.TABLES, put(tmp_path / "aliases.toml", text))
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_folder_gives_the_oldest_file_first_and_names_the_stores(tmp_path):
    new, old = put(tmp_path / "s" / "a.csv", ""), put(tmp_path / "s" / "b.csv", "")
    put(tmp_path / "s" / "~$b.xlsx", ""), put(tmp_path / "s" / "notes.md", "")
    os.utime(old, (1, 1))
    assert importer.jobs(tmp_path, "") == [(old, "s"), (new, "s")]
    assert importer.jobs(new, "t") == [(new, "t")]
    with pytest.raises(ValueError, match="whose export is it"):
        importer.jobs(new, "")
    with pytest.raises(ValueError, match="whose export is it"):
        importer.jobs(tmp_path / "s", "")


def test_of_files_of_one_moment_the_later_download_is_the_newer_one(tmp_path):
    names = ["Products-2026-09-19 (10).csv", "Products-2026-09-19 (2).csv", "Products-2026-09-19.csv"]
    for name in names:
        os.utime(put(tmp_path / name, ""), (1, 1))
    assert [file.name for file in importer.find_files(tmp_path)] == names[::-1]


def test_a_file_that_cannot_be_read_is_rejected_in_one_line(tmp_path, monkeypatch):
    file = put(tmp_path / "k.csv", HEAD)

    def locked(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", locked)
    (outcome,) = importer.import_file(file, store="x", warehouse=str(tmp_path / "wh"))
    assert (outcome.file, outcome.status) == ("k.csv", "rejected")
    assert outcome.reason == "cannot be read (Permission denied); close it in other programs and check its rights"


def test_a_change_interrupted_after_the_journal_is_completed_by_the_next_reader(tmp_path, monkeypatch):
    wh = str(tmp_path / "wh")
    importer.import_file(put(tmp_path / "a.csv", HEAD + "a,1,0,5\n"), store="x", warehouse=wh)
    monkeypatch.setattr(warehouse, "_recover", lambda fs, root: None)
    importer.import_file(put(tmp_path / "b.csv", HEAD + "b,1,0,5\n"), store="x", warehouse=wh)
    monkeypatch.undo()
    assert keywords("x", wh) == ["b"]
    assert [entry["file"] for entry in warehouse.ledger("x", wh)] == ["a.csv", "b.csv"]


def test_a_change_interrupted_before_the_journal_never_was(tmp_path, monkeypatch):
    wh = str(tmp_path / "wh")
    importer.import_file(put(tmp_path / "a.csv", HEAD + "a,1,0,5\n"), store="x", warehouse=wh)
    write = files.write

    def stop_at_journal(fs, path, data):
        if path.endswith("_journal.json"):
            raise KeyboardInterrupt
        write(fs, path, data)

    monkeypatch.setattr(files, "write", stop_at_journal)
    with pytest.raises(KeyboardInterrupt):
        importer.import_file(put(tmp_path / "b.csv", HEAD + "b,1,0,5\n"), store="x", warehouse=wh)
    monkeypatch.undo()
    assert keywords("x", wh) == ["a"]
    assert [entry["file"] for entry in warehouse.ledger("x", wh)] == ["a.csv"]


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_before_or_after(tmp_path):
    """Ten kills at moments spread over an import of many windows: each time all of the old state or all of the new."""
    wh = str(tmp_path / "wh")
    days = [f"2026-09-{day:02d}" for day in range(1, 31)]
    versions = [
        put(
            tmp_path / f"v{version}.csv",
            "统计日期,渠道,店铺访问人数\n" + "".join(f"{day},搜索,{version}\n" for day in days),
        )
        for version in range(11)
    ]
    importer.import_file(versions[0], store="x", warehouse=wh)
    script = "import sys\nfrom pathlib import Path\nfrom opsbook.intake import importer\nprint('go', flush=True)\n"
    script += "importer.import_file(Path(sys.argv[1]), store='x', warehouse=sys.argv[2])"
    for number, file in enumerate(versions[1:]):
        child = subprocess.Popen([sys.executable, "-c", script, file, wh], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(0.012 * number)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        ledger = warehouse.ledger("x", wh)
        held = {pd.read_parquet(path)["visitors"].iloc[0] for path in Path(wh, "channel_traffic").rglob("data.parquet")}
        assert held == {float(ledger[-1]["file"][1:-4])}


def test_a_warehouse_in_memory_works_like_one_on_disk(tmp_path):
    file = put(tmp_path / "k.csv", HEAD + "a,1,0,5\n")
    wh = "memory://test-warehouse"
    assert importer.import_file(file, store="x", warehouse=wh)[0].status == "imported"
    assert importer.import_file(file, store="x", warehouse=wh)[0].status == "unchanged"
    assert keywords("x", wh) == ["a"]
    assert warehouse.stores(wh) == ["x"]


def test_scan_reads_every_store_and_window(sample_warehouse):
    weekly = warehouse.scan("store_kpi", sample_warehouse).group_by("store").agg(weeks=lambda t: t.count()).execute()
    assert dict(zip(weekly["store"], weekly["weeks"], strict=True)) == {"home": 9, "shoes": 9}


def test_nothing_there_gives_the_columns_of_the_table(tmp_path):
    frame = warehouse.load("ad_keyword", store="x", week=WEEK, warehouse=str(tmp_path))
    assert frame.empty
    assert {"keyword", "spend", "on", "period_kind", "period_start", "period_end"} <= set(frame)
    assert "period" not in frame
