"""What to do next for contacts, customers and independence: proposals for the action list."""

from datetime import date, timedelta

import pandas as pd

from opsbook.analysis.audience import mask_id
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.stages import leak_message

MODULE = "private_domain"


def actions(
    week: date,
    *,
    leaks: pd.DataFrame | None = None,
    by: str = "channel",
    risk: pd.DataFrame | None = None,
    warnings: list[dict] | None = None,
    most: int = 5,
) -> pd.DataFrame:
    """Proposals from the funnel's leaks, from customers who have gone silent, and from what the business hangs on.

    `week` is the Saturday of the report; `leaks` comes from `stages.leaks` with the breakdown `by` (or
    from `stages.leaks_over_time`, `by="period"`), `risk` from
    `customers.at_risk`, `warnings` from `dependence.warnings`. At most `most` customers, those with the most orders
    behind them first; only customers silent beyond a rhythm of their own are proposed, for the others the silence is no
    evidence.
    """
    rows = _leaks(leaks, by, week) + _silent(risk, most, week) + _dependence(warnings or [], week)
    return pd.DataFrame(rows, columns=list(ACTION_COLUMNS))


def _row(week: date, days: int, weeks: int, **cells) -> dict:
    due, review = week + timedelta(days=days), week + timedelta(weeks=weeks)
    return {"module": MODULE, "effect": None, "due": due, "review_on": review, **cells}


def _leaks(leaks: pd.DataFrame | None, by: str, week: date) -> list[dict]:
    found = [] if leaks is None else leaks[leaks["verdict"] == "leak"].to_dict("records")
    return [
        _row(
            week,
            7,
            2,
            object_type="store" if by == "period" else "channel",
            object="" if by == "period" else str(each[by]),
            action={"id": "funnel.fix_leak", "verb": "fix", "step": str(each["step"])},
            evidence=leak_message(each, by),
            priority="P1",
            owner="sales",
            review_metric="opportunity_rate",
        )
        for each in found
        if (by, each[by]) != ("period", "earlier")  # better than it was: nothing to mend
    ]


def _silent(risk: pd.DataFrame | None, most: int, week: date) -> list[dict]:
    if risk is None:
        return []
    silent = risk[risk["at_risk"].fillna(False).astype(bool) & (risk["rhythm"] == "own")]
    first = silent.sort_values(["gaps", "days_since"], ascending=[False, True], kind="stable").head(most)
    return [
        _row(
            week,
            5,
            4,
            object_type="customer",
            object=mask_id(each.Index),
            action={"id": "customers.contact_silent", "verb": "contact"},
            evidence={
                "id": "customers.silent",
                "days_since": int(each.days_since),
                "limit": float(each.limit),
                "orders": int(each.gaps) + 1,
            },
            priority="P1",
            owner="sales",
            review_metric="orders",
        )
        for each in first.itertuples()
    ]


def _dependence(warnings: list[dict], week: date) -> list[dict]:
    kinds = {"dependence.platform_share": "channel", "dependence.customer_share": "customer"}
    return [
        _row(
            week,
            28,
            12,
            object_type=kinds[each["id"]],
            object=each["name"],
            action={"id": "dependence.spread", "verb": "check", "kind": kinds[each["id"]]},
            evidence=each,
            priority="P2",
            owner="boss",
            review_metric="order_amount_usd",
        )
        for each in warnings
    ]
