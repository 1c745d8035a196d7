"""A view answers every move, shows its errors in place, and hands out the line that gives the same."""

import asyncio
import re
from html import unescape

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest

from opsbook import explore
from opsbook.explore import panel as views
from opsbook.explore.panel import Shown


def parts(panel: widgets.VBox) -> tuple:
    """HTML, outputs of the table, and the line of code of a view."""
    *_, html, table, code = panel.children
    return html.value, table.outputs, code.value


def line(panel: widgets.VBox) -> str:
    return unescape(re.search(r'value="([^"]*)"', parts(panel)[2])[1])


def repeated(here, word="a", times=1):
    """What the view below shows."""
    return f"{here.store} {word * times}"


def show(here, word, times) -> Shown:
    if times == 13:
        raise ValueError("13 is\nno number <of mine>")
    shown = repeated(here, word, times)
    return Shown(shown, views.call(repeated, here, word=word, times=times), f"<script>{shown}</script>")


@pytest.fixture
def knobs():
    return {"word": widgets.Text("a"), "times": widgets.IntSlider(1)}


def test_it_answers_every_move_of_knobs_and_choice(choice, knobs):
    panel = views.panel(choice, knobs, show)
    assert parts(panel)[0] == '<div class="opsbook">shoes a</div>'
    knobs["times"].value = 3
    assert "shoes aaa" in parts(panel)[0]
    knobs["word"].value = "b"
    choice.store.value = "home"
    assert "home bbb" in parts(panel)[0]
    assert parts(panel)[1][0]["data"]["text/html"] == "<script>home bbb</script>"


def test_an_error_stands_in_place_and_goes_with_the_next_move(choice, knobs):
    panel = views.panel(choice, knobs, show)
    knobs["times"].value = 13
    html, table, code = parts(panel)
    assert "This view failed: 13 is no number &lt;of mine&gt;" in html and html.count("\n") == 0
    assert table == () and code == ""
    knobs["times"].value = 2
    assert "failed" not in parts(panel)[0] and "shoes aa" in parts(panel)[0]


def test_a_failing_start_leaves_a_view(choice, knobs):
    knobs["times"].value = 13
    assert "This view failed" in parts(views.panel(choice, knobs, show))[0]


def test_only_a_view_that_names_it_is_told_the_comparison(choice):
    moves = []
    views.panel(choice, {}, lambda here, against: moves.append(against) or Shown(""))
    views.panel(choice, {}, lambda here: moves.append(here.store) or Shown(""))
    choice.against = "the same week a year before"
    assert moves == ["the week before", "shoes", "the same week a year before"]


def test_without_a_slice_nothing_is_shown(tmp_path):
    panel = views.panel(explore.choose(str(tmp_path), str(tmp_path)), {}, show)
    assert parts(panel) == ('<div class="opsbook"></div>', (), "")


def test_the_line_of_code_gives_what_is_shown(choice, knobs, monkeypatch):
    monkeypatch.setattr(explore, "repeated", repeated, raising=False)
    panel = views.panel(choice, knobs, show)
    for word in ("a", "it's", 'say "x"', "\\n", "鞋"):
        knobs["word"].value, knobs["times"].value = word, 2
        assert eval(line(panel), {"explore": explore}) == f"shoes {word * 2}"
        assert panel.code == line(panel)


def test_values_that_are_defaults_are_left_out(choice):
    here = choice.slice
    assert views.call(repeated, here, word="a", times=1).endswith("))")
    assert views.call(repeated, here, word="a", times=2).endswith("), times=2)")
    own = explore.slices.Slice("shoes", here.week)
    assert views.call(repeated, own) == "explore.repeated(explore.slice_of('shoes', '2026-09-19'))"
    assert f"warehouse={here.warehouse!r}, data={here.data!r}" in views.call(repeated, here)


def test_many_quick_moves_make_one_answer():
    answers = []
    move = views.debounced(lambda: answers.append("answer"))

    async def hold_a_key():
        for _ in range(30):
            move()
            await asyncio.sleep(0.001)
        assert answers == []
        await asyncio.sleep(2 * views.PAUSE)
        assert answers == ["answer"]
        move()
        await asyncio.sleep(2 * views.PAUSE)

    asyncio.run(hold_a_key())
    assert answers == ["answer", "answer"]


def test_without_a_loop_it_answers_at_once():
    answers = []
    move = views.debounced(lambda: answers.append(1))
    move()
    move()
    assert answers == [1, 1]


def test_the_field_to_copy_from_cannot_be_written_to():
    assert re.search(r"<label[^>]*>Copy as code <input readonly ", views._copy("x"))


def test_a_picture_has_its_alternative_text_and_leaves_no_figure_open():
    before = plt.get_fignums()
    ax = plt.subplots()[1]
    ax.set_label('two "words"')
    assert 'role="img" aria-label="two &quot;words&quot;"><svg' in views.picture(ax)
    assert views.picture(None) == "" and plt.get_fignums() == before


def test_a_large_picture_is_a_bitmap():
    ax = plt.subplots()[1]
    ax.scatter(range(3000), range(3000))
    assert views.picture(ax).startswith('<img alt="A chart without a description." src="data:image/png;base64,')
