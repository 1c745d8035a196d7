"""The parameters of a notebook, read from its own `parameters` cell, and checked before a kernel starts."""

import ast
import difflib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

_NAMES = {"date": date, "Literal": Literal, "Path": Path, "Any": Any}


@dataclass(frozen=True)
class Parameter:
    """One line of a `parameters` cell: `confidence: float = 0.8  # how sure ...`."""

    name: str
    annotation: str
    default: Any
    help: str


@cache
def declared(notebook: Path) -> dict[str, Parameter]:
    """The parameters that a notebook declares, in order; its `parameters` cell is read, not run."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]  # the parser of notebooks takes longer to import
    sources = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    return {parameter.name: parameter for source in sources for parameter in _parse(source)}


def _parse(source: str) -> list[Parameter]:
    lines = source.splitlines()
    return [
        Parameter(
            name=node.target.id,
            annotation=ast.unparse(node.annotation),
            default=ast.literal_eval(node.value),
            help=lines[node.end_lineno - 1].partition("#")[2].strip(),
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    ]


def check(given: dict[str, Any], notebooks: list[Path]) -> dict[Path, dict[str, Any]]:
    """{notebook: its parameters with the right types} from what was given by name.

    A name that no notebook declares, or a value of the wrong type, is an error of one line.
    """
    known = {path: declared(path) for path in notebooks}
    names = sorted({name for parameters in known.values() for name in parameters})
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(names)}"
            raise ValueError(f"parameter {name!r} is unknown to {_titles(notebooks)}; {hint}")
    return {
        path: {name: _typed(parameters[name], value, path) for name, value in given.items() if name in parameters}
        for path, parameters in known.items()
    }


def _typed(parameter: Parameter, value: Any, notebook: Path) -> Any:
    """The value as the declared type; text from a command line may be read as a number."""
    adapter = TypeAdapter(
        eval(parameter.annotation, _NAMES.copy())
    )  # our own notebooks' annotations, not a user's text
    try:
        return adapter.validate_python(value)
    except ValidationError:
        where = f"parameter {parameter.name!r} of {notebook.stem}"
        raise ValueError(f"{where}: found {value!r}; expected {parameter.annotation}, {parameter.help}") from None


def _titles(notebooks: list[Path]) -> str:
    return notebooks[0].stem if len(notebooks) == 1 else "every notebook"


def parse_assignments(pairs: list[str]) -> dict[str, str]:
    """`name=value` texts as a dict."""
    for pair in pairs:
        if "=" not in pair:
            raise ValueError(f"parameter {pair!r}: expected name=value")
    return dict(pair.split("=", 1) for pair in pairs)
