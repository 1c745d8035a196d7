"""`opsbook weekly`, `notify` and `prune` from the command line: what they print, and their exit codes."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRET = "hunter2planted"


def opsbook(*words, env=None):
    command = [sys.executable, "-c", "from opsbook.cli import script; script()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | (env or {}))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder whose data has no stores.toml, so that stores speak their default language."""
    return tmp_path_factory.mktemp("weekly")


def weekly(place, warehouse, *words, env=None):
    base = [
        "weekly",
        "--warehouse",
        warehouse,
        "--out",
        place / "out",
        "--data",
        place,
        "--notebook",
        "01_traffic_sources",
    ]
    return opsbook(*base, *words, env=env)


def processor_seconds():
    """What the commands so far have used: the clock would measure the other work on the machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_json_then_quiet_then_nothing_to_do(place, sample_warehouse):
    """With the secret of the delivery in the environment, which must not get into anything that is written."""
    secret = {"OPSBOOK_NOTIFY": f"json://127.0.0.1:9/{SECRET}"}
    done = weekly(place, sample_warehouse, "--json", "--store", "shoes", "--as-of", "2026-09-22", env=secret)
    document = json.loads(done.stdout)
    assert (done.returncode, document["index"], document["skipped"]) == (0, f"{place}/out/index.html", {})
    assert [(report["store"], report["week"], report["status"]) for report in document["reports"]] == [
        ("shoes", "2026-09-19", "ok")
    ]
    assert SECRET not in done.stdout + done.stderr
    assert not [path for path in (place / "out").rglob("*") if path.is_file() and SECRET in path.read_text("utf-8")]

    begin = processor_seconds()
    again = weekly(place, sample_warehouse, "--quiet", "--store", "shoes")
    assert (again.returncode, again.stdout, again.stderr) == (0, f"{place}/out/index.html\n", "")
    assert processor_seconds() - begin < 8  # 2 s by the clock on a quiet machine: bench/test_batch.py


def test_a_failed_report_is_exit_code_1_and_told_at_once(place, sample_warehouse):
    done = weekly(place, sample_warehouse, "--store", "shoes", "--cell-seconds", "0.1", "--force", "--quiet")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "shoes 2026-09-19 01_traffic_sources: failed: TimeoutError: a cell took longer than 0.1 s",
        f"{place}/out/index.html",
    ]
    assert done.stderr == ""
    loud = weekly(place, sample_warehouse, "--store", "shoes", "--cell-seconds", "0.1")
    assert "failed: TimeoutError" in loud.stderr and "0 run, 1 failed, 0 unchanged" in loud.stdout


def test_wrong_use_is_exit_code_2_and_one_line(place, sample_warehouse):
    done = weekly(place, sample_warehouse, "--store", "shoe")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "opsbook: store 'shoe' is unknown; did you mean 'shoes'?\n"


def test_notify_prints_and_tells_by_its_exit_code_that_something_is_missing(place):
    done = opsbook("notify", "--out", place / "out", "--data", place, "--week", "2026-09-12", "--dry-run")
    assert (done.returncode, "MISSING" in done.stdout or "缺报告" in done.stdout) == (1, True)
    refused = {"OPSBOOK_NOTIFY": f"json://127.0.0.1:9/{SECRET}"}
    sent = opsbook("notify", "--out", place / "out", "--data", place, "--week", "2026-09-12", env=refused)
    assert (sent.returncode, sent.stdout) == (2, "")
    assert sent.stderr == "opsbook: OPSBOOK_NOTIFY: address 1 of 1 could not be reached\n"


def test_prune_says_what_it_would_do(place):
    done = opsbook("prune", "--out", place / "out", "--keep", "1", "--dry-run")
    assert (done.returncode, done.stdout) == (0, "0 reports would be removed\n")


def test_the_folders_of_the_command_are_those_of_the_plan():
    from opsbook import cli
    from opsbook.report import plan

    assert {"warehouse": cli.WAREHOUSE, "data": str(cli.DATA), "out": cli.REPORTS} == plan.FOLDERS
