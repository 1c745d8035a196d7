"""Funnel builder: which steps, in which order, within which time."""

from collections.abc import Sequence
from functools import partial

import ipywidgets as widgets
import pandas as pd

from opsbook.analysis import crm, funnel
from opsbook.explore.choice import LAYOUT, STYLE, Choice
from opsbook.explore.panel import Shown, call, panel, picture
from opsbook.explore.persons import events
from opsbook.explore.slices import Slice
from opsbook.report import cells, charts, findings
from opsbook.report.language import N_, translate

STEPS = ("inquiry", "quote", "deal")
PLACES = 5  # steps that can be chosen
DAYS = (1, 7, 14, 30, 60, 90, 180, 365)
ENTERED = 365  # persons whose first entry lies at most so many days back, as on the page on the private domain
COLUMNS = ["step", "people", "step_rate", "lower", "upper", "overall_rate", "median_days"]

_STEP, _NONE = N_("Step {number}"), N_("(none)")
_WINDOW, _DAYS, _UNLIMITED = N_("Within"), N_("{days} days of the first step"), N_("any time")
_ORDER = N_("Between the steps")
_ORDERS = {
    "ordered": N_("anything may happen"),
    "strict": N_("nothing else may happen"),
    "any": N_("the order does not matter"),
}


def funnel_of(
    here: Slice, steps: Sequence[str] = STEPS, days: int | None = 90, order: str = "ordered", entered: int = ENTERED
) -> pd.DataFrame:
    """Persons who took the first k steps (`funnel.funnel`), of those who first entered in the last `entered` days and
    whose window of `days` has ended; without a window nobody's has, and all who entered are counted.

    Events are those of `persons.events`.
    """
    log, window = events(here), None if days is None else f"{days}D"
    if steps:
        log = crm.mature(log, entry=steps[0], window=window or "0D", as_of=here.week, within=entered)
    return funnel.funnel(log, steps, window=window, order=order)


def funnel_panel(choice: Choice) -> widgets.VBox:
    """The widget: up to five steps in their order, the window, what may happen in between; the picture and table."""
    places = {f"step{number}": widgets.Dropdown() for number in range(1, PLACES + 1)}
    windows = [(translate(_DAYS).format(days=days), days) for days in DAYS]
    orders = [(translate(text), order) for order, text in _ORDERS.items()]
    controls = places | {
        "days": widgets.Dropdown(options=[*windows, (translate(_UNLIMITED), 0)], value=90),
        "order": widgets.Dropdown(options=orders),
    }
    names = [translate(_STEP).format(number=number) for number in range(1, PLACES + 1)]
    for name, control in zip([*names, translate(_WINDOW), translate(_ORDER)], controls.values(), strict=True):
        control.description, control.style, control.layout = name, STYLE, LAYOUT
    offer = partial(_offer, choice, list(places.values()))
    offer()
    choice.observe(offer, "slice")
    return panel(choice, controls, show)


def show(here: Slice, days: int, order: str, **places: str) -> Shown:
    """The funnel of the chosen steps (an empty place is none), within so many days (0: any time): bars and table."""
    touches = here.load("touch")
    if touches.empty and here.load("order").empty:
        return Shown(findings.needs("touch", touches).html)
    steps, window = tuple(filter(None, places.values())), days or None
    table = funnel_of(here, steps, window, order)
    shown = table.assign(step=table["step"].map(name), median_days=table["median_time"] / pd.Timedelta("1D"))
    drawn = picture(charts.funnel.steps(shown))
    return Shown(
        drawn + findings.table(shown, COLUMNS).html, call(funnel_of, here, steps=steps, days=window, order=order)
    )


def name(event: str) -> str:
    """An event in words: one of ours by its label, another kind of touch as the export calls it."""
    known = [column for column in (f"step.{event}", f"touch_kind.{event}") if cells.is_column(column)]
    return cells.label(known[0]) if known else cells.clean(event)


def _offer(choice: Choice, places: list[widgets.Dropdown], change=None) -> None:
    """The events of the store for every step; what was chosen stays where it can."""
    if choice.slice is None:
        return
    found = events(choice.slice)["event"].value_counts().index.tolist()
    offered = list(dict.fromkeys([*STEPS, *found]))
    options = [(translate(_NONE), ""), *((name(event), event) for event in offered)]
    for place, start in zip(places, [*STEPS, "", ""], strict=True):
        kept = place.value if place.options else start
        place.options = options
        place.value = kept if kept in offered else ""
