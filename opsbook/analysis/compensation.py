"""What a promise to pay back is worth: refund terms of a whole-site plan, over all that its few orders allow.

Amounts in CNY. The terms are the user's, with their source; nothing here fills in a term that nobody stated.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import gammainc
from scipy.stats import nbinom

from opsbook.analysis.counts import count_interval

#: term that decides the amount -> what it says
TERMS = {
    "source": "contract, page and day on which the terms were read",
    "trigger": "share of the target ROI below which a refund is due, such as 0.9",
    "refund": "'shortfall' (spend that the result does not cover at the target) or 'spend' (all of it)",
    "refund_share": "share of it that is paid back, above 0 and at most 1",
    "cap": "most that is paid back, as a share of the spend, above 0; 1 where the terms set none",
}
REFUNDS = {"shortfall": "shortfall", "差额": "shortfall", "spend": "spend", "全额": "spend"}
PLAN = ("spend", "orders", "order_value", "target_roi")
_COLUMNS = {"source": "terms_source", "cap": "refund_cap"}  # terms that stand in the table `offer` under another name
CONDITIONS = ("target_in_range", "price_ok", "cooperated", "unchanged", "min_orders", "window_days")
_PRIOR = 0.5  # orders of the Jeffreys prior of a Poisson rate
_EQUAL = 1e-4  # scatter below which orders count as equal: their gamma law is a step
_REST = 1e-12  # chance of the order counts that the sums leave out


def compensation_value(plan: Mapping, terms: Mapping, *, level: float = 0.9, cv: float = 1.0) -> pd.Series:
    """The value of a refund promise is what it is expected to pay back over one more window of the plan.

    `plan`: `spend` and `orders` so far, `order_value` (mean of an order, or `order_amount`, their sum), `target_roi`
    (a row of `promotion.plans` that counts orders has all of them); where known `days` (that brought them),
    `order_value_sd` (else `cv` times the mean, our default) and answers to the conditions (`target_in_range, price_ok,
    cooperated`: True, False or missing; `edited`: the plan was changed). `terms`: all of `TERMS`, else ValueError;
    where stated `min_orders, window_days, no_edits, target_min, target_max`.

    The window spends the plan's daily spend x `window_days` (the spend so far where one is unknown): S. Orders per
    CNY are Gamma(orders + 1/2, spend), so the window's orders N are negative binomial; their value V is gamma with
    mean N x order_value. A refund is due when V < trigger x target x S and N is at least `min_orders`: refund_share x
    (S - V / target), or x S, at most cap x S. The sums over N are exact; no random draw.

    Out: `spend` (S), `roi` so far with its exact Poisson bounds `roi_lower, roi_upper`; `predicted_roi_lower,
    predicted_roi_upper` of the window; `prob_shortfall` = P(V < target x S), about one half for a plan that is
    exactly on target, at any scale; `prob_refund`; `expected_refund` if the conditions hold; `refund_low,
    refund_high`: this amount twice where they all hold, 0 twice where one fails, 0 to this amount where one is
    unknown; `conditions_failed,
    unknown` (lists of conditions), `evidence`.
    """
    missing = missing_terms(terms)
    if missing:
        told = f"`terms` must state {missing[0]!r} ({TERMS[missing[0]]}); found none"
        raise ValueError(f"{told}; take it from the contract")
    _check_terms(terms)
    spend, orders, mean, target = _plan(plan)
    window = _window_spend(plan, terms, spend)
    counts = _counts(orders, spend, window)
    scatter = cv if _unknown(plan, "order_value_sd") else float(plan["order_value_sd"]) / mean
    found = _refund(counts, window, mean, scatter, target, terms)
    states = conditions(plan, terms)
    lower, upper = count_interval(orders, level)
    quantiles = [_quantile(counts, mean, scatter, tail) / window for tail in ((1 - level) / 2, (1 + level) / 2)]
    per_order = mean / spend
    row = {"spend": window, "target_roi": target, "roi": orders * per_order}
    row |= {"roi_lower": float(lower) * per_order, "roi_upper": float(upper) * per_order}
    row |= dict(zip(("predicted_roi_lower", "predicted_roi_upper"), quantiles, strict=True))
    row |= found | _range(found["expected_refund"], states)
    return pd.Series(row | {"evidence": _evidence(row, str(terms["source"]).strip())}, dtype=object)


def missing_terms(terms: Mapping) -> list[str]:
    """The terms without which no amount can be computed and that nobody stated.

    >>> missing_terms({"source": "contract 3.2", "trigger": 0.9, "refund": "shortfall", "cap": 1})
    ['refund_share']
    """
    return [name for name in TERMS if _unknown(terms, name) or not str(terms[name]).strip()]


def _unknown(given: Mapping, name: str) -> bool:
    value = given.get(name)
    return value is None or bool(pd.isna(value))


def _check_terms(terms: Mapping) -> None:
    if terms["refund"] not in ("shortfall", "spend"):
        raise ValueError(f"`terms` 'refund' must be 'shortfall' or 'spend'; found {terms['refund']!r}")
    for name, most in (("trigger", np.inf), ("refund_share", 1), ("cap", np.inf)):
        if not 0 < terms[name] <= most:
            raise ValueError(f"`terms` {name!r} must be {TERMS[name]}; found {terms[name]}")


def _plan(plan: Mapping) -> tuple[float, float, float, float]:
    """Spend, orders, mean order value and target; each known and possible."""
    values = dict(plan) | {"order_value": _order_value(plan)}
    for name in PLAN:
        least = "0 or more" if name == "orders" else "above 0"
        value = np.nan if _unknown(values, name) else float(values[name])
        if not (value >= 0 if name == "orders" else value > 0):
            raise ValueError(f"`plan` {name!r} must be known and {least}; found {values.get(name)}")
    return tuple(float(values[name]) for name in PLAN)


def _order_value(plan: Mapping) -> float | None:
    """Mean value of an order: as stated, from the sum, or from a row of `promotion.plans` that counts orders."""
    if not _unknown(plan, "order_value"):
        return plan["order_value"]
    if not _unknown(plan, "order_amount") and not _unknown(plan, "orders") and plan["orders"]:
        return plan["order_amount"] / plan["orders"]
    return plan.get("value_per_event") if plan.get("basis") == "orders" else None


def _window_spend(plan: Mapping, terms: Mapping, spend: float) -> float:
    if _unknown(plan, "days") or _unknown(terms, "window_days"):
        return spend
    return spend / float(plan["days"]) * float(terms["window_days"])


def _counts(orders: float, spend: float, window: float) -> tuple[np.ndarray, np.ndarray]:
    """The possible numbers of orders of the window and their chances (negative binomial)."""
    law = nbinom(orders + _PRIOR, spend / (spend + window))
    n = np.arange(law.ppf(_REST), law.ppf(1 - _REST) + 1)
    return n, law.pmf(n)


def _below(limit: float, n: np.ndarray, mean: float, cv: float) -> tuple[np.ndarray, np.ndarray]:
    """P(V < limit) and E[V; V < limit] of the value of n orders: V is gamma with mean n x `mean`."""
    if cv < _EQUAL:
        chance = (n * mean < limit).astype("float64")
        return chance, n * mean * chance
    shape, at = np.maximum(n, 1) / cv**2, max(limit, 0) / (mean * cv**2)
    nothing = float(limit > 0)  # without an order the value is 0
    chance = np.where(n > 0, gammainc(shape, at), nothing)
    return chance, np.where(n > 0, n * mean * gammainc(shape + 1, at), 0.0)


def _refund(counts: tuple, spend: float, mean: float, cv: float, target: float, terms: Mapping) -> dict:
    """Chance of a shortfall and of a refund, and the expected refund."""
    n, chance = counts
    enough = chance * (n >= (0 if _unknown(terms, "min_orders") else float(terms["min_orders"])))
    limit = float(terms["trigger"]) * target * spend
    due, value_due = _below(limit, n, mean, cv)
    share, cap = float(terms["refund_share"]), float(terms["cap"])
    amount = min(share, cap) * spend * due
    if terms["refund"] == "shortfall":
        # below `capped` the cap is paid, from there to the limit the share of what is not covered
        capped, value_capped = _below(min(limit, target * spend * (1 - cap / share)), n, mean, cv)
        # above the target nothing is uncovered, whatever the trigger says
        due, value_due = _below(min(limit, target * spend), n, mean, cv)
        amount = cap * spend * capped + share * (spend * (due - capped) - (value_due - value_capped) / target)
    return {
        "prob_shortfall": float(chance @ _below(target * spend, n, mean, cv)[0]),
        "prob_refund": float(enough @ due),
        "expected_refund": float(enough @ amount),
    }


def _quantile(counts: tuple, mean: float, cv: float, tail: float) -> float:
    """The value below which the window stays with the probability `tail`."""
    n, chance = counts

    def excess(value: float) -> float:
        return chance @ _below(value, n, mean, cv)[0] - tail

    most = mean * (n[-1] + 1) * (1 + 40 * cv**2)
    return 0.0 if excess(most * 1e-12) >= 0 else brentq(excess, most * 1e-12, most)


def conditions(plan: Mapping, terms: Mapping) -> pd.Series:
    """Whether each condition of the refund holds: True, False, or missing where nobody looked or the terms are silent.

    `target_in_range`: the target lies between `target_min` and `target_max` of the terms (one of them is enough);
    without them the answer in `plan`. `price_ok, cooperated`: the answers in `plan`. `unchanged`: True where the terms
    allow changes (`no_edits` False); where they do not, False for an `edited` plan, True for one that is known not to
    be. `min_orders, window_days`: True where stated, for the value counts them in. Source: the first three are known
    from Taobao's product, the others from what such terms name.
    """
    given = {name: _answer(plan, name) for name in CONDITIONS[:3]}
    if not (_unknown(terms, "target_min") and _unknown(terms, "target_max")) and not _unknown(plan, "target_roi"):
        least, most = (None if _unknown(terms, name) else terms[name] for name in ("target_min", "target_max"))
        target = plan["target_roi"]
        given["target_in_range"] = bool((least is None or target >= least) and (most is None or target <= most))
    barred, edited = _answer(terms, "no_edits"), _answer(plan, "edited")
    given["unchanged"] = True if barred is False else pd.NA if barred is pd.NA or edited is pd.NA else not edited
    given |= {name: pd.NA if _unknown(terms, name) else True for name in CONDITIONS[4:]}
    return pd.Series(given, dtype="boolean")


def _answer(given: Mapping, name: str):
    return pd.NA if _unknown(given, name) else bool(given[name])


def _range(expected: float, states: pd.Series) -> dict:
    failed, unknown = list(states.index[states.eq(False).fillna(False)]), list(states.index[states.isna()])
    return {
        "refund_low": 0.0 if failed or unknown else expected,
        "refund_high": 0.0 if failed else expected,
        "conditions_failed": failed,
        "unknown": unknown,
    }


def _evidence(row: dict, source: str) -> dict:
    name = "fails" if row["conditions_failed"] else "if" if row["unknown"] else "holds"
    numbers = ("spend", "target_roi", "predicted_roi_lower", "predicted_roi_upper", "prob_refund", "expected_refund")
    told = {key: float(row[key]) for key in numbers}
    details = [{"id": "promotion.not_met", "metric": name} for name in row["conditions_failed"]]
    details += [{"id": "promotion.not_known", "metric": name} for name in row["unknown"]]
    return {"id": f"promotion.refund_{name}", "source": source, "details": details} | told


def order_spread(orders: pd.DataFrame) -> float | None:
    """The scatter of order values is their standard deviation / their mean (coefficient of variation).

    In: `amount, currency`; only the currency with most orders counts, amounts above 0. None with fewer than two.
    """
    rows = orders[(orders["amount"] > 0).fillna(False).astype(bool)]
    usual = rows["currency"].mode()
    amounts = rows.loc[rows["currency"].isin(usual.head(1)), "amount"].astype("float64")
    return float(amounts.std() / amounts.mean()) if len(amounts) > 1 else None


def values(table: pd.DataFrame, offers: pd.DataFrame, known: pd.DataFrame, cv: float | None = None) -> pd.DataFrame:
    """What the refund promise of each plan is worth, by the terms that were entered for it.

    In: the result of `promotion.plans`; the table `offer` (rows with a `campaign`; the latest counts); `known`,
    one row per plan with the answers that `compensation_value` takes (`campaign, target_in_range, price_ok,
    cooperated, edited`); `cv`: scatter of the order values (`order_spread`). Out, one row per plan with terms:
    `campaign, offer` and the fields of `compensation_value`; where a term or the plan's result is missing, the
    amounts are missing and `evidence` says which. A term that cannot be meant (a word that is none of `REFUNDS`, a
    share above 1) counts as missing.
    """
    terms = offers[offers["campaign"].notna()].sort_values("offered_on", kind="stable")
    terms = _readable(terms.drop_duplicates("campaign", keep="last"))
    rows = table.merge(known, on="campaign", how="left").merge(terms, on="campaign", suffixes=("", "_terms"))
    found = [_valued(row, 1.0 if cv is None else cv) for row in rows.to_dict("records")]
    columns = ["spend", "target_roi", "roi", "roi_lower", "roi_upper", "predicted_roi_lower", "predicted_roi_upper"]
    columns += ["prob_shortfall", "prob_refund", "expected_refund", "refund_low", "refund_high"]
    valued = pd.DataFrame(found, columns=[*columns, "conditions_failed", "unknown", "evidence"], index=rows.index)
    return rows[["campaign", "offer"]].join(valued)


def _readable(offers: pd.DataFrame) -> pd.DataFrame:
    """The terms under the names of `TERMS`; what cannot be meant (a share above 1, an unknown word) is not stated."""
    terms = offers.rename(columns=dict(map(reversed, _COLUMNS.items())))
    terms["refund"] = terms["refund"].astype("object").map(REFUNDS)
    for name in ("trigger", "refund_share", "cap"):
        terms[name] = terms[name].where((terms[name] > 0) & ((terms[name] <= 1) | (name != "refund_share")))
    return terms


def sentences(table: pd.DataFrame) -> list[dict]:
    """What the promise of each plan is worth, as messages. In: the result of `values`."""
    pairs = zip(table["campaign"], table["evidence"], strict=True)
    return [{"id": "promotion.plan", "plan": plan, "details": [evidence]} for plan, evidence in pairs]


def _valued(row: dict, cv: float) -> dict:
    missing = [_COLUMNS.get(name, name) for name in missing_terms(row)]
    missing += [name for name in PLAN if _unknown(row | {"order_value": _order_value(row)}, name)]
    if missing:
        details = [{"id": "promotion.not_known", "metric": name} for name in missing]
        evidence = {"id": "promotion.terms_missing", "details": details}
        return {"unknown": missing, "conditions_failed": [], "evidence": evidence}
    return compensation_value(row, row, cv=cv).to_dict()


def answers(checks: pd.DataFrame, learning_plans: pd.DataFrame, window_from) -> pd.DataFrame:
    """What is known of each plan's conditions: a person's answers, and whether its target was changed in the window.

    In: `plan_checks.checklist`; `promotion.learning`; the first day of the window. `edited`: True where a change of
    the target was seen or a person says that the plan was not left to run, False where one says that it was, else
    missing: the export shows no other change.
    """
    table = learning_plans[["campaign", "changed_on"]].merge(checks, on="campaign", how="outer")
    changed = pd.to_datetime(table["changed_on"]) >= pd.Timestamp(window_from)
    edited = (~table["cooperated"].astype("boolean")).mask(changed, True)
    return table.drop(columns="changed_on").assign(edited=edited)
