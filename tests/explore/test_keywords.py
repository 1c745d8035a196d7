"""The widgets: the functions behind them, and what a move of a slider changes."""

from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest

from opsbook.explore import keywords as explore
from opsbook.intake import warehouse as wh
from opsbook.report import charts, language

ROOT = Path(__file__).parents[2]
DATA = str(ROOT / "data")
WEEK = date(2026, 9, 19)


def words(**columns) -> pd.DataFrame:
    table = pd.DataFrame(
        {"keyword": ["good", "bad"], "impressions": [900, 9000], "clicks": [60, 400], "spend": [120.0, 2000.0]}
    ).assign(inquiries=[6.0, 1.0], **columns)
    return table.astype({"impressions": float, "clicks": float})


def paused(html: str) -> int:
    return html.count("<td>pause</td>")


@pytest.fixture
def panel(sample_warehouse):
    """The controls by name and the text that is shown."""
    charts.use_style("en")
    box = explore.keyword_panel(sample_warehouse, DATA)
    return dict(zip(("store", "week", "confidence", "value", "shown"), box.children, strict=True))


def test_words_are_the_settled_adverts_of_eight_weeks(sample_warehouse):
    rows = wh.load("ad_keyword", store="shoes", week=WEEK, weeks=8, warehouse=sample_warehouse)
    settled = rows[rows["on"] <= "2026-09-16"]
    found = explore.advertised_words("shoes", WEEK, sample_warehouse, DATA)
    assert found["spend"].sum() == pytest.approx(settled["spend"].sum())
    assert set(found["keyword"]) == set(settled["keyword"])


def test_the_value_is_stated_or_estimated_or_unknown(sample_warehouse):
    assert explore.known_value("shoes", WEEK, sample_warehouse, DATA) == 130
    assert 20 < explore.known_value("home", WEEK, sample_warehouse, DATA) < 1000  # from orders and margin
    assert explore.known_value("home", WEEK, sample_warehouse, "no such folder") is None


@pytest.mark.parametrize(
    ("known", "inquiries", "expected"),
    [
        (130, 7, 130),
        (None, 7, 2120 / 7),
        (None, 0, 10),
        (3, 7, 10),
        (10, 7, 10),
        (10_000, 7, 10_000),
        (10_001, 7, 10_000),
    ],
)
def test_the_slider_starts_at_a_known_value_or_the_usual_cost(known, inquiries, expected):
    table = words().assign(inquiries=[inquiries, 0.0])
    assert explore.first_value(table, known) == pytest.approx(expected)


def test_decisions_follow_the_value_and_the_confidence():
    shown = {
        (value, confidence): explore.decisions_html(words(), value, confidence)
        for value in (100, 10_000)
        for confidence in (0.8,)
    }
    assert paused(shown[100, 0.8]) == 1 and paused(shown[10_000, 0.8]) == 0
    narrow = words().assign(inquiries=[6.0, 14.0])  # a loss at 100 CNY an inquiry, not a certain one
    assert paused(explore.decisions_html(narrow, 100, 0.5)) == 1
    assert paused(explore.decisions_html(narrow, 100, 0.99)) == 0


def test_a_picture_with_its_alternative_text_and_no_figure_left_open():
    before = plt.get_fignums()
    html = explore.decisions_html(words(), 100, 0.8)
    assert '<div role="img" aria-label="' in html and "<svg" in html
    assert plt.get_fignums() == before


def test_names_from_exports_are_escaped():
    html = explore.decisions_html(words(keyword=["<script>alert(1)</script>", '"><img src=x>']), 100, 0.8)
    assert "<script" not in html and "<img src=x" not in html


def test_without_adverts_it_says_what_it_needs():
    assert "opsbook import" in explore.decisions_html(words().head(0), 100, 0.8)


def test_the_panel_starts_at_the_newest_week_and_the_own_value(panel):
    assert [store for _, store in panel["store"].options] == ["home", "shoes"]
    assert panel["week"].value == WEEK and len(panel["week"].options) == 9
    panel["store"].value = "shoes"
    assert panel["value"].value == pytest.approx(130)
    assert "custom walking shoes" in panel["shown"].value


def test_every_control_redraws(panel):
    seen = {panel["shown"].value}
    for name, value in (("store", "shoes"), ("week", date(2026, 8, 29)), ("confidence", 0.6), ("value", 1000.0)):
        panel[name].value = value
        seen.add(panel["shown"].value)
    assert len(seen) == 5


def test_labels_are_in_the_language_of_the_reader(sample_warehouse):
    language.use("zh")
    box = explore.keyword_panel(sample_warehouse, DATA)
    assert [control.description for control in box.children[:2]] == ["店铺", "截至周六"]


def test_an_empty_warehouse_says_what_to_do(tmp_path):
    assert "opsbook import PATH" in explore.keyword_panel(str(tmp_path), DATA).value


def test_a_store_that_the_settings_do_not_name_goes_by_its_id(sample_warehouse, tmp_path):
    box = explore.keyword_panel(sample_warehouse, str(tmp_path))
    assert [label for label, _ in box.children[0].options] == ["home", "shoes"]


def test_the_notebook_shows_the_panel(sample_warehouse):
    cells = nbformat.read(ROOT / "notebooks" / "explore.ipynb", as_version=4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    names = {}
    exec("\n".join(sources[:-1]), names)
    assert names["lang"] == "en"
    names |= {"warehouse": sample_warehouse, "data": DATA}
    assert len(eval(sources[-1], names).children) == 5
