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


EFFECTS = pd.DataFrame(
    {
        "metric": ["all_clicks", "inquiries", "inquiries_per_click"],
        "growth_ratio": [2.0, 1.5, None],
        "growth_lower": [1.5, 0.001, None],
        "growth_upper": [2.5, 900.0, None],
    }
)
PLACEBOS = EFFECTS.head(1).assign(
    started=pd.Timestamp("2026-08-22"), growth_ratio=0.5, growth_lower=0.3, growth_upper=0.9
)


def segments(ax) -> list[tuple]:
    return [
        tuple(segment[:, 0]) for one in ax.collections if hasattr(one, "get_segments") for segment in one.get_segments()
    ]


def test_growth_and_the_earlier_weeks_below_it():
    ax = promotion.growth(EFFECTS, PLACEBOS)
    assert segments(ax) == [(1.5, 2.5), (0.3, 0.9)]  # what is too wide or unknown is left to the table
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "All-store clicks",
        "All-store clicks, as if from 08-22",
    ]
    assert ax.get_label().startswith(
        "Growth of promoted products against similar ones, All-store clicks: 2.00 (1.50 to"
    )
    assert ax.get_label().endswith("1 comparisons, of which 1 leave out 1.")
    assert promotion.growth(EFFECTS.tail(1), PLACEBOS.head(0)) is None
    assert promotion.growth(EFFECTS.head(0), PLACEBOS) is None


COMPARED = pd.DataFrame(
    {
        "offer": "package",
        "bought": ["own", "own", "kept", "kept"],
        "counted": ["inquiries", "qualified"] * 2,
        "inquiries_p10": [3.0, 2, 5, 4],
        "inquiries_p50": [6.0, 4, 7, 6],
        "inquiries_p90": [9.0, 6, 9, 8],
    }
)


def test_a_guarantee_beside_own_bids():
    ax = promotion.guarantee(COMPARED)
    assert segments(ax) == [(2, 6), (4, 8)]
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "own bids for the same money",
        "guarantee, kept in full",
    ]
    assert ax.get_label().startswith("For the price of package: 2 to 6 by own bids, 4 to 8 if the guarantee is kept")
    two = pd.concat([COMPARED, COMPARED.assign(offer="other")])
    assert promotion.guarantee(two).get_yticklabels()[2].get_text() == "other: own bids for the same money"
    unknown = COMPARED.assign(inquiries_p50=COMPARED["inquiries_p50"].where(COMPARED["counted"] == "inquiries"))
    assert segments(promotion.guarantee(unknown)) == [(3, 9), (5, 9)]
    assert promotion.guarantee(COMPARED.assign(inquiries_p50=None)) is None
    assert promotion.guarantee(COMPARED.head(0)) is None
