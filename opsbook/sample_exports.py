"""The sample stores as files in the platform's layouts: the two confirmed BIFF8 exports, others as csv, tsv, HTML."""

import csv
import io
from datetime import timedelta
from html import escape
from pathlib import Path

import pandas as pd

from opsbook.intake.tables import TABLES

_PREAMBLE = 5
_PRODUCT_TITLE = "产品数据, 时间周期 {}~{}"
_KEYWORD_TITLE = "流量关键词,时间周期{}~{}"
_TRAILING_BLANK = ("分享人数", "对比人数", "提交订单个数", "TM咨询人数")


def write(tables: dict[str, pd.DataFrame], folder: Path, rts: bool) -> list[Path]:
    """Write every table of a store; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for week, rows in tables["product_performance"].groupby("week"):
        files[f"Products-{week:%Y-%m-%d}.xls"] = _biff(_PRODUCT_TITLE, week, _PRODUCT_HEADERS, _product_rows(rows))
    for week, rows in tables["own_keyword"].groupby("week"):
        files[f"getKeywords-{week:%Y-%m-%d}.xls"] = _biff(_KEYWORD_TITLE, week, _KEYWORD_HEADERS, _keyword_rows(rows))
    for week, rows in tables["product_profile"].groupby("week"):
        files[f"产品档案-{week:%Y-%m-%d}.csv"] = _csv("product_profile", rows, "utf-8-sig")
    for name, label, encoding in [log for log in _LOGS if len(tables[log[0]])]:
        files[f"{label}-{tables['product_performance']['week'].max():%Y-%m-%d}.csv"] = _csv(
            name, tables[name], encoding
        )
    for name, label in (
        ("ad_keyword", "直通车关键词报告"),
        ("ad_product", "直通车产品报告"),
        ("ad_campaign", "推广计划报告"),
    ):
        files |= _ad_reports(tables[name], name, label)
    files |= _weekly_reports(tables)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in sorted(files)]


_PRODUCT_HEADERS = [
    alias + " " * (alias in _TRAILING_BLANK)
    for column in TABLES["product_performance"].columns
    for alias, evidence in column.aliases.items()
    if evidence == "confirmed"
]
_KEYWORD_HEADERS = [
    alias for column in TABLES["own_keyword"].columns for alias, label in column.aliases.items() if label == "confirmed"
]
_LOGS = (
    ("review", "商品评价", "utf-8"),
    ("price", "价格记录", "utf-8"),
    ("visitor", "访客记录", "utf-8-sig"),
    ("customer", "客户列表", "gb18030"),
    ("touch", "触达记录", "utf-8-sig"),
    ("order", "信保订单", "utf-8-sig"),
    ("bid_point", "出价模拟", "utf-8-sig"),
    ("audience_log", "受众导出记录", "utf-8"),
    ("routine_log", "例行任务", "utf-8"),
    ("offer", "保效与赔付条款", "utf-8-sig"),
)


def _biff(title: str, week: pd.Timestamp, headers: list[str], rows: list[list]) -> bytes:
    """A BIFF8 workbook as the platform makes it: title cell, blank rows, header, rows; decimals and rates are text."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("sheet1")
    sheet.write(0, 0, title.format(f"{week - timedelta(days=6):%Y-%m-%d}", f"{week:%Y-%m-%d}"))
    for number, row in enumerate([headers, *rows], _PREAMBLE):
        for position, cell in enumerate(row):
            sheet.write(number, position, cell)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _percent(part, whole, digits: int) -> str:
    """A rate as the platform prints it: trailing zeros dropped, 0% of nothing."""
    return f"{round(100 * part / whole, digits) if whole else 0:.{digits}f}".rstrip("0").rstrip(".") + "%"


def _product_rows(rows: pd.DataFrame) -> list[list]:
    return [
        [
            r.product_id,
            r.title,
            "Y" if r.number % 3 == 0 else "N",
            "N",
            "Y" if r.standard_impressions else "N",
            int(r.search_impressions),
            int(r.search_clicks),
            _percent(r.search_clicks, r.search_impressions, 2),
            int(r.visitors),
            int(r.inquiries),
            "-",
            int(r.inquirers),
            _percent(r.inquiries, r.visitors, 2),
            int(r.favourites),
            int(r.shares),
            int(r.compares),
            int(r.orders_submitted),
            int(r.tm),
            "operator" if r.number % 7 else "-",
            int(r.rts_buyers),
            str(float(r.rts_gmv_usd)),
            int(r.all_impressions),
            int(r.all_clicks),
            int(r.standard_impressions + r.whole_site_impressions),
            int(r.standard_clicks + r.whole_site_clicks),
            int(r.standard_impressions),
            int(r.standard_clicks),
            int(r.whole_site_impressions),
            int(r.whole_site_clicks),
        ]
        for r in rows.assign(number=range(len(rows))).itertuples()
    ]


def _keyword_rows(rows: pd.DataFrame) -> list[list]:
    return [
        [
            r.keyword,
            int(r.impressions),
            int(r.clicks),
            _percent(r.clicks, r.impressions, 1),
            int(r.p4p_impressions),
            int(r.p4p_clicks),
            str(float(r.p4p_hours)),
            int(r.top10_impressions),
            int(r.top10_clicks),
            *("-" if pd.isna(index) else str(float(index)) for index in (r.keyword_index, r.seller_index)),
        ]
        for r in rows.itertuples()
    ]


def _frame(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of a table that the rows have, under the platform's headers, cells as text."""
    columns = {c.name: c for c in TABLES[table].columns if c.name in rows}
    return pd.DataFrame(
        {c.zh: rows[name].map(lambda cell, kind=c.kind: _cell(cell, kind)) for name, c in columns.items()}
    )


def _cell(value, kind: str) -> str:
    if pd.isna(value):
        return "-"
    if kind == "flag":
        return "Y" if value else "N"
    if kind == "share":
        return _percent(value, 1, 2)
    if kind == "growth":
        return f"{value:.1%}"
    if kind == "date":
        return f"{value:%Y-%m-%d}"
    if kind == "time":
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if kind == "count":
        return f"{int(value)}"
    return f"{value:.2f}" if kind in ("money", "decimal") else str(value)


def _csv(table: str, rows: pd.DataFrame, encoding: str, title: str = "", separator: str = ",") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    frame = _frame(table, rows)
    writer.writerows([[title]] * bool(title) + [list(frame), *frame.to_numpy().tolist()])
    return text.getvalue().encode(encoding)


def _window(week: pd.Timestamp) -> str:
    return f"{week - timedelta(days=6):%Y-%m-%d}~{week:%Y-%m-%d}"


def _ad_reports(rows: pd.DataFrame, table: str, label: str) -> dict[str, bytes]:
    """Advertising by day, one file a week, with a line of totals as such reports have."""
    files = {}
    for week, part in rows.groupby(rows["on"] + pd.to_timedelta((5 - rows["on"].dt.day_of_week) % 7, unit="D")):
        data = _csv(table, part, "gb18030", f"{label},时间周期 {_window(week)}")
        sums = part.sum(numeric_only=True)
        frame = list(_frame(table, part))
        names = {c.zh: c for c in TABLES[table].columns}
        total = [
            "合计",
            *(_cell(sums[names[h].name], names[h].kind) if names[h].name in _SUMMED else "" for h in frame[1:]),
        ]
        files[f"{label}-{week:%Y-%m-%d}.csv"] = data + (",".join(total) + "\r\n").encode("gb18030")
    return files


_SUMMED = ("impressions", "clicks", "spend", "inquiries", "tm", "opportunities")


def _weekly_reports(tables: dict[str, pd.DataFrame]) -> dict[str, bytes]:
    """One file for all weeks, each row with its window: store figures, channels, pools, costs; industry words."""
    last = f"{tables['product_performance']['week'].max():%Y-%m-%d}"
    files = {}
    for name, label, suffix, separator in _BY_WEEK:
        rows = tables[name].assign(period=tables[name]["week"].map(_window))
        files[f"{label}-{last}.{suffix}"] = _csv(name, rows, "utf-8-sig", separator=separator)
    title = f"行业热词,时间周期 {_window(pd.Timestamp(last))}"
    return files | {f"行业热词-{last}.xls": _html("industry_keyword", tables["industry_keyword"], title)}


_BY_WEEK = (
    ("store_kpi", "店铺数据", "csv", ","),
    ("channel_traffic", "流量来源", "tsv", "\t"),
    ("pool", "流量池", "csv", ","),
    ("private_cost", "私域成本", "csv", ","),
)


def _html(table: str, rows: pd.DataFrame, title: str) -> bytes:
    """A web page that calls itself .xls."""
    frame = _frame(table, rows)
    lines = [[title], list(frame), *frame.to_numpy().tolist()]
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>\n" for line in lines)
    return f'<html><head><meta charset="utf-8"></head><body><table>\n{cells}</table></body></html>\n'.encode()
