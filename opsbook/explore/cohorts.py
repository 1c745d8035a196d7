"""Cohorts of customers as a map of heat: who came back, and when."""

from html import escape

import ipywidgets as widgets
import pandas as pd

from opsbook.analysis import customers
from opsbook.explore.choice import LAYOUT, STYLE, Choice
from opsbook.explore.panel import Shown, call, panel
from opsbook.explore.persons import touches_and_orders
from opsbook.explore.slices import Slice
from opsbook.report import cells, findings
from opsbook.report.language import N_, translate

PERIODS = {"M": N_("months"), "Q": N_("quarters"), "Y": N_("years")}
STRONGEST = 55  # percent of the colour at 100 %: text stays readable on it in the light and in the dark

#: The mouse reads a field's title; who comes by the keyboard reads the same below the map.
_STYLE = """
.heat { position: relative; padding-bottom: 2em; }
.heat caption { text-align: left; padding: 0.4em 0; }
.heat td[style] { background: color-mix(in srgb, #1a5fc4 var(--share), transparent); }
.heat span:focus-visible::after { content: attr(aria-label); position: absolute; left: 0; bottom: 0.2em; }
"""

_PERIOD, _COHORT, _SIZE = N_("Time counted in"), N_("First order"), N_("Customers")
_CELL = N_("First order {cohort}; {periods} since then: {lived}. {active} of {customers} customers ordered, {share}")
_INTERVAL = N_("95% interval {lower} to {upper}")
_OPEN = N_("this period has not ended: the share can only grow")
_CAPTION = N_("Share of the customers who ordered, by the {periods} since their first order. Blank: still ahead.")
_MARK = N_("* not ended yet")


def cohorts_of(here: Slice, period: str = "Q") -> pd.DataFrame:
    """Distinct customers of each cohort who ordered in each period of its life up to the week (`customers.cohorts`)."""
    return customers.cohorts(touches_and_orders(here)[1], period, here.week)


def cohort_panel(choice: Choice) -> widgets.VBox:
    """The widget: months, quarters or years; the map, whose every field says its numbers to mouse and keyboard."""
    options = [(translate(text), period) for period, text in PERIODS.items()]
    period = widgets.Dropdown(options=options, value="Q", description=translate(_PERIOD), style=STYLE, layout=LAYOUT)
    return panel(choice, {"period": period}, show)


def show(here: Slice, period: str) -> Shown:
    """The map of the cohorts of a store."""
    orders = here.load("order")
    if orders.empty:
        return Shown(findings.needs("order", orders).html)
    rates = customers.retention(touches_and_orders(here)[1], period, here.week)
    return Shown(heat_map(rates, period), call(cohorts_of, here, period=period))


def heat_map(rates: pd.DataFrame, period: str) -> str:
    """The table of `customers.retention` as a map: a row a cohort, a column a period of its life.

    A period that was lived through without customers is 0%, one that lies ahead is blank. Every field can be reached by
    the keyboard and says cohort, customers, size, share and interval.
    """
    if rates.empty:
        return findings.table(rates).html
    periods = translate(PERIODS[period])
    ages = range(int(rates["lived"].max()) + 1)
    head = "".join(f'<th scope="col" class="number">{age}</th>' for age in ages)
    titles = "".join(f'<th scope="col">{escape(translate(text))}</th>' for text in (_COHORT, _SIZE))
    body = "".join(_row(group, ages, periods) for _, group in rates.groupby("cohort"))
    caption = translate(_CAPTION).format(periods=periods) + ("" if rates["complete"].all() else f" {translate(_MARK)}")
    name = f"{translate(_PERIOD)} {periods}"
    return (
        f'<style>{_STYLE}</style><div class="heat"><div class="scroll" role="region" tabindex="0" '
        f'aria-label="{escape(name)}"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{titles}{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def _row(cohort: pd.DataFrame, ages: range, periods: str) -> str:
    lived = {row.lived: row for row in cohort.itertuples()}
    first = next(iter(lived.values()))
    fields = "".join(_field(lived[age], periods) if age in lived else "<td></td>" for age in ages)
    return f'<tr><th scope="row">{first.cohort}</th><td class="number">{first.customers:,.0f}</td>{fields}</tr>'


def _field(row, periods: str) -> str:
    """One field with its numbers as tooltip and as its name for screen readers."""
    share, lower, upper = (cells.plain(value, "percent") for value in (row.share, row.lower, row.upper))
    numbers = {"cohort": row.cohort, "lived": row.lived, "periods": periods, "share": share}
    said = translate(_CELL).format(active=f"{row.active:,.0f}", customers=f"{row.customers:,.0f}", **numbers)
    said += f" ({translate(_INTERVAL).format(lower=lower, upper=upper)})" if row.lived else ""
    said += "" if row.complete else f"; {translate(_OPEN)}"
    text, shown = escape(said, quote=True), _short(row.share) + ("" if row.complete else "*")
    return (
        f'<td class="number" style="--share: {row.share * STRONGEST:.0f}%">'
        f'<span tabindex="0" role="img" title="{text}" aria-label="{text}">{shown}</span></td>'
    )


def _short(share: float) -> str:
    """A share that fits a field; what is neither nothing nor all never looks as if it were."""
    text = f"{share:.0%}"
    if share > 0 and text == "0%":
        return "&lt;1%"
    return "&gt;99%" if share < 1 and text == "100%" else text
