"""`explore.ipynb`: every cell makes a view of one choice, and nbval knows which of them to compare."""

from pathlib import Path

import ipywidgets as widgets
import nbformat
import pytest

from opsbook import explore

ROOT = Path(__file__).parents[2]
CELLS = [cell for cell in nbformat.read(ROOT / "notebooks" / "explore.ipynb", as_version=4).cells if cell.source]
CODE = [cell for cell in CELLS if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def shown(sample_warehouse):
    """What each cell after the set-up shows, by its last line."""
    names, values = {}, {}
    for cell in CODE:
        *lines, last = cell.source.splitlines()
        exec("\n".join(lines), names)
        if set(cell.metadata.get("tags", ())) & {"parameters", "setup"}:
            exec(last, names)
            names |= {"warehouse": sample_warehouse, "data": str(ROOT / "data")}
        else:
            values[last] = eval(last, names)
    return values


def test_every_panel_is_shown_and_follows_the_one_choice(shown):
    panels = {line for line, value in shown.items() if isinstance(value, widgets.Widget)}
    assert {"choice", "traffic", "words"} < panels and len(panels) == 7
    shown["choice"].store.value = "shoes"
    assert "'shoes'" in shown["traffic"].code and "'shoes'" in shown["words"].code


def test_widgets_are_run_but_not_compared_and_texts_are(shown):
    for cell in CODE[2:]:
        is_widget = isinstance(shown[cell.source.splitlines()[-1]], widgets.Widget)
        assert ("nbval-ignore-output" in cell.metadata.get("tags", ())) == is_widget
        assert bool(cell.outputs) != is_widget  # ids of widgets are new in every run: nothing of them is kept


def test_every_code_cell_follows_its_question():
    kinds = [(cell.cell_type, cell.source[:3] == "## ") for cell in CELLS[3:]]
    assert kinds == [("markdown", True), ("code", False)] * (len(kinds) // 2)


def test_the_lines_that_are_kept_are_those_of_the_sample(sample_warehouse):
    choice = explore.choose(sample_warehouse, str(ROOT / "data"))
    kept = "".join(CODE[-1].outputs[0]["data"]["text/plain"])
    for made in (explore.drill_panel(choice).code, explore.keyword_panel(choice).code):
        places = f", warehouse={sample_warehouse!r}, data={str(ROOT / 'data')!r}"
        assert made.replace(places, "") in kept
