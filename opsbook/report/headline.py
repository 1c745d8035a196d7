"""The first screen of the brief: how are we, why, and what next, in one look."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from opsbook.report import cells, findings, language
from opsbook.report.language import N_

#: Key figures in the order in which a reader asks for them; the first known ones are shown.
FIRST = (
    "opportunities",
    "visitors",
    "opportunity_rate",
    "inquiries",
    "orders",
    "reply_5min_rate",
    "search_clicks",
    "search_ctr",
    "order_amount_usd",
    "all_impressions",
)
SHOWN = 6
_ON_CARDS = {"brief.change", "brief.peers"}  # what the card of the figure says already

_HOW, _WHY, _NEXT = N_("How are we?"), N_("Why?"), N_("What next?")
_REST = N_("{actions} more under “Next week”.")


def answers(verdict: Mapping[str, Any], key: pd.DataFrame, changed: list, todo: pd.DataFrame) -> findings.Block:
    """The light with the key figures, what changed most, and the first three actions with owner and day.

    `verdict`: `brief.verdict`; `key`: `brief.key_figures`; `changed`: messages of `digest.what_changed`; `todo`: the
    actions in their order (todo, priority, owner, due).
    """
    how, why, after = _how(verdict, key), _why(changed), _next(todo)
    html = f'<div class="answers">{how.html}<div class="reasons">{why.html}{after.html}</div></div>'
    return findings.Block(html, "\n\n".join((how.text, why.text, after.text)))


def _how(verdict: Mapping[str, Any], key: pd.DataFrame) -> findings.Block:
    told = [part for part in verdict.get("details", []) if part["id"] not in _ON_CARDS]
    head, rest = findings.word({**verdict, "details": []}), [findings.word(part) for part in told]
    cards = findings.cards(first_figures(key), SHOWN)
    details = f"<p>{escape(_joined(rest))}</p>" if rest else ""
    html = f'<h3>{_head(_HOW)}</h3><p class="light {verdict["light"]}">{escape(head)}</p>{details}'
    shown = cards or findings.Block("", "")
    text = "\n".join(filter(None, (head, *rest, shown.text)))
    return findings.Block(f'<div class="how">{html}{shown.html}</div>', text)


def first_figures(key: pd.DataFrame) -> pd.DataFrame:
    """The known key figures in the order of `FIRST`."""
    known = key.dropna(subset="value").set_index("metric", drop=False)
    return known.loc[[metric for metric in FIRST if metric in known.index]].reset_index(drop=True)


def _why(changed: list) -> findings.Block:
    said = findings.say(changed[:3]) or findings.Block(f"<p>{cells.MISSING}</p>", cells.MISSING)
    return findings.Block(f'<div class="why"><h3>{_head(_WHY)}</h3>{said.html}</div>', said.text)


def _next(todo: pd.DataFrame, most: int = 3) -> findings.Block:
    rows = todo.head(most).to_dict("records")
    items = [(findings.word(row["todo"]), _promise(row)) for row in rows]
    listed = "".join(f"<li>{escape(what)}<small>{escape(when)}</small></li>" for what, when in items)
    rest = language.translate(_REST).format(actions=len(todo) - most) if len(todo) > most else ""
    nothing = "" if items else findings.word({"id": "brief.no_actions"})
    html = f"<ol>{listed}</ol>" if items else f"<p>{escape(nothing)}</p>"
    more = f'<p class="more">{escape(rest)}</p>' if rest else ""
    text = [f"{place}. {what} ({when})" for place, (what, when) in enumerate(items, 1)] or [nothing]
    return findings.Block(
        f'<div class="next"><h3>{_head(_NEXT)}</h3>{html}{more}</div>', "\n".join(filter(None, (*text, rest)))
    )


def _promise(row: Mapping[str, Any]) -> str:
    """Who does it until when."""
    kinds = ((name, cells.kind(name)) for name in ("priority", "owner", "due"))
    return " · ".join(findings.as_text(row[name], name, kind) for name, kind in kinds)


def _head(text: str) -> str:
    return escape(language.translate(text))


def _joined(sentences: list[str]) -> str:
    return ("" if language.current() == "zh" else " ").join(sentences)
