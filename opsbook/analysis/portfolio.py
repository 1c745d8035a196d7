"""Many stores at once: which of them needs attention this week, and why."""

import numpy as np
import pandas as pd
from scipy.special import pdtr

from opsbook.analysis.counts import same_mean

COUNTS = ("opportunities", "visitors")
IDLE_SPEND = 500.0  # CNY a week on words without an inquiry from which on it is named; our default


def attention(totals: pd.DataFrame, week, *, level: float = 0.05, idle_spend: float = IDLE_SPEND) -> pd.DataFrame:
    """Stores in the order in which they need attention: no figures first, then the largest losses beyond chance.

    Columns in, one row per store: store, visitors, visitors_before, opportunities, opportunities_before (counts of
    the week and the week before), opportunities_peer_avg, spend and idle_spend (CNY; idle = on words without an
    inquiry), newest (day of the newest week held, missing where nothing is). A figure that is not known is missing,
    and nothing is concluded from it. Columns out: the same and attention, a list of messages, most urgent first:
    no figures of the week; a count that fell, tested as two Poisson counts and held against `level` / number of
    tests (Bonferroni, over all stores); opportunities below peers' average by the same test; idle spend from
    `idle_spend` on (our default). A store about which nothing is said has `batch.calm`.
    """
    rows = totals.reset_index(drop=True)
    held = rows[list(COUNTS)].notna().any(axis=1)
    limit = level / max(1, 3 * int(held.sum()))
    said = [_said(row, week, limit, idle_spend) for row in rows.to_dict("records")]
    order = pd.DataFrame(
        {
            "calm": [messages[0]["id"] == "batch.calm" for messages in said],
            "held": held,
            "lost": (rows["opportunities"] - rows["opportunities_before"]).fillna(0.0),
            "store": rows["store"],
        }
    )
    places = order.sort_values(["calm", "held", "lost", "store"]).index
    return rows.assign(attention=said).loc[places].reset_index(drop=True)


def _said(row: dict, week, limit: float, idle_spend: float) -> list[dict]:
    """The messages on one store."""
    if all(pd.isna(row[name]) for name in COUNTS):
        return [_late(row["newest"], week)]
    said = [message for name in COUNTS if (message := _fall(name, row, limit))]
    said += [message for message in (_below_peers(row, limit), _idle(row, idle_spend)) if message]
    return said or [{"id": "batch.calm"}]


def _late(newest, week) -> dict:
    if pd.isna(newest):
        return {"id": "batch.never"}
    return {"id": "batch.late", "week": f"{pd.Timestamp(week):%Y-%m-%d}", "newest": f"{pd.Timestamp(newest):%Y-%m-%d}"}


def _fall(name: str, row: dict, limit: float) -> dict | None:
    now, before = float(row[name]), float(row[f"{name}_before"])
    p = float(same_mean(before, now))
    fell = now < before and p < limit
    return {"id": "batch.fell", "metric": name, "now": now, "before": before, "p": p} if fell else None


def _below_peers(row: dict, limit: float) -> dict | None:
    """Fewer opportunities than a Poisson count with peers' average as its mean would show by chance."""
    now, peers = float(row["opportunities"]), float(row["opportunities_peer_avg"])
    if not peers > 0 or np.isnan(now) or pdtr(now, peers) >= limit:
        return None
    return {"id": "batch.below_peers", "now": now, "peers": peers, "ratio": now / peers}


def _idle(row: dict, limit: float) -> dict | None:
    idle, spend = float(row["idle_spend"]), float(row["spend"])
    return {"id": "batch.idle_spend", "idle": idle, "spend": spend, "limit": limit} if idle >= limit else None
