"""Sentences, definitions, tables and what is missing: worded, escaped, bounded, the same in every run."""

from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.report import findings, language
from opsbook.report.messages import LABELS, MESSAGES

HOSTILE = "<script>alert(1)</script> **bold** [x](http://evil) ![y](http://evil/z.png) & \"q\" 'a'\x00\x1b[31m"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setitem(MESSAGES, "test.loss", "{clicks:,} clicks for “{name}” brought {inquiries} ({share:.0%}).")
    monkeypatch.setitem(LABELS, "cost_test", ("Cost", "cny"))
    monkeypatch.setitem(LABELS, "why_test", ("Why", "message"))
    monkeypatch.setitem(LABELS, "state_test", ("State", "code"))
    monkeypatch.setitem(LABELS, "state_test.open", ("Still open", "text"))
    language.use("en")
    yield
    language.use("en")


def loss(name="bowl", **changed):
    return {"id": "test.loss", "clicks": 1200, "inquiries": 0, "share": 0.934, "name": name} | changed


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def cells_of(html):
    return [attrs for tag, attrs in Tags(html).tags if tag == "td"]


def test_a_message_becomes_a_sentence():
    assert findings.word(loss()) == "1,200 clicks for “bowl” brought 0 (93%)."


def test_details_follow_the_message():
    assert findings.word(loss(details=[loss("cup")])).endswith("(93%). 1,200 clicks for “cup” brought 0 (93%).")


@pytest.mark.parametrize("unknown", [None, float("nan"), pd.NA])
def test_an_unknown_number_is_a_dash(unknown):
    assert findings.word(loss(share=unknown)) == "1,200 clicks for “bowl” brought 0 (–)."
    assert findings.word(unknown) == "–"


def test_a_message_without_words_is_shown_bare():
    assert findings.word({"id": "test.nobody_wrote_it", "clicks": 3}) == "id: test.nobody_wrote_it, clicks: 3"
    assert findings.word({"id": "test.loss", "clicks": 3}) == "id: test.loss, clicks: 3"


def test_a_column_named_in_a_message_is_shown_by_its_header():
    monitored = {"id": "brief.no_peers", "metric": "visitors"}
    assert findings.word(monitored).startswith("Visitors")
    language.use("zh")
    assert "访" in findings.word(monitored)


def test_a_name_from_an_export_is_never_translated():
    language.use("zh")
    assert "“green_bowl”" in findings.word(loss("green_bowl"))


def test_sentences_are_said_once_and_escaped():
    block = findings.say([loss(HOSTILE), loss(HOSTILE)], loss(), None)
    assert [tag for tag, _ in Tags(block.html).tags] == ["ul", "li", "li"]
    assert block.text.count("\n") == 1 and "\x00" not in block.text + block.html and "\x1b" not in block.text
    assert findings.say([]) is None and findings.say(None) is None


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_no_name_adds_a_tag(name):
    frame = pd.DataFrame({"product_name": [name], "why_test": [loss(name)]})
    html = findings.table(frame).html + findings.say(loss(name)).html
    assert {tag for tag, _ in Tags(html).tags} <= {"div", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}


def test_a_definition_is_the_first_sentence_of_the_docstring():
    def rate():
        """Inquiries divided by clicks,
        per keyword.

        Formula: ...
        """

    assert findings.definition(rate).text == "Inquiries divided by clicks, per keyword."


def frame(rows=1):
    return pd.DataFrame({"name_test": ["bowl"] * rows, "cost_test": [1234.5] * rows, "why_test": [loss()] * rows})


def test_a_table_has_headers_formats_and_sentences():
    block = findings.table(frame())
    assert Tags(block.html).text == ["Name test", "Cost", "Why", "bowl", "¥1,234.50", findings.word(loss())]
    heads = [attrs for tag, attrs in Tags(block.html).tags if tag == "th"]
    assert all(attrs["scope"] == "col" for attrs in heads) and heads[1]["class"] == "number"
    assert block.text.splitlines()[0].split() == ["Name", "test", "Cost", "Why"]


def test_columns_choose_and_order():
    assert Tags(findings.table(frame(), columns=["cost_test", "name_test"]).html).text[:2] == ["Cost", "Name test"]


def test_the_rest_of_the_rows_is_counted():
    assert "2 more rows" in findings.table(frame(22)).html and "2 more rows" in findings.table(frame(22)).text
    assert "more rows" not in findings.table(frame(20)).html
    assert findings.table(frame(22)).html.count("<tr") == 21


def test_unknown_is_a_dash_with_its_reason():
    html = findings.table(pd.DataFrame({"cost_test": [None, 0.0]})).html
    assert [attrs.get("title") for attrs in cells_of(html)] == ["unknown", None]
    assert Tags(html).text[1:] == ["–", "¥0.00"]


def test_a_long_title_is_cut_and_reachable_within_bounds():
    html = findings.table(pd.DataFrame({"product_name": ["长标题 " * 10_000]})).html
    (cell,) = cells_of(html)
    assert 100 < len(cell["title"]) <= findings.CELL_CHARACTERS and len(html) < 1000


def test_codes_and_flags_are_words():
    html = findings.table(pd.DataFrame({"state_test": ["open", None], "flag_test": [True, False]})).html
    assert Tags(html).text[2:] == ["Still open", "yes", "–", "no"]


def test_an_empty_table_says_so():
    assert findings.table(frame(0)).text == "Nothing to show here this week."
    assert findings.table(None).text == "Nothing to show here this week."


def test_the_input_stays_as_it_is():
    given_ = frame(3)
    findings.table(given_)
    pd.testing.assert_frame_equal(given_, frame(3))


def test_what_is_missing_is_asked_for_where_it_is():
    assert findings.needs("ad_keyword", pd.DataFrame({"spend": [1]})) is None
    for frame_ in (None, pd.DataFrame({"spend": []})):
        assert findings.TABLES["ad_keyword"].where_en in findings.needs("ad_keyword", frame_).text
    language.use("zh")
    assert findings.TABLES["ad_keyword"].where_zh in findings.needs("ad_keyword", None).text


def test_cards_show_value_change_and_peers():
    kpi = pd.DataFrame(
        {
            "metric": ["visitors", "spend", "clicks"],
            "value": [1260.0, 99.5, None],
            "wow": [0.12, None, None],
            "to_peer_avg": [None, 1.1, None],
        }
    )
    assert findings.cards(kpi).text.splitlines() == [
        "Visitors: 1,260 (+12.0% on last week)",
        "Spend: ¥99.50 (1.10x peers)",
    ]
    assert findings.cards(kpi.tail(1)) is None


def test_recorded_figures_are_plain_and_hidden():
    shown = findings.record(light="green", spend=pd.Series([1.5])[0], none=float("nan"), top=[pd.Series([2])[0]])
    bundle = shown._repr_mimebundle_()
    assert bundle[findings.METRICS_MIME] == {"light": "green", "spend": 1.5, "none": None, "top": [2]}
    assert type(bundle[findings.METRICS_MIME]["top"][0]) is int and "text/html" not in bundle


def test_what_is_shown_is_the_same_in_every_run():
    for block in (findings.table(frame(3)), findings.say(loss()), findings.record(light="green")):
        assert block._repr_mimebundle_() == block._repr_mimebundle_()
        assert " at 0x" not in str(block._repr_mimebundle_())


def test_messages_and_lists_are_shown_whole_whatever_the_label_says():
    reasons = [loss("a"), loss("b")]
    html = findings.table(pd.DataFrame({"cost_test": [reasons], "name_test": [loss()]})).html
    assert Tags(html).text[2:] == [" ".join(map(findings.word, reasons)), findings.word(loss())]


def test_a_figure_is_formatted_as_the_metric_of_its_row():
    html = findings.table(pd.DataFrame({"metric": ["visitors", "spend"], "value": [1260.0, 1260.0]})).html
    assert Tags(html).text[-3::2] == ["1,260", "¥1,260.00"]


def test_shares_carry_a_bar_of_the_whole_and_amounts_one_of_the_largest():
    html = findings.table(pd.DataFrame({"share": [0.25, None, 0.0], "spend": [30.0, 60.0, 0.0]})).html
    cells_ = [(attrs.get("class"), attrs.get("style")) for attrs in cells_of(html)]
    number, half, full = ("number", None), ("number bar", "--reach:0.50"), ("number bar", "--reach:1.00")
    assert cells_ == [("number bar", "--reach:0.25"), half, number, full, number, number]


@pytest.mark.parametrize("spend", [[30.0], [30.0, 30.0], [30.0, None], [None, None]])
def test_one_number_has_nothing_to_compare(spend):
    assert "bar" not in findings.table(pd.DataFrame({"spend": spend, "share": spend})).html


def test_recent_weeks_are_a_small_line_and_in_text_numbers():
    block = findings.table(pd.DataFrame({"metric": ["visitors", "tm"], "recent": [[3.0, 1200.0], [None, None]]}))
    assert 'aria-label="3; 1,200"' in block.html and "3; 1,200" in block.text
    assert block.html.count("<svg") == 1 and "–; –" in block.html


def test_a_table_scrolls_by_itself_and_says_what_it_holds():
    (box,) = [attrs for tag, attrs in Tags(findings.table(frame()).html).tags if tag == "div"]
    label = "Table: Name test, Cost, Why"
    assert box == {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label}


def test_cards_tell_the_change_of_a_rate_in_points_and_draw_its_weeks():
    row = {"metric": "opportunity_rate", "value": 0.034, "before": 0.025, "wow": 0.36, "to_peer_avg": 0.7}
    block = findings.cards(pd.DataFrame([row | {"recent": [0.03, None, 0.025, 0.034]}]))
    assert block.text == "Opportunity rate: 3.40% (+0.9 pp on last week · 0.70x peers)"
    assert 'aria-label="3.00%; –; 2.50%; 3.40%"' in block.html


def test_numbers_stand_right_whatever_their_label_says():
    html = findings.table(
        pd.DataFrame({"name_test": [3, None], "flag_test": [True, False], "other_test": ["a", "b"]})
    ).html
    assert [attrs.get("class") for tag, attrs in Tags(html).tags if tag == "th"] == ["number", None, None]
