"""The business funnel from exposure to order, and where it leaks."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from opsbook.analysis import funnel
from opsbook.analysis.alarms import holm

BUSINESS_COLUMNS = ("step", "counted", "number", "share", "lower", "upper", "median_days")


def calculator(start: float, rates: Mapping[str, float]) -> pd.DataFrame:
    """What is left of a number after a chain of rates, and what each stage would add to the end if it were better.

    `number` = start x the rates up to this stage. `plus_tenth`: the end result if this rate alone rose by a tenth of
    itself; in a product that is the same for every stage (unless it is capped at 1), so the stage to work on is the
    one where a tenth costs least. `plus_point`: the end result if this rate alone rose by one percentage point, which
    weighs most where the rate is smallest. An unknown rate leaves everything after it unknown.

    >>> rates = {"category": 0.1, "seen": 0.01, "clicked": 0.01, "bought": 0.01}
    >>> calculator(60_000_000, rates)["number"].round(9).tolist()
    [60000000.0, 6000000.0, 60000.0, 600.0, 6.0]
    """
    rate = pd.Series(rates, dtype=float)
    count = start * rate.cumprod(skipna=False)
    end = count.iloc[-1] if len(count) else float(start)
    better = pd.DataFrame({"plus_tenth": (rate * 1.1).clip(upper=1), "plus_point": (rate + 0.01).clip(upper=1)})
    stages = pd.DataFrame({"step": rate.index, "share": rate.to_numpy(), "number": count.to_numpy()})
    for column in better:
        others = [start * rate.drop(stage).prod() for stage in rate.index]
        stages[column] = better[column].to_numpy() * others if not np.isnan(end) else np.nan
    first = pd.DataFrame({"step": ["start"], "share": [np.nan], "number": [float(start)]})
    return pd.concat([first, stages], ignore_index=True)


def business(counts: Mapping[str, float], persons: pd.DataFrame) -> pd.DataFrame:
    """Exposure and visits are counts without names; from the inquiry on the same persons are followed: one table, one
    break.

    `counts` maps stages to numbers in their order (impressions, clicks, visitors); `persons` comes from
    `funnel.funnel`. `share` of a count is a ratio of two totals, of a person stage the share of the same persons;
    across the break there is none (a person inquires several times or without a visit that was seen). Columns `step`,
    `counted` (`count`, `persons`), `number`, `share`, `lower`, `upper`, `median_days` (since the step before; the last
    three of persons only).
    """
    number = pd.Series(counts, dtype=float)
    before = number.shift()
    rate = number / before.where(before > 0)
    above = pd.DataFrame(
        {"step": number.index, "counted": "count", "number": number.to_numpy(), "share": rate.to_numpy()}
    )
    below = persons.rename(columns={"people": "number", "step_rate": "share"}).assign(counted="persons")
    # The first person stage stands after the break: its share of 1 says nothing.
    below.loc[below.index[:1], ["share", "lower", "upper"]] = np.nan
    below["number"] = below["number"].astype(float)
    below["median_days"] = below["median_time"] / pd.Timedelta("1D")
    return pd.concat([above, below], ignore_index=True).reindex(columns=BUSINESS_COLUMNS)


def exposure(performance: pd.DataFrame, visitors: float) -> dict[str, float]:
    """Counts of a week above the break: impressions and clicks of all products, and the store's own visitors.

    Visitors are never added up over products, days or channels. NaN where the export is missing.
    """
    counts = performance.reindex(columns=["all_impressions", "all_clicks"]).sum(min_count=1)
    return {"impressions": float(counts.iloc[0]), "clicks": float(counts.iloc[1]), "visitors": visitors}


def chain(persons: pd.DataFrame) -> pd.DataFrame:
    """The stage calculator on the store's own persons: what one point more at each step would bring at the end.

    `persons` comes from `funnel.funnel`; columns as in `calculator`.
    """
    if not persons["people"].sum():
        return calculator(0.0, {})[:0]
    rates = persons.set_index("step")["step_rate"].iloc[1:]
    return calculator(float(persons["people"].iloc[0]), rates)


def leaks(table: pd.DataFrame, by: str, level: float = 0.05, smallest: int = 5) -> pd.DataFrame:
    """Steps at which one group loses more persons than the others do, beyond chance.

    `table` is a funnel with a breakdown (`funnel.funnel(..., by=by)`): channels, countries, or the halves of a period.
    Each group's step is set against the same step of all other groups together (one-sided exact test of Fisher);
    `p_fewer` is corrected for the number of comparisons (Holm), so that in a store without a leak the chance to name
    any is at most `level`. Columns `by`, `step`, `people`, `people_before`, `share`, `rest_share`, `lost` (persons that
    the others' rate would have kept), `p_fewer`, `verdict`: `leak`, `no leak`, or `unknown` where either side has
    fewer than `smallest` persons before the step.
    """
    own = table.assign(people_before=table.groupby(by, dropna=False, observed=True)["people"].shift())
    own["place"] = own.groupby(by, dropna=False, observed=True).cumcount()
    own = own[own["people_before"].notna()]
    rest = own.groupby("place")[["people", "people_before"]].transform("sum") - own[["people", "people_before"]]
    known = (own["people_before"] >= smallest) & (rest["people_before"] >= smallest)
    sides = zip(own["people"], own["people_before"], rest["people"], rest["people_before"], known, strict=True)
    p = [_fewer(*side) if enough else np.nan for *side, enough in sides]
    rest_share = rest["people"] / rest["people_before"].where(rest["people_before"] > 0)
    result = own.assign(
        people_before=own["people_before"].astype(int),
        share=own["people"] / own["people_before"].where(own["people_before"] > 0),
        rest_share=rest_share,
        lost=own["people_before"] * rest_share - own["people"],
        p_fewer=holm(np.array(p, dtype=float)),
    )
    result["verdict"] = np.select([result["p_fewer"].isna(), result["p_fewer"] < level], ["unknown", "leak"], "no leak")
    columns = [by, "step", "people", "people_before", "share", "rest_share", "lost", "p_fewer", "verdict"]
    return result[columns].sort_values(["p_fewer", "lost"], ascending=[True, False], kind="stable", ignore_index=True)


def leaks_over_time(
    events: pd.DataFrame,
    steps: Sequence,
    *,
    window,
    as_of,
    recent_days: int = 28,
    order: str = "ordered",
    level: float = 0.05,
) -> pd.DataFrame:
    """Steps at which the persons who entered lately are lost more often than those before them, beyond chance.

    A person is `recent` when she entered within the `recent_days` up to `as_of`, else `earlier`. Only persons whose
    `window` has ended count: those who entered yesterday have had no time yet. Columns as in `leaks`, with `period`.
    Who asks every week should ask at a `level` below 0.05, or chance alone names a leak two or three times a year.
    """
    entered = funnel.paths(events, steps[:1], window=window)[0].dt.tz_localize(None)
    age = pd.Timestamp(as_of).floor("D") + pd.Timedelta("1D") - entered
    period = pd.Series(np.where(age <= pd.Timedelta(days=recent_days), "recent", "earlier"), index=entered.index)
    ended = period[age >= pd.Timedelta(window)]
    kept = events[events["who"].isin(ended.index)]
    table = funnel.funnel(kept.assign(period=kept["who"].map(ended)), steps, window=window, order=order, by="period")
    return leaks(table, "period", level)


def _fewer(people, before, rest_people, rest_before) -> float:
    table = [[people, before - people], [rest_people, rest_before - rest_people]]
    return fisher_exact(np.array(table, dtype=int), alternative="less").pvalue


def leak_messages(table: pd.DataFrame, by: str) -> list[dict]:
    """The leaks found, the worst first, as messages; one calm message where there is none or too little to tell."""
    found = table[table["verdict"] == "leak"]
    if found.empty:
        known = table["verdict"] != "unknown"
        calm = {"period": "funnel.no_leak_lately", "channel": "funnel.no_leak_channel"}.get(by, "funnel.no_leak")
        return [{"id": calm if known.any() else "funnel.leak_unknown", "comparisons": int(known.sum())}]
    return [leak_message(row, by) for row in found.to_dict("records")]


def leak_message(row: dict, by: str) -> dict:
    """One row of `leaks` as a message. Over time (`leaks_over_time`) a leak of the earlier persons is an
    improvement."""
    kinds = {("period", "recent"): "funnel.leak_recent", ("period", "earlier"): "funnel.leak_healed"}
    return {
        "id": kinds.get((by, row[by]), "funnel.leak"),
        "group": str(row[by]),
        "step": str(row["step"]),
        "people": int(row["people"]),
        "before": int(row["people_before"]),
        "rate": float(row["share"]),
        "rest_rate": float(row["rest_share"]),
        "lost": float(row["lost"]),
    }
