"""The rule editor: who moves when a value moves, and what is said about the rule."""

import html
import re
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from opsbook import explore
from opsbook.analysis import boards as board_rules
from opsbook.analysis import rules
from opsbook.explore import boards
from opsbook.explore.slices import Slice, slice_of
from opsbook.report import language

WEEK = "2026-09-19"
IMPRESSIONS = "boards.new_arrival.impressions"
INQUIRIES = "boards.most_popular.inquiries"


@pytest.fixture
def here(sample_warehouse, tmp_path) -> Slice:
    return slice_of("home", WEEK, sample_warehouse, str(tmp_path))


@pytest.fixture
def panel(sample_warehouse, tmp_path):
    """The controls and what they show, by name."""
    choice = explore.choose(sample_warehouse, str(tmp_path))
    view, saver = boards.rule_panel(choice).children
    rule, number, word, shown, _, code = view.children
    return SimpleNamespace(choice=choice, rule=rule, number=number, word=word, shown=shown, code=code, saver=saver)


def code_of(panel) -> str:
    return html.unescape(re.search(r'value="([^"]*)"', panel.code.value)[1])


def passing(here: Slice, book) -> set[tuple[str, str]]:
    judged = board_rules.evaluate(*boards._inputs(here), store=here.settings, as_of=here.week, rules=book)
    return entries(judged[judged["verdict"] == "pass"])


def entries(table: pd.DataFrame) -> set[tuple[str, str]]:
    return set(table[["product_id", "path"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(("rule", "value"), [(INQUIRIES, 5), (INQUIRIES, 0), ("boards.best_review.reading", "average")])
def test_moves_are_the_difference_of_two_evaluations(here, tmp_path, rule, value):
    path = tmp_path / "elsewhere.toml"
    text = f'"{value}"' if isinstance(value, str) else value
    path.write_text(f'[[rule]]\nid = "{rule}"\nvalue = {text}\n', "utf-8")
    before, now = passing(here, here.book), passing(here, rules.load(here.week, path))
    moves = explore.board_moves(here, rule, value)
    assert before != now
    assert entries(moves[moves["now"] == "pass"]) == now - before
    assert entries(moves[moves["before"] == "pass"]) == before - now
    assert moves["title"].notna().all()


def test_both_sides_of_a_boundary(monkeypatch):
    """Two products with 20 and 21 impressions: `> 20` lets the second in, `> 19` both, `> 21` none."""
    products = pd.DataFrame(
        {"product_id": ["a", "b"], "title": ["A", "B"], "published_on": pd.to_datetime(["2026-09-01"] * 2)}
    ).assign(
        overseas_visitors_30d=[5, 5],
        is_duplicate=[False, False],
        search_impressions_30d=[20, 21],
        search_clicks_30d=[2, 2],
        growth_score=[10, 10],
        inquiries_30d=[0, 0],
        tm_30d=[0, 0],
        orders_30d=[0, 0],
    )
    monkeypatch.setattr(boards, "_inputs", lambda here: (products, None, None))
    here = Slice("hand", date(2026, 9, 19), data="no such folder")

    def moved(value):
        moves = explore.board_moves(here, IMPRESSIONS, value)
        return moves[["product_id", "before", "now", "move"]].values.tolist()

    assert moved(19) == [["a", "fail", "pass", "entered"]]
    assert moved(20) == []
    assert moved(21) == [["b", "pass", "fail", "left"]]


def test_the_user_s_own_rules_are_in_force(here, tmp_path):
    (tmp_path / "rules.toml").write_text(f'[[rule]]\nid = "{INQUIRIES}"\nvalue = 3\n', "utf-8")
    own = slice_of("home", WEEK, here.warehouse, here.data)
    assert explore.board_moves(own, INQUIRIES, 3).empty
    assert (explore.board_moves(own, INQUIRIES, 1)["move"] == "entered").all()
    assert f"{tmp_path}" == own.data and (tmp_path / "rules.toml").read_text("utf-8").count("[[rule]]") == 1


def test_only_rules_that_decide_about_an_entry_are_offered():
    found = {rule.id for rule in boards.editable(rules.load(date(2026, 9, 19)))}
    assert {INQUIRIES, "boards.best_review.reading", "boards.best_review.average_stars", "boards.gold"} <= found
    assert {"boards.best_review.stars", "boards.gold_veto_scope", "boards.lowest_price"} <= found
    assert found.isdisjoint({"boards.actions", "boards.leaving_days", "boards.most_popular", "boards.top"})


def test_a_move_of_the_value_names_who_moves(panel, here):
    panel.rule.value = INQUIRIES
    assert panel.number.value == 1 and "nothing moves" in panel.shown.value
    panel.number.value = 5
    left = explore.board_moves(here, INQUIRIES, 5)
    before = int((boards.in_force(here)["verdict"] == "pass").sum())
    assert len(left) > 5
    assert f"0 entries would be gained, {len(left)} lost, 0 left open" in panel.shown.value
    assert f"{before} are eligible now, {before - len(left)} would be" in panel.shown.value
    assert "With &gt;= 5 inquiries instead of &gt;= 1 inquiries" in panel.shown.value
    assert all(title in panel.shown.value for title in left["title"].head(20))


def test_the_line_of_code_gives_the_same_products(panel, here):
    panel.rule.value = INQUIRIES
    panel.number.value = 5.0
    table = eval(code_of(panel), {"explore": explore})
    pd.testing.assert_frame_equal(table, explore.board_moves(here, INQUIRIES, 5))
    assert len(table) > 5 and code_of(panel).endswith(f"rule='{INQUIRIES}', value=5)")


def test_the_rule_is_shown_with_its_source(panel):
    panel.rule.value = "boards.best_review.reading"
    shown = html.unescape(panel.shown.value)
    rule = panel.choice.slice.book["boards.best_review.reading"]
    assert f"<td>{rule.source}</td>" in shown and "<td>low</td>" in shown and "<td>2025-02-06</td>" in shown
    assert rule.note[:100] in shown and rule.alternatives[0].note in shown


def test_a_reading_has_a_list_and_a_number_a_field(panel):
    panel.rule.value = "boards.best_review.reading"
    assert panel.number.layout.display == "none" and panel.word.layout.display is None
    assert [value for _, value in panel.word.options] == ["each", "average"]
    panel.word.value = "average"
    assert "gained" in panel.shown.value and "value='average'" in code_of(panel)
    panel.rule.value = "boards.gold"
    assert [value for _, value in panel.word.options] == [True, False] and panel.word.value is True
    panel.rule.value = "boards.new_arrival.search_ctr"
    assert panel.word.layout.display == "none" and panel.number.layout.display is None
    assert panel.number.value == 0.04 and panel.number.step == 0.01


def test_a_value_that_cannot_be_is_said_in_place(panel, monkeypatch):
    monkeypatch.setattr(boards, "_judged", lambda here, book: 1 / 0)
    panel.rule.value = IMPRESSIONS
    panel.number.value = 5
    assert 'role="alert"' in panel.shown.value and "division by zero" in panel.shown.value
    monkeypatch.undo()
    panel.number.value = 6
    assert 'role="alert"' not in panel.shown.value


def test_what_was_tried_is_saved_after_a_look(panel, tmp_path):
    panel.rule.value = INQUIRIES
    panel.number.value = 3
    assert panel.saver.write.disabled
    panel.saver.preview.click()
    assert "+value = 3" in panel.saver.result.value and not (tmp_path / "rules.toml").exists()
    panel.saver.write.click()
    assert (tmp_path / "rules.toml").read_text("utf-8") == f'[[rule]]\nid = "{INQUIRIES}"\nvalue = 3\n'
    assert panel.choice.slice.book[INQUIRIES].value == 3 and panel.rule.value == INQUIRIES
    assert panel.number.value == 3 and "your rules.toml" in panel.shown.value and "nothing moves" in panel.shown.value
    assert "Saved in rules.toml" in panel.saver.result.value and panel.saver.write.disabled


def test_a_store_without_products_says_what_it_needs(here, monkeypatch):
    empty = Slice("nobody", date(2026, 9, 19), here.warehouse, here.data)
    shown = boards._shown(empty, IMPRESSIONS, 5)
    assert "opsbook import" in shown.html and "impressions" in shown.html


def test_in_chinese_it_is_chinese(sample_warehouse, tmp_path):
    language.use("zh")
    view, _ = boards.rule_panel(explore.choose(sample_warehouse, str(tmp_path))).children
    rule, _, _, shown, *_ = view.children
    rule.value = "boards.best_review.reading"
    assert rule.description == "规则" and "好评榜评价条件的读法" in dict(map(reversed, rule.options))[rule.value]
    assert '<th scope="row">现行规则</th><td>逐条看评价</td>' in shown.value
    rule.value = INQUIRIES
    assert '<th scope="row">现行规则</th><td>&gt;= 1 询盘个数</td>' in shown.value


def test_an_empty_warehouse_shows_an_empty_editor(tmp_path):
    view, saver = boards.rule_panel(explore.choose(str(tmp_path), str(tmp_path))).children
    assert view.children[0].options == () and saver.preview.disabled and saver.write.disabled
