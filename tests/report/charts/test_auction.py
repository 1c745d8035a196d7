import matplotlib.pyplot as plt
import pandas as pd
import pytest

from opsbook.analysis import frontier as analysis
from opsbook.report import findings
from opsbook.report.charts import auction, use_style

TABLE = pd.DataFrame(
    {
        "target": [4.0, 12.0, 8.0],
        "spend": [1500.0, 0.0, 900.0],
        "value": [6000.0, 0.0, 7200.0],
        "roi": [4.0, float("nan"), 8.0],
        "used": [1.0, 0.0, 0.6],
        "shortfall_prob": [0.5, float("nan"), 0.5],
    }
)


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def test_value_and_spend_by_target_lower_targets_to_the_right():
    ax = auction.frontier(TABLE)
    value, spend = (line.get_xydata().tolist() for line in ax.lines)
    assert value == [[12.0, 0.0], [8.0, 7200.0], [4.0, 6000.0]]
    assert spend == [[12.0, 0.0], [8.0, 900.0], [4.0, 1500.0]]
    assert ax.get_xlim()[0] > ax.get_xlim()[1] and ax.get_ylim()[0] == 0
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("8", (8.0, 7200.0)), ("4", (4.0, 6000.0))]
    assert ax.get_xlabel() == "Target ROI"
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["Value a day", "Spend a day"]
    assert legend.get_title().get_text() == "Numbers: ROI reached"


def test_alt_text_is_computed():
    assert auction.frontier(TABLE.tail(2)).get_label() == (
        "2 targets from 12.00 down to 8.00, simulated: value a day from ¥0 to ¥7,200, spend a day from ¥0 to ¥900, "
        "ROI from – to 8.00."
    )
    assert auction.frontier(TABLE.head(0)) is None


def test_the_frontier_in_words():
    rows = TABLE.head(2).assign(target=[4.0, 8.0], value=[6000.0, 3600.0], spend=[1500.0, 900.0])
    lower = findings.word(analysis.readings(rows, 8.0, 6.0)[0])
    assert lower == (
        "In the model a target of 4.00 instead of 8.00 would buy about 1.7 times the value: ¥6,000 instead of ¥3,600 a "
        "day, for ¥1,500 instead of ¥900. Each further yuan brings ¥4.00. That is below the break-even of 6.00: the "
        "further spend would lose money, even where the average ROI still pays."
    )
    gap = {"id": "auction.missing", "metric": "conversion_rate"}
    assert findings.word(gap).startswith("No what-if for another target ROI yet: Conversions per click of the plans")
