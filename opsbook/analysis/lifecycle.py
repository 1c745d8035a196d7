"""The life of a product: how new arrivals come up with age, and whether bestsellers decline beyond chance."""

from datetime import date

import numpy as np
import pandas as pd
from scipy.special import betaincc
from scipy.stats import false_discovery_control

from opsbook.analysis import rates
from opsbook.analysis.rules import RuleSet

BANDS = (30, 60)  # our default: a month each, the last up to the end of newness


def new_arrivals(
    profile: pd.DataFrame, performance: pd.DataFrame, *, as_of: date, rules: RuleSet, level: float = 0.9
) -> pd.DataFrame:
    """The new products by age: how many there are, how many were seen, visited and contacted in the window, and their
    opportunity rate.

    Age in days = `as_of` - `published_on`; new up to and including day `products.new_days` (90). In:
    `profile[product_id, published_on]`, `performance` of one window; a product that the export leaves out had no
    effect in it. Out, one row per age band (`0-30`, `31-60`, `61-90`) and one `unknown` (no date, or one in the
    future): `age, products, seen` (with search impressions)`, visited, contacted, visitors, opportunities,
    observed_rate, lower, upper` (shrunk between the bands). A band with a product whose number is missing has missing
    sums.
    """
    rows = profile.drop_duplicates("product_id").reindex(columns=["product_id", "published_on"])
    age = (pd.Timestamp(as_of) - pd.to_datetime(rows["published_on"])).dt.days
    last = rules["products.new_days"].value
    edges = [-1, *BANDS, last]
    names = [f"{low + 1}-{high}" for low, high in zip(edges, edges[1:], strict=False)]
    rows["age"] = pd.cut(age, edges, labels=names).astype("object").mask(age.isna() | (age < 0), "unknown")
    counts = ["search_impressions", "visitors", "inquirers", "tm"]
    window = performance.drop_duplicates("product_id").reindex(columns=["product_id", *counts])
    rows = rows[rows["age"].notna()].merge(window, on="product_id", how="left", indicator="in_export")
    numbers = rows[counts].astype("float64").mask(rows["in_export"] == "left_only", 0.0 if len(performance) else np.nan)
    opportunities = numbers["inquirers"] + numbers["tm"]
    parts = pd.DataFrame(
        {
            "products": 1,
            "seen": _positive(numbers["search_impressions"]),
            "visited": _positive(numbers["visitors"]),
            "contacted": _positive(opportunities),
            "visitors": numbers["visitors"],
            "opportunities": opportunities,
        }
    )
    table = parts.groupby(rows["age"]).sum(skipna=False).reindex([*names, "unknown"])
    table["products"] = table["products"].fillna(0).astype(int)
    table.loc[table["products"] == 0] = table.loc[table["products"] == 0].fillna(0)
    posterior = rates.shrink(table["opportunities"], table["visitors"], level=level)
    seen = table["visitors"] > 0
    table["observed_rate"] = (table["opportunities"] / table["visitors"]).where(seen)
    table[["lower", "upper"]] = posterior[["lower", "upper"]].where(seen)
    # without profiles nothing is known of the products' age: no row says 0
    return table.rename_axis("age").reset_index().head(len(table) if len(profile) else 0)


def _positive(values: pd.Series) -> pd.Series:
    return (values > 0).astype("float64").mask(values.isna())


def watch(
    history: pd.DataFrame, metric: str = "visitors", *, top: int = 10, base_weeks: int = 4, fdr: float = 0.1
) -> pd.DataFrame:
    """A bestseller declines when its count of the last week lies below that of the weeks before by more than chance
    explains.

    In: `history`, weekly rows `product_id, title, period_end, <metric>`; `metric` is a count column, or
    `opportunities` (inquirers + TM persons). The last week is tested against the `base_weeks` before it (fewer where
    there are fewer). Bestsellers are the `top` products of the weeks before those; where there are none they are
    picked from the base itself (`picked_on` = `same weeks`), which makes a fall look larger than it is: the best
    weeks are partly luck. Test: with k events last week and m in w base weeks, k of k + m is binomial with chance 1 /
    (1 + w) when nothing changed; weekly counts scatter more than Poisson, so both are divided by `dispersion`
    (Pearson chi-square per degree of freedom in the base, at least 1, pooled over the bestsellers). `p_value` is
    one-sided, `q_value` its Benjamini-Hochberg adjustment over the bestsellers tested. `verdict`: `decline` where
    q_value <= `fdr` (our default: of the declines named one in ten may be chance), `no decline` above, `not enough
    data` where even a week of zero would not have been beyond chance on its own, `unknown` without a number or a
    base. A bestseller missing from an export that has other rows counts 0 (`absent` True): the export leaves out
    products without effect. Out: `product_id, title, last, base` (mean of a base week)`, base_weeks, change,
    store_change, picked_on, absent, dispersion, p_value, q_value, verdict, evidence`, smallest q_value first.
    `store_change` is that of all products: a fall shared by all is not the product's.
    """
    weekly = _weekly(history, metric)
    if weekly.shape[1] < 2:
        return pd.DataFrame(columns=_WATCH)
    last, base = weekly.iloc[:, -1], weekly.iloc[:, -1 - base_weeks : -1]
    earlier = weekly.iloc[:, : -1 - base_weeks]
    picked = (earlier if earlier.shape[1] else base).sum(axis=1).nlargest(top)
    best = picked[picked > 0].index
    table = pd.DataFrame({"last": last[best], "base": base.loc[best].mean(axis=1, skipna=False)})
    table["base_weeks"] = base.shape[1]
    table["change"] = table["last"] / table["base"].where(table["base"] > 0) - 1
    table["store_change"] = last.sum() / (base.sum().mean() or np.nan) - 1
    table["picked_on"] = "earlier weeks" if earlier.shape[1] else "same weeks"
    newest = history.loc[history["period_end"] == weekly.columns[-1], "product_id"]
    table["absent"] = ~table.index.isin(newest)
    table["dispersion"] = _dispersion(base.loc[best])
    return (
        _tested(table, fdr)
        .join(history.drop_duplicates("product_id").set_index("product_id").reindex(columns=["title"]))[
            [column for column in _WATCH if column != "product_id"]
        ]
        .rename_axis("product_id")
        .reset_index()
        .sort_values("q_value", ignore_index=True)
    )


_WATCH = [
    "product_id",
    "title",
    "last",
    "base",
    "base_weeks",
    "change",
    "store_change",
    "picked_on",
    "absent",
    "dispersion",
]
_WATCH += ["p_value", "q_value", "verdict", "evidence"]


def _weekly(history: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Products x weeks; 0 where a product is not in the export of a week, missing where its number is."""
    if metric == "opportunities":
        values = history["inquirers"].astype("float64") + history["tm"].astype("float64")
    else:
        values = history[metric].astype("float64")
    rows = history[["product_id", "period_end"]].assign(value=values).groupby(["product_id", "period_end"])["value"]
    return rows.sum(skipna=False).unstack(fill_value=0.0).sort_index(axis=1)


def _dispersion(base: pd.DataFrame) -> float:
    """Pearson chi-square per degree of freedom around each product's own mean, at least 1; 1 where a single week
    tells nothing.
    """
    known = base.dropna()
    mean = known.mean(axis=1)
    known, mean = known[mean > 0], mean[mean > 0]
    freedom = len(known) * (known.shape[1] - 1)
    if not freedom:
        return 1.0
    chi_square = (known.sub(mean, axis=0) ** 2).div(mean, axis=0).to_numpy().sum()
    return float(max(chi_square / freedom, 1.0))


def _tested(table: pd.DataFrame, fdr: float) -> pd.DataFrame:
    weeks, k, m = table["base_weeks"], table["last"], table["base"] * table["base_weeks"]
    known = k.notna() & m.notna() & (m > 0)
    table["p_value"] = at_most(k / table["dispersion"], m / table["dispersion"], 1 / (1 + weeks)).where(known)
    best_possible = at_most(0 * k, m / table["dispersion"], 1 / (1 + weeks))
    table["q_value"] = np.nan
    if known.any():
        table.loc[known, "q_value"] = false_discovery_control(table.loc[known, "p_value"])
    reasons = [~known, table["q_value"] <= fdr, best_possible > fdr]
    table["verdict"] = np.select(reasons, ["unknown", "decline", "not enough data"], "no decline")
    numbers = table[["last", "base", "base_weeks", "q_value"]].to_dict("records")
    table["evidence"] = [
        {"id": f"products.watch_{verdict.replace(' ', '_')}"} | ({} if verdict == "unknown" else row)
        for verdict, row in zip(table["verdict"], numbers, strict=True)
    ]
    return table


def at_most(k, m, chance):
    """The probability of at most k of the k + m events when each falls into the last week with this chance.

    The binomial distribution function through the incomplete beta function, which also takes counts that are not
    whole numbers.
    """
    return betaincc(k + 1, np.maximum(m, 1e-12), chance)
