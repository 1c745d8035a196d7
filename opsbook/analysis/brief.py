"""The weekly brief: verdict, key figures and the action list that a boss reads.

**Proposals.** Every analysis module that proposes something returns one DataFrame with the columns `ACTION_COLUMNS`,
one row per proposal (an empty one is `pd.DataFrame(columns=ACTION_COLUMNS)`):

| column        | holds |
|---------------|-------|
| module        | name of the analysis module: `keywords`, `boards`, ... |
| object_type   | `store`, `channel`, `product`, `keyword`, `plan` or `customer` |
| object        | the object's own id or name as text (product id, keyword, plan name); `""` for the store |
| action        | message: what to do, `{"id": "keywords.pause", "verb": "pause", ...}` (verbs: `VERBS`) |
| evidence      | message: why, with its numbers |
| effect        | message with `low` and `high` (and `unit`) of the expected effect a week, or None when unknown |
| priority      | `P0` now, `P1` this week, `P2` this month |
| owner         | `operator`, `sales`, `designer` or `boss` |
| due           | `datetime.date` |
| review_metric | canonical metric name (`clicks`, `opportunities`, `reply_rate`, ...) |
| review_on     | `datetime.date`: the Saturday that ends the week to look at |

The verb decides what contradicts what: `raise`/`add` against `lower`/`pause`/`remove` on the same object.
"""

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from opsbook.analysis.peers import PEERS, kpi_row, number, ratio
from opsbook.analysis.proportions import wilson
from opsbook.analysis.rules import RuleSet
from opsbook.analysis.sources import window

ACTION_COLUMNS = (
    "module",
    "object_type",
    "object",
    "action",
    "evidence",
    "effect",
    "priority",
    "owner",
    "due",
    "review_metric",
    "review_on",
)

OBJECT_TYPES = ("store", "channel", "product", "keyword", "plan", "customer")
PRIORITIES = ("P0", "P1", "P2")
OWNERS = ("operator", "sales", "designer", "boss")

#: What an action does to its object: more of it (1), less of it (-1), or neither (0).
VERBS = {
    "raise": 1,
    "add": 1,
    "lower": -1,
    "pause": -1,
    "remove": -1,
    "keep": 0,
    "fix": 0,
    "test": 0,
    "check": 0,
    "contact": 0,
    "ask": 0,
}


def action_id(store: str, week: date | str, object_type: str, object: str, action: dict) -> str:
    """Stable name of an action: the same proposal for the same object in the same week has the same id in every run.

    A letter and seven characters of base32 (no spreadsheet reads it as a number). The numbers inside the message do
    not count, only its id, so that a bid of 3.2 and one of 3.3 are the same action.

    >>> action_id("acme", "2026-09-19", "keyword", "steel pipe", {"id": "keywords.pause", "clicks": 120})
    'A4NS57XU'
    """
    key = "\x1f".join((store, str(week), object_type, object, action["id"]))
    return "A" + b32encode(hashlib.sha256(key.encode()).digest()).decode()[:7]


# ---- verdict ----------------------------------------------------------------------------------------------------

#: The blocks of the brief, in its order.
BLOCKS = (
    "verdict",
    "key_figures",
    "funnel",
    "traffic",
    "products",
    "ads",
    "customers_and_service",
    "store_health",
    "boards",
    "actions",
    "data_gaps",
)


def light(wow: float, peer_ratio: float, rules: RuleSet) -> str:
    """The platform's light: green when up on the week before and at least on peers' average; red when down and more
    than half below peers' average; else yellow.

    `wow`: this week / last week - 1; `peer_ratio`: own / peers' average. Returns `green`, `yellow`, `red`, or
    `unknown` where a missing input could change the answer. Source: the platform's weekly report, through the rule
    `brief.red_below_peers`.
    """
    limit = 1 - rules["brief.red_below_peers"].value
    green, red = _both(wow, wow > 0, peer_ratio, peer_ratio >= 1), _both(wow, wow < 0, peer_ratio, peer_ratio < limit)
    if green or red:
        return "green" if green else "red"
    return "unknown" if None in (green, red) else "yellow"


def alternative_light(peer_ratio: float, rules: RuleSet) -> str:
    """Another reading in use among operators: green from 1.1 times peers' average, red below 0.9 times, else
    yellow."""
    if np.isnan(peer_ratio):
        return "unknown"
    if peer_ratio >= rules["brief.alternative_green_from"].value:
        return "green"
    return "red" if peer_ratio < rules["brief.alternative_red_below"].value else "yellow"


def _both(x: float, x_holds: bool, y: float, y_holds: bool) -> bool | None:
    """Three-valued and: None where an unknown part decides."""
    parts = [None if np.isnan(value) else bool(holds) for value, holds in ((x, x_holds), (y, y_holds))]
    return False if False in parts else None if None in parts else True


def verdict(store_kpi: pd.DataFrame, week, rules: RuleSet) -> dict:
    """The week in one message: light by the platform's rule, the metric it stands on, and the other reading where it
    differs.

    The metric is the first of the rule `brief.light_metrics` that is known this week, with its peers if possible.
    Message `brief.verdict_<light>` with week, metric, value, light, alternative (light), differs, and `details`:
    messages on the change, the peers and the other reading, each saying what is missing where it is. Without any
    figure of the week: `brief.verdict_no_week`.
    """
    now = kpi_row(store_kpi, week)
    before = kpi_row(store_kpi, pd.Timestamp(week) - pd.Timedelta(weeks=1))
    known = [m for m in rules["brief.light_metrics"].value if not np.isnan(number(now, m))]
    metric = next((m for m in known if number(now, f"{m}_peer_avg") > 0), known[0] if known else None)
    if metric is None:
        return {"id": "brief.verdict_no_week", "week": f"{pd.Timestamp(week):%Y-%m-%d}", "light": "unknown"}
    value, last, peers = number(now, metric), number(before, metric), number(now, f"{metric}_peer_avg")
    wow, peer_ratio = ratio(value, last) - 1, ratio(value, peers)
    ours, other = light(wow, peer_ratio, rules), alternative_light(peer_ratio, rules)
    differs = other != ours and "unknown" not in (ours, other)
    details = [_change_message(metric, value, last), _peers_message(metric, value, peers)]
    details += [{"id": f"brief.alternative_{other}", "ratio": peer_ratio}] if differs else []
    head = {"id": f"brief.verdict_{ours}", "week": f"{pd.Timestamp(week):%Y-%m-%d}", "metric": metric, "value": value}
    return head | {"light": ours, "alternative": other, "differs": differs, "details": details}


def _change_message(metric: str, value: float, last: float) -> dict:
    if np.isnan(last):
        return {"id": "brief.no_week_before", "metric": metric}
    if last == 0:
        return {"id": "brief.from_zero", "metric": metric, "value": value}
    return {"id": "brief.change", "metric": metric, "value": value, "before": last, "wow": value / last - 1}


def _peers_message(metric: str, value: float, peers: float) -> dict:
    if np.isnan(ratio(value, peers)):
        return {"id": "brief.no_peers", "metric": metric}
    return {"id": "brief.peers", "metric": metric, "value": value, "peers": peers, "ratio": value / peers}


# ---- key figures and funnel -------------------------------------------------------------------------------------

KEY_FIGURES = (
    "all_impressions",
    "search_impressions",
    "search_clicks",
    "search_ctr",
    "visitors",
    "opportunities",
    "opportunity_rate",
    "inquiries",
    "tm",
    "orders",
    "order_amount_usd",
    "reply_5min_rate",
    "reply_hours",
)


def key_figures(store_kpi: pd.DataFrame, week, weeks: int = 4) -> pd.DataFrame:
    """Each key figure this week and last week, its change (WoW = this / last - 1), peers, Top10 and the last four
    weeks.

    Columns in: those of `store_kpi`, one row per natural week; search_ctr = search clicks / search impressions is
    added. Columns out, one row per figure of `KEY_FIGURES`: metric, value, before, wow, peer_avg, to_peer_avg (value
    / peer_avg), peer_good, top10, to_top10, recent (list of `weeks` values, oldest first, NaN where a week is
    missing). A figure that the export does not hold is a row of missing values. Units: those of the figure; reply
    figures are rolling 30-day figures of the platform, so their WoW compares overlapping windows.
    """
    rows = with_rates(store_kpi)
    ends = pd.date_range(end=pd.Timestamp(week), periods=max(weeks, 2), freq="7D")
    recent = [kpi_row(rows, end) for end in ends]
    table = pd.DataFrame({"metric": KEY_FIGURES})
    table["value"], table["before"] = ([number(recent[i], metric) for metric in KEY_FIGURES] for i in (-1, -2))
    table["wow"] = table["value"] / table["before"].where(table["before"] > 0) - 1
    for peer in PEERS:
        table[peer] = [number(recent[-1], f"{metric}_{peer}") for metric in KEY_FIGURES]
    for peer in ("peer_avg", "top10"):
        table[f"to_{peer}"] = table["value"] / table[peer].where(table[peer] > 0)
    table["recent"] = [[number(row, metric) for row in recent[-weeks:]] for metric in KEY_FIGURES]
    order = ["metric", "value", "before", "wow", "peer_avg", "to_peer_avg", "peer_good", "top10", "to_top10", "recent"]
    return table[order]


#: Rates that follow from two other figures: (numerator, denominator).
DERIVED = {
    "search_ctr": ("search_clicks", "search_impressions"),
    "opportunity_rate": ("opportunities", "visitors"),
}


def with_rates(store_kpi: pd.DataFrame) -> pd.DataFrame:
    """`store_kpi` with the rates of `DERIVED` where the export does not hold them, for the store and for its
    peers."""
    added = {}
    for rate, parts in DERIVED.items():
        for suffix in ("", *(f"_{peer}" for peer in PEERS)):
            name, numerator, denominator = (f"{part}{suffix}" for part in (rate, *parts))
            if name not in store_kpi and {numerator, denominator} <= set(store_kpi):
                below = store_kpi[denominator].astype("Float64").astype(float)
                added[name] = store_kpi[numerator].astype("Float64").astype(float) / below.where(below > 0)
    return store_kpi.assign(**added)


#: (stage, counts what): between events and persons the funnel breaks, for the platform counts them apart.
STAGES = (
    ("all_impressions", "events"),
    ("all_clicks", "events"),
    ("visitors", "persons"),
    ("opportunities", "persons"),
    ("orders", "events"),
)


def funnel(kpi: pd.Series) -> pd.DataFrame:
    """Impressions, clicks, visitors, opportunities, orders of a week, with the ratio of each stage to the one before.

    Columns out: stage, counts (`events` or `persons`), value, of_previous (value / previous value), lower, upper (95
    % Wilson interval, only where both stages count the same thing and the stage is part of the one before), break
    (True where the two stages count different things: their ratio is no rate of the same people and may exceed 1).
    Missing counts stay missing.
    """
    table = pd.DataFrame(STAGES, columns=["stage", "counts"])
    table["value"] = [number(kpi, stage) for stage, _ in STAGES]
    previous = table["value"].shift()
    table["of_previous"] = table["value"] / previous.where(previous > 0)
    table["break"] = (table["counts"] != table["counts"].shift()) & (table.index > 0)
    nested = ~table["break"] & (table["value"] <= previous)
    table["lower"], table["upper"] = wilson(table["value"].where(nested), previous.where(nested))
    return table[["stage", "counts", "value", "of_previous", "lower", "upper", "break"]]


# ---- data gaps --------------------------------------------------------------------------------------------------

#: Table -> block of the brief that cannot speak without it.
NEEDED = {
    "store_kpi": "key_figures",
    "channel_traffic": "traffic",
    "product_performance": "products",
    "product_profile": "boards",
    "ad_campaign": "ads",
    "ad_keyword": "ads",
    "customer": "customers_and_service",
    "order": "customers_and_service",
    "visitor": "traffic",
}


#: Tables that are read as natural weeks; the others may hold days or snapshots.
WEEKLY = ("store_kpi", "channel_traffic", "product_performance")


def data_gaps(tables: Mapping[str, pd.DataFrame | None], week, settings: Mapping | None = None) -> pd.DataFrame:
    """What was not delivered for the week, and the block that therefore must not conclude anything.

    `tables`: {canonical name: rows or None}; `settings`: the store's own settings, of which `membership_cny_per_year`
    and `labour_cny_per_week` are asked for. Columns out: missing (`table`, `week`, `column`, `setting`), name, block,
    verdict (message).
    """
    gaps = [_table_gap(name, tables.get(name), week) for name in NEEDED]
    kpi = tables.get("store_kpi")
    if kpi is not None and len(kpi):
        row = kpi_row(with_rates(kpi), week)
        missing = [m for m in KEY_FIGURES if len(row) and np.isnan(number(row, m))]
        gaps += [{"missing": "column", "name": m, "block": "key_figures"} for m in missing]
        if len(row) and np.isnan([number(row, f"{m}_peer_avg") for m in KEY_FIGURES]).all():
            gaps.append({"missing": "column", "name": "peer_avg", "block": "verdict"})
    for name in ("membership_fee_cny", "labour_cny_per_week", "cny_per_usd"):
        if settings is None or settings.get(name) is None:
            gaps.append({"missing": "setting", "name": name, "block": "ads"})
    rows = [gap | {"verdict": {"id": f"brief.gap_{gap['missing']}"} | gap} for gap in gaps if gap]
    return pd.DataFrame(rows, columns=["missing", "name", "block", "verdict"])


def _table_gap(name: str, table: pd.DataFrame | None, week) -> dict | None:
    if table is None or table.empty:
        return {"missing": "table", "name": name, "block": NEEDED[name]}
    if "period_end" in table and not _covers(table, name, pd.Timestamp(week)):
        return {"missing": "week", "name": name, "block": NEEDED[name]}
    return None


def _covers(table: pd.DataFrame, name: str, week: pd.Timestamp) -> bool:
    """Whether the table has a natural week's rows, or, where it holds days and snapshots, any of the week's days."""
    ends = pd.to_datetime(table["period_end"])
    days = (ends > week - pd.Timedelta(days=7)) & (ends <= week)
    return bool(days.any()) if name not in WEEKLY else not window(table, week).empty
