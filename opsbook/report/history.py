"""What is remembered of the weeks: figures and their changes per store, which reports are missing, and the index."""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date
from html import escape
from typing import Any

import numpy as np

from opsbook import files
from opsbook.intake.weeks import WEEK
from opsbook.report import cells, findings, language, manifest, pages, sparks
from opsbook.report.language import N_
from opsbook.report.plan import Batch

WEEKS = 26  # how many weeks the index shows; older ones stay on disk until they are pruned; our default
COUNTS = ("visitors", "opportunities", "orders")
FIGURES = ("visitors", "opportunities", "opportunity_rate", "spend")
MIN_WEEKS, USUAL_WEEKS, LIKELY = 4, 8, 0.05  # weeks that tell what is usual, and the smallest usual probability
LIGHTS = ("green", "yellow", "red")

WORDS = {
    "title": N_("Reports by week and store"),
    "week": N_("Week to {week}"),
    "store": N_("Store"),
    "light": N_("Light"),
    "trend": N_("Opportunities, last weeks"),
    "first_week": N_("first week with a figure"),
    "changed": N_("What changed since the week before"),
    "missing": N_("Missing reports"),
    "none_missing": N_("No report is missing."),
    "all_weeks": N_("All weeks"),
    "no_report": N_("no report"),
    "portfolio": N_("All stores at a glance: who needs attention"),
}

Entry = dict[str, Any]  # store, store_name, week (a date), lang, metrics, notebooks {name: status}


def update(batch: Batch) -> None:
    """Write the index and, with several stores, the page over all of them."""
    from opsbook.report import portfolio

    fs, root = files.locate(batch.out)
    entries = collect(batch.out)
    lang = common_language(entries)
    names = {entry["store"]: entry["store_name"] for entry in entries}
    week = last_week(entries, batch.week)  # an older week that is made again does not hide the newest
    several = portfolio.write(batch.out, batch.warehouse, week, names, lang, lights(entries, week))
    page = index(entries, lang, no_data=batch.skipped, week=batch.week, portfolio=several)
    files.write(fs, f"{root}/index.html", page.encode())


def lights(entries: list[Entry], week: date) -> dict[str, dict[str, Any]]:
    """The light of each store that has a report of the week, its word, and where the report is."""
    with worded(common_language(entries)):
        return {entry["store"]: _dot(entry) for entry in entries if entry["week"] == week}


def weeks(out: str) -> list[date]:
    """The weeks that have a report, oldest first."""
    fs, root = files.locate(out)
    return [day for day in sorted(filter(None, map(_day, fs.glob(f"{root}/*")))) if _manifests(fs, f"{root}/{day}")]


def collect(out: str, newest: int = WEEKS) -> list[Entry]:
    """What the folders of the newest weeks say, oldest first."""
    fs, root = files.locate(out)
    paths = [path for day in weeks(out)[-newest:] for path in _manifests(fs, f"{root}/{day}")]
    return [_entry(fs, path.removesuffix("/manifest.json")) for path in paths]


def _manifests(fs, folder: str) -> list[str]:
    return sorted(fs.glob(f"{folder}/*/manifest.json"))


def _day(path: str) -> date | None:
    try:
        return date.fromisoformat(path.rstrip("/").rsplit("/", 1)[-1])
    except ValueError:
        return None


def _entry(fs, folder: str) -> Entry:
    noted = manifest.read(fs, folder)
    return {
        "store": noted["store"],
        "store_name": noted.get("store_name", noted["store"]),
        "week": date.fromisoformat(noted["week"]),
        "lang": noted["lang"],
        "metrics": known(manifest.read_json(fs, f"{folder}/metrics.json").get("metrics", {})),
        "notebooks": {name: entry["status"] for name, entry in noted["notebooks"].items()},
    }


def known(metrics: dict[str, Any]) -> dict[str, Any]:
    """What was recorded; a figure that is no number is not known, so one damaged file does not stop the index."""
    figures = {*COUNTS, *FIGURES}
    return {name: value for name, value in metrics.items() if name not in figures or isinstance(value, (int, float))}


def common_language(entries: Iterable[Entry]) -> str:
    """The language of all reports, or English where they differ."""
    spoken = {entry["lang"] for entry in entries}
    return spoken.pop() if len(spoken) == 1 else "en"


def missing(entries: list[Entry], week: date, no_data: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Messages on reports that should be there up to a week and are not, newest first; failed pages of that week too.

    Expected of a store is every week since its first report, and `week` of the stores in `no_data`.
    """
    first, made = {}, {(entry["store"], entry["week"]) for entry in entries}
    for entry in entries:
        first[entry["store"]] = min(entry["week"], first.get(entry["store"], entry["week"]))
    gaps = {(store, day) for store, begin in first.items() for day in _weeks(begin, week)}
    none = {(store, week) for store in no_data}
    absent = [
        {"id": "batch.no_data" if gap in none else "batch.missing", "store": gap[0], "week": f"{gap[1]}"}
        for gap in (gaps | none) - made
    ]
    failed = [_failed(entry, name) for entry in entries if entry["week"] == week for name in failures(entry)]
    return sorted(sorted(absent + failed, key=lambda message: message["store"]), key=_week_of, reverse=True)


def failures(entry: Entry) -> list[str]:
    """The notebooks that could not be made."""
    return [name for name, status in entry["notebooks"].items() if status == "failed"]


def _failed(entry: Entry, notebook: str) -> dict[str, Any]:
    page = pages.TITLES.get(notebook, notebook)
    return {"id": "batch.failed", "store": entry["store"], "week": f"{entry['week']}", "block": page}


def _week_of(message: dict[str, Any]) -> str:
    return message["week"]


def _weeks(first: date, last: date) -> list[date]:
    return [first + WEEK * number for number in range((last - first).days // 7 + 1)]


def title(notebook: str) -> str:
    """What a notebook's page is called, in the language in use."""
    return language.translate(pages.TITLES.get(notebook, notebook))


def changes(past: list[Entry], now: Entry) -> list[dict[str, Any]]:
    """Messages on what differs from the week before: the light, and each count, set against what is usual.

    `past` are the store's earlier entries; only the one of exactly the week before is compared.
    """
    before = next((entry for entry in past if entry["week"] == now["week"] - WEEK), None)
    if before is None:
        return [{"id": "batch.no_week_before"}]
    lights = [entry["metrics"].get("light") for entry in (before, now)]
    said = []
    if lights[0] != lights[1] and None not in lights:
        said = [{"id": "batch.light", "first": f"light.{lights[0]}", "last": f"light.{lights[1]}"}]
    usual = sorted((entry for entry in past if entry["week"] < now["week"]), key=lambda entry: entry["week"])
    for metric in COUNTS:
        values = [entry["metrics"].get(metric) for entry in (*usual[-USUAL_WEEKS:], now)]
        if before["metrics"].get(metric) is not None and values[-1] is not None:
            said += _change(metric, [value for value in values[:-1] if value is not None], values[-1])
    return said or [{"id": "batch.unchanged"}]


def _change(metric: str, past: list[float], now: float) -> list[dict[str, Any]]:
    """How a count moved, and whether its own past makes that likely; nothing where it did not move."""
    from opsbook.analysis.next_count import tail_probability

    before = past[-1]
    said = {"metric": metric, "now": now, "before": before}
    if now == before:
        return []
    if before == 0:
        return [said | {"id": "batch.change_from_zero"}]
    said["share"] = now / before - 1
    if len(past) < MIN_WEEKS:
        return [said | {"id": "batch.change"}]
    p = tail_probability(np.array(past, dtype=float), now)
    return [said | {"id": f"batch.change_{'beyond' if p < LIKELY else 'within'}", "weeks": len(past), "p": p}]


# ---- the index ---------------------------------------------------------------------------------------------------


def index(
    entries: list[Entry], lang: str = "en", *, no_data: Iterable[str] = (), week: date | None = None, portfolio=False
) -> str:
    """The page over all weeks and stores: the newest week, what changed, what is missing, and every week's light.

    `no_data` are the stores that hold nothing of `week` (the newest week with a report without it).
    """
    last = last_week(entries, week)
    without = no_data if week in (None, last) else ()  # of an older week nothing is said
    with worded(lang):
        rows = [_row(entry, entries) for entry in entries if entry["week"] == last]
        return pages.site_page(
            "index.html.j2",
            WORDS["title"],
            lang,
            words=translated(WORDS) | {"week": language.translate(WORDS["week"]).format(week=last)},
            figures=[cells.label(name) for name in FIGURES],
            rows=rows,
            missing=[findings.word(message) for message in missing(entries, last, without)],
            weeks=_grid(entries, last),
            stores=sorted({(entry["store"], entry["store_name"]) for entry in entries}),
            portfolio=portfolio,
        )


def last_week(entries: list[Entry], week: date | None = None) -> date:
    """The last week with a report, or `week` where that is later."""
    return max([entry["week"] for entry in entries] + ([week] if week else []))


@contextmanager
def worded(lang: str):
    """Everything in the block is worded in one language."""
    before = language.current()
    language.use(lang)
    try:
        yield
    finally:
        language.use(before)


def translated(words: dict[str, str]) -> dict[str, str]:
    """The words of a page in the language in use."""
    return {key: language.translate(text) for key, text in words.items()}


def _row(entry: Entry, entries: list[Entry]) -> dict[str, Any]:
    """One store in the newest week."""
    past = [other for other in entries if other["store"] == entry["store"] and other["week"] < entry["week"]]
    before = next((other["metrics"] for other in past if other["week"] == entry["week"] - WEEK), {})
    metrics, place = entry["metrics"], f"{entry['week']}/{entry['store']}"
    return {
        "name": entry["store_name"],
        "href": f"{place}/index.html",
        "light": _light(entry),
        "light_word": findings.our_word(f"light.{_light(entry)}"),
        "figures": [
            (cells.plain(metrics.get(name), cells.kind(name)), delta(metrics.get(name), before.get(name), name))
            for name in FIGURES
        ],
        "spark": _spark(_series(past, entry)),
        "pages": [(f"{place}/{name}.html", title(name), status) for name, status in entry["notebooks"].items()],
        "changes": [findings.word(message) for message in changes(past, entry)],
    }


def _light(entry: Entry) -> str:
    light = entry["metrics"].get("light")
    return light if light in LIGHTS else "unknown"


def delta(now: float | None, before: float | None, name: str) -> str:
    """The change on the week before: of a rate in points, else as a share; empty where it is not known."""
    if cells.is_missing(now) or cells.is_missing(before):
        return ""
    if cells.kind(name) == "percent":
        return cells.plain(now - before, "points")
    return f"{now / before - 1:+.0%}" if before else ""


def _series(past: list[Entry], entry: Entry) -> list[float | None]:
    """Opportunities of every week from the first report on; None where a week has no report or no figure."""
    known = {other["week"]: other["metrics"].get("opportunities") for other in (*past, entry)}
    return [known.get(day) for day in _weeks(min(known), entry["week"])]


def _spark(values: list[float | None]) -> str:
    """The weeks as a small line; before the second known week it says that there is nothing to compare yet."""
    if sum(value is not None for value in values) < 2:
        return f"<small>{escape(language.translate(WORDS['first_week']))}</small>"
    return sparks.line(values, ", ".join(cells.plain(value, "count") for value in values))


def _grid(entries: list[Entry], newest: date) -> list[tuple[date, list[dict[str, Any] | None]]]:
    """For every week, newest first, the light and the page of each store, or None where its report is missing."""
    made = {(entry["week"], entry["store"]): entry for entry in entries}
    stores = sorted({entry["store"] for entry in entries})
    days = _weeks(min((entry["week"] for entry in entries), default=newest), newest)[::-1]
    return [(day, [_dot(made.get((day, store))) for store in stores]) for day in days]


def _dot(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    light = _light(entry)
    href = f"{entry['week']}/{entry['store']}/index.html"
    return {"href": href, "light": light, "word": findings.our_word(f"light.{light}")}
