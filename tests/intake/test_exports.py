"""Every odd file of `tests/exports/` becomes what `expected.toml` says, and nothing of it is lost."""

import json
import tomllib
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from opsbook.intake import exports, importer, warehouse
from opsbook.intake.dictionary import template
from opsbook.intake.tables import TABLES

FOLDER = Path(__file__).parents[1] / "exports"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
WEEK = date(2026, 9, 19)


def test_every_odd_file_is_expected_and_every_expectation_has_its_file():
    assert {file.name for file in FOLDER.iterdir() if file.suffix not in (".py", ".toml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_odd_file(name, tmp_path):
    outcomes = importer.import_file(FOLDER / name, store="x", warehouse=str(tmp_path))
    found, expected = outcomes[0], EXPECTED[name]
    assert len(outcomes) == expected.get("sheets", 1)
    assert found.status == expected["status"]
    if found.status == "rejected":
        assert found.reason == expected["reason"]
        return
    assert found.table == expected["table"]
    assert f"{found.period_kind} {found.period_start}~{found.period_end}" == expected["period"]
    assert [found.rows_in, found.accepted, found.quarantined, found.blank, found.totals] == expected["rows"]
    assert found.rows_in == found.accepted + found.quarantined + found.blank + found.totals
    assert found.unmapped == expected.get("unmapped", [])
    assert bool(found.quarantine_file) == bool(found.quarantined)


def load(name, tmp_path, table="own_keyword") -> pd.DataFrame:
    importer.import_file(FOLDER / name, store="x", warehouse=str(tmp_path))
    return warehouse.load(table, store="x", week=WEEK, warehouse=str(tmp_path))


def test_a_reader_that_panics_rejects_the_file_and_an_interrupt_goes_through(tmp_path, monkeypatch):
    import python_calamine

    panic = type("PanicException", (BaseException,), {})
    for error, seen in ((panic("left == right"), exports.ExportError), (KeyboardInterrupt(), KeyboardInterrupt)):

        class Workbook:
            @staticmethod
            def from_filelike(file, error=error):
                raise error

        monkeypatch.setattr(python_calamine, "CalamineWorkbook", Workbook)
        with pytest.raises(seen):
            exports.read_sheets((FOLDER / "biff8.xls").read_bytes())


SAME = [
    "biff8.xls",
    "xlsx-numbers.xlsx",
    "utf8.csv",
    "utf8-sig.csv",
    "gb18030.csv",
    "tabs.tsv",
    "utf16-unicode-text.txt",
]
SAME += ["web-page.xls", "web-page-gb18030.xls", "columns-shuffled.csv", "header-row-30.csv", "unmapped-column.csv"]
SAME += ["web-page-wide-span.xls", "web-page-after-a-comment.xls"]


@pytest.mark.parametrize("name", SAME)
def test_the_same_row_in_every_container(name, tmp_path):
    row = load(name, tmp_path).iloc[0]
    assert row["keyword"] == "oem shoes"
    assert row[["impressions", "clicks", "ctr", "p4p_hours", "top10_impressions", "keyword_index"]].tolist() == [
        1200, 24, 0.02, 0.0, 4459, 814.0,
    ]  # fmt: skip


def test_a_dash_is_missing_and_not_zero(tmp_path):
    row = load("missing-is-dash.csv", tmp_path).iloc[0]
    assert row[["ctr", "keyword_index", "seller_index"]].isna().all()


def test_numbers_with_commas_and_full_width_digits(tmp_path):
    assert load("thousands.csv", tmp_path)[["impressions", "clicks"]].iloc[0].tolist() == [1234, 12]


def test_below_one_hour_is_the_middle(tmp_path):
    assert load("below-one-hour.csv", tmp_path)["p4p_hours"].tolist() == [0.5]


def test_totals_however_they_are_spaced_leave_the_rows_alone(tmp_path):
    assert load("total-with-gaps.csv", tmp_path)["keyword"].tolist() == ["oem shoes"]


def test_a_note_below_is_no_word_and_a_short_row_is_one(tmp_path):
    assert load("note-below.csv", tmp_path)["keyword"].tolist() == ["oem shoes", "b"]


def test_ids_are_the_same_however_a_spreadsheet_wrote_them(tmp_path):
    products = load("ids-in-odd-forms.csv", tmp_path, "product_performance")["product_id"].tolist()
    assert products == ["1601825074604", "1601825074605", "1601825074606", "1601825074607", "007"]


def test_a_product_has_one_row_in_a_window_and_a_bad_one_does_not_count(tmp_path):
    assert load("product-twice.csv", tmp_path, "product_performance")["search_impressions"].tolist() == [100]
    assert load("store-figures-by-terminal.csv", tmp_path, "store_kpi")["visitors"].tolist() == [210]


def sheets(tmp_path, *several):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(several, 1):
        sheet = book.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    return importer.import_file(tmp_path / "book.xlsx", store="x", warehouse=str(tmp_path))


def test_a_copied_sheet_does_not_count_twice(tmp_path):
    rows = [["流量关键词,时间周期2026-09-13~2026-09-19"], ["词", "曝光量", "关键词指数"], ["a", 1, 5]]
    first, copy = sheets(tmp_path, rows, rows)
    assert (first.status, copy.status, copy.reason) == ("imported", "unchanged", "the same cells as the sheet 's1'")
    assert importer.summary([copy]) == ["book.xlsx [s2]: unchanged: the same cells as the sheet 's1'"]
    assert warehouse.load("own_keyword", store="x", week=WEEK, warehouse=str(tmp_path))["keyword"].tolist() == ["a"]


def test_a_product_of_an_earlier_sheet_is_not_taken_again(tmp_path):
    head = [["产品数据, 时间周期 2026-09-13~2026-09-19"], ["产品ID", "搜索曝光次数"]]
    first, second = sheets(tmp_path, [*head, ["1", 10], ["2", 20]], [*head, ["2", 99], ["3", 30]])
    assert (first.accepted, first.quarantined, second.accepted, second.quarantined) == (2, 0, 1, 1)
    held = warehouse.load("product_performance", store="x", week=WEEK, warehouse=str(tmp_path))
    assert dict(zip(held["product_id"], held["search_impressions"], strict=True)) == {"1": 10, "2": 20, "3": 30}


def test_a_window_that_no_report_shows_is_said(tmp_path):
    (line,) = importer.summary(importer.import_file(FOLDER / "rolling-window.csv", store="x", warehouse=str(tmp_path)))
    assert "kept, but reports show whole weeks only (Sunday to Saturday)" in line
    (line,) = importer.summary(importer.import_file(FOLDER / "utf8.csv", store="x", warehouse=str(tmp_path)))
    assert "kept" not in line


def test_words_are_kept_as_they_are(tmp_path):
    assert load("keyword-twice.csv", tmp_path)["keyword"].tolist() == ["adidas", "adidas"]
    assert load("keyword-is-a-number.csv", tmp_path)["keyword"].tolist() == ["38"]
    hostile = load("hostile-cells.csv", tmp_path)["keyword"].tolist()
    assert hostile[:3] == ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "../../etc/passwd"]
    assert hostile[3] == "鞋" * 40_000
    assert hostile[4] == "bell\x07 tab\u200b 👟"


def test_yuan_fen_and_signs_become_yuan(tmp_path):
    ads = load("money-yuan-and-signs.csv", tmp_path, "ad_keyword")
    assert ads["spend"].tolist() == [1203.75, 3.75]
    assert ads["cpc"].tolist() == [3.75, 1.5]
    assert ads["online_hours"].tolist() == [13.5, 0.5]
    assert load("money-header-in-fen.csv", tmp_path / "fen", "ad_keyword")["spend"].tolist() == [3.75]


def test_dated_rows_go_to_their_natural_weeks(tmp_path):
    assert load("days-split-into-weeks.csv", tmp_path, "ad_keyword")["on"].dt.day.tolist() == [13, 19]
    assert warehouse.periods("ad_keyword", store="x", warehouse=str(tmp_path)) == [
        ("week", date(2026, 9, 6), date(2026, 9, 12)),
        ("week", date(2026, 9, 13), date(2026, 9, 19)),
    ]


def test_windows_of_each_row(tmp_path):
    load("months-and-weeks.csv", tmp_path)
    assert warehouse.periods("store_kpi", store="x", warehouse=str(tmp_path)) == [
        ("month", date(2026, 8, 1), date(2026, 8, 31)),
        ("week", date(2026, 9, 13), date(2026, 9, 19)),
        ("day", date(2026, 9, 19), date(2026, 9, 19)),
    ]


@pytest.mark.parametrize("label", ["2026-08", "2026/8", "2026年8月", "202608", "2026年8月1日至2026年8月31日"])
def test_a_month_is_named_in_many_ways(label, tmp_path):
    file = tmp_path / "kpi.csv"
    file.write_text(f"统计日期,店铺访问人数\n{label},900\n2026-13,1\n2026-08-01~2026-08-32,1\n", "utf-8")
    (outcome,) = importer.import_file(file, store="x", warehouse=str(tmp_path))
    assert (outcome.accepted, outcome.quarantined) == (1, 2)
    window = ("month", date(2026, 8, 1), date(2026, 8, 31))
    assert warehouse.periods("store_kpi", store="x", warehouse=str(tmp_path)) == [window]


def test_a_rate_that_does_not_fit_is_accepted_and_reported(tmp_path):
    outcome = importer.import_file(FOLDER / "rates-that-do-not-fit.csv", store="x", warehouse=str(tmp_path))[0]
    assert [check for check in outcome.checks if check["broken"]] == [
        {"identity": "search_ctr = search_clicks / search_impressions", "checked": 2, "broken": 1, "rows": [4]}
    ]


def test_quarantine_tells_where_what_and_why_and_holds_no_formula(tmp_path):
    outcome = importer.import_file(FOLDER / "hostile-and-bad.csv", store="x", warehouse=str(tmp_path))[0]
    (fault,) = pd.read_csv(tmp_path / outcome.quarantine_file, keep_default_na=False).to_dict("records")
    assert json.loads(fault.pop("cells"))[:3] == ["=1+1", "1200", '=HYPERLINK("x")']
    assert fault == {
        "file": "hostile-and-bad.csv",
        "sheet": "",
        "row": 4,
        "column": "点击量",
        "found": '\'=HYPERLINK("x")',
        "expected": "a whole number, 0 or more",
        "what_to_do": "correct the cell, or export the file again",
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_template_is_recognised_as_its_own_table(table):
    sheet = exports.read_sheets(template(table))[0]
    layout = exports.recognise(sheet)
    assert layout.table is table
    assert not layout.unmapped
    assert len(layout.columns) == sum(column.name != "period" for column in table.columns)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("产品数据, 时间周期 2026-09-13~2026-09-19", (date(2026, 9, 13), WEEK)),
        ("流量关键词,时间周期2026-09-13~2026-09-19", (date(2026, 9, 13), WEEK)),
        ("时间周期 20260913 ～ 20260919", (date(2026, 9, 13), WEEK)),
        ("统计时间：2026年9月13日至2026年9月19日", (date(2026, 9, 13), WEEK)),
        ("2026/09/13-2026/09/19", (date(2026, 9, 13), WEEK)),
        ("2026.9.13 to 2026.9.19", (date(2026, 9, 13), WEEK)),
        ("2026-09-13 00:00:00 - 2026-09-19 23:59:59", (date(2026, 9, 13), WEEK)),
        ("时间周期２０２６－０９－１３～２０２６－０９－１９", (date(2026, 9, 13), WEEK)),
        ("keywords-20260913-20260919 (1)", (date(2026, 9, 13), WEEK)),
        ("keywords_1600123456_20260919", None),
        ("0001-01-01~0001-01-07", None),
        ("产品数据", None),
    ],
)
def test_window_of_the_title_cell(text, window):
    assert exports.find_window([[text]]) == window


def test_the_day_in_a_file_name_is_the_last_one():
    assert exports.find_day("Products-2026-09-19 (1).xls") == WEEK
    assert exports.find_day("a-2026-09-12_2026-09-19.csv") == WEEK
    assert exports.find_day("products.xls") is None
