"""What people at a terminal see of a batch, and what a log gets."""

from types import SimpleNamespace

import pytest

from opsbook.report import progress

UNITS = [SimpleNamespace(store=store, week="2026-09-19", notebook="00_x", place=store) for store in "ab"]


def shown(capsys, quiet=False):
    with progress.shown(UNITS, quiet) as watch:
        watch(UNITS[0], {"status": "ok"})
        watch(UNITS[1], {"status": "failed", "error": "KeyError: [red]"})
    return capsys.readouterr()


@pytest.mark.parametrize("width", [34, 59, 60, 100])
def test_the_numbers_stand_on_terminals_of_any_width(capsys, monkeypatch, width):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    error = shown(capsys).err
    assert "2/2" in error and ("\u2501" in error) == (width >= 60)
    assert "b 2026-09-19 00_x: failed: KeyError: [red]" in error


def test_a_log_gets_the_failures_alone(capsys, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert tuple(shown(capsys)) == ("", "b 2026-09-19 00_x: failed: KeyError: [red]\n")


def test_quiet_is_silent(capsys):
    assert tuple(shown(capsys, quiet=True)) == ("", "")
