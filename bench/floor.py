"""The floor under a batch: the cells of the notebooks run in already-imported forks, without Jupyter.

    python bench/floor.py WORKERS NOTEBOOK STORE WEEK LANG WAREHOUSE DATA [NOTEBOOK STORE ...]

Every fork runs the cells in a bare IPython shell, as the notebooks show tables and figures; nothing is written.
Prints the seconds from the first fork to the end of the last.
"""

import ast
import contextlib
import os
import sys
import time

import nbformat
from IPython.core.interactiveshell import InteractiveShell

from opsbook.report import forkserver

FIELDS = ("store", "week", "lang", "warehouse", "data")


class Shell(InteractiveShell):
    """A shell that shows figures inline and has no window to open."""

    def enable_gui(self, gui=None):
        pass


def run(notebook: str, *values: str) -> None:
    """The code cells of a notebook, its parameters replaced."""
    given = dict(zip(FIELDS, values, strict=True))
    os.chdir(os.path.dirname(os.path.abspath(notebook)))
    shell = Shell.instance()
    shell.enable_matplotlib("inline")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                shell.run_cell(cell.source, store_history=False).raise_error()
            if "parameters" in cell.metadata.get("tags", []):
                shell.user_ns.update(given)


def main(workers: int, jobs: list[list[str]]) -> float:
    """Seconds that the jobs take, so many at a time, each in a fork."""
    import_everything()
    begin, running, failed = time.perf_counter(), 0, 0
    for job in jobs:
        if running == workers:
            failed, running = failed | os.wait()[1], running - 1
        if os.fork() == 0:
            status = 1
            try:
                run(*job)
                status = 0
            finally:
                os._exit(status)
        running += 1
    while running:
        failed, running = failed | os.wait()[1], running - 1
    if failed:
        raise SystemExit("a notebook failed")
    return time.perf_counter() - begin


def import_everything() -> None:
    """What the fork server imports, and what the shell and the inline backend would import in every fork."""
    import importlib

    for name in (*forkserver.LIBRARIES, *forkserver.MODULES, "opsbook.report.charts", "opsbook.intake.warehouse"):
        importlib.import_module(name)
    for notebook in {job[0] for job in JOBS}:
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.ImportFrom) and node.module:
                        exec(compile(ast.Module([node], []), notebook, "exec"), {})


if __name__ == "__main__":
    words = sys.argv[2:]
    JOBS = [words[start : start + 6] for start in range(0, len(words), 6)]
    print(main(int(sys.argv[1]), JOBS))
