"""What an opportunity and an order really cost: advertising, membership and the stated labour of the week."""

import numpy as np
import pandas as pd

from opsbook.analysis.peers import ratio
from opsbook.analysis.rules import RuleSet

WEEKS_PER_YEAR = 52

#: membership of `stores.toml` -> rule with its fee
FEES = {"basic": "brief.fee_basic", "verified": "brief.fee_verified"}


def membership_fee(membership: str | None, stated: float | None, rules: RuleSet) -> float:
    """Membership fee a year (CNY): the stated one, else the list price of the membership; NaN where neither is
    known."""
    if stated is not None and not pd.isna(stated):
        return float(stated)
    return float(rules[FEES[membership]].value) if membership in FEES else np.nan


def membership_per_week(fee_per_year: float) -> float:
    """Membership fee a week (CNY) = fee a year / 52.

    >>> round(membership_per_week(35_800), 2), round(membership_per_week(90_000), 2)
    (688.46, 1730.77)
    """
    return fee_per_year / WEEKS_PER_YEAR


def fixed_costs(membership_per_year: float | None, labour_per_week: float | None) -> float:
    """Costs of a week besides advertising (CNY) = membership / 52 + labour; NaN where one is unknown.

    >>> round(fixed_costs(90_000, 1_800), 2)
    3530.77
    """
    return membership_per_week(_float(membership_per_year)) + _float(labour_per_week)


def loaded_costs(
    ad_spend: float | None,
    membership_per_year: float | None,
    labour_per_week: float | None,
    opportunities: float | None = None,
    orders: float | None = None,
) -> pd.DataFrame:
    """Fully loaded cost per opportunity and per order (CNY) = (ad spend + membership / 52 + labour) / opportunities,
    orders.

    All inputs are of one week, in CNY; None or NaN is unknown. Columns out, one row each for `opportunity` and
    `order`: per, ads, membership, labour, known_cost (sum of the known parts), missing (list of unknown parts),
    count, full_cost (known_cost / count), at_least (True where a part is missing: the true cost is higher). Edge
    cases: no opportunity or order, or no known part: no cost per unit; the cost of the week still shows.
    """
    fee = membership_per_week(_float(membership_per_year))
    parts = {"ads": _float(ad_spend), "membership": fee, "labour": _float(labour_per_week)}
    missing = [name for name, value in parts.items() if np.isnan(value)]
    known = np.nansum(list(parts.values())) if len(missing) < len(parts) else np.nan
    rows = [
        {"per": per, **parts, "known_cost": known, "missing": missing, "count": count, "full_cost": ratio(known, count)}
        for per, count in (("opportunity", _float(opportunities)), ("order", _float(orders)))
    ]
    return pd.DataFrame(rows).assign(at_least=bool(missing))


def ad_shares(
    ad_spend: float | None,
    other_costs: float | None,
    sales_usd: float | None,
    cny_per_usd: float | None,
    rules: RuleSet,
) -> pd.DataFrame:
    """Advertising as a share of sales (ad spend / sales) and as a share of all costs (ad spend / (ad spend + other
    costs)).

    Bands exist for the share of costs only: high above `brief.ad_cost_share_high`, alarming from
    `brief.ad_cost_share_alarm`; nobody states bands for the share of sales. Columns out: of (`sales`, `costs`),
    numerator, denominator (CNY), share, band (`normal`, `high`, `alarming`, `unknown`, or `none` where no band
    exists), verdict (message). Edge cases: sales without an exchange rate, and sales or costs of 0, give no share.
    """
    spend, other = _float(ad_spend), _float(other_costs)
    sales = _float(sales_usd) * _float(cny_per_usd)
    rows = [{"of": "sales", "denominator": sales}, {"of": "costs", "denominator": spend + other}]
    table = pd.DataFrame(rows).assign(numerator=spend)
    table["share"] = [ratio(spend, denominator) for denominator in table["denominator"]]
    table["band"] = ["none", _band(table["share"].iloc[1], rules)]
    table["verdict"] = [_share_message(row) for row in table.to_dict("records")]
    return table[["of", "numerator", "denominator", "share", "band", "verdict"]]


def _band(share: float, rules: RuleSet) -> str:
    if np.isnan(share):
        return "unknown"
    if share >= rules["brief.ad_cost_share_alarm"].value:
        return "alarming"
    return "high" if share > rules["brief.ad_cost_share_high"].value else "normal"


def _share_message(row: dict) -> dict:
    if np.isnan(row["share"]):
        return {"id": f"brief.ad_share_of_{row['of']}_unknown"}
    suffix = "" if row["of"] == "sales" else f"_{row['band']}"
    return {"id": f"brief.ad_share_of_{row['of']}{suffix}"} | {k: row[k] for k in ("numerator", "denominator", "share")}


def _float(value: float | None) -> float:
    return np.nan if value is None or pd.isna(value) else float(value)
