import matplotlib.pyplot as plt
import pandas as pd
import pytest

from opsbook.analysis import brief as analysis
from opsbook.report.charts import brief, use_style

WEEK = pd.Timestamp("2026-09-19")


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def key_figures(**columns):
    ends = pd.date_range(end=WEEK, periods=4, freq="7D")
    return analysis.key_figures(pd.DataFrame({"period_end": ends} | columns), WEEK)


def test_one_line_for_each_known_figure():
    ax = brief.sparklines(key_figures(visitors=[50, None, 25, 100], orders=[0, 0, 0, 0]))
    lines = [line.get_ydata().tolist() for line in ax.lines if len(line.get_xdata()) == 4]
    assert lines[0] == pytest.approx([0.375, float("nan"), 0.1875, 0.75], nan_ok=True)
    assert lines[1] == [-1, -1, -1, -1]
    assert [text.get_text() for text in ax.texts] == ["Visitors", "100", "Trade Assurance orders", "0"]
    assert ax.get_label() == "Small lines of 2 key figures over the last 4 weeks."


def test_funnel_marks_the_break():
    figures = {"all_impressions": 1000, "all_clicks": 40, "visitors": 50, "opportunities": 5}
    ax = brief.funnel(analysis.funnel(pd.Series(figures)))
    assert [bar.get_width() for bar in ax.patches] == [1000, 40, 50, 5]
    assert [line.get_ydata()[0] for line in ax.lines] == [1.5]
    assert ax.get_label().startswith("Bars of the funnel from All-store impressions 1,000 to Opportunities 5;")


def test_nothing_known():
    assert brief.funnel(analysis.funnel(pd.Series(dtype=object))).get_label() == "Funnel without any known stage."
    assert brief.funnel(analysis.funnel(pd.Series(dtype=object)).head(0)) is None
    assert brief.sparklines(key_figures()).get_label() == "Small lines of 0 key figures over the last 4 weeks."
