"""Did whole-site promotion add anything: promoted products before and after, beside similar ones without promotion.

Counts that may be added up (clicks, inquiries) are compared, never visitors. The comparison is a difference in
differences of logarithms: what changed for both kinds of product alike cancels out.
"""

import numpy as np
import pandas as pd
from scipy.stats import t as student

from opsbook.analysis import rates
from opsbook.analysis.alarms import holm

METRICS = ("all_clicks", "inquiries")
#: placebos that differ beyond chance (after Holm's correction) mean that the two kinds of product moved apart before
_TREND_LEVEL = 0.1
_WORTH_SEEING = 0.25  # our default: the change that a store would act on
_LEAST_SPREAD = 0.2  # our default: products of a store that differ by less than a fifth are alike
_PAIRS_AT_ONCE = 500_000  # some tens of megabytes
_BLIND = 2  # our default: where not even a doubling would show, nothing can be told


def starts(history: pd.DataFrame, *, known_weeks: int = 2) -> pd.DataFrame:
    """A product's start is the first week in which whole-site promotion shows it, after weeks in which it surely did
    not.

    In: `product_performance` of several weeks. A product that a week's export leaves out was not shown; one whose
    number is missing may have been. At least `known_weeks` earlier weeks must be held. Out: `product_id, started`
    (`period_end` of that week), products that have one.
    """
    shown = _weekly(history, "whole_site_impressions")
    promoted = shown > 0
    earlier_sure = (shown == 0).cummin(axis=1).shift(1, axis=1, fill_value=True).astype(bool)
    first = promoted & earlier_sure
    first.iloc[:, :known_weeks] = False
    began = first[first.any(axis=1)]
    return began.idxmax(axis=1).rename("started").rename_axis("product_id").reset_index()


def _weekly(history: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Products in rows, weeks in columns, oldest first; a product that an export leaves out had 0, a blank is NaN."""
    rows = history[["product_id", "period_end"]].assign(value=history[metric].astype("float64"))
    rows = rows.dropna(subset=["product_id", "period_end"])
    sums = rows.groupby(["product_id", "period_end"])["value"].sum(skipna=False)
    blank = sums.isna().unstack(fill_value=False)
    return sums.unstack(fill_value=0.0).mask(blank).sort_index(axis=1)


def matched(
    history: pd.DataFrame, profile: pd.DataFrame | None = None, *, weeks: int = 4, per: int = 3, caliper: float = 1.0
) -> pd.DataFrame:
    """Each newly promoted product beside the most similar ones that whole-site promotion never showed.

    The products are those of the latest week with any start (`starts`); similar means: of the same category where
    both are known, and near in clicks a week (logarithm), in inquiries per click (shrunken, logarithm) and, where
    known, in price (logarithm), over the `weeks` before the start. Differences are counted in standard deviations of
    the store's products, which are taken as a fifth at least; neither that of clicks nor `distance`, their root mean
    square, may exceed `caliper`. Up to `per` neighbours are taken (numbers are our defaults), one of them for several
    products if need be. Out: `product_id, started, match_id, distance, weight` (1 / neighbours of the product); a
    product without any similar one has a row with a missing match.
    """
    columns = ["product_id", "started", "match_id", "distance", "weight"]
    began = starts(history) if len(history) else pd.DataFrame(columns=["product_id", "started"])
    if began.empty:
        return pd.DataFrame(columns=columns)
    began = began[began["started"] == began["started"].max()]
    traits, category = _traits(history, profile, began["started"].iloc[0], weeks)
    shown = _weekly(history, "whole_site_impressions")
    free = shown.index[(shown == 0).all(axis=1)]
    kinds = pd.Series(pd.factorize(category)[0], index=category.index)
    block = max(_PAIRS_AT_ONCE // max(len(free), 1), 1)
    blocks = (began["product_id"].iloc[first : first + block] for first in range(0, len(began), block))
    near = pd.concat([_nearest(products, free, traits, kinds, per, caliper) for products in blocks])
    near["weight"] = 1 / near.groupby("product_id")["product_id"].transform("size")
    return began.merge(near, on="product_id", how="left")[columns]


def _nearest(products: pd.Series, free: pd.Index, traits: pd.DataFrame, kinds: pd.Series, per: int, caliper: float):
    """Up to `per` of the free products that are nearest to each of some products: `product_id, match_id, distance`.

    `kinds`: a number for each category, -1 where it is unknown.
    """
    gaps = traits.loc[products].to_numpy()[:, None] - traits.loc[free].to_numpy()[None]
    known = ~np.isnan(gaps)
    distance = np.sqrt(np.nansum(gaps**2, axis=2) / np.maximum(known.sum(axis=2), 1))
    one, other = kinds.loc[products].to_numpy()[:, None], kinds.loc[free].to_numpy()[None]
    alike = (one == other) | (one < 0) | (other < 0)
    row, place = np.nonzero(alike & (distance <= caliper) & (np.abs(gaps[:, :, 0]) <= caliper))
    found = {"product_id": products.to_numpy()[row], "match_id": free[place], "distance": distance[row, place]}
    return pd.DataFrame(found).sort_values("distance", kind="stable").groupby("product_id").head(per)


def titled(pairs: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """The pairs of `matched` with the titles of both products: `title, matched_title, started, distance`."""
    titles = history.drop_duplicates("product_id", keep="last").set_index("product_id")["title"]
    names = {"title": pairs["product_id"].map(titles), "matched_title": pairs["match_id"].map(titles)}
    return pairs.assign(**names)[["title", "matched_title", "started", "distance"]]


def _traits(history: pd.DataFrame, profile: pd.DataFrame | None, start, weeks: int) -> tuple[pd.DataFrame, pd.Series]:
    """What products are compared by, in standard deviations of the store's products, and their categories."""
    clicks, inquiries = (_window(_weekly(history, metric), start, -weeks).sum(axis=1) for metric in METRICS)
    rate = rates.shrink(inquiries, clicks)["mean"]
    described = pd.DataFrame(columns=["product_id"]) if profile is None else profile
    described = described.drop_duplicates("product_id").set_index("product_id")
    described = described.reindex(index=clicks.index, columns=["price_min", "category"])
    price = described["price_min"].astype("float64")
    traits = pd.DataFrame({"clicks": np.log1p(clicks), "rate": np.log(rate), "price": np.log(price.where(price > 0))})
    return traits / traits.std().clip(lower=_LEAST_SPREAD), described["category"].astype("object")


def _window(table: pd.DataFrame, start, weeks: int) -> pd.DataFrame:
    """The columns of so many weeks before the start (negative), or of the start and later (0)."""
    if weeks < 0:
        return table.loc[:, table.columns < start].iloc[:, weeks:]
    return table.loc[:, table.columns >= start]


def effect(history: pd.DataFrame, pairs: pd.DataFrame, *, weeks: int = 4, level: float = 0.9) -> pd.DataFrame:
    """The change of the promoted products against that of similar ones: (after / before promoted) / (after / before
    similar).

    In: `product_performance` of several weeks and the result of `matched`. Out, one row per metric (`all_clicks`,
    `inquiries`, and `inquiries_per_click`, inquiries per click): `promoted_before, promoted_after, matched_before,
    matched_after` (sums over the weeks before the start and since; of similar products weighted), `growth_ratio`
    with `growth_lower, growth_upper`, `dispersion`, `verdict` (`more`, `less`, `same`, or `too few` where not even a
    doubling would show), `detectable` (the smallest change that would have been seen), `times_needed` (how many times
    the counts would show a change of a quarter), `evidence`. `attrs["weeks"]`: the weeks `before` and `since`.

    The interval of the logarithm: counts are Poisson times `dispersion`, the scatter of the products around the
    common change of their group (Pearson, at least 1), with a t quantile on its degrees of freedom. No ratio where a
    sum is 0 or the group has no second product to show the scatter. Assumes that both kinds would have changed
    alike (`placebo` looks at the weeks before), that none was chosen because of a passing high, and that promotion of
    one took nothing from the other.
    """
    start = pairs["started"].max()
    tables = {metric: _weekly(history, metric) for metric in METRICS} if len(pairs) else {}
    rows = [
        {"metric": metric} | _compare(_window(table, start, -weeks), _window(table, start, 0), pairs, level)
        for metric, table in tables.items()
    ]
    if rows:
        rows.append(_rate(*rows))
    table = _judged(pd.DataFrame(rows, columns=["metric", *_COUNTS, *_GROWTH, "dispersion", "half"]))
    sides = {"before": -weeks, "since": 0}
    table.attrs["weeks"] = {
        name: _window(tables["all_clicks"], start, side).shape[1] if tables else 0 for name, side in sides.items()
    }
    return table


_COUNTS = ("promoted_before", "promoted_after", "matched_before", "matched_after")
_GROWTH = ("growth_ratio", "growth_lower", "growth_upper")


def _compare(before: pd.DataFrame, after: pd.DataFrame, pairs: pd.DataFrame, level: float) -> dict:
    """One difference in differences with its interval; `half` is half of the interval's width on the log scale."""
    counts = pd.DataFrame({"before": before.sum(axis=1, skipna=False), "after": after.sum(axis=1, skipna=False)})
    known = counts.dropna()
    used = pairs[pairs["product_id"].isin(known.index) & pairs["match_id"].isin(known.index)]
    promoted = pd.Series(1.0, index=used["product_id"].unique())
    similar = used.groupby("match_id")["weight"].sum()
    groups = [(known.loc[weight.index], weight.to_numpy()) for weight in (promoted, similar)]
    sums = [float(weight @ rows[when]) for rows, weight in groups for when in ("before", "after")]
    found = dict(zip(_COUNTS, sums, strict=True))
    scatter, freedom = _dispersion(groups)
    if min(sums) <= 0 or freedom < 1:
        return found | dict.fromkeys((*_GROWTH, "dispersion", "half", "p_value"), np.nan)
    variance = sum(weight**2 @ rows[when] / (weight @ rows[when]) ** 2 for rows, weight in groups for when in rows)
    log_ratio, error = np.dot(np.log(sums), [-1, 1, 1, -1]), np.sqrt(scatter * variance)
    found |= {"dispersion": scatter, "p_value": float(2 * student.sf(abs(log_ratio) / error, freedom))}
    return found | _interval(log_ratio, float(error * student.ppf((1 + level) / 2, freedom)))


def _interval(log_ratio: float, half: float) -> dict:
    lower, ratio, upper = np.exp([log_ratio - half, log_ratio, log_ratio + half]).tolist()
    return {"growth_ratio": ratio, "growth_lower": lower, "growth_upper": upper, "half": half}


def _dispersion(groups: list) -> tuple[float, int]:
    """Pearson's scatter of (before, after) around the common change of each group, and its degrees of freedom.

    Given its total T, a Poisson product has Binomial(T, p) after the start, p being common to its group.
    """
    squares, freedom = 0.0, 0
    for rows, _ in groups:
        total = rows.sum(axis=1)
        total, after = total[total > 0], rows["after"][total > 0]
        p = after.sum() / total.sum() if len(total) else np.nan
        if 0 < p < 1:
            squares += float(((after - total * p) ** 2 / (total * p * (1 - p))).sum())
            freedom += len(total) - 1
    return max(1.0, squares / freedom) if freedom else 1.0, freedom


def _rate(clicks: dict, inquiries: dict) -> dict:
    """Inquiries per click: the clicks are the exposure, so that only the inquiries leave it open."""
    log_ratio = np.log(inquiries["growth_ratio"]) - np.log(clicks["growth_ratio"])
    rate = {name: inquiries[name] / clicks[name] if clicks[name] > 0 else np.nan for name in _COUNTS}
    found = {"metric": "inquiries_per_click", "dispersion": inquiries["dispersion"]}
    return found | rate | _interval(log_ratio, inquiries["half"])


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    table["half"] = table["half"].astype("float64")
    blind = table["half"].isna() | (table["half"] > np.log(_BLIND))
    cases = [table["growth_lower"] > 1, table["growth_upper"] < 1, blind]
    table["verdict"] = np.select(cases, ["more", "less", "too few"], "same")
    table["detectable"] = np.expm1(table["half"])
    table["times_needed"] = np.maximum((table["half"] / np.log1p(_WORTH_SEEING)) ** 2, 1)
    table["evidence"] = [_evidence(row) for row in table.to_dict("records")]
    return table.drop(columns="half")


def _evidence(row: dict) -> dict:
    names = ("metric", *_COUNTS, *_GROWTH, "detectable", "times_needed")
    kind = "rate" if row["metric"] == "inquiries_per_click" else "uplift"
    numbers = {name: row[name] for name in names if isinstance(row[name], str) or not np.isnan(row[name])}
    return {"id": f"promotion.{kind}_{row['verdict'].replace(' ', '_')}"} | numbers


def placebo(history: pd.DataFrame, pairs: pd.DataFrame, *, weeks: int = 4, level: float = 0.9) -> pd.DataFrame:
    """The same comparison for starts that never were: each earlier week taken as the start, before anything was
    promoted.

    A method that is sound finds nothing here. In: as for `effect`. Out, one row per metric and earlier week within
    the `weeks` before the start: `metric, started, promoted_before, promoted_after, matched_before, matched_after,
    growth_ratio, growth_lower, growth_upper, p_weeks` (Holm's correction over the rows of the metric, because every
    week is a test).
    """
    columns = ["metric", "started", *_COUNTS, *_GROWTH, "p_weeks"]
    rows = []
    for metric in METRICS if len(pairs) else ():
        table = _window(_weekly(history, metric), pairs["started"].max(), -weeks)
        tests = [
            {"metric": metric, "started": week}
            | _compare(_window(table, week, -weeks), _window(table, week, 0), pairs, level)
            for week in table.columns[1:]
        ]
        p_values = holm(np.array([test["p_value"] for test in tests]))
        rows += [test | {"p_weeks": p} for test, p in zip(tests, p_values, strict=True)]
    return pd.DataFrame(rows, columns=columns)


def parallel(placebos: pd.DataFrame) -> list[dict]:
    """Whether the two kinds of product moved alike before the start, metric by metric, as messages.

    Moved apart: the smallest p-value after Holm's correction is below one tenth; then the comparison proves nothing
    about this metric. Not known where no earlier week could be compared.
    """
    messages = []
    for metric, rows in placebos.groupby("metric", sort=False):
        least = rows["p_weeks"].min()
        name = "unknown" if np.isnan(least) else "apart" if least < _TREND_LEVEL else "alike"
        numbers = {} if name == "unknown" else {"p": float(least), "weeks": int(rows["p_weeks"].notna().sum())}
        messages.append({"id": f"promotion.trend_{name}", "metric": metric} | numbers)
    return messages


def sentences(effects: pd.DataFrame, placebos: pd.DataFrame, pairs: pd.DataFrame) -> list[dict]:
    """What the comparison says, with what it rests on: the products compared, each metric, and the weeks before.

    A metric whose two kinds of product moved apart before the start is reported as untold, and inquiries per click with
    either of its parts.
    """
    if pairs.empty:
        return [{"id": "promotion.no_start"}]
    products, without = pairs["product_id"].nunique(), int(pairs["match_id"].isna().sum())
    if products == without:
        return [{"id": "promotion.no_similar", "products": products}]
    similar = int(pairs["match_id"].nunique())
    compared = {"products": products - without, "similar": similar, "without": without} | effects.attrs["weeks"]
    trends = {message["metric"]: message for message in parallel(placebos)}
    apart = {metric: message for metric, message in trends.items() if message["id"] == "promotion.trend_apart"}
    told = [apart.get(row.metric, row.evidence) for row in effects.itertuples() if row.metric in METRICS or not apart]
    calm = [message for metric, message in trends.items() if metric not in apart]
    return [{"id": "promotion.compared"} | compared, *told, *calm, {"id": "promotion.uplift_assumes"}]
