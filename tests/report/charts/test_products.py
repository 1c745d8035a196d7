import matplotlib.pyplot as plt
import pandas as pd
import pytest

from opsbook.analysis import lifecycle
from opsbook.report.charts import products, use_style


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")


def test_bestsellers_from_before_to_now():
    ends = pd.date_range("2026-09-05", periods=3, freq="7D")
    counts = {"a": [100, 100, 20], "b": [50, 50, 50]}
    rows = [
        (name, name.upper(), end, n) for name, values in counts.items() for end, n in zip(ends, values, strict=True)
    ]
    table = lifecycle.watch(pd.DataFrame(rows, columns=["product_id", "title", "period_end", "visitors"]))
    ax = products.bestsellers(table)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["B", "A"]
    lines = [
        tuple(segment[:, 0]) for one in ax.collections if hasattr(one, "get_segments") for segment in one.get_segments()
    ]
    assert sorted(lines) == [(50, 50), (100, 20)]
    assert ax.get_label() == "2 bestsellers, a week before and last week: 1 decline beyond chance."
    assert products.bestsellers(table.head(0)) is None
