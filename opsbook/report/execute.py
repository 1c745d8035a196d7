"""One notebook, executed with its parameters and turned into a page; a failure becomes a page too."""

import logging
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

CELL_SECONDS = 300
METRICS_MIME = "application/vnd.opsbook.metrics+json"


@dataclass
class Execution:
    """The executed notebook, the seconds it took, and what went wrong (None when nothing did)."""

    notebook: nbformat.NotebookNode
    seconds: float
    error: str | None = None
    cell: int | None = None
    traceback: str = ""


def execute(path: Path, parameters: dict[str, Any], kernel: str) -> Execution:
    """Run a notebook through papermill in its own folder; an error in a cell is part of the result, no exception."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="opsbook-") as folder:
        target = Path(folder) / path.name
        failure = None
        try:
            papermill.execute_notebook(
                path,
                target,
                parameters,
                kernel_name=kernel,
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=CELL_SECONDS,
                resources={"metadata": {"path": str(path.parent)}},  # papermill's own `cwd` is not safe in threads
            )
        except PapermillExecutionError as error:
            failure = error
        except Exception as error:  # a kernel that dies or times out leaves no result: the page still says so
            failure = error
        notebook = nbformat.read(target if target.exists() else path, as_version=4)
    execution = Execution(_without_traces(notebook), time.monotonic() - begin)
    if failure is not None:
        execution.error = " ".join(f"{type(failure).__name__}: {failure}".split())[:300]
        _describe(execution, failure)
    return execution


def _describe(execution: Execution, failure: Exception) -> None:
    """Where it failed and with which traceback: the first error output of the notebook, else the exception itself."""
    execution.traceback = str(failure)
    for number, cell in enumerate(execution.notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                execution.error = f"{output.ename}: {output.evalue}".splitlines()[0][:300]
                execution.cell, execution.traceback = number, "\n".join(output.traceback)
                return


def _without_traces(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without papermill's paths, times and error banner, so that equal inputs give equal files."""
    notebook.metadata.pop("papermill", None)
    notebook.cells = [cell for cell in notebook.cells if not set(cell.metadata.get("tags", [])) & _BANNERS]
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    return notebook


_BANNERS = {"papermill-error-cell-tag"}


def metrics(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Everything that the cells of an executed notebook recorded with `findings.record`."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    recorded = (output["data"][METRICS_MIME] for output in outputs if METRICS_MIME in output.get("data", {}))
    return {name: value for values in recorded for name, value in values.items()}
