import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import quadrants as analysis
from opsbook.report import language
from opsbook.report.charts import quadrants, use_style


@pytest.fixture(autouse=True)
def style():
    use_style("en")
    yield
    plt.close("all")
    language.use("en")


def store(products: int) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    visitors = rng.negative_binomial(0.5, 0.01, products)
    frame = {"product_id": range(products), "title": "50 $ bowl <b>", "visitors": visitors, "tm": 0}
    return analysis.classify(
        pd.DataFrame(frame | {"inquirers": rng.poisson(visitors * rng.gamma(1.2, 0.03, products))})
    )


def test_every_product_is_a_point_and_every_named_one_has_its_interval():
    table = store(400)
    ax = quadrants.reception(table)
    points = [
        collection for collection in ax.collections if hasattr(collection, "get_sizes") and len(collection.get_sizes())
    ]
    segments = [collection for collection in ax.collections if hasattr(collection, "get_segments")]
    named = (table["quadrant"] != "not enough data").sum()
    assert sum(len(collection.get_offsets()) for collection in points) == 400
    assert sum(len(collection.get_segments()) for collection in segments) == named > 0
    assert [line.get_xdata()[0] for line in ax.lines][0] == table.loc[0, "traffic_split"]
    assert [line.get_ydata()[0] for line in ax.lines][1] == table.loc[0, "conversion_split"]


def test_alt_text_counts_in_both_languages():
    table = store(400)
    counts = table["quadrant"].value_counts()
    text = quadrants.reception(table).get_label()
    assert text.startswith("400 products") and f"{counts['high/low']} with high traffic and low conversion" in text
    language.use("zh")
    assert f"{counts['high/low']} 个高流量低转化" in quadrants.reception(table).get_label()


def test_products_without_traffic_or_rate_are_left_out_and_none_gives_no_chart():
    table = store(12)
    table.loc[0, "traffic"] = np.nan
    assert quadrants.reception(table).get_label().startswith("11 products")
    assert quadrants.reception(table.head(0)) is None
    assert quadrants.reception(analysis.classify(table[["product_id", "traffic"]].assign(visitors=5))) is not None


def test_the_worst_are_numbered_and_named():
    ax = quadrants.reception(store(400))
    texts = [text.get_text() for text in ax.texts]
    assert texts[:5] == ["1", "2", "3", "4", "5"] and texts[5].splitlines()[0] == "1 50 $ bowl <b>"


def trend(**gaps):
    weeks = pd.to_datetime(["2026-09-12", "2026-09-19"])
    parts = [pd.DataFrame({"period_end": weeks, "metric": name, "gap_to_top10": gap}) for name, gap in gaps.items()]
    return pd.concat(parts)


def test_the_metrics_furthest_behind_the_top10_are_drawn():
    table = trend(visitors=[-0.5, -0.6], orders=[-0.2, -0.1], tm=[np.nan, np.nan], inquiries=[-0.4, -0.3])
    ax = quadrants.top10(table, most=2)
    lines = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_marker() == "o"]
    assert [list(line.get_ydata()) for line in lines] == [[-0.5, -0.6], [-0.4, -0.3]]
    assert "-60%" in ax.get_label()


def test_a_gap_that_nobody_knows_is_said_to_be_unknown():
    assert quadrants.top10(trend(visitors=[np.nan, np.nan])).get_label() == "The gap to the Top10 average is not known."
