"""The batch on dask workers: the same pages as in one process, also when a worker is killed in the middle."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest

from opsbook.report import cluster, plan, runner
from opsbook.report.execute import Limits

CELLS = (
    'store: str = "shoes"  # store id\nweek: str = "2026-09-19"  # last day\nlang: str = "en"  # zh or en',
    'import pandas as pd\npd.DataFrame({"store": [store], "week": [week]})',
)


@pytest.fixture(autouse=True)
def _sources_as_they_are_now():
    """Workers hash the sources when they start; so does this process, which may have done so long ago."""
    plan.code.cache_clear()


@pytest.fixture
def batch(tmp_path, sample_warehouse):
    """Two stores, three notebooks each."""
    write(tmp_path / "nb", CELLS)
    return planned(tmp_path, sample_warehouse, "out")


def write(folder, cells):
    folder.mkdir()
    tags = [{"tags": ["parameters"]}, {}]
    new = [nbformat.v4.new_code_cell(cell, metadata=tag) for cell, tag in zip(cells, tags, strict=True)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number in range(3):
        nbformat.write(
            nbformat.v4.new_notebook(cells=new, metadata={"kernelspec": spec}), folder / f"0{number}_x.ipynb"
        )


def planned(folder, warehouse, out):
    return plan.plan(warehouse=warehouse, data=folder, out=str(folder / out), notebooks=folder / "nb")


def pages(out):
    return {path.relative_to(out).as_posix(): path.read_text() for path in sorted(Path(out).rglob("*/*.html"))}


def errors(result):
    return [entry["error"] for _, entry in result.failed]


def manifest(path):
    """A manifest without times, and without how the kernels were started."""
    content = json.loads(path.read_text())
    for entry in content["notebooks"].values():
        for key in ("ended", "seconds", "kernel"):
            del entry[key]
    return content


@pytest.mark.slow
def test_two_workers_make_the_pages_of_one_process(batch, tmp_path, sample_warehouse, monkeypatch):
    pytest.importorskip("distributed")
    here = planned(tmp_path, sample_warehouse, "here")
    runner.run(here, here.units, workers=2)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    result = runner.run(batch, batch.units, workers=2, scheduler="local")
    assert (len(result.ran), errors(result)) == (6, [])
    assert pages(batch.out) == pages(here.out) and len(pages(batch.out)) == 8
    assert list((tmp_path / "tmp").iterdir()) == []
    for path in Path(batch.out).rglob("manifest.json"):
        assert manifest(path) == manifest(Path(here.out, path.relative_to(batch.out)))


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_costs_nothing_but_time(tmp_path, sample_warehouse):
    pytest.importorskip("distributed")
    seen = tmp_path / "seen"
    seen.mkdir()
    slow = f"import os, pathlib, time\npathlib.Path({str(seen)!r}, f'{{os.getpid()}}').touch()\ntime.sleep(1)"
    write(tmp_path / "nb", (CELLS[0], slow))
    batch = planned(tmp_path, sample_warehouse, "out")
    scheduler, workers = start(tmp_path)
    killed = []

    def kill_one(unit, entry):
        if not killed:
            killed.append(workers[0].pid)
            workers[0].kill()

    try:
        address = wait_for_address(tmp_path / "scheduler.json")
        result = runner.run(batch, batch.units, scheduler=address, watch=kill_one)
    finally:
        for process in (*workers, scheduler):
            process.terminate()
    assert killed and (len(result.ran), errors(result)) == (6, [])
    assert len(pages(batch.out)) == 8


def start(folder):
    """A scheduler and two workers without a nanny, so that a killed one stays dead."""
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "env": os.environ | {"PYTHONWARNINGS": "ignore"},
    }
    file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli."]
    options = ["--scheduler-file", str(file)]
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = subprocess.Popen([*dask[:2], dask[2] + "dask_scheduler", *options, *local, "--port", "0"], **quiet)
    wait_for_address(file)
    command = [*dask[:2], dask[2] + "dask_worker", *options, *local, "--no-nanny", "--nthreads", "1"]
    return scheduler, [
        subprocess.Popen([*command, "--local-directory", str(folder / f"w{number}")], **quiet) for number in range(2)
    ]


def wait_for_address(file, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if file.exists() and file.read_text().endswith("}"):
            return json.loads(file.read_text())["address"]
        time.sleep(0.1)
    raise TimeoutError(file)


@pytest.mark.slow
def test_s3_holds_warehouse_and_reports(tmp_path, sample_warehouse, monkeypatch):
    """Against moto's server on this machine: kernels read the warehouse, the batch writes the pages."""
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "planted"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    import fsspec

    bucket = fsspec.filesystem("s3")
    bucket.mkdir("opsbook-test")
    bucket.put(sample_warehouse, "opsbook-test/wh", recursive=True)
    load = (
        "from datetime import date\nfrom opsbook.intake import warehouse as wh\n"
        "kpi = wh.load('store_kpi', store=store, week=date.fromisoformat(week), warehouse=warehouse)\n"
        "assert len(kpi) == 1"
    )
    cells = (CELLS[0] + '\nwarehouse: str = ""  # folder or URL', load)
    write(tmp_path / "nb", cells)
    options = {"warehouse": "s3://opsbook-test/wh", "data": tmp_path, "notebooks": tmp_path / "nb"}
    batch = plan.plan("shoes", out="s3://opsbook-test/reports", **options)
    result = runner.run(batch, runner.pending(batch), workers=2)
    assert (errors(result), len(result.ran)) == ([], 3)
    held = {path: bucket.cat_file(path) for path in bucket.find("opsbook-test/reports")}
    assert "opsbook-test/reports/2026-09-19/shoes/00_x.html" in held
    assert {"opsbook-test/reports/index.html", "opsbook-test/reports/portfolio.html"} <= held.keys()
    assert not [path for path, content in held.items() if b"planted" in content]
    assert runner.pending(plan.plan("shoes", out="s3://opsbook-test/reports", **options)) == []
    server.stop()


def test_a_worker_with_other_code_says_so(batch):
    with pytest.raises(RuntimeError, match="another version of opsbook"):
        cluster._unit(batch.units[0], batch.out, Limits(), "another hash")


def test_a_unit_that_no_worker_could_do_has_a_page(batch):
    entry = cluster._lost(batch.units[0], batch.out, RuntimeError("the worker ran\nout of memory"))
    assert (entry["status"], entry["error"]) == ("failed", "RuntimeError: the worker ran out of memory")
    assert "out of memory" in pages(batch.out)["2026-09-19/home/00_x.html"]


@pytest.mark.parametrize("scheduler", ["localhost", "here:8786"])
def test_a_wrong_address_is_one_line(batch, scheduler):
    pytest.importorskip("distributed")
    with pytest.raises(ValueError, match="expected local, or an address such as tcp://host:8786"):
        runner.run(batch, batch.units, scheduler=scheduler)


def test_without_dask_the_error_says_what_to_install(batch, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match='pip install "opsbook\\[cluster\\]"'):
        runner.run(batch, batch.units, scheduler="local")
