"""What customers will bring, from their orders: the models of `loyalty`, and the gate that they must pass on this
store's data."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

from opsbook.analysis import loyalty, rules
from opsbook.analysis.customers import order_days

GATE_COLUMNS = ("test", "found", "limit", "verdict", "message")


def summarise(orders: pd.DataFrame, as_of=None, unit: str = "W") -> pd.DataFrame:
    """History of each customer as the models of repeat buying see it.

    Indexed by `customer_id`: `frequency` (order days after the first), `recency` (time from the first to the last
    order day), `age` (time from the first order day to `as_of`), both in `unit` (D, W or M), and `amount` (mean sales
    of the order days after the first, NaN where there is none). Orders after `as_of` (by default the last order day)
    are left out.
    """
    days = order_days(orders)
    as_of = days["day"].max() if as_of is None else pd.Timestamp(as_of).tz_localize(None).floor("D")
    days = days[days["day"] <= as_of]
    span = days.groupby("customer_id")["day"].agg(["min", "max", "size"])
    repeat = days[days.duplicated("customer_id")].groupby("customer_id")["amount"].mean()
    step = pd.Timedelta(days=loyalty.DAYS[unit])
    return pd.DataFrame(
        {
            "frequency": span["size"] - 1,
            "recency": (span["max"] - span["min"]) / step,
            "age": (as_of - span["min"]) / step,
            "amount": repeat.reindex(span.index),
        }
    )


@dataclass(frozen=True)
class Models:
    """The two fitted models of a store and the history they were fitted to (in weeks)."""

    history: pd.DataFrame
    purchases: loyalty.PurchaseModel
    spend: loyalty.SpendModel


def fit(orders: pd.DataFrame, as_of=None) -> Models:
    """MBG/NBD and Gamma-Gamma on all orders up to a day."""
    history = summarise(orders, as_of)
    purchases = loyalty.fit_mbgnbd(history["frequency"], history["recency"], history["age"])
    return Models(history, purchases, loyalty.fit_gamma_gamma(history["frequency"], history["amount"]))


def backtest(orders: pd.DataFrame, as_of=None, holdout: float = 0.25) -> pd.DataFrame:
    """How well repeat orders of the last part of the history are foretold from the part before it.

    The history is cut so that `holdout` of its days are kept back. Rows: `model` (MBG/NBD), `own_rate` (everybody
    goes on at her own rate so far: frequency / age) and `recency` (who ordered last, orders first: it ranks and
    foretells no number). Columns: `customers` (known at the cut), `weeks` (of the part kept back), `predicted` and
    `actual` repeat order days, `error` = predicted / actual - 1, `auc` (chance that a customer who ordered in the
    part kept back stands above one who did not; ties count half).
    """
    days = order_days(orders)["day"]
    last = days.max() if as_of is None else pd.Timestamp(as_of).tz_localize(None).floor("D")
    cut = (last - (last - days.min()) * holdout).floor("D")
    known, later = summarise(orders, cut), summarise(orders, last)
    weeks = (last - cut) / pd.Timedelta(weeks=1)
    actual = later["frequency"].reindex(known.index) - known["frequency"]
    history = [known[column] for column in ("frequency", "recency", "age")]
    model = loyalty.fit_mbgnbd(*history)
    scores = {
        "model": loyalty.expected_purchases(model, weeks, *history),
        "own_rate": known["frequency"] / known["age"].where(known["age"] > 0) * weeks,
        "recency": known["recency"] - known["age"],
    }
    table = pd.DataFrame(
        {
            "method": list(scores),
            "customers": len(known),
            "weeks": weeks,
            "predicted": [np.nan if name == "recency" else each.sum() for name, each in scores.items()],
            "actual": actual.sum(),
            "auc": [auc(each.fillna(0), actual > 0) for each in scores.values()],
        }
    )
    if model.degenerate:
        table.loc[0, ["predicted", "auc"]] = np.nan
    return table.assign(error=table["predicted"] / table["actual"].where(table["actual"] > 0) - 1)


def auc(score: pd.Series, hit: pd.Series) -> float:
    """Chance that a hit has a higher score than a miss, ties counted half; NaN without a hit or without a miss.

    >>> auc(pd.Series([3, 2, 2, 1]), pd.Series([True, True, False, False]))
    0.875
    """
    hits, misses = int(hit.sum()), int((~hit).sum())
    if not hits or not misses:
        return float("nan")
    ranks = rankdata(score)[hit.to_numpy()].sum()
    return float((ranks - hits * (hits + 1) / 2) / (hits * misses))


def spend_correlation(history: pd.DataFrame) -> float:
    """Rank correlation (Spearman) of how often and how much repeat buyers buy; the spend model takes it to be
    none."""
    repeat = history[(history["frequency"] > 0) & (history["amount"] > 0)]
    if len(repeat) < 3 or repeat["frequency"].nunique() < 2 or repeat["amount"].nunique() < 2:
        return float("nan")
    return float(spearmanr(repeat["frequency"], repeat["amount"]).statistic)


def gate(orders: pd.DataFrame, as_of=None, ruleset=None) -> pd.DataFrame:
    """Whether lifetime values may be shown for this store: every test must pass.

    Columns `test`, `found`, `limit`, `verdict` (`pass`, `fail`, or `unknown` where the data cannot answer) and
    `message`. Tests: enough customers, repeat customers and months; a model that the data fix
    (`loyalty.is_degenerate`); in the backtest a total within the allowed error and a better ranking than by recency
    alone; spend that does not go with frequency. Where one does not pass, cohort means (`customers.cohort_value`) are
    all that can be said.
    """
    days = order_days(orders)["day"]
    last = pd.Timestamp(as_of) if as_of is not None else days.max() if len(days) else pd.Timestamp(0)
    limits = rules.load(last.date()) if ruleset is None else ruleset
    months = (last.tz_localize(None) - days.min()).days / loyalty.DAYS["M"] if len(days) else 0.0
    history = summarise(orders, last)
    enough = [
        _at_least("customers", len(history), limits),
        _at_least("repeat_customers", int((history["frequency"] > 0).sum()), limits),
        _at_least("months", months, limits),
    ]
    if not (history["frequency"] > 0).any():
        return pd.DataFrame(enough + [_row("drop_out", None, None, "unknown")], columns=GATE_COLUMNS)
    models, tested = fit(orders, last), backtest(orders, last).set_index("method")
    degenerate = models.purchases.degenerate or models.spend.degenerate
    error, most = abs(tested.loc["model", "error"]), limits["customers.lifetime_error"].value
    better, recency = tested.loc["model", "auc"], tested.loc["recency", "auc"]
    going, line = abs(spend_correlation(history)), limits["customers.lifetime_spend_correlation"].value
    rest = [
        _row("drop_out", None, None, "fail" if degenerate else "pass"),
        _row("total", error, most, _verdict(error, error <= most)),
        _row("ranking", better, recency, _verdict(better - recency, better > recency)),
        _row("spend_correlation", going, line, _verdict(going, going < line)),
    ]
    return pd.DataFrame(enough + rest, columns=GATE_COLUMNS)


def gate_message(table: pd.DataFrame) -> dict:
    """Whether lifetime values are shown (`gate`), and how many tests stand against it, as a message."""
    failed = int((table["verdict"] != "pass").sum())
    return {"id": "customers.gate_shut" if failed else "customers.gate_open", "failed": failed, "of": len(table)}


def _at_least(test: str, value: float, limits) -> tuple:
    least = limits[f"customers.lifetime_{test}"].value
    return _row(test, value, least, "pass" if value >= least else "fail")


def _row(test: str, value, limit, verdict: str) -> tuple:
    value, limit = (None if number is None or np.isnan(number) else float(number) for number in (value, limit))
    known = {"value": value, "limit": limit} if value is not None and limit is not None else {}
    missing = {"missing": max(limit - value, 0)} if known else {}
    name = verdict if known or test == "drop_out" else "unknown"
    return test, value, limit, verdict, {"id": f"customers.gate_{test}_{name}", **known, **missing}


def _verdict(value: float, passed: bool) -> str:
    return "unknown" if np.isnan(value) else "pass" if passed else "fail"


def values(
    orders: pd.DataFrame, *, margin: float, months: int, discount: float, as_of=None, ruleset=None
) -> pd.DataFrame:
    """Margin that each customer is expected to bring in the coming months, highest first; empty where the gate is
    shut.

    Columns `frequency`, `recency_weeks`, `age_weeks`, `order_value` (mean so far), `expected_orders`, `alive`
    (MBG/NBD), `lifetime_value`; the index is `customer_id`. See `loyalty.lifetime_value` for the formula; `discount`
    is per month.
    """
    names = {"recency": "recency_weeks", "age": "age_weeks", "amount": "order_value"}
    columns = ["frequency", *names.values(), "expected_orders", "alive", "lifetime_value"]
    if not (gate(orders, as_of, ruleset)["verdict"] == "pass").all():
        return pd.DataFrame(columns=columns, index=pd.Index([], name="customer_id"))
    models = fit(orders, as_of)
    history = [models.history[column] for column in ("frequency", "recency", "age")]
    value = loyalty.lifetime_value(
        models.purchases,
        models.spend,
        *history,
        models.history["amount"],
        margin=margin,
        months=months,
        discount=discount,
        unit="W",
    )
    horizon = months * loyalty.DAYS["M"] / loyalty.DAYS["W"]
    table = models.history.rename(columns=names).assign(
        expected_orders=loyalty.expected_purchases(models.purchases, horizon, *history),
        alive=loyalty.prob_alive(models.purchases, *history),
        lifetime_value=value,
    )
    return table[columns].sort_values("lifetime_value", ascending=False, kind="stable")
