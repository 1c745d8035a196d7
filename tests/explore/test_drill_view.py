"""Opening and going back: lists, buttons, the table, and its line of code."""

import re
from html import unescape

import pandas as pd
import pytest

from opsbook import explore
from opsbook.explore import drill_view
from opsbook.report import findings, language


class View:
    """The controls of the panel by name, and what it shows."""

    def __init__(self, choice):
        self.crumbs, self.root, self.channel, self.product, self._html, _, self._code = (
            explore.drill_panel(choice).children
        )

    @property
    def html(self) -> str:
        return self._html.value

    @property
    def code(self) -> str:
        return unescape(re.search(r'value="([^"]*)"', self._code.value)[1])

    @property
    def path(self) -> list[str]:
        return [button.description for button in self.crumbs.children if button.layout.display != "none"]


@pytest.fixture
def view(choice):
    return View(choice)


def test_it_starts_with_all_groups(view):
    assert view.path == ["All traffic"] and view.crumbs.children[0].disabled
    assert view.root.options[0] == ("everything", "") and ("Search", "search") in view.root.options
    assert len(view.channel.options) == len(view.product.options) == 1
    assert "<td>Search</td>" in view.html and "Compared with the week to 2026-09-12." in view.html


def test_down_to_the_words_and_up_again(view):
    view.root.value = "search"
    assert view.path == ["All traffic", "Search"] and ("Search", "search") in view.channel.options
    view.channel.value = "search"
    title, product = view.product.options[1]
    view.product.value = product
    assert view.path == ["All traffic", "Search", "Search", title]
    assert [button.disabled for button in view.crumbs.children] == [False, False, False, True]
    assert "Only adverts say" in view.html and "Inquiries by word" in view.html
    view.crumbs.children[1].click()
    assert view.path == ["All traffic", "Search"] and len(view.product.options) == 1
    assert "Only adverts say" not in view.html
    view.crumbs.children[0].click()
    assert view.path == ["All traffic"] and view.root.value == ""


def test_the_line_of_code_gives_the_table_that_is_shown(view, choice):
    steps = [("against", "the mean of the four weeks before"), ("root", "search"), ("channel", "search")]
    steps.append(("product", explore.drill(choice.slice, channel="search")["product_id"].iloc[1]))
    for level, value in [("root", ""), *steps]:
        setattr(*((choice, "against") if level == "against" else (getattr(view, level), "value")), value)
        table = eval(view.code, {"explore": explore})
        columns = drill_view.COLUMNS[level if value and level != "against" else None]
        columns = [*columns[:1], "search_clicks", *columns[1:]] if level == "channel" else columns
        assert findings.table(table, columns).html in view.html


def test_another_store_starts_at_the_top(view, choice):
    view.root.value = "search"
    view.channel.value = "search"
    choice.store.value = "home"
    assert view.path == ["All traffic"] and view.root.value == "" and "'home'" in view.code


def test_products_say_whose_visitors_they_show(view):
    view.root.value = "search"
    view.channel.value = "search"
    assert "counts the clicks of this channel" in view.html and "Search clicks" in view.html
    view.root.value = "scene"
    view.channel.value = view.channel.options[1][1]
    assert "does not say by which channel" in view.html and "Search clicks" not in view.html


@pytest.mark.parametrize(
    ("against", "text"),
    [
        ("the week before", "Compared with the week to 2026-09-12."),
        ("the mean of the four weeks before", "mean of the weeks to 2026-09-12, 2026-09-05, 2026-08-29, 2026-08-22."),
        ("the same week a year before", "No week to compare with is held: what changed is not known."),
    ],
)
def test_it_says_what_it_compares_with(view, choice, against, text):
    choice.against = against
    assert text in view.html


def test_without_a_table_it_says_what_it_needs(warehouse, hold):
    hold(warehouse, "store_kpi", [{"visitors": 3}])
    view = View(explore.choose(warehouse, "no such folder"))
    assert "This section needs Traffic sources" in view.html and "opsbook import" in view.html


def test_an_empty_warehouse_shows_nothing(tmp_path):
    view = View(explore.choose(str(tmp_path), str(tmp_path)))
    assert view.html == '<div class="opsbook"></div>' and view.path == ["All traffic"]


def test_an_error_stands_in_place_and_the_lists_go_on(view, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(drill_view, "drill", lambda *_, **__: pd.Series({})["nothing"])
        view.root.value = "search"
    assert 'role="alert"' in view.html and "This view failed" in view.html and len(view.channel.options) == 1
    view.root.value = "scene"
    assert "failed" not in view.html and len(view.channel.options) > 1


def test_names_from_exports_are_escaped(warehouse, hold):
    hold(warehouse, "channel_traffic", [{"channel": "<script>x</script>", "visitors": 3}])
    view = View(explore.choose(warehouse, "no such folder"))
    view.root.value = "unmapped"
    assert "&lt;script&gt;" in view.html and "<script>" not in view.html


def test_it_speaks_the_language_of_the_reader(choice):
    language.use("zh")
    view = View(choice)
    assert view.path == ["全部流量"] and view.root.description == "流量大类"
    assert "与截至 2026-09-12 的一周对比。" in view.html
    assert [label for label, _ in view.root.options][:2] == ["全部", "搜索流量"]
