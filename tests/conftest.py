"""Fixtures for every test: closed figures, English, and the sample stores imported once."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _clean_state():
    from opsbook.report import language

    language.use("en")
    yield
    language.use("en")


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory) -> str:
    """Both sample stores, imported from the committed exports."""
    from opsbook.intake import importer

    warehouse = str(tmp_path_factory.mktemp("warehouse"))
    for file, store in importer.jobs(ROOT / "data" / "inbox", ""):
        importer.import_file(file, store=store, warehouse=warehouse)
    return warehouse
