"""The store's figures of a week: against its peers, and on the three axes that cannot all be maximised."""

import numpy as np
import pandas as pd

from opsbook.analysis.channels import ROOTS
from opsbook.analysis.proportions import wilson
from opsbook.analysis.sources import relative_slope, weekly, window

STAGES = ("volume", "cost", "quality")

#: Whom the platform compares a store with: column suffix of `store_kpi`.
PEERS = ("peer_avg", "peer_good", "top10")

#: Metrics of which less is better.
LOWER_IS_BETTER = ("reply_hours",)

GAP_COLUMNS = ["metric", "peer", "value", "reference", "ratio", "gap", "ratio_before", "trend_4", "trend_8", "is_ahead"]


def kpi_row(store_kpi: pd.DataFrame, week) -> pd.Series:
    """The figures of the natural week that ends on `week`; a week without a row gives an empty Series."""
    rows = window(store_kpi, week)
    if len(rows) > 1:
        name = f"{pd.Timestamp(week):%Y-%m-%d}"
        raise ValueError(f"`store_kpi` must have one row per week; found {len(rows)} for the week {name}")
    return rows.iloc[0] if len(rows) else pd.Series(dtype=object)


def number(row: pd.Series, column: str) -> float:
    """The figure as a float; NaN where the column or the value is missing."""
    value = row.get(column)
    return np.nan if value is None or pd.isna(value) else float(value)


def ratio(numerator: float, denominator: float) -> float:
    """numerator / denominator; NaN where one is unknown or the denominator is not above 0."""
    return numerator / denominator if denominator > 0 else np.nan


def peer_gaps(store_kpi: pd.DataFrame, week, weeks: int = 8) -> pd.DataFrame:
    """How far each metric is from peers' average, peers' good and the industry's Top10: gap = own / theirs - 1.

    Columns in: those of `store_kpi`, one row per week, `<metric>_peer_avg`, `<metric>_peer_good`, `<metric>_top10`
    beside each metric. Columns out, one row per metric and peer group that the export names: metric, peer, value,
    reference, ratio, gap, ratio_before (the week before), trend_4 and trend_8 (slope of the ratio a week / its mean,
    over 4 and `weeks` weeks), is_ahead (True, False, <NA>; of reply time less is better). Edge cases: a reference
    that is missing or 0 gives no ratio; a trend needs 3 (of 4) and 4 known weeks.
    """
    ends = pd.date_range(end=pd.Timestamp(week), periods=weeks, freq="7D")
    rows = store_kpi[weekly(store_kpi)]
    rows = rows.set_axis(pd.to_datetime(rows["period_end"])).reindex(ends)
    pairs = [(metric, peer) for metric in rows for peer in PEERS if f"{metric}_{peer}" in rows]
    if not pairs:
        return pd.DataFrame(columns=GAP_COLUMNS)
    own = pd.DataFrame([_floats(rows[metric]) for metric, _ in pairs]).reset_index(drop=True)
    theirs = pd.DataFrame([_floats(rows[f"{metric}_{peer}"]) for metric, peer in pairs]).reset_index(drop=True)
    ratios = own / theirs.where(theirs > 0)
    table = pd.DataFrame(pairs, columns=["metric", "peer"])
    table["value"], table["reference"], table["ratio"] = own.iloc[:, -1], theirs.iloc[:, -1], ratios.iloc[:, -1]
    table["gap"], table["ratio_before"] = table["ratio"] - 1, ratios.iloc[:, -2]
    table["trend_4"], table["trend_8"] = relative_slope(ratios.iloc[:, -4:], 3), relative_slope(ratios, 4)
    less = table["metric"].isin(LOWER_IS_BETTER)
    ahead = pd.Series(np.where(less, table["ratio"] <= 1, table["ratio"] >= 1), dtype="boolean")
    return table.assign(is_ahead=ahead.mask(table["ratio"].isna()))[GAP_COLUMNS]


def side_by_side(gaps: pd.DataFrame) -> pd.DataFrame:
    """Each metric beside its peers: own value, theirs, and the ratio to each (1.0 = equal), with its trend.

    In: the result of `peer_gaps`. Columns out, one row per metric with any reference: metric, value, then for each of
    `PEERS` the reference (`<peer>`), the ratio (`to_<peer>`), and trend_4, trend_8 of the ratio to peers' average.
    """
    known = gaps[gaps["reference"].notna()]
    table = known[["metric", "value"]].drop_duplicates("metric").set_index("metric")
    for peer in PEERS:
        rows = known[known["peer"] == peer].set_index("metric")
        table[[peer, f"to_{peer}"]] = rows[["reference", "ratio"]].reindex(table.index)
    average = known[known["peer"] == "peer_avg"].set_index("metric")
    return table.join(average[["trend_4", "trend_8"]]).reset_index()


def _floats(values: pd.Series) -> pd.Series:
    return values.astype("Float64").astype(float)


def three_axes(
    sources: pd.DataFrame, kpi: pd.Series, spend_cny: float | None, stage: str | None = None
) -> pd.DataFrame:
    """Volume, cost and quality of the week's traffic: where the store stands on each; the stage says which one leads.

    volume: roots covered (roots with a visitor / 4), visitors (persons). cost: free share of clicks (natural / all
    clicks, or 1 - marketing / all, a lower bound, where natural is missing), ad spend per visitor and per opportunity
    (CNY). quality: L1+ share of inquirers, opportunity rate (opportunities / visitors), both with their 95 % Wilson
    interval.

    In: `sources.channel_table`, the week's row of `store_kpi` (`kpi_row`), the week's ad spend, the stage of
    `stores.toml` (one of `STAGES`, or None). Columns out: axis, metric, value, numerator, denominator, lower, upper,
    reference (peers' average), leads (the axis of the stage). Missing inputs give missing values, never 0. Source: an
    operator's guide (2025-02): the three goals contradict each other, so one leads per stage.
    """
    if stage is not None and stage not in STAGES:
        raise ValueError(f"`stage` must be one of {', '.join(map(repr, STAGES))}; found {stage!r}")
    visitors, opportunities, inquirers, clicks = (
        number(kpi, column) for column in ("visitors", "opportunities", "inquirers", "all_clicks")
    )
    spend = np.nan if spend_cny is None else float(spend_cny)
    rows = [
        ("volume", "roots_covered", _roots_covered(sources), len(ROOTS)),
        ("volume", "visitors", visitors, 1),
        ("cost", "free_click_share", free_clicks(kpi), clicks),
        ("cost", "spend_per_visitor", spend, visitors),
        ("cost", "spend_per_opportunity", spend, opportunities),
        ("quality", "l1_inquirer_share", np.round(number(kpi, "l1_inquirer_share") * inquirers), inquirers),
        ("quality", "opportunity_rate", opportunities, visitors),
    ]
    card = pd.DataFrame(rows, columns=["axis", "metric", "numerator", "denominator"])
    card["value"] = [ratio(numerator, denominator) for _, _, numerator, denominator in rows]
    persons = (card["axis"] == "quality") & (card["numerator"] <= card["denominator"])
    card["lower"], card["upper"] = wilson(card["numerator"].where(persons), card["denominator"].where(persons))
    card["reference"] = [number(kpi, f"{metric}_peer_avg") for metric in card["metric"]]
    card["leads"] = card["axis"] == stage
    return card[["axis", "metric", "value", "numerator", "denominator", "lower", "upper", "reference", "leads"]]


def _roots_covered(sources: pd.DataFrame) -> float:
    """How many of the four roots brought a visitor; NaN without any channel."""
    return float(len(set(ROOTS) & set(sources.loc[sources["visitors"] > 0, "root"]))) if len(sources) else np.nan


def free_clicks(kpi: pd.Series) -> float:
    """Clicks that were not paid: natural clicks, or all clicks - marketing clicks (a lower bound: the two
    overlap)."""
    natural = number(kpi, "natural_clicks")
    return natural if not np.isnan(natural) else max(number(kpi, "all_clicks") - number(kpi, "marketing_clicks"), 0.0)
