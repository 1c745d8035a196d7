"""Weekly figures of the store and of every object that an action can be about: what reviews compare."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from opsbook.analysis.followup import HISTORY_COLUMNS, store_history
from opsbook.analysis.sources import count_opportunities, weekly

#: object_type -> (canonical table, column that names the object, counts of a week)
OBJECTS = {
    "channel": ("channel_traffic", "channel", ("visitors", "opportunities")),
    "product": (
        "product_performance",
        "product_id",
        ("visitors", "opportunities", "search_impressions", "search_clicks", "inquiries"),
    ),
    "keyword": ("ad_keyword", "keyword", ("impressions", "clicks", "inquiries", "opportunities")),
    "plan": ("ad_campaign", "campaign", ("impressions", "clicks", "inquiries", "opportunities", "orders")),
}


def weekly_figures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every weekly count of the store, its channels, products, advertised words and plans, as reviews use them.

    In: canonical tables by name. Opportunities of a channel or product are those given, else inquirers + TM persons.
    Columns out: `followup.HISTORY_COLUMNS`; the opportunity rate of a channel and of a product has its visitors as
    exposure. Rows of one object and week are added; a missing part makes the sum missing.
    """
    parts = [store_history(tables["store_kpi"])]
    for object_type, (name, key, counts) in OBJECTS.items():
        parts += _figures(tables[name], object_type, key, counts)
    known = [part for part in parts if len(part)]
    return pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=HISTORY_COLUMNS)


def _figures(table: pd.DataFrame, object_type: str, key: str, counts: tuple[str, ...]) -> list[pd.DataFrame]:
    rows = table[weekly(table)]
    rows = rows.assign(opportunities=count_opportunities(rows)["opportunities"])
    numbers = rows[[c for c in counts if c in rows]].astype("Float64").astype(float)
    by = [rows[key].rename("object"), pd.to_datetime(rows["period_end"]).rename("period_end")]
    sums = numbers.groupby(by).sum(skipna=False).reset_index()
    parts = [_metric(sums, object_type, metric, metric) for metric in numbers]
    if "visitors" in numbers:
        parts.append(_metric(sums, object_type, "opportunity_rate", "opportunities", "visitors"))
    return parts


def _metric(sums: pd.DataFrame, object_type: str, metric: str, events: str, exposure: str = "") -> pd.DataFrame:
    figures = sums[["object", "period_end"]].assign(
        object_type=object_type, metric=metric, events=sums[events], exposure=sums[exposure] if exposure else np.nan
    )
    return figures[HISTORY_COLUMNS].dropna(subset="events")
