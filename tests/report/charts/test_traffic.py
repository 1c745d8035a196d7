import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import peers, sources
from opsbook.analysis.traffic import explain_change
from opsbook.report.charts import style as style_of
from opsbook.report.charts import traffic, use_style

WEEK = pd.Timestamp("2026-09-19")


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def weeks(channel, visitors):
    ends = pd.date_range(end=WEEK, periods=len(visitors), freq="7D")
    return pd.DataFrame({"period_end": ends, "channel": channel, "visitors": visitors})


TABLE = pd.concat([weeks("搜索", [50, None, 60]), weeks("RFQ", [3, 4, 5]), weeks("$x$ <b>", [9, 9, 90])])


def test_visitors_stand_side_by_side_by_root():
    ax = traffic.visitors_by_channel(sources.channel_table(TABLE, WEEK))
    bars = dict(zip([t.get_text() for t in ax.get_yticklabels()], [b.get_width() for b in ax.patches], strict=True))
    named = [text.get_text() for text in ax.texts]
    assert bars == {"搜索": 60, "RFQ": 5, "$x$ <b>": 90}
    assert all(bar.get_x() == 0 for bar in ax.patches)
    assert named[:3] == ["90", "5", "60"] and sorted(named[3:]) == ["Interaction", "Not in our list", "Search"]
    assert ax.get_title() == "$x$ <b> brings the most visitors: 90"
    assert ax.get_label() == "Bars of visitors by channel; the largest is $x$ <b> with 90 of 3 channels."
    assert traffic.visitors_by_channel(sources.channel_table(TABLE.head(0), WEEK)) is None


def test_a_missing_week_is_a_gap():
    ax = traffic.visitors_by_week(sources.weekly_visitors(TABLE, WEEK, 3), most=2)
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(lines) == ["$x$ <b>", "搜索"]
    np.testing.assert_equal(lines["搜索"], [50, np.nan, 60])
    assert [line.get_color() for line in ax.lines] == [style_of.ACCENT, style_of.NEUTRAL]
    assert [text.get_text() for text in ax.texts] == ["搜索", "$x$ <b>"]
    assert ax.get_title() == "$x$ <b> changed most on the week before: from 9 to 90 visitors"
    assert ax.get_label().endswith("over 3 weeks; the largest this week is $x$ <b> with 90.")


def test_without_a_week_before_nothing_has_changed():
    ax = traffic.visitors_by_week(sources.weekly_visitors(TABLE.tail(1), WEEK, 3))
    assert ax.get_title() == "$x$ <b> brings the most visitors: 90"


def test_waterfall_ends_at_the_change():
    columns = ["channel", "visitors", "opportunities"]
    before = pd.DataFrame([("a", 100, 10), ("b", 100, 10), ("c", None, 1)], columns=columns)
    after = pd.DataFrame([("a", 300, 60), ("b", 50, 5), ("c", 10, 1)], columns=columns)
    ax = traffic.waterfall(explain_change(before, after))
    steps = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert steps == [(0, 30), (30, 20), (50, -5), (45, 0), (0, 45)]
    assert ax.get_label() == (
        "Waterfall of the change of opportunities by +45; the largest contribution is a with +50.0."
    )
    unknown = traffic.waterfall(explain_change(before.tail(1), after.tail(1)))
    assert unknown.get_label() == "Waterfall without any channel whose change is known."


def test_card_shows_unknown_as_a_dash():
    kpi = pd.Series({"visitors": 200, "opportunities": 20})
    ax = traffic.three_axes(peers.three_axes(sources.channel_table(TABLE, WEEK), kpi, None, "quality"))
    texts = [text.get_text() for text in ax.texts]
    assert ax.get_title() == "In this stage “Quality” leads"
    assert texts[0] == "Volume" and "10.0%" in texts and "–" in texts
    assert ax.get_label() == "Card of the three axes volume, cost and quality with 3 of 7 figures known."
