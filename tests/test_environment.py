"""What is installed is what is declared: pyproject, environment.yml and the locks agree."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA_NAMES = {"ibis-framework[duckdb]": "ibis-duckdb", "pandera[pandas]": "pandera"}


def requirement(text: str) -> tuple[str, str]:
    """(name as conda spells it, version specifier)."""
    name, spec = re.fullmatch(r"([A-Za-z0-9._-]+(?:\[\w+\])?)(.*)", text.strip()).groups()
    return CONDA_NAMES.get(name, name).lower(), spec


def test_environment_yml_agrees_with_pyproject():
    lines = re.findall(r"^ +- (\S.*)$", (ROOT / "environment.yml").read_text("utf-8"), re.M)
    listed = dict(
        requirement(line) for line in lines if line[0].isalpha() and line not in ("conda-forge", "pip", "pip:")
    )
    declared = dict(map(requirement, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["lab"]))
    assert listed == declared | {"python": PROJECT["requires-python"]}


@pytest.mark.parametrize("lock", ["airflow", "base", "browser", "cluster", "dev", "lab", "s3", "uv"])
def test_locks_have_hashes_and_no_host(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^--", text, re.M)
    pinned = re.findall(r"^[A-Za-z0-9._-]+(?:\[[\w,]+\])?==", text, re.M)
    assert pinned and text.count("--hash=sha256:") >= len(pinned)


@pytest.mark.parametrize("lock", ["base", "browser", "cluster", "dev", "lab", "s3"])
def test_every_dependency_is_locked(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8").lower()
    names = [re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in PROJECT["dependencies"]]
    assert [name for name in names if f"\n{name}==" not in "\n" + text] == []


def test_the_batch_is_installed_without_jupyterlab():
    assert "\njupyterlab==" not in (ROOT / "requirements" / "base.txt").read_text("utf-8")
