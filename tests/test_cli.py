"""The command line as its user meets it: what it prints, and one line with exit code 2 for every mistake."""

import json
import shutil
import socket
import sys
from pathlib import Path

import openpyxl
import pytest

from opsbook import cli
from opsbook.intake.tables import TABLES

ROOT = Path(__file__).parents[1]
EXPORT = ROOT / "data" / "inbox" / "shoes" / "Products-2026-09-19.xls"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run `opsbook ...` as `main` does; returns (exit code, standard output, standard error)."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["opsbook", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, *capsys.readouterr()

    return call


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with a `data` of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


# ---- what it does -----------------------------------------------------------------------------------------------


def test_import_accounts_for_every_row(run, folder):
    code, out, _ = run("import", EXPORT, "--store", "mine", "--json")
    [entry] = json.loads(out)["files"]
    assert code == 0 and entry["status"] == "imported" and entry["table"] == "product_performance"
    assert entry["rows_in"] == sum(entry[part] for part in ("accepted", "quarantined", "blank", "totals")) > 0
    assert (folder / "data" / "warehouse" / "product_performance" / "store=mine").is_dir()


def test_the_folder_names_the_store(run, folder):
    shop = folder / "data" / "inbox" / "my-shop"
    shop.mkdir(parents=True)
    shutil.copy(EXPORT, shop)
    code, out, _ = run("import", "data/inbox")
    assert code == 0 and "imported: product_performance 2026-09-13~2026-09-19 (week)" in out
    code, out, _ = run("stores")
    assert out == "my-shop\t(not in stores.toml)\t-\t1 weeks, 2026-09-19 to 2026-09-19\n"


def test_one_bad_file_is_rejected_and_the_others_go_in(run, folder):
    (folder / "picture.xls").write_bytes(b"\x89PNG\r\n")
    shutil.copy(EXPORT, folder)
    code, out, _ = run("import", ".", "--store", "mine", "--quiet")
    assert code == 1
    assert (
        out == "picture.xls: rejected: the file is a PNG picture, not a table; export it again as .xls, .xlsx or .csv\n"
    )
    code, out, _ = run("import", EXPORT, "--store", "mine")
    assert code == 0 and "unchanged" in out


def test_tables_prints_the_dictionary(run):
    code, out, _ = run("tables")
    assert code == 0 and [line.split()[0] for line in out.splitlines()] == list(TABLES)
    code, out, _ = run("tables", "price")
    assert code == 0 and "* product_id" in out
    assert run("tables", "--markdown")[1].rstrip() == (ROOT / "data" / "README.md").read_text("utf-8").rstrip()


def test_a_template_can_be_filled_in_and_imported(run, folder):
    code, out, _ = run("template", "private_cost")
    path = folder / out.strip()
    sheet = openpyxl.load_workbook(path)
    row = {"渠道": "EDM", "开始日期": "2026-09-13", "结束日期": "2026-09-19"}
    header = [cell.value for cell in sheet.active[1]]
    sheet.active.append([row.get(name, 100 if "费" in name else None) for name in header])
    sheet.save(path)
    code, out, _ = run("import", path, "--store", "mine")
    assert "private_cost" in out and code == 0, out


def test_rules_prints_what_is_in_force(run, folder):
    code, out, _ = run("rules", "--as-of", "2026-09-19")
    assert code == 0 and "keywords.unstable_days" in out


def test_sample_writes_two_stores(run, folder, monkeypatch):
    from opsbook import sample

    monkeypatch.setattr(sample, "write", lambda out: [out / "shoes" / "a.csv", out / "home" / "b.csv"])
    code, out, _ = run("sample", "here")
    assert code == 0 and out.splitlines() == ["here/shoes/a.csv", "here/home/b.csv"]


def test_help_lists_every_command(run):
    code, out, _ = run("--help")
    assert code == 0 and all(f"\n  {name}" in out for name in ("import", "tables", "template", "weekly", "doctor"))


# ---- mistakes ---------------------------------------------------------------------------------------------------

WORDS = "letters, digits, - and _ only"
MISTAKES = [
    ("import nowhere", "nowhere: no such file or folder"),
    (f"import {EXPORT}", "whose export is it? Add --store NAME"),
    (f"import {EXPORT} --store ../x", WORDS),
    ("tables ad_keywrd", "table 'ad_keywrd' is unknown; did you mean ad_keyword?"),
    ("tables zzz", "expected one of store_kpi, channel_traffic"),
    ("template zzz", "table 'zzz' is unknown"),
    ("weekly", "holds nothing yet; run `opsbook import PATH --store NAME` first"),
    ("weekly --week 2026-09-16", "holds nothing yet"),
]


@pytest.mark.parametrize(("call", "says"), MISTAKES, ids=[call for call, _ in MISTAKES])
def test_a_mistake_is_one_line_and_exit_code_2(run, folder, call, says):
    code, out, error = run(*call.split())
    assert code == 2 and says in error
    assert error.startswith("opsbook: ") and error.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "content", "call", "says"),
    [
        ("stores.toml", "[stores.x]\nname = 'a'\nmargin = 1", "stores", "stores.toml [stores.x] margin: unknown key"),
        (
            "stores.toml",
            "[stores.x]\nname = 'a'\nlanguage = 'de'",
            "doctor",
            "stores.toml [stores.x] language: found 'de'",
        ),
        ("stores.toml", "x = ", "stores", "stores.toml: no valid TOML"),
        (
            "rules.toml",
            "[[rule]]\nid = 'keywords.unstable_day'\nvalue = 1",
            "rules",
            "rules.toml: rule 'keywords.unstable_day'",
        ),
        (
            "aliases.toml",
            "[price]\nprize = ['x']",
            f"import {EXPORT} --store x",
            "aliases.toml [price] prize: no such column",
        ),
    ],
)
def test_a_fault_in_a_file_of_the_user_names_file_and_key(run, folder, file, content, call, says):
    (folder / "data" / file).write_text(content, "utf-8")
    code, _, error = run(*call.split())
    assert code == 2 and says in error and error.count("\n") == 1


def test_a_template_never_overwrites(run, folder):
    assert run("template", "pool")[0] == 0
    code, _, error = run("template", "pool")
    assert code == 2 and "exists; move it away" in error


@pytest.mark.parametrize("call", ["bogus", "weekly --bogus", "template", "weekly --workers many"])
def test_wrong_use_is_exit_code_2_without_traceback(run, folder, call):
    code, out, error = run(*call.split())
    assert code == 2 and out == ""
    assert error.startswith("opsbook: ") and error.endswith("; see `opsbook --help`\n") and error.count("\n") == 1


def test_an_interrupted_command_says_so(run, monkeypatch):
    def interrupted(table):
        raise KeyboardInterrupt

    monkeypatch.setattr("opsbook.intake.dictionary.text", interrupted)
    code, out, error = run("tables")
    assert (code, out, error.count("\n")) == (130, "", 1) and error.startswith("opsbook: interrupted; ")


def test_lab_says_how_to_get_it(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, error = run("lab")
    assert code == 2 and "run `make lab`" in error


# ---- the dashboard ----------------------------------------------------------------------------------------------


def test_the_dashboard_says_how_to_get_voila(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, out, error = run("dashboard")
    assert code == 2 and out == "" and error.count("\n") == 1
    assert "Voila, which serves the dashboard, is not installed; run `make lab`" in error


@pytest.fixture
def voila(monkeypatch):
    """As if Voila were installed: every mistake is found before it is imported."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())


def test_a_port_in_use_is_one_line(run, voila):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        code, _, error = run("dashboard", "--port", port)
    assert code == 2 and error.count("\n") == 1
    assert f"cannot listen on 127.0.0.1, port {port}: address already in use; try another --port or --host" in error


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("dashboard --host 192.0.2.1", "cannot listen on 192.0.2.1, port 8866: "),
        ("dashboard --host no.such.host.invalid", "cannot listen on no.such.host.invalid, port 8866: "),
        ("dashboard --lang de", "--lang 'de': expected zh or en"),
        ("dashboard --port 0", "Invalid value for '--port'"),
        ("dashboard --port 65536", "Invalid value for '--port'"),
    ],
)
def test_a_dashboard_that_cannot_be_is_one_line(run, voila, call, says):
    code, out, error = run(*call.split())
    assert code == 2 and out == "" and says in error and error.count("\n") == 1
