"""What leaves the brief: the few messages of the chat summary, and the figures of the week as plain data."""

import pandas as pd

SCHEMA = 1


def summary(verdict: dict, alarms: pd.DataFrame, actions: pd.DataFrame, most: int = 3) -> list[dict]:
    """The messages of the chat summary, most important first: verdict and its details, alarms, then the first
    actions.

    In: `brief.verdict`, `alarms.alarms`, `actions.rank`. At most `most` alarms and `most` actions. Whoever words them
    stops at the length that the chat allows.
    """
    raised = alarms.loc[alarms["alarm"].fillna(False).astype(bool), "verdict"].head(most)
    first = actions.loc[actions["kept"].astype(bool), "action"].head(most)
    return [verdict, *verdict.get("details", []), *raised, *first]


def metrics(
    store: str,
    week,
    data_up_to,
    rules_version: str,
    verdict: dict,
    key_figures: pd.DataFrame,
    changes: pd.DataFrame,
    alarms: pd.DataFrame,
    actions: pd.DataFrame,
) -> dict:
    """The figures of a store and week as plain data; next week's "what changed" and other programs read it.

    `{schema: 1, store, week, data_up_to, rules, light, alternative_light, figures: {metric: {value, before, wow,
    peer_avg, peer_good, top10}}, changes: [{channel, traffic_effect, conversion_effect, total, cause}], alarms:
    [message], actions: [{object_type, object, action, priority, owner, due}]}`. Dates are `YYYY-MM-DD`, shares
    fractions, unknown is null. A reader must refuse another `schema`.
    """
    figures = key_figures.set_index("metric")[["value", "before", "wow", "peer_avg", "peer_good", "top10"]]
    kept = actions[actions["kept"].astype(bool)]
    content = {
        "schema": SCHEMA,
        "store": store,
        "week": f"{pd.Timestamp(week):%Y-%m-%d}",
        "data_up_to": None if pd.isna(data_up_to) else f"{pd.Timestamp(data_up_to):%Y-%m-%d}",
        "rules": rules_version,
        "light": verdict["light"],
        "alternative_light": verdict.get("alternative", "unknown"),
        "figures": figures.to_dict("index"),
        "changes": changes[["channel", "traffic_effect", "conversion_effect", "total", "cause"]].to_dict("records"),
        "alarms": alarms.loc[alarms["alarm"].fillna(False).astype(bool), "verdict"].tolist(),
        "actions": kept[["object_type", "object", "action", "priority", "owner", "due"]].to_dict("records"),
    }
    return _plain(content)


def _plain(value):
    """The value with nothing but text, numbers, lists and dicts in it; unknown is None."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or pd.isna(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
