"""The widget of `drill`: three lists that open a group, a channel and a product, and the way back up."""

from datetime import timedelta
from functools import partial

import ipywidgets as widgets

from opsbook.analysis import attribution
from opsbook.explore import adverts
from opsbook.explore.choice import LAYOUT, STYLE, Choice
from opsbook.explore.drill_tables import CLICKS, drill, weeks_held
from opsbook.explore.panel import Shown, View, call, panel
from opsbook.explore.slices import Slice
from opsbook.report import cells, findings
from opsbook.report.language import N_, translate

LEVELS = ("root", "channel", "product")

#: What a table shows: of all groups, and of what each level opens.
_PERSONS = ["visitors", "visitors_then", "visits_change", "opportunities", "opportunities_then", "opportunities_change"]
_RATE = ["opportunity_rate", "lower", "upper"]
_EFFECTS = ["traffic_effect", "conversion_effect"]
COLUMNS = {
    None: ["root", "share", "entries", "entries_then", *_PERSONS[2:], *_EFFECTS],
    "root": ["channel", *_PERSONS, *_RATE, *_EFFECTS],
    "channel": ["title", *_PERSONS, *_RATE, *_EFFECTS],
    "product": ["keyword", "spend", "clicks", "clicks_then", "visits_change", "inquiries", "inquiries_then"]
    + ["opportunities_change", "rate", "lower", "upper"],
}
_TABLES = {None: "channel_traffic", "root": "channel_traffic"}
_TABLES |= {"channel": "product_performance", "product": "ad_keyword"}
_KEYS = {
    "root": ("root", "root"),
    "channel": ("channel", "channel_id"),
    "product": ("title", "product_id"),
}  # (name, id)

_LISTS = {"root": N_("Channel group"), "channel": N_("Channel"), "product": N_("Product")}
_ALL = N_("everything")
_TOP = N_("All traffic")
_BACK = N_("Back to {name}")


def drill_panel(choice: Choice) -> View:
    """The path as buttons, the three lists, and the table of what the last of them opens."""
    lists = {level: _list(level) for level in LEVELS}
    crumbs = widgets.HBox(
        [widgets.Button(layout={"width": "auto"}) for _ in (None, *LEVELS)], layout={"flex_flow": "row wrap"}
    )
    offer = partial(_offer, choice, lists, crumbs)
    offer(0)
    choice.observe(partial(offer, 0), "slice")
    for place, level in enumerate(LEVELS):
        lists[level].observe(partial(offer, place + 1), "value")
        crumbs.children[place].on_click(partial(_back_above, lists[level]))
    view = panel(choice, lists, show)
    view.children = (crumbs, *view.children)
    return view


def show(here: Slice, against: str, **path: str) -> Shown:
    """The table of the deepest level that is chosen, and what has to be known to read it."""
    level = next((level for level in reversed(LEVELS) if path[level]), None)
    needed = findings.needs(_TABLES[level], here.load(_TABLES[level]))
    if needed:
        return Shown(needed.html)
    opened = {} if level is None else {level: path[level]}
    table = drill(here, against, **opened)
    clicks = CLICKS.get(path["channel"]) if level == "channel" else None
    columns = COLUMNS[level][:1] + [clicks] * bool(clicks) + COLUMNS[level][1:]
    said = findings.say(_compared(here, against, _TABLES[level]), *_notes(here, level, clicks))
    return Shown(said.html + findings.table(table, columns).html, call(drill, here, against=against, **opened))


def _compared(here: Slice, against: str, table: str) -> dict:
    weeks = [f"{here.week - timedelta(weeks=ago)}" for ago in weeks_held(here, against, table)]
    return {"id": f"explore.compared_{min(len(weeks), 2)}", "weeks": weeks}


def _notes(here: Slice, level: str | None, clicks: str | None) -> list[dict | None]:
    if level == "channel":
        return [{"id": "explore.products_of_channel" if clicks else "explore.products_of_all"}]
    if level == "product":
        return [{"id": "explore.words_of_product"}, attribution.describe(adverts.attributed(here))]
    return []


def _offer(choice: Choice, lists: dict, crumbs: widgets.HBox, place: int, change=None) -> None:
    """Fill the list of a level with what the choice above it holds; those below it have nothing to offer yet."""
    for level in LEVELS[place:]:
        lists[level].options = [(translate(_ALL), "")]
    above = {level: lists[level].value for level in LEVELS[max(place - 1, 0) : place]}
    if choice.slice and place < len(LEVELS) and all(above.values()):
        lists[LEVELS[place]].options += tuple(_rows(choice, LEVELS[place], above))
    _name(lists, crumbs)


def _rows(choice: Choice, level: str, above: dict[str, str]) -> list[tuple[str, str]]:
    """The rows that a level can open: (name, id)."""
    try:
        table = drill(choice.slice, choice.against, **above)
    except Exception:  # the view says in its place what is wrong
        return []
    names, ids = (table[column] for column in _KEYS[level])
    labels = names.map(lambda name: cells.label(f"root.{name}") if level == "root" else cells.short(str(name)))
    return list(zip(labels, ids, strict=True))


def _name(lists: dict, crumbs: widgets.HBox) -> None:
    """A button for the top and for each chosen level; the last is where we are and leads nowhere."""
    chosen = [translate(_TOP), *(lists[level].label for level in LEVELS if lists[level].value)]
    for place, button in enumerate(crumbs.children):
        here = chosen[place] if place < len(chosen) else ""
        button.description, button.tooltip = here, translate(_BACK).format(name=here)
        button.disabled, button.layout.display = place >= len(chosen) - 1, None if here else "none"


def _back_above(deeper: widgets.Dropdown, button: widgets.Button) -> None:
    deeper.value = ""


def _list(level: str) -> widgets.Dropdown:
    options = [(translate(_ALL), "")]
    return widgets.Dropdown(options=options, description=translate(_LISTS[level]), style=STYLE, layout=LAYOUT)
