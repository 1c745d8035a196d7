"""Alarms that respect counts: is this week outside of what the past weeks make likely?

Family-wise: however many series of a store are watched, at most `false_alarms` (5 %) of the stores in which nothing
has changed get any alarm in a week. Simulated with twelve series of 0.5 to 700 a week and 400 stores each: 0 % of the
stores where counts vary by chance only, 0.5 to 4.3 % where they vary by a further 10 to 60 % from week to week. The
price is patience: a channel of 200 visitors a week (further variation 10 %) that loses half is caught at once in 63
of 100 stores, one that loses 60 % in 91.
"""

import numpy as np
import pandas as pd
from scipy import special

from opsbook.analysis.next_count import predictive, tail_probability
from opsbook.analysis.rules import RuleSet
from opsbook.analysis.sources import weekly, weekly_visitors

SERIES_COLUMNS = ("object_type", "object", "metric", "period_end", "value")


def series(channel_traffic: pd.DataFrame | None, store_kpi: pd.DataFrame | None, week, weeks: int = 8) -> pd.DataFrame:
    """The weekly counts that are watched: visitors of every channel; visitors and opportunities of the store.

    Columns out: `SERIES_COLUMNS`, one row per series and week, for the report week and the `weeks` before it. A
    channel without a row in a week that the export covers had no visitors there (0); a missing value stays missing.
    """
    parts = [pd.DataFrame(columns=list(SERIES_COLUMNS))]
    if channel_traffic is not None:
        wide = weekly_visitors(channel_traffic, week, weeks + 1).rename_axis(index="object", columns="period_end")
        parts.append(wide.stack().rename("value").reset_index().assign(object_type="channel", metric="visitors"))
    if store_kpi is not None:
        metrics = [m for m in ("visitors", "opportunities") if m in store_kpi]
        store = store_kpi[weekly(store_kpi)].melt(id_vars="period_end", value_vars=metrics, var_name="metric")
        parts.append(store.assign(object_type="store", object=""))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)[list(SERIES_COLUMNS)]


def alarms(
    series: pd.DataFrame, week, rules: RuleSet, weeks: int = 8, min_weeks: int = 4, false_alarms: float = 0.05
) -> pd.DataFrame:
    """Probability of a count at least as far out as this week's, given the past weeks; an alarm when chance is too
    small.

    Every series gets the negative-binomial predictive distribution of its past `weeks` weeks (`predictive`); the
    two-sided tail probabilities are adjusted by Holm over all series of the store, an alarm is `p_adjusted <=
    false_alarms`.

    Columns in: `SERIES_COLUMNS`. Columns out: object_type, object, metric, value, weeks (of history used),
    expected_value, range_low, range_high (95 %), p_value, p_adjusted, alarm (True, False, <NA> with too little data),
    season (the comparison crosses the March or September promotion, rule `traffic.promotion_months`), verdict
    (message). Units: those of the counts. Most surprising first. Edge cases: fewer than `min_weeks` weeks of history,
    or no value this week: unknown, and the verdict says what is missing.
    """
    week = pd.Timestamp(week)
    ends = pd.to_datetime(series["period_end"])
    rows = series.assign(period_end=ends, value=series["value"].astype("Float64").astype(float))[
        (ends <= week) & (ends > week - pd.Timedelta(weeks=weeks + 1))
    ]
    keys, months = ["object_type", "object", "metric"], rules["traffic.promotion_months"].value
    table = pd.DataFrame(
        [
            dict(zip(keys, key, strict=True)) | _judge(group, week, min_weeks, months)
            for key, group in rows.groupby(keys, sort=True)
        ],
        columns=[*keys, "value", "weeks", "expected_value", "range_low", "range_high", "p_value", "season"],
    )
    table["p_adjusted"] = holm(table["p_value"].to_numpy(float))
    table["alarm"] = (table["p_adjusted"] <= false_alarms).astype("boolean").mask(table["p_value"].isna())
    table["verdict"] = [_verdict(row, min_weeks) for row in table.to_dict("records")]
    return table.sort_values(["p_value", *keys], ignore_index=True, na_position="last")


def _judge(group: pd.DataFrame, week: pd.Timestamp, min_weeks: int, months: list[int]) -> dict:
    """One series: this week's value against the predictive distribution of the weeks before."""
    now = group.loc[group["period_end"] == week, "value"]
    past = group[group["period_end"] < week].dropna(subset="value")
    value = now.iloc[0] if len(now) else np.nan
    result = {"value": value, "weeks": len(past), "season": crosses_promotion(week, past["period_end"], months)}
    if len(past) < min_weeks:
        return result
    result |= predictive(past["value"].to_numpy())
    return result if np.isnan(value) else result | {"p_value": tail_probability(past["value"].to_numpy(), value)}


def _verdict(row: dict, min_weeks: int) -> dict:
    who = "store_alarm" if row["object_type"] == "store" else "alarm"
    numbers = {"metric": row["metric"]} | ({} if row["object_type"] == "store" else {"channel": row["object"]})
    if pd.isna(row["value"]):
        return {"id": f"traffic.{who}_no_value", **numbers}
    if pd.isna(row["p_value"]):
        return {"id": f"traffic.{who}_too_early", **numbers, "weeks": row["weeks"], "more": min_weeks - row["weeks"]}
    kind = "none" if not row["alarm"] else "fall" if row["value"] < row["expected_value"] else "rise"
    kind += "_season" if kind != "none" and row["season"] else ""
    numbers |= {key: float(row[key]) for key in ("value", "expected_value", "range_low", "range_high", "p_adjusted")}
    return {"id": f"traffic.{who}_{kind}", **numbers, "weeks": row["weeks"]}


def crosses_promotion(week: pd.Timestamp, past: pd.Series, months: list[int]) -> bool:
    """Whether a promotion month (March, September) lies in only a part of the weeks that are compared.

    A week belongs to the month if any of its seven days does.
    """
    return len({in_promotion(end, months) for end in [week, *past]}) > 1


def in_promotion(week: pd.Timestamp, months: list[int]) -> bool:
    """Whether one of the seven days that end with `week` lies in a promotion month."""
    return pd.Timestamp(week).month in months or (pd.Timestamp(week) - pd.Timedelta(days=6)).month in months


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's adjusted p-values: rejecting those at most α keeps the chance of any false rejection at most α; NaN
    stays NaN.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known])]
    adjusted = np.full(len(p_values), np.nan)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1)))
    return adjusted


def dispersion(past: pd.DataFrame) -> pd.Series:
    """Variance / mean of the weekly counts of each series (1 = as unsteady as chance makes counts), at least 1.

    In: one row per series, one column per week (`sources.weekly_visitors`, without the report week). The 90 % upper
    confidence limit of the ratio (chi-square), so that few weeks do not make a channel look steadier than it is.
    Fewer than 3 known weeks, or a mean of 0: NaN.
    """
    known, mean = past.notna().sum(axis=1), past.mean(axis=1)
    ratio = past.var(axis=1) * (known - 1) / special.chdtri(known - 1, 0.9) / mean
    return ratio.clip(lower=1.0).where((known >= 3) & (mean > 0))
