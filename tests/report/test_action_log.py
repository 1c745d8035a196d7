from datetime import date, timedelta

import pandas as pd
import pytest

from opsbook.intake import warehouse as wh
from opsbook.intake.tables import TABLES
from opsbook.report import action_log

WEEK = date(2026, 9, 19)
NEXT = WEEK + timedelta(days=7)


def action(name, **changes):
    row = {
        "action_id": name,
        "created_week": f"{WEEK}",
        "module": "traffic",
        "object_type": "channel",
        "object": "搜索",
        "action": {"id": "traffic.check_channel", "channel": "搜索"},
        "evidence": {"id": "x"},
        "priority": "P1",
        "owner": "operator",
        "due": "2026-09-26",
        "review_metric": "visitors",
        "review_on": "2026-10-10",
        "baseline_events": None,
        "baseline_exposure": 3.0,
    }
    return row | changes


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse of two stores without any table."""
    for store in ("acme", "other"):
        with wh.transaction(str(tmp_path)) as (fs, root):
            wh.commit(fs, root, store, {}, [{"file": "x"}])
    return str(tmp_path)


def ids(warehouse, store="acme"):
    return action_log.load(store, warehouse)["action_id"].tolist()


def test_actions_are_put_on_record_in_the_canonical_columns(warehouse):
    assert action_log.append("acme", WEEK, [action("A1"), action("A2")], warehouse) == 2
    log = action_log.load("acme", warehouse)
    assert {name: str(dtype) for name, dtype in log.dtypes.items()} == wh.schema(TABLES["action_log"])
    row = log.iloc[0]
    assert (row["status"], row["note"], row["created_week"]) == ("open", "", pd.Timestamp(WEEK))
    assert pd.isna(row["baseline_events"]) and row["baseline_exposure"] == 3
    assert row["action"] == '{"channel": "搜索", "id": "traffic.check_channel"}'
    assert ids(warehouse, "other") == []


def test_the_same_week_again_adds_nothing_and_drops_what_is_no_longer_proposed(warehouse):
    action_log.append("acme", WEEK, [action("A1"), action("A2"), action("A3")], warehouse)
    assert action_log.append("acme", WEEK, [action("A1"), action("A2"), action("A3")], warehouse) == 0
    action_log.mark("A2", "done", WEEK, warehouse)
    assert action_log.append("acme", WEEK, [action("A1"), action("A4")], warehouse) == 1
    assert ids(warehouse) == ["A1", "A2", "A4"]


def test_an_open_action_of_an_earlier_week_stays(warehouse):
    action_log.append("acme", WEEK, [action("A1")], warehouse)
    assert action_log.append("acme", NEXT, [action("A1"), action("A5", created_week=f"{NEXT}")], warehouse) == 1
    action_log.append("acme", NEXT, [], warehouse)
    assert ids(warehouse) == ["A1"]


def test_a_mark_finds_its_store_whatever_the_case(warehouse):
    action_log.append("other", WEEK, [action("A1")], warehouse)
    assert action_log.mark("a1", "dropped", NEXT, warehouse, note="too dear") == "other"
    row = action_log.load("other", warehouse).iloc[0]
    assert (row["status"], row["status_on"], row["note"]) == ("dropped", pd.Timestamp(NEXT), "too dear")
    action_log.mark("A1", "done", NEXT, warehouse, store="other")
    assert action_log.load("other", warehouse)["note"].tolist() == ["too dear"]


def test_an_unknown_number_proposes_the_nearest(warehouse):
    action_log.append("acme", WEEK, [action("A4NS57XU")], warehouse)
    with pytest.raises(ValueError, match="no action 'A4NS57XV' on record; did you mean 'A4NS57XU'?"):
        action_log.mark("A4NS57XV", "done", WEEK, warehouse)
    with pytest.raises(ValueError, match="no action 'zzz' on record$"):
        action_log.mark("zzz", "done", WEEK, warehouse)


def test_a_brief_that_adds_its_own_actions_keeps_its_fingerprint(warehouse):
    before = action_log.fingerprint("acme", WEEK, warehouse)
    assert before == ""
    action_log.append("acme", WEEK, [action("A1")], warehouse)
    assert action_log.fingerprint("acme", WEEK, warehouse) == before
    following = action_log.fingerprint("acme", NEXT, warehouse)
    assert following != before
    action_log.mark("A1", "done", NEXT, warehouse)
    assert action_log.fingerprint("acme", NEXT, warehouse) != following


def test_lines_are_open_ones_first_due_first_and_in_words(warehouse):
    rows = [action("A1"), action("A2", due="2026-09-22"), action("A3", action={"id": "gone.long_ago"})]
    action_log.append("acme", WEEK, rows, warehouse)
    action_log.mark("A1", "done", WEEK, warehouse)
    log = action_log.load("acme", warehouse)
    first, second = action_log.lines(log)
    assert first.startswith("A2\topen\tP1\t2026-09-22\toperator\t搜索\tFind out why 搜索")
    assert second.endswith('{"id": "gone.long_ago"}')
    assert len(action_log.lines(log, everything=True)) == 3
