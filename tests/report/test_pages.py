"""Pages: self-contained, harmless whatever the exports hold, readable in both languages and both schemes."""

import copy
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from opsbook.report import findings, language, pages
from opsbook.report.charts import pictures
from opsbook.report.charts.pictures import INK, LINE, PAPER
from opsbook.report.execute import Execution
from opsbook.report.findings import METRICS_MIME

HOSTILE = '<script>alert(1)</script><img src="http://evil/x.png" onerror="x()"> & [a](http://evil)'
GLYPH = '<defs><path id="NotoSansSC-Regular-11" d="M 0 0 L 9 9"/></defs><use xlink:href="#NotoSansSC-Regular-11"/>'


def svg(body=GLYPH, ink=INK):
    return f'<svg viewBox="0 0 9 9"><path style="fill: {ink}" d="M 1 1"/>{body}</svg>'


def shown(data, source="x"):
    return new_code_cell(source, outputs=[new_output("display_data", data=data)])


def page(*cells, lang="en", store_name="Forest Shoes", name="01_traffic_sources"):
    notebook = new_notebook(cells=list(cells))
    return pages.notebook_page(notebook, name=name, lang=lang, store_name=store_name, week=date(2026, 9, 19))


def failed(cell=0):
    notebook = new_notebook(cells=[new_code_cell("table = keywords.roi(None)")])
    execution = Execution(notebook, 1.0, f"ValueError: {HOSTILE}", cell, "\x1b[31mboom\x1b[0m")
    about = {"name": "01_traffic_sources", "lang": "en", "store_name": HOSTILE, "week": date(2026, 9, 19)}
    return pages.failure_page(execution, **about, parameters={"store": HOSTILE}, command="opsbook weekly --force")


class Parsed(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def assert_harmless(html):
    for tag, attrs in Parsed(html).tags:
        assert tag not in {"script", "iframe", "object", "embed", "link", "base", "form"}, tag
        assert not [name for name in attrs if name.startswith("on")], attrs
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert not re.match(r"\s*(https?:|//|javascript:)", attrs.get(name) or ""), attrs


def everything(store_name=HOSTILE):
    return page(
        new_markdown_cell("# Traffic sources\n\nWhich channel?"),
        new_markdown_cell("## Findings"),
        shown({"text/html": "<p>fine</p>", "text/plain": "fine"}),
        shown({"text/plain": HOSTILE}, source=f"name = '{HOSTILE}'"),
        shown({"image/svg+xml": svg(), "text/plain": HOSTILE}),
        shown({"image/png": "iVBORw0KGgo=", "text/plain": HOSTILE}),
        shown({"application/javascript": "alert(1)"}),
        shown({"text/markdown": HOSTILE}),
        shown({"text/latex": HOSTILE}),
        new_code_cell("x", outputs=[new_output("stream", name="stdout", text=HOSTILE)]),
        new_markdown_cell("## Next week"),
        store_name=store_name,
    )


def test_no_script_no_request_whatever_the_names():
    assert_harmless(everything())
    assert_harmless(failed())


def test_the_policy_forbids_what_might_slip_through():
    (policy,) = [attrs["content"] for attrs in Parsed(everything()).all("meta") if "http-equiv" in attrs]
    assert policy.startswith("default-src 'none'") and "script-src" not in policy and "img-src data:;" in policy


def test_the_page_says_what_it_is():
    html = page(new_markdown_cell("# Traffic sources"))
    parsed = Parsed(html)
    assert parsed.all("html") == [{"lang": "en"}]
    assert "Traffic sources · Forest Shoes · 2026-09-19" in parsed.words
    assert any("data up to 2026-09-19" in word for word in parsed.words)


def test_pages_of_a_report_link_to_each_other():
    links = Parsed(page()).all("a")
    assert {f"{name}.html" for name in pages.TITLES} < {link["href"] for link in links}
    assert [link["href"] for link in links if "aria-current" in link] == ["01_traffic_sources.html"]
    assert [link["href"] for link in links[:2]] == ["#main", "../../index.html"]


def test_contents_lead_to_the_sections_in_order():
    parsed = Parsed(everything())
    anchors = [link["href"][1:] for link in parsed.all("a") if link["href"].startswith("#") and "class" not in link]
    assert anchors == [attrs["id"] for attrs in parsed.all("h2")] == ["Findings", "Next-week"]


def test_prose_is_translated_cell_by_cell(monkeypatch):
    prose = "## Which channels pay?\n\nA question."
    monkeypatch.setattr(
        language, "catalog", lambda lang: {prose: "## 哪些渠道划算？\n\n一个问题。"} if lang == "zh" else {}
    )
    assert "哪些渠道划算" in page(new_markdown_cell(prose), lang="zh")
    assert "Which channels pay?" in page(new_markdown_cell(prose), lang="en")


def test_a_chinese_page_is_marked_and_worded_in_chinese():
    parsed = Parsed(page(lang="zh"))
    assert parsed.all("html") == [{"lang": "zh-CN"}]
    assert {"流量来源", "周报", "全部报告"} < set(parsed.words)


def test_code_is_there_and_folded():
    html = page(new_code_cell("table = traffic.sources(channels)"))
    (folded,) = [attrs for attrs in Parsed(html).all("details") if attrs.get("class") == "code"]
    assert "open" not in folded and "traffic.sources(channels)" in html


def test_charts_follow_the_scheme_of_the_page():
    html = page(shown({"image/svg+xml": svg(f'<path style="fill: {PAPER}; stroke: {LINE}"/>'), "text/plain": "x"}))
    body = html.split("</style>")[1]
    assert "fill: currentColor" in body and "fill: var(--paper); stroke: var(--line)" in body
    assert INK not in body and PAPER not in body


def test_charts_have_their_alt_text():
    vector, raster = ({kind: data, "text/plain": 'The "first" of 3.'} for kind, data in PICTURES.items())
    parsed = Parsed(page(shown(vector), shown(raster)))
    assert [attrs["aria-label"] for attrs in parsed.all("div") if attrs.get("role") == "img"] == ['The "first" of 3.']
    assert [attrs["alt"] for attrs in parsed.all("img")] == ['The "first" of 3.']


def test_the_title_of_a_chart_stands_above_it_as_text():
    drawing = pictures.titled(svg(), "2 of 3 <pay>")
    html = page(shown({"image/svg+xml": drawing, "text/plain": "2 of 3 <pay>\nDots."}))
    assert html.count("2 of 3 &lt;pay&gt;") == 1 and "<figcaption>2 of 3 &lt;pay&gt;</figcaption>" in html
    assert [attrs["aria-label"] for attrs in Parsed(html).all("div") if attrs.get("role") == "img"] == ["Dots."]
    assert "titled" not in html.split("</style>")[1]


def test_what_scrolls_can_be_reached_by_the_keyboard():
    parsed = Parsed(page(shown(PICTURES | {"text/plain": "x"}), shown({"text/html": findings.table(FRAME).html})))
    boxes = [attrs for attrs in parsed.all("div") if attrs.get("class") in ("scroll", "chart")]
    assert [attrs["tabindex"] for attrs in boxes] == ["0", "0"]
    assert boxes[1]["role"] == "region" and boxes[1]["aria-label"] == "Table: A, B"
    assert [attrs["id"] for attrs in parsed.all("main")] == ["main"]


FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
PICTURES = {"image/svg+xml": svg(), "image/png": "iVBORw0KGgo="}


@pytest.mark.parametrize(("vector", "pictures"), [(svg(), ["svg"]), (svg("<g></g>" * 100), ["img"])])
def test_of_two_pictures_the_smaller_is_kept(vector, pictures):
    parsed = Parsed(page(shown({"image/svg+xml": vector, "image/png": "A" * 400, "text/plain": "x"})))
    assert [tag for tag, _ in parsed.tags if tag in ("svg", "img")] == pictures


def test_glyphs_are_defined_once_and_used_twice():
    parsed = Parsed(page(*(shown({"image/svg+xml": svg(), "text/plain": "x"}) for _ in range(2))))
    assert Counter(attrs.get("id") for attrs in parsed.all("path"))["NotoSansSC-Regular-11"] == 1
    assert len(parsed.all("use")) == 2


def test_two_things_of_one_name_both_stay():
    other = GLYPH.replace("9 9", "8 8")
    parsed = Parsed(page(shown({"image/svg+xml": svg(GLYPH + other), "text/plain": "x"})))
    assert {attrs["d"] for attrs in parsed.all("path") if "id" in attrs} == {"M 0 0 L 9 9", "M 0 0 L 8 8"}


def test_figures_for_programs_and_warnings_are_not_shown():
    warning = new_output("stream", name="stderr", text="FutureWarning: soon")
    cell = new_code_cell("y", outputs=[warning, new_output("display_data", data={METRICS_MIME: {"light": "sentinel"}})])
    html = page(cell)
    assert "sentinel" not in html and "FutureWarning" not in html


def test_the_notebook_stays_as_it_is():
    notebook = new_notebook(cells=[shown({"image/svg+xml": svg(), "text/plain": "x"})])
    before = copy.deepcopy(notebook)
    pages.notebook_page(notebook, name="00_weekly_brief", lang="zh", store_name="x", week=date(2026, 9, 19))
    assert notebook == before


def test_equal_notebooks_make_equal_pages_in_any_thread():
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: re.sub(r'id="cell-id=[^"]*"', "", everything()), range(4)))
    assert len(set(made)) == 1


def test_a_failure_shows_the_cell_the_traceback_the_parameters_and_what_to_do():
    html = failed()
    text = "".join(Parsed(html).words)
    for expected in ("keywords.roi(None)", "ValueError", "boom", HOSTILE, "opsbook weekly --force"):
        assert expected in text
    assert "\x1b" not in html
    assert [attrs["id"] for attrs in Parsed(html).all("h2")] == ["cell", "traceback", "parameters", "again"]


def test_a_failure_without_a_cell_still_has_a_page():
    assert "boom" in failed(cell=None)


SCHEMES = re.findall(r":root\{([^}]*)\}", (pages.FOLDER / "page.css").read_text("utf-8"))


def luminance(colour):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


@pytest.mark.parametrize("scheme", SCHEMES[:2], ids=["light", "dark"])
@pytest.mark.parametrize("behind", ["paper", "wash", "bar"])
@pytest.mark.parametrize("word", ["ink", "soft", "link", "good", "bad", "warn"])
def test_text_is_readable_in_both_schemes(scheme, behind, word):
    if behind == "bar" and word != "ink":
        return  # numbers only stand on bars
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]+)", scheme))
    dark, light = sorted(
        luminance("#" + "".join(2 * c for c in colours[name][1:]) if len(colours[name]) == 4 else colours[name])
        for name in (behind, word)
    )
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_an_empty_page_is_small():
    assert len(page()) < 14_000


def test_characters_of_headings_are_written_plainly_and_markup_never():
    html = page(new_markdown_cell("## 渠道 &#60;b&#62;&#0060;i&#62; &#55296;"))
    assert "渠道" in html and "&#28192;" not in html
    assert not [tag for tag, _ in Parsed(html.split("<main")[1]).tags if tag in ("b", "i")]
    html.encode()
