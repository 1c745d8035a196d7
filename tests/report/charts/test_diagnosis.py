"""Pictures of the diagnosis: the waterfall of the gap, the funnel of missed buyers."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.report.charts import diagnosis as charts
from opsbook.report.charts import use_style

GAP = pd.DataFrame(
    {
        "cause": ["expected", "first_screen", "rest", "actual"],
        "object": ["", "1", "", ""],
        "inquiries": [100.0, -30.0, 5.0, 75.0],
        "running": [100.0, 70.0, 75.0, 75.0],
        "inquiries_lower": [np.nan] * 3 + [60.0],
        "inquiries_upper": [np.nan] * 3 + [92.0],
    }
)
FUNNEL = pd.DataFrame(
    {
        "step": ["all visits", "real visits", "words match", "wrote to most", "passed us over"],
        "visits": [50, 40, 30, 10, 4],
        "unknown": [0, 0, 5, 0, 0],
        "share": [np.nan, 0.8, 30 / 35, 1 / 3, 0.4],
    }
)


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def test_each_step_of_the_gap_starts_where_the_one_before_ended():
    ax = charts.inquiry_gap(GAP, pd.Series({"1": "Steel pipe"}))
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert bars == [(0, 100), (100, 70), (70, 75), (0, 75)]
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "At the peers' rate",
        "First screen\nSteel pipe",
        "Chance, or not found",
        "What came",
    ]
    assert [text.get_text() for text in ax.texts] == ["100", "-30", "+5", "75"]
    assert "causes found: 1, explaining -30" in ax.get_label()


def test_the_interval_stands_on_what_came():
    ax = charts.inquiry_gap(GAP)
    (line,) = [segment for one in ax.collections for segment in one.get_segments()]
    assert line[:, 0].tolist() == [60, 92] and line[0, 1] == 3
    assert charts.inquiry_gap(GAP.head(0)) is None


def test_missed_buyers_run_from_all_visits_to_those_who_passed_us_over():
    ax = charts.missed_buyers(FUNNEL)
    assert [bar.get_width() for bar in ax.patches] == [50, 40, 30, 10, 4]
    assert [text.get_text() for text in ax.texts][-2:] == ["10 (33.3%)", "4 (40.0%)"]
    assert (
        ax.get_label().startswith("Of 50 visits 10 were matched buyers")
        and "4 of them passed us over" in ax.get_label()
    )


def test_no_visit_is_no_picture():
    assert charts.missed_buyers(FUNNEL.assign(visits=0)) is None and charts.missed_buyers(FUNNEL.head(0)) is None
