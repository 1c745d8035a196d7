"""Picture of what is known of one word: how likely each rate of inquiries per click is, and where clicks pay."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from scipy.stats import gamma

from opsbook.report import findings
from opsbook.report.charts.style import BAD, GOOD, NEUTRAL, describe, label_axes, needs_rows
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

_POINTS = 200
_SPAN = 300  # the highest likely rate is at most so many times the lowest that is drawn
_HEIGHT = 2.4  # inches


@needs_rows
def density(word: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """The posterior of one word's inquiries per click (one row: `keyword, alpha, beta, rate, rate_lower, rate_upper,
    break_even, prob_loss`): the part below the break-even rate loses money, the part above earns."""
    row = word.iloc[0]
    if not row["beta"] > 0:
        return None
    known, break_even = gamma(row["alpha"], scale=1 / row["beta"]), row["break_even"]
    most, line = known.ppf(0.995), break_even if break_even > 0 else np.nan
    low, high = np.nanmin([max(known.ppf(0.01), most / _SPAN), line / 1.5]), np.nanmax([most, line * 1.5])
    rate = np.geomspace(low, high, _POINTS)
    height = rate * known.pdf(rate)  # on a logarithmic axis this is what makes areas probabilities
    ax.plot(rate, height, color=NEUTRAL, lw=1.5)
    for part, colour in ((rate <= break_even, BAD), (rate >= break_even, GOOD)):
        ax.fill_between(rate, height, where=part, color=colour, alpha=0.35, lw=0)
    label_axes(ax, x="rate").set(xscale="log", xlim=(low, high), ylim=(0, height.max() * 1.25), yticks=[])
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g}%"))
    ax.grid(False)
    ax.spines["left"].set_visible(False)
    ax.figure.set(figheight=_HEIGHT, layout_engine="none")  # one chart needs no layout, and the picture is cut anyway
    _mark(ax, break_even, left=break_even > np.sqrt(low * high))
    return describe(ax, findings.word(says(row)))


def _mark(ax: Axes, break_even: float, left: bool) -> None:
    """The rate from which clicks pay, named beside its line."""
    if break_even > 0:
        ax.axvline(break_even, color=NEUTRAL, ls="--", lw=1)
        text = translate(MESSAGES["explore.break_even"]).format(rate=break_even)
        place = {"xytext": (-5 if left else 5, -4), "textcoords": "offset points", "ha": "right" if left else "left"}
        ax.annotate(text, (break_even, 1), xycoords=("data", "axes fraction"), va="top", fontsize="small", **place)


def says(row: pd.Series) -> dict:
    """What the picture shows, as a message: the rate with its interval, and the chance of a loss where it is known."""
    numbers = {name: float(row[name]) for name in ("rate", "rate_lower", "rate_upper", "break_even", "prob_loss")}
    name = "posterior_alone" if np.isnan(numbers["prob_loss"]) else "posterior"
    return {"id": f"explore.{name}", "keyword": row["keyword"]} | numbers
