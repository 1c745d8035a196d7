"""One view: its controls, what they show, and the line of code that shows the same; errors are shown in place."""

import asyncio
import base64
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
import traitlets
from matplotlib.axes import Axes

from opsbook.explore.choice import Choice, failure, output
from opsbook.explore.slices import Slice, slice_of
from opsbook.report.charts import pictures
from opsbook.report.language import N_, translate

PAUSE = 0.05  # seconds without another move before a view answers: a held key makes one answer, not thirty

_COPY = N_("Copy as code")


@dataclass(frozen=True)
class Shown:
    """What a view shows: HTML without scripts, the line of code that gives the same numbers, and a table with them."""

    html: str
    code: str = ""
    table: str = ""  # HTML with scripts, for a table to sort and search


class View(widgets.VBox):
    """The controls, what they show, and below it the line to copy; `code` is that line."""

    code = traitlets.Unicode()


def panel(choice: Choice, controls: dict[str, widgets.Widget], show: Callable[..., Shown]) -> View:
    """The controls above what `show(slice, **values)` makes of their values, again after every move.

    `show` takes the values of the controls by name, and `against` if it names it. A view never raises: an error is one
    line where the result would be.
    """
    html, line, table = widgets.HTML(), widgets.HTML(), widgets.Output()  # of an Output only `outputs` is set
    view = View([*controls.values(), html, table, line])
    compares = "against" in inspect.signature(show).parameters

    def redraw() -> None:
        values = {name: control.value for name, control in controls.items()}
        values |= {"against": choice.against} if compares else {}
        shown = attempt(show, choice.slice, **values) if choice.slice else Shown("")
        html.value, view.code = f'<div class="opsbook">{shown.html}</div>', shown.code
        table.outputs, line.value = output(shown.table), _copy(shown.code)

    again = debounced(redraw)
    choice.observe(again, ["slice", "against"] if compares else "slice")
    for control in controls.values():
        control.observe(again, "value")
    redraw()
    return view


def attempt(show: Callable[..., Shown], *args: Any, **values: Any) -> Shown:
    """What a view shows, or its error on one line in its place."""
    try:
        return show(*args, **values)
    except Exception as error:  # whatever it is, the other controls go on working
        return Shown(failure(error))


def debounced(run: Callable[[], None]) -> Callable[..., None]:
    """Call `run` once when the moves have paused, however many there were; at once where no event loop runs."""
    waiting: list[asyncio.TimerHandle] = []

    def move(change=None) -> None:
        while waiting:
            waiting.pop().cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            run()
        else:
            waiting.append(loop.call_later(PAUSE, run))

    return move


def call(function: Callable, here: Slice, **values: Any) -> str:
    """The line of Python that calls a function of `explore` on this slice; values that are its defaults are left out.

    >>> from datetime import date
    >>> call(panel, Slice("shoes", date(2026, 9, 19)), controls={})
    "explore.panel(explore.slice_of('shoes', '2026-09-19'), controls={})"
    """
    default = {name: item.default for name, item in inspect.signature(function).parameters.items()}
    given = [f"{name}={value!r}" for name, value in values.items() if value != default[name]]
    places = inspect.signature(slice_of).parameters
    own = {name: getattr(here, name) for name in ("warehouse", "data")}
    where = [f"{name}={value!r}" for name, value in own.items() if value != places[name].default]
    start = f"explore.slice_of({', '.join([repr(here.store), repr(f'{here.week}'), *where])})"
    return f"explore.{function.__name__}({', '.join([start, *given])})"


def picture(ax: Axes | None) -> str:
    """A chart as HTML with its alt text, nothing for none; the figure is closed."""
    if ax is None:
        return ""
    drawn, alt = pictures.picture(ax.figure), escape(pictures.alt_text(ax.figure))
    plt.close(ax.figure)
    if isinstance(drawn, str):
        return f'<div role="img" aria-label="{alt}">{drawn}</div>'
    return f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(drawn).decode()}">'


def _copy(code: str) -> str:
    if not code:
        return ""
    field = f'<input readonly value="{escape(code)}" onfocus="this.select()" spellcheck="false">'
    return f'<label class="opsbook code">{escape(translate(_COPY))} {field}</label>'
