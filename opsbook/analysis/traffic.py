"""Why the opportunities of a store changed: exact contributions of every channel, and what chance alone explains."""

from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import stats

from opsbook.analysis import sources
from opsbook.analysis.alarms import dispersion, holm
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.counts import same_mean

# ---- why did it change ------------------------------------------------------------------------------------------


def explain_change(before: pd.DataFrame, after: pd.DataFrame, of: str = "opportunities") -> pd.DataFrame:
    """What each channel's visitors and each channel's opportunity rate contributed to the change of opportunities.

    With v visitors and r = opportunities / visitors before (0) and after (1): `traffic_effect = (v1 - v0) (r0 + r1) /
    2`, `conversion_effect = (r1 - r0) (v0 + v1) / 2`, `total` = their sum = the channel's change of opportunities
    (persons). This is the Shapley value of the two factors: no order of the factors is preferred.

    Columns in (both windows, of the same kind and length): channel, visitors, opportunities; rows of one channel are
    added. Columns out: channel, traffic_effect, conversion_effect, total; largest change first. The sums are exact to
    the last digit.

    With `of="visitors"` the change of visitors is split by channel; it is wholly a traffic effect.

    Edge cases: a channel without a row in one window had no visitors there; where a rate is undefined (no visitors)
    the other window's rate is used, so that a channel that appears or disappears is wholly a traffic effect;
    opportunities without any visitor in either window are a conversion effect. Unknown visitors leave both effects
    unknown, unknown opportunities also the total.

    >>> before = pd.DataFrame({"channel": ["search"], "visitors": [100], "opportunities": [10]})
    >>> after = pd.DataFrame({"channel": ["search"], "visitors": [200], "opportunities": [10]})
    >>> explain_change(before, after).to_dict("records")
    [{'channel': 'search', 'traffic_effect': 7.5, 'conversion_effect': -7.5, 'total': 0.0}]
    """
    if of not in ("opportunities", "visitors"):
        raise ValueError(f"`of` must be one of 'opportunities', 'visitors'; found {of!r}")
    if of == "visitors":
        before, after = (w.assign(opportunities=w["visitors"]) for w in (before, after))
    both = paired_windows(before, after)
    v0, v1, o0, o1 = (both[c].to_numpy() for c in ("visitors_before", "visitors_after", "before", "after"))
    traffic, total = (v1 - v0) * _mean_rate(v0, o0, v1, o1), o1 - o0
    traffic, total = _on_common_grid(traffic, total)
    traffic = np.where(_same_rate(v0, o0, v1, o1), total, traffic)
    effects = pd.DataFrame(
        {"channel": both["channel"], "traffic_effect": traffic, "conversion_effect": total - traffic, "total": total}
    )
    return effects.iloc[np.lexsort((effects.index, -effects["total"].abs()))].reset_index(drop=True)


def paired_windows(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The two windows side by side: one row per channel, by name, with its visitors and opportunities in both.

    Columns out: channel, visitors_before, visitors_after, before, after (opportunities). A channel without a row in
    one window has 0 there; a missing value in a row stays missing.
    """
    sums = [_sum_by_channel(window, name) for window, name in ((before, "before"), (after, "after"))]
    channels = sums[0].index.union(sums[1].index, sort=False)
    both = pd.concat([s.reindex(channels, fill_value=0.0) for s in sums], axis=1)
    both = both.set_axis(["visitors_before", "before", "visitors_after", "after"], axis=1)
    both = both.rename_axis("channel").reset_index()
    return both.sort_values("channel", key=lambda names: names.astype(str), ignore_index=True)


def _sum_by_channel(window: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = ["visitors", "opportunities"]
    missing = {"channel", *columns} - set(window.columns)
    if missing:
        raise ValueError(f"`{name}` must have the columns channel, visitors, opportunities; missing: {sorted(missing)}")
    numbers = window[columns].astype("Float64").astype(float)
    if (numbers < 0).any(axis=None):
        raise ValueError(f"`{name}` must not have negative visitors or opportunities")
    # A plain sum would read an unknown part as 0.
    return numbers.groupby(window["channel"], dropna=False, observed=True).sum(skipna=False)


def _mean_rate(v0: np.ndarray, o0: np.ndarray, v1: np.ndarray, o1: np.ndarray) -> np.ndarray:
    """Mean of the two opportunity rates; the one that is defined where the other is not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        r0, r1 = np.where(v0 == 0, np.nan, o0 / v0), np.where(v1 == 0, np.nan, o1 / v1)
    r0, r1 = np.where(v0 == 0, r1, r0), np.where(v1 == 0, r0, r1)
    return np.where((v0 == 0) & (v1 == 0), 0.0, (r0 + r1) / 2)


def _same_rate(v0: np.ndarray, o0: np.ndarray, v1: np.ndarray, o1: np.ndarray) -> np.ndarray:
    """Whether o0 / v0 = o1 / v1, without a division that would round; false where a window has no visitors."""
    left, right = o0 * v1, o1 * v0
    close = np.abs(left - right) <= 4 * np.finfo(float).eps * np.maximum(left, right)
    return close & (v0 > 0) & (v1 > 0)


def _on_common_grid(traffic: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers rounded to a common power of two, so small that it does not matter, so that every sum of them is
    exact."""
    scale = np.nansum(np.abs(traffic)) + np.nansum(np.abs(total))
    grid = 2.0 ** (np.ceil(np.log2(max(scale, 1.0))) - 51)
    return np.round(traffic / grid) * grid, np.round(total / grid) * grid


# ---- chance -----------------------------------------------------------------------------------------------------


def judge_change(
    before: pd.DataFrame, after: pd.DataFrame, dispersion: float | pd.Series = 1.0, level: float = 0.05
) -> pd.DataFrame:
    """What moved in each channel beyond chance: its visitors, its opportunity rate, both, or neither.

    `p_traffic`: two Poisson counts of visitors with the same mean (exact, conditional on their sum), each divided by
    `dispersion` (variance / mean of weekly visitors; a number, or a Series by channel from `alarms.dispersion`).
    `p_conversion`: Fisher's exact test of opportunities out of visitors. Both are two-sided (twice the smaller tail)
    and adjusted by Holm over all tests. `p_total`: two Poisson counts of opportunities, not adjusted.

    Columns out, largest change first: channel, before, after (opportunities), traffic_effect, conversion_effect,
    total, p_total, p_traffic, p_conversion, cause (`traffic`, `conversion`, `both`, `opposed`: both and against each
    other, `chance`, `unknown`), verdict (message). The same windows and edge cases as `explain_change`.
    """
    both = paired_windows(before, after)
    spread = both["channel"].map(dispersion) if isinstance(dispersion, pd.Series) else dispersion
    spread = np.maximum(pd.Series(spread, index=both.index).fillna(1.0), 1.0)
    p_values = np.concatenate(
        [
            same_mean(both["visitors_before"] / spread, both["visitors_after"] / spread),
            same_rate(both["before"], both["visitors_before"], both["after"], both["visitors_after"]),
        ]
    )
    tests = both[["channel", "before", "after"]].assign(p_total=same_mean(both["before"], both["after"]))
    tests["p_traffic"], tests["p_conversion"] = np.split(holm(p_values), 2)
    table = explain_change(before, after).merge(tests, on="channel", how="left")
    table["cause"] = [_cause(row, level) for row in table.to_dict("records")]
    table["verdict"] = [_verdict(row) for row in table.to_dict("records")]
    order = ["channel", "before", "after", "traffic_effect", "conversion_effect", "total"]
    return table[[*order, "p_total", "p_traffic", "p_conversion", "cause", "verdict"]]


def same_rate(events0, trials0, events1, trials1) -> np.ndarray:
    """Two-sided p-value of two rates being equal (Fisher's exact test, twice the smaller tail).

    Without trials in one of the windows there is nothing to compare: NaN. Events beyond the trials count as the
    trials.
    """
    k0, n0, k1, n1 = (np.asarray(x, dtype=float) for x in (events0, trials0, events1, trials1))
    k0, k1 = np.minimum(k0, n0), np.minimum(k1, n1)
    with np.errstate(invalid="ignore"):
        table = stats.hypergeom(n0 + n1, k0 + k1, n1)
        p = 2 * np.minimum(table.cdf(k1), table.sf(k1 - 1))
    return np.where((n0 > 0) & (n1 > 0) & ~np.isnan(k0 + k1), np.minimum(1, p), np.nan)


def _cause(row: dict, level: float) -> str:
    traffic, conversion = row["p_traffic"] <= level, row["p_conversion"] <= level
    if np.isnan(row["p_traffic"]) and np.isnan(row["p_conversion"]):
        return "unknown"
    if traffic and conversion:
        return "both" if row["traffic_effect"] * row["conversion_effect"] >= 0 else "opposed"
    return "traffic" if traffic else "conversion" if conversion else "chance"


def _verdict(row: dict) -> dict:
    numbers = {"channel": row["channel"], "cause": row["cause"]}
    if row["cause"] == "unknown" or np.isnan(row["total"]):
        return {"id": "traffic.change_unknown", "channel": row["channel"]}
    for key in ("before", "after", "total", "traffic_effect", "conversion_effect", "p_total"):
        numbers[key] = float(row[key])
    return {"id": f"traffic.change_{row['cause']}"} | numbers


def weekly_change(channel_traffic: pd.DataFrame, week) -> pd.DataFrame:
    """What moved in each channel beyond chance since the week before (`judge_change` of two natural weeks).

    How unsteady a channel's visitors are comes from the weeks before. Where the export holds only one of the two weeks
    nothing is compared: no row.
    """
    end = pd.Timestamp(week)
    before, after = (sources.channel_table(channel_traffic, day) for day in (end - pd.Timedelta(weeks=1), end))
    if before.empty or after.empty:
        before, after = before.head(0), after.head(0)
    past = sources.weekly_visitors(channel_traffic, end).iloc[:, :-1]
    return judge_change(before, after, dispersion(past))


def headline(changes: pd.DataFrame, most: int = 3) -> list[dict]:
    """What changed beyond chance, the channel that cost or brought most opportunities first; one calm message where
    nothing did.

    In: the result of `judge_change`. Weight of a channel: the larger of its traffic and its conversion effect, for two
    that cancel each other are no small change. Out: at most `most` verdicts, or `traffic.nothing_changed` with the
    number of channels that could be judged (of how many), or `traffic.not_compared`.
    """
    if changes.empty:
        return [{"id": "traffic.not_compared"}]
    beyond = changes[~changes["cause"].isin(["chance", "unknown"])]
    weight = beyond[["traffic_effect", "conversion_effect"]].abs().max(axis=1)
    named = beyond.loc[weight.sort_values(ascending=False, kind="stable").index, "verdict"].head(most).tolist()
    judged = int((changes["cause"] != "unknown").sum())
    return named or [{"id": "traffic.nothing_changed", "judged": judged, "channels": len(changes)}]


# ---- proposals --------------------------------------------------------------------------------------------------

#: A loss of at least this share of all opportunities of the week before is a matter of now (our default).
URGENT_LOSS = 0.2


def propose(changes: pd.DataFrame, segments: pd.DataFrame | None, week, by: str = "country") -> pd.DataFrame:
    """What to do about channels that lost opportunities by more than chance, and about segments that bring visits
    only.

    In: the results of `judge_change` and of `segments.fruitless` (whose segments are of the kind `by`). A fall of
    visitors: check the channel; a fall of the rate: fix the reception of its visitors; a fruitless segment: check
    before paying for more of it. Expected effect: from nothing to the whole loss regained, opportunities a week. P0
    from a loss of `URGENT_LOSS` of all opportunities of the week before on. Columns out: `brief.ACTION_COLUMNS`.
    """
    due, review = (pd.Timestamp(week).date() + timedelta(days=days) for days in (7, 21))
    common = {"module": "traffic", "owner": "operator", "due": due, "review_on": review}
    urgent = URGENT_LOSS * changes["before"].sum()
    rows = [common | row for change in changes.to_dict("records") for row in _for_channel(change, urgent)]
    fruitless = [] if segments is None else [v for v in segments["verdict"] if v["id"] == "traffic.segment_fruitless"]
    rows += [common | _for_segment(verdict, by) for verdict in fruitless]
    return pd.DataFrame(rows, columns=list(ACTION_COLUMNS), dtype=object)


def _for_channel(change: dict, urgent: float) -> list[dict]:
    """One proposal for each effect of the channel that is both a loss and beyond chance."""
    wishes = {
        "traffic": ("traffic.check_channel", "check", "visitors"),
        "conversion": ("traffic.fix_reception", "fix", "opportunity_rate"),
    }
    moved = {"both": wishes, "opposed": wishes}.get(change["cause"], {change["cause"]})
    lost = {name: -change[f"{name}_effect"] for name in wishes if name in moved and change[f"{name}_effect"] < 0}
    return [
        {
            "object_type": "channel",
            "object": change["channel"],
            "action": {"id": wishes[name][0], "verb": wishes[name][1], "channel": change["channel"]},
            "evidence": change["verdict"],
            "effect": {"id": "traffic.effect_regained", "low": 0.0, "high": float(loss), "unit": "opportunities"},
            "priority": "P0" if loss >= urgent else "P1",
            "review_metric": wishes[name][2],
        }
        for name, loss in lost.items()
    ]


def _for_segment(verdict: dict, by: str) -> dict:
    is_channel = by == "channel"
    return {
        "object_type": "channel" if is_channel else "store",
        "object": verdict["segment"] if is_channel else "",
        "action": {
            "id": "traffic.check_segment",
            "verb": "check",
            "what": verdict["segment"],
            "segment": verdict["segment"],
        },
        "evidence": verdict,
        "effect": None,
        "priority": "P2",
        "review_metric": "opportunities",
    }
