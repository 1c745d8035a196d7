"""What a CRM exports, in the form that funnels and customers are computed from: one id a person, one currency, one log
of events."""

from collections.abc import Sequence

import pandas as pd

from opsbook.analysis import identity, money

#: A consultation by TM is an inquiry in another form.
EVENTS = {"inquiry": "inquiry", "tm": "inquiry", "quote": "quote", "order": "deal"}


def persons(customers: pd.DataFrame, generic: Sequence[str], largest: int) -> tuple[pd.Series, pd.DataFrame]:
    """The person behind each contact (by `customer_id`), and how far identity can be told (`identity.match_rate`).

    Contacts with the same mail address or phone number are one person; `generic` mailboxes and keys that more than
    `largest` contacts share merge nobody.
    """
    records = customers.rename(columns={"customer_id": "record_id"}).dropna(subset="record_id")
    records = records.drop_duplicates("record_id")
    person = identity.persons(records, identity.merge_log(records, list(generic), largest))
    return person, identity.match_rate(records, person)


def one_id(table: pd.DataFrame, person: pd.Series) -> pd.DataFrame:
    """The table with each contact under the id of its person; an id without a contact stays as it is."""
    ids = table["customer_id"].astype("string")
    return table.assign(customer_id=ids.map(person.astype("string")).astype("string").fillna(ids))


def orders_usd(orders: pd.DataFrame, cancelled: Sequence[str], cny_per_usd: float | None) -> pd.DataFrame:
    """Orders that stand, in US dollars: refunds are rows of their own with a negative amount; what was never paid is
    left out.

    Yuan are converted at `cny_per_usd`, the one rate of the report. An order in another currency, or in none, keeps an
    unknown amount: it is a purchase, and adds nothing to the money.
    """
    names = ["CNY", "RMB"] if cny_per_usd else []
    rate = 1 / cny_per_usd if cny_per_usd else float("nan")
    rates = pd.DataFrame({"currency": names, "on": pd.Timestamp("2000-01-01"), "rate": rate})
    table = money.in_currency(money.settled(orders, list(cancelled)), rates)
    # A refund of unknown worth would look like a purchase of unknown worth.
    lost = table["amount"].isna() & (table["amount_original"] < 0).fillna(False).astype(bool)
    return table[~lost].reset_index(drop=True)


def unknown_amounts(orders: pd.DataFrame) -> dict | None:
    """How many orders have no amount in dollars, as a message; None where all have one."""
    unknown = int(orders["amount"].isna().sum())
    return {"id": "customers.unknown_amounts", "orders": unknown, "of": len(orders)} if unknown else None


def repeated(orders: pd.DataFrame) -> dict | None:
    """Order rows that repeat another one exactly (`money.repeated_rows`); None where there is none."""
    message = money.repeated_rows(orders)
    return message if message["rows"] else None


def events(touches: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """What persons did on the way to an order: `who`, `event` (`inquiry`, `quote`, `deal`: an order), `at`, and
    `channel` (that of the person's first inquiry). A consultation by TM is an inquiry; a refund is no event."""
    kind = touches["kind"].astype("string").str.strip().str.casefold().map(EVENTS)
    seen = touches.assign(event=kind).rename(columns={"customer_id": "who"})
    bought = orders[~(orders["amount"] < 0)].rename(columns={"customer_id": "who", "ordered_at": "at"})
    columns = ["who", "event", "at"]
    log = pd.concat([each[columns].astype(object) for each in (seen, bought.assign(event="deal"))], ignore_index=True)
    log = log.dropna().astype({"who": "string", "event": "string"}).assign(at=lambda each: pd.to_datetime(each["at"]))
    first = seen[seen["event"] == "inquiry"].dropna(subset=["who", "at"]).sort_values("at", kind="stable")
    channel = first.drop_duplicates("who").set_index("who")["channel"].astype("string")
    return log.assign(channel=log["who"].map(channel).astype("string"))


def mature(log: pd.DataFrame, *, entry: str, window: str, as_of, within: int) -> pd.DataFrame:
    """The events of persons who first entered in the last `within` days and whose `window` has ended by `as_of`: the
    others have had no time yet to go on."""
    first = log[log["event"] == entry].groupby("who")["at"].min().dt.tz_localize(None)
    day = pd.Timestamp(as_of).floor("D") + pd.Timedelta("1D")
    kept = first[(first + pd.Timedelta(window) <= day) & (first >= day - pd.Timedelta(days=within))]
    return log[log["who"].isin(kept.index)]


def ways(customers: pd.DataFrame) -> pd.DataFrame:
    """Ways to reach each customer without a platform: `customer_id`, `platform` (`own contact`), `reachable`, for
    those whose mail address or phone number is saved."""
    saved = customers[["email", "phone"]].replace("", pd.NA).notna().any(axis=1)
    known = customers.loc[saved, ["customer_id", "reachable"]]
    return known.assign(platform="own contact")
