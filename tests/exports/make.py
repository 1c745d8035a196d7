"""Makes the odd files of this folder, one per hazard. Run it after adding one: `python tests/exports/make.py`.

What must become of each stands in `expected.toml`.
"""

import csv
import io
from pathlib import Path

import openpyxl
import xlwt

HERE = Path(__file__).parent
KEYWORDS = ["词", "曝光量", "点击量", "点击率", "外贸直通车曝光", "外贸直通车点击", "外贸直通车推广时长", "Top10平均曝光", "Top10平均点击", "关键词指数", "卖家规模指数"]
TITLE = "流量关键词,时间周期2026-09-13~2026-09-19"
SPACED = "流量关键词, 时间周期 2026-09-13 ~ 2026-09-19"
PLAIN = ["oem shoes", "1200", "24", "2%", "0", "0", "0.0", "4459", "135", "814.0", "3.0"]
ADS = ["关键词", "曝光量", "点击量", "点击率", "花费", "平均点击花费", "推广时长"]
AD_TITLE = "关键词报告,时间周期 2026-09-13~2026-09-19"


def text(rows, separator=","):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


def biff(rows, preamble=5, title=TITLE, sheets=("sheet1",)):
    book = xlwt.Workbook(encoding="utf-8")
    for name in sheets:
        sheet = book.add_sheet(name)
        sheet.write(0, 0, title)
        for number, row in enumerate(rows, preamble):
            for position, cell in enumerate(row):
                sheet.write(number, position, cell)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Sheet2")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def far_cell():
    """A sheet whose last cell, in the far corner, makes it 17 thousand million cells large."""
    book = openpyxl.Workbook()
    for row in ([TITLE], KEYWORDS, PLAIN):
        book.active.append(row)
    book.active["XFD1048576"] = " "
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def html(rows, title):
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body><table><tr><td colspan='3'>{title}</td></tr>{body}</table></body></html>"


def changed(**cells):
    row = dict(zip(KEYWORDS, PLAIN, strict=True)) | cells
    return list(row.values())


def encrypted_biff():
    """A workbook that says it is encrypted: the record after the beginning becomes FILEPASS."""
    data = bytearray(biff([KEYWORDS, PLAIN]))
    beginning = data.find(b"\x09\x08")
    after = beginning + 4 + int.from_bytes(data[beginning + 2 : beginning + 4], "little")
    data[after : after + 2] = b"\x2f\0"
    return bytes(data)


def encrypted_ooxml():
    """The container of an encrypted .xlsx: an OLE file with a stream named EncryptedPackage."""
    return biff([KEYWORDS, PLAIN]).replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"), 1)


FILES = {
    "biff8.xls": biff([KEYWORDS, PLAIN]),
    "biff8-two-sheets.xls": biff([KEYWORDS, PLAIN], sheets=("a", "b")),
    "xlsx-numbers.xlsx": xlsx([[SPACED], KEYWORDS, ["oem shoes", 1200, 24, 0.02, 0, 0, 0.0, 4459, 135, 814.0, 3.0]]),
    "utf8.csv": text([[TITLE], KEYWORDS, PLAIN]).encode(),
    "utf8-sig.csv": text([[SPACED], KEYWORDS, PLAIN]).encode("utf-8-sig"),
    "gb18030.csv": text([[TITLE], KEYWORDS, PLAIN]).encode("gb18030"),
    "tabs.tsv": text([[TITLE], KEYWORDS, PLAIN], "\t").encode(),
    "utf16-unicode-text.txt": text([[TITLE], KEYWORDS, PLAIN], "\t").encode("utf-16"),
    "web-page.xls": html([KEYWORDS, PLAIN], TITLE).encode(),
    "web-page-gb18030.xls": html([KEYWORDS, PLAIN], TITLE).encode("gb18030"),
    "header-row-30.csv": text([[TITLE], *[[""]] * 28, KEYWORDS, PLAIN]).encode(),
    "header-row-31.csv": text([[TITLE], *[[""]] * 29, KEYWORDS, PLAIN]).encode(),
    "header-spaces-and-width.csv": text([[TITLE], ["词 ", " 搜索曝光次数", "点击量", "点击率", "Top10 平均曝光", "关键词指数 "], ["鞋", "12", "1", "8.3%", "40", "5"]]).encode(),
    "columns-shuffled.csv": text([[TITLE], KEYWORDS[::-1], PLAIN[::-1]]).encode(),
    "unmapped-column.csv": text([[TITLE], [*KEYWORDS, "新指标"], [*PLAIN, "7"]]).encode(),
    "missing-is-dash.csv": text([[TITLE], KEYWORDS, changed(关键词指数="-", 卖家规模指数="-", 点击率="-")]).encode(),
    "thousands.csv": text([[TITLE], KEYWORDS, changed(曝光量="1,234", 点击量="１２")]).encode(),
    "thousands-misplaced.csv": text([[TITLE], KEYWORDS, PLAIN, changed(曝光量="12,34")]).encode(),
    "letter-o-for-zero.csv": text([[TITLE], KEYWORDS, PLAIN, changed(曝光量="1,2O0")]).encode(),
    "negative.csv": text([[TITLE], KEYWORDS, PLAIN, changed(点击量="-3")]).encode(),
    "half-a-click.csv": text([[TITLE], KEYWORDS, PLAIN, changed(点击量="2.5")]).encode(),
    "percent-without-sign.csv": text([[TITLE], KEYWORDS, PLAIN, changed(点击率="2")]).encode(),
    "below-one-hour.csv": text([[TITLE], KEYWORDS, changed(外贸直通车推广时长="<1")]).encode(),
    "blank-rows.csv": text([[TITLE], KEYWORDS, PLAIN, [""] * 11, ["", " "], changed(词="b")]).encode(),
    "no-rows.csv": text([[TITLE], KEYWORDS]).encode(),
    "keyword-twice.csv": text([[TITLE], KEYWORDS, changed(词="adidas", 曝光量="49"), changed(词="adidas", 曝光量="23")]).encode(),
    "keyword-named-total.csv": text([[TITLE], KEYWORDS, PLAIN, changed(词="total", 曝光量="40", 点击量="1", 点击率="2.5%")]).encode(),
    "total-in-english.csv": text([[TITLE], KEYWORDS, PLAIN, changed(词="b"), changed(词="Total", 曝光量="2400", 点击量="48")]).encode(),
    "keyword-missing.csv": text([[TITLE], KEYWORDS, PLAIN, changed(词="")]).encode(),
    "keyword-is-a-number.csv": text([[TITLE], KEYWORDS, changed(词="38")]).encode(),
    "separator-in-value.csv": f"{text([[TITLE], KEYWORDS])}shoes, men,1200,24,2%,0,0,0.0,4459,135,814.0,3.0\r\n{text([PLAIN])}".encode(),
    "hostile-cells.csv": text([[TITLE], KEYWORDS, changed(词="<script>alert(1)</script>"), changed(词="=cmd|' /C calc'!A0"), changed(词="../../etc/passwd"), changed(词="鞋" * 40_000), changed(词="bell\x07 tab\u200b 👟")]).encode(),
    "hostile-and-bad.csv": text([[TITLE], KEYWORDS, PLAIN, changed(词="=1+1", 点击量='=HYPERLINK("x")')]).encode(),
    "money-yuan-and-signs.csv": text([[AD_TITLE], ADS, ["a", "10", "2", "20%", "¥1,203.75", "3.75元", "13.5"], ["b", "10", "2", "20%", "375分", "￥1.5", "<1"]]).encode("gb18030"),
    "money-header-in-fen.csv": text([[AD_TITLE], ["关键词", "点击量", "花费(分)"], ["a", "2", "375"]]).encode(),
    "money-in-dollars.csv": text([[AD_TITLE], ADS, ["a", "10", "2", "20%", "$3", "3", "1"], ["b", "10", "2", "20%", "3", "1.5", "1"]]).encode(),
    "total-row.csv": text([[AD_TITLE], ADS, ["a", "10", "2", "20%", "3", "1.5", "1"], ["合计", "10", "2", "20%", "3", "1.5", ""]]).encode(),
    "days-split-into-weeks.csv": text([["日期", "关键词", "点击量", "花费"], ["2026-09-06", "a", "1", "2"], ["20260912", "a", "1", "2"], ["2026/9/13", "a", "1", "2"], ["2026年9月19日", "a", "1", "2"]]).encode(),
    "day-month-ambiguous.csv": text([[AD_TITLE], ["日期", "关键词", "点击量", "花费"], ["03/04/2026", "a", "1", "2"], ["2026-09-13", "a", "1", "2"]]).encode(),
    "day-outside-window.csv": text([[AD_TITLE], ["日期", "关键词", "点击量", "花费"], ["2026-09-20", "a", "1", "2"], ["2026-09-13", "a", "1", "2"]]).encode(),
    "months-and-weeks.csv": text([["统计日期", "店铺访问人数", "商机人数"], ["2026-08", "900", "30"], ["2026-09-13~2026-09-19", "210", "8"], ["2026-09-19", "40", "2"], ["last week", "1", "1"]]).encode(),
    "rolling-window.csv": text([["流量关键词,时间周期2026-09-14~2026-09-20"], KEYWORDS, PLAIN]).encode(),
    "id-in-scientific-notation.csv": text([["产品数据, 时间周期 2026-09-13~2026-09-19"], ["产品ID", "产品名称", "搜索曝光次数"], ["1.60183E+12", "a", "1"], ["1601825074604", "b", "1"]]).encode(),
    "rates-that-do-not-fit.csv": text([["产品数据, 时间周期 2026-09-13~2026-09-19"], ["产品ID", "搜索曝光次数", "搜索点击次数", "搜索点击率"], ["1601825074604", "4378", "71", "1.62%"], ["1601825074605", "1000", "20", "5%"]]).encode(),
    "total-with-gaps.csv": text([[TITLE], KEYWORDS, PLAIN, changed(词="合 计"), changed(词="合计（1条）："), changed(词=" 平均值"), changed(词="Total: ")]).encode(),
    "note-below.csv": text([[TITLE], KEYWORDS, PLAIN, ["注：数据为美国时间"], ["b", "1", "0"]]).encode(),
    "quote-not-closed.csv": f'{text([[TITLE], KEYWORDS, PLAIN])}"oem,1,1\r\n{text([changed(词="c")])}'.encode(),
    "two-windows-below-each-other.csv": text([[TITLE], KEYWORDS, PLAIN, [], ["流量关键词,时间周期2026-09-06~2026-09-12"], KEYWORDS, PLAIN]).encode(),
    "header-on-every-page.csv": text([[TITLE], KEYWORDS, PLAIN, KEYWORDS, changed(词="b")]).encode(),
    "product-twice.csv": text([["产品数据, 时间周期 2026-09-13~2026-09-19"], ["产品ID", "搜索曝光次数", "搜索点击次数"], ["1601825074604", "x", "1"], ["1601825074604", "100", "1"], ["1601825074604", "100", "1"]]).encode(),
    "store-figures-by-terminal.csv": text([["统计日期", "终端", "店铺访问人数"], ["2026-09-13~2026-09-19", "全部", "210"], ["2026-09-13~2026-09-19", "APP", "90"]]).encode(),
    "ids-in-odd-forms.csv": text([["产品数据, 时间周期 2026-09-13~2026-09-19"], ["产品ID", "搜索曝光次数"], ['="1601825074604"', "1"], ["1,601,825,074,605", "1"], ["１６０１８２５０７４６０６", "1"], ["\t1601825074607", "1"], ["'007", "1"]]).encode(),
    "years-that-cannot-be.csv": text([["日期", "关键词", "点击量", "花费"], ["1970-01-01", "a", "1", "2"], ["0226-09-13", "a", "1", "2"], ["0001-01-01T00:00:00Z", "a", "1", "2"], ["2026-09-13", "a", "1", "2"], ["2026-09-19", "a", "1", "2"]]).encode(),
    "far-cell.xlsx": far_cell(),
    "web-page-wide-span.xls": html([KEYWORDS, PLAIN], TITLE).replace("colspan='3'", "colspan='99999999999'").encode(),
    "web-page-after-a-comment.xls": b"<!-- export -->" + html([KEYWORDS, PLAIN], TITLE).encode(),
    "window-missing.csv": text([KEYWORDS, PLAIN]).encode(),
    "window-impossible.csv": text([["流量关键词,时间周期2026-02-28~2026-02-30"], KEYWORDS, PLAIN]).encode(),
    "window-backwards.csv": text([["流量关键词,时间周期2026-09-19~2026-09-13"], KEYWORDS, PLAIN]).encode(),
    "unknown-table.csv": text([["姓名", "年龄"], ["a", "1"]]).encode(),
    "nearly-a-table.csv": text([[AD_TITLE], ["关键词", "曝光量", "点击量"], ["a", "1", "1"]]).encode(),
    "empty.xls": b"",
    "only-blanks.csv": b"\r\n \r\n",
    "picture.xls": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "encrypted.xls": encrypted_biff(),
    "encrypted.xlsx": encrypted_ooxml(),
    "truncated.xls": biff([KEYWORDS, PLAIN])[:3000],
    "truncated.xlsx": xlsx([[TITLE], KEYWORDS])[:2000],
    "random-bytes.xls": bytes(range(256)) * 8,
    "web-page-without-table.xls": b"<html><body><p>Please log in</p></body></html>",
}  # fmt: skip

if __name__ == "__main__":
    for name, data in FILES.items():
        (HERE / name).write_bytes(data)
