"""Saving with a look first: the difference to the file is shown, and written when it is confirmed."""

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from opsbook.explore.choice import LAYOUT, STYLE, Choice, failure
from opsbook.explore.panel import Shown, call, panel
from opsbook.explore.saving import Proposal, rule_value, save, store_setting
from opsbook.explore.slices import Slice, slice_of
from opsbook.report.language import N_, translate

_PREVIEW, _WRITE = N_("Show what would change in the file"), N_("Save the change")
_SAVED = N_("Saved in {file}. All views now use it.")
_NOTHING = N_("{file} says so already: there is nothing to save.")
_SETTING, _VALUE = N_("Setting"), N_("New value")

CONFIDENCE = "keywords.confidence"  # the one setting here that is a rule, not a key of the store
_SETTINGS = {
    "value_per_inquiry_cny": N_("Value of an inquiry (CNY)"),
    "target_roi": N_("Target ROI (order value / cost)"),
    "gross_margin": N_("Gross margin (0 to 1)"),
    CONFIDENCE: N_("Confidence of the keyword decisions (0 to 1)"),
}


class Saver(widgets.VBox):
    """Two buttons: one shows the difference that `propose(slice)` makes, the other writes what was shown.

    Any move of the knobs or of the choice withdraws what was shown, so that nothing is written unseen.
    """

    def __init__(self, choice: Choice, propose: Callable[[Slice], Proposal], *knobs: widgets.Widget) -> None:
        self._choice, self._propose, self._shown = choice, propose, None
        self.preview = _button(_PREVIEW, self._preview)
        self.write = _button(_WRITE, self._write)
        self.result = widgets.HTML()
        self._withdraw()
        choice.observe(self._withdraw, "slice")
        for knob in knobs:
            knob.observe(self._withdraw, "value")
        super().__init__([widgets.HBox([self.preview, self.write], layout={"flex_flow": "row wrap"}), self.result])

    def _withdraw(self, change=None) -> None:
        self._shown, self.result.value = None, ""
        self.write.disabled, self.preview.disabled = True, self._choice.slice is None

    def _preview(self, button=None) -> None:
        self._withdraw()
        try:
            proposal = self._propose(self._choice.slice)
        except Exception as error:  # whatever is wrong with it is said here, and nothing can be saved
            self.result.value = failure(error)
            return
        self.result.value = difference(proposal)
        self._shown, self.write.disabled = proposal, not proposal.difference

    def _write(self, button=None) -> None:
        try:
            path = save(self._shown)
            here = self._choice.slice
            self._choice.slice = slice_of(here.store, here.week, here.warehouse, here.data)
            said = _said(translate(_SAVED).format(file=path.name))
        except Exception as error:
            said = failure(error)
        self._withdraw()
        self.result.value = said


def difference(proposal: Proposal) -> str:
    """The lines that would change, as HTML."""
    if not proposal.difference:
        return _said(translate(_NOTHING).format(file=proposal.path.name))
    return f'<div class="opsbook"><pre style="font-family: monospace">{escape(proposal.difference)}</pre></div>'


def setting(here: Slice, name: str, value: float) -> Proposal:
    """The proposal for one of the settings that the sliders move: a key of the store, or the confidence asked for."""
    return rule_value(here, name, value) if name == CONFIDENCE else store_setting(here, **{name: value})


def settings_panel(choice: Choice) -> widgets.VBox:
    """What was found with the sliders, kept: a setting, its new value, the difference to the file, and the writing."""
    names = [(translate(text), name) for name, text in _SETTINGS.items()]
    chosen = widgets.Dropdown(options=names, description=translate(_SETTING), style=STYLE, layout=LAYOUT)
    value = widgets.FloatText(description=translate(_VALUE), style=STYLE, layout=LAYOUT)

    def start(change=None) -> None:
        value.value = _known(choice.slice, chosen.value) if choice.slice else 0.0

    def show(here: Slice, setting: str, value: float) -> Shown:
        return Shown("", _code(here, setting, value))

    start()
    chosen.observe(start, "value")
    choice.observe(start, "slice")
    saver = Saver(choice, lambda here: setting(here, chosen.value, value.value), chosen, value)
    return widgets.VBox([panel(choice, {"setting": chosen, "value": value}, show), saver])


def _known(here: Slice, name: str) -> float:
    """What is in force now; 0 where it is unknown, which no setting can be."""
    found = here.book[name].value if name == CONFIDENCE else getattr(here.settings, name)
    return float(found or 0)


def _code(here: Slice, name: str, value: float) -> str:
    if name == CONFIDENCE:
        return call(rule_value, here, rule=name, value=value)
    return call(store_setting, here, settings=None).replace("settings=None", f"{name}={value!r}")


def _button(text: str, pressed: Callable) -> widgets.Button:
    button = widgets.Button(description=translate(text), layout={"width": "auto"})
    button.on_click(pressed)
    return button


def _said(text: str) -> str:
    return f'<div class="opsbook"><p role="status">{escape(text)}</p></div>'
