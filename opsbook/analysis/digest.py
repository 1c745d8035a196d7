"""The week in few lines: the largest changes, the chat summary, the most shown products, the figures as plain data."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from opsbook.analysis.alarms import holm
from opsbook.analysis.brief import key_figures
from opsbook.analysis.next_count import tail_probability
from opsbook.analysis.sources import window
from opsbook.analysis.traffic import headline

SCHEMA = 1

#: Columns that say when an event was.
MOMENTS = ("on", "at", "ordered_at", "created_week")

#: Key figures that count events or persons of a week.
COUNTS = (
    "all_impressions",
    "search_impressions",
    "search_clicks",
    "visitors",
    "opportunities",
    "inquiries",
    "tm",
    "orders",
)


def largest_changes(store_kpi: pd.DataFrame, week, weeks: int = 8, most: int = 5) -> pd.DataFrame:
    """The key figures that changed most on the week before, and how likely chance alone makes a week so far from usual.

    Size of a change: the ratio of the two weeks, whichever is larger to the other; a figure that was or became 0 has no
    ratio and stands last. `p_usual`: for counts, the two-sided probability of this week's count given the past `weeks`
    weeks (`next_count.tail_probability`), adjusted by Holm over all counts; missing for rates and amounts, and with
    fewer than four past weeks. Columns out: metric, before, value, wow, p_usual. Figures of rolling windows (reply)
    are left out: two of their weeks overlap.
    """
    table = key_figures(store_kpi, week, weeks + 1)
    table = table[~table["metric"].str.startswith("reply_")].dropna(subset=["value", "before"])
    table = table[table["value"] != table["before"]]
    table["p_usual"] = holm(np.array([_p_usual(row) for row in table.to_dict("records")], dtype=float))
    with np.errstate(divide="ignore"):
        size = np.abs(np.log(table["value"] / table["before"])).replace(np.inf, np.nan)
    order = size.sort_values(ascending=False, kind="stable", na_position="last").index
    return table.loc[order[:most], ["metric", "before", "value", "wow", "p_usual"]].reset_index(drop=True)


def _p_usual(row: dict) -> float:
    past = np.array([value for value in row["recent"][:-1] if not np.isnan(value)])
    if row["metric"] not in COUNTS or len(past) < 4:
        return np.nan
    return tail_probability(past, row["value"])


def usual(verdict: dict, largest: pd.DataFrame, level: float = 0.05) -> list[dict]:
    """Whether chance alone makes the change of the figure that the light stands on: one message, or none where that is
    not known.

    In: `brief.verdict`, `largest_changes` of all figures. Below `level` (our default) the week is not usual: the
    message is `brief.not_usual`, else `brief.usual`, with metric, before, value and p_usual.
    """
    row = largest[(largest["metric"] == verdict.get("metric")) & largest["p_usual"].notna()]
    if row.empty:
        return []
    numbers = {name: row[name].item() for name in ("metric", "before", "value", "p_usual")}
    return [{"id": "brief.not_usual" if numbers["p_usual"] < level else "brief.usual"} | numbers]


def most_shown(performance: pd.DataFrame, week, most: int = 10) -> pd.DataFrame:
    """The products that were shown most in the week, and whether anybody contacted the seller about them.

    Columns in: those of `product_performance`. Columns out: product_id, title, all_impressions, visitors, inquiries,
    tm, without_inquiry (True where inquiries and TM are both 0, missing where one is unknown and the other 0).
    """
    columns = ["product_id", "title", "all_impressions", "visitors", "inquiries", "tm"]
    rows = window(performance, week).reindex(columns=columns)
    contacts = rows[["inquiries", "tm"]].astype("Float64").astype(float)
    nobody = (contacts.fillna(0).sum(axis=1) == 0).astype("boolean")
    rows["without_inquiry"] = nobody.mask(nobody & contacts.isna().any(axis=1))
    return rows.sort_values("all_impressions", ascending=False, kind="stable", ignore_index=True).head(most)


def board_counts(evaluated: pd.DataFrame) -> pd.DataFrame:
    """How many products may enter each board, on one path or another, and of how many it is not known.

    In: the result of `boards.evaluate`. Columns out: board, eligible (a path passes), undecided (none passes, one is
    unknown), products. Eligible does not mean shown.
    """
    best = evaluated["verdict"].map({"pass": 2, "unknown": 1, "fail": 0})
    by_product = best.groupby([evaluated["board"], evaluated["product_id"]], sort=False, observed=True).max()
    groups = by_product.groupby("board", sort=False, observed=True)
    counts = {"eligible": lambda of: (of == 2).sum(), "undecided": lambda of: (of == 1).sum(), "products": "size"}
    return pd.DataFrame({name: groups.agg(how) for name, how in counts.items()}).reset_index()


def delivered(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the report read of each table: its rows, and the first and the last day that they cover.

    In: canonical tables by name; a table without any row is left out. Days: those of the windows, else those of the
    events. Columns out: delivered (name of the table), row_count, first_day, last_day_held.
    """
    columns = ["delivered", "row_count", "first_day", "last_day_held"]
    rows = [(name, len(table), *_span(table)) for name, table in tables.items() if len(table)]
    return pd.DataFrame(rows, columns=columns)


def _span(table: pd.DataFrame) -> tuple:
    """First and last day; missing where no column tells."""
    starts, ends = (next((c for c in (end, *MOMENTS) if c in table), None) for end in ("period_start", "period_end"))
    if starts is None or ends is None:
        return pd.NaT, pd.NaT
    return pd.to_datetime(table[starts]).min().normalize(), pd.to_datetime(table[ends]).max().normalize()


def name_objects(actions: pd.DataFrame, performance: pd.DataFrame, profile: pd.DataFrame) -> pd.DataFrame:
    """The actions with `object_name` (the title of a product, from its newest row, else the object) and `todo`."""
    titles = pd.concat([profile, performance])[["product_id", "title"]].dropna()
    by_id = dict(zip(titles["product_id"].astype(str), titles["title"], strict=True))
    is_product = actions["object_type"] == "product"
    names = actions["object"].where(~is_product, actions["object"].map(lambda product: by_id.get(product, product)))
    named = actions.assign(object_name=names.astype(object))
    return named.assign(todo=pd.Series([todo(row) for row in named.to_dict("records")], named.index, dtype=object))


def todo(action: dict) -> dict:
    """What to do with which object, as one message; `action` is a row with `object_name`. The store needs no name."""
    if action["object_type"] == "store":
        return action["action"]
    return {"id": "brief.todo", "object": action["object_name"], "details": [action["action"]]}


def what_changed(changes: pd.DataFrame, alarms: pd.DataFrame, most: int = 5) -> list[dict]:
    """Why the week differs from the ones before: channels that changed beyond chance, then alarms about other series.

    In: `traffic.judge_change`, `alarms.alarms`. Of a channel whose visitors alone changed the alarm says more than the
    comparison with one week, so that it stands instead. At most `most` messages.
    """
    raised = alarms[alarms["alarm"].fillna(False).astype(bool)]
    named = raised.loc[raised["object_type"] == "channel", "object"]
    instead = changes["channel"].isin(named) & (changes["cause"] == "traffic")
    shown = headline(changes[~instead]) if len(changes[~instead]) or not len(named) else []
    shown = [message for message in shown if message["id"] != "traffic.nothing_changed" or raised.empty]
    others = raised[~raised["object"].isin([message.get("channel") for message in shown])]
    return [*shown, *others["verdict"]][:most]


def summary(verdict: dict, changed: list[dict], actions: pd.DataFrame, most: int = 3) -> list[dict]:
    """The messages of the chat summary, most important first: verdict, what changed, then the first actions.

    In: `brief.verdict`, `what_changed`, the week's actions with `object_name`. At most `most` of each. Whoever words
    them stops at the length that the chat allows.
    """
    first = [todo(action) for action in actions.head(most).to_dict("records")]
    return [verdict, *changed[:most], *(first or [{"id": "brief.no_actions"}])]


def metrics(
    verdict: dict, key_figures: pd.DataFrame, spend: float | None, changes: pd.DataFrame, actions: pd.DataFrame
) -> dict:
    """The figures of a week as plain data, for the index of reports, next week's "what changed" and other programs.

    `{schema: 1, light, alternative_light, visitors, opportunities, opportunity_rate, orders, spend (CNY), figures:
    {metric: {value, before, wow, peer_avg, peer_good, top10}}, changes: [{channel, traffic_effect, conversion_effect,
    total, cause}], actions: [rows of `followup.identify`]}`. Dates are `YYYY-MM-DD`, shares fractions, messages
    `{id, numbers}`, unknown is null. A reader must refuse another `schema`.
    """
    figures = key_figures.set_index("metric")[["value", "before", "wow", "peer_avg", "peer_good", "top10"]]
    content = {"schema": SCHEMA, "light": verdict["light"], "alternative_light": verdict.get("alternative", "unknown")}
    content |= {name: figures.at[name, "value"] for name in ("visitors", "opportunities", "opportunity_rate", "orders")}
    content |= {
        "spend": spend,
        "figures": figures.to_dict("index"),
        "changes": changes[["channel", "traffic_effect", "conversion_effect", "total", "cause"]].to_dict("records"),
        "actions": actions.to_dict("records"),
    }
    return plain(content)


def plain(value):
    """The value with nothing but text, numbers, lists and dicts in it; unknown is None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or pd.isna(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
