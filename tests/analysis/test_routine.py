from datetime import date, timedelta

import pandas as pd
import pytest

from opsbook.analysis import routine, rules

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)
MONDAY = date(2026, 9, 14)


def log(*entries):
    rows = [(pd.Timestamp(on), task, *rest) for on, task, *rest in entries]
    width = max((len(row) for row in rows), default=2)
    columns = ["on", "task_id", "quantity"][:width]
    return pd.DataFrame(rows, columns=columns).assign(done=True).reindex(columns=["on", "task_id", "done", "quantity"])


def completion(entries, task="1"):
    return routine.completion(entries, WEEK, RULES).set_index("task_id").loc[task]


def test_seven_daily_tasks_and_five_weekly_parts():
    table = routine.tasks(RULES)
    assert table.groupby("cadence")["task_id"].apply(list).to_dict() == {
        "daily": ["1", "2", "3", "4", "5", "6", "7"],
        "weekly": ["W1", "W2", "W3", "W4", "W5"],
    }
    assert table[["title_en", "title_zh"]].notna().all(axis=None)


def test_completion_counts_working_days():
    row = completion(log(*[(MONDAY + timedelta(days=d), "1") for d in (0, 1, 3)], (date(2026, 9, 19), "1")))
    assert (row["times_done"], row["times_due"], row["completion_rate"], row["missed_streak"]) == (3, 5, 0.6, 1)
    assert row["verdict"] == {"id": "brief.routine_partly", "task_id": "1", "done": 3, "due": 5, "missed_streak": 1}
    assert (
        completion(log(*[(MONDAY + timedelta(days=d), "1") for d in range(5)]))["verdict"]["id"] == "brief.routine_done"
    )


def test_streak_reaches_back_to_the_first_entry_only():
    entries = log((date(2026, 9, 8), "1"), (date(2026, 9, 10), "2"), (MONDAY, "2"))
    assert completion(entries, "1")["missed_streak"] == 8  # 9, 10, 11 and 14 to 18 September
    assert completion(entries, "2")["missed_streak"] == 4
    assert completion(entries, "3")["missed_streak"] == 9  # from 8 September on
    assert completion(entries, "2")["verdict"]["id"] == "brief.routine_streak"


def test_weekly_parts_are_due_once_on_any_day():
    row = completion(log((date(2026, 9, 13), "W1"), (date(2026, 9, 8), "W2")), "W1")
    assert (row["times_done"], row["times_due"], row["missed_streak"]) == (1, 1, 0)
    assert completion(log((date(2026, 9, 13), "W1"), (date(2026, 9, 8), "W2")), "W2")["missed_streak"] == 1


def test_an_entry_that_is_not_done_is_a_miss():
    entries = log((MONDAY, "1"), (MONDAY + timedelta(days=1), "1")).assign(done=pd.array([True, None], dtype="boolean"))
    assert completion(entries)["times_done"] == 1


def test_no_log_is_unknown_and_no_miss():
    for entries in (log(), log((date(2020, 1, 1), "1"))):
        row = completion(entries)
        assert pd.isna(row["times_done"]) and pd.isna(row["completion_rate"]) and pd.isna(row["missed_streak"])
        assert row["verdict"]["id"] == "brief.routine_no_log"


@pytest.mark.parametrize(
    ("count", "kind"), [(13, "over"), (12, "fine"), (3, "fine"), (2, "few"), (0, "few"), (None, "unknown")]
)
def test_posts_a_day(count, kind):
    assert routine.posts(log((MONDAY, "7", count)), RULES)["verdict"].iloc[0]["id"] == f"brief.posts_{kind}"


def test_posts_of_a_day_are_added():
    table = routine.posts(log((MONDAY, "7", 6), (MONDAY, "7", 7), (MONDAY, "1", 99)), RULES)
    assert table["posts"].tolist() == [13]
    assert pd.isna(routine.posts(log((MONDAY, "7", 6), (MONDAY, "7", None)), RULES)["posts"].iloc[0])


ORDERS = pd.DataFrame(
    {
        "order_id": ["a", "a", "b", "c", "d", "e"],
        "due_on": pd.to_datetime(["2026-09-10", "2026-09-10", "2026-09-18", "2026-09-19", None, "2026-09-01"]),
        "shipped_on": pd.to_datetime([None, None, None, None, None, "2026-09-30"]),
    }
)


def test_overdue_orders():
    late = routine.overdue_orders(ORDERS, WEEK)
    assert late[["order_id", "days_late"]].to_numpy().tolist() == [["a", 9], ["b", 1]]
    assert routine.overdue_orders(ORDERS.drop(columns="shipped_on").head(0), WEEK).empty


def test_what_the_data_answer():
    profiles = pd.DataFrame({"growth_score": [59.9, 60, None]})
    table = routine.answers(RULES, WEEK, ORDERS, profiles, log((MONDAY, "7", 2))).set_index("task_id")
    assert table[["count", "of"]].loc["4"].tolist() == [2, 4]
    assert table[["count", "of"]].loc["6"].tolist() == [1, 2]
    assert table.loc["7", "verdict"]["id"] == "brief.posts_few"


def test_what_the_data_do_not_answer_is_unknown():
    for tables in ((None, None, None), (ORDERS.assign(due_on=pd.NaT), pd.DataFrame({"growth_score": [None]}), log())):
        ids = [verdict["id"] for verdict in routine.answers(RULES, WEEK, *tables)["verdict"]]
        assert ids == ["brief.answer_orders_unknown", "brief.answer_scores_unknown", "brief.answer_posts_unknown"]
    none = routine.answers(RULES, WEEK, ORDERS.tail(1), pd.DataFrame({"growth_score": [60.0]}))["verdict"]
    assert [v["id"] for v in none[:2]] == ["brief.answer_orders_none", "brief.answer_scores_none"]


@pytest.mark.parametrize(
    ("today", "data_up_to", "newest_week", "next_weekly", "next_monthly"),
    [
        (date(2026, 9, 21), "2026-09-19", "2026-09-12", "2026-09-22", "2026-10-03"),  # Monday
        (date(2026, 9, 22), "2026-09-20", "2026-09-19", "2026-09-29", "2026-10-03"),  # Tuesday
        (date(2026, 9, 28), "2026-09-26", "2026-09-19", "2026-09-29", "2026-10-03"),
        (date(2026, 9, 2), "2026-08-31", "2026-08-29", "2026-09-08", "2026-09-03"),
        (date(2026, 12, 3), "2026-12-01", "2026-11-28", "2026-12-08", "2027-01-03"),
    ],
)
def test_calendar(today, data_up_to, newest_week, next_weekly, next_monthly):
    assert routine.calendar(today, RULES) == {
        "id": "brief.calendar",
        "today": today.isoformat(),
        "data_up_to": data_up_to,
        "newest_week": newest_week,
        "next_weekly": next_weekly,
        "next_monthly": next_monthly,
    }
