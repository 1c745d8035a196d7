"""Promotion plans: what was spent, what came back, and what so few orders can tell.

Amounts: spend in CNY, order values in USD, turned into CNY with the store's own rate `cny_per_usd`.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.special import gammainc

from opsbook.analysis import rates
from opsbook.analysis.auction import Market as Market
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.compensation import compensation_value as compensation_value
from opsbook.analysis.counts import count_interval
from opsbook.analysis.frontier import simulate_target_roi as simulate_target_roi
from opsbook.analysis.plan_market import market_of as market_of
from opsbook.analysis.rules import RuleSet

COUNTS = ("spend", "impressions", "clicks", "opportunities", "orders", "order_amount_usd", "compensation")
_PRIOR = 0.5  # orders of the Jeffreys prior of a Poisson rate
_FACTORS = np.geomspace(1, 1000, 2401)  # steps of 0.3 %


def break_even_roi(margin: float | None) -> float:
    """The break-even ROI is 1 / gross margin: below it the orders do not pay for the advertising that brought them.

    `margin`: gross margin before advertising as a fraction of the order value. Unknown margin, unknown break-even.

    >>> break_even_roi(0.25)
    4.0
    """
    if margin is None or pd.isna(margin):
        return np.nan
    if not 0 < margin <= 1:
        raise ValueError(f"`margin` must be a fraction above 0 and at most 1; found {margin}")
    return 1 / margin


def whole_site(plan_type: pd.Series) -> pd.Series:
    """Whether a plan is a whole-site one, from the platform's own words; missing where the words say neither."""
    text = plan_type.astype("string").str.casefold()
    whole = text.str.contains("全站|整店|whole|qzt", regex=True)
    standard = text.str.contains("标准|直通车|p4p|standard|search|搜索", regex=True)
    return whole.astype("boolean").mask(~(whole | standard).fillna(False).astype(bool))


def plans(
    campaigns: pd.DataFrame,
    *,
    cny_per_usd: float | None = None,
    margin: float | None = None,
    value_per_opportunity: float | None = None,
    confidence: float = 0.8,
    level: float = 0.9,
) -> pd.DataFrame:
    """The ROI of a plan is what came back / what was spent, both in CNY; how sure it is depends on how few orders
    stand behind it.

    In: campaign rows with `campaign, plan_type, spend` and any of `impressions, clicks, opportunities` (else
    inquiries + TM), `orders, order_amount_usd, compensation, target_roi, on`. `basis` of a plan's result: `orders`,
    their value, break-even at 1 / `margin`; where orders, their value or `cny_per_usd` is missing `opportunities`,
    each at `value_per_opportunity` (gross profit, CNY), break-even at 1; else none. One row out per plan: the sums
    (missing where a day is missing), `opportunities_lower, opportunities_upper`, `cost_per_opportunity` with its
    bounds, `basis, events` (orders or opportunities), `value_per_event, result, roi, roi_lower, roi_upper,
    target_roi` (the latest), `prob_below_target, break_even_roi, prob_loss, verdict, spend_needed, evidence`.

    The bounds (at `level`) come from the exact Poisson interval of the number of events; the scatter of order values
    is not in them, because the export has no single orders. A plan without any order is bounded with the order value
    of all plans together. `prob_loss` = P(true ROI < break-even), events per CNY being Gamma(events + 1/2, spend);
    `prob_below_target` = P(true ROI < target), where the result is counted in orders.
    `verdict` is `loses` above `confidence`, `pays` below 1 - `confidence` (our default), else `not enough data` with
    `spend_needed`, the further spend that would settle it if the ROI stayed as it is (missing beyond a thousandfold);
    `unknown` where spend, result or break-even is missing. No spend gives no ROI, not 0. Orders come later than the
    clicks that brought them: a window shorter than the usual time to order shows too low an ROI.
    """
    table = _with_intervals(_sums(campaigns, ["campaign", "plan_type"]), cny_per_usd, value_per_opportunity, level)
    by_basis = {"orders": break_even_roi(margin), "opportunities": 1.0}
    table["break_even_roi"] = table["basis"].map(by_basis).astype("float64")
    per_cny = table["break_even_roi"] / table["value_per_event"]
    posterior = (table["events"] + _PRIOR, table["spend"].where(table["spend"] > 0))
    table["prob_loss"] = rates.prob_below(posterior, per_cny)
    target = (table["target_roi"] / table["value_per_event"]).where(table["basis"] == "orders")
    table["prob_below_target"] = rates.prob_below(posterior, target)
    table["verdict"] = np.select(
        [table["prob_loss"].isna(), table["prob_loss"] > confidence, table["prob_loss"] < 1 - confidence],
        ["unknown", "loses", "pays"],
        "not enough data",
    )
    table["spend_needed"] = _spend_needed(table, per_cny, confidence).where(table["verdict"] == "not enough data")
    table["evidence"] = [_evidence(row) for row in table.to_dict("records")]
    return table


def _sums(campaigns: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums of all counts by plan, days on which it has a row, latest target and type; a missing day makes its sum
    missing.
    """
    rows = campaigns.reindex(columns=list(dict.fromkeys([*by, "on", "target_roi", *COUNTS, "inquiries", "tm"])))
    counts = [*COUNTS, "inquiries", "tm"]
    rows[counts] = rows[counts].astype("float64")
    rows["opportunities"] = rows["opportunities"].fillna(rows["inquiries"] + rows["tm"])
    rows["on"] = pd.to_datetime(rows["on"])
    groups = rows.sort_values("on", kind="stable").groupby(by, dropna=False, sort=False)
    table = groups[list(COUNTS)].sum(skipna=False)
    table["days"] = groups["on"].nunique().astype("float64").replace(0, np.nan)
    if "target_roi" not in by:
        table["target_roi"] = groups["target_roi"].last().astype("float64")
    return table.reset_index()


def _with_intervals(
    table: pd.DataFrame, cny_per_usd: float | None, value_per_opportunity: float | None, level: float
) -> pd.DataFrame:
    """The ratios of a table of sums, with the bounds that the counts of opportunities and of orders leave."""
    spend, clicks, opportunities = table["spend"], table["clicks"], table["opportunities"]
    paid = spend.where(spend > 0)
    table["ctr"] = clicks / table["impressions"].where(table["impressions"] > 0)
    table["cpc"] = spend / clicks.where(clicks > 0)
    lower, upper = count_interval(opportunities, level)
    table["opportunities_lower"], table["opportunities_upper"] = lower, upper
    table["cost_per_opportunity"] = spend / opportunities.where(opportunities > 0)
    table["cost_per_opportunity_lower"] = spend / upper
    table["cost_per_opportunity_upper"] = spend / np.where(lower > 0, lower, np.nan)
    table = table.join(_result(table, cny_per_usd, value_per_opportunity))
    table["roi"] = table["result"] / paid
    lower, upper = count_interval(table["events"], level)
    table["roi_lower"], table["roi_upper"] = (bound * table["value_per_event"] / paid for bound in (lower, upper))
    return table


def _result(table: pd.DataFrame, cny_per_usd: float | None, value_per_opportunity: float | None) -> pd.DataFrame:
    """What came back in CNY, what was counted for it, and what one of those is worth."""
    amount = table["order_amount_usd"] * (np.nan if cny_per_usd is None else cny_per_usd)
    sold = table["orders"].notna() & amount.notna()
    valued = ~sold & table["opportunities"].notna() & (value_per_opportunity is not None)
    orders = table["orders"].where(sold)
    mean_value = amount.where(sold).sum() / (orders.sum() or np.nan)
    value = (amount / orders.where(orders > 0)).fillna(mean_value).where(sold)
    estimated = np.nan if value_per_opportunity is None else float(value_per_opportunity)
    return pd.DataFrame(
        {
            "basis": pd.Series(np.select([sold, valued], ["orders", "opportunities"], ""), table.index).replace(
                "", None
            ),
            "events": orders.where(sold, table["opportunities"].where(valued)),
            "value_per_event": value.where(sold, estimated).where(sold | valued),
            "result": amount.where(sold, (table["opportunities"] * estimated).where(valued)),
        }
    )


def _spend_needed(table: pd.DataFrame, per_cny: pd.Series, confidence: float) -> pd.Series:
    """The further spend at an unchanged ROI until the probability of a loss leaves the undecided middle."""
    columns = (table["events"], table["spend"], per_cny)
    events, spend, limit = (column.to_numpy(dtype="float64")[:, None] for column in columns)
    prob = gammainc(events * _FACTORS + _PRIOR, spend * _FACTORS * limit)
    settled = (prob > confidence) | (prob < 1 - confidence)
    factor = np.where(settled.any(axis=1), _FACTORS[settled.argmax(axis=1)], np.nan)
    return (table["spend"] * (factor - 1)).round(2)


def _evidence(row: dict) -> dict:
    if row["verdict"] == "unknown":
        missing = [name for name in ("spend", "result", "break_even_roi") if pd.isna(row[name])]
        return {"id": "promotion.unknown", "missing": missing}
    numbers = ["spend", "events", "roi", "roi_lower", "roi_upper", "break_even_roi", "prob_loss", "spend_needed"]
    known = {key: row[key] for key in numbers if not pd.isna(row[key])}
    name = row["verdict"].replace(" ", "_")
    far = "_by_far" if row["verdict"] == "not enough data" and "spend_needed" not in known else ""
    return {"id": f"promotion.{name}{far}_{row['basis']}"} | known


def totals(
    campaigns: pd.DataFrame,
    *,
    cny_per_usd: float | None = None,
    value_per_opportunity: float | None = None,
    level: float = 0.9,
) -> pd.DataFrame:
    """Spend and result of all whole-site plans, of all standard plans and of all plans whose type is not known.

    Columns and intervals as in `plans`. A day without a number makes the sum of its type missing.
    """
    kind = whole_site(campaigns["plan_type"]).map({True: "whole_site", False: "standard"}).astype("object")
    table = _sums(campaigns.assign(kind=kind.where(kind.notna(), "unknown")), ["kind"])
    return _with_intervals(table, cny_per_usd, value_per_opportunity, level).drop(columns="target_roi")


def target_volume(campaigns: pd.DataFrame, *, cny_per_usd: float | None = None, level: float = 0.9) -> pd.DataFrame:
    """What each target ROI of a plan brought a day: spend, clicks, opportunities, and the ROI that was reached.

    A lower target buys more; how much more stands here for the targets that were tried, day by day. Weeks differ for
    other reasons too: it is what happened, not what a target does. In: dated campaign rows with `target_roi`. Out,
    one row per plan and target, highest first: `campaign, target_roi, days, spend_per_day, clicks_per_day,
    opportunities_per_day, orders, roi, roi_lower, roi_upper`.
    """
    table = _with_intervals(_sums(campaigns, ["campaign", "target_roi"]), cny_per_usd, None, level)
    for column in ("spend", "clicks", "opportunities"):
        table[f"{column}_per_day"] = table[column] / table["days"]
    columns = ["campaign", "target_roi", "days", "spend_per_day", "clicks_per_day", "opportunities_per_day"]
    columns += ["orders", "roi", "roi_lower", "roi_upper"]
    return table[columns].sort_values(["campaign", "target_roi"], ascending=[True, False], ignore_index=True)


def learning(campaigns: pd.DataFrame, *, as_of: date, rules: RuleSet) -> pd.DataFrame:
    """A plan is learning for some days after its start and after every change of its target.

    How many is the rule `promotion.learning_days` (our default). In: dated rows `campaign, on` with `started_on,
    target_roi` where known. Without a start the first day seen says only "at least so long". Out: `campaign,
    started_on, changed_on` (missing where no change was seen)`, days` (since the later one)`, learning` (missing
    where the start is not known and the days seen are too few).
    """
    rows = campaigns.reindex(columns=["campaign", "on", "started_on", "target_roi"]).sort_values("on", kind="stable")
    rows[["on", "started_on"]] = rows[["on", "started_on"]].apply(pd.to_datetime)
    target = rows.dropna(subset=["target_roi"])
    before = target.groupby("campaign")["target_roi"].shift()
    changes = target[before.notna() & (target["target_roi"] != before)].groupby("campaign")["on"].max()
    groups = rows.groupby("campaign", sort=False)
    table = pd.DataFrame({"started_on": groups["started_on"].min(), "first": groups["on"].min()})
    table["changed_on"] = changes.reindex(table.index)
    since = table[["started_on", "changed_on"]].max(axis=1).fillna(table["first"])
    table["days"] = (pd.Timestamp(as_of) - since).dt.days.astype("float64")
    flag = (table["days"] < rules["promotion.learning_days"].value).astype("boolean")
    unsure = table["days"].isna() | (table["started_on"].isna() & table["changed_on"].isna() & flag)
    table["learning"] = flag.mask(unsure)
    return table.drop(columns="first").reset_index()


def actions(table: pd.DataFrame, learning_plans: pd.DataFrame | None = None, *, week: date) -> pd.DataFrame:
    """Proposals for plans that lose money or aim below break-even; columns of `brief.ACTION_COLUMNS`.

    In: the result of `plans`; that of `learning`, whose plans are left alone until they have learnt. The effect of a
    pause is the spend of the window less the gross profit of its orders, between the bounds of the ROI.
    """
    rows = table if learning_plans is None else table[~table["campaign"].isin(_still_learning(learning_plans))]
    losing = rows[rows["verdict"] == "loses"]
    low_target = rows[(rows["target_roi"] < rows["break_even_roi"]) & (rows["verdict"] != "loses")]
    proposals = [_pause(row, week) for row in losing.sort_values("spend", ascending=False).to_dict("records")]
    proposals += [_raise_target(row, week) for row in low_target.to_dict("records")]
    return pd.DataFrame(proposals, columns=list(ACTION_COLUMNS))


def _still_learning(learning_plans: pd.DataFrame) -> pd.Series:
    return learning_plans.loc[learning_plans["learning"].fillna(False).astype(bool), "campaign"]


def _pause(row: dict, week: date) -> dict:
    saved = [row["spend"] * (1 - row[bound] / row["break_even_roi"]) for bound in ("roi_upper", "roi_lower")]
    effect = {"id": "promotion.effect", "low": saved[0], "high": saved[1], "unit": "CNY"}
    return _plan_proposal(row, "pause", "pause", row["evidence"], effect, "P0", week)


def _raise_target(row: dict, week: date) -> dict:
    evidence = {
        "id": "promotion.target_below_break_even",
        "target": row["target_roi"],
        "break_even": row["break_even_roi"],
    }
    return _plan_proposal(row, "raise_target", "fix", evidence, None, "P1", week)


def _plan_proposal(
    row: dict, name: str, verb: str, evidence: dict, effect: dict | None, priority: str, week: date
) -> dict:
    return {
        "module": "promotion",
        "object_type": "plan",
        "object": str(row["campaign"]),
        "action": {"id": f"promotion.do_{name}", "verb": verb},
        "evidence": evidence,
        "effect": effect,
        "priority": priority,
        "owner": "operator",
        "due": week + timedelta(days=3 if priority == "P0" else 7),
        "review_metric": "spend",
        "review_on": week + timedelta(days=14),
    }
