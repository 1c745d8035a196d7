"""Charts: the same bytes every time, Chinese glyphs, colours that everybody can tell apart, alt text from the data."""

import re
import warnings
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from opsbook.report import cells, charts, language
from opsbook.report.charts import pictures, style

# Machado, Oliveira and Fernandes (2009), severity 1: what the three kinds of colour blindness see, in linear RGB.
SEEN = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


@pytest.fixture(autouse=True)
def drawing():
    plt.switch_backend("agg")
    charts.use_style("en")
    yield
    plt.close("all")
    language.use("en")


def linear(colour):
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    dark, light = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@style.needs_rows
def bars(table, ax=None):
    ax.barh(style.bounded(table["name"]), table["visitors"])
    style.label_axes(ax, x="visitors")
    return style.describe(ax, f"Visitors of {len(table)} channels.")


def table(*names):
    return pd.DataFrame({"name": names, "visitors": range(1, len(names) + 1)})


@pytest.mark.parametrize("page", ["#ffffff", "#14181d"])
@pytest.mark.parametrize("colour", style.COLOURS.values())
def test_colours_stand_out_on_both_pages(colour, page):
    assert contrast(colour, page) >= 3


@pytest.mark.parametrize("eye", SEEN)
def test_colours_can_be_told_apart_by_everybody(eye):
    seen = [lab(np.array(SEEN[eye]) @ linear(colour)) for colour in style.COLOURS.values()]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 15


def test_the_same_data_draw_the_same_bytes():
    assert pictures.svg(bars(table("RFQ", "搜索")).figure) == pictures.svg(bars(table("RFQ", "搜索")).figure)


def test_chinese_needs_no_font_of_the_machine():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "NotoSansSC" in pictures.svg(bars(table("搜索流量", "自增流量")).figure)


@pytest.mark.parametrize(
    "name", ["$5 \\frac{ bowl $", "a" * 40_000, "</svg><script>alert(1)</script>", "x\x00\x1b\ny", "😀"]
)
def test_hostile_names_are_drawn_and_nothing_else(name):
    drawn = pictures.svg(bars(table(name)).figure)
    assert drawn.startswith("<svg") and drawn.endswith("</svg>") and drawn.count("</svg>") == 1
    assert "script" not in drawn and len(drawn) < 60_000


def test_a_picture_holds_no_date_no_comment_no_needless_digit():
    drawn = pictures.svg(bars(table("RFQ")).figure)
    assert "<!--" not in drawn and "metadata" not in drawn and "\n" not in drawn
    assert not re.search(r' d="[^"]*\.\d{3}', drawn)
    assert "scale(0.015625)" in drawn  # the size of glyphs is no place to round


def test_few_points_are_svg_and_many_are_png():
    few, many = plt.subplots()[1], plt.subplots()[1]
    few.scatter(*np.random.default_rng(1).random((2, 30)))
    many.scatter(*np.random.default_rng(1).random((2, 5000)))
    assert isinstance(pictures.picture(few.figure), str)
    assert pictures.picture(many.figure).startswith(b"\x89PNG")
    assert len(pictures.picture(many.figure)) < 200_000


def test_alt_text_comes_from_every_chart_of_a_figure():
    figure, axes = plt.subplots(1, 2)
    style.describe(axes[0], "Left\nside."), style.describe(axes[1], "Right side.")
    figure.colorbar(axes[0].scatter([1, 2], [1, 2], c=[1, 2]), ax=axes[0])
    assert pictures.alt_text(figure) == "Left side. Right side."


def test_the_title_is_text_in_the_picture_and_comes_off_again():
    figure = style.describe(bars(table("RFQ")), "Bars.", "RFQ brings <most>\nvisitors").figure
    drawn = pictures.picture(figure)
    assert ">RFQ brings &lt;most&gt; visitors<" in drawn and drawn.count("<svg") == 2
    assert pictures.untitled(drawn) == pictures.svg(figure)
    assert pictures.untitled(pictures.svg(figure)) == pictures.svg(figure)
    assert pictures.title(figure) == "RFQ brings <most> visitors" and pictures.alt_text(figure) == "Bars."


def test_a_chart_without_a_title_has_none():
    assert "titled" not in pictures.picture(bars(table("RFQ")).figure)


@pytest.mark.parametrize(("text", "lines"), [("short", 1), ("word " * 20, 2), ("渠道" * 20, 2), ("渠" * 39, 1)])
def test_long_titles_take_more_lines(text, lines):
    figure = style.describe(bars(table("RFQ")), "Bars.", text).figure
    drawn = pictures.picture(figure)
    shown = re.findall(r"<tspan[^>]*>([^<]*)</tspan>", drawn)
    assert len(shown) == lines and "".join(shown).replace(" ", "") == text.replace(" ", "")
    assert max(sum(map(cells.columns, line)) for line in shown) <= pictures.TITLE_COLUMNS


def test_a_chart_is_titled_by_what_it_found():
    ax = plt.subplots()[1]
    assert style.say(ax, "boards.chart", paths=2, path="热门榜", passed=18, unclear=0).get_title() == (
        "热门榜 is open to most: 18 products may enter"
    )
    assert style.say(plt.subplots()[1], "boards.chart", title="", path="x", passed=1).get_title() == ""
    assert style.say(plt.subplots()[1], "funnel.chart_days", people=float("nan"), once=1).get_label().count("–") == 1


def test_numbers_stand_at_their_bars_and_the_axis_goes():
    ax = plt.subplots()[1]
    values = pd.Series([3.0, None])
    ax.barh([0, 1], values)
    style.value_labels(ax, values, [0, 1], ["3", "–"])
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("3", (3, 0)), ("–", (0, 1))]
    assert not ax.xaxis.get_visible()


def test_names_of_lines_that_end_together_are_moved_apart():
    ax = plt.subplots()[1]
    ax.set_ylim(0, 100)
    lines = {"low": pd.Series([1, 50]), "high": pd.Series([1, 51.0]), "gap": pd.Series([np.nan, np.nan])}
    style.end_labels(ax, lines, {"high": style.ACCENT})
    assert [(text.get_text(), text.xy[1]) for text in ax.texts] == [("low", 50), ("high", pytest.approx(56.2))]
    assert ax.texts[1].get_color() == style.ACCENT


def test_a_chart_among_others_keeps_its_height():
    alone, among = plt.subplots()[1], plt.subplots(1, 2, figsize=(6, 3))[1][0]
    assert style.tall(alone, 10).figure.get_figheight() == pytest.approx(3.2)
    assert style.tall(among, 10).figure.get_figheight() == 3


def test_no_rows_no_chart():
    assert bars(table()) is None and bars(None) is None
    assert plt.get_fignums() == []


def test_nothing_to_draw_leaves_no_empty_frame():
    assert style.needs_rows(lambda table, ax=None: None)(table("RFQ")) is None
    assert plt.get_fignums() == []


def test_a_chart_without_a_description_says_so():
    assert pictures.alt_text(plt.subplots()[0]) == "A chart without a description."


def test_a_chart_is_drawn_where_it_is_told_to():
    mine = plt.subplots()[1]
    assert bars(table("RFQ"), ax=mine) is mine and bars(table("RFQ"), mine) is mine
    assert bars(table("RFQ")) is not mine


def test_axes_are_labelled_and_formatted_like_the_tables():
    ax = style.label_axes(plt.subplots()[1], x="visitors", y="opportunity_rate")
    assert ax.get_xlabel() == style.label("visitors") == "Visitors"
    assert ax.xaxis.get_major_formatter()(12000) == "12,000"
    assert ax.yaxis.get_major_formatter()(0.015) == "1.5%"


def test_a_log_axis_has_plain_numbers():
    ax = plt.subplots()[1]
    ax.set(xscale="log", xlim=(50, 900))
    style.label_axes(ax, x="spend")
    ax.figure.canvas.draw()
    assert {text.get_text() for text in ax.get_xticklabels("both")} <= {"", "¥10", "¥100", "¥1,000"}


def test_labels_follow_the_language():
    charts.use_style("zh")
    assert "访" in style.label("visitors")


def test_names_that_are_missing_are_dashes():
    assert list(style.bounded(pd.Series(["bowl", None]))) == ["bowl", "–"]


def test_topics_come_when_they_are_drawn_from():
    assert charts.traffic.__name__ == "opsbook.report.charts.traffic"
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = charts.nonsense


@pytest.mark.slow
def test_a_notebook_keeps_one_picture_with_its_alt_text():
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    setup = "import matplotlib.pyplot as plt\nfrom opsbook.report import charts\ncharts.use_style('zh')"
    draw = "ax = charts.describe(plt.subplots()[1], 'An empty frame.')"
    cells = [nbformat.v4.new_code_cell(source) for source in (setup, draw)]
    done = nbclient.NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=60, kernel_name="python3").execute()
    (output,) = done.cells[1].outputs
    assert output.data["text/plain"] == "An empty frame."
    assert output.data["image/svg+xml"].startswith("<svg") and "image/png" not in output.data
