"""The table to sort and search: numbers stay numbers, texts are escaped, nothing comes from outside."""

import json
import re

import pandas as pd
import pytest

from opsbook.explore import datatable as tables
from opsbook.report import cells, language


def rows(html: str) -> list[list]:
    """The rows that DataTables reads."""
    data = json.loads(re.search(r'"data_json": ("(?:[^"\\]|\\.)*")', html)[1])
    return json.loads(data)


def made(columns=("keyword", "decision", "spend", "clicks", "prob_loss"), **values) -> str:
    frame = pd.DataFrame(
        {"keyword": ["a", "b"], "decision": ["raise", "pause"], "spend": [1234.5, float("nan")]}
        | {"clicks": [60.0, 0.0], "prob_loss": [0.99999, 0.5]}
        | values
    )
    return tables.datatable(frame, list(columns), "t")


def test_numbers_are_values_and_codes_are_words():
    assert rows(made()) == [["a", "raise the bid", 1234.5, 60, 0.99999], ["b", "pause", None, 0, 0.5]]


def test_texts_of_exports_are_escaped_and_missing_ones_a_dash():
    html = made(keyword=['</script><img src=x onerror="alert(1)">', None])
    assert [row[0] for row in rows(html)] == [
        "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;",
        cells.MISSING,
    ]
    assert html.count("</script>") == 1 and "<img" not in html


def test_control_characters_are_taken_out():
    assert rows(made(keyword=["a\x00 \u202eb", "c"]))[0][0] == "a b"


def test_headers_and_words_are_in_the_language_of_the_reader():
    assert "<th>Spend</th>" in made() and '"search": "Search the table"' in made()
    language.use("zh")
    assert all(json.dumps(text)[1:-1] in made() for text in ("<th>花费</th>", "搜索表格"))
    assert rows(made())[1][1] == "暂停"


def test_two_rows_can_be_searched_as_well_as_five_thousand():
    assert '"topStart": "search"' in made()
    words = [f"word {number}" for number in range(5000)]
    many = tables.datatable(pd.DataFrame({"keyword": words, "clicks": range(5000)}), ["keyword", "clicks"], "t")
    assert len(rows(many)) == 5000 and rows(many)[4999] == ["word 4999", 4999]


def test_search_and_order_are_kept_until_the_page_is_closed():
    assert '"stateSave": true' in made() and '"stateDuration": -1' in made() and '<table id="t"' in made()


def test_a_click_on_a_header_sorts():
    assert '"text_in_header_can_be_selected": true' not in made()  # itables' own default: only the arrows would sort


def test_an_empty_table_has_no_rows():
    assert rows(tables.datatable(pd.DataFrame({"keyword": [], "spend": []}), ["keyword", "spend"], "t")) == []


@pytest.mark.parametrize("part", ["library", "table"])
def test_nothing_is_requested(part):
    html = tables.library()[:3000] if part == "library" else made()
    assert not re.search(r"(src|href)=.?https?:|import [^;]*https?:|unpkg", html.replace("https://itables.org", ""))


def test_library_and_table_are_of_one_version():
    name = re.search(r"window\.(_itables_[\d_]+)", made())[1]
    assert name in tables.library()
