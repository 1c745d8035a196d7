"""Traffic sources: which channels and roots bring visitors and opportunities, and where they are heading.

A visitor counts once in every channel that brought him, so visitors of channels are never added up to visitors; where
a sum is needed (shares of roots) it is a sum of *entries*, and is called so.
"""

import numpy as np
import pandas as pd

from opsbook.analysis import channels
from opsbook.analysis.proportions import wilson
from opsbook.analysis.rules import RuleSet

_JOINT = {"interaction": "interaction_and_self_growth", "self_growth": "interaction_and_self_growth"}


def window(table: pd.DataFrame, week) -> pd.DataFrame:
    """The rows of the natural week (Sunday-Saturday) that ends on the day `week`; other kinds of window do not take
    part."""
    ends_then = pd.to_datetime(table["period_end"]) == pd.Timestamp(week)
    return table[ends_then & weekly(table)]


def weekly(table: pd.DataFrame) -> pd.Series:
    """Which rows describe a natural week; a table without `period_kind` is taken to be weekly."""
    return table["period_kind"] == "week" if "period_kind" in table else pd.Series(True, index=table.index)


def unify_names(channel_traffic: pd.DataFrame) -> pd.DataFrame:
    """The same rows, every channel under the name that its newest rows use, so that a renamed channel stays one
    channel."""
    ids = channels.classify(channel_traffic["channel"])["channel_id"].to_numpy()
    by_age = np.argsort(pd.to_datetime(channel_traffic["period_end"]).to_numpy(), kind="stable")
    newest = dict(zip(ids[by_age], channel_traffic["channel"].to_numpy()[by_age], strict=True))
    return channel_traffic.assign(channel=[newest[channel] for channel in ids])


# ---- channels of a week -----------------------------------------------------------------------------------------


def count_opportunities(table: pd.DataFrame) -> pd.DataFrame:
    """Persons with an inquiry or a TM consultation, per row, and what the number rests on (`basis`).

    `given`: the column `opportunities`; `rate`: opportunity_rate x visitors, rounded; `one_kind`: inquirers or TM
    persons where the other is 0; `at_most`: inquirers + TM persons, an upper bound, for a person may have done both;
    `unknown`: missing. Columns out, on the index of `table`: opportunities, basis.
    """
    column = {c: _numbers(table, c) for c in ("opportunities", "opportunity_rate", "visitors", "inquirers", "tm")}
    readings = {
        "given": column["opportunities"],
        "rate": (column["opportunity_rate"] * column["visitors"]).round(),
        "one_kind": (column["inquirers"] + column["tm"]).where((column["inquirers"] == 0) | (column["tm"] == 0)),
        "at_most": column["inquirers"] + column["tm"],
    }
    known = [reading.notna() for reading in readings.values()]
    return pd.DataFrame(
        {
            "opportunities": np.select(known, list(readings.values()), np.nan),
            "basis": np.select(known, list(readings), "unknown"),
        },
        index=table.index,
    )


def channel_table(channel_traffic: pd.DataFrame, week, weeks: int = 8) -> pd.DataFrame:
    """Each channel in the report week: visitors, opportunities and their rate with its 95 % interval, against the
    weeks before.

    Columns out: channel, channel_id, root, paid, acquires, visitors, visitors_before (the week before), wow (visitors
    / visitors_before - 1), inquirers, tm, opportunities, basis, opportunity_rate (opportunities / visitors), lower,
    upper (Wilson), and those of `trends`. One row per channel, most visitors first. Units: persons, shares. Edge
    cases: no visitors gives no rate; opportunities beyond the visitors (contact from other pages) give no interval; a
    channel that no row of the week before names had no visitors there, but without any row of that week `wow` is
    unknown.
    """
    channel_traffic = unify_names(channel_traffic)
    now = _by_channel(window(channel_traffic, week))
    past = _by_channel(window(channel_traffic, pd.Timestamp(week) - pd.Timedelta(weeks=1)))
    table = now.join(channels.classify(now.index.to_series())[["channel_id", "root", "paid", "acquires"]])
    table["visitors_before"] = past["visitors"].reindex(now.index, fill_value=0.0) if len(past) else np.nan
    table["wow"] = (table["visitors"] / table["visitors_before"] - 1).where(table["visitors_before"] > 0)
    table = table.join(opportunity_rates(table)).join(trends(channel_traffic, week, weeks))
    front = [
        "channel_id",
        "root",
        "paid",
        "acquires",
        "visitors",
        "visitors_before",
        "wow",
        "inquirers",
        "tm",
        "opportunities",
    ]
    table = table[[*front, *(c for c in table if c not in front)]].rename_axis("channel").reset_index()
    return table.sort_values(["visitors", "channel"], ascending=[False, True], ignore_index=True)


def opportunity_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Opportunities / visitors with its 95 % Wilson interval: opportunity_rate, lower, upper, on the index of
    `table`."""
    visitors, events = _numbers(table, "visitors"), _numbers(table, "opportunities")
    nested = (visitors > 0) & (events <= visitors)
    lower, upper = wilson(events.where(nested), visitors.where(nested))
    rate = (events / visitors).where(visitors > 0)
    return pd.DataFrame({"opportunity_rate": rate, "lower": lower, "upper": upper}, index=table.index)


def trends(channel_traffic: pd.DataFrame, week, weeks: int = 8, min_weeks: int = 4, burst: float = 0.5) -> pd.DataFrame:
    """Where a channel's visitors are heading (share of the mean a week) and how unsteady they are.

    `trend_4`, `trend_8`: least-squares slope of weekly visitors over the last 4 and `weeks` weeks / their mean.
    `extra_variation`: the coefficient of variation over `weeks` weeks beyond what counts vary by chance: sqrt(max(0,
    variance - mean)) / mean. `is_burst`: extra_variation >= `burst` (our default). `weeks_seen`: weeks of which
    visitors are known. Index: channel. Edge cases: fewer than 3 (trend_4) or `min_weeks` known weeks, or a mean of 0:
    unknown.
    """
    visitors = weekly_visitors(channel_traffic, week, weeks)
    mean, variance = visitors.mean(axis=1), visitors.var(axis=1)
    enough = (visitors.notna().sum(axis=1) >= min_weeks) & (mean > 0)
    variation = (np.sqrt((variance - mean).clip(lower=0)) / mean).where(enough)
    return pd.DataFrame(
        {
            "trend_4": relative_slope(visitors.iloc[:, -4:], 3),
            "trend_8": relative_slope(visitors, min_weeks),
            "extra_variation": variation,
            "is_burst": (variation >= burst).astype("boolean").mask(variation.isna()),
            "weeks_seen": visitors.notna().sum(axis=1),
        }
    )


def weekly_visitors(channel_traffic: pd.DataFrame, week, weeks: int = 8) -> pd.DataFrame:
    """Visitors by channel (rows) and week (columns, oldest first, the report week last).

    A channel without a row in a week that the table covers had no visitors there (0); a week without any row is
    missing.
    """
    ends = pd.date_range(end=pd.Timestamp(week), periods=weeks, freq="7D")
    rows = unify_names(channel_traffic[weekly(channel_traffic)])
    rows = rows.assign(period_end=pd.to_datetime(rows["period_end"]), visitors=_numbers(rows, "visitors"))
    rows = rows[rows["period_end"].isin(ends)]
    cells = rows.groupby(["channel", "period_end"])["visitors"].sum(skipna=False)
    every = pd.MultiIndex.from_product([cells.index.unique("channel"), cells.index.unique("period_end")])
    return cells.reindex(every, fill_value=0.0).unstack("period_end").reindex(columns=ends)


def relative_slope(visitors: pd.DataFrame, min_weeks: int) -> pd.Series:
    """Least-squares slope per column / mean, over the known cells of each row."""
    known = visitors.notna()
    x = pd.DataFrame(np.arange(visitors.shape[1]) * np.ones(visitors.shape), visitors.index, visitors.columns).where(
        known
    )
    x = x.sub(x.mean(axis=1), axis=0)
    mean = visitors.mean(axis=1)
    slope = (x * visitors).sum(axis=1) / (x**2).sum(axis=1)
    return (slope / mean).where((known.sum(axis=1) >= min_weeks) & (mean > 0))


def _by_channel(rows: pd.DataFrame) -> pd.DataFrame:
    """Visitors, inquirers, TM persons and opportunities per channel; rows of one channel (countries) are added."""
    rows = rows.reset_index(drop=True)
    numbers = pd.DataFrame({c: _numbers(rows, c) for c in ("visitors", "inquirers", "tm")}).join(
        count_opportunities(rows)
    )
    by_channel = numbers.groupby(rows["channel"])
    sums = by_channel[["visitors", "inquirers", "tm", "opportunities"]].sum(skipna=False)
    return sums.join(by_channel["basis"].agg(lambda basis: basis.iloc[0] if basis.nunique() == 1 else "mixed"))


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    """The column as floats with NaN for unknown; a column that is not there is wholly unknown."""
    if column not in table:
        return pd.Series(np.nan, index=table.index)
    return table[column].astype("Float64").astype(float)


# ---- roots and overlap ------------------------------------------------------------------------------------------


def root_shares(table: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Share of each root in the week's entries, against the soft reference of 60 / 30 / 10.

    An entry is a visitor counted once in each channel: share = entries of the root / entries of all channels. In: the
    result of `channel_table`. Columns out: root, channels (count), entries, all_entries, share, opportunities,
    acquiring_entries (of channels that can bring a buyer who did not know the shop), reference_share, deviation
    (share - reference_share; interaction and self-growth stand together, each row shows the joint deviation). Roots
    without a channel in the export have 0 channels and unknown entries. Edge case: unknown visitors of one channel
    make its root's entries and every share unknown.
    """
    has_total = table["root"].isin(table.loc[table["channel_id"] == table["root"], "root"])
    table = table[~has_total | (table["channel_id"] == table["root"])]
    rows = table.assign(acquiring=table["visitors"].where(table["acquires"].fillna(False).astype(bool), 0.0))
    order = [*channels.ROOTS, *([channels.UNMAPPED] if (table["root"] == channels.UNMAPPED).any() else [])]
    grouped = rows.groupby("root")
    sums = grouped[["visitors", "opportunities", "acquiring"]].sum(skipna=False).reindex(order)
    roots = sums.set_axis(["entries", "opportunities", "acquiring_entries"], axis=1)
    roots.insert(0, "channels", grouped.size().reindex(order, fill_value=0))
    roots["all_entries"] = rows["visitors"].sum(skipna=False)
    roots["share"] = (roots["entries"] / roots["all_entries"]).where(roots["all_entries"] > 0)
    joint = roots.index.to_series().replace(_JOINT)
    roots["reference_share"] = [
        rules[f"traffic.share_{name}"].value if name != channels.UNMAPPED else np.nan for name in joint
    ]
    joint_share = roots.groupby(joint.to_numpy())["share"].transform(lambda share: share.sum(min_count=1))
    roots["deviation"] = joint_share - roots["reference_share"]
    return roots.rename_axis("root").reset_index()


def overlap(table: pd.DataFrame, store_visitors: float | None) -> dict:
    """How far the channels' visitors overlap: entries / visitors of the store (1.0 = every visitor came by one
    channel).

    Message with entries (sum over channels), visitors (de-duplicated by the platform) and their ratio. A ratio below
    1 says that channels are missing from the export. Unknown or no visitors, or no channel: the overlap is said to be
    unknown.
    """
    entries = float(table["visitors"].sum(skipna=False))
    if table.empty or store_visitors is None or pd.isna(store_visitors) or np.isnan(entries) or store_visitors == 0:
        return {"id": "traffic.overlap_unknown", "channels": len(table)}
    kind = "overlap" if entries >= store_visitors else "overlap_incomplete"
    ratio = entries / float(store_visitors)
    return {"id": f"traffic.{kind}", "entries": entries, "visitors": float(store_visitors), "ratio": ratio}
