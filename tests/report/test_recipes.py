"""The examples of the how-to pages: scripts, units, workflow and DAG do what the pages say."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "howto" / "examples"


@pytest.fixture
def house(tmp_path):
    """The shell script in a house whose `opsbook` notes how it is called; `fail` names the commands that fail."""

    def run(*words, fail=""):
        script = tmp_path / "docs/howto/examples/weekly.sh"
        script.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLES / "weekly.sh", script)
        command = tmp_path / ".venv/bin/opsbook"
        command.parent.mkdir(parents=True, exist_ok=True)
        command.write_text(f'#!/bin/sh\necho "$@"\ncase "{fail}" in *$1*) exit 1;; esac\n')
        command.chmod(0o755)
        done = subprocess.run([script, *words], env={"PATH": os.defpath}, cwd="/", capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()

    return run


def test_the_script_runs_in_an_empty_environment_for_the_day_it_is_given(house):
    lines = ["import data/inbox --quiet", "weekly --as-of 2026-09-22 --quiet", "notify --as-of 2026-09-22"]
    assert house("2026-09-22") == (0, lines)


def test_without_a_day_it_takes_today_in_los_angeles(house):
    from opsbook.intake import weeks

    assert house()[1][1] == f"weekly --as-of {weeks.platform_today()} --quiet"


@pytest.mark.parametrize("fail, code", [("import", 0), ("weekly", 1), ("notify", 1)])
def test_the_message_is_sent_whatever_failed_before(house, fail, code):
    status, lines = house("2026-09-22", fail=fail)
    assert (status, len(lines)) == (code, 3)


def test_the_workflow_runs_the_script():
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text("utf-8"))["jobs"]["weekly"]
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == "docs/howto/examples/weekly.sh $DAY"
    assert "secrets.OPSBOOK_NOTIFY" in job["env"]["OPSBOOK_NOTIFY"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path):
    for name in ("opsbook.service", "opsbook.timer"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    done = subprocess.run(["systemd-analyze", "verify", tmp_path / "opsbook.timer"], capture_output=True, text=True)
    assert "opsbook" not in done.stderr, done.stderr
    calendar = next(line for line in (EXAMPLES / "opsbook.timer").read_text().splitlines() if "OnCalendar" in line)
    assert (
        subprocess.run(["systemd-analyze", "calendar", calendar.partition("=")[2]], capture_output=True).returncode == 0
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "logical, saturday",
    [
        ("2026-09-22", "2026-09-19"),
        ("2026-09-19", "2026-09-19"),
        ("2026-09-20", "2026-09-19"),
        ("2026-09-25", "2026-09-19"),
    ],
)
def test_airflow_parses_the_dag_and_renders_its_tasks(monkeypatch, tmp_path, logical, saturday):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW_VAR_OPSBOOK_FOLDER", str(ROOT))
    bags = pytest.importorskip("airflow.dag_processing.dagbag")
    macros = pytest.importorskip("airflow.sdk.execution_time.macros")
    bag = bags.DagBag(EXAMPLES)
    assert bag.import_errors == {}
    dag = bag.dags["opsbook"]
    reports = [task for task in dag.tasks if task.task_type == "PapermillOperator"]
    assert len(reports) == 2 * len(list((ROOT / "notebooks").glob("0*.ipynb")))
    day = datetime.fromisoformat(logical).replace(tzinfo=UTC)
    for task in reports:
        task.render_template_fields({"logical_date": day, "macros": macros, "dag": dag, "task": task})
        assert task.parameters["week"] == saturday and Path(task.input_nb).exists() and saturday in task.output_nb
    weekly = dag.get_task("weekly")
    weekly.render_template_fields({"logical_date": day, "macros": macros, "dag": dag, "task": weekly})
    assert weekly.bash_command.endswith(f"opsbook weekly --as-of {logical} --quiet")
    assert dag.get_task("notify").upstream_task_ids == {"weekly"}
