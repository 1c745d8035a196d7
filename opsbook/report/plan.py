"""What a batch has to do: stores x notebooks, checked as a whole before anything is started.

A unit of work is (store, week, notebook). Units share nothing but the warehouse. Everything that a page depends on is
hashed into the unit's stamp, so that what has not changed need not run again.
"""

import difflib
import hashlib
import json
import os
import platform
import re
import shlex
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from opsbook import files
from opsbook.intake import stores as config
from opsbook.intake import warehouse as wh
from opsbook.intake import weeks
from opsbook.report import parameters as params
from opsbook.report.language import LANGUAGES

ROOT = Path(__file__).parents[2]
NOTEBOOKS = (
    "00_weekly_brief",
    "01_traffic_sources",
    "02_flow_assistant",
    "03_p4p_keyword_roi",
    "04_private_domain_funnel",
    "05_site_promotion",
)
SOURCES = (".py", ".toml", ".po", ".j2", ".css", ".json")  # files of the package that a page may depend on
FOLDERS = {"warehouse": "data/warehouse", "data": "data", "out": "reports"}  # what the command takes unasked


@dataclass(frozen=True)
class Unit:
    """One notebook for one store and week; `stamp` is the hash of everything that its page depends on."""

    store: str
    week: date
    path: Path
    lang: str
    store_name: str
    parameters: dict[str, Any]
    stamp: str
    command: str

    @property
    def notebook(self) -> str:
        return self.path.stem

    @property
    def place(self) -> str:
        """The folder of its page within the reports."""
        return f"{self.week}/{self.store}"


@dataclass(frozen=True)
class Batch:
    """Units to be run, where their pages go, and the stores left out with the reason."""

    week: date
    units: list[Unit]
    out: str
    warehouse: str
    inputs: dict[str, dict[str, str]]
    skipped: dict[str, str] = field(default_factory=dict)


def plan(
    store: str = "all",
    week: str = "",
    notebook: str = "",
    *,
    as_of: str = "",
    warehouse: str = FOLDERS["warehouse"],
    data: Path = Path(FOLDERS["data"]),
    out: str = FOLDERS["out"],
    lang: str = "",
    parameters: list[str] = (),
    notebooks: Path = ROOT / "notebooks",
) -> Batch:
    """Check the whole request and expand it to units; what is wrong is one line, and nothing has been started."""
    files.locate(out)  # a place that cannot be is refused before anything is read
    if lang and lang not in LANGUAGES:
        raise ValueError(f"--lang {lang!r}: expected {' or '.join(LANGUAGES)}")
    paths = [notebook_path(notebook, notebooks)] if notebook else report_notebooks(notebooks)
    known = config.load(data / "stores.toml")
    held = {name: wh.weeks_held(name, warehouse) for name in _stores(store, known, warehouse)}
    saturday = _week(week, as_of, held, store)
    here = {"warehouse": _from(notebooks, warehouse), "data": _from(notebooks, str(data))}
    own = {"store": "", "week": f"{saturday}", "lang": lang} | here
    checked = _parameters(parameters, own, paths)
    options = {"warehouse": warehouse, "data": str(data), "out": out, "lang": lang}
    batch = Batch(saturday, [], out, warehouse, {}, _without_week(held, saturday))
    for name in held.keys() - batch.skipped.keys():
        entry = known.get(name) or config.Store(name=name)
        language = lang or entry.language
        batch.inputs[name] = _inputs(name, saturday, warehouse)
        about = [batch.inputs[name], repr(known.get(name)), _text(data / "rules.toml"), entry.name]
        for path in paths:
            mine = {"store": name, "lang": language}
            values = checked[path] | {key: mine[key] for key in mine.keys() & params.declared(path).keys()}
            stamp = _hash(code(), path.read_text("utf-8"), json.dumps([about, values], sort_keys=True, default=str))
            again = command(name, saturday, path.stem, options, parameters)
            batch.units.append(Unit(name, saturday, path, language, entry.name, values, stamp, again))
    batch.units.sort(key=lambda unit: (unit.store, unit.notebook))
    return batch


def report_notebooks(folder: Path = ROOT / "notebooks") -> list[Path]:
    """The notebooks of the weekly report: those whose name begins with two digits, in their order."""
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise ValueError(f"no report notebook in {folder}; expected files such as {NOTEBOOKS[0]}.ipynb")
    return found


def notebook_path(name: str, folder: Path = ROOT / "notebooks") -> Path:
    """The file of a notebook; an unknown name is an error that proposes the nearest."""
    names = sorted(path.stem for path in folder.glob("*.ipynb"))
    if name not in names:
        raise ValueError(f"notebook {name!r} is unknown; {_nearest(name, names)}")
    return folder / f"{name}.ipynb"


def command(store: str, week: date, notebook: str, options: dict[str, str], parameters: list[str]) -> str:
    """The line that runs one unit again, for the page of a failure."""
    changed = {key: value for key, value in options.items() if value != FOLDERS.get(key, "")}
    words = ["opsbook", "weekly", "--store", store, "--week", f"{week}", "--notebook", notebook]
    words += [word for key, value in changed.items() for word in (f"--{key}", value)]
    return shlex.join([*words, *(word for pair in parameters for word in ("-p", pair)), "--force"])


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, 1)
    return f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(names) or 'none: there is none yet'}"


def held_store(store: str, warehouse: str) -> str:
    """The store itself; one that the warehouse does not know is an error that proposes the nearest."""
    held = wh.stores(warehouse)
    if store not in held:
        raise ValueError(f"store {store!r} has no data in {warehouse}; {_nearest(store, held)}")
    return store


def _stores(store: str, known: dict, warehouse: str) -> list[str]:
    """The stores asked for; all means those with anything in the warehouse and those of stores.toml."""
    held = wh.stores(warehouse)
    if store == "all":
        if not held:
            raise ValueError(f"warehouse {warehouse} holds nothing yet; run `opsbook import PATH --store NAME` first")
        return sorted({*held, *known})
    if store not in held:
        if store in known:
            hint = f"run `opsbook import PATH --store {store}` first"
            raise ValueError(f"store {store!r} has no data in {warehouse}; {hint}")
        raise ValueError(f"store {store!r} is unknown; {_nearest(store, sorted({*held, *known}))}")
    return [store]


def _week(week: str, as_of: str, held: dict[str, list[date]], store: str) -> date:
    """The week asked for, by its Saturday or by a day of the schedule; else the newest complete one that is held."""
    if week and as_of:
        raise ValueError("--week and --as-of name the week twice; give one of them")
    every = sorted({saturday for saturdays in held.values() for saturday in saturdays})
    if not every:
        raise ValueError(
            "no whole week (Sunday to Saturday) is held; import a weekly export, such as Products-YYYY-MM-DD.xls"
        )
    if week or as_of:
        return _held(weeks.parse_week(week) if week else _newest(as_of), every, store)
    newest = weeks.newest_complete_week(weeks.platform_today())
    return max((saturday for saturday in every if saturday <= newest), default=every[0])


def _newest(as_of: str) -> date:
    try:
        return weeks.newest_complete_week(weeks.parse_day(as_of, "--as-of"))
    except ValueError:
        raise ValueError(f"--as-of {as_of!r}: expected a day as YYYY-MM-DD") from None


def _held(saturday: date, every: list[date], store: str) -> date:
    """The week itself, if any of the stores holds it; an error names the nearest that are held."""
    if saturday in every:
        return saturday
    near = sorted(sorted(every, key=lambda other: abs(other - saturday))[:2])
    whom = "no store holds it" if store == "all" else f"store {store!r} does not hold it"
    raise ValueError(f"week {saturday}: {whom}; nearest weeks with data: {', '.join(map(str, near))}")


def _without_week(held: dict[str, list[date]], saturday: date) -> dict[str, str]:
    """{store: why it is left out} of those that hold nothing of the week."""
    return {
        store: f"no data for {saturday}; {f'newest week held is {saturdays[-1]}' if saturdays else 'nothing imported'}"
        for store, saturdays in held.items()
        if saturday not in saturdays
    }


def _inputs(store: str, saturday: date, warehouse: str) -> dict[str, str]:
    """What the pages of a week can have read: {file: SHA-256}.

    The batch itself adds this week's actions to the log, so of the log only the earlier weeks count.
    """
    from opsbook.report import action_log

    found = wh.inputs(store, saturday, warehouse)
    kept = {path: value for path, value in found.items() if not path.startswith("action_log/")}
    return kept | {"action_log": action_log.fingerprint(store, saturday, warehouse)}


def _parameters(given: list[str], own: dict[str, str], paths: list[Path]) -> dict[Path, dict[str, Any]]:
    """{notebook: its parameters}: those given, which it must declare, and our own where it declares them."""
    assigned = params.parse_assignments(list(given))
    for name in assigned.keys() & own.keys():
        raise ValueError(f"parameter {name!r} is set by its own option; use --{name}")
    declared = {name for path in paths for name in params.declared(path)}
    return params.check(assigned | {name: value for name, value in own.items() if name in declared}, paths)


def _from(notebooks: Path, place: str) -> str:
    """A local path as seen from the notebooks' folder, where kernels work; a URL as it is."""
    return place if "://" in place else os.path.relpath(place, notebooks)


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def code() -> str:
    """Hash of what computes and shows: the package's sources and the versions of the libraries."""
    package = ROOT / "opsbook"
    sources = sorted(path for path in package.rglob("*") if path.suffix in SOURCES)
    return _hash(json.dumps(packages()), *(hashlib.sha256(path.read_bytes()).hexdigest() for path in sources))


@cache
def packages() -> dict[str, str]:
    """The versions of Python and of everything that opsbook asks for."""
    asked = (text for text in metadata.requires("opsbook") or [] if "extra ==" not in text)
    names = sorted({re.split(r"[^A-Za-z0-9._-]", text)[0] for text in asked})
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in names}
