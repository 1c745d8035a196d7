"""The routine of a store: daily and weekly tasks, what the data answer of them, and the platform's calendar."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from opsbook.analysis.rules import RuleSet

CADENCES = ("daily", "weekly")


def tasks(rules: RuleSet) -> pd.DataFrame:
    """The tasks of the routine: the seven of every working day and the five parts of every week.

    Columns out: task_id (as it is ticked in `routine_log`), cadence, rule (its id in the rule file), title_en,
    title_zh.
    """
    rows = [
        {"task_id": rule.value, "cadence": cadence, "rule": name, "title_en": rule.title.en, "title_zh": rule.title.zh}
        for cadence in CADENCES
        for name, rule in rules.items()
        if name.startswith(f"routine.{cadence}.")
    ]
    table = pd.DataFrame(rows, columns=["task_id", "cadence", "rule", "title_en", "title_zh"])
    return table.sort_values(["cadence", "task_id"], ignore_index=True)


def completion(log: pd.DataFrame, week: date, rules: RuleSet, weeks: int = 8) -> pd.DataFrame:
    """How often each task was ticked in the week when it was due: done / due, and the present streak of misses.

    A daily task is due on every working day of the week (rule `routine.workdays`, 0 = Monday), a weekly one once, on
    any day. `missed_streak`: due times in a row, counted back from the end of the week over at most `weeks` weeks,
    without a tick; it does not reach back before the first entry of the log, when nobody kept one. Columns in:
    routine_log (on, task_id, done). Columns out: those of `tasks`, times_done, times_due, completion_rate,
    missed_streak, verdict (message).
    Edge cases: a log without any entry in those weeks says nothing: everything is unknown. Within a log that is kept,
    an entry that is missing, or whose `done` is missing, is a miss.
    """
    week = pd.Timestamp(week)
    rows = log.assign(on=pd.to_datetime(log["on"]).dt.normalize(), task_id=log["task_id"].astype("string"))
    rows = rows[(rows["on"] <= week) & (rows["on"] > week - pd.Timedelta(weeks=weeks))]
    ticks = set(rows.loc[rows["done"].fillna(False).astype(bool), ["on", "task_id"]].itertuples(index=False, name=None))
    table = tasks(rules)
    slots = {c: _slots(week, weeks, c, rules, rows["on"].min()) for c in CADENCES}
    made = [[_ticked(slot, row.task_id, ticks) for slot in slots[row.cadence]] for row in table.itertuples()]
    this_week = {c: sum(slot[-1] > week - pd.Timedelta(days=7) for slot in slots[c]) for c in CADENCES}
    table["times_due"] = table["cadence"].map(this_week)
    table["times_done"] = [sum(done[len(done) - due :]) for done, due in zip(made, table["times_due"], strict=True)]
    table["missed_streak"] = [next((i for i, hit in enumerate(reversed(done)) if hit), len(done)) for done in made]
    table[["times_done", "missed_streak"]] = table[["times_done", "missed_streak"]].astype("Int64")
    if rows.empty:
        table[["times_due", "times_done", "missed_streak"]] = pd.NA
    counts = table[["times_done", "times_due"]].astype("Float64").astype(float)
    table["completion_rate"] = counts["times_done"] / counts["times_due"].where(counts["times_due"] > 0)
    table["verdict"] = [_completion_message(row) for row in table.to_dict("records")]
    return table[[*tasks(rules).columns, "times_done", "times_due", "completion_rate", "missed_streak", "verdict"]]


def _slots(
    week: pd.Timestamp, weeks: int, cadence: str, rules: RuleSet, first: pd.Timestamp
) -> list[list[pd.Timestamp]]:
    """The times when a task was due since the first entry, oldest first, each as the days on which a tick counts."""
    if pd.isna(first):
        return []
    days = pd.date_range(end=week, periods=7 * weeks)
    if cadence == "daily":
        return [[day] for day in days if day >= first and day.weekday() in rules["routine.workdays"].value]
    blocks = [list(days[start : start + 7]) for start in range(0, len(days), 7)]
    return [block for block in blocks if block[-1] >= first]


def _ticked(slot: list[pd.Timestamp], task_id: str, ticks: set) -> bool:
    return any((day, task_id) in ticks for day in slot)


def _completion_message(row: dict) -> dict:
    if pd.isna(row["times_due"]):
        return {"id": "brief.routine_no_log", "task_id": row["task_id"]}
    kind = "done" if row["times_done"] >= row["times_due"] else "streak" if row["missed_streak"] >= 2 else "partly"
    numbers = {"done": row["times_done"], "due": row["times_due"], "missed_streak": row["missed_streak"]}
    numbers = {key: int(count) for key, count in numbers.items()}
    return {"id": f"brief.routine_{kind}", "task_id": row["task_id"]} | numbers


def posts(log: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Posts a day against the platform's hard limit (more than 12 is an error) and the advice of about 3 (fewer is a
    hint).

    Columns in: routine_log; the rows of the task `routine.daily.posts`, `quantity` = posts of an entry, added up per
    day. Columns out: on, posts, verdict (message). A day with an entry but without a number is unknown.
    """
    rows = log[log["task_id"].astype("string") == rules["routine.daily.posts"].value]
    quantity = rows["quantity"].astype("Float64").astype(float) if "quantity" in rows else pd.Series(np.nan, rows.index)
    by_day = quantity.groupby(pd.to_datetime(rows["on"]).dt.normalize()).agg(lambda values: values.sum(skipna=False))
    table = by_day.rename("posts").rename_axis("on").reset_index()
    return table.assign(verdict=[_posts_message(count, rules) for count in table["posts"]])


def _posts_message(count: float, rules: RuleSet) -> dict:
    limit, advice = rules["routine.posts_limit"].value, rules["routine.posts_advice"].value
    if np.isnan(count):
        return {"id": "brief.posts_unknown"}
    kind = "over" if count > limit else "few" if count < advice else "fine"
    return {"id": f"brief.posts_{kind}", "posts": int(count), "limit": limit, "advice": advice}


def overdue_orders(orders: pd.DataFrame, day: date) -> pd.DataFrame:
    """Orders whose agreed shipping day has passed without a shipment: due_on < day and not shipped.

    Columns in: order_id, due_on, shipped_on, buyer, salesperson (missing columns count as unknown). Columns out:
    order_id, buyer, salesperson, due_on, days_late; latest first. One row per order. An order without an agreed day
    is not judged.
    """
    rows = orders.reindex(columns=["order_id", "buyer", "salesperson", "due_on", "shipped_on"])
    due = pd.to_datetime(rows["due_on"])
    late = rows[(due < pd.Timestamp(day)) & rows["shipped_on"].isna()].drop_duplicates("order_id")
    days = (pd.Timestamp(day) - due.loc[late.index]).dt.days
    late = late.drop(columns="shipped_on").assign(days_late=days)
    return late.sort_values(["days_late", "order_id"], ascending=[False, True], ignore_index=True)


def answers(
    rules: RuleSet,
    day: date,
    orders: pd.DataFrame | None = None,
    profiles: pd.DataFrame | None = None,
    log: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The daily tasks that the data answer: orders past their day, products with a low score, posts of the latest
    day.

    Low score: growth_score < `routine.low_score`. Columns out: task_id, rule, count, of (rows that could be judged),
    verdict (message). A table that is missing, or in which nothing can be judged, gives an unknown answer, never
    "none".
    """
    rows = [_orders_answer(orders, day), _scores_answer(profiles, rules), _posts_answer(log, rules)]
    table = pd.DataFrame(rows, columns=["rule", "count", "of", "verdict"])
    table.insert(0, "task_id", [rules[name].value for name in table["rule"]])
    return table


def _orders_answer(orders: pd.DataFrame | None, day: date) -> dict:
    judged = (
        0 if orders is None or "due_on" not in orders else orders.loc[orders["due_on"].notna(), "order_id"].nunique()
    )
    return _answer("routine.daily.orders", "orders", len(overdue_orders(orders, day)) if judged else None, judged)


def _scores_answer(profiles: pd.DataFrame | None, rules: RuleSet) -> dict:
    known = profiles is not None and "growth_score" in profiles
    scores = profiles["growth_score"].dropna() if known else pd.Series(dtype=float)
    low = int((scores < rules["routine.low_score"].value).sum()) if len(scores) else None
    return _answer("routine.daily.product_radar", "scores", low, len(scores))


def _posts_answer(log: pd.DataFrame | None, rules: RuleSet) -> dict:
    days = posts(log, rules) if log is not None and len(log) else pd.DataFrame()
    if days.empty:
        return _answer("routine.daily.posts", "posts", None, 0)
    latest = days.sort_values("on").iloc[-1]
    count = None if np.isnan(latest["posts"]) else int(latest["posts"])
    return {"rule": "routine.daily.posts", "count": count, "of": 1, "verdict": latest["verdict"]}


def _answer(rule: str, name: str, count: int | None, of: int) -> dict:
    kind = "unknown" if count is None else "some" if count else "none"
    message = {"id": f"brief.answer_{name}_{kind}"} | ({} if count is None else {"count": count, "of": of})
    return {"rule": rule, "count": count, "of": of, "verdict": message}


def calendar(today: date, rules: RuleSet) -> dict:
    """What the platform's data cover on a day: daily figures up to two days before, weeks from Tuesday on, months
    from the 3rd on.

    Message with today, data_up_to (last day of daily data), newest_week (the Saturday of the newest week that is out),
    next_weekly and next_monthly (the next days, after today, on which a week and a month come out). Days of the
    platform's calendar. Source: sellers' accounts of the data centre; rules `routine.data_lag_days`,
    `routine.weekly_data_weekday`, `routine.monthly_data_day`.
    """
    weekday, month_day = rules["routine.weekly_data_weekday"].value, rules["routine.monthly_data_day"].value
    last_release = today - timedelta(days=(today.weekday() - weekday) % 7)
    newest_week = last_release - timedelta(days=(last_release.weekday() - 5) % 7)
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=month_day)
    days = {
        "data_up_to": today - timedelta(days=rules["routine.data_lag_days"].value),
        "newest_week": newest_week,
        "next_weekly": last_release + timedelta(days=7),
        "next_monthly": today.replace(day=month_day) if today.day < month_day else next_month,
    }
    return {"id": "brief.calendar"} | {name: day.isoformat() for name, day in ({"today": today} | days).items()}
