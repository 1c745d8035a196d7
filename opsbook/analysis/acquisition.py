"""Public against private traffic: what a customer costs, what she brings at the same age, and when she has paid for
herself.

A customer belongs to the channel of her first touch. Whether a channel is owned (private: mail, messenger, own site)
or public (platform, advertising, fairs) is said by the rule `customers.owned_channels`. Money is in one currency
throughout.
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from opsbook.analysis.customers import order_days
from opsbook.analysis.proportions import wilson

COST_PARTS = ("media_cny", "tools_cny", "samples_cny")
LABOUR = ("labour_hours", "labour_cny_per_hour")


def side(channel: pd.Series, owned: list[str]) -> pd.Series:
    """`private` for the store's own channels, `public` for all others, `unknown` where the channel is missing."""
    name = channel.astype("string").str.strip().str.casefold()
    private = name.isin([each.casefold() for each in owned]).fillna(False).astype(bool)
    return pd.Series(np.select([name.isna(), private], ["unknown", "private"], "public"), index=channel.index)


def first_touch(customers: pd.Series, touches: pd.DataFrame, orders: pd.DataFrame, owned: list[str]) -> pd.DataFrame:
    """Channel that first brought each customer: that of the earliest touch, by either side.

    Columns `first_at`, `channel`, `side`, `note`; indexed by `customer_id`. A customer without a touch, or with an
    order before the first touch on record (`note` = `order before contact`: what brought her is not on record), is
    `unknown`.
    """
    ids = pd.Index(customers.dropna().unique(), name="customer_id")
    known = touches.assign(at=_wall(touches["at"])).dropna(subset=["customer_id", "at"])
    order = ["at", "touch_id"] if "touch_id" in known else ["at", "channel"]
    first = known.sort_values(order, kind="stable").drop_duplicates("customer_id").set_index("customer_id").reindex(ids)
    bought = order_days(orders).groupby("customer_id")["day"].min().reindex(ids)
    early = bought < first["at"].dt.normalize()
    channel = first["channel"].astype("string").mask(early)
    note = np.select([early, first["at"].isna()], ["order before contact", "no touch"], "")
    return pd.DataFrame({"first_at": first["at"], "channel": channel, "side": side(channel, owned), "note": note})


def _wall(at: pd.Series) -> pd.Series:
    return pd.to_datetime(at).dt.tz_localize(None)


def channel_cost(costs: pd.DataFrame) -> pd.Series:
    """Full cost of each channel: media + tools + samples + hours of labour x cost of an hour.

    A missing part is unknown and makes the sum unknown; 0 must be written down. Indexed by `channel`.
    """
    parts = costs.reindex(columns=[*COST_PARTS, *LABOUR]).astype(float)
    hours, hourly = (parts[name] for name in LABOUR)
    total = parts[list(COST_PARTS)].sum(axis=1, skipna=False) + (hours * hourly).mask(hours == 0, 0.0)
    return total.groupby(costs["channel"]).sum(skipna=False).rename("cost")


def customer_cost(
    sources: pd.DataFrame, orders: pd.DataFrame, costs: pd.Series, start, end, owned: list[str]
) -> pd.DataFrame:
    """Cost of a new customer by the channel of the first touch, over a period: full cost / customers with their first
    order in it.

    `sources` comes from `first_touch`, `costs` (cost by channel in the period) from `channel_cost`. Columns `channel`,
    `side`, `cost`, `customers`, `per_customer`, and `per_customer_lower`, `per_customer_upper` (95 % interval by the
    Poisson count of customers; without a customer the cost per customer is unknown, and at least the lower bound).
    Channels without a cost on record keep NaN: not free, unknown.
    """
    first = order_days(orders).groupby("customer_id")["day"].min()
    new = first[(first >= pd.Timestamp(start)) & (first <= pd.Timestamp(end))].index
    count = sources["channel"].reindex(new).value_counts()
    channels = costs.index.union(count.index)
    table = pd.DataFrame({"channel": channels, "cost": costs.reindex(channels).to_numpy()})
    table["customers"] = count.reindex(channels).fillna(0).astype(int).to_numpy()
    table.insert(1, "side", side(table["channel"], owned))
    n = table["customers"]
    most, least = chi2.ppf(0.975, 2 * n + 2) / 2, chi2.ppf(0.025, 2 * n.where(n > 0)) / 2
    return table.assign(
        per_customer=table["cost"] / n.where(n > 0),
        per_customer_lower=table["cost"] / most,
        per_customer_upper=table["cost"] / least,
    )


def side_costs(
    private: pd.DataFrame,
    spend_cny: float,
    *,
    fee_cny_per_year: float | None,
    labour_cny_per_week: float | None,
    weeks: int,
    cny_per_usd: float | None,
) -> pd.Series:
    """Full cost of the private and of the public side over some weeks, in US dollars.

    Private: `channel_cost` of all own channels. Public: advertising + the weeks' part of the membership fee + labour.
    A part that is not stated makes its side unknown. Indexed by `private`, `public`.
    """
    fee, labour, rate = (
        np.nan if each is None else each for each in (fee_cny_per_year, labour_cny_per_week, cny_per_usd)
    )
    own = channel_cost(private).sum(skipna=False) if len(private) else np.nan
    public = spend_cny + weeks * (fee * 7 / 365 + labour)
    return pd.Series({"private": own, "public": public}, dtype=float, name="cost") / rate


def side_by_side(sources: pd.DataFrame, orders: pd.DataFrame, costs: pd.Series, start, end) -> pd.DataFrame:
    """Cost of a new customer on the public and on the private side, over a period: full cost / customers whose first
    order lies in it, by the side of their first touch.

    `costs` comes from `side_costs`. Columns as in `customer_cost`, without `channel`; customers of unknown origin have
    a row of their own.
    """
    table = customer_cost(sources.assign(channel=sources["side"]), orders, costs, start, end, ["private"])
    return table.assign(side=table["channel"]).drop(columns="channel")


def kept_by_own_channels(
    orders: pd.DataFrame, touches: pd.DataFrame, start, owned: list[str], direct: list[str]
) -> pd.Index:
    """Customers with an order since `start` whose last touch before it was on one of the store's own channels."""
    bought = orders.dropna(subset=["customer_id", "ordered_at"])
    bought = bought[(_wall(bought["ordered_at"]) >= pd.Timestamp(start)) & ~(bought["amount"] < 0)]
    own = side(last_touch(bought, touches, direct), owned) == "private"
    return pd.Index(bought.loc[own, "customer_id"].unique(), name="customer_id")


def loaded_message(table: pd.DataFrame, sources: pd.DataFrame, kept: pd.Index) -> dict:
    """Full cost of a customer kept by the own channels (`loaded_cost`) as a message; `table` comes from
    `side_by_side`, `kept` from `kept_by_own_channels`."""
    own = table.set_index("side")["cost"].get("private", np.nan)
    by_side = table.rename(columns={"side": "channel"})
    found = loaded_cost(sources.assign(channel=sources["side"]), by_side, own / (len(kept) or np.nan), kept)
    kind = "unknown" if pd.isna(found["total"]) else "known"
    return {"id": f"customers.loaded_{kind}", **(found if kind == "known" else {"customers": len(kept)})}


def loaded_cost(sources: pd.DataFrame, per_customer: pd.DataFrame, keeping: float, customers: pd.Index) -> dict:
    """Full cost of a customer who buys through the store's own channels: keeping her there, and what first brought her.

    `keeping` is the cost of the own channels per such customer (`customers`); to it comes the mean cost per customer
    of the channels that first brought them (`per_customer` by channel). Without that part private traffic always wins.
    Customers whose first channel or its cost is unknown make the sum a lower bound: `known` of `customers` are
    covered.
    """
    cost = sources["channel"].reindex(customers).map(per_customer.set_index("channel")["per_customer"])
    first = float(cost.mean()) if cost.notna().any() else float("nan")
    return {
        "keeping": keeping,
        "first": first,
        "total": keeping + first,
        "known": int(cost.notna().sum()),
        "customers": len(customers),
    }


def payback(value: pd.DataFrame, cost: float) -> pd.DataFrame:
    """Age at which a cohort's customers have brought what they cost, as observed.

    `value` comes from `customers.cohort_value`; columns `cohort`, `customers`, `margin_per_customer` (so far), `cost`,
    `payback_age` (first age at which the margin per customer reaches the cost; `<NA>`: not yet).
    """
    rows = []
    for cohort, group in value.groupby("cohort"):
        paid = group.loc[group["margin_per_customer"] >= cost, "lived"]
        age = int(paid.min()) if len(paid) else pd.NA
        rows.append((cohort, int(group["customers"].iloc[0]), float(group["margin_per_customer"].iloc[-1]), cost, age))
    table = pd.DataFrame(rows, columns=["cohort", "customers", "margin_per_customer", "cost", "payback_age"])
    return table.astype({"payback_age": "Int64"})


def value_at_age(orders: pd.DataFrame, sources: pd.DataFrame, margin: float, ages: list[int], as_of) -> pd.DataFrame:
    """Margin per customer within the first days of her life, public and private side by side at the same age.

    Only customers who have reached that age by `as_of` are counted, so that old private customers are not set against
    young public ones. Columns `side`, `age_days`, `customers`, `margin_per_customer` (mean), `margin_lower`,
    `margin_upper` (95 %, normal; NaN below two).
    """
    as_of = pd.Timestamp(as_of).tz_localize(None)
    first = order_days(orders).groupby("customer_id")["day"].min()
    at, amount = _wall(orders["ordered_at"]), orders["amount"] * margin
    age = (at.dt.normalize() - first.reindex(orders["customer_id"]).set_axis(orders.index)).dt.days
    rows = []
    for days in ages:
        grown = first.index[first + pd.Timedelta(days=days) <= as_of]
        within = (age <= days) & orders["customer_id"].isin(grown)
        value = amount[within].groupby(orders["customer_id"][within]).sum(min_count=1).reindex(grown)
        group = sources["side"].reindex(grown).fillna("unknown")
        stats = value.groupby(group.to_numpy()).agg(["count", "mean", "sem"])
        rows += [
            (name, days, int(n), mean, mean - 1.96 * sem, mean + 1.96 * sem)
            for name, n, mean, sem in stats.itertuples()
        ]
    return pd.DataFrame(
        rows, columns=["side", "age_days", "customers", "margin_per_customer", "margin_lower", "margin_upper"]
    )


def revenue_share(
    orders: pd.DataFrame, touches: pd.DataFrame, sources: pd.DataFrame, owned: list[str], direct: list[str]
) -> pd.DataFrame:
    """Share of sales that came through the store's own channels, by first and by last touch side by side.

    By first touch: the side that first brought the customer. By last touch: the side of the last touch before the
    order that is not direct (`direct`: names of direct visits, which say nothing about what brought them). Refunds are
    deducted. Rows `first` and `last`; columns `private_sales`, `public_sales`, `unknown_sales`, `share` = private /
    (private + public), `orders` and `of` (known orders of the own channels / of both) with the interval `lower`,
    `upper` of that share of orders.
    """
    bought = orders.dropna(subset=["customer_id", "ordered_at"])
    sides = {
        "first": sources["side"].reindex(bought["customer_id"]).fillna("unknown").to_numpy(),
        "last": side(last_touch(bought, touches, direct), owned).to_numpy(),
    }
    rows = []
    for name, values in sides.items():
        known_sides = ["private", "public", "unknown"]
        sales = bought["amount"].groupby(values).sum().reindex(known_sides, fill_value=0.0 if len(bought) else np.nan)
        count = pd.Series(values)[(bought["amount"] > 0).fillna(False).to_numpy(dtype=bool)].value_counts()
        own, both = int(count.get("private", 0)), int(count.get("private", 0) + count.get("public", 0))
        known = sales["private"] + sales["public"]
        lower, upper = (float(bound) for bound in wilson(own, both))
        share = sales["private"] / known if known > 0 else np.nan
        rows.append((name, *sales, share, own, both, lower, upper))
    return pd.DataFrame(
        rows,
        columns=["touch", "private_sales", "public_sales", "unknown_sales", "share", "orders", "of", "lower", "upper"],
    )


def share_message(table: pd.DataFrame) -> dict | None:
    """The private share of sales by first and by last touch (`revenue_share`) as a message; None without sales."""
    share = table.set_index("touch")["share"]
    if share.isna().any():
        return None
    return {"id": "customers.private_share", "first_share": float(share["first"]), "last_share": float(share["last"])}


def last_touch(orders: pd.DataFrame, touches: pd.DataFrame, direct: list[str]) -> pd.Series:
    """Channel of the last touch before each order (its own moment included) that is not direct; missing where there is
    none."""
    name = touches["channel"].astype("string").str.strip().str.casefold()
    told = touches.assign(at=_wall(touches["at"]).astype("datetime64[ns]"))[
        ~name.isin([each.casefold() for each in direct])
    ]
    told = told[["customer_id", "at", "channel"]].dropna().sort_values("at", kind="stable")
    wanted = pd.DataFrame(
        {"customer_id": orders["customer_id"].array, "at": _wall(orders["ordered_at"]).astype("datetime64[ns]").array}
    )
    wanted["row"] = range(len(wanted))
    told["customer_id"] = told["customer_id"].astype(wanted["customer_id"].dtype)
    found = pd.merge_asof(wanted.sort_values("at"), told, on="at", by="customer_id").sort_values("row")
    return pd.Series(found["channel"].array, index=orders.index)
