"""The batch on tiny notebooks: what is checked, run, kept, skipped, tried again, stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat
import pytest

from opsbook.intake import importer
from opsbook.report import execute, kernels, plan, runner
from opsbook.report.execute import Limits

ROOT = Path(__file__).parents[2]
PARAMETERS = """store: str = "a"  # store id
week: str = "2026-09-19"  # last day of the week
lang: str = "en"  # zh or en
factor: float = 2.0  # what to multiply by"""
RECORD = """from opsbook.report import findings
findings.record(light="green", visitors=factor * 100, actions=[])"""


def write_notebook(path, *cells):
    new = nbformat.v4
    notebook = new.new_notebook(
        cells=[
            new.new_markdown_cell("# Tiny"),
            new.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
            *map(new.new_code_cell, cells),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    path.parent.mkdir(exist_ok=True, parents=True)
    nbformat.write(notebook, path)


def import_words(place, store, week, impressions):
    file = place / "ad_keyword.csv"
    file.write_text(f"时间周期 {week}\n关键词,曝光量,点击量,花费\nred shoe,{impressions},5,3.5\n", "utf-8")
    done = importer.import_file(file, store=store, warehouse=str(place / "wh"))
    assert done[0].status in ("imported", "replaced"), done


@pytest.fixture
def place(tmp_path):
    """A warehouse where stores a and b hold two weeks and c only the older; one notebook; a folder for reports."""
    older, newer = "2026-09-06~2026-09-12", "2026-09-13~2026-09-19"
    for store, weeks in {"a": (older, newer), "b": (older, newer), "c": (older,)}.items():
        for week in weeks:
            import_words(tmp_path, store, week, "100")
    write_notebook(tmp_path / "nb/00_one.ipynb", RECORD)
    return tmp_path


def planned(place, **options):
    known = {"warehouse": str(place / "wh"), "data": place / "data", "out": str(place / "out")}
    return plan.plan(**known | {"notebooks": place / "nb"} | options)


def weekly(place, force=False, **options):
    batch = planned(place, **options)
    return runner.run(batch, runner.pending(batch, force), workers=2)


@pytest.fixture
def cold(monkeypatch):
    """Kernels without the server: nothing to wait for when a test needs no speed."""
    from contextlib import nullcontext

    monkeypatch.setattr(kernels, "warm", lambda: nullcontext(kernels.Choice(kernels.COLD, "a test")))


# ---- what is checked before anything starts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, error",
    [
        ({"store": "aa"}, "store 'aa' is unknown; did you mean 'a'?"),
        ({"store": "zzz"}, "store 'zzz' is unknown; expected one of a, b, c"),
        ({"week": "2026-09-20"}, "is a Sunday; expected the Saturday that ends it: 2026-09-19 or 2026-09-26"),
        ({"week": "19.9."}, "expected YYYY-MM-DD"),
        (
            {"week": "2026-09-26"},
            "week 2026-09-26: no store holds it; nearest weeks with data: 2026-09-12, 2026-09-19",
        ),
        (
            {"week": "2026-09-19", "store": "c"},
            "week 2026-09-19: store 'c' does not hold it; nearest weeks with data: 2026-09-12",
        ),
        ({"week": "2026-09-19", "as_of": "2026-09-22"}, "--week and --as-of name the week twice"),
        ({"as_of": "Tuesday"}, "--as-of 'Tuesday': expected a day as YYYY-MM-DD"),
        ({"notebook": "00_on"}, "notebook '00_on' is unknown; did you mean '00_one'?"),
        ({"notebook": "zz"}, "notebook 'zz' is unknown; expected one of 00_one"),
        ({"lang": "de"}, "--lang 'de': expected zh or en"),
        ({"parameters": ["factr=3"]}, "parameter 'factr' is unknown to 00_one; did you mean 'factor'?"),
        ({"parameters": ["factor=many"]}, "parameter 'factor' of 00_one: found 'many'; expected float"),
        ({"parameters": ["factor"]}, "parameter 'factor': expected name=value"),
        ({"parameters": ["store=b"]}, "parameter 'store' is set by its own option; use --store"),
        ({"warehouse": "s3://user:secret@bucket/wh"}, "a URL with a password"),
        ({"out": "s3://user:secret@bucket/wh"}, "a URL with a password"),
    ],
)
def test_a_wrong_request_is_one_line_and_starts_nothing(place, options, error):
    with pytest.raises(ValueError, match=re.escape(error)) as caught:
        planned(place, **options)
    assert "\n" not in str(caught.value) and "secret@" not in str(caught.value)
    assert not (place / "out").exists()


def test_an_empty_warehouse_says_what_to_do(tmp_path):
    write_notebook(tmp_path / "nb/00_one.ipynb")
    with pytest.raises(ValueError, match="holds nothing yet; run `opsbook import PATH --store NAME` first"):
        planned(tmp_path)


def test_a_store_of_stores_toml_without_data_says_what_to_do(place):
    (place / "data").mkdir()
    (place / "data/stores.toml").write_text('[stores.new]\nname = "New"\n')
    with pytest.raises(ValueError, match="store 'new' has no data in .*; run `opsbook import PATH --store new` first"):
        planned(place, store="new")


def test_no_notebook_is_an_error(place):
    with pytest.raises(ValueError, match="no report notebook in"):
        planned(place, notebooks=place / "wh")


def test_stores_without_data_of_the_week_are_left_out_and_named(place):
    (place / "data").mkdir()
    (place / "data/stores.toml").write_text('[stores.new]\nname = "New"\n')
    batch = planned(place)
    assert batch.week == date(2026, 9, 19)
    assert [unit.store for unit in batch.units] == ["a", "b"]
    assert batch.skipped == {
        "c": "no data for 2026-09-19; newest week held is 2026-09-12",
        "new": "no data for 2026-09-19; nothing imported",
    }


@pytest.mark.parametrize(
    "as_of, week",
    [("2026-09-18", "2026-09-12"), ("2026-09-19", "2026-09-19"), ("2026-09-22", "2026-09-19")],
)
def test_the_week_comes_from_the_day_of_the_schedule(place, as_of, week):
    assert planned(place, as_of=as_of).week == date.fromisoformat(week)


def test_the_week_of_the_schedule_is_not_replaced_by_another(place):
    with pytest.raises(ValueError, match="week 2026-10-03: no store holds it"):
        planned(place, as_of="2026-10-06")


def test_only_numbered_notebooks_belong_to_the_report(place):
    write_notebook(place / "nb/explore.ipynb")
    write_notebook(place / "nb/01_two.ipynb")
    assert [unit.notebook for unit in planned(place, store="a").units] == ["00_one", "01_two"]
    assert [unit.notebook for unit in planned(place, store="a", notebook="explore").units] == ["explore"]


def test_the_stamp_depends_on_all_that_a_page_depends_on(place):
    def stamps(**options):
        return {unit.store: unit.stamp for unit in planned(place, **options).units}

    before = stamps()
    assert stamps() == before
    assert stamps(parameters=["factor=3"])["a"] != before["a"]
    assert stamps(lang="en")["a"] != before["a"]  # the stores speak zh
    (place / "data").mkdir()
    (place / "data/stores.toml").write_text('[stores.a]\nname = "A"\n')
    assert (stamps()["a"] != before["a"], stamps()["b"] == before["b"]) == (True, True)
    (place / "data/stores.toml").unlink()
    (place / "data/rules.toml").write_text("# mine")
    assert stamps()["b"] != before["b"]
    (place / "data/rules.toml").unlink()
    import_words(place, "a", "2026-09-13~2026-09-19", "101")
    assert (stamps()["a"] != before["a"], stamps()["b"] == before["b"]) == (True, True)
    write_notebook(place / "nb/00_one.ipynb", RECORD, "1")
    assert stamps()["b"] != before["b"]


# ---- what is run and kept ----------------------------------------------------------------------------------------


def test_a_batch_writes_pages_figures_and_manifests_and_does_nothing_twice(place):
    result = weekly(place)
    folder = place / "out/2026-09-19/a"
    assert result.lines() == [
        "c: no data for 2026-09-19; newest week held is 2026-09-12, skipped",
        "2 run, 0 failed, 0 unchanged",
        f"{place}/out/index.html",
    ]
    assert {path.name for path in folder.iterdir()} >= {"00_one.ipynb", "00_one.html", "index.html", "manifest.json"}
    assert (folder / "index.html").read_text() == (folder / "00_one.html").read_text()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics == {
        "store": "a",
        "week": "2026-09-19",
        "lang": "zh",
        "metrics": {"light": "green", "visitors": 200.0, "actions": []},
    }
    manifest = json.loads((folder / "manifest.json").read_text())
    entry = manifest["notebooks"]["00_one"]
    spans = ("2026-09-06_2026-09-12", "2026-09-13_2026-09-19")
    files = {f"ad_keyword/store=a/period=week_{span}/data.parquet" for span in spans}
    assert manifest["inputs"].keys() == files | {"action_log"}
    assert (manifest["code"], manifest["packages"]) == (plan.code(), plan.packages())
    assert entry["parameters"] == {"store": "a", "week": "2026-09-19", "lang": "zh"}
    assert (entry["status"], entry["error"], entry["attempts"], entry["kernel"]) == ("ok", None, 1, {"kernel": "warm"})
    index = (place / "out/index.html").read_text()
    assert "2026-09-19/a/index.html" in index and "c：缺少截至2026-09-19这一周的报告" in index

    before = {path: path.stat().st_mtime_ns for path in (place / "out").rglob("*")}
    again = weekly(place)
    assert again.lines()[1] == "0 run, 0 failed, 2 unchanged"
    assert {path: path.stat().st_mtime_ns for path in (place / "out").rglob("*")} == before

    (folder / "00_one.html").unlink()
    assert [unit.store for unit in runner.pending(planned(place))] == ["a"]
    assert [unit.store for unit in runner.pending(planned(place), force=True)] == ["a", "b"]


def test_equal_inputs_give_equal_pages(place, cold):
    weekly(place, store="a")
    before = (
        (place / "out/2026-09-19/a/00_one.html").read_bytes(),
        (place / "out/2026-09-19/a/00_one.ipynb").read_bytes(),
    )
    weekly(place, store="a", force=True)
    after = (
        (place / "out/2026-09-19/a/00_one.html").read_bytes(),
        (place / "out/2026-09-19/a/00_one.ipynb").read_bytes(),
    )
    assert after == before


def test_one_failure_leaves_its_page_and_the_others_finish(place, cold):
    write_notebook(place / "nb/01_bad.ipynb", "values = {'<b>': 1}", "values['nothing here']")
    result = weekly(place, store="a", parameters=["factor=3"], lang="en")
    assert result.lines()[:2] == [
        "a 2026-09-19 01_bad: failed: KeyError: 'nothing here'",
        "1 run, 1 failed, 0 unchanged",
    ]
    page = (place / "out/2026-09-19/a/01_bad.html").read_text()
    assert "values[&#39;nothing here&#39;]" in page and "Traceback" in page and "<td>3.0</td>" in page
    again = f"opsbook weekly --store a --week 2026-09-19 --notebook 01_bad --warehouse {place}/wh --data {place}/data"
    assert f"{again} --out {place}/out --lang en -p factor=3 --force" in page
    assert (place / "out/2026-09-19/a/00_one.html").exists()
    assert result.document()["reports"][1] | {"seconds": 0} == {
        "store": "a",
        "week": "2026-09-19",
        "notebook": "01_bad",
        "page": "2026-09-19/a/01_bad.html",
        "status": "failed",
        "error": "KeyError: 'nothing here'",
        "seconds": 0,
        "attempts": 1,
        "kernel": {"kernel": "cold", "reason": "a test"},
    }
    assert [
        unit.notebook for unit in runner.pending(planned(place, store="a", parameters=["factor=3"], lang="en"))
    ] == ["01_bad"]


def test_a_kernel_that_dies_gets_a_second_try(place, cold):
    write_notebook(
        place / "nb/00_one.ipynb",
        f"import os, pathlib\nonce = pathlib.Path({str(place / 'once')!r})",
        "if not once.exists():\n    once.touch()\n    os._exit(1)",
    )
    result = weekly(place, store="a")
    assert [(entry["status"], entry["attempts"]) for _, entry in result.ran] == [("ok", 2)]


def test_a_kernel_that_always_dies_is_a_failure_with_the_cell_named(place, cold):
    write_notebook(place / "nb/00_one.ipynb", "import os", "os._exit(1)")
    result = weekly(place, store="a", lang="en")
    assert [(entry["status"], entry["attempts"]) for _, entry in result.ran] == [("failed", 2)]
    assert "DeadKernelError" in result.lines()[0]
    assert "os._exit(1)" in (place / "out/2026-09-19/a/00_one.html").read_text()


@pytest.mark.parametrize(
    "limits, error",
    [
        (Limits(cell=0.5, report=60), "TimeoutError: a cell took longer than 0.5 s"),
        (Limits(cell=60, report=1.5), "TimeoutError: the report took longer than 1.5 s"),
    ],
)
def test_a_notebook_that_hangs_ends_within_its_limits(place, limits, error):
    write_notebook(place / "nb/00_one.ipynb", "import time", "time.sleep(0.1)", "time.sleep(60)")
    begin = time.monotonic()
    done = execute.execute(place / "nb/00_one.ipynb", {}, kernels.COLD, limits)
    assert (done.error, done.broken, done.notebook.cells[done.cell].source) == (error, False, "time.sleep(60)")
    assert time.monotonic() - begin < 30


def test_reports_on_a_url(place, cold):
    result = weekly(place, store="a", out="memory://reports-of-a-test")
    import fsspec

    held = fsspec.filesystem("memory").find("/reports-of-a-test")
    names = {path.rpartition("/")[2] for path in held}
    assert names == {"index.html", "portfolio.html", "00_one.html", "00_one.ipynb", "manifest.json", "metrics.json"}
    assert result.index == "memory://reports-of-a-test/index.html"
    assert runner.pending(planned(place, store="a", out="memory://reports-of-a-test")) == []


def test_workers_are_bounded_by_memory(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    for memory, workers in ((0, 1), (runner.UNIT_MEMORY * 3, 3), (2**60, 16)):
        monkeypatch.setattr(runner, "_memory", lambda memory=memory: memory)
        assert runner.default_workers() == workers


def test_the_memory_that_is_free_is_shared_out(monkeypatch):
    monkeypatch.setattr(runner, "_memory", lambda: runner.UNIT_MEMORY * 3)
    assert [runner.share(workers) // runner.UNIT_MEMORY for workers in (1, 2, 3, 4)] == [3, 1, 1, 1]
    assert runner.share(2) == runner.UNIT_MEMORY * 3 // 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of another process")
def test_a_notebook_that_takes_too_much_memory_fails_alone_and_says_why(place):
    write_notebook(place / "nb/01_large.ipynb", "import numpy as np\nlen(np.ones(4 * 2**27))")  # 4 GB
    batch = planned(place, store="a", lang="en")
    result = runner.run(batch, batch.units, workers=2, limits=Limits(memory=2**30))
    failed = result.failed[0][1]
    assert [entry["status"] for _, entry in result.ran] == ["ok", "failed"]
    assert failed["error"].startswith("MemoryError: Unable to allocate 4.00 GiB") and failed["attempts"] == 1
    why = "it may take 1.1 GB beyond its libraries; fewer --workers leave more for each"
    assert why in failed["error"] and why in (place / "out/2026-09-19/a/01_large.html").read_text()


def test_an_error_that_the_kernel_could_not_show_names_its_cell():
    from papermill.exceptions import PapermillExecutionError

    cells = [nbformat.v4.new_code_cell(source) for source in ("1", "fill(memory)")]
    done = execute.Execution(nbformat.v4.new_notebook(cells=cells), 1.0)
    failure = PapermillExecutionError(1, 2, "fill(memory)", "CellExecutionError", "", [])
    execute._describe_cell(done, failure, Limits(memory=1))
    assert done.error.startswith("CellExecutionError: the kernel could not even show what went wrong")
    assert (done.cell, done.broken) == (1, False)


def test_a_memory_error_that_the_batch_has_not_caused_gets_no_advice(place):
    write_notebook(place / "nb/00_one.ipynb", "raise MemoryError('of its own')")
    assert execute.execute(place / "nb/00_one.ipynb", {}, kernels.COLD).error == "MemoryError: of its own"


# ---- what is left when a batch is stopped -------------------------------------------------------------------------

SCRIPT = """
import signal, sys
from pathlib import Path
from opsbook import process
from opsbook.report import kernels, plan, runner
signal.signal(signal.SIGINT, signal.SIG_DFL)  # who runs tests in the background ignores it
process.obey_signals()
place = Path(sys.argv[1])
if sys.argv[2] == "cold":
    kernels.choose = lambda: kernels.Choice(kernels.COLD, "a test")
plan.code = lambda: "as in the script, however somebody edits the sources meanwhile"
known = {"warehouse": str(place / "wh"), "data": place / "data", "out": str(place / "out"), "notebooks": place / "nb"}
batch = plan.plan("a", **known)
runner.run(batch, runner.pending(batch), workers=2)
"""


def wait_for(condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()


def alive(pids):
    return [
        pid for pid in pids if Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text()[:60]
    ]


@pytest.mark.parametrize(
    "number, how",
    [(signal.SIGINT, "warm"), (signal.SIGTERM, "warm"), (signal.SIGKILL, "warm"), (signal.SIGINT, "cold")],
    ids=lambda given: getattr(given, "name", given),
)
def test_a_batch_that_is_stopped_keeps_what_is_done_and_leaves_no_process(place, number, how, monkeypatch):
    monkeypatch.setattr(plan, "code", lambda: "as in the script, however somebody edits the sources meanwhile")
    write_notebook(
        place / "nb/01_slow.ipynb",
        f"import os, pathlib, time\npathlib.Path({str(place)!r}, f'pid-{{store}}').write_text(str(os.getpid()))",
        "time.sleep(120)",
    )
    temporary = place / "tmp"
    temporary.mkdir()
    batch = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, place, how],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
    )
    done = place / "out/2026-09-19/a/manifest.json"
    wait_for(lambda: done.exists() and (place / "pid-a").exists() and (place / "pid-a").read_text())
    pids = [int(path.read_text() or 0) for path in place.glob("pid-*")]
    batch.send_signal(number)
    assert batch.wait(20) != 0
    wait_for(lambda: not alive(pids), 10)
    files = [path.name for path in (place / "out").rglob("*") if path.is_file()]
    assert not [name for name in files if name.endswith(".part") or name.startswith("01_slow")]
    if number != signal.SIGKILL:
        assert list(temporary.iterdir()) == []
    assert json.loads(done.read_text())["notebooks"].keys() == {"00_one"}
    assert ("a", "00_one") not in [(unit.store, unit.notebook) for unit in runner.pending(planned(place))]


def test_an_index_that_could_not_be_written_is_written_by_the_next_run(place, cold, monkeypatch):
    def full(*_, **__):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("opsbook.report.history.update", full)
        with pytest.raises(OSError, match="disk full"):
            weekly(place, store="a")
    assert not weekly(place, store="a").ran
    assert "2026-09-19/a/index.html" in (place / "out/index.html").read_text()
    assert not (place / "out" / runner.INDEX_DUE).exists()


# ---- what the week leaves for the next ----------------------------------------------------------------------------


def test_actions_are_handed_over_and_put_on_record_without_a_second_run(place, cold):
    """The batch writes the action log, and the brief reads of it only what earlier weeks have proposed."""
    from opsbook.report import action_log

    proposal = {
        "action_id": "A1234567",
        "action": {"id": "batch.calm"},
        "object": "shoe",
        "created_week": "2026-09-19",
        "due": "2026-09-22",
    }
    write_notebook(
        place / "nb/00_one.ipynb",
        "from opsbook.report import findings",
        f"findings.record(light='green', actions=[{proposal!r}], summary=[{{'id': 'batch.calm'}}])",
    )
    weekly(place, store="a")
    folder = place / "out/2026-09-19/a"
    assert (folder / "actions.xlsx").exists() and (folder / "summary.txt").exists()
    assert list(action_log.load("a", str(place / "wh"))["action_id"]) == ["A1234567"]
    assert runner.pending(planned(place, store="a")) == []
    assert len(runner.pending(planned(place, store="a", week="2026-09-12"))) == 1


def test_the_brief_comes_first_and_its_figures_are_the_weeks(place, cold):
    write_notebook(place / "nb/01_two.ipynb", RECORD.replace("factor * 100", "1").replace(", actions=[]", ", words=7"))
    weekly(place, store="a")
    metrics = json.loads((place / "out/2026-09-19/a/metrics.json").read_text())["metrics"]
    assert (metrics["visitors"], metrics["words"]) == (200.0, 7)


# ---- what keeps a batch short -------------------------------------------------------------------------------------


def test_two_stores_are_finished_before_the_next_with_the_briefs_and_the_largest_notebooks_first(place, cold):
    write_notebook(place / "nb/00_weekly_brief.ipynb")
    write_notebook(place / "nb/01_large.ipynb", "# " + "much to do " * 50)
    batch = planned(place)
    others = [replace(unit, store=store) for unit in batch.units if unit.store == "a" for store in "yz"]
    ordered = [(unit.store, unit.notebook) for unit in runner._in_turn([*others, *batch.units])]
    names = ("00_weekly_brief", "01_large", "00_one")
    assert ordered[:6] == [(store, name) for name in names for store in "ab"]
    assert ordered[6:] == [(store, name) for name in names for store in "yz"]


def test_to_know_that_nothing_is_to_do_and_to_make_a_page_needs_no_plotting_library():
    line = (
        "import sys; from opsbook.report import kernels, plan, progress, runner; first = set(sys.modules);"
        "from opsbook.report import pages, history; print(*{'nbformat', 'papermill', 'scipy', 'matplotlib'} & first,"
        "*{'matplotlib', 'seaborn'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_figure_is_drawn_once(place):
    count = """from matplotlib.backends.backend_agg import FigureCanvasAgg
from opsbook.report import charts
charts.use_style("en")
drawn = []
def counted(owner, name):
    draw = getattr(owner, name)
    setattr(owner, name, lambda figure: drawn.append(name) or draw(figure))
counted(charts.pictures, "svg"), counted(FigureCanvasAgg, "draw");"""
    write_notebook(place / "nb/00_one.ipynb", count, "import matplotlib.pyplot as plt\nax = plt.subplots()[1]", "drawn")
    done = execute.execute(place / "nb/00_one.ipynb", {}, kernels.COLD)
    figure, counts = (cell.outputs for cell in done.notebook.cells[-2:])
    assert [set(output.data) for output in figure] == [{"image/svg+xml", "text/plain"}]
    assert counts[0].data["text/plain"] == "['svg']"
