"""One notebook, executed with its parameters; an error in a cell is a result, and becomes a page as well."""

import logging
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.exceptions import PapermillExecutionError

METRICS_MIME = "application/vnd.opsbook.metrics+json"


@dataclass(frozen=True)
class Limits:
    """Seconds that one cell and a whole report may take (our defaults), and bytes that a kernel may (0: any number)."""

    cell: float = 300
    report: float = 900
    memory: int = 0


@dataclass
class Execution:
    """The executed notebook, the seconds it took, and what went wrong (None when nothing did).

    `broken` says that the kernel failed and not the analysis: that is worth a second try.
    """

    notebook: "NotebookNode"
    seconds: float
    error: str | None = None
    cell: int | None = None
    traceback: str = ""
    broken: bool = False


class Stopped(Exception):
    """The batch was interrupted while this notebook ran."""


class _Clock:
    """The seconds that the next cell has, asked before each; remembers the cell, for who wants to know what hung."""

    def __init__(self, limits: Limits, stop: threading.Event):
        self.limits, self.stop = limits, stop
        self.end = time.monotonic() + limits.report
        self.source = None

    def __call__(self, cell) -> float:
        if self.stop.is_set():
            raise Stopped
        self.source = cell.source
        return max(0.01, min(self.limits.cell, self.end - time.monotonic()))

    def blame(self) -> str:
        """Which of the two limits was passed."""
        if time.monotonic() >= self.end:
            return f"the report took longer than {self.limits.report:g} s"
        return f"a cell took longer than {self.limits.cell:g} s"


def execute(
    path: Path, parameters: dict[str, Any], kernel: str, limits: Limits = Limits(), stop: threading.Event | None = None
) -> Execution:
    """Run a notebook through papermill in its own folder, within the limits."""
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    from opsbook.report import kernels

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it has to say is in the result
    clock, begin, failure = _Clock(limits, stop or threading.Event()), time.monotonic(), None
    with tempfile.TemporaryDirectory(prefix="opsbook-") as folder, kernels.bounded(limits.memory):
        target = Path(folder) / path.name
        try:
            notebook = papermill.execute_notebook(
                path,
                target,
                parameters,
                kernel_name=kernel,
                kernel_manager_class=kernels.Manager,
                progress_bar=False,
                request_save_on_cell_execute=False,
                timeout_func=clock,
                resources={"metadata": {"path": str(path.parent)}},  # papermill's own `cwd` is not safe in threads
            )
        except Exception as error:  # a kernel that dies or hangs leaves no result: the page still says so
            failure, notebook = error, nbformat.read(target if target.exists() else path, as_version=4)
    if clock.stop.is_set():
        raise Stopped
    execution = Execution(_without_traces(notebook), time.monotonic() - begin)
    if isinstance(failure, CellTimeoutError):
        _describe(execution, f"TimeoutError: {clock.blame()}", clock.source, str(failure))
    elif isinstance(failure, PapermillExecutionError):
        _describe_cell(execution, failure, limits)
    elif failure is not None:
        execution.broken = True
        _describe(execution, f"{type(failure).__name__}: {failure}", clock.source, str(failure))
    return execution


def _describe(execution: Execution, error: str, source: str | None, traceback: str) -> None:
    """What ended a notebook from outside, and the cell that was running then."""
    execution.error, execution.traceback = " ".join(error.split())[:300], traceback
    sources = [cell.source for cell in execution.notebook.cells]
    execution.cell = sources.index(source) if source in sources else None


def _describe_cell(execution: Execution, failure: "PapermillExecutionError", limits: Limits) -> None:
    """Where a notebook failed and with which traceback: its first error output."""
    lost = f"{failure.ename}: the kernel could not even show what went wrong, as happens when its memory is used up"
    _describe(execution, lost, failure.source, str(failure))
    for number, cell in enumerate(execution.notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                execution.error = " ".join(f"{output.ename}: {output.evalue}{_advice(output, limits)}".split())[:300]
                execution.cell, execution.traceback = number, "\n".join(output.traceback)
                return


def _advice(output: "NotebookNode", limits: Limits) -> str:
    """What to do about an error that the batch itself has caused."""
    if limits.memory and output.ename.endswith("MemoryError"):
        return f" (it may take {limits.memory / 1e9:.1f} GB beyond its libraries; fewer --workers leave more for each)"
    return ""


def _without_traces(notebook: "NotebookNode") -> "NotebookNode":
    """The notebook without papermill's paths, times and error banner, so that equal inputs give equal files."""
    notebook.metadata.pop("papermill", None)
    notebook.cells = [cell for cell in notebook.cells if not set(cell.metadata.get("tags", [])) & _BANNERS]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # an injected cell gets a random one
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    return notebook


_BANNERS = {"papermill-error-cell-tag"}


def metrics(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the cells of an executed notebook recorded with `findings.record`."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", []))
    recorded = (output["data"][METRICS_MIME] for output in outputs if METRICS_MIME in output.get("data", {}))
    return {name: value for values in recorded for name, value in values.items()}
