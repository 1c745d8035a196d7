"""A slice reads each table once, and another one is made when anything new is known."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from opsbook.explore import slices
from opsbook.intake import warehouse as wh

DATA = str(Path(__file__).parents[2] / "data")
WEEK = date(2026, 9, 19)


def channel(visitors: int) -> list[dict]:
    return [{"channel": "search", "visitors": visitors}]


@pytest.fixture
def held(warehouse, hold) -> str:
    hold(warehouse, "channel_traffic", channel(10))
    hold(warehouse, "channel_traffic", channel(7), date(2026, 9, 12))
    return warehouse


def test_weeks_ago(held):
    here = slices.slice_of("s", "2026-09-19", held, DATA)
    assert here.load("channel_traffic")["visitors"].tolist() == [10]
    assert here.load("channel_traffic", ago=1)["visitors"].tolist() == [7]
    assert here.load("channel_traffic", weeks=2)["visitors"].tolist() == [7, 10]
    assert here.load("channel_traffic", ago=2).empty


def test_a_table_is_read_once(held, monkeypatch):
    here, reads, read = slices.slice_of("s", WEEK, held, DATA), [], wh.load
    monkeypatch.setattr(wh, "load", lambda table, **options: reads.append(table) or read(table, **options))
    here.load("channel_traffic")
    slices.slice_of("s", WEEK, held, DATA).load("channel_traffic")
    assert reads == ["channel_traffic"]
    here.load("channel_traffic", weeks=2)
    assert len(reads) == 2


def test_who_changes_a_table_changes_his_own(held):
    here = slices.slice_of("s", WEEK, held, DATA)
    mine = here.load("channel_traffic")
    mine.loc[0, "visitors"] = 99
    mine["extra"] = 1
    assert here.load("channel_traffic")["visitors"].tolist() == [10] and "extra" not in here.load("channel_traffic")


def test_an_import_makes_another_slice(held, hold):
    before = slices.slice_of("s", WEEK, held, DATA)
    hold(held, "channel_traffic", channel(11))
    after = slices.slice_of("s", WEEK, held, DATA)
    assert before != after and after.load("channel_traffic")["visitors"].tolist() == [11]


def test_a_setting_makes_another_slice(held, tmp_path):
    settings = tmp_path / "stores.toml"
    before = slices.slice_of("s", WEEK, held, str(tmp_path))
    settings.write_text('[stores.s]\nname = "S"\nvalue_per_inquiry_cny = 80\n')
    after = slices.slice_of("s", WEEK, held, str(tmp_path))
    assert before != after and after.settings.value_per_inquiry_cny == 80


def test_a_changed_rule_is_in_the_book_of_the_next_slice(held, tmp_path):
    before = slices.slice_of("s", WEEK, held, str(tmp_path)).book["keywords.head_words"]
    (tmp_path / "rules.toml").write_text('[[rule]]\nid = "keywords.head_words"\nvalue = 3\n')
    after = slices.slice_of("s", WEEK, held, str(tmp_path)).book["keywords.head_words"]
    assert before.value == 2 and after.value == 3


def test_equal_slices_are_one(held):
    here = slices.slice_of("s", "2026-09-19", held, DATA)
    assert here == slices.slice_of("s", WEEK, held, DATA) and hash(here) == hash(replace(here))
    assert here != slices.slice_of("s", date(2026, 9, 12), held, DATA)


@pytest.mark.parametrize(("store", "newest"), [("s", "2026-09-19"), ("nobody", "none")])
def test_a_week_that_is_not_held_is_one_line(held, store, newest):
    text = rf"`week` must be a week held for store '{store}', the newest is {newest}; found 2026-09-18"
    with pytest.raises(ValueError, match=text):
        slices.slice_of(store, "2026-09-18", held, DATA)
