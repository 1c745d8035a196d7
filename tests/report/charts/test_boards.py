import matplotlib.pyplot as plt
import pandas as pd
import pytest

from opsbook.report import language
from opsbook.report.charts import boards, use_style

TABLE = pd.DataFrame(
    {"path": ["most_popular", "pick"], "passed": [18, 3], "unclear": [0, 2], "failed": [26, 39], "board": ["a", "b"]}
)


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")
    language.use("en")


def test_bars_of_a_path_add_up_to_all_products_best_path_on_top():
    ax = boards.verdicts(TABLE)
    widths = pd.Series([bar.get_width() for bar in ax.patches])
    assert widths.tolist() == [3, 18, 2, 0, 39, 26]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Picked items", "Most popular list"]


def test_alt_text_names_the_best_path_in_both_languages():
    assert "Most popular list is met by most, 18 products; on 1 paths" in boards.verdicts(TABLE).get_label()
    language.use("zh")
    assert "“热门榜”的最多，有 18 个" in boards.verdicts(TABLE).get_label()


def test_no_rows_no_chart():
    assert boards.verdicts(TABLE.head(0)) is None
