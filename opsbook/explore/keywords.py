"""Keywords: move the value of an inquiry, the return and confidence wanted, and the budget, and see what follows."""

import math
from functools import lru_cache, partial

import ipywidgets as widgets
import pandas as pd

from opsbook.analysis import ad_words, bid_caps, bid_moves, bid_plan, keywords
from opsbook.explore import adverts, posterior
from opsbook.explore.choice import LAYOUT, STYLE, Choice
from opsbook.explore.datatable import datatable, written
from opsbook.explore.panel import Shown, View, call, panel, picture
from opsbook.explore.slices import Slice
from opsbook.report import findings
from opsbook.report.language import N_, translate

COLUMNS = [
    "keyword",
    "decision",
    "prob_loss",
    "spend",
    "clicks",
    "inquiries",
    "rate_lower",
    "rate_upper",
    "cpc",
    "cap",
    "cautious_cap",
    "weekly_spend",
    "weekly_budget",
    "bid_move",
]
LISTED = keywords.DECISIONS[:-1]  # `add` is for words that are not advertised yet
MOVES = 8  # of the sliders whose results are kept: another budget needs no new decisions
LOWEST_VALUE, HIGHEST_VALUE = 10, 10_000  # CNY an inquiry: where the slider ends

_CONTROLS = {
    "value": N_("Value of an inquiry (CNY)"),
    "target_roi": N_("Target ROI (value / spend)"),
    "confidence": N_("Confidence for a pause"),
    "budget": N_("Budget a week (CNY)"),
    "decision": N_("Words to list"),
    "word": N_("Word to draw"),
}
_ALL = N_("everything")


def decisions(
    here: Slice, value: float, target_roi: float = 1.0, confidence: float = 0.8, budget: float = 0.0
) -> pd.DataFrame:
    """What to do with each advertised word, what a click of it is worth, and its part of next week's budget.

    `keywords.decide` by the `value` of an inquiry and the `confidence`, `bid_caps.caps` by the value and the
    `target_roi` (value of the inquiries / spend), `bid_plan.plan` by all of them and the `budget` (CNY a week; 0 = what
    all words spend now). One row per word and plan, those first at which most money is at stake.
    """
    decided, capped = _decided(here, value, confidence), _capped(here, value, confidence, target_roi)
    wanted = {"target_roi": target_roi, "budget": budget, "rules": here.book}
    planned = bid_plan.plan(capped, adverts.simulated(here), adverts.response(here), **wanted)
    added = planned.columns.difference(decided.columns, sort=False)
    return ad_words.by_stake(decided.join(adverts.posteriors(here)[["alpha", "beta"]]).join(planned[added]))


@lru_cache(MOVES)
def _decided(here: Slice, value: float, confidence: float) -> pd.DataFrame:
    return keywords.decide(adverts.words(here), value, confidence)


@lru_cache(MOVES)
def _capped(here: Slice, value: float, confidence: float, target_roi: float) -> pd.DataFrame:
    decided, weeks = _decided(here, value, confidence), ad_words.weeks_covered(adverts.settled(here))
    wanted = {"weeks": weeks, "target_roi": target_roi, "rules": here.book}
    return bid_caps.caps(decided, adverts.posteriors(here), value, adverts.bids(here), **wanted)


def first_value(here: Slice) -> float:
    """Where the slider of the value starts: at the known value, else at what an inquiry costs in this table.

    Without either at its lowest; always between its ends.
    """
    words = adverts.words(here)
    spend, inquiries = words["spend"].sum(), words["inquiries"].sum()
    value = adverts.known_value(here) or (spend / inquiries if inquiries > 0 else LOWEST_VALUE)
    return float(min(max(value, LOWEST_VALUE), HIGHEST_VALUE))


def keyword_panel(choice: Choice) -> View:
    """The sliders above the decisions on all words, with what is known of one of them drawn."""
    controls = _controls()
    start = partial(_start, choice, controls)
    start()
    choice.observe(start, "slice")
    return panel(choice, controls, show)


def show(
    here: Slice, value: float, target_roi: float, confidence: float, budget: float, decision: str, word: str
) -> Shown:
    """Sentences and the picture of one word; the table of all words, or of those with one decision."""
    knobs = {"value": value, "target_roi": target_roi, "confidence": confidence, "budget": budget}
    knobs = {name: round(knob, 2) for name, knob in knobs.items()}
    table = decisions(here, **knobs)
    if table.empty:
        return Shown(findings.needs("ad_keyword", table).html)
    moves = bid_moves.summary(table, adverts.response(here), knobs["target_roi"], knobs["budget"])
    said = findings.say(_counts(table), keywords.summary(table), moves).html
    code = call(decisions, here, **knobs) + (f'.query("decision == {decision!r}")' if decision else "")
    listed = table[table["decision"] == decision] if decision else table
    return Shown(said + _word(table, word), code, datatable(listed, COLUMNS, "opsbook-keywords"))


def _counts(table: pd.DataFrame) -> dict:
    """How many words there are of each decision, as a message."""
    return {"id": "explore.decisions"} | table["decision"].value_counts().reindex(LISTED, fill_value=0).to_dict()


def names(table: pd.DataFrame) -> pd.Series:
    """The words; one that stands in several plans with its plan."""
    several = table["keyword"].duplicated(keep=False)
    return table["keyword"].where(~several, table["keyword"] + " | " + table["campaign"].fillna(""))


def _word(table: pd.DataFrame, word: str) -> str:
    """Picture and evidence of one word."""
    chosen = table[names(table) == word]
    if chosen.empty:
        return ""
    row = chosen.iloc[0]
    known = posterior.says(row) if pd.notna(row["rate"]) else None
    return findings.say(known, row["evidence"]).html + picture(posterior.density(chosen.head(1)))


def _controls() -> dict[str, widgets.Widget]:
    ends = {"min": math.log10(LOWEST_VALUE), "max": math.log10(HIGHEST_VALUE)}
    controls = {
        "value": widgets.FloatLogSlider(**ends, step=0.01, readout_format=",.0f", continuous_update=False),
        "target_roi": widgets.FloatSlider(1.0, min=0.1, max=10, step=0.1, continuous_update=False),
        "confidence": widgets.FloatSlider(0.8, min=0.5, max=0.99, step=0.01, continuous_update=False),
        "budget": widgets.FloatSlider(0, readout_format=",.0f", continuous_update=False),
        "decision": widgets.Dropdown(
            options=[(translate(_ALL), ""), *((written(name, "decision", "code"), name) for name in LISTED)]
        ),
        "word": widgets.Combobox(ensure_option=True, continuous_update=False),
    }
    for name, control in controls.items():
        control.description, control.style, control.layout = translate(_CONTROLS[name]), STYLE, LAYOUT
    return controls


def _start(choice: Choice, controls: dict[str, widgets.Widget], change=None) -> None:
    """Begin where the store stands: its value of an inquiry, target and spend, the word at which most is at stake."""
    if choice.slice is None:
        return
    try:
        value = first_value(choice.slice)
        table = decisions(choice.slice, value)
    except Exception:  # the view says in its place what is wrong
        return
    settings, word = choice.slice.settings, controls["word"]
    word.value = ""  # the words of another store are no options any more
    word.options = names(table).dropna().tolist()
    word.value = next(iter(word.options), "")
    controls["value"].value = value
    controls["confidence"].value = choice.slice.book["keywords.confidence"].value
    target = bid_caps.value_target(settings.target_roi, settings.gross_margin)
    controls["target_roi"].max = max(10, target)
    controls["target_roi"].value = target
    _span(controls["budget"], float(table["weekly_spend"].sum()))


def _span(slider: widgets.FloatSlider, now: float) -> None:
    """From a tenth to twice of what is spent now, where the slider starts."""
    slider.min, slider.max, slider.disabled = 0, max(2 * now, 1), now == 0
    slider.step = slider.max / 200
    slider.value, slider.min = now, now / 10
