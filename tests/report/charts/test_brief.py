import matplotlib.pyplot as plt
import pandas as pd
import pytest

from opsbook.analysis import brief as analysis
from opsbook.report.charts import brief, use_style


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def test_funnel_marks_the_break():
    figures = {"all_impressions": 1000, "all_clicks": 40, "visitors": 50, "opportunities": 5}
    ax = brief.funnel(analysis.funnel(pd.Series(figures)))
    assert [bar.get_width() for bar in ax.patches] == [1000, 40, 50, 5]
    assert [line.get_ydata()[0] for line in ax.lines] == [1.5]
    assert [text.get_text() for text in ax.texts] == ["1,000  events", "40  events", "50  persons", "5  persons"]
    assert ax.get_title() == "50 visitors became 5 opportunities (10.0%)"
    assert ax.get_label().startswith("Bars of the funnel from All-store impressions 1,000 to Opportunities 5;")


@pytest.mark.parametrize("visitors", [0, None])
def test_no_rate_without_visitors(visitors):
    kpi = pd.Series({"visitors": visitors, "opportunities": 0, "orders": 2}, dtype=object)
    assert brief.funnel(analysis.funnel(kpi)).get_title() == ""


def test_nothing_known():
    assert brief.funnel(analysis.funnel(pd.Series(dtype=object))).get_label() == "Funnel without any known stage."
    assert brief.funnel(analysis.funnel(pd.Series(dtype=object)).head(0)) is None
