"""What stands in the folder of one store and week: which pages, made from what, when and how; and its figures."""

import json
from typing import Any

import fsspec

from opsbook import files
from opsbook.report import execute
from opsbook.report import plan as planning

BRIEF = planning.NOTEBOOKS[0]
NEEDED = ("store", "week", "lang", "notebooks")


def read(fs: fsspec.AbstractFileSystem, folder: str) -> dict[str, Any]:
    """The manifest of a folder; one without notebooks where there is none."""
    path = f"{folder}/manifest.json"
    return read_json(fs, path, NEEDED) or {"notebooks": {}}


def read_json(fs: fsspec.AbstractFileSystem, path: str, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """A JSON object with the keys needed; an empty dict where there is no file. A damaged file is an error."""
    try:
        content = json.loads(fs.cat_file(path))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(content, dict):
        raise _damaged(path, f"found {type(content).__name__}, expected a JSON object")
    if lacking := [key for key in needed if key not in content]:
        raise _damaged(path, f"without {', '.join(lacking)}")
    return content


def _damaged(path: str, why: str) -> ValueError:
    return ValueError(f"{path} is damaged ({why}); remove it, and run `opsbook weekly` for its store and week again")


def is_current(unit: planning.Unit, fs: fsspec.AbstractFileSystem, root: str) -> bool:
    """Whether the page was made from the same inputs, code and parameters, succeeded and is there.

    Where all notebooks were made and the folder not finished, its first is not: made again, it finishes the folder.
    """
    folder = f"{root}/{unit.place}"
    noted = read(fs, folder)
    done = noted["notebooks"].get(unit.notebook, {})
    wanted = [f"{unit.notebook}.html", f"{unit.notebook}.ipynb"]
    if unit.notebook == first(noted) and "finished" in noted:
        wanted += ["index.html", "metrics.json"]
        done = done if noted["finished"] else {}
    same = done.get("stamp") == unit.stamp and done.get("status") == "ok"
    return same and all(fs.exists(f"{folder}/{name}") for name in wanted)


def first(noted: dict[str, Any]) -> str:
    """The notebook that a reader of the folder sees first: the brief, or what comes first of the others."""
    notebooks = noted["notebooks"]
    return BRIEF if BRIEF in notebooks else min(notebooks, default="")


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
    if all(notebooks.get(name, {}).get("stamp") == stamp for name, stamp in _stamps(unit.store, batch).items()):
        manifest["finished"] = False  # until `finish` comes to its end
    _write_json(fs, f"{folder}/manifest.json", manifest)


def _stamps(store: str, batch: planning.Batch) -> dict[str, str]:
    return {unit.notebook: unit.stamp for unit in batch.units if unit.store == store}


def finish(unit: planning.Unit, batch: planning.Batch) -> None:
    """The figures, the first page and the hand-over of a store's week, from the notebooks that are there.

    Noted last of all: a folder that stays not `finished` was left by a batch that was stopped or found no more room.
    """
    fs, root = files.locate(batch.out)
    folder = f"{root}/{unit.place}"
    manifest = read(fs, folder)
    recorded = {}
    for name, entry in manifest["notebooks"].items():
        if entry["status"] == "ok":
            noted = execute.metrics(read_json(fs, f"{folder}/{name}.ipynb") or {"cells": []})
            recorded = noted | recorded  # the brief comes first, and its figures are the week's
    head = {key: manifest[key] for key in ("store", "week", "lang")}
    _write_json(fs, f"{folder}/metrics.json", head | {"metrics": recorded})
    files.write(fs, f"{folder}/index.html", fs.cat_file(f"{folder}/{first(manifest)}.html"))
    hand_over(unit, batch, recorded)
    _write_json(fs, f"{folder}/manifest.json", manifest | {"finished": True})


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
