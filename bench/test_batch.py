"""The weekly batch beside the stock tools and the floor; what a unit costs in a large warehouse; memory; page sizes."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest

from opsbook.intake import importer
from opsbook.intake import warehouse as wh
from opsbook.report import kernels, plan, runner

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
WEEK = date(2026, 9, 19)
STORES = {"shoes": "en", "home": "zh"}
REPORTS = [ROOT / "notebooks" / f"{name}.ipynb" for name in plan.NOTEBOOKS]
CORES = os.cpu_count() or 1


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The sample stores, nine weeks each, in a warehouse of their own."""
    place = str(tmp_path_factory.mktemp("small"))
    for file, store in importer.jobs(ROOT / "data" / "inbox", ""):
        importer.import_file(file, store=store, warehouse=place)
    return place


def command(*words, cwd=ROOT):
    subprocess.run(
        [str(word) for word in words], cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


# ---- the batch ---------------------------------------------------------------------------------------------------


def stock(warehouse, out):
    """papermill, then nbconvert, one notebook after another."""
    shared = ["-p", "week", WEEK, "-p", "warehouse", warehouse, "-p", "data", ROOT / "data"]
    for store, lang in STORES.items():
        for notebook in REPORTS:
            made = out / f"{store}-{notebook.name}"
            given = ["-p", "store", store, "-p", "lang", lang, *shared]
            command(BIN / "papermill", notebook, made, "-k", "python3", *given, cwd=ROOT / "notebooks")
            command(BIN / "jupyter", "nbconvert", "--to", "html", made)


def weekly(warehouse, out, *options):
    command(BIN / "opsbook", "weekly", "--warehouse", warehouse, "--out", out, "--week", WEEK, *options)


#: What the floor is told of its environment. Threads of the linear algebra only wait for each other while all cores are
#: busy; warm kernels have one, a process that is started without a word has one a core.
FLOORS = {"as it comes": {}, "one thread": {"OPENBLAS_NUM_THREADS": "1"}}


def floor(warehouse, kind):
    """Seconds that the floor itself reports: its imports happen before the first fork and do not count."""
    shared = [f"{WEEK}", "lang", warehouse, str(ROOT / "data")]
    jobs = [
        [str(notebook), store, shared[0], lang, *shared[2:]] for store, lang in STORES.items() for notebook in REPORTS
    ]
    words = [word for job in jobs for word in job]
    line = [sys.executable, ROOT / "bench" / "floor.py", str(CORES), *words]
    done = subprocess.run(line, env=os.environ | FLOORS[kind], capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.fixture(scope="module")
def floors():
    """Seconds of the floor, measured between the rounds of the batch: a machine's speed drifts."""
    return {kind: [] for kind in FLOORS}


def children_cpu():
    """Processor seconds of all processes that this one has started and that have ended: hardly moved by other work."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def cpu(benchmark):
    """Notes the processor seconds of a round."""
    begin = children_cpu()
    yield
    benchmark.extra_info["processor seconds"] = round((children_cpu() - begin) / benchmark.stats["rounds"], 1)


@pytest.mark.benchmark(group="batch")
@pytest.mark.usefixtures("cpu")
def test_papermill_and_nbconvert_from_the_shell(benchmark, small, tmp_path):
    benchmark.pedantic(stock, (small, tmp_path), rounds=1)


@pytest.mark.benchmark(group="batch")
def test_opsbook_weekly(benchmark, small, tmp_path, floors):
    used = []

    def between():
        for kind, seconds in floors.items():
            seconds.append(floor(small, kind))

    def batch():
        begin = children_cpu()
        weekly(small, tmp_path, "--force")
        used.append(children_cpu() - begin)

    benchmark.pedantic(batch, setup=between, rounds=5)
    sizes = [path.stat().st_size / 1000 for path in tmp_path.glob("*/*/0*.html")]
    median, largest = round(statistics.median(sizes)), round(max(sizes))
    benchmark.extra_info |= {"processor seconds": round(statistics.median(used), 1)}
    benchmark.extra_info |= {"pages": len(sizes), "median page, kB": median, "largest page, kB": largest}
    for kind, seconds in floors.items():
        ratio = benchmark.stats["median"] / statistics.median(seconds)
        benchmark.extra_info[f"times the floor, {kind}"] = round(ratio, 2)
    assert (len(sizes), median < 300, largest < 1000) == (12, True, True)


@pytest.mark.parametrize("kind", FLOORS)
@pytest.mark.benchmark(group="batch")
def test_forks_without_jupyter(benchmark, floors, kind):
    """The floor: no ipynb, no page, and the imports before the clock."""
    benchmark.pedantic(time.sleep, (statistics.median(floors[kind]),), rounds=1)


# ---- nothing to do -----------------------------------------------------------------------------------------------


@pytest.mark.benchmark(group="start")
def test_help(benchmark):
    benchmark.pedantic(command, (BIN / "opsbook", "--help"), rounds=7, warmup_rounds=1)
    assert benchmark.stats["median"] < 0.3


@pytest.mark.benchmark(group="start")
def test_weekly_with_nothing_to_do(benchmark, small, tmp_path):
    weekly(small, tmp_path, "--notebook", plan.NOTEBOOKS[1])
    benchmark.pedantic(weekly, (small, tmp_path, "--notebook", plan.NOTEBOOKS[1]), rounds=5)
    assert benchmark.stats["median"] < 2


# ---- a large warehouse -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(small, tmp_path_factory):
    """500 stores x 52 weeks: the weeks of `shoes` repeated backwards, and that store under 500 names.

    The files of a week are hard links, the other stores links to the first: what is listed, opened and read for one
    store is the same as with copies.
    """
    place = tmp_path_factory.mktemp("large")
    for table in sorted(path.name for path in Path(small).iterdir() if not path.name.startswith(("_", "."))):
        source, first = Path(small, table, "store=shoes"), place / table / "store=shoes"
        if source.exists():
            first.mkdir(parents=True)
            lengthen(source, first)
            for number in range(499):
                (place / table / f"store=s{number:03}").symlink_to(first)
    (place / "_ledger").mkdir()
    for name in ("shoes", *(f"s{number:03}" for number in range(499))):
        shutil.copy(Path(small, "_ledger", "store=shoes.jsonl"), place / "_ledger" / f"store={name}.jsonl")
    return str(place)


def lengthen(source, target):
    """The windows of a table, and copies of its weeks before them until there are 52."""
    held = sorted(source.glob("period=week_*"))
    for folder in source.iterdir():
        link(folder, target / folder.name)
    for back in range(len(held), 52 if held else 0):
        end = WEEK - timedelta(weeks=back)
        link(held[back % len(held)], target / f"period={wh.window_name('week', end - timedelta(days=6), end)}")


def link(source, target):
    target.mkdir()
    os.link(source / "data.parquet", target / "data.parquet")


def unit(warehouse, out, kernel):
    """Plan, execute and write one notebook of one store; seconds."""
    begin = time.perf_counter()
    batch = plan.plan("shoes", f"{WEEK}", plan.NOTEBOOKS[1], warehouse=warehouse, data=ROOT / "data", out=str(out))
    entry = runner.run_unit(batch.units[0], batch.out, kernel)
    assert entry["status"] == "ok", entry
    return time.perf_counter() - begin


@pytest.mark.benchmark(group="warehouse")
def test_a_unit_in_a_large_warehouse(benchmark, small, large, tmp_path):
    assert (len(wh.stores(large)), len(wh.weeks_held("s007", large))) == (500, 52)
    with kernels.warm() as kernel:
        unit(small, tmp_path, kernel)
        pairs = [(unit(small, tmp_path, kernel), unit(large, tmp_path, kernel)) for _ in range(9)]
        benchmark.pedantic(unit, (large, tmp_path, kernel), rounds=3)
    ratio = statistics.median(b for _, b in pairs) / statistics.median(a for a, _ in pairs)
    benchmark.extra_info |= {"times the cost with 2 stores x 9 weeks": round(ratio, 2)}
    assert ratio < 1.2


# ---- memory ------------------------------------------------------------------------------------------------------


@pytest.mark.benchmark(group="memory")
def test_memory_of_the_parent_over_200_units(benchmark, small, tmp_path):
    folder = tmp_path / "nb"
    folder.mkdir()
    cell = nbformat.v4.new_code_cell('store: str = "shoes"  # store id', metadata={"tags": ["parameters"]})
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[cell, nbformat.v4.new_code_cell("store * 1000")], metadata={"kernelspec": spec}
    )
    for number in range(100):
        nbformat.write(notebook, folder / f"{number:02}_x.ipynb")
    batch = plan.plan(warehouse=small, out=str(tmp_path / "out"), notebooks=folder)
    seen = []

    def watch(*_):
        seen.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6)

    benchmark.pedantic(runner.run, (batch, batch.units), {"watch": watch}, rounds=1)
    assert len(seen) == 200
    early, late = statistics.median(seen[40:60]), statistics.median(seen[-20:])
    benchmark.extra_info |= {"MB after 50 units": round(early), "MB after 200 units": round(late)}
    assert late < 1.1 * early
