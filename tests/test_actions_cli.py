from datetime import date

import pytest
from typer.testing import CliRunner

from opsbook.actions_cli import app
from opsbook.intake import warehouse as wh
from opsbook.report import action_log, language
from opsbook.report.messages import MESSAGES

WEEK = date(2026, 9, 19)


@pytest.fixture
def warehouse(tmp_path):
    with wh.transaction(str(tmp_path)) as (fs, root):
        wh.commit(fs, root, "acme", {}, [{"file": "x"}])
    action = {
        "action_id": "A4NS57XU", "created_week": f"{WEEK}", "module": "traffic", "object_type": "channel",
        "object": "搜索", "action": {"id": "traffic.check_channel", "channel": "搜索"}, "priority": "P1",
        "owner": "operator", "due": "2026-09-26", "review_metric": "visitors", "review_on": "2026-10-10",
    }  # fmt: skip
    action_log.append("acme", WEEK, [action], str(tmp_path))
    return str(tmp_path)


def run(*words, warehouse):
    return CliRunner().invoke(app, [*words, "--warehouse", warehouse])


def test_list_done_and_drop(warehouse):
    assert "acme\tA4NS57XU\topen" in run("list", warehouse=warehouse).output
    assert run("done", "a4ns57xu", "--on", "2026-09-23", warehouse=warehouse).output == (
        "acme\tA4NS57XU\tdone on 2026-09-23\n"
    )
    assert run("list", warehouse=warehouse).output == ""
    assert "\tdone\t" in run("list", "--all", "--store", "acme", warehouse=warehouse).output
    assert "dropped on" in run("drop", "A4NS57XU", "--note", "too dear", warehouse=warehouse).output
    assert action_log.load("acme", warehouse)["note"].tolist() == ["too dear"]


def test_sentences_in_chinese(warehouse):
    sentence = language.translate(MESSAGES["traffic.check_channel"], "zh").format(channel="搜索")
    assert run("list", "--lang", "zh", warehouse=warehouse).output.endswith(f"{sentence}\n")


@pytest.mark.parametrize("words", [("done", "B"), ("done", "A4NS57XU", "--on", "yesterday"), ("list", "--lang", "de")])
def test_a_mistake_is_one_line(warehouse, words):
    error = run(*words, warehouse=warehouse).exception
    assert isinstance(error, ValueError) and "\n" not in str(error)


def test_a_wrong_store_or_day_is_said(warehouse):
    near = f"store 'acne' has no data in {warehouse}; did you mean 'acme'?"
    assert str(run("list", "--store", "acne", warehouse=warehouse).exception) == near
    wrong = run("done", "A4NS57XU", "--on", "23.9.", warehouse=warehouse)
    assert str(wrong.exception) == "--on '23.9.' is no date; expected YYYY-MM-DD"
