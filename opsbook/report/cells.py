"""One value, one header: how a cell of a table, an axis and a sentence show what the data says."""

import math
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

import pandas as pd

from opsbook.report import language, messages
from opsbook.report.language import N_

MISSING = "–"
TITLE_WIDTH = 60  # columns of a cell; Chinese characters take two
_JOINER = "\u200d"  # holds the parts of one emoji together
NUMERIC = {"count", "decimal", "percent", "points", "cny", "usd", "hours"}

#: kind of a canonical column -> format, where the two have different names
KINDS = {"share": "percent", "growth": "percent", "change": "decimal", "time": "date"}

#: units that a header names; money and shares carry their sign in the cell
TIMES = {"hours": N_("hours"), "seconds": N_("seconds")}

#: Columns whose numbers carry a bar, and what a full bar stands for: the whole, or the largest number of the column
WHOLE, LARGEST = 1.0, None
BARS = {
    **dict.fromkeys(("share", "active_share", "sales_usd_share", "visitors_share", "online_share"), WHOLE),
    **dict.fromkeys(("probability", "prob_loss", "prob_gain", "chance", "overall_rate", "completion_rate"), WHOLE),
    **dict.fromkeys(("spend", "visitors", "customers", "people", "all_impressions", "traffic", "visits"), LARGEST),
}

_PLAIN: dict[str, Callable[[Any], str]] = {
    "count": "{:,.0f}".format,
    "decimal": "{:,.2f}".format,
    "percent": lambda share: _percent(share),
    "points": lambda share: f"{100 * share:+.1f} pp",
    "cny": lambda amount: _money("¥", amount),
    "usd": lambda amount: _money("$", amount),
    "hours": "{:,.1f}".format,
}


def plain(value: Any, kind: str = "text") -> str:
    """The value as a reader sees it: formatted by its kind, cleaned of control characters, an en dash when missing.

    `percent` and `points` take fractions (0.0162 is shown as 1.62%, a difference of 0.012 as +1.2 pp).

    >>> plain(1234.0, "count"), plain(0.0931, "percent"), plain(-0.012, "points"), plain(float("nan"), "cny")
    ('1,234', '9.31%', '-1.2 pp', '–')
    """
    if is_missing(value):
        return MISSING
    if kind in NUMERIC and not isinstance(value, str):
        return _PLAIN[kind](value) if math.isfinite(value) else "∞"
    if kind == "date" and isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):  # a number whose label promises something else
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return clean(str(value))


def _money(sign: str, amount: float) -> str:
    return f"{'-' * (amount <= -0.005)}{sign}{abs(amount):,.2f}"


def _percent(share: float) -> str:
    """Two decimals below 10 %, one above; what is neither nothing nor certain never looks as if it were."""
    if 0 < share < 0.00005:
        return "<0.01%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{share:.1%}" if abs(share) >= 0.1 else f"{share:.2%}"


def is_missing(value: Any) -> bool:
    """None, NaN, NaT and <NA> are missing; an empty list or text is a value."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def clean(text: str) -> str:
    r"""The text on one line: control characters and direction overrides removed, white space folded.

    >>> clean("red\x00 shoe\n\t\u202esize 9 ")
    'red shoe size 9'
    """
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c == _JOINER)


def short(text: str, width: int = TITLE_WIDTH) -> str:
    """The text cut to so many columns, with an ellipsis where something is missing.

    >>> short("wooden salad bowl", 8), short("木质沙拉碗", 8)
    ('wooden…', '木质沙…')
    """
    text = clean(text)
    used = 0
    for position, character in enumerate(text):
        used += columns(character)
        if used > width:
            return _cut(text[:position], width - 1) + "…"
    return text


def _cut(text: str, width: int) -> str:
    while sum(map(columns, text)) > width:
        text = text[:-1]
    return text.rstrip()


def columns(character: str) -> int:
    """How many columns of a terminal a character takes."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def label(column: str) -> str:
    """The header of a column in the language in use: from the topics' labels, then from the canonical tables."""
    if column in messages.LABELS:
        return language.translate(messages.LABELS[column][0])
    known = canonical().get(column)
    if known is None:
        return column.replace("_", " ").capitalize()
    name = known.zh if language.current() == "zh" else known.en
    return f"{name} ({language.translate(TIMES[known.unit])})" if known.unit in TIMES else name


def is_column(name: str) -> bool:
    """Whether a name is a column that has a header of its own."""
    return name in messages.LABELS or name in canonical()


def kind(column: str) -> str:
    """How the values of a column are formatted; a column that nothing describes is text."""
    if column in messages.LABELS:
        return messages.LABELS[column][1]
    known = canonical().get(column)
    if known is None:
        return "text"
    if known.kind == "money":
        return known.unit.lower() if known.unit.lower() in NUMERIC else "decimal"
    return KINDS.get(known.kind, known.kind)


@cache
def canonical() -> dict[str, Any]:
    """{name: column} of all canonical tables; the first table that has a column of this name describes it."""
    tables = import_module("opsbook.intake.tables").TABLES.values()
    return {column.name: column for table in reversed(list(tables)) for column in table.columns}
