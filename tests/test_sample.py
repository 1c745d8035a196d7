"""The sample: deterministic, small, in the platform's own layouts, with every row of it accounted for."""

import hashlib
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from opsbook import sample
from opsbook.intake import importer

INBOX = Path(__file__).parents[1] / "data" / "inbox"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inbox")
    return folder, sample.write(folder)


def test_the_committed_sample_is_what_the_simulation_writes(written):
    folder, files = written
    digest = {file.relative_to(folder): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    committed = [file for file in INBOX.rglob("*") if file.is_file()]
    assert {file.relative_to(INBOX): hashlib.sha256(file.read_bytes()).hexdigest() for file in committed} == digest


def test_the_committed_sample_is_small():
    assert sum(file.stat().st_size for file in INBOX.rglob("*") if file.is_file()) < 4_000_000


def test_nine_weeks_of_the_two_confirmed_exports_a_store():
    for store in sample.PLANTED:
        for name in ("Products", "getKeywords"):
            files = [INBOX / store / f"{name}-{week}.xls" for week in sample.saturdays()]
            assert len(files) == 9 and all(file.exists() for file in files)


def test_product_export_has_the_platform_layout():
    sheet = CalamineWorkbook.from_path(str(INBOX / "shoes" / "Products-2026-09-19.xls")).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert sheet.name == "sheet1"
    assert rows[0][0] == "产品数据, 时间周期 2026-09-13~2026-09-19"
    assert all(cell == "" for row in rows[1:5] for cell in row)
    assert len(rows[5]) == 29
    assert [name for name in rows[5] if name.endswith(" ")] == [
        "分享人数 ",
        "对比人数 ",
        "提交订单个数 ",
        "TM咨询人数 ",
    ]
    first = dict(zip(rows[5], rows[6], strict=True))
    assert isinstance(first["产品ID"], str) and first["产品ID"].isdigit()
    assert first["近90天商机人数"] == "-" and first["搜索点击率"].endswith("%")
    assert isinstance(first["搜索曝光次数"], (int, float)) and isinstance(first["RTS线上实收GMV"], str)


def test_keyword_export_has_the_platform_layout():
    rows = (
        CalamineWorkbook.from_path(str(INBOX / "home" / "getKeywords-2026-09-19.xls")).get_sheet_by_index(0).to_python()
    )
    assert rows[0][0] == "流量关键词,时间周期2026-09-13~2026-09-19"
    assert rows[5] == [
        "词", "曝光量", "点击量", "点击率", "外贸直通车曝光", "外贸直通车点击", "外贸直通车推广时长", "Top10平均曝光",
        "Top10平均点击", "关键词指数", "卖家规模指数",
    ]  # fmt: skip
    words = [row[0] for row in rows[6:]]
    assert len(set(words)) < len(words)


def test_every_row_goes_in_and_every_identity_holds(tmp_path):
    outcomes = [
        outcome
        for file, store in importer.jobs(INBOX, "")
        for outcome in importer.import_file(file, store=store, warehouse=str(tmp_path))
    ]
    assert {outcome.status for outcome in outcomes} == {"imported"}
    assert sum(outcome.quarantined + outcome.blank for outcome in outcomes) == 0
    assert [outcome.file for outcome in outcomes if outcome.unmapped] == []
    assert [check for outcome in outcomes for check in outcome.checks if check["broken"]] == []
