"""Reception: what the products do with their visitors, by traffic and by conversion.

An opportunity rate counts persons with an inquiry plus persons with a TM chat. The export does not say who they are,
and one person may have done both, so the sum is an upper bound; `events_min` is the lower one.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from opsbook.analysis import rates
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.conditions import floats
from opsbook.analysis.rules import RuleSet

SPLITS = ("median", "mean", "p75", "peer")
QUADRANTS = ("high/high", "high/low", "low/high", "low/low")
NOT_ENOUGH = "not enough data"

#: {conversion: (columns whose sum is the events, column of the exposure)}
CONVERSIONS = {
    "opportunity_rate": (("inquirers", "tm"), "visitors"),
    "inquiry_rate": (("inquiries",), "visitors"),
    "tm_rate": (("tm",), "visitors"),
    "order_rate": (("orders_submitted",), "visitors"),
    "ctr": (("search_clicks",), "search_impressions"),
}


def classify(
    products: pd.DataFrame,
    traffic: str = "visitors",
    conversion: str = "opportunity_rate",
    split: str = "median",
    *,
    peer: Mapping[str, float] | None = None,
    confidence: float = 0.8,
    min_exposure: float = 10,
    level: float = 0.9,
) -> pd.DataFrame:
    """The quadrant of a product is the side of its traffic and the side of its conversion rate, each against a split
    line.

    Traffic is counted, so its side is a fact: high at or above the line (and above zero). The conversion rate, events
    / exposure, is estimated with `rates.shrink`, and `probability` is the posterior probability that it lies on the
    named side of its line. A quadrant is named from `confidence` and `min_exposure` on (our defaults); below either
    it is "not enough data", `nearest` is the more probable one, and `exposure_needed` is the further exposure without
    an event that would make the conversion low.

    Split lines: `median` and `p75` of the traffic and of the shrunken rates of products with exposure (the raw rates
    of small products are mostly 0 and would put the line there); `mean` is the mean traffic and the store's rate, all
    events / all exposure; `peer` takes `peer[traffic]` and `peer[conversion]`, else the columns `<name>_peer_avg`. A
    store's own line needs two products, that of the conversion also one event. Without a line nothing is named.

    In: `product_id`, the column `traffic`, the columns of `CONVERSIONS[conversion]` (`inquiries` stands in for a
    missing column `inquirers`; `basis` names what was added). Events may exceed exposure. No exposure, or a missing
    number, is not a rate of zero. Out, row for row with the index kept: `product_id, title, traffic, events_min,
    events, exposure, basis, observed_rate`, `mean, lower, upper` (posterior, at `level`), `traffic_split,
    conversion_split, nearest, probability, quadrant, exposure_needed, evidence` (message).

    Source: the platform's reception page sorts products into these four cells without stating its lines.
    """
    _check(products, traffic, conversion, split)
    rows = products.reset_index(drop=True)
    out = rows.reindex(columns=["product_id", "title"]).assign(traffic=floats(rows, traffic))
    out = out.join(_counted(rows, conversion))
    posterior = rates.shrink(out["events"], out["exposure"], level=level)
    out["observed_rate"] = out["events"] / out["exposure"].where(out["exposure"] > 0)
    out = out.join(posterior[["mean", "lower", "upper"]])
    lines = _peer_lines(rows, traffic, conversion, peer) if split == "peer" else _store_lines(out, split)
    out["traffic_split"], out["conversion_split"] = lines
    return _named(out, posterior, confidence, min_exposure).set_axis(products.index)


def pooled(history: pd.DataFrame) -> pd.DataFrame:
    """The counts of a product over several weeks are the sums of its weekly counts: visits by week, not persons.

    One who came in two weeks counts in both, as visitor and as contact, so the rates hold and no number of persons is
    meant; a single week is too little for most products. In: weekly `product_performance`. Out: one row per product,
    `product_id, title` (the newest) and the columns of `CONVERSIONS`; missing where a week's number is missing. Events
    that the export states for no product have no column, so that `classify` counts what there is and says so.
    """
    exposures = {exposure for _, exposure in CONVERSIONS.values()}
    events = {column for columns, _ in CONVERSIONS.values() for column in columns}
    counts = sorted(exposures | {column for column in events if column in history and history[column].notna().any()})
    rows = history.sort_values("period_end").reindex(columns=["product_id", "title", *counts])
    groups = rows.astype(dict.fromkeys(counts, "float64")).groupby("product_id", sort=False)
    return groups["title"].last().to_frame().join(groups[counts].sum(skipna=False)).reset_index()


def _check(products: pd.DataFrame, traffic: str, conversion: str, split: str) -> None:
    if split not in SPLITS:
        raise ValueError(f"`split` must be one of {', '.join(map(repr, SPLITS))}; found {split!r}")
    if conversion not in CONVERSIONS:
        raise ValueError(f"`conversion` must be one of {', '.join(map(repr, CONVERSIONS))}; found {conversion!r}")
    if traffic not in products:
        raise ValueError(f"`traffic` must be a column of `products`; found {traffic!r}")


def _counted(rows: pd.DataFrame, conversion: str) -> pd.DataFrame:
    """Events and exposure of a conversion from the columns that are there, and which ones those were."""
    wanted, exposure = CONVERSIONS[conversion]
    if "inquirers" not in rows:
        wanted = tuple("inquiries" if column == "inquirers" else column for column in wanted)
    basis = [column for column in wanted if column in rows]
    parts = pd.DataFrame({column: floats(rows, column) for column in basis}, index=rows.index)
    return pd.DataFrame(
        {
            "events_min": parts.max(axis=1, skipna=False) if basis else np.nan,
            "events": parts.sum(axis=1, skipna=False) if basis else np.nan,
            "exposure": floats(rows, exposure),
            "basis": " + ".join(basis),
        },
        index=rows.index,
    )


def _store_lines(out: pd.DataFrame, split: str) -> tuple[float, float]:
    """The lines of the store itself; NaN where the store is too small to have one."""
    traffic, rate = out["traffic"].dropna(), out.loc[out["exposure"] > 0, ["events", "exposure", "mean"]].dropna()
    enough = len(traffic) >= 2, len(rate) >= 2 and rate["events"].sum() > 0
    if split == "mean":
        lines = traffic.mean(), rate["events"].sum() / (rate["exposure"].sum() or np.nan)
    else:
        share = {"median": 0.5, "p75": 0.75}[split]
        lines = traffic.quantile(share), rate["mean"].quantile(share)
    return tuple(line if known else np.nan for line, known in zip(lines, enough, strict=True))


def _peer_lines(rows: pd.DataFrame, traffic: str, conversion: str, peer: Mapping[str, float] | None) -> tuple:
    """The peers' values as given, else those of the columns `<name>_peer_avg`; NaN where nobody says."""
    if peer is not None:
        return tuple(float(peer[name]) if peer.get(name) is not None else np.nan for name in (traffic, conversion))
    return tuple(pd.Series(floats(rows, f"{name}_peer_avg"), rows.index) for name in (traffic, conversion))


def _named(out: pd.DataFrame, posterior: pd.DataFrame, confidence: float, min_exposure: float) -> pd.DataFrame:
    line = out["conversion_split"]
    below = rates.prob_below(posterior, line)
    traffic_side = np.where((out["traffic"] >= out["traffic_split"]) & (out["traffic"] > 0), "high", "low")
    nearest = pd.Series(traffic_side, out.index) + np.where(below > 0.5, "/low", "/high")
    known = out[["traffic", "traffic_split"]].notna().all(axis=1) & below.notna()
    out["nearest"] = nearest.where(known)
    out["probability"] = np.maximum(below, 1 - below).where(known)
    # a rate of an exposure that is not there is nobody's, however sure the prior is
    enough = known & (out["exposure"] >= min_exposure) & (out["exposure"] > 0)
    out["quadrant"] = out["nearest"].where(enough & (out["probability"] >= confidence), NOT_ENOUGH)
    to_low = rates.exposure_needed(line, posterior, confidence)
    needed = np.ceil(np.maximum(to_low, min_exposure - out["exposure"])).replace(np.inf, np.nan)
    out["exposure_needed"] = needed.where(known & (out["quadrant"] == NOT_ENOUGH))
    out["evidence"] = _evidence(out, min_exposure)
    return out


def _evidence(out: pd.DataFrame, min_exposure: float) -> list[dict]:
    """The message of every row: its quadrant, or what kept it from having one."""
    reasons = np.select(
        [
            out["quadrant"] != NOT_ENOUGH,
            out[["traffic", "events", "exposure"]].isna().any(axis=1),
            out[["traffic_split", "conversion_split"]].isna().any(axis=1),
            out["exposure"] == 0,
            out["exposure"] < min_exposure,
        ],
        [out["quadrant"], "unknown", "no_line", "no_exposure", "too_few"],
        "unsure",
    )
    numbers = out[
        ["traffic", "events_min", "events", "exposure", "mean", "conversion_split", "probability", "exposure_needed"]
    ]
    return [
        {"id": f"quadrants.{reason.replace('/', '_')}"}
        | {key: value for key, value in row.items() if not pd.isna(value)}
        for reason, row in zip(reasons, numbers.to_dict("records"), strict=True)
    ]


def summary(classified: pd.DataFrame) -> pd.DataFrame:
    """How many products stand in each quadrant, with their traffic, events and exposure.

    One row per quadrant (and "not enough data"): `quadrant, products, traffic, events, exposure, observed_rate` =
    events / exposure of all of them; missing where there is no exposure. A sum over products none of which is known is
    unknown. Persons are counted per product: one who saw two products counts twice.
    """
    groups = classified.groupby(pd.Categorical(classified["quadrant"], [*QUADRANTS, NOT_ENOUGH]), observed=False)
    counts = groups[["traffic", "events", "exposure"]]
    table = counts.sum().mask(counts.count().eq(0) & groups.size().gt(0).to_numpy()[:, None])
    table.insert(0, "products", groups.size())
    table["observed_rate"] = table["events"] / table["exposure"].where(table["exposure"] > 0)
    return table.rename_axis("quadrant").reset_index()


def moves(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The products whose quadrant of this week differs from that of last week, where both weeks had enough data to
    name one.

    In: two results of `classify` with the same arguments, one row per product. A change from or to "not enough data"
    is a change of what we know, not of the product, and is left out. Out: `product_id, title, before, now,
    traffic_before, traffic, observed_rate_before, observed_rate, probability` (that both names are right), least
    doubtful first.
    """
    kept = ["product_id", "quadrant", "traffic", "observed_rate", "probability"]
    both = now[["title", *kept]].merge(before[kept], on="product_id", suffixes=("", "_before"))
    named = (both[["quadrant", "quadrant_before"]] != NOT_ENOUGH).all(axis=1)
    moved = both[named & (both["quadrant"] != both["quadrant_before"])]
    moved = moved.assign(probability=moved["probability"] * moved["probability_before"])
    moved = moved.rename(columns={"quadrant_before": "before", "quadrant": "now"})
    columns = [
        "product_id",
        "title",
        "before",
        "now",
        "traffic_before",
        "traffic",
        "observed_rate_before",
        "observed_rate",
        "probability",
    ]
    return moved[columns].sort_values("probability", ascending=False, ignore_index=True)


def promising(
    classified: pd.DataFrame, products: pd.DataFrame, *, rules: RuleSet, confidence: float = 0.8
) -> pd.DataFrame:
    """The good ones among the low/low products: worth a try in P4P before anybody thinks of removing them.

    Good (the platform's page says "choose the good ones" and not how; our default): growth score from the rule
    `quadrants.promising_score` on, or a search CTR above the store's own with a probability of at least `confidence`.
    In: `products` with `product_id` and any of `search_clicks, search_impressions, growth_score`. Out: `product_id,
    title, growth_score, ctr, ctr_lower, ctr_upper, ctr_probability, good_by` (list of `growth_score`, `ctr`), surest
    CTR first.
    """
    columns = ["product_id", "search_clicks", "search_impressions", "growth_score"]
    rows = products.drop_duplicates("product_id").reindex(columns=columns).reset_index(drop=True)
    clicks, impressions, score = (pd.Series(floats(rows, column)) for column in columns[1:])
    posterior = rates.shrink(clicks, impressions)
    seen = clicks.notna() & (impressions > 0)
    store_ctr = clicks[seen].sum() / impressions[seen].sum() if seen.any() else np.nan
    rows[["ctr", "ctr_lower", "ctr_upper"]] = posterior[["mean", "lower", "upper"]]
    rows["ctr_probability"] = 1 - rates.prob_below(posterior, store_ctr)
    by_score, by_ctr = score >= rules["quadrants.promising_score"].value, rows["ctr_probability"] >= confidence
    rows["good_by"] = [
        ["growth_score"] * one + ["ctr"] * other for one, other in zip(by_score, by_ctr & seen, strict=True)
    ]
    low_low = classified.loc[classified["quadrant"] == "low/low", ["product_id", "title"]]
    good = low_low.merge(rows[by_score | (by_ctr & seen)], on="product_id")
    return good.sort_values("ctr_probability", ascending=False, ignore_index=True).drop(columns=columns[1:3])


def actions(
    classified: pd.DataFrame, good: pd.DataFrame, *, week: date, rules: RuleSet, weeks: int = 1, top: int = 5
) -> pd.DataFrame:
    """Proposals for the products of the four quadrants, at most `top` each; columns of `brief.ACTION_COLUMNS`.

    What to do in each quadrant is the rule `quadrants.<quadrant>`: for high/low and low/low from the seeds' source,
    for the others our default. Of low/low only the `promising` ones (`good`) are proposed; removal has its own list
    (`removal.review`). The effect of repairing a high/low product is what it misses against the line in a week:
    exposure / `weeks` x (line - rate), with the rate's interval; `weeks` is how many of them `pooled` added up.
    """
    worth = classified.assign(missed=classified["exposure"] * (classified["conversion_split"] - classified["mean"]))
    kept = worth["product_id"].isin(good["product_id"]) | (worth["quadrant"] != "low/low")
    named = worth[kept & (worth["quadrant"] != NOT_ENOUGH)]
    order = named["missed"].where(named["quadrant"] == "high/low", named["events"])
    ranked = named.loc[order.sort_values(ascending=False, kind="stable").index].groupby("quadrant").head(top)
    return pd.DataFrame(
        [_proposal(row, week, rules, weeks) for row in ranked.to_dict("records")], columns=list(ACTION_COLUMNS)
    )


def _proposal(row: dict, week: date, rules: RuleSet, weeks: int) -> dict:
    name = row["quadrant"].replace("/", "_")
    bounds = [row["exposure"] / weeks * (row["conversion_split"] - row[side]) for side in ("upper", "lower")]
    effect = {"id": "quadrants.effect", "low": max(bounds[0], 0.0), "high": bounds[1], "unit": "opportunities"}
    return {
        "module": "quadrants",
        "object_type": "product",
        "object": str(row["product_id"]),
        "action": {"id": f"quadrants.do.{name}", "verb": rules[f"quadrants.{name}"].value},
        "evidence": row["evidence"],
        "effect": effect if name == "high_low" else None,
        "priority": "P1" if name == "high_low" else "P2",
        "owner": "designer" if name == "high_low" else "operator",
        "due": week + timedelta(days=7),
        "review_metric": "visitors" if name.startswith("low") else "opportunities",
        "review_on": week + timedelta(days=14),
    }
