"""The same units on several machines: a dask scheduler hands them to workers that share warehouse and reports.

A worker that dies costs nothing but time: its units go to another. Each worker process has its own warm kernels.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryDirectory

import nbformat

from opsbook.report import kernels, plan, runner
from opsbook.report.execute import Execution, Limits
from opsbook.report.plan import Unit
from opsbook.report.runner import Entry


def run(units: list[Unit], out: str, scheduler: str, workers: int, limits: Limits) -> Iterator[tuple[Unit, Entry]]:
    """Results as they come; `scheduler` is an address such as `tcp://host:8786`, or `local` for workers here."""
    place = out if "://" in out else os.path.abspath(out)
    with _client(scheduler, workers) as client:
        from distributed import as_completed

        code = plan.code()
        jobs = {client.submit(_unit, unit, place, limits, code, pure=False): unit for unit in units}
        for job in as_completed(list(jobs)):
            unit, error = jobs.pop(job), job.exception()
            yield unit, (job.result() if error is None else _lost(unit, place, error))


@contextmanager
def _client(scheduler: str, workers: int):
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise ValueError('--scheduler needs dask.distributed: pip install "opsbook[cluster]"') from None
    if scheduler != "local" and "://" not in scheduler:
        raise ValueError(f"--scheduler {scheduler!r}: expected local, or an address such as tcp://host:8786")
    if scheduler == "local":
        with (
            TemporaryDirectory(prefix="opsbook-") as folder,  # dask and workers that it kills leave files behind
            dask.config.set({"temporary-directory": folder}),
            LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, env={"TMPDIR": folder}
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
    else:
        with Client(scheduler, timeout=30) as client:
            yield client


def _unit(unit: Unit, out: str, limits: Limits, code: str) -> Entry:
    """One unit on a worker, which must run the same code as the one who asks."""
    if plan.code() != code:
        raise RuntimeError("the worker has another version of opsbook or of its libraries; install the same on both")
    limits = replace(limits, memory=limits.memory or runner.share(runner.default_workers()))
    return runner.run_unit(unit, out, kernels.choose(), limits)


def _lost(unit: Unit, out: str, error: BaseException) -> Entry:
    """A unit that no worker could do still has a page that says so."""
    text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    done = Execution(nbformat.read(unit.path, as_version=4), 0.0, text, traceback=str(error))
    runner.write_page(unit, out, done)
    return runner.entry(unit, done, kernel=None, attempts=0)
