"""What a folder of reports says of itself, and what is believed of one that is damaged or was never finished."""

import json
from datetime import date
from pathlib import Path

import fsspec
import pytest

from opsbook.report import manifest
from opsbook.report.plan import Batch, Unit

WEEK = date(2026, 9, 19)
NOTEBOOKS = ("00_weekly_brief", "01_traffic_sources")
DISK = fsspec.filesystem("file")


def unit(notebook):
    return Unit("a", WEEK, Path(f"{notebook}.ipynb"), "en", "A", {}, f"stamp of {notebook}", "opsbook weekly")


@pytest.fixture
def batch(tmp_path):
    return Batch(WEEK, [unit(name) for name in NOTEBOOKS], str(tmp_path), str(tmp_path / "wh"), {"a": {}})


@pytest.fixture
def folder(batch):
    """The reports of a store's week as the notebooks leave them: pages and entries, and nothing more yet."""
    folder = Path(batch.out) / "2026-09-19/a"
    folder.mkdir(parents=True)
    for one in batch.units:
        (folder / f"{one.notebook}.html").write_text("page")
        (folder / f"{one.notebook}.ipynb").write_text('{"cells": []}')
        manifest.record(one, {"status": "ok", "stamp": one.stamp}, batch)
    return folder


def current(batch):
    return [one.notebook for one in batch.units if manifest.is_current(one, DISK, batch.out)]


def test_a_finished_folder_is_current(batch, folder):
    manifest.finish(batch.units[1], batch)
    assert current(batch) == list(NOTEBOOKS)
    figures = json.loads((folder / "metrics.json").read_text())
    assert figures == {"store": "a", "week": "2026-09-19", "lang": "en", "metrics": {}}


def test_a_folder_that_was_not_finished_is_taken_up_by_its_first_notebook(batch, folder):
    assert current(batch) == ["01_traffic_sources"]
    manifest.finish(batch.units[1], batch)
    manifest.record(batch.units[1], {"status": "ok", "stamp": batch.units[1].stamp}, batch)  # a second batch, stopped
    assert current(batch) == ["01_traffic_sources"]


def test_a_batch_that_was_stopped_on_the_way_keeps_what_it_has(batch, folder):
    noted = json.loads((folder / "manifest.json").read_text())
    del noted["notebooks"]["01_traffic_sources"]
    (folder / "manifest.json").write_text(json.dumps(noted))
    manifest.record(batch.units[0], {"status": "ok", "stamp": batch.units[0].stamp}, batch)
    assert current(batch) == ["00_weekly_brief"]


@pytest.mark.parametrize(
    ("lost", "kept"),
    [
        ("00_weekly_brief.html", ["01_traffic_sources"]),
        ("01_traffic_sources.html", ["00_weekly_brief"]),
        ("01_traffic_sources.ipynb", ["00_weekly_brief"]),
        ("index.html", ["01_traffic_sources"]),
        ("metrics.json", ["01_traffic_sources"]),
        ("manifest.json", []),
    ],
)
def test_what_is_no_longer_there_is_made_again(batch, folder, lost, kept):
    manifest.finish(batch.units[1], batch)
    (folder / lost).unlink()
    assert current(batch) == kept


def test_without_a_brief_the_first_notebook_finishes_a_folder(batch, folder):
    noted = json.loads((folder / "manifest.json").read_text())
    del noted["notebooks"]["00_weekly_brief"]
    (folder / "manifest.json").write_text(json.dumps(noted))
    assert current(batch) == []


def test_a_notebook_that_is_gone_has_no_figures(batch, folder):
    (folder / "01_traffic_sources.ipynb").unlink()
    manifest.finish(batch.units[0], batch)
    assert json.loads((folder / "metrics.json").read_text())["metrics"] == {}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b"\xff\x00\x9f", ""),
        (b"[]", "found list, expected a JSON object"),
        (b"{}", "without store, week, lang, notebooks"),
        (b'{"notebooks": {}, "week": "2026-09-19", "lang": "en"}', "without store"),
    ],
)
def test_a_damaged_manifest_is_one_line_that_names_it(batch, folder, content, why):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ValueError) as error:
        current(batch)
    text = str(error.value)
    assert text.startswith(f"{folder}/manifest.json is damaged ({why}") and "\n" not in text
    assert text.endswith("remove it, and run `opsbook weekly` for its store and week again")
