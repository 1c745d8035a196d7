"""The weekly batch: units run in isolation, pages are written whole, and nothing is done twice."""

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from opsbook import files
from opsbook.report import execute, manifest
from opsbook.report.execute import Limits
from opsbook.report.plan import Batch, Unit

UNIT_MEMORY = 400 * 2**20  # what the kernel of a notebook needs, in bytes; our default
INDEX_DUE = ".index-due"  # lies beside the index while reports have changed that it does not show yet
Entry = dict[str, Any]  # what the manifest holds about one notebook


@dataclass(frozen=True)
class Result:
    """What a batch did: the entry of every unit that ran, what was left out, and where to begin reading."""

    ran: list[tuple[Unit, Entry]]
    unchanged: list[Unit]
    skipped: dict[str, str]
    index: str

    @property
    def failed(self) -> list[tuple[Unit, Entry]]:
        return [(unit, entry) for unit, entry in self.ran if entry["status"] == "failed"]

    def lines(self, quiet: bool = False) -> list[str]:
        """For people: what was left out, what failed, the sums, the path of the index; quiet: failures and path."""
        skipped = [f"{store}: {why}, skipped" for store, why in self.skipped.items()]
        failed = [failure_line(unit, entry) for unit, entry in self.failed]
        sums = f"{len(self.ran) - len(failed)} run, {len(failed)} failed, {len(self.unchanged)} unchanged"
        return [*failed, self.index] if quiet else [*skipped, *failed, sums, self.index]

    def document(self) -> dict[str, Any]:
        """For programs: the same as one JSON object."""
        ran = [_about(unit) | {key: entry[key] for key in ENTRY_KEYS} for unit, entry in self.ran]
        unchanged = [_about(unit) | {"status": "unchanged"} for unit in self.unchanged]
        return {"reports": [*ran, *unchanged], "skipped": self.skipped, "index": self.index}


ENTRY_KEYS = ("status", "error", "seconds", "attempts", "kernel")


def _about(unit: Unit) -> dict[str, str]:
    page = f"{unit.place}/{unit.notebook}.html"
    return {"store": unit.store, "week": f"{unit.week}", "notebook": unit.notebook, "page": page}


def failure_line(unit: Unit, entry: Entry) -> str:
    """One line on one failure."""
    return f"{unit.store} {unit.week} {unit.notebook}: failed: {entry['error']}"


def ignore(unit: Unit, entry: Entry) -> None:
    """A watcher that does not look."""


def pending(batch: Batch, force: bool = False) -> list[Unit]:
    """The units that have to run: all of them, or those whose page is missing, failed or out of date."""
    fs, root = files.locate(batch.out)
    return [unit for unit in batch.units if force or not manifest.is_current(unit, fs, root)]


def run(
    batch: Batch,
    todo: list[Unit],
    *,
    workers: int = 0,
    scheduler: str = "",
    limits: Limits = Limits(),
    watch: Callable[[Unit, Entry], None] = ignore,
) -> Result:
    """Run the units of a batch that have to run; `watch` is told of each as soon as it is done.

    `workers` at a time (0: as many as `default_workers` says) in this process, or on a dask scheduler.
    """
    ran, left = [], Counter(unit.place for unit in todo)
    if todo:
        fs, root = files.locate(batch.out)
        files.write(fs, f"{root}/{INDEX_DUE}", b"")
    with closing(_results(batch, _in_turn(todo), workers or default_workers(), scheduler, limits)) as results:
        for unit, entry in results:
            ran.append((unit, entry))
            manifest.record(unit, entry, batch)
            left[unit.place] -= 1
            if not left[unit.place]:
                manifest.finish(unit, batch)
            watch(unit, entry)
    ran.sort(key=lambda done: (done[0].store, done[0].notebook))
    asked = {id(unit) for unit in todo}
    return Result(ran, [unit for unit in batch.units if id(unit) not in asked], batch.skipped, _index(batch, bool(ran)))


def _in_turn(units: list[Unit]) -> list[Unit]:
    """Two stores at a time, so that reports get ready on the way; of those first the brief, which asks every question,
    then the largest files: what runs last, and leaves processors idle, is short."""
    pair = {store: number // 2 for number, store in enumerate(sorted({unit.store for unit in units}))}
    return sorted(
        units, key=lambda unit: (pair[unit.store], unit.notebook != manifest.BRIEF, -unit.path.stat().st_size)
    )


def _index(batch: Batch, changed: bool) -> str:
    """The path of the index, which is written again when a report changed."""
    fs, root = files.locate(batch.out)
    due = f"{root}/{INDEX_DUE}"
    if changed or fs.exists(due) or not fs.exists(f"{root}/index.html"):
        from opsbook.report import history

        history.update(batch)
        if fs.exists(due):
            fs.rm(due)
    return f"{batch.out.rstrip('/')}/index.html"


def _results(batch, todo, workers, scheduler, limits) -> Iterator[tuple[Unit, Entry]]:
    if todo and scheduler:
        from opsbook.report import cluster

        yield from cluster.run(todo, batch.out, scheduler, workers, limits)
    elif todo:
        yield from _run_here(todo, batch.out, workers, limits)


def _run_here(units: list[Unit], out: str, workers: int, limits: Limits) -> Iterator[tuple[Unit, Entry]]:
    """Results as they come from threads over kernels. Closed early, it ends its kernels and leaves nothing behind."""
    from opsbook.report import kernels

    stop, workers = threading.Event(), min(workers, len(units))
    limits = replace(limits, memory=limits.memory or share(workers))
    with ThreadPoolExecutor(workers) as pool, kernels.warm() as kernel:
        try:
            jobs = {pool.submit(run_unit, unit, out, kernel, limits, stop): unit for unit in units}
            _prepare()
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


AHEAD = (
    "papermill",
    "nbconvert.exporters",
    "opsbook.report.handoff",
    "opsbook.report.portfolio",
    "ibis.backends.duckdb",
    "opsbook.analysis.next_count",
    "opsbook.analysis.portfolio",
)


def _prepare() -> None:
    """Import and compile what every unit, the files beside the pages and the index will need, while kernels start."""
    sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema takes it where it is installed: a second, for IRIs
    for name in AHEAD:
        import_module(name)
    from nbformat import v4, validate

    from opsbook.report import pages

    empty = v4.new_notebook()
    validate(empty)
    pages.notebook_page(empty, name="", lang="en", store_name="", week=date.min)


def run_unit(unit: Unit, out: str, kernel, limits: Limits = Limits(), stop: threading.Event | None = None) -> Entry:
    """Execute one notebook, write its page, and return its entry in the manifest.

    A kernel that fails gets a second try; an error of the analysis does not, as it would come again.
    """
    from opsbook.report import kernels

    attempts, done = 0, None
    while done is None or (done.broken and attempts < 2):
        done, attempts = execute.execute(unit.path, unit.parameters, kernel.name, limits, stop), attempts + 1
    how = kernels.used() if kernel.name == kernels.WARM else {"kernel": "cold", "reason": kernel.reason}
    write_page(unit, out, done)
    return entry(unit, done, how, attempts)


def entry(unit: Unit, done: execute.Execution, kernel: dict[str, str] | None, attempts: int) -> Entry:
    """What the manifest holds about one notebook."""
    return {
        "status": "ok" if done.error is None else "failed",
        "error": done.error,
        "stamp": unit.stamp,
        "parameters": unit.parameters,
        "kernel": kernel,
        "attempts": attempts,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(done.seconds, 2),
    }


def write_page(unit: Unit, out: str, done: execute.Execution) -> None:
    """The notebook as it was executed, and its page: of the report, or of what went wrong."""
    import nbformat

    from opsbook.report import pages

    about = {"name": unit.notebook, "lang": unit.lang, "store_name": unit.store_name, "week": unit.week}
    if done.error is None:
        page = pages.notebook_page(done.notebook, **about)
    else:
        page = pages.failure_page(done, **about, parameters=unit.parameters, command=unit.command)
    fs, root = files.locate(out)
    files.write(fs, f"{root}/{unit.place}/{unit.notebook}.ipynb", nbformat.writes(done.notebook).encode())
    files.write(fs, f"{root}/{unit.place}/{unit.notebook}.html", page.encode())


def default_workers() -> int:
    """Two notebooks per core, as a kernel waits for a part of its life; fewer where they would not fit into memory."""
    return max(1, min(2 * (os.cpu_count() or 1), _memory() // UNIT_MEMORY))


def share(workers: int) -> int:
    """Bytes that each of so many kernels may take: together no more than is free now, each at least what it needs."""
    return max(UNIT_MEMORY, _memory() // workers)


def _memory() -> int:
    """Bytes that are available now; where the system does not say, enough for anything."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 2**60
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
