"""The memory of the brief: actions on record, and what became of them."""

import json
from datetime import date

import numpy as np
import pandas as pd

from opsbook.analysis.alarms import holm
from opsbook.analysis.brief import action_id
from opsbook.analysis.counts import same_mean
from opsbook.analysis.logbook import LOG_COLUMNS
from opsbook.analysis.next_count import tail_probability
from opsbook.analysis.sources import weekly
from opsbook.analysis.traffic import same_rate

HISTORY_COLUMNS = ["object_type", "object", "metric", "period_end", "events", "exposure"]

#: Rates of the store that a review can weigh: (events, exposure).
RATES = {"opportunity_rate": ("opportunities", "visitors"), "search_ctr": ("search_clicks", "search_impressions")}


#: Ends of the figures that are no counts of a week: amounts, ratios, scores, rolling and peer figures.
_NOT_COUNTS = (
    "_usd",
    "_rate",
    "_share",
    "_ctr",
    "_hours",
    "_30d",
    "star",
    "_power",
    "_peer_avg",
    "_peer_good",
    "_top10",
)


def record(log: pd.DataFrame, actions: pd.DataFrame, store: str, week: date, history: pd.DataFrame) -> pd.DataFrame:
    """The log with this week's actions added: open, under their stable id, with the review metric as it stands now.

    An action that is already on record and open (same object, same kind of action) keeps its id and its first week;
    recording the same week twice changes nothing. Columns in: `log` `LOG_COLUMNS`; `actions` those of `actions.rank`
    (only rows kept, if it says which); `history` `HISTORY_COLUMNS`, for the baseline (missing where it does not hold
    the metric).
    """
    log = log.reindex(columns=LOG_COLUMNS)
    kept = actions[actions["kept"].astype(bool)] if "kept" in actions else actions
    known = set(_identities(log[log["status"] == "open"]))
    rows = [_entry(row, store, week, history) for row in kept.to_dict("records") if _identity(row) not in known]
    new = pd.DataFrame([row for row in rows if row["action_id"] not in set(log["action_id"])], columns=LOG_COLUMNS)
    new = new.drop_duplicates("action_id")
    return log if new.empty else new if log.empty else pd.concat([log, new], ignore_index=True)


def _identities(log: pd.DataFrame) -> list[tuple[str, str, str]]:
    kinds = [json.loads(action)["id"] for action in log["action"]]
    return list(zip(log["object_type"].astype(str), log["object"].astype(str), kinds, strict=True))


def _identity(row: dict) -> tuple[str, str, str]:
    return row["object_type"], str(row["object"]), row["action"]["id"]


def _entry(row: dict, store: str, week: date, history: pd.DataFrame) -> dict:
    week = pd.Timestamp(week)
    now = _of(history, row["object_type"], row["object"], row["review_metric"])
    now = now[now["period_end"] == week]
    name = action_id(store, week.date(), row["object_type"], str(row["object"]), row["action"])
    copied = {c: row[c] for c in ("module", "object_type", "priority", "owner", "due", "review_metric", "review_on")}
    return copied | {
        "action_id": name,
        "created_week": week.date(),
        "object": str(row["object"]),
        "action": json.dumps(row["action"], ensure_ascii=False, sort_keys=True),
        "status": "open",
        "status_on": week.date(),
        "note": "",
        "baseline_events": now["events"].iloc[0] if len(now) else np.nan,
        "baseline_exposure": now["exposure"].iloc[0] if len(now) else np.nan,
    }


def identify(log: pd.DataFrame, actions: pd.DataFrame, store: str, week: date, history: pd.DataFrame) -> pd.DataFrame:
    """This week's actions with the names under which they are on record: `record` gives new ones a name, those still
    open from an earlier week keep theirs.

    In: as `record`, `log` without this week's own (`logbook.earlier`). Columns out: action_id, created_week, those of
    `actions`, baseline_events, baseline_exposure; only rows kept.
    """
    kept = actions[actions["kept"].astype(bool)] if "kept" in actions else actions
    full = record(log, actions, store, week, history)
    is_open = full[full["status"] == "open"]
    found = dict(zip(_identities(is_open), is_open.to_dict("records"), strict=True))
    entries = [found[_identity(row)] for row in kept.to_dict("records")]
    new = ["action_id", "created_week", "baseline_events", "baseline_exposure"]
    columns = {name: pd.Series([entry[name] for entry in entries], kept.index, dtype=object) for name in new}
    return kept.assign(**columns)[[*new[:2], *kept.columns, *new[2:]]].reset_index(drop=True)


def store_history(store_kpi: pd.DataFrame) -> pd.DataFrame:
    """Every weekly figure of the store in the form that reviews use; rates of `RATES` with events and exposure.

    Columns out: `HISTORY_COLUMNS`; `exposure` is missing for a count. Other rates have no counts behind them and are
    left out.
    """
    rows = store_kpi[weekly(store_kpi)]
    numeric = [c for c in rows if pd.api.types.is_numeric_dtype(rows[c])]
    counts = [c for c in numeric if c not in RATES and not c.endswith(_NOT_COUNTS)]
    parts = [_history(rows, metric, metric, None) for metric in counts]
    parts += [_history(rows, rate, *pair) for rate, pair in RATES.items() if set(pair) <= set(rows)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=HISTORY_COLUMNS)


def _history(rows: pd.DataFrame, metric: str, events: str, exposure: str | None) -> pd.DataFrame:
    columns = {
        "object_type": "store",
        "object": "",
        "metric": metric,
        "period_end": pd.to_datetime(rows["period_end"]),
        "events": rows[events].astype("Float64").astype(float),
        "exposure": rows[exposure].astype("Float64").astype(float) if exposure else np.nan,
    }
    return pd.DataFrame(columns, index=rows.index)[HISTORY_COLUMNS]


def _of(history: pd.DataFrame, object_type: str, object: str, metric: str) -> pd.DataFrame:
    same = (history["object_type"] == object_type) & (history["object"].astype(str) == str(object))
    return history[same & (history["metric"] == metric)].assign(period_end=lambda h: pd.to_datetime(h["period_end"]))


# ---- review -----------------------------------------------------------------------------------------------------


def review(log: pd.DataFrame, week: date, history: pd.DataFrame, weeks: int = 8, level: float = 0.05) -> pd.DataFrame:
    """What became of each action of earlier weeks: done or not, and its review figure before and after.

    before: the week in which it was proposed; after: the latest week up to `week` and the review date that begins
    after the day it was done; usual: the `weeks` weeks before it was proposed. Two questions: is after different from
    before by more than chance (`p_chance`), and is it also different from usual (`p_return`)? An action is proposed
    because a week was bad, and bad weeks are followed by better ones without any action (regression to the mean), so
    only a change that passes both is called more than chance. Counts: Poisson before and after, negative-binomial
    predictive for usual. Rates: Fisher's exact test, usual weeks pooled. Holm over the actions reviewed, for each
    question.

    Columns out: action_id, created_week, object_type, object, action (message), owner, due, status, overdue,
    review_metric, before, after, usual, p_chance, p_return, verdict (message: open, overdue, dropped, too_early,
    unknown, chance, return, no_usual, up, down). Even a change that passes both does not prove that the action caused
    it; the wording says so.
    """
    week = pd.Timestamp(week)
    rows = log[pd.to_datetime(log["created_week"]) < week].to_dict("records")
    columns = [
        "action_id",
        "created_week",
        "object_type",
        "object",
        "action",
        "owner",
        "due",
        "status",
        "review_metric",
    ]
    rows = [row | {"action": json.loads(row["action"])} for row in rows]
    results = [{c: row[c] for c in columns} | _compare(row, week, history, weeks) for row in rows]
    order = [*columns[:8], "overdue", "review_metric", "before", "after", "usual", "p_chance", "p_return", "verdict"]
    table = pd.DataFrame(results, columns=[*order[:-1], "weeks_usual", "too_early", "review_on"])
    table["p_chance"], table["p_return"] = (holm(table[c].to_numpy(float)) for c in ("p_chance", "p_return"))
    table["verdict"] = [_verdict(row, level) for row in table.to_dict("records")]
    return table[order]


def _compare(row: dict, week: pd.Timestamp, history: pd.DataFrame, weeks: int) -> dict:
    """Before, after and usual of one action's review metric, with the two p-values."""
    overdue = bool(row["status"] == "open" and pd.Timestamp(row["due"]) < week)
    blank = dict.fromkeys(("before", "after", "usual", "p_chance", "p_return"), np.nan)
    result = {"overdue": overdue, "weeks_usual": 0, "too_early": False, "review_on": row["review_on"]} | blank
    if row["status"] != "done":
        return result
    of = _of(history, row["object_type"], row["object"], row["review_metric"]).dropna(subset="events")
    ends, created = of["period_end"], pd.Timestamp(row["created_week"])
    last = week if pd.isna(row["review_on"]) else min(week, pd.Timestamp(row["review_on"]))
    before = of[ends == created] if (ends == created).any() else _baseline(row)
    after = (
        of[(ends - pd.Timedelta(days=6) > pd.Timestamp(row["status_on"])) & (ends <= last)]
        .sort_values("period_end")
        .tail(1)
    )
    usual = of[(ends < created) & (ends >= created - pd.Timedelta(weeks=weeks))]
    return result | _tests(before, after, usual)


def _baseline(row: dict) -> pd.DataFrame:
    """The figure as it was put on record, for a history that no longer reaches back."""
    recorded = pd.DataFrame({"events": [row["baseline_events"]], "exposure": [row["baseline_exposure"]]}, dtype=float)
    return recorded.dropna(subset="events")


def _tests(before: pd.DataFrame, after: pd.DataFrame, usual: pd.DataFrame) -> dict:
    values = {"before": _level(before), "after": _level(after), "usual": _level(usual), "weeks_usual": len(usual)}
    values["too_early"] = after.empty and not (before.empty and usual.empty)
    if before.empty or after.empty:
        return values
    (x0, n0), (x1, n1) = ((w["events"].iloc[0], w["exposure"].iloc[0]) for w in (before, after))
    if np.isnan(n1):
        values["p_chance"] = float(same_mean(x0, x1))
        p_return = tail_probability(usual["events"].to_numpy(), x1) if len(usual) >= 4 else np.nan
    else:
        values["p_chance"] = float(same_rate(x0, n0, x1, n1))
        p_return = (
            float(same_rate(usual["events"].sum(), usual["exposure"].sum(), x1, n1)) if len(usual) >= 4 else np.nan
        )
    return values | {"p_return": p_return}


def _level(rows: pd.DataFrame) -> float:
    """Mean count a week, or pooled rate."""
    if rows.empty:
        return np.nan
    if rows["exposure"].isna().all():
        return float(rows["events"].mean())
    return float(rows["events"].sum() / rows["exposure"].sum()) if rows["exposure"].sum() > 0 else np.nan


def _verdict(row: dict, level: float) -> dict:
    base = {"action_id": row["action_id"], "metric": row["review_metric"]}
    if row["status"] != "done":
        kind = "dropped" if row["status"] == "dropped" else "overdue" if row["overdue"] else "open"
        return {"id": f"brief.review_{kind}", "action_id": row["action_id"], "due": _day(row["due"])}
    if row["too_early"]:
        return {"id": "brief.review_too_early"} | base | {"review_on": _day(row["review_on"])}
    if np.isnan(row["p_chance"]):
        return {"id": "brief.review_unknown"} | base
    numbers = {"before": float(row["before"]), "after": float(row["after"])}
    if row["p_chance"] > level:
        return {"id": "brief.review_chance"} | base | numbers | {"p": float(row["p_chance"])}
    if np.isnan(row["p_return"]):
        return {"id": "brief.review_no_usual"} | base | numbers | {"weeks": int(row["weeks_usual"])}
    kind = "return" if row["p_return"] > level else "up" if row["after"] > row["before"] else "down"
    return {"id": f"brief.review_{kind}"} | base | numbers | {"usual": float(row["usual"])}


def _day(value) -> str:
    return "" if pd.isna(value) else f"{pd.Timestamp(value):%Y-%m-%d}"
