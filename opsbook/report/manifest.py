"""What stands in the folder of one store and week: which pages, made from what, when and how; and its figures."""

import json
from typing import Any

import fsspec

from opsbook import files
from opsbook.report import execute
from opsbook.report import plan as planning

BRIEF = planning.NOTEBOOKS[0]


def read(fs: fsspec.AbstractFileSystem, folder: str) -> dict[str, Any]:
    """The manifest of a folder; one without notebooks where there is none."""
    return read_json(fs, f"{folder}/manifest.json") or {"notebooks": {}}


def read_json(fs: fsspec.AbstractFileSystem, path: str) -> dict[str, Any]:
    """A JSON file; an empty dict where there is none."""
    try:
        return json.loads(fs.cat_file(path))
    except FileNotFoundError:
        return {}


def is_current(unit: planning.Unit, fs: fsspec.AbstractFileSystem, root: str) -> bool:
    """Whether the page was made from the same inputs, code and parameters, and succeeded."""
    folder = f"{root}/{unit.place}"
    done = read(fs, folder)["notebooks"].get(unit.notebook, {})
    same = done.get("stamp") == unit.stamp and done.get("status") == "ok"
    return same and fs.exists(f"{folder}/{unit.notebook}.html")


def record(unit: planning.Unit, entry: dict[str, Any], batch: planning.Batch) -> None:
    """Note one finished notebook: what is noted is not run again, however the batch ends."""
    fs, root = files.locate(batch.out)
    folder = f"{root}/{unit.place}"
    notebooks = read(fs, folder)["notebooks"] | {unit.notebook: entry}
    manifest = {
        "store": unit.store,
        "store_name": unit.store_name,
        "week": f"{unit.week}",
        "lang": unit.lang,
        "opsbook": planning.metadata.version("opsbook"),
        "code": planning.code(),
        "packages": planning.packages(),
        "inputs": batch.inputs[unit.store],
        "notebooks": dict(sorted(notebooks.items())),
    }
    _write_json(fs, f"{folder}/manifest.json", manifest)


def finish(unit: planning.Unit, batch: planning.Batch) -> None:
    """The figures, the first page and the hand-over of a store's week, from the notebooks that are there."""
    fs, root = files.locate(batch.out)
    folder = f"{root}/{unit.place}"
    manifest = read(fs, folder)
    recorded = {}
    for name, entry in manifest["notebooks"].items():
        if entry["status"] == "ok":
            noted = execute.metrics(read_json(fs, f"{folder}/{name}.ipynb"))
            recorded = noted | recorded  # the brief comes first, and its figures are the week's
    head = {key: manifest[key] for key in ("store", "week", "lang")}
    _write_json(fs, f"{folder}/metrics.json", head | {"metrics": recorded})
    first = BRIEF if BRIEF in manifest["notebooks"] else min(manifest["notebooks"])
    files.write(fs, f"{folder}/index.html", fs.cat_file(f"{folder}/{first}.html"))
    hand_over(unit, batch, recorded)


def hand_over(unit: planning.Unit, batch: planning.Batch, recorded: dict[str, Any]) -> None:
    """What the week's actions become beside the page: files for people, and entries in the action log."""
    if not {"actions", "summary"} <= recorded.keys():
        return
    from opsbook.report import action_log, handoff

    place = f"{batch.out.rstrip('/')}/{unit.place}"
    handoff.write(place, recorded, store_name=unit.store_name, week=unit.week, lang=unit.lang)
    action_log.append(unit.store, unit.week, recorded["actions"], batch.warehouse)


def _write_json(fs: fsspec.AbstractFileSystem, path: str, content: dict[str, Any]) -> None:
    files.write(fs, path, json.dumps(content, ensure_ascii=False, indent=1).encode())
