"""Persons over time, as the page on the private domain takes them: one id a person, orders in dollars, one log."""

from functools import lru_cache

import pandas as pd

from opsbook.analysis import crm
from opsbook.explore.slices import Slice


@lru_cache(8)
def touches_and_orders(here: Slice) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Touches, and the orders that stand in US dollars, each contact under the id of its person."""
    book, known = here.book, here.settings
    generic, largest = book["customers.generic_mailboxes"].value, book["customers.largest_key"].value
    person, _ = crm.persons(here.load("customer"), generic, largest)
    orders = crm.orders_usd(here.load("order"), book["customers.cancelled"].value, known.cny_per_usd)
    return crm.one_id(here.load("touch"), person), crm.one_id(orders, person)


@lru_cache(8)
def events(here: Slice) -> pd.DataFrame:
    """The log of `crm.events` (inquiry, quote, deal), and every other touch under its own kind (visit, mail ...)."""
    touches, orders = touches_and_orders(here)
    log = crm.events(touches, orders)
    kind = touches["kind"].astype("string").str.strip().str.casefold()
    others = touches.assign(event=kind).rename(columns={"customer_id": "who"})[~kind.isin([*crm.EVENTS, *log["event"]])]
    return pd.concat([log, others[["who", "event", "at"]].dropna()], ignore_index=True)
