"""Customers over time: cohorts, retention, repeat orders, rhythm, tiers.

`orders` has `customer_id`, `ordered_at` and `amount` (one currency). Rows without a customer or a day are left out; a
negative amount is a refund: it lowers the money and is no purchase. An unknown amount is still a purchase.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsbook.analysis.proportions import wilson

TIERS = ("public_sea", "high_potential", "dealt", "repeat")


def order_days(orders: pd.DataFrame) -> pd.DataFrame:
    """Days on which each customer ordered: several orders of one day are one purchase.

    One row per `customer_id` and `day` (sorted) with the `amount` of that day, NaN when no amount of it is known.
    """
    kept = orders.loc[_purchases(orders), ["customer_id", "ordered_at", "amount"]]
    day = _wall(kept["ordered_at"]).dt.normalize().rename("day")
    return kept.groupby([kept["customer_id"], day])["amount"].sum(min_count=1).reset_index()


def _purchases(orders: pd.DataFrame) -> pd.Series:
    """Mask of the rows that are a purchase of a known customer on a known day."""
    known = orders["customer_id"].notna() & pd.to_datetime(orders["ordered_at"]).notna()
    return known & ~(orders["amount"] < 0).fillna(False).astype(bool) if "amount" in orders else known


def _wall(at: pd.Series) -> pd.Series:
    """Local time without its zone: the day is the one that the table's clock shows."""
    return pd.to_datetime(at).dt.tz_localize(None)


def _until(orders: pd.DataFrame, as_of) -> tuple[pd.DataFrame, pd.Timestamp]:
    """The orders up to a moment, by default all of them up to the last one."""
    at = _wall(orders["ordered_at"])
    if as_of is None:
        return orders, at.max() if at.notna().any() else pd.Timestamp(0)  # without orders any day will do
    as_of = pd.Timestamp(as_of).tz_localize(None)
    end = as_of + pd.Timedelta("1D") - pd.Timedelta("1ns") if as_of == as_of.normalize() else as_of
    return orders[at <= end], as_of


def cohorts(orders: pd.DataFrame, period: str = "M", as_of=None) -> pd.DataFrame:
    """Distinct customers of each cohort who ordered in each period of its life.

    The index `cohort` (pandas Period) is the period of a customer's first order; column 0 is the cohort's size,
    column k holds those who ordered k periods later. A period that was lived through without customers is 0; the
    future is NaN. The last period that counts as lived is that of `as_of`, by default of the last order. The oldest
    cohort also holds whoever was a customer before the table begins: a stock, not new customers. `period` is a pandas
    frequency such as "M", "Q", "Y" or "W-SAT".
    """
    orders, as_of = _until(orders, as_of)
    kept = orders.loc[_purchases(orders), ["customer_id", "ordered_at"]]
    lived = _wall(kept["ordered_at"]).dt.to_period(period)
    pairs = pd.DataFrame(
        {"customer": pd.factorize(kept["customer_id"])[0], "lived": lived.array.asi8}
    ).drop_duplicates()
    first = pairs.groupby("customer")["lived"].transform("min")
    if pairs.empty:
        return pd.DataFrame(index=pd.PeriodIndex([], freq=period, name="cohort"))
    table = (
        pairs.groupby([first.rename("cohort"), (pairs["lived"] - first).rename("lived")]).size().unstack(fill_value=0)
    )
    freq = lived.dtype.freq
    last = pd.Period(as_of, freq=freq).ordinal
    table = table.reindex(columns=range(last - int(first.min()) + 1), fill_value=0).astype(float)
    ahead = np.add.outer(table.index.to_numpy(), table.columns.to_numpy()) > last
    index = pd.PeriodIndex.from_ordinals(table.index, freq=freq, name="cohort")
    return table.mask(ahead).set_axis(index).rename_axis(columns=None)


def retention(orders: pd.DataFrame, period: str = "M", as_of=None) -> pd.DataFrame:
    """Share of a cohort's customers who ordered in a given period of its life.

    Columns `cohort`, `lived` (periods since the first), `active`, `customers` (the cohort's size), `share` = active /
    customers with the Wilson interval `lower`, `upper`, and `complete`: False for a period that has not ended by
    `as_of`, whose rate can only grow. One row per period lived; the future has none.
    """
    as_of = _until(orders, as_of)[1]
    wide = cohorts(orders, period, as_of)
    long = wide.rename_axis(columns="lived").stack().dropna().rename("active").reset_index()
    long["customers"] = long["cohort"].map(wide[0]) if len(wide) else pd.Series(dtype=float)
    long["share"] = long["active"] / long["customers"]
    lower, upper = wilson(long["active"], long["customers"])
    first = long["lived"] == 0  # everybody orders in the first period: no chance in that
    long["lower"], long["upper"] = np.where(first, 1, lower), np.where(first, 1, upper)
    ends = [(cohort + int(age)).end_time.normalize() for cohort, age in zip(long["cohort"], long["lived"], strict=True)]
    return long.assign(complete=pd.to_datetime(ends) <= as_of)


def pooled_retention(rates: pd.DataFrame) -> pd.DataFrame:
    """Retention by age over all cohorts that have lived through that age: the sum of the active over the sum of the
    sizes.

    `rates` comes from `retention`; incomplete periods are left out. Columns `lived`, `cohorts`, `active`, `customers`,
    `share`, `lower`, `upper`.
    """
    groups = rates[rates["complete"]].groupby("lived")
    table = groups[["active", "customers"]].sum().assign(cohorts=groups.size())
    lower, upper = wilson(table["active"], table["customers"])
    return table.assign(share=table["active"] / table["customers"], lower=lower, upper=upper).reset_index()


def repeat_rate(orders: pd.DataFrame, within: Sequence[int | None] = (None, 90, 180), as_of=None) -> pd.DataFrame:
    """Share of customers with orders on a second day: ever, and within a fixed number of days of the first.

    A row per entry of `within` (None: ever). The fixed windows count only customers whose first order is at least
    that many days old, so that young customers do not pull the rate down. Columns `within_days`, `repeaters`,
    `customers`, `share`, `lower`, `upper` (Wilson).
    """
    orders, as_of = _until(orders, as_of)
    days = order_days(orders)
    first = days.groupby("customer_id")["day"].min()
    second = days[days.duplicated("customer_id")].groupby("customer_id")["day"].min()
    wait = (second.reindex(first.index) - first).dt.days
    rows = []
    for limit in within:
        mature = wait if limit is None else wait[first + pd.Timedelta(days=limit) <= as_of]
        rows.append((limit, int((mature <= (np.inf if limit is None else limit)).sum()), len(mature)))
    table = pd.DataFrame(rows, columns=["within_days", "repeaters", "customers"]).astype({"within_days": "Int64"})
    lower, upper = wilson(table["repeaters"], table["customers"])
    return table.assign(share=table["repeaters"] / table["customers"], lower=lower, upper=upper)


def gaps(orders: pd.DataFrame) -> pd.DataFrame:
    """Days between one order day of a customer and the next: columns `customer_id`, `day` (of the later one),
    `gap`."""
    days = order_days(orders)
    days["gap"] = days.groupby("customer_id")["day"].diff().dt.days
    return days.loc[days["gap"].notna(), ["customer_id", "day", "gap"]].reset_index(drop=True)


def gap_quantiles(orders: pd.DataFrame) -> pd.DataFrame:
    """Days between orders of those who ordered again: `gaps` (their number), `median`, `p75` and `p90`, in one
    row."""
    gap = gaps(orders)["gap"]
    median, p75, p90 = gap.quantile([0.5, 0.75, 0.9])
    return pd.DataFrame({"gaps": [len(gap)], "median": [median], "p75": [p75], "p90": [p90]})


def rfm(orders: pd.DataFrame, as_of=None, scores: int | None = None) -> pd.DataFrame:
    """Recency, frequency and money of each customer, each scored from 1 (worst) by the share of customers who are
    worse.

    Score = 1 + floor(scores x share of customers strictly worse): equal customers get equal scores, however many they
    are. By default 5 scores from 100 customers on, 3 below (fifths of a handful are noise). Columns `recency_days`
    (days since the last order), `frequency` (order days), `monetary` (sales net of refunds, NaN if no amount is
    known), `r`, `f`, `m` (`<NA>` where the input is unknown); the index is `customer_id`.
    """
    orders, as_of = _until(orders, as_of)
    days = order_days(orders).groupby("customer_id")["day"].agg(["max", "size"])
    net = orders.groupby("customer_id")["amount"].sum(min_count=1).reindex(days.index)
    table = pd.DataFrame({"recency_days": (as_of.normalize() - days["max"]).dt.days, "frequency": days["size"]})
    table["monetary"] = net
    scores = scores or (5 if len(table) >= 100 else 3)
    return table.assign(
        r=_score(-table["recency_days"], scores), f=_score(table["frequency"], scores), m=_score(net, scores)
    )


def _score(value: pd.Series, scores: int) -> pd.Series:
    worse = (value.rank(method="min") - 1) / value.notna().sum()
    return (1 + np.floor(worse * scores + 1e-9)).astype("Int64")


def rfm_grid(scores: pd.DataFrame) -> pd.DataFrame:
    """Customers and their mean sales by recency and frequency score: `r`, `f`, `customers`, `monetary` (mean of the
    known).

    `scores` comes from `rfm`; only fields with customers have a row.
    """
    groups = scores.groupby(["r", "f"])["monetary"]
    return pd.DataFrame({"customers": groups.size(), "monetary": groups.mean()}).reset_index()


def tiers(customers: pd.DataFrame, orders: pd.DataFrame, touches: pd.DataFrame, as_of, days: int = 90) -> pd.Series:
    """Tier of each customer under the names of the platform's customer manager: public sea, high potential, dealt,
    repeat.

    `repeat` (复购): orders on two days or more; `dealt` (成交): on one; `high_potential` (高潜): no order, and an
    action of their own (a touch with direction `in`) within the last `days`; `public_sea` (公海): all others. The
    platform does not publish its own rule for 高潜: the window is our default. Indexed by `customer_id`, in the order
    of `customers`.
    """
    ids = customers["customer_id"].dropna().drop_duplicates()
    orders, as_of = _until(orders, as_of)
    bought = order_days(orders)["customer_id"].value_counts()
    count = ids.map(bought).fillna(0)
    at = _wall(touches["at"])
    own = (
        (touches["direction"] == "in")
        & (at < as_of.floor("D") + pd.Timedelta("1D"))
        & (at > as_of - pd.Timedelta(days=days))
    )
    warm = ids.isin(touches.loc[own.fillna(False).astype(bool), "customer_id"])
    tier = np.select([count >= 2, count == 1, warm], ["repeat", "dealt", "high_potential"], "public_sea")
    return pd.Series(tier, index=pd.Index(ids, name="customer_id"), name="tier")


def tier_counts(tier: pd.Series) -> pd.DataFrame:
    """Customers in each tier of the platform's customer manager (公海, 高潜, 成交, 复购): `tier`, `customers`,
    `share`."""
    count = tier.value_counts().reindex(list(TIERS), fill_value=0) if len(tier) else pd.Series(dtype=int)
    return pd.DataFrame({"tier": count.index, "customers": count.to_numpy(), "share": (count / len(tier)).to_numpy()})


def at_risk(orders: pd.DataFrame, as_of=None, own_gaps: int = 4) -> pd.DataFrame:
    """Customers who have been silent for longer than their own rhythm explains.

    A customer is at risk when the days since the last order exceed the 90th percentile of the gaps between orders:
    her own gaps from `own_gaps` of them on, those of all customers before (`rhythm`: `own` or `everybody`). Columns
    `last_order`, `days_since`, `gaps`, `limit`, `rhythm`, `at_risk`; `<NA>` while nobody has ordered twice. Indexed by
    `customer_id`.
    """
    orders, as_of = _until(orders, as_of)
    last = order_days(orders).groupby("customer_id")["day"].max()
    gap = gaps(orders)
    own = gap.groupby("customer_id")["gap"].agg(["size", lambda each: each.quantile(0.9)]).reindex(last.index)
    own.columns = ["gaps", "p90"]
    has_rhythm = own["gaps"] >= own_gaps
    limit = own["p90"].where(has_rhythm, gap["gap"].quantile(0.9))
    since = (as_of.normalize() - last).dt.days
    return pd.DataFrame(
        {
            "last_order": last,
            "days_since": since,
            "gaps": own["gaps"].fillna(0).astype(int),
            "limit": limit,
            "rhythm": np.where(has_rhythm, "own", "everybody"),
            "at_risk": (since > limit).astype("boolean").mask(limit.isna()),
        }
    )


def risk_message(risk: pd.DataFrame) -> dict | None:
    """How many customers have been silent for too long (`at_risk`), as a message; None where nobody has a rhythm."""
    known = risk[risk["at_risk"].notna()]
    silent = known["at_risk"].astype(bool)
    own = silent & (known["rhythm"] == "own")
    counts = {"silent": int(silent.sum()), "of": len(known), "own": int(own.sum())}
    return {"id": "customers.at_risk", **counts} if len(known) else None


def cohort_value(orders: pd.DataFrame, margin: float, period: str = "M", as_of=None) -> pd.DataFrame:
    """Margin that a cohort's customers have brought on average by each age of the cohort, refunds deducted.

    Cumulated sales x `margin` / customers of the cohort, as observed, nothing modelled. Columns `cohort`, `lived`,
    `customers`, `sales`, `margin_per_customer`, `complete` (the period has ended by `as_of`). Orders of unknown amount
    add nothing and are counted in `unknown_orders`, so that the margin is a lower bound where there are any.
    """
    rates = retention(orders, period, as_of)[["cohort", "lived", "customers", "complete"]]
    orders, _ = _until(orders, as_of)
    first = order_days(orders).groupby("customer_id")["day"].min()
    kept = orders[orders["customer_id"].isin(first.index) & orders["ordered_at"].notna()]
    cohort = pd.PeriodIndex(first.reindex(kept["customer_id"]), freq=period)
    lived = _wall(kept["ordered_at"]).dt.to_period(period).array.asi8 - cohort.asi8
    amount = pd.DataFrame({"cohort": cohort, "lived": lived, "sales": kept["amount"].to_numpy(dtype=float)})
    # A refund that is dated before the first order belongs to the cohort's beginning.
    amount = amount.assign(lived=amount["lived"].clip(lower=0), unknown_orders=amount["sales"].isna())
    sums = amount.groupby(["cohort", "lived"]).sum()
    table = rates.join(sums, on=["cohort", "lived"]).fillna({"sales": 0.0, "unknown_orders": 0})
    table[["sales", "unknown_orders"]] = table.groupby("cohort")[["sales", "unknown_orders"]].cumsum()
    return table.assign(margin_per_customer=margin * table["sales"] / table["customers"])
