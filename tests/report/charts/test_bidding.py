"""Pictures of bids: the spend of each word now and next week."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.report.charts import bidding as charts
from opsbook.report.charts import pictures, use_style


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def plan(count=3):
    spend = np.arange(count, dtype=float) * 10 + 10
    table = pd.DataFrame({"keyword": [f"word {n} $1 <b>" for n in range(count)], "weekly_spend": spend})
    table["weekly_budget"] = spend + np.where(np.arange(count) % 2, -1.0, 2.0)
    table["budget_low"], table["budget_high"] = table["weekly_budget"] - 3, table["weekly_budget"] + 3
    return table.assign(marginal_value=1.25)


def test_each_word_has_its_two_spends_its_range_and_its_return():
    table = plan()
    ax = charts.budget_moves(table)
    now, after = (one.get_offsets() for one in ax.collections if len(one.get_offsets()) == 3)
    assert now[::-1, 0].tolist() == table["weekly_spend"].tolist()
    assert after[::-1, 0].tolist() == table["weekly_budget"].tolist()
    bands = next(one.get_segments() for one in ax.collections if hasattr(one, "get_segments"))
    assert [(line[0, 0], line[1, 0]) for line in bands][::-1] == [(9, 15), (16, 22), (29, 35)]
    assert [text.get_text() for text in ax.texts] == ["1.25"] * 3
    assert [label.get_text() for label in ax.get_yticklabels()][::-1] == table["keyword"].tolist()


def test_words_are_computed_from_the_data():
    ax = charts.budget_moves(plan())
    assert pictures.alt_text(ax.figure).startswith(
        "Weekly spend of 3 words now and next week, with the range of the plan: 2 up, 1 down; the largest move is "
        '"word 0 $1 <b>" from 10 to 12 CNY'
    )
    assert ax.get_title().startswith("2 words get more, 1 less")


def test_the_first_words_are_drawn_and_all_are_counted():
    ax = charts.budget_moves(plan(40))
    assert len(ax.get_yticklabels()) == 14
    assert "40 words" in ax.get_label()


def test_nothing_planned_nothing_drawn():
    assert charts.budget_moves(plan().head(0)) is None
    assert charts.budget_moves(plan().assign(marginal_value=np.nan)) is None
    assert plt.get_fignums() == []
