"""A store that has delivered one table only: every notebook runs, and nothing that was never exported counts as 0."""

from pathlib import Path

import pytest

from opsbook.intake import importer
from opsbook.report import execute, kernels, plan

ROOT = Path(__file__).parents[1]
VISITORS = ROOT / "data" / "inbox" / "shoes" / "店铺数据-2026-09-19.csv"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The store's own figures of one week, and no other table."""
    place = str(tmp_path_factory.mktemp("warehouse"))
    [outcome] = importer.import_file(VISITORS, store="shoes", warehouse=place)
    assert outcome.table == "store_kpi" and outcome.accepted
    return place


@pytest.fixture(scope="module")
def kernel():
    with kernels.warm() as choice:
        yield choice.name


@pytest.mark.parametrize("name", plan.NOTEBOOKS[1:])
def test_no_figure_of_another_table_is_zero(name, warehouse, kernel):
    parameters = {"store": "shoes", "week": "2026-09-19", "warehouse": warehouse, "data": str(ROOT / "data")}
    done = execute.execute(ROOT / "notebooks" / f"{name}.ipynb", parameters, kernel)
    assert done.error is None
    zero = {key for key, value in execute.metrics(done.notebook).items() if value == 0}
    assert zero <= {"alarm_count"}  # the store's own figures were watched, and none is out of the ordinary
