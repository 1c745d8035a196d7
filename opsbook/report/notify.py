"""Delivery: what a chat or a mailbox gets of the week, and loudly the reports that are missing.

Receivers are Apprise addresses (DingTalk, WeCom, Feishu, Slack, e-mail ...) in the variable `OPSBOOK_NOTIFY`, separated
by blanks. They hold secrets: they are read from the environment only, and neither printed nor logged.
"""

import logging
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from opsbook.intake import stores as config
from opsbook.intake import weeks
from opsbook.report import cells, findings, history, language
from opsbook.report.messages import MESSAGES

VARIABLE = "OPSBOOK_NOTIFY"
PUBLISHED = timedelta(days=3)  # the platform shows a week, which ends on Saturday, on the Tuesday after it
FIRST_ACTIONS = 3
MOST_STORES = 20  # as many as a chat message can take; our default
_URGENCY = {"red": 0, "yellow": 1, "unknown": 2, "green": 3}


@dataclass(frozen=True)
class Message:
    """What is sent: a subject, a body, and whether a report is missing."""

    subject: str
    body: str
    missing: bool

    @property
    def text(self) -> str:
        return f"{self.subject}\n\n{self.body}"


def week(week: str = "", as_of: str = "", today: date | None = None) -> date:
    """The week to tell of: by its Saturday, or the newest that the platform has published on a day."""
    if week:
        return weeks.parse_week(week)
    try:
        day = weeks.parse_day(as_of, "--as-of") if as_of else today or weeks.platform_today()
    except ValueError:
        raise ValueError(f"--as-of {as_of!r}: expected a day as YYYY-MM-DD") from None
    return weeks.newest_complete_week(day - PUBLISHED)


def expected(store: str, out: str, data: Path) -> list[str]:
    """The stores that should have a report: the one asked for, or those of stores.toml and of earlier reports."""
    if store != "all":
        return [store]
    return sorted({*config.load(data / "stores.toml"), *(entry["store"] for entry in history.collect(out))})


def compose(out: str, week: date, stores: list[str], link: str = "") -> Message:
    """The message on a week's reports: first what is missing, then each store, those with a red light first."""
    every = [entry for entry in history.collect(out, newest=len(history.weeks(out))) if entry["store"] in stores]
    made = [entry for entry in every if entry["week"] == week]
    with history.worded(history.common_language(made or every)):
        return _compose(out, week, stores, made, link)


def _compose(out: str, week: date, stores: list[str], made: list[history.Entry], link: str) -> Message:
    absent = sorted(set(stores) - {entry["store"] for entry in made})
    lost = [{"id": "batch.missing", "store": store, "week": f"{week}"} for store in absent]
    lost += history.missing(made, week)
    about = {"week": f"{week}", "expected": len(stores)}
    head = {"id": "batch.reports_missing", "count": len({message["store"] for message in lost})} if lost else None
    lines = [findings.word(about | (head or {"id": "batch.reports_complete"})), *map(findings.word, lost)]
    shown = sorted(made, key=lambda entry: (_URGENCY.get(entry["metrics"].get("light"), 2), entry["store"]))
    parts = [_store(entry, out, link) for entry in shown[:MOST_STORES]]
    more = len(shown) - len(parts)
    parts += [findings.word({"id": "batch.more", "count": more})] if more else []
    subject = findings.word({"id": "batch.subject", "week": f"{week}"})
    return Message(subject, "\n\n".join(["\n".join(lines), *parts]), bool(lost))


def _store(entry: history.Entry, out: str, link: str) -> str:
    """One store in its own language: light, first actions, path."""
    with history.worded(entry["lang"]):
        place = f"{(link or out).rstrip('/')}/{entry['week']}/{entry['store']}/index.html"
        light = entry["metrics"].get("light") or "unknown"
        head = {"id": "batch.report", "store": entry["store_name"], "week": f"{entry['week']}"}
        lines = [findings.word(head | {"first": f"light.{light}"}), *_actions(entry["metrics"].get("actions"))]
        path = language.translate(MESSAGES["batch.path"]).format(path=place)  # whole, where a sentence would cut it
        return "\n".join([*lines, path])


def _actions(proposals: list[dict[str, Any]] | None) -> list[str]:
    """The first actions of the brief; nothing where there is no brief that could have proposed any."""
    if not proposals:
        return [] if proposals is None else [findings.word({"id": "batch.no_actions"})]
    worded = [_action(proposal) for proposal in proposals[:FIRST_ACTIONS]]
    return [findings.word({"id": "batch.actions"}), *(f"{n}. {text}" for n, text in enumerate(worded, start=1))]


def _action(proposal: dict[str, Any]) -> str:
    """What to do, after the name of what it is about where the sentence does not hold it."""
    text = findings.word(proposal["action"])
    name = cells.short(proposal.get("object_name") or proposal.get("object") or "")
    return text if name in text else f"{name}: {text}"


def send(message: Message) -> str:
    """Send to every receiver; says how many got it. A receiver that did not is an error that tells its place only."""
    receivers = _receivers()
    failed = [number for number, receiver in enumerate(receivers, start=1) if not _sent(receiver, message)]
    if failed:
        raise ValueError(f"{VARIABLE}: address {', '.join(map(str, failed))} of {len(receivers)} could not be reached")
    return f"sent to {len(receivers)} receivers"


def _receivers() -> list:
    import apprise

    logging.getLogger("apprise").disabled = True  # its warnings hold addresses, and addresses hold secrets
    addresses = os.environ.get(VARIABLE, "").split()
    if not addresses:
        raise ValueError(f"{VARIABLE} is empty; give it an Apprise address such as dingtalk://TOKEN, or use --dry-run")
    found = [apprise.Apprise.instantiate(address, suppress_exceptions=True) for address in addresses]
    if None in found:
        number = found.index(None) + 1
        raise ValueError(f"{VARIABLE}: address {number} of {len(found)} is not one that Apprise understands")
    return found


def _sent(receiver, message: Message) -> bool:
    """Whether a receiver took the message; what went wrong is not shown, as it may hold the address."""
    try:
        return bool(receiver.notify(title=message.subject, body=message.body))
    except Exception:
        return False
