"""Cells as sellers' files hold them, read as typed values: `1,234` `1.62%` `<1` `-` `¥3.75` `375分` `2026年9月3日`."""

import html
import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from opsbook.intake.weeks import PLATFORM_ZONE

#: What a person should have written, by kind of column.
EXPECTED = {
    "id": "an id written out in full, as text",
    "text": "text",
    "flag": "Y or N",
    "count": "a whole number, 0 or more",
    "decimal": "a number, 0 or more",
    "change": "a number",
    "share": "a percentage such as 1.62%, or a fraction from 0 to 1",
    "growth": "a percentage such as -3.5%, or a fraction from -1 to 1",
    "money": "an amount of 0 or more",
    "date": "a day such as 2026-09-19",
    "time": "a moment such as 2026-09-19 13:05",
}
_MISSING = {"", "-", "--", "—", "–"}
_MISSING_VALUE = _MISSING | {"n/a", "na", "nan", "null", "none", "暂无", "无数据"}
_FLAGS = {
    **dict.fromkeys(("y", "yes", "true", "1", "是", "有", "√"), True),
    **dict.fromkeys(("n", "no", "false", "0", "否", "无", "×"), False),
}
_NUMBER = re.compile(r"([<]?)([-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)")
_MONEY = re.compile(r"(¥|rmb|cny|us\$|usd|\$)?\s*([-+]?[\d,.]+)\s*(元|分|美元|cny|rmb|usd)?")
_CURRENCY = {
    **dict.fromkeys(("¥", "rmb", "cny", "元", "分"), "CNY"),
    **dict.fromkeys(("us$", "usd", "$", "美元"), "USD"),
}
_DAY = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_PLATFORM_TIME = re.compile(r"([A-Z][a-z]{2})\.? (\d{1,2}), (\d{4}), (\d{2}:\d{2}:\d{2}) P[DS]T\.?")
_ID_FORMULA = re.compile(r'="([^"]+)"')  # how a csv keeps a spreadsheet from reading an id as a number
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
_YEARS = range(1999, 2101)  # the platform began in 1999; 1900 and 1970 are how software writes no day at all
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


def parse(values: pd.Series, kind: str, unit: str = "", scale: float = 1.0) -> tuple[pd.Series, pd.Series]:
    """Typed values of a column and the mask of cells that could not be read.

    `values` is an object column of raw cells, `unit` the column's currency where it has one, `scale` what the header
    says about its unit (0.01 for 分). Missing cells (`-`, empty) stay missing: they are neither zero nor faults.

    >>> parse(pd.Series(["1,234", "-", "12x"], dtype=object), "count")[0].tolist()
    [1234.0, nan, nan]
    """
    if kind in _NUMBERS and pd.api.types.infer_dtype(values, skipna=False) in _ALL_NUMBERS:
        numbers = values.astype("float64")
        return numbers * scale, numbers.abs().gt(1) & (kind in ("share", "growth"))
    codes, uniques = pd.factorize(values, use_na_sentinel=True)
    read = [_read(value, kind, unit) for value in uniques]
    bad = np.array([value is _BAD for value in read] + [False])[codes]
    column = pd.Series([None if value is _BAD else value for value in read] + [None], dtype=object)
    typed = column.astype(DTYPES[kind]).iloc[codes].set_axis(values.index)
    return typed * scale if kind in _NUMBERS else typed, pd.Series(bad, index=values.index)


_BAD = object()
_NUMBERS = ("count", "decimal", "change", "share", "growth", "money")
_ALL_NUMBERS = ("integer", "floating", "mixed-integer-float")

#: The pandas dtype of each kind of column; missing is NaN, <NA> or NaT.
DTYPES = {
    **dict.fromkeys(_NUMBERS, "float64"),
    **dict.fromkeys(("id", "text"), "str"),
    **dict.fromkeys(("date", "time"), "datetime64[us]"),
    "flag": "boolean",
}


def _read(value, kind: str, unit: str):
    """One raw cell as a typed value, None where it is missing, _BAD where it cannot be read."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if kind in ("id", "text"):
        return _read_id(value) if kind == "id" else _read_text(value)
    if kind in ("date", "time"):
        return _read_time(value, whole_days=kind == "date")
    if isinstance(value, bool):
        return value if kind == "flag" else _BAD
    if isinstance(value, (int, float)):
        if kind == "flag":
            return _FLAGS.get(f"{value:g}", _BAD)
        return _BAD if kind in ("share", "growth") and abs(value) > 1 else float(value)
    if not isinstance(value, str):
        return _BAD
    text = normalise(value)
    if text in _MISSING_VALUE:
        return None
    if kind == "flag":
        return _FLAGS.get(text, _BAD)
    if kind in ("share", "growth"):
        return _read_share(text)
    return _read_money(text, unit) if kind == "money" else _read_number(text, allow_below=kind != "count")


def normalise(text: str) -> str:
    """Text for comparing: full-width forms folded, entities resolved, trimmed, lower case."""
    return unicodedata.normalize("NFKC", html.unescape(text)).strip().casefold()


def _read_text(value):
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return None if text.strip() in _MISSING else text.strip()


def _read_id(value):
    if isinstance(value, (int, float)):
        # a spreadsheet keeps 15 digits of a number: longer ids have already lost their end
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else _BAD
    text = _read_text(value)
    if text is None:
        return None
    text = unicodedata.normalize("NFKC", text).lstrip("'")
    if formula := _ID_FORMULA.fullmatch(text):
        text = formula[1]
    text = text.replace(",", "") if _GROUPED.fullmatch(text) else text.removesuffix(".0")
    return _BAD if _SCIENTIFIC.fullmatch(text) else text


def _read_number(text: str, allow_below: bool):
    match = _NUMBER.fullmatch(text.replace(" ", ""))
    if not match or (match[1] and not allow_below):
        return _BAD
    number = float(match[2].replace(",", ""))
    # `<1` says only that the value lies between 0 and 1: the middle is our default
    return number / 2 if match[1] else number


def _read_share(text: str):
    if text.endswith("%"):
        match = _NUMBER.fullmatch(text[:-1].strip())
        if not match:
            return _BAD
        share = float(match[2].replace(",", "") + "e-2")
        return share / 2 if match[1] else share
    number = _read_number(text, allow_below=False)
    return _BAD if number is _BAD or abs(number) > 1 else number


def _read_money(text: str, unit: str):
    match = _MONEY.fullmatch(text)
    if not match:
        return _BAD
    named = {_CURRENCY[symbol] for symbol in (match[1], match[3]) if symbol}
    if unit in ("CNY", "USD") and named - {unit}:
        return _BAD
    number = _read_number(match[2], allow_below=False)
    return number if number is _BAD or match[3] != "分" else number / 100


def _read_time(value, whole_days: bool):
    moment = _moment(value)
    if moment is None or moment is _BAD:
        return moment
    if moment.year not in _YEARS:
        return _BAD
    if moment.tzinfo:
        moment = moment.astimezone(PLATFORM_ZONE).replace(tzinfo=None)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) if whole_days else moment


def _moment(value):
    """A moment from a date cell, a year-first text or the platform's stamp; day-first forms are ambiguous: refused."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if normalise(text) in _MISSING_VALUE:
        return None
    try:
        if match := _PLATFORM_TIME.fullmatch(text):
            stamp = datetime.strptime(f"{match[1]} {match[2]} {match[3]} {match[4]}", "%b %d %Y %H:%M:%S")
            return stamp.replace(tzinfo=PLATFORM_ZONE)
        if re.fullmatch(r"\d{8}", text):
            return datetime.strptime(text, "%Y%m%d")
        match = _DAY.fullmatch(re.sub(r"[年月]", "-", text).replace("日", "").strip())
        if not match:
            return _BAD
        stamp = datetime(*(int(part or 0) for part in match.groups()[:6]))
        return stamp.replace(tzinfo=_offset(match[7])) if match[7] else stamp
    except ValueError:
        return _BAD


def _offset(text: str):
    return ZoneInfo("UTC") if text == "Z" else datetime.strptime(text, "%z").tzinfo
