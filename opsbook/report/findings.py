"""What a notebook shows besides pictures: sentences, definitions, tables, key figures, and what is missing.

Everything here turns results into words at the moment of showing; text from exports is escaped here, and only here.
"""

import inspect
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from opsbook.intake.tables import TABLES
from opsbook.report import cells, language, sparks
from opsbook.report.language import N_
from opsbook.report.messages import MESSAGES

METRICS_MIME = "application/vnd.opsbook.metrics+json"
LONG = 24  # characters from which on a cell asks for room
CELL_CHARACTERS = 300  # what a cell shows on hovering; a longer title stays in the exports

#: Fields of a message that hold a word of ours (a column, a table, a code), not a name from an export.
_OUR_WORDS = {"metric", "block", "module", "stage", "step", "first", "last", "first_step", "last_step"}


@dataclass(frozen=True)
class Block:
    """Something to show: HTML for the page, text for a terminal, a diff or an e-mail."""

    html: str
    text: str

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


class _Words(string.Formatter):
    """Fills a message's template: missing numbers are a dash, names are cleaned and cut, our own words translated."""

    def get_field(self, field_name: str, args, kwargs):
        value = kwargs[field_name]
        ours = field_name in _OUR_WORDS or (field_name == "name" and (value in TABLES or cells.is_column(str(value))))
        return (our_word(value) if ours and isinstance(value, str) else value), field_name

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, (list, tuple, set)):
            return cells.short(", ".join(self.format_field(item, "") for item in value), 200)
        if cells.is_missing(value):
            return cells.MISSING
        if isinstance(value, str):
            return cells.short(value, 80)
        text = _share(value, spec) if spec.endswith("%") and not spec.startswith("+") else format(value, spec)
        return text.removeprefix("-") if spec and not text.strip("-0.,%") else text  # -0.00 is 0.00


def _share(value: float, spec: str) -> str:
    """A share in a sentence: what is neither nothing nor all never looks as if it were.

    >>> _share(0.9987, ".0%"), _share(0.0004, ".1%"), _share(0, ".0%"), _share(0.5, ".0%")
    ('>99%', '<0.1%', '0%', '50%')
    """
    text = format(value, spec)
    digits = int(spec.partition(".")[2][:-1] or 6)
    if value > 0 and float(text[:-1]) == 0:
        return f"<{10**-digits:.{digits}f}%"
    return f">{100 - 10**-digits:.{digits}f}%" if value < 1 and float(text[:-1]) == 100 else text


def our_word(value: str) -> str:
    """A word of ours in the language in use: a column's header, a table's name, a code such as `not enough data`."""
    if value in TABLES:
        table = TABLES[value]
        return table.zh if language.current() == "zh" else table.en
    for name in (value, f"block.{value}"):
        if cells.is_column(name):
            return cells.label(name)
    return language.translate(value).replace("_", " ")


def word(message: Mapping[str, Any] | None) -> str:
    """A message of the analysis as one sentence in the language in use; `details` follow as further sentences.

    A message without words, or whose words do not take its numbers, is shown bare: a page never fails for a sentence.
    """
    if cells.is_missing(message):
        return cells.MISSING
    try:
        sentence = _Words().vformat(language.translate(MESSAGES[message["id"]]), (), message)
    except (KeyError, TypeError, ValueError):
        numbers = (f"{name}: {value}" for name, value in message.items() if name != "details")
        sentence = cells.short(", ".join(numbers), 200)
    return ("" if language.current() == "zh" else " ").join([sentence, *map(word, message.get("details") or [])])


def say(*messages: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None) -> Block | None:
    """Messages as a list of sentences, each once; nothing to say shows nothing."""
    flat = [message for given in messages for message in _messages(given)]
    sentences = list(dict.fromkeys(word(message) for message in flat))
    if not sentences:
        return None
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return Block(f'<ul class="findings">{items}</ul>', "\n".join(f"- {sentence}" for sentence in sentences))


def _messages(given) -> list:
    if cells.is_missing(given):
        return []
    return [given] if isinstance(given, Mapping) else [message for message in given if not cells.is_missing(message)]


def definition(function: Callable) -> Block:
    """The definition of a quantity: the first sentence of its function's docstring, in the language in use."""
    sentence = language.translate(first_sentence(function))
    return Block(f'<p class="definition">{escape(sentence)}</p>', sentence)


def first_sentence(function: Callable) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())


_EMPTY = N_("Nothing to show here this week.")
_MORE = N_("{rows:,} more rows are not shown.")
_UNKNOWN = N_("unknown")
_YES, _NO = N_("yes"), N_("no")


def table(frame: pd.DataFrame, columns: list[str] | None = None, rows: int = 20) -> Block:
    """A table as people read it: headers in words, values in their units, unknown ones as a dash; no sorting, no index.

    Shows the first `rows` rows and says how many more there are. Numbers that are compared down a column carry a bar
    (`cells.BARS`), a column of lists of kind `series` is drawn as small lines.
    """
    if frame is None or frame.empty:
        text = language.translate(_EMPTY)
        return Block(f'<p class="empty">{escape(text)}</p>', text)
    shown = frame[columns] if columns else frame
    names, body = list(shown.columns), shown.head(rows).to_dict("records")
    texts = [[as_text(row[name], name, _kind(row, name)) for name in names] for row in body]
    more = language.translate(_MORE).format(rows=len(shown) - rows) if len(shown) > rows else ""
    heads = [cells.label(name) for name in names]
    classes = ["number" if _is_numeric(shown[name]) else _CLASSES.get(cells.kind(name), "") for name in names]
    bars = [_bars([row[name] for row in body], name) for name in names]
    lines = (
        "".join(map(_cell, line, row.values(), classes, reached))
        for line, row, reached in zip(texts, body, zip(*bars, strict=True), strict=True)
    )
    html = _scrolling(_head(heads, classes) + f"<tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody>", heads)
    html += f'<p class="more">{escape(more)}</p>' if more else ""
    plain = pd.DataFrame(texts, columns=heads).to_string(index=False, max_colwidth=60)
    return Block(html, f"{plain}\n{more}".strip())


_TABLE = N_("Table: {columns}")
_CLASSES = {"series": "series", "date": "date", "id": "id"}


def _scrolling(content: str, heads: list[str]) -> str:
    """A table in a box that scrolls by itself, by the keyboard too, and says what it holds."""
    label = language.translate(_TABLE).format(columns=", ".join(heads[:4]))
    box = f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">'
    return f"{box}<table>{content}</table></div>"


def _head(heads: list[str], classes: list[str]) -> str:
    pairs = zip(heads, classes, strict=True)
    cells_ = "".join(f'<th scope="col"{_class(class_)}>{escape(head)}</th>' for head, class_ in pairs)
    return f"<thead><tr>{cells_}</tr></thead>"


def _class(names: str) -> str:
    return f' class="{names}"' if names else ""


def _bars(values: list, column: str) -> list[float]:
    """How far the bars of a column reach; none where one row, or one number in all rows, leaves nothing to compare."""
    known = {value for value in values if not cells.is_missing(value)} if column in cells.BARS else ()
    if len(known) < 2:
        return [0.0] * len(values)
    return sparks.reaches(values, cells.BARS[column])


#: Columns of a table with one figure a row: their numbers are in the unit of that figure.
_AS_METRIC = {"value", "before", "own", "peer_avg", "peer_good", "top10", "recent"}


def _kind(row: Mapping[str, Any], column: str) -> str:
    return cells.kind(row["metric"] if column in _AS_METRIC and "metric" in row else column)


def as_text(value: Any, column: str, kind: str) -> str:
    """A value of a column as its reader sees it: sentences, lists, codes and flags in words, numbers in their unit."""
    if isinstance(value, Mapping):
        return word(value)
    if isinstance(value, (list, tuple)):
        between = " " if value and isinstance(value[0], Mapping) else "; "  # sentences end by themselves
        return between.join(as_text(item, column, kind) for item in value) or cells.MISSING
    if isinstance(value, bool):
        return language.translate(_YES if value else _NO)
    if isinstance(value, str) and cells.is_column(f"{column}.{value}"):
        return cells.label(f"{column}.{value}")
    if kind == "code" and isinstance(value, str):
        return our_word(value)
    return cells.plain(value, kind)


def _is_numeric(values: pd.Series) -> bool:
    if cells.kind(str(values.name)) in cells.NUMERIC:
        return True
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _cell(text: str, value: Any, class_: str, reach: float) -> str:
    if text == cells.MISSING:
        return f'<td{_class(class_)} title="{escape(language.translate(_UNKNOWN))}">{text}</td>'
    if class_ == "series":
        return f'<td class="series">{sparks.line(value, text)}</td>'
    if isinstance(value, (Mapping, list, tuple)):
        return f'<td class="words">{escape(text)}</td>'
    if reach:
        return f'<td class="{class_} bar" style="--reach:{reach:.2f}">{escape(text)}</td>'
    seen = cells.short(text)
    hover = f' title="{escape(text[:CELL_CHARACTERS])}"' if seen != text else ""
    class_ = class_ or ("long" if len(seen) > LONG else "")
    return f"<td{_class(class_)}{hover}>{escape(seen)}</td>"


_NEEDS = N_("This section needs {table}. Where to find it: {where}. Then: opsbook import FILE --store NAME")


def needs(name: str, frame: pd.DataFrame | None) -> Block | None:
    """What a section needs and where to click for it, shown only while the table is empty."""
    if frame is not None and not frame.empty:
        return None
    spec = TABLES[name]
    chinese = language.current() == "zh"
    text = language.translate(_NEEDS).format(
        table=spec.zh if chinese else f"{spec.en} ({spec.zh})", where=spec.where_zh if chinese else spec.where_en
    )
    return Block(f'<p class="needs">{escape(text)}</p>', text)


def cards(frame: pd.DataFrame, rows: int = 8) -> Block | None:
    """Key figures as cards: value, last weeks, change on the week before, peers (columns metric, value, wow,
    to_peer_avg; before and recent where known). The change of a rate is told in points."""
    known = frame[frame["value"].notna()].head(rows)
    if known.empty:
        return None
    records = known.to_dict("records")
    items = [_card(row) for row in records]
    html = "".join(map(_card_html, items, records))
    return Block(f'<div class="cards">{html}</div>', "\n".join(f"{n}: {v} ({notes})" for n, v, notes in items))


_WOW = N_("{change} on last week")
_PEERS = N_("{ratio:.2f}x peers")


def _card(row: Mapping[str, Any]) -> tuple[str, str, str]:
    change = _change(row)
    notes = [language.translate(_WOW).format(change=change)] if change else []
    if not cells.is_missing(row["to_peer_avg"]):
        notes.append(language.translate(_PEERS).format(ratio=row["to_peer_avg"]))
    value = cells.plain(row["value"], cells.kind(row["metric"]))
    return cells.label(row["metric"]), value, " · ".join(notes) or cells.MISSING


def _change(row: Mapping[str, Any]) -> str:
    """The change on the week before: of a rate in points, else as a share of the week before."""
    if cells.kind(row["metric"]) == "percent" and not cells.is_missing(row.get("before")):
        return cells.plain(row["value"] - row["before"], "points")
    return "" if cells.is_missing(row["wow"]) else f"{row['wow']:+.1%}"


def _card_html(item: tuple[str, str, str], row: Mapping[str, Any]) -> str:
    name, value, notes = map(escape, item)
    recent = row.get("recent")
    seen = isinstance(recent, list) and sum(not cells.is_missing(week) for week in recent) > 1
    line = sparks.line(recent, as_text(recent, "recent", cells.kind(row["metric"]))) if seen else ""
    notes = "".join(f"<span>{note}</span>" for note in notes.split(" · "))
    return (
        f'<div class="card"><span class="name">{name}</span>'
        f'<span class="value">{value}</span>{line}<span class="notes">{notes}</span></div>'
    )


class _Record(dict):
    """Figures for programs; a page shows nothing of them."""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return {METRICS_MIME: dict(self), "text/plain": ", ".join(f"{name} = {value}" for name, value in self.items())}


def record(**metrics: Any) -> _Record:
    """Keep figures of the week for `metrics.json`: numbers, texts, lists; an unknown number is null."""
    return _Record({name: _json(value) for name, value in metrics.items()})


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value]
    if cells.is_missing(value):
        return None
    return value.item() if hasattr(value, "item") else value
