import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from opsbook.report import handoff, language

WEEK = date(2026, 9, 19)
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2", "<script>alert(1)</script>", "a\x00b\nc", "😀" * 40_000]


def action(**changes):
    row = {
        "action_id": "A4NS57XU",
        "created_week": "2026-09-19",
        "module": "traffic",
        "object_type": "channel",
        "object": "搜索",
        "object_name": "Search",
        "action": {"id": "traffic.check_channel", "verb": "check", "channel": "Search"},
        "evidence": {"id": "traffic.change_unknown", "channel": "Search"},
        "effect": None,
        "priority": "P0",
        "owner": "operator",
        "due": "2026-09-26",
        "review_metric": "visitors",
        "review_on": "2026-10-10",
    }
    return row | changes


def sheet(actions, lang="en"):
    language.use(lang)
    return load_workbook(io.BytesIO(handoff.workbook(actions, WEEK))).active


def rows(actions, lang="en"):
    header, *lines = sheet(actions, lang).iter_rows(values_only=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


# ---- workbook ---------------------------------------------------------------------------------------------------


def test_rows_are_worded_and_days_are_days():
    (row,) = rows([action()])
    assert row["Action no."] == "A4NS57XU" and row["Priority"] == "P0 now" and row["Owner"] == "Operator"
    assert row["Action"].startswith("Find out why Search") and row["Kind of object"] == "Traffic channel"
    assert row["Due"] == datetime(2026, 9, 26) and row["Review figure"] == "Visitors"
    assert row["Expected effect"] in (None, "")


def test_chinese_headers_and_words():
    (row,) = rows([action()], "zh")
    assert row["优先级"] == "P0 立即" and "Search" in row["行动"]


def test_header_is_frozen_and_can_be_filtered():
    table = sheet([action(), action()])
    assert table.freeze_panes == "A2" and table.auto_filter.ref == "A1:N3"
    assert sheet([]).auto_filter.ref == "A1:N1"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_cell_is_a_formula(text):
    table = sheet([action(object=text, object_name=text)])
    cells = [cell for line in table.iter_rows(min_row=2) for cell in line if cell.value not in (None, "")]
    assert {cell.data_type for cell in cells} == {"s", "d"}
    assert all(cell.quotePrefix for cell in cells if cell.data_type == "s")


def test_the_same_actions_give_the_same_bytes():
    first, second = handoff.workbook([action()], WEEK), handoff.workbook([action()], WEEK)
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert b"2026-09-19T00:00:00Z</dcterms:modified>" in parts.read("docProps/core.xml")


# ---- bids -------------------------------------------------------------------------------------------------------


def bid(**changes):
    row = {
        "keyword": "knit shoes",
        "campaign": "p",
        "bid": 2.5,
        "new_bid": 2.8,
        "weekly_spend": 39.398,
        "weekly_budget": 44.2,
        "marginal_value": 1.1,
        "reason": {"id": "bidding.reason_pause", "spend": 39.4},
    }
    return row | changes


def bids(rows, lang="en"):
    language.use(lang)
    book = load_workbook(io.BytesIO(handoff.workbook(rows, WEEK, handoff.BID_COLUMNS, "block.bids")))
    return book.active


def test_bids_are_numbers_and_reasons_are_sentences():
    table = bids([bid(), bid(new_bid=None)])
    header, first, second = table.iter_rows(values_only=True)
    assert first[:7] == ("knit shoes", "p", 2.5, 2.8, 39.4, 44.2, 1.1) and header[3] == "New bid"
    assert first[7] == "Paused: very likely a loss. 39 CNY a week are free." and second[3] in (None, "")
    assert {cell.number_format for cell in table[2][2:7]} == {"#,##0.00"} and table.auto_filter.ref == "A1:H3"
    assert bids([bid()], "zh")["H2"].value.startswith("暂停")
    language.use("en")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_bid_is_a_formula(text):
    table = bids([bid(keyword=text, campaign=text, bid=text)])
    assert {cell.data_type for cell in table[2] if cell.value not in (None, "")} == {"s", "n"}
    assert all(cell.quotePrefix for cell in table[2] if cell.data_type == "s")


# ---- summary ----------------------------------------------------------------------------------------------------


def todo(text):
    return {"id": "brief.todo", "object": text, "details": []}


NO_PEERS = {"id": "brief.no_peers", "metric": "visitors"}
VERDICT = {"id": "brief.verdict_no_week", "week": "2026-09-19", "details": [NO_PEERS]}


def test_summary_leads_with_the_verdict_and_ends_with_its_details():
    language.use("en")
    assert handoff.summary([VERDICT, todo("a")], "Shop").split("\n") == [
        "Shop",
        "No light: there are no store figures for the week to 2026-09-19.",
        "a:",
        "Visitors: peers' average is not in the export.",
    ]


def test_summary_leaves_out_what_does_not_fit_but_not_what_follows():
    language.use("en")
    text = handoff.summary([VERDICT, todo("x" * 70), todo("y")], "S", most=76)
    assert text.split("\n")[2:] == ["y:"] and len(text) <= 76
    exact = len(handoff.summary([VERDICT, todo("y")], "S"))
    assert len(handoff.summary([VERDICT, todo("y")], "S", most=exact)) == exact
    assert len(handoff.summary([VERDICT, todo("y")], "S", most=exact - 1)) < exact


def test_summary_never_passes_its_length():
    for lang in ("en", "zh"):
        language.use(lang)
        assert len(handoff.summary([VERDICT, *(todo(text) for text in HOSTILE)], "名" * 400)) <= 300


# ---- files ------------------------------------------------------------------------------------------------------


def test_files_of_a_week_in_its_language(tmp_path):
    metrics = {"actions": [action()], "summary": [VERDICT, todo("a")]}
    assert handoff.write(tmp_path, metrics, store_name="店", week=WEEK, lang="zh") == ["actions.xlsx", "summary.txt"]
    assert "无法判灯" in (tmp_path / "summary.txt").read_text("utf-8")
    assert load_workbook(tmp_path / "actions.xlsx").active.max_row == 2
    assert language.current() == "en"


def test_bids_are_written_where_there_is_a_plan(tmp_path):
    metrics = {"actions": [action()], "summary": [VERDICT], "bids": [bid()]}
    names = handoff.write(tmp_path, metrics, store_name="x", week=WEEK, lang="en")
    assert names == ["actions.xlsx", "summary.txt", "bids.xlsx"]
    assert load_workbook(tmp_path / "bids.xlsx").active["D2"].value == 2.8
    assert len(handoff.write(tmp_path, metrics | {"bids": []}, store_name="x", week=WEEK, lang="en")) == 2


def test_without_a_brief_nothing_is_written(tmp_path):
    assert handoff.write(tmp_path, {"alarm_count": 1}, store_name="x", week=WEEK, lang="en") == []
    assert list(tmp_path.iterdir()) == []
