"""The weekly batch: stores x notebooks, checked first, run in isolation, written whole, never twice for one input.

A unit of work is (store, week, notebook). Units share nothing but the warehouse: one that fails leaves others alone.
"""

import difflib
import hashlib
import json
import os
import platform
import re
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat

from opsbook import files
from opsbook.intake import stores as config
from opsbook.intake import warehouse as wh
from opsbook.intake import weeks
from opsbook.report import parameters as params

ROOT = Path(__file__).parents[2]
NOTEBOOKS = (
    "00_weekly_brief",
    "01_traffic_sources",
    "02_flow_assistant",
    "03_p4p_keyword_roi",
    "04_private_domain_funnel",
    "05_site_promotion",
)


@dataclass(frozen=True)
class Unit:
    """One notebook for one store and week, with everything that its result depends on in `stamp`."""

    store: str
    week: date
    notebook: str
    lang: str
    store_name: str
    parameters: dict[str, Any]
    stamp: str


@dataclass
class Batch:
    """What is to be run, where to, and what was left out with its reason."""

    units: list[Unit]
    out: Path
    warehouse: str
    skipped: list[str] = field(default_factory=list)


@dataclass
class Result:
    """What a batch did: one line each for people, and the units that failed."""

    lines: list[str]
    failed: list[Unit]


def notebook_path(name: str) -> Path:
    """The file of a notebook; an unknown name is an error that proposes the nearest."""
    path = ROOT / "notebooks" / f"{name}.ipynb"
    if not path.exists():
        near = difflib.get_close_matches(name, [*NOTEBOOKS, "explore"], 1)
        raise ValueError(f"notebook {name!r} is unknown; {_hint(near, NOTEBOOKS)}")
    return path


def _hint(near: list[str], known) -> str:
    return (
        f"did you mean {near[0]!r}?"
        if near
        else f"expected one of {', '.join(map(str, known)) or 'none: there is none yet'}"
    )


def plan(
    store: str, week: str, notebook: str, *, warehouse: str, data: Path, out: str, lang: str, parameters: list[str]
) -> Batch:
    """Check the whole request and expand it to units, before anything is started."""
    known = config.load(data / "stores.toml")
    held = {name: wh.weeks_held(name, warehouse) for name in _stores(store, known, warehouse)}
    saturday = _week(week, held, asked_store=store)
    if lang and lang not in ("zh", "en"):
        raise ValueError(f"--lang {lang!r}: expected zh or en")
    paths = [notebook_path(name) for name in ([notebook] if notebook else NOTEBOOKS)]
    given = params.parse_assignments(parameters)
    own = {
        "store": "",
        "week": f"{saturday}",
        "warehouse": _from_notebooks(warehouse),
        "data": _from_notebooks(data),
        "lang": lang,
    }
    for name in given.keys() & own.keys():
        raise ValueError(f"parameter {name!r} is set by its own option; use --{name}")
    checked = params.check(given | own, paths)
    batch = Batch(
        [],
        Path(out),
        warehouse,
        [f"{name}: no data for {saturday}, skipped" for name in held if saturday not in held[name]],
    )
    code = _code_hash()
    for name in (name for name in held if saturday in held[name]):
        store_entry = known.get(name) or config.Store(name=name)
        language = lang or store_entry.language
        inputs = wh.inputs(name, saturday, warehouse) | {
            "stores.toml": repr(known.get(name)),
            "rules.toml": _text(data / "rules.toml"),
        }
        for path in paths:
            values = checked[path] | {"store": name, "lang": language}
            stamp = _hash(code, path.read_text("utf-8"), json.dumps([inputs, values], sort_keys=True, default=str))
            batch.units.append(Unit(name, saturday, path.stem, language, store_entry.name, values, stamp))
    return batch


def _stores(store: str, known: dict, warehouse: str) -> list[str]:
    """The stores asked for; all means those with anything in the warehouse."""
    held = wh.stores(warehouse)
    if store == "all":
        if not held:
            raise ValueError(f"warehouse {warehouse} holds nothing yet; run `opsbook import PATH --store NAME` first")
        return held
    if store not in held:
        if store in known:
            raise ValueError(
                f"store {store!r} has no data in {warehouse}; run `opsbook import PATH --store {store}` first"
            )
        names = sorted({*held, *known})
        raise ValueError(f"store {store!r} is unknown; {_hint(difflib.get_close_matches(store, names, 1), names)}")
    return [store]


def _week(week: str, held: dict[str, list[date]], asked_store: str) -> date:
    """The week asked for, or the newest complete one that any of the stores holds."""
    every = sorted({saturday for saturdays in held.values() for saturday in saturdays})
    if not every:
        raise ValueError(
            "no whole week (Sunday to Saturday) is held; import a weekly export, such as Products-YYYY-MM-DD.xls"
        )
    if week:
        saturday = weeks.parse_week(week)
        if saturday not in every:
            near = sorted(every, key=lambda other: abs(other - saturday))[:2]
            whom = "no store" if asked_store == "all" else f"store {asked_store!r}"
            verb = "holds" if asked_store == "all" else "does not hold"
            raise ValueError(
                f"week {week}: {whom} {verb} it; nearest weeks with data: {', '.join(map(str, sorted(near)))}"
            )
        return saturday
    newest = weeks.newest_complete_week(weeks.platform_today())
    return max((saturday for saturday in every if saturday <= newest), default=every[-1])


def _from_notebooks(path: str | Path) -> str:
    """A local path as seen from the notebooks' folder, where kernels work; a URL as it is."""
    return str(path) if "://" in str(path) else os.path.relpath(path, ROOT / "notebooks")


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _code_hash() -> str:
    """Hash of everything in the package that a report depends on."""
    package = ROOT / "opsbook"
    sources = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".toml", ".po", ".j2", ".css"))
    return _hash(*(hashlib.sha256(path.read_bytes()).hexdigest() for path in sources))


def run(batch: Batch, *, workers: int = 2, force: bool = False) -> Result:
    """Run what has changed, write every page, manifest and index; one line per failure and the index's path at the end."""
    todo = [unit for unit in batch.units if force or not _is_current(unit, batch.out)]
    outcomes = _execute_all(todo, batch, workers) if todo else {}
    for store, week in sorted({(unit.store, unit.week) for unit in batch.units}):
        units = [unit for unit in batch.units if (unit.store, unit.week) == (store, week)]
        if any(unit in outcomes for unit in units) or not (_folder(batch.out, units[0]) / "manifest.json").exists():
            _finish(units, outcomes, batch)
    index = batch.out / "index.html"
    if outcomes or not index.exists():
        _write_index(batch.out)
    failed = [unit for unit, outcome in outcomes.items() if outcome["status"] == "failed"]
    lines = [
        *batch.skipped,
        *(f"{unit.store} {unit.week} {unit.notebook}: failed: {outcomes[unit]['error']}" for unit in failed),
    ]
    lines.append(f"{len(outcomes) - len(failed)} run, {len(failed)} failed, {len(batch.units) - len(todo)} unchanged")
    return Result([*lines, str(index)], failed)


def _folder(out: Path, unit: Unit) -> Path:
    return out / f"{unit.week}" / unit.store


def _manifest(folder: Path) -> dict:
    path = folder / "manifest.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {"notebooks": {}}


def _is_current(unit: Unit, out: Path) -> bool:
    """Whether the page on disk was made from the same inputs, code and parameters, and succeeded."""
    folder = _folder(out, unit)
    done = _manifest(folder)["notebooks"].get(unit.notebook, {})
    page = folder / f"{unit.notebook}.html"
    return done.get("stamp") == unit.stamp and done.get("status") == "ok" and page.exists()


def _execute_all(units: list[Unit], batch: Batch, workers: int) -> dict[Unit, dict]:
    """{unit: its entry in the manifest}, run by `workers` threads over kernels, with a progress bar for people."""
    from rich.progress import Progress

    from opsbook.report import kernels

    outcomes = {}
    with (
        kernels.warm() as kernel,
        ThreadPoolExecutor(workers) as pool,
        Progress(transient=True, disable=not sys.stderr.isatty()) as progress,
    ):
        bar = progress.add_task("reports", total=len(units))
        jobs = {pool.submit(_run_unit, unit, batch.out, kernel): unit for unit in units}
        for job in as_completed(jobs):
            outcomes[jobs[job]] = job.result()
            progress.advance(bar)
    return outcomes


def _run_unit(unit: Unit, out: Path, kernel) -> dict:
    """Execute one notebook and write its page; returns its entry in the manifest."""
    from opsbook.report import execute, kernels, pages

    path = notebook_path(unit.notebook)
    began = datetime.now(UTC)
    done = execute.execute(path, unit.parameters, kernel.name)
    how = kernels.used() if kernel.name == kernels.WARM else {"kernel": "cold", "reason": kernel.reason}
    folder = _folder(out, unit)
    about = {"name": unit.notebook, "lang": unit.lang, "store_name": unit.store_name, "week": unit.week}
    if done.error is None:
        page = pages.notebook_page(done.notebook, **about)
    else:
        page = pages.failure_page(done, **about, parameters=unit.parameters, command=_command(unit))
    _write(folder / f"{unit.notebook}.ipynb", nbformat.writes(done.notebook))
    _write(folder / f"{unit.notebook}.html", page)
    return {
        "status": "ok" if done.error is None else "failed",
        "error": done.error,
        "stamp": unit.stamp,
        "parameters": unit.parameters,
        "kernel": how,
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(done.seconds, 2),
    }


def _command(unit: Unit) -> str:
    """How to run one unit again."""
    return f"opsbook weekly --store {unit.store} --week {unit.week} --notebook {unit.notebook} --force"


def _write(path: Path, text: str) -> None:
    files.write(*files.locate(path), text.encode())


def _finish(units: list[Unit], outcomes: dict[Unit, dict], batch: Batch) -> None:
    """Manifest, metrics and index page of one store and week."""
    from opsbook.report import execute

    folder = _folder(batch.out, units[0])
    manifest = _manifest(folder)
    entries = manifest["notebooks"] | {unit.notebook: outcomes[unit] for unit in units if unit in outcomes}
    manifest = {
        "store": units[0].store,
        "week": f"{units[0].week}",
        "lang": units[0].lang,
        "opsbook": metadata.version("opsbook"),
        "packages": _packages(),
        "inputs": wh.inputs(units[0].store, units[0].week, batch.warehouse),
        "notebooks": dict(sorted(entries.items())),
    }
    recorded = {}
    for path in sorted(folder.glob("*.ipynb")):
        recorded |= execute.metrics(nbformat.read(path, as_version=4))
    head = {key: manifest[key] for key in ("store", "week", "lang")}
    _write(folder / "metrics.json", json.dumps(head | {"metrics": recorded}, ensure_ascii=False, indent=1))
    brief = folder / f"{NOTEBOOKS[0]}.html"
    if brief.exists():
        _write(folder / "index.html", brief.read_text("utf-8"))
    _write(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


def _packages() -> dict[str, str]:
    """The versions of Python and of everything that opsbook asks for."""
    names = sorted(
        {re.split(r"[^A-Za-z0-9._-]", text)[0] for text in metadata.requires("opsbook") if "extra ==" not in text}
    )
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in names}


def _write_index(out: Path) -> None:
    """`index.html` over every week and store on disk."""
    from opsbook.report import pages

    entries = []
    for path in sorted(out.glob("*/*/manifest.json")):
        manifest = json.loads(path.read_text("utf-8"))
        recorded = json.loads((path.parent / "metrics.json").read_text("utf-8"))["metrics"]
        entries.append(
            {
                **{key: manifest[key] for key in ("store", "week", "lang")},
                "metrics": recorded,
                "notebooks": {name: entry["status"] for name, entry in manifest["notebooks"].items()},
                "href": path.parent.relative_to(out).as_posix(),
            }
        )
    _write(out / "index.html", pages.reports_index(entries))
