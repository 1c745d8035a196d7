from datetime import date

import pandas as pd
import pytest

from opsbook.analysis import actions, brief


def proposal(module="keywords", verb="raise", object="shoe", **changes):
    what = {"what": changes.pop("what")} if "what" in changes else {}
    row = {
        "module": module,
        "object_type": "keyword",
        "object": object,
        "action": {"id": f"{module}.{verb}", "verb": verb} | what,
        "evidence": {"id": f"{module}.why"},
        "effect": None,
        "priority": "P1",
        "owner": "operator",
        "due": date(2026, 9, 29),
        "review_metric": "clicks",
        "review_on": date(2026, 10, 10),
    }
    return row | changes


def rank(*rows, **options):
    return actions.rank([pd.DataFrame([row]) for row in rows], **options)


def kept(table):
    return [(row.module, row.object) for row in table.itertuples() if row.kept]


def test_order_is_priority_then_a_known_effect_then_due():
    rows = [
        proposal(object="late", due=date(2026, 10, 1)),
        proposal(object="small", effect={"id": "x", "low": 1.0, "high": 2.0}),
        proposal(object="large", effect={"id": "x", "low": 5.0, "high": 6.0}),
        proposal(object="unknown"),
        proposal(object="now", priority="P0", due=date(2026, 12, 1)),
        proposal(object="later", due=date(2026, 10, 1), effect={"id": "x", "low": 9.0, "high": 9.0}),
        proposal(object="month", priority="P2"),
    ]
    order = ["now", "large", "small", "later", "unknown", "late", "month"]
    assert [name for _, name in kept(rank(*rows, per_kind=9))] == order


def test_repeats_keep_the_first_and_name_the_other():
    table = rank(proposal("keywords"), proposal("diagnosis", priority="P0"), proposal("traffic"))
    assert kept(table) == [("diagnosis", "shoe")]
    assert table["also"].iloc[0] == ["keywords", "traffic"]
    assert table["why"].iloc[1] == {"id": "brief.repeats", "module": "diagnosis"}
    assert kept(rank(proposal(verb="raise"), proposal("bidding", verb="add"))) == [("bidding", "shoe")]


def test_different_fixes_of_one_object_are_no_repeats():
    first = proposal(verb="fix")
    second = proposal(verb="fix") | {"action": {"id": "keywords.fix_title", "verb": "fix"}}
    assert len(kept(rank(first, second))) == 2


def test_raise_and_pause_of_the_same_word_do_not_both_stay():
    table = rank(proposal("keywords", "raise"), proposal("diagnosis", "pause"))
    assert kept(table) == [("diagnosis", "shoe")]  # same priority: the careful one
    assert table["why"].iloc[1] == {
        "id": "brief.contradicts",
        "module": "diagnosis",
        "other": {"id": "diagnosis.pause", "verb": "pause"},
    }
    assert kept(rank(proposal("keywords", "raise", priority="P0"), proposal("diagnosis", "pause"))) == [
        ("keywords", "shoe")
    ]
    assert len(kept(rank(proposal(verb="raise"), proposal(verb="pause", object="other")))) == 2
    assert len(kept(rank(proposal(verb="raise", what="budget"), proposal(verb="lower", what="target_roi")))) == 2
    assert len(kept(rank(proposal(verb="raise"), proposal(verb="check")))) == 2


def test_capacity_never_cuts_what_is_urgent():
    rows = [proposal(object=f"w{i}") for i in range(4)] + [proposal(object=f"u{i}", priority="P0") for i in range(3)]
    table = rank(*rows, capacity=2, per_kind=9)
    assert [name for _, name in kept(table)] == ["u0", "u1", "u2"]
    assert table["why"].iloc[-1]["id"] == "brief.over_capacity" and len(table) == 7
    assert len(kept(rank(*rows, capacity=5, per_kind=9))) == 5
    by_owner = rank(*rows[:4], proposal(object="s", owner="sales"), per_owner=2)
    assert [name for _, name in kept(by_owner)] == ["s", "w0", "w1"]


def test_one_kind_of_action_does_not_fill_the_week():
    rows = [proposal(object=f"w{i}") for i in range(4)]
    rows += [proposal("boards", "keep", "p"), proposal(verb="pause", object="x")]
    assert [name for _, name in kept(rank(*rows, per_kind=2))] == ["p", "w0", "w1", "x"]
    table = rank(*rows, per_kind=2)
    assert table["why"].iloc[-1] == {"id": "brief.over_capacity", "capacity": 12, "per_owner": 8, "per_kind": 2}
    urgent = [proposal(object=f"u{i}", priority="P0") for i in range(4)]
    assert len(kept(rank(*urgent, per_kind=2))) == 4


def test_no_proposals():
    for table in (actions.rank([]), actions.rank([None, pd.DataFrame(columns=list(brief.ACTION_COLUMNS))])):
        assert table.columns.tolist() == [*brief.ACTION_COLUMNS, "also", "kept", "why"] and table.empty


def test_order_of_modules_does_not_matter():
    rows = [proposal("a"), proposal("b", "pause"), proposal("c", "fix"), proposal("d", object="x")]
    pd.testing.assert_frame_equal(rank(*rows), rank(*reversed(rows)))


def test_wrong_values_are_named():
    with pytest.raises(ValueError, match="`owner` must be one of 'operator', .*; found 'intern'"):
        rank(proposal(owner="intern"))
    with pytest.raises(ValueError, match="`priority` must be one of"):
        rank(proposal(priority="high"))


def test_verb_is_read_from_the_id_where_it_is_not_given():
    assert actions.verb({"id": "keywords.pause"}) == "pause"
    assert actions.verb({"id": "bidding.raise_bid"}) == "raise"
    assert actions.verb({"id": "x.something", "verb": "add"}) == "add"
    assert actions.verb({"id": "x.something"}) == "check"
