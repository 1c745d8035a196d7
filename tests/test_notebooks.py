"""Every notebook reads like a report: one skeleton, no code of its own, freshly executed."""

import ast
from pathlib import Path

import nbformat
import pytest

from opsbook.report import parameters, plan

FOLDER = Path(__file__).parents[1] / "notebooks"
REPORTS = [FOLDER / f"{name}.ipynb" for name in plan.NOTEBOOKS]
ALL = [*REPORTS, FOLDER / "explore.ipynb"]


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_the_folder_holds_these_notebooks_and_no_other():
    assert sorted(FOLDER.glob("*.ipynb")) == sorted(ALL)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_no_definitions_no_loops_short_cells(path):
    for cell in code(path):
        tree = ast.parse(cell.source)
        banned = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.AsyncFunctionDef)
        assert not any(isinstance(node, banned) for node in ast.walk(tree)), cell.source
        lines = [line for line in cell.source.splitlines() if line.strip()]
        setup = {"parameters", "setup"} & set(cell.metadata.get("tags", []))
        assert len(lines) <= (20 if setup else 5), cell.source


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_skeleton(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    assert cells[1].metadata["tags"] == ["parameters"]
    assert cells[2].metadata["tags"] == ["setup"]
    headings = [cell.source.splitlines()[0] for cell in cells if cell.source.startswith("## ")]
    assert headings[0] == "## Findings"
    assert headings[-2:] == ["## Next week", "## Data notes"]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_parameters_are_typed_commented_and_shared(path):
    declared = parameters.declared(path)
    assert list(declared)[:5] == ["store", "week", "warehouse", "data", "lang"]
    assert all(parameter.help for parameter in declared.values())


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_committed_freshly_executed_without_errors(path):
    cells = [cell for cell in code(path) if cell.source.strip()]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert read(path).metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_prose_holds_no_number_from_the_data(path):
    allowed = {"7", "30", "90", "180", "60", "20", "50", "10", "100", "5", "2", "9", "11"}
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            numbers = set("".join(char if char.isdigit() else " " for char in cell.source).split())
            assert numbers <= allowed, cell.source
