"""The lists of stores, weeks and comparisons."""

from datetime import date
from pathlib import Path

import pytest

from opsbook.explore import choice as choices
from opsbook.explore import slices
from opsbook.report import language

DATA = str(Path(__file__).parents[2] / "data")
WEEK = date(2026, 9, 19)


def test_it_starts_at_the_newest_week_of_the_first_store(sample_warehouse):
    choice = choices.choose(sample_warehouse, DATA)
    assert [store for _, store in choice.store.options] == ["home", "shoes"]
    assert choice.week.value == WEEK and len(choice.week.options) == 9
    assert choice.slice == slices.slice_of("home", WEEK, sample_warehouse, DATA)
    assert choice.against == "the week before"


def test_store_and_week_choose_the_slice_and_announce_it_once_each(sample_warehouse):
    choice, seen = choices.choose(sample_warehouse, DATA), []
    choice.observe(lambda change: seen.append((change.new.store, change.new.week)), "slice")
    choice.week.value = date(2026, 8, 29)
    choice.store.value = "shoes"
    assert seen == [("home", date(2026, 8, 29)), ("shoes", WEEK)]


def test_another_store_starts_at_its_newest_week(sample_warehouse):
    choice = choices.choose(sample_warehouse, DATA)
    choice.week.value = date(2026, 8, 29)
    choice.store.value = "shoes"
    assert choice.week.value == WEEK


def test_the_comparison_follows_its_list(sample_warehouse):
    choice = choices.choose(sample_warehouse, DATA)
    compared = next(child for child in choice.children if getattr(child, "description", "") == "Compared with")
    compared.value = "the same week a year before"
    assert choice.against == "the same week a year before" and choices.COMPARISONS[choice.against] == (52,)


def test_labels_are_in_the_language_of_the_reader(sample_warehouse):
    language.use("zh")
    choice = choices.choose(sample_warehouse, DATA)
    names = [child.description for child in choice.children if hasattr(child, "description")]
    assert names[:4] == ["", "店铺", "截至周六", "对比对象"]
    assert choice.children[3].options[0] == ("上一周", "the week before")


def test_an_empty_warehouse_says_what_to_do(tmp_path):
    choice = choices.choose(str(tmp_path), DATA)
    assert "opsbook import PATH" in choice.problem.value and choice.slice is None


def test_a_store_that_the_settings_do_not_name_goes_by_its_id(sample_warehouse, tmp_path):
    choice = choices.choose(sample_warehouse, str(tmp_path))
    assert [label for label, _ in choice.store.options] == ["home", "shoes"]


def test_what_cannot_be_opened_says_so_and_the_lists_go_on(sample_warehouse, monkeypatch):
    choice = choices.choose(sample_warehouse, DATA)
    with monkeypatch.context() as broken:
        broken.setattr(choices, "slice_of", lambda *_: 1 / 0)
        choice.week.value = date(2026, 8, 29)
    assert choice.slice is None and 'role="alert">This view failed: division by zero' in choice.problem.value
    choice.week.value = WEEK
    assert choice.slice.week == WEEK and choice.problem.value == ""


@pytest.mark.parametrize(
    ("error", "text"),
    [(ValueError("two\nlines <b>"), "failed: two lines &lt;b&gt;<"), (KeyError(), "failed: KeyError<")],
)
def test_a_failure_is_one_escaped_line(error, text):
    assert text in choices.failure(error)
