"""The choice that all views share: a store, one of its weeks, and what the week is compared with."""

from html import escape
from importlib.resources import files
from pathlib import Path

import ipywidgets as widgets
import traitlets

from opsbook.explore.datatable import library
from opsbook.explore.slices import DATA, WAREHOUSE, Slice, slice_of
from opsbook.intake import stores
from opsbook.intake import warehouse as wh
from opsbook.report.language import N_, translate

#: How many weeks ago the weeks lie that a week is compared with; of several their mean.
COMPARISONS: dict[str, tuple[int, ...]] = {
    N_("the week before"): (1,),
    N_("the mean of the four weeks before"): (1, 2, 3, 4),
    N_("the same week a year before"): (52,),
}

_STORE, _WEEK, _AGAINST = N_("Store"), N_("Week to"), N_("Compared with")
_NOTHING = N_("The warehouse holds no week of any store yet: run `opsbook import PATH --store NAME` first.")
_FAILED = N_("This view failed: {error}")

#: The same for every control, so that they stand under each other; on a phone as wide as the page.
STYLE, LAYOUT = {"description_width": "16em"}, {"width": "40em", "max_width": "100%"}


class Choice(widgets.VBox):
    """Three lists; `slice` is what they choose (None while there is nothing), `against` a key of COMPARISONS."""

    slice = traitlets.Instance(Slice, allow_none=True)
    against = traitlets.Unicode(next(iter(COMPARISONS)))

    def __init__(self, warehouse: str = WAREHOUSE, data: str = DATA) -> None:
        self._places = warehouse, data
        held = [store for store in wh.stores(warehouse) if wh.weeks_held(store, warehouse)]
        self.store, self.week = _list(_STORE, _named(held, data)), _list(_WEEK, [])
        compared = _list(_AGAINST, [(translate(name), name) for name in COMPARISONS])
        self.problem = widgets.HTML("" if held else _block(translate(_NOTHING)))
        lists = [self.store, self.week, compared] if held else []
        look = [widgets.HTML(_part("views.css", "style"), layout={"display": "none"})]
        scripts = widgets.Output(outputs=output(library() + _part("views.js", "script")))
        super().__init__([*look, *lists, self.problem, scripts])
        if held:
            self._offer_weeks()
            self.store.observe(self._offer_weeks, "value")
            self.week.observe(self._open, "value")
            widgets.link((compared, "value"), (self, "against"))

    def _offer_weeks(self, change=None) -> None:
        """The weeks of the store, the newest first and chosen."""
        weeks = wh.weeks_held(self.store.value, self._places[0])[::-1]
        self.week.options = [(f"{week}", week) for week in weeks]
        self.week.value = weeks[0]
        self._open()

    def _open(self, change=None) -> None:
        if self.week.value is None:  # another store's weeks are just being put in
            return
        try:
            self.slice = slice_of(self.store.value, self.week.value, *self._places)
            self.problem.value = ""
        except Exception as error:  # the lists stay, so that another week can be chosen
            self.slice, self.problem.value = None, failure(error)


def choose(warehouse: str = WAREHOUSE, data: str = DATA) -> Choice:
    """The lists of stores, weeks and comparisons, to be given to every panel."""
    return Choice(warehouse, data)


def failure(error: Exception) -> str:
    """An error as one line of HTML, to stand where the result would be."""
    text = " ".join(str(error).split()) or type(error).__name__
    return _block(translate(_FAILED).format(error=text), ' role="alert"')


def output(html: str) -> tuple[dict, ...]:
    """HTML with scripts as the outputs of an Output widget: nothing is captured, so nothing can hang."""
    data = {"text/html": html, "text/plain": ""}
    return ({"output_type": "display_data", "data": data, "metadata": {}},) if html else ()


def _part(file: str, tag: str) -> str:
    """The look of the views (in the colours of JupyterLab's theme), or the names of their sliders."""
    return f"<{tag}>{files(__package__).joinpath(file).read_text('utf-8')}</{tag}>"


def _block(text: str, role: str = "") -> str:
    return f'<div class="opsbook"><p class="needs"{role}>{escape(text)}</p></div>'


def _list(name: str, options: list) -> widgets.Dropdown:
    return widgets.Dropdown(options=options, description=translate(name), style=STYLE, layout=LAYOUT)


def _named(held: list[str], data: str) -> list[tuple[str, str]]:
    known = stores.load(Path(data) / "stores.toml")
    return [(known[store].name if store in known else store, store) for store in held]
