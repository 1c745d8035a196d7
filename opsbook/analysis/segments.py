"""Regions and channels that bring visits and no opportunities, and the evidence needed before one may say so."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import betaln

from opsbook.analysis.sources import opportunity_rates

CHINA = ("cn", "chn", "china", "mainland china", "china (mainland)", "china mainland", "中国", "中国大陆", "中国内地")


def from_visits(visits: pd.DataFrame, week, by: str = "country", weeks: int = 4) -> pd.DataFrame:
    """Persons who visited in the last weeks, and how many of them sent an inquiry or chatted, by country (or `by`).

    Columns in: those of `visitor`. Columns out: `by`, visitors (distinct persons), opportunities (those of them with
    `inquired` or `tm`; missing where a person of the segment is not known to have done either and neither to have done
    nothing). The log of visits is kept for 31 days only, so weeks that nobody recorded are not in it.
    """
    end = pd.Timestamp(week) + pd.Timedelta(days=1)
    on = pd.to_datetime(visits["on"])
    rows = visits[(on < end) & (on >= end - pd.Timedelta(weeks=weeks)) & visits[by].notna()]
    asked = rows["inquired"].astype("boolean") | rows["tm"].astype("boolean")
    persons = asked.groupby([rows[by], rows["visitor_id"]]).agg(lambda values: values.any(skipna=False))
    found = persons.astype("boolean").groupby(level=0).agg(["size", lambda values: values.sum(skipna=False)])
    return found.set_axis(["visitors", "opportunities"], axis=1).rename_axis(by).reset_index()


def with_rate(table: pd.DataFrame) -> pd.DataFrame:
    """Opportunities / visitors of each segment, with its 95 % Wilson interval: opportunity_rate, lower, upper."""
    return table.join(opportunity_rates(table))


def fruitless(table: pd.DataFrame, by: str = "channel", exclude_cn: bool = False, level: float = 0.05) -> pd.DataFrame:
    """Chance that a segment which is as good as the others shows no opportunity in so many visits.

    `p_none`: probability of 0 opportunities in `visitors` visits at the opportunity rate of the other segments, which
    is itself uncertain (beta-binomial: Jeffreys' prior, opportunities and visitors of the others). A segment is
    called fruitless when `p_none <= level / segments` (Bonferroni: of 20 stores in which all segments are equally good,
    at most one gets any wrongly named); `needed`: the visits without an opportunity after which one may say so.

    Columns in: the column `by` (channel, country, ...), visitors, opportunities; rows of one segment are added.
    Columns out, most visitors first: segment, visitors, opportunities, expected_opportunities (at the others' rate),
    p_none, needed, verdict (message). `exclude_cn` leaves mainland China out of the rows and of the comparison. Edge
    cases: unknown visitors or opportunities, or others without visits: unknown. `needed` is missing where even the
    others have no opportunity.
    """
    if exclude_cn:
        table = table[~table[by].astype("string").str.strip().str.casefold().isin(CHINA).fillna(False).astype(bool)]
    numbers = table[["visitors", "opportunities"]].astype("Float64").astype(float)
    rows = numbers.groupby(table[by]).sum(skipna=False).rename_axis("segment").reset_index()
    others = rows[["visitors", "opportunities"]].sum() - rows[["visitors", "opportunities"]].fillna(0)
    a, b = others["opportunities"] + 0.5, (others["visitors"] - others["opportunities"]).clip(lower=0) + 0.5
    known = (others["visitors"] > 0) & rows[["visitors", "opportunities"]].notna().all(axis=1)
    limit = level / max(known.sum(), 1)
    rows["expected_opportunities"] = (rows["visitors"] * a / (a + b)).where(known)
    rows["p_none"] = np.exp(betaln(a, b + rows["visitors"]) - betaln(a, b)).where(known)
    rows["needed"] = [
        _visits_needed(x, y, limit) if ok and count > 0 else np.nan
        for x, y, ok, count in zip(a, b, known, others["opportunities"], strict=True)
    ]
    rows["verdict"] = [_verdict(row, limit) for row in rows.to_dict("records")]
    return rows.sort_values(["visitors", "segment"], ascending=[False, True], ignore_index=True)


def named(table: pd.DataFrame) -> list[dict]:
    """The verdicts about segments that are called fruitless, most visitors first; in: the result of `fruitless`."""
    return [verdict for verdict in table["verdict"] if verdict["id"] == "traffic.segment_fruitless"]


def silent(table: pd.DataFrame) -> pd.DataFrame:
    """The segments with visitors and no opportunity, whether or not that says anything yet."""
    return table[(table["visitors"] > 0) & (table["opportunities"] == 0)].reset_index(drop=True)


def _visits_needed(a: float, b: float, level: float) -> float:
    """The smallest number of visits without an opportunity whose probability is at most `level`."""

    def excess(log_visits: float) -> float:
        return betaln(a, b + np.exp(log_visits)) - betaln(a, b) - np.log(level)

    # A rate known from one opportunity in a million visits needs less than e^40.
    return float(np.ceil(np.exp(brentq(excess, -5, 40)))) if excess(40) < 0 else np.nan


def _verdict(row: dict, level: float) -> dict:
    numbers = {"segment": row["segment"]}
    if np.isnan(row["p_none"]):
        return {"id": "traffic.segment_unknown"} | numbers
    numbers |= {key: float(row[key]) for key in ("visitors", "opportunities", "expected_opportunities", "p_none")}
    if row["opportunities"] > 0:
        return {"id": "traffic.segment_bears"} | numbers
    if row["p_none"] <= level:
        return {"id": "traffic.segment_fruitless"} | numbers
    if np.isnan(row["needed"]):
        return {"id": "traffic.segment_no_rate"} | numbers
    more = max(1.0, row["needed"] - row["visitors"])
    return {"id": "traffic.segment_too_early"} | numbers | {"needed": row["needed"], "more": more}
