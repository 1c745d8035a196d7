"""The time-line of a customer over all channels, and how far the double loop is closed.

First loop: visitors of the store's own pages and accounts become contacts with a recorded history. Second loop: what
is known of good customers goes back to where advertising is bought. Rows are only ever added: nothing here forgets a
touch.
"""

import numpy as np
import pandas as pd

from opsbook.analysis.audience import mask_id
from opsbook.analysis.proportions import wilson

COLUMNS = ("customer_id", "at", "channel", "kind", "direction", "amount", "currency")
CHAIN = (("visit", "inquiry", "tm", "message"), ("inquiry", "tm"), ("quote",), ("order",))


def timeline(touches: pd.DataFrame, orders: pd.DataFrame, customer_ids) -> pd.DataFrame:
    """Everything on record between the store and a customer (one id, or all ids of one person), oldest first.

    Touches and orders in one table: `customer_id`, `at`, `channel`, `touch_kind`, `direction`, `amount`, `currency`; an
    order is an own action (`in`) of the kind `order`, or `refund` where its amount is negative. Rows without a time
    stand at the end: they happened, nobody knows when. A touch of the kind `order` that repeats an order of the same
    day is left out.
    """
    ids = [customer_ids] if isinstance(customer_ids, str) else list(customer_ids)
    bought = orders[orders["customer_id"].isin(ids)].rename(columns={"ordered_at": "at", "platform": "channel"})
    kind = np.where((bought["amount"] < 0).fillna(False), "refund", "order")
    bought = _naive(bought.assign(kind=kind, direction="in"))
    seen = _naive(touches[touches["customer_id"].isin(ids)])
    days = set(zip(bought["customer_id"], bought["at"].dt.normalize(), strict=True))
    repeats = [each in days for each in zip(seen["customer_id"], seen["at"].dt.normalize(), strict=True)]
    seen = seen[~((seen["kind"] == "order").fillna(False).astype(bool) & np.array(repeats, dtype=bool))]
    both = [each.reindex(columns=list(COLUMNS)) for each in (seen, bought) if len(each)]
    table = pd.concat(both) if both else pd.DataFrame(columns=list(COLUMNS))
    table = table.sort_values(["at", "kind", "channel"], kind="stable", na_position="last", ignore_index=True)
    return table.rename(columns={"kind": "touch_kind"})


def chosen(orders: pd.DataFrame, touches: pd.DataFrame, wanted: str = "") -> str:
    """The customer whose time-line is shown: the one that is `wanted`, else the one with the most orders, of these the
    one with the most touches; an empty text when nobody is on record."""
    if wanted:
        return wanted
    count = pd.DataFrame(
        {"orders": orders["customer_id"].value_counts(), "touches": touches["customer_id"].value_counts()}
    )
    first = count.fillna(0).rename_axis("id").sort_values(["orders", "touches", "id"], ascending=[False, False, True])
    return str(first.index[0]) if len(first) else ""


def message(line: pd.DataFrame) -> dict | None:
    """The customer (masked) and the span of a time-line (`timeline`), as a message; None where there is nothing."""
    at = line["at"].dropna()
    if at.empty:
        return None
    orders = int((line["touch_kind"] == "order").sum())
    span = {
        "events": len(line),
        "orders": orders,
        "first_on": f"{at.min():%Y-%m-%d}",
        "last_on": f"{at.max():%Y-%m-%d}",
    }
    return {"id": "customers.timeline", "customer": mask_id(line["customer_id"].iloc[0]), **span}


def _naive(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(at=pd.to_datetime(table["at"]).dt.tz_localize(None).astype("datetime64[ns]"))


def scorecard(
    customers: pd.DataFrame,
    touches: pd.DataFrame,
    orders: pd.DataFrame,
    exported: pd.Series | None = None,
    days: int = 7,
) -> pd.DataFrame:
    """How far the double loop is closed, as four shares with their counts.

    * `captured`: contacts with at least one touch whose channel and time are known, of all contacts;
    * `complete`: buyers whose first touch, inquiry, quote and order are all on record, in this order in time, of all
      buyers;
    * `feedback`: buyers who agreed to it whose data went back as an audience (`exported`, see `sent_back`), of all
      buyers who agreed;
    * `response`: touches of ours (direction `out`) that an own action of the customer followed within `days`, of those
      at least that old.

    Columns `indicator`, `number`, `of`, `share`, `lower`, `upper`; NaN where the input is missing.
    """
    contacts = customers["customer_id"].dropna().drop_duplicates()
    told = touches.dropna(subset=["customer_id", "channel", "at"])
    buyers = contacts[contacts.isin(orders["customer_id"])]
    agreed = _agreed(customers)
    sent = None if exported is None or agreed is None else buyers[buyers.isin(agreed)]
    complete = buyers.isin(complete_chains(touches, orders))
    rows = [
        ("captured", contacts.isin(told["customer_id"]).sum(), len(contacts)),
        ("complete", complete.sum(), len(buyers)),
        ("feedback", np.nan if sent is None else sent.isin(exported).sum(), np.nan if sent is None else len(sent)),
        ("response", *responses(touches, days)),
    ]
    table = pd.DataFrame(rows, columns=["indicator", "number", "of"]).astype({"number": float, "of": float})
    of = table["of"].where(table["of"] > 0)
    lower, upper = wilson(table["number"], of)
    return table.assign(share=table["number"] / of, lower=lower, upper=upper)


def sent_back(log: pd.DataFrame) -> pd.Series | None:
    """The customers whose data went back as an audience, by the log of exports (`customer_id`), each once; None where
    no export is on record, because others may have been made by hand."""
    return log["customer_id"].dropna().drop_duplicates() if len(log) else None


def _agreed(customers: pd.DataFrame) -> pd.Series | None:
    if "consent" not in customers:
        return None
    return customers.loc[customers["consent"].astype("boolean").fillna(False).astype(bool), "customer_id"]


def complete_chains(touches: pd.DataFrame, orders: pd.DataFrame) -> pd.Index:
    """Customers whose first own touch, first inquiry (or chat), first quote and first order are on record in this
    order in time."""
    seen = _naive(touches).dropna(subset=["customer_id", "at"])
    bought = _naive(orders.rename(columns={"ordered_at": "at"})).dropna(subset=["customer_id", "at"])
    first = [seen[seen["kind"].isin(kinds)].groupby("customer_id")["at"].min() for kinds in CHAIN[:-1]]
    chain = pd.concat([*first, bought.groupby("customer_id")["at"].min()], axis=1, keys=range(len(CHAIN))).dropna()
    # An order often carries its day alone: within one day the order of things is not held against anybody.
    steps = chain.apply(lambda at: at.dt.normalize()).diff(axis=1).iloc[:, 1:] >= pd.Timedelta(0)
    return chain.index[steps.all(axis=1)]


def responses(touches: pd.DataFrame, days: int) -> tuple[int, int]:
    """How many of our touches an own action followed within `days`, and of how many: those at least that old."""
    seen = _naive(touches).dropna(subset=["customer_id", "at"]).sort_values("at", kind="stable")
    ours, own = seen[seen["direction"] == "out"], seen[seen["direction"] == "in"]
    ours = ours[ours["at"] + pd.Timedelta(days=days) <= seen["at"].max()] if len(seen) else ours
    left = ours[["customer_id", "at"]]
    right = own[["customer_id", "at"]].assign(answered=own["at"])
    found = pd.merge_asof(
        left, right, on="at", by="customer_id", direction="forward", tolerance=pd.Timedelta(days=days)
    )
    return int(found["answered"].notna().sum()), len(found)
