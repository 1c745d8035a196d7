"""Pictures of keywords: spend against inquiries."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import keywords
from opsbook.report import language
from opsbook.report.charts import keywords as charts
from opsbook.report.charts import pictures, use_style


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def decided(count, value=100.0):
    rng = np.random.default_rng(1)
    clicks = rng.integers(5, 400, count)
    table = pd.DataFrame({"keyword": [f"long tail word {n}" for n in range(count)], "impressions": clicks * 40})
    return keywords.decide(table.assign(clicks=clicks, spend=clicks * 2.0, inquiries=rng.poisson(clicks * 0.02)), value)


def test_every_word_stands_at_its_spend_with_its_interval():
    table = decided(3)
    ax = charts.spend_against_inquiries(table)
    points = np.vstack(
        [one.get_offsets() for one in ax.collections if len(one.get_offsets()) and one.get_label()[0] != "_"]
    )
    assert sorted(points[:, 0]) == sorted(table["spend"])
    assert sorted(points[:, 1]) == pytest.approx(sorted(table["rate"] * table["clicks"]))
    lines = [segment for one in ax.collections if hasattr(one, "get_segments") for segment in one.get_segments()]
    spans = sorted((line[0, 1], line[1, 1]) for line in lines)
    assert spans == sorted(zip(table["inquiries_lower"], table["inquiries_upper"], strict=True))


def test_the_line_is_where_clicks_pay_for_themselves():
    ax = charts.spend_against_inquiries(decided(5))
    (line,) = [one for one in ax.lines if one.get_label() == "Clicks pay for themselves"]
    assert line.get_ydata() == pytest.approx(line.get_xdata() / 100)
    unknown = charts.spend_against_inquiries(decided(5, value=np.nan))
    assert not unknown.lines and len(unknown.collections)


def test_three_hundred_words_stay_readable_and_small():
    ax = charts.spend_against_inquiries(decided(300))
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert 1 <= len(boxes) <= 6
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])
    assert len(pictures.picture(ax.figure)) < 200_000
    assert ax.get_label().startswith("Spend and expected inquiries of 300 words")


def test_nothing_spent_is_no_picture():
    assert charts.spend_against_inquiries(decided(2).assign(spend=0.0)) is None
    assert charts.spend_against_inquiries(decided(2).head(0)) is None


def test_decisions_are_worded_in_the_language_of_the_report():
    language.use("zh")
    ax = charts.spend_against_inquiries(decided(30, value=20.0))
    names = " ".join(text.get_text() for text in ax.get_legend().get_texts())
    assert "暂停" in names and not any(word in names for word in keywords.DECISIONS)
