"""Keywords: move a threshold and see the decisions change, by the functions of the report."""

import base64
import math
from datetime import date
from functools import partial
from html import escape
from pathlib import Path

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from opsbook.analysis import ad_words, attribution, keywords, rules
from opsbook.intake import stores
from opsbook.intake import warehouse as wh
from opsbook.report import charts, findings
from opsbook.report.charts import pictures
from opsbook.report.language import N_, translate

COLUMNS = [
    "keyword",
    "decision",
    "spend",
    "clicks",
    "inquiries",
    "rate_lower",
    "rate_upper",
    "prob_loss",
    "expected_profit",
]
WEEKS = 8  # of clicks on which the decisions rest, as in the keyword notebook
LOWEST_VALUE, HIGHEST_VALUE = 10, 10_000  # CNY an inquiry: where the slider ends

_CONTROLS = {
    "store": N_("Store"),
    "week": N_("Week to"),
    "confidence": N_("Pause above a chance of a loss of"),
    "value": N_("Value of an inquiry (CNY)"),
}
_NOTHING = N_("The warehouse holds no week of any store yet: run `opsbook import PATH --store NAME` first.")


def advertised_words(store: str, week: date, warehouse: str, data: str) -> pd.DataFrame:
    """What each advertised word cost and brought over the settled days of the last weeks, one row per word and plan."""
    load = partial(wh.load, store=store, week=week, weeks=WEEKS, warehouse=warehouse)
    book = rules.load(week, Path(data) / "rules.toml")
    adverts, plans = load("ad_keyword"), load("ad_campaign")
    same_plans = plans[plans["campaign"].isin(adverts["campaign"])]
    unit = attribution.check_unit(adverts, same_plans["spend"].sum(min_count=1))
    rows = attribution.in_yuan(adverts, unit)
    return ad_words.totals(ad_words.settled(rows, load("product_performance"), data_up_to=week, rules=book), rules=book)


def known_value(store: str, week: date, warehouse: str, data: str) -> float | None:
    """The value of an inquiry in CNY: as stated for the store, or the middle of its estimate from orders; else None."""
    load = partial(wh.load, store=store, week=week, weeks=WEEKS, warehouse=warehouse)
    entry = stores.get(store, Path(data) / "stores.toml")
    known = {"stated": entry.value_per_inquiry_cny, "margin": entry.gross_margin, "cny_per_usd": entry.cny_per_usd}
    return attribution.middle(attribution.estimate_value(load("order"), load("store_kpi"), **known))


def first_value(words: pd.DataFrame, known: float | None) -> float:
    """Where the slider of the value starts: at the known value, else at what an inquiry costs in this table.

    Without either at its lowest; always between its ends.
    """
    spend, inquiries = words["spend"].sum(), words["inquiries"].sum()
    value = known or (spend / inquiries if inquiries > 0 else LOWEST_VALUE)
    return float(min(max(value, LOWEST_VALUE), HIGHEST_VALUE))


def decisions_html(words: pd.DataFrame, value: float, confidence: float) -> str:
    """What the widget shows: findings, picture and table of the keyword decisions under these two thresholds."""
    if words.empty:
        return findings.needs("ad_keyword", words).html
    decided = keywords.decide(words, value, confidence)
    ax = charts.keywords.spend_against_inquiries(decided)
    picture = figure_html(ax.figure) if ax else ""
    return (
        findings.say(keywords.summary(decided)).html
        + picture
        + findings.table(ad_words.by_stake(decided), COLUMNS).html
    )


def figure_html(figure: Figure) -> str:
    """A figure as HTML with its alt text; the figure is closed."""
    picture, alt = pictures.picture(figure), escape(pictures.alt_text(figure))
    plt.close(figure)
    if isinstance(picture, str):
        return f'<div role="img" aria-label="{alt}">{picture}</div>'
    return f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(picture).decode()}">'


def keyword_panel(warehouse: str = "../data/warehouse", data: str = "../data") -> widgets.Widget:
    """The widget: a store, one of its weeks, the value of an inquiry, the confidence; below, the keyword decisions."""
    held = [store for store in wh.stores(warehouse) if wh.weeks_held(store, warehouse)]
    if not held:
        return widgets.HTML(escape(translate(_NOTHING)))
    controls, shown = _controls(held, data), widgets.HTML()
    choose_store = partial(_choose_store, controls, warehouse, data)
    redraw = partial(_redraw, controls, shown, warehouse, data)
    choose_store()
    redraw()
    controls["store"].observe(choose_store, "value")
    for control in controls.values():
        control.observe(redraw, "value")
    return widgets.VBox([*controls.values(), shown])


def _controls(held: list[str], data: str) -> dict[str, widgets.Widget]:
    known = stores.load(Path(data) / "stores.toml")
    ends = {"min": math.log10(LOWEST_VALUE), "max": math.log10(HIGHEST_VALUE)}
    controls = {
        "store": widgets.Dropdown(options=[(known[store].name if store in known else store, store) for store in held]),
        "week": widgets.Dropdown(),
        "confidence": widgets.FloatSlider(0.8, min=0.5, max=0.99, step=0.01, continuous_update=False),
        "value": widgets.FloatLogSlider(**ends, step=0.01, readout_format=",.0f", continuous_update=False),
    }
    for name, control in controls.items():
        control.description = translate(_CONTROLS[name])
        control.style, control.layout = {"description_width": "16em"}, {"width": "40em"}
    return controls


def _choose_store(controls: dict, warehouse: str, data: str, change=None) -> None:
    """Offer the weeks of the store, the newest first, and start from its own value of an inquiry."""
    store = controls["store"].value
    weeks = wh.weeks_held(store, warehouse)[::-1]
    controls["week"].options = [(f"{week}", week) for week in weeks]
    controls["week"].value = weeks[0]
    asked = (store, weeks[0], warehouse, data)
    controls["value"].value = first_value(advertised_words(*asked), known_value(*asked))


def _redraw(controls: dict, shown: widgets.HTML, warehouse: str, data: str, change=None) -> None:
    if controls["week"].value is None:  # another store's weeks are just being put in
        return
    words = advertised_words(controls["store"].value, controls["week"].value, warehouse, data)
    shown.value = decisions_html(words, controls["value"].value, controls["confidence"].value)
