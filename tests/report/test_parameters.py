"""Parameters are read from the notebook's own cell and checked before a kernel starts."""

from pathlib import Path

import nbformat.v4 as nb
import pytest

from opsbook.report import parameters

CELL = """store: str = "shoes"  # store id
confidence: float = 0.8  # how sure a decision must be
weeks: int = 8  # weeks of history
order: Literal["ordered", "any"] = "ordered"  # order of steps
limit: float | None = None  # highest bid
"""


@pytest.fixture
def notebook(tmp_path) -> Path:
    path = tmp_path / "03_test.ipynb"
    cell = nb.new_code_cell(CELL, metadata={"tags": ["parameters"]})
    path.write_text(nb.writes(nb.new_notebook(cells=[cell])), "utf-8")
    return path


def test_names_types_defaults_and_help(notebook):
    declared = parameters.declared(notebook)
    assert list(declared) == ["store", "confidence", "weeks", "order", "limit"]
    assert declared["confidence"] == parameters.Parameter("confidence", "float", 0.8, "how sure a decision must be")


def test_text_from_the_command_line_gets_the_declared_type(notebook):
    given = {"confidence": "0.9", "weeks": "4", "order": "any", "limit": "3.5"}
    assert parameters.check(given, [notebook])[notebook] == {
        "confidence": 0.9,
        "weeks": 4,
        "order": "any",
        "limit": 3.5,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"confidnce": "0.9"}, "parameter 'confidnce' is unknown to 03_test; did you mean 'confidence'?"),
        ({"x": 1}, "parameter 'x' is unknown to 03_test; expected one of confidence, limit, order, store, weeks"),
        ({"weeks": "four"}, "parameter 'weeks' of 03_test: found 'four'; expected int, weeks of history"),
        ({"weeks": 2.5}, "parameter 'weeks' of 03_test: found 2.5; expected int, weeks of history"),
        ({"store": 3}, "parameter 'store' of 03_test: found 3; expected str, store id"),
        (
            {"order": "none"},
            "parameter 'order' of 03_test: found 'none'; expected Literal['ordered', 'any'], order of steps",
        ),
    ],
)
def test_a_wrong_parameter_is_one_line(notebook, given, message):
    with pytest.raises(ValueError) as error:
        parameters.check(given, [notebook])
    assert str(error.value) == message


def test_an_assignment_without_equals_sign():
    assert parameters.parse_assignments(["a=1=2"]) == {"a": "1=2"}
    with pytest.raises(ValueError, match="expected name=value"):
        parameters.parse_assignments(["a"])
