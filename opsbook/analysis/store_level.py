"""The level of the store, figure beside figure. There is no total: the platform's own weight is not observable, and
none is invented.
"""

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from opsbook.analysis import rates
from opsbook.analysis.proportions import wilson

#: {figure: whether more is better}, in the order in which they are shown
FIGURES = {
    "star": True,
    "product_power": True,
    "marketing_power": True,
    "trade_power": True,
    "service_power": True,
    "l1_visitor_share": True,
    "l1_inquirer_share": True,
    "opportunity_rate": True,
    "reply_rate": True,
    "reply_5min_rate": True,
    "reply_hours": False,
}
PEERS = ("peer_avg", "peer_good", "top10")
_PRIOR = 0.5  # events of the Jeffreys prior of a Poisson rate


def level_share(visitors: pd.DataFrame, level: float = 0.9) -> dict:
    """The L1+ share of visitors is visitors of buyer level L1 and above / visitors whose level is known.

    In: `visitor_id, level` (`L0` ... `L4`; a visitor seen twice counts once, with the highest level). Out: a message
    with `l1` (numerator), `known` (denominator), `unknown` (visitors without a level) and, where a level is known,
    `share, lower, upper` (Wilson interval at `level`).
    """
    number = visitors["level"].astype("string").str.extract(r"L(\d)")[0].astype("float64")
    levels = number.groupby(visitors["visitor_id"]).max()
    known, l1 = int(levels.notna().sum()), int((levels >= 1).sum())
    counts = {"l1": l1, "known": known, "unknown": int(levels.isna().sum())}
    if not known:
        return {"id": "store_level.l1_unknown"} | counts
    lower, upper = wilson(l1, known, level)
    return {"id": "store_level.l1_share"} | counts | {"share": l1 / known, "lower": float(lower), "upper": float(upper)}


def scorecard(
    store_kpi: pd.DataFrame, visitors: pd.DataFrame | None = None, *, confidence: float = 0.8, level: float = 0.9
) -> pd.DataFrame:
    """The store beside its peers: star, capability scores, L1+ share, opportunity rate and reply rate of the last
    period, never added up.

    In: `store_kpi`, one row per period with `period_end` and any of `FIGURES`, `opportunities, visitors` and
    `<figure>_peer_avg`, ...; the last period counts. `visitors` (of the same window) gives the L1+ share of visitors.
    Out, one row per figure: `metric, own, lower, upper` (where the counts are known, at `level`)`, numerator,
    denominator, peer_avg, peer_good, top10, gap_to_peers` (own / peers' average - 1), `before` (the period before),
    `probability` (that the true rate lies on this side of the peers' average), `verdict` (`better`, `worse`, `equal`,
    `not enough data`, `unknown`), `evidence`. A rate is called only from `confidence` on (our default); figures that
    are not rates are compared as they stand.
    """
    periods = store_kpi.sort_values("period_end")
    last, before = (
        periods.iloc[-position] if len(periods) >= position else pd.Series(dtype="float64") for position in (1, 2)
    )
    table = pd.DataFrame({"metric": list(FIGURES)})
    for column, row, suffix in [
        ("own", last, ""),
        ("before", before, ""),
        *((peer, last, f"_{peer}") for peer in PEERS),
    ]:
        table[column] = [_number(row.get(f"{metric}{suffix}")) for metric in FIGURES]
    table = table.join(_counted(last, visitors, level))
    table.loc[table["metric"] == "opportunity_rate", "before"] = _opportunity_rate(before)
    table["own"] = table["own"].fillna(table["numerator"] / table["denominator"])
    table["gap_to_peers"] = table["own"] / table["peer_avg"].where(table["peer_avg"] > 0) - 1
    below = rates.prob_below((table["numerator"] + _PRIOR, table["denominator"]), table["peer_avg"])
    table["probability"] = np.maximum(below, 1 - below)
    table["verdict"] = _verdicts(table, confidence)
    table["evidence"] = [_evidence(row) for row in table.to_dict("records")]
    return table


def _opportunity_rate(row: pd.Series) -> float:
    """Opportunities / visitors of a period; the rate as exported where a count is missing."""
    events, exposure = _number(row.get("opportunities")), _number(row.get("visitors"))
    counted = events / exposure if exposure > 0 else np.nan
    return _number(row.get("opportunity_rate")) if np.isnan(counted) else counted


def _number(value) -> float:
    return np.nan if value is None or pd.isna(value) else float(value)


def _counted(last: pd.Series, visitors: pd.DataFrame | None, level: float) -> pd.DataFrame:
    """Numerator, denominator and interval of the figures whose counts are known."""
    counts = pd.DataFrame(np.nan, range(len(FIGURES)), ["numerator", "denominator", "lower", "upper"])
    order = list(FIGURES)
    events, exposure = _number(last.get("opportunities")), _number(last.get("visitors"))
    if exposure > 0 and not np.isnan(events):
        tail = (1 - level) / 2
        bounds = gammaincinv(events + _PRIOR, [tail, 1 - tail]) / exposure
        counts.loc[order.index("opportunity_rate")] = [events, exposure, *bounds]
    if visitors is not None and len(visitors):
        share = level_share(visitors, level)
        if share["known"]:
            counts.loc[order.index("l1_visitor_share")] = [share["l1"], share["known"], share["lower"], share["upper"]]
    return counts


def _verdicts(table: pd.DataFrame, confidence: float) -> np.ndarray:
    more_is_better = table["metric"].map(FIGURES)
    ahead = np.where(more_is_better, table["gap_to_peers"] > 0, table["gap_to_peers"] < 0)
    reasons = [table["gap_to_peers"].isna(), table["probability"] < confidence, table["gap_to_peers"] == 0, ahead]
    return np.select(reasons, ["unknown", "not enough data", "equal", "better"], "worse")


def _evidence(row: dict) -> dict:
    if row["verdict"] == "unknown":
        return {"id": "store_level.unknown"}
    return {
        "id": f"store_level.{row['verdict'].replace(' ', '_')}",
        "own": row["own"],
        "peer_avg": row["peer_avg"],
        "gap_to_peers": row["gap_to_peers"],
    }


def star_and_quality(store_kpi: pd.DataFrame) -> pd.DataFrame:
    """The star rating beside the observed quality of the traffic, period by period.

    The sources contradict each other: one says that stars decide the quality of traffic, one that a high star is not
    a high weight. So both stand here and neither explains the other. Out: `period_end, star, l1_inquirer_share,
    opportunities, visitors, opportunity_rate` (recomputed where both counts are known).
    """
    columns = ["period_end", "star", "l1_inquirer_share", "opportunities", "visitors", "opportunity_rate"]
    table = store_kpi.reindex(columns=columns).sort_values("period_end", ignore_index=True)
    table[columns[1:]] = table[columns[1:]].astype("float64")
    counted = table["opportunities"] / table["visitors"].where(table["visitors"] > 0)
    return table.assign(opportunity_rate=counted.fillna(table["opportunity_rate"]))


def top10_trend(store_kpi: pd.DataFrame) -> pd.DataFrame:
    """The gap of the store to the industry's Top10 average is own / Top10 - 1, period by period.

    Top10 average = sum of the ten best suppliers of the main industry / 10: an average, not the tenth place. In: one
    row per period with `period_end`, metrics and `<metric>_top10`. Out, long: `metric, period_end, own, top10,
    gap_to_top10, own_change, top10_change` (each against the period before). A Top10 of 0, or a missing side, gives a
    missing gap.
    """
    metrics = [column.removesuffix("_top10") for column in store_kpi if column.endswith("_top10")]
    columns = ["metric", "period_end", "own", "top10"]
    parts = [
        store_kpi.reindex(columns=["period_end", metric, f"{metric}_top10"])
        .set_axis(columns[1:], axis=1)
        .assign(metric=metric)
        for metric in metrics
    ]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    table = table[columns].sort_values(["metric", "period_end"], ignore_index=True)
    table[["own", "top10"]] = table[["own", "top10"]].astype("float64")
    table = table.dropna(subset=["own", "top10"], how="all")
    table["gap_to_top10"] = table["own"] / table["top10"].where(table["top10"] > 0) - 1
    before = table.groupby("metric")[["own", "top10"]].shift()
    table[["own_change", "top10_change"]] = table[["own", "top10"]] / before.where(before > 0) - 1
    return table.reset_index(drop=True)
