"""No clear mail address and no phone number in anything that a report of the sample leaves behind."""

import json
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest

from opsbook.intake import importer
from opsbook.report import execute, pages

ROOT = Path(__file__).parents[1]
WEEK = date(2026, 9, 19)
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(r"\+\d[\d ()-]{8,}\d")
SUFFIXES = {".html", ".ipynb", ".json", ".csv", ".txt", ".md", ".xlsx"}


def personal(text: str) -> list[str]:
    return MAIL.findall(text) + PHONE.findall(text)


def content(path: Path) -> str:
    """The text of a file; of a workbook that of its parts."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The private-domain notebook and its page for a sample store."""
    folder = tmp_path_factory.mktemp("reports")
    warehouse = str(tmp_path_factory.mktemp("warehouse"))
    inbox = ROOT / "data" / "inbox"
    for table in ("客户列表", "触达记录", "信保订单", "流量池", "私域成本"):
        importer.import_file(inbox / "shoes" / f"{table}-{WEEK}.csv", store="shoes", warehouse=warehouse)
    notebook = ROOT / "notebooks" / "04_private_domain_funnel.ipynb"
    parameters = {"store": "shoes", "week": f"{WEEK}", "lang": "en", "warehouse": warehouse}
    done = execute.execute(notebook, parameters, "python3")
    assert done.error is None, done.traceback
    page = pages.notebook_page(done.notebook, name=notebook.stem, lang="en", store_name="shoes", week=WEEK)
    (folder / "page.html").write_text(page, "utf-8")
    (folder / "notebook.ipynb").write_text(json.dumps(done.notebook, ensure_ascii=False), "utf-8")
    (folder / "metrics.json").write_text(json.dumps(execute.metrics(done.notebook), ensure_ascii=False), "utf-8")
    return folder


def test_the_sample_holds_what_must_not_get_out():
    exports = [path.read_bytes() for path in (ROOT / "data" / "inbox" / "shoes").glob("*.csv")]
    assert any(b"buyer000@company000.example" in each for each in exports)
    assert any(PHONE.search(each.decode("gb18030", "replace")) for each in exports)


@pytest.mark.parametrize("text", ["a jane.doe@example.com b", "+1 212 555 0101", "+4915112345678"])
def test_the_scan_sees_what_it_looks_for(text):
    assert personal(text)


def test_nothing_of_it_is_in_the_private_report(report):
    files = sorted(report.iterdir())
    assert len(files) == 3 and {path.name: personal(content(path)) for path in files if personal(content(path))} == {}


def test_whole_customer_ids_and_companies_are_not_in_it(report):
    text = "\n".join(content(path) for path in report.iterdir())
    assert not re.search(r"\bC00\d{3}\b|Sample Trading", text) and "***" in text


def test_nothing_of_it_is_in_the_committed_notebooks():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert {path.name: personal(content(path)) for path in notebooks if personal(content(path))} == {}


def test_nothing_of_it_is_in_the_reports_of_this_checkout():
    """Whatever `make weekly` has left behind; a fresh clone has nothing there."""
    files = [path for path in (ROOT / "reports").rglob("*") if path.suffix in SUFFIXES]
    assert {str(path): personal(content(path)) for path in files if personal(content(path))} == {}
