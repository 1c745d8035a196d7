import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import funnel as analysis
from opsbook.analysis import pools, stages
from opsbook.report.charts import funnel, use_style

START = pd.Timestamp("2026-06-01")
STEPS = ["inquiry", "quote", "order"]


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def events(*people):
    rows = [
        (who, step, START + pd.Timedelta(days=day))
        for who, days in enumerate(people)
        for step, day in zip(STEPS, days, strict=False)
    ]
    return pd.DataFrame(rows, columns=["who", "event", "at"])


EVENTS = events((0, 1, 5), (1, 2), (2,), (9,))


def widths(ax):
    return [bar.get_width() for bar in ax.patches]


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def test_steps_show_the_share_of_the_first_step():
    ax = funnel.steps(analysis.funnel(EVENTS, STEPS))
    assert widths(ax) == [1, 0.5, 0.25]
    texts = [text.get_text() for text in ax.texts]
    assert texts[0] == "4" and texts[1].startswith("2   50") and texts[2].startswith("1   50") and "–" in texts[2]
    assert ax.get_label() == "Funnel of persons: 4 at “Inquiry”, 1 at “Order” (25.0%)."


def test_nobody_entered():
    ax = funnel.steps(analysis.funnel(EVENTS[:0], STEPS))
    assert widths(ax) == [0, 0, 0] and ax.get_label() == "Funnel of persons: nobody entered at “Inquiry”."


def test_business_funnel_breaks_between_counts_and_persons():
    table = stages.business({"impressions": 1000, "clicks": np.nan, "visitors": 0}, analysis.funnel(EVENTS, STEPS))
    ax = funnel.business(table)
    assert widths(ax) == [1000, 0.5, 0.5, 4, 2, 1]
    places = [bar.get_y() + bar.get_height() / 2 for bar in ax.patches]
    assert places[2] < ax.lines[0].get_ydata()[0] < places[3]
    assert ax.texts[1].get_text() == "–"
    unknown = funnel.business(table.assign(number=np.nan))
    assert unknown.get_label().endswith("it ends with –.")
    counts = funnel.business(stages.business({"impressions": 10}, analysis.funnel(EVENTS, STEPS)[:0]))
    assert not counts.lines


def test_cohorts_whose_window_is_open_are_hatched():
    table = analysis.entry_cohorts(EVENTS, STEPS, window="5D", as_of="2026-06-13")
    ax = funnel.cohorts(table, "quote")
    assert [bar.get_hatch() for bar in ax.patches] == ["", "///"]
    assert heights(ax)[0] == pytest.approx(2 / 3) and heights(ax)[1] == 0
    assert ax.get_label() == "Share of each entry cohort that reached “Quote”: 2 cohorts, 1 of them complete."


def test_curve_starts_at_nothing():
    curve = analysis.conversion_curve(analysis.paths(EVENTS, STEPS), 1, as_of=START + pd.Timedelta(days=20))
    line = funnel.conversion_curve(curve).lines[0]
    assert line.get_xdata().tolist() == [0, 1] and line.get_ydata().tolist() == [0, 0.5]


def test_sensitivity():
    ax = funnel.sensitivity(stages.calculator(1000, {"seen": 0.1, "bought": 0.01}))
    assert widths(ax) == pytest.approx([1.1, 2]) and ax.lines[0].get_xdata()[0] == pytest.approx(1)
    assert funnel.sensitivity(stages.calculator(1000, {"seen": np.nan})) is not None


TOUCHES = pd.DataFrame(
    {"customer_id": ["a", "a", "b"], "at": [START, START + pd.Timedelta(days=1), START], "direction": "in"}
)


def test_pools():
    people = pd.DataFrame({"customer_id": ["a", "b", "c", "d"]})
    ax = funnel.pool(pools.pool(people, TOUCHES, "2026-06-10"))
    assert widths(ax) == [4, 0, 2, 2] and ax.texts[1].get_text() == "–"
    assert ax.get_label() == "User pool of 4 contacts, 2 of them active."
    days = funnel.days_active(pools.days_active(TOUCHES, "2026-06-10"))
    assert heights(days)[:3] == [1, 1, 0]


def test_no_rows_no_picture():
    empty = pd.DataFrame()
    charts = (
        funnel.steps,
        funnel.business,
        funnel.conversion_curve,
        funnel.sensitivity,
        funnel.pool,
        funnel.days_active,
    )
    assert all(chart(empty) is None for chart in charts) and funnel.cohorts(empty, "quote") is None
