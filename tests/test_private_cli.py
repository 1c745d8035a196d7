"""Audiences hold hashes of those who agreed and nothing else; an erased person is nowhere in the warehouse."""

import hashlib

import pandas as pd
import pytest
from typer.testing import CliRunner

from opsbook import private_cli
from opsbook.intake import importer
from opsbook.intake import warehouse as wh

CUSTOMERS = """客户ID,公司,email,phone,country,created_on,是否同意营销
C1,Acme,Jane.Doe@Example.com,+49 151 12345678,DE,2026-01-01,Y
C2,Best,bob@best.example,,US,2026-01-02,N
C3,Core,carl@core.example,,US,2026-01-03,
"""
ORDERS = """order_id,customer_id,buyer,email,订单金额,币种,ordered_at
1,C1,Jane,jane.doe@example.com,10,USD,2026-02-01
2,,Jane,JANE.DOE@example.com,10,USD,2026-02-02
3,C2,Bob,bob@best.example,10,USD,2026-02-03
"""
TOUCHES = """touch_id,customer_id,at,channel,kind,direction
t1,C1,2026-01-01 10:00,search,inquiry,in
t2,C2,2026-01-01 10:00,search,inquiry,in
t3,C1,not a day,jane.doe@example.com,inquiry,in
"""


@pytest.fixture
def warehouse(tmp_path):
    for name, text in (("customer-2026-09-19", CUSTOMERS), ("order", ORDERS), ("touch", TOUCHES)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        importer.import_file(tmp_path / f"{name}.csv", store="x", warehouse=str(tmp_path / "wh"))
    return tmp_path / "wh"


def run(*arguments):
    return CliRunner().invoke(private_cli.app, [str(each) for each in arguments])


def load(table, warehouse):
    return wh.load(table, store="x", week=pd.Timestamp("2026-09-19").date(), warehouse=str(warehouse))


@pytest.mark.parametrize(
    ("platform", "header", "phone"),
    [
        ("meta", "email,phone", "4915112345678"),
        ("google", "Email,Phone", "+4915112345678"),
        ("linkedin", "email", None),
    ],
)
def test_an_audience_holds_those_who_agreed_and_nothing_else(warehouse, tmp_path, platform, header, phone):
    out = tmp_path / "audience.csv"
    done = run("audience", "--store", "x", "--for", platform, "--out", out, "--warehouse", warehouse)
    assert done.exit_code == 0, done.output
    values = [value and hashlib.sha256(value.encode()).hexdigest() for value in ("jane.doe@example.com", phone)]
    assert out.read_text("utf-8").split() == [header, ",".join(value for value in values if value)]
    assert "1 rows" in done.output and "more are needed" in done.output


def sent(warehouse, store="x"):
    today = pd.Timestamp.now("America/Los_Angeles").date()
    return wh.load("audience_log", store=store, week=today, warehouse=str(warehouse))


def test_an_export_is_on_record_until_the_person_is_erased(warehouse, tmp_path):
    options = ("audience", "--store", "x", "--out", tmp_path / "a.csv", "--warehouse", warehouse, "--for")
    assert sent(warehouse).empty
    for platform in ("meta", "linkedin"):
        run(*options, platform)
    log = sent(warehouse)
    assert log[["customer_id", "sent_to"]].to_numpy().tolist() == [["C1", "meta"], ["C1", "linkedin"]]
    assert (pd.Timestamp.now("America/Los_Angeles").tz_localize(None) - log["sent_at"]).dt.total_seconds().max() < 60
    done = run("erase", "--store", "x", "--key", "jane.doe@example.com", "--warehouse", warehouse)
    assert "audience_log: 2 rows erased" in done.output and sent(warehouse).empty


def test_no_consent_no_file(warehouse, tmp_path):
    wrong = run("audience", "--store", "x", "--for", "tiktok", "--out", tmp_path / "a.csv", "--warehouse", warehouse)
    assert "must be one of" in str(wrong.exception) and wrong.exit_code == 1
    assert "no customers" in str(
        run(
            "audience", "--store", "y", "--for", "meta", "--out", tmp_path / "a.csv", "--warehouse", warehouse
        ).exception
    )
    run("erase", "--store", "x", "--key", "C1", "--warehouse", warehouse)
    nobody = run("audience", "--store", "x", "--for", "meta", "--out", tmp_path / "a.csv", "--warehouse", warehouse)
    assert "agreed" in str(nobody.exception) and not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("key", ["C1", " jane.doe@EXAMPLE.com", "0049 151 12345678"])
def test_an_erased_person_is_nowhere(warehouse, key):
    assert b"jane.doe" in b"".join(path.read_bytes() for path in (warehouse / "_quarantine").rglob("*.csv"))
    done = run("erase", "--store", "x", "--key", key, "--warehouse", warehouse)
    assert done.exit_code == 0, done.output
    assert load("customer", warehouse)["customer_id"].tolist() == ["C2", "C3"]
    assert load("touch", warehouse)["touch_id"].tolist() == ["t2"]
    assert load("order", warehouse)["order_id"].tolist() == ["3"]
    content = b"".join(path.read_bytes() for path in warehouse.rglob("*") if path.suffix in (".csv", ".jsonl"))
    assert b"jane.doe" not in content.lower() and b"12345678" not in content
    ledger = [entry for entry in wh.ledger("x", str(warehouse)) if entry["status"] == "erased"]
    assert {entry["table"] for entry in ledger} == {"customer", "order", "touch", None}
    assert len({entry["entry"] for entry in wh.ledger("x", str(warehouse))}) == len(wh.ledger("x", str(warehouse)))


def test_the_same_files_do_not_bring_a_person_back(warehouse, tmp_path):
    run("erase", "--store", "x", "--key", "C1", "--warehouse", warehouse)
    outcome = importer.import_file(tmp_path / "customer-2026-09-19.csv", store="x", warehouse=str(warehouse))[0]
    assert outcome.status == "unchanged" and "C1" not in load("customer", warehouse)["customer_id"].tolist()


def test_nothing_under_a_key_changes_nothing(warehouse):
    before = {path: path.read_bytes() for path in warehouse.rglob("*") if path.is_file()}
    done = run("erase", "--store", "x", "--key", "stranger@example.com", "--warehouse", warehouse)
    assert done.exit_code == 1 and "nothing is held" in done.output
    assert {path: path.read_bytes() for path in warehouse.rglob("*") if path.is_file()} == before
    assert "empty" in str(run("erase", "--store", "x", "--key", " ", "--warehouse", warehouse).exception)


def test_a_row_number_is_no_person(warehouse):
    """A customer may have the id 4; the rejected row 4 of a file is somebody else's."""
    number = next((warehouse / "_quarantine").rglob("*.csv")).read_text("utf-8-sig").splitlines()[1].split(",")[2]
    assert run("erase", "--store", "x", "--key", number, "--warehouse", warehouse).exit_code == 1


def test_a_person_of_a_store_that_is_not_there_is_an_error_and_not_nothing(warehouse):
    wrong = run("erase", "--store", "y", "--key", "C1", "--warehouse", warehouse)
    assert str(wrong.exception) == f"store 'y' has no data in {warehouse}; expected one of x"
