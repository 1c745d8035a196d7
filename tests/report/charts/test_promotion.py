import matplotlib.pyplot as plt
import pandas as pd
import pytest

from opsbook.analysis import promotion as analysis
from opsbook.report.charts import promotion, use_style

PLANS = analysis.plans(
    pd.DataFrame(
        {
            "campaign": ["A", "B", "C"],
            "plan_type": "全站推广",
            "spend": [700.0, 1400.0, None],
            "orders": [10, 1, 1],
            "order_amount_usd": [500.0, 100.0, 100.0],
        }
    ),
    cny_per_usd=7,
    margin=0.5,
)


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def test_plans_with_their_intervals_and_the_break_even_line():
    ax = promotion.spend_result(PLANS)
    segments = [
        tuple(segment[:, 1]) for one in ax.collections if hasattr(one, "get_segments") for segment in one.get_segments()
    ]
    expected = (PLANS["spend"] * PLANS["roi_lower"], PLANS["spend"] * PLANS["roi_upper"])
    assert sorted(segments) == sorted(zip(*(bound.dropna().tolist() for bound in expected), strict=True))
    assert ax.lines[0].get_slope() == 2
    assert [text.get_text() for text in ax.texts] == ["A", "B"]


def test_alt_text_says_what_cannot_be_judged():
    text = promotion.spend_result(PLANS).get_label()
    assert text.startswith("3 plans, ¥2,100 spent and ¥4,200 back where both are known.")
    assert text.endswith("Paying: 1; losing: 1; not enough data: 0; unknown: 1.")
    assert promotion.spend_result(PLANS.tail(1)).get_label().startswith("1 plans, ¥0 spent")
    assert promotion.spend_result(PLANS.head(0)) is None
