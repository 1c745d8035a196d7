"""Orders in one currency, with refunds as rows of their own."""

import pandas as pd


def in_currency(orders: pd.DataFrame, rates: pd.DataFrame | None, currency: str = "USD") -> pd.DataFrame:
    """Orders with their amount in one currency, converted at the rate of the order's day.

    `rates[currency, on, rate]`: one unit of `currency` is worth `rate` units of the wanted one from the day `on` to
    the next row. The original stays in `amount_original` and `currency`. An order whose currency is missing or has no
    rate on its day has an unknown amount (NaN): amounts of different currencies are never added up.
    """
    own = orders["currency"].astype("string").str.strip().str.upper()
    rate = pd.Series(1.0, index=orders.index).where((own == currency).fillna(False).astype(bool))
    if rates is not None and len(rates):
        rate = rate.fillna(_rates(own, orders["ordered_at"], rates))
    return orders.assign(amount_original=orders["amount"], amount=orders["amount"] * rate)


def _rates(own: pd.Series, at: pd.Series, rates: pd.DataFrame) -> pd.Series:
    wanted = pd.DataFrame({"currency": own.array, "on": _day(at).array, "row": range(len(own))}).dropna()
    known = rates.assign(currency=rates["currency"].astype("string").str.upper(), on=_day(rates["on"]))
    found = pd.merge_asof(
        wanted.sort_values("on"), known.sort_values("on")[["currency", "on", "rate"]], on="on", by="currency"
    )
    return found.set_index("row")["rate"].reindex(range(len(own))).set_axis(own.index)


def _day(at: pd.Series) -> pd.Series:
    return pd.to_datetime(at).dt.tz_localize(None).dt.normalize().astype("datetime64[ns]")


def settled(orders: pd.DataFrame, cancelled: list[str]) -> pd.DataFrame:
    """Orders that stand, and each refund as a row of its own with a negative amount, dated on the day of the refund.

    Left out are orders whose `status` is one of `cancelled` (no deal was made). A refund without a day is dated on
    its order's. Rows with a negative amount bring in no purchase: they count in money and never in frequency.
    """
    status = orders["status"].astype("string").str.strip() if "status" in orders else pd.Series(pd.NA, orders.index)
    kept = orders[~status.isin(cancelled)]
    if "refund_amount" not in kept:
        return kept
    refunds = kept[kept["refund_amount"] > 0]
    day = refunds["refunded_on"] if "refunded_on" in refunds else pd.Series(pd.NaT, refunds.index)
    refunds = refunds.assign(
        amount=-refunds["refund_amount"], ordered_at=pd.to_datetime(day).fillna(refunds["ordered_at"])
    )
    return pd.concat([kept, refunds]).drop(columns="refund_amount")


def repeated_rows(orders: pd.DataFrame) -> dict:
    """Rows that repeat another row in every column, as a message: they may be double exports or true repeat lines, so
    they are reported and never dropped here."""
    return {"id": "customers.repeated_rows", "rows": int(orders.duplicated().sum()), "of": len(orders)}
