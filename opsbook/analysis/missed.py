"""Buyers who wrote to nearly everyone but us: the visits that speak about our own page, and the test on them."""

import numpy as np
import pandas as pd
from scipy.stats import beta, binom, poisson

from opsbook.analysis import wordmatch
from opsbook.analysis.history import fold

#: The columns of the visitor table that each later question needs.
FLAGS = ("inquired", "tm")
_NUMBERS = ("page_views", "stay_seconds", "suppliers_viewed", "suppliers_inquired", "suppliers_tm")
_KEPT = ("visitor_id", "on", "country", "level", "keywords", "product_id")


def encounters(visitor: pd.DataFrame, texts: pd.Series, limits: dict) -> pd.DataFrame:
    """One row per visitor and product: what is known of the buyer, and whether the buyer wrote to us.

    Several days of one visitor on one product are one row: contact on any day counts, figures of the whole site are
    the newest. Added columns, missing where an input is missing: `contacted_us` (inquiry or TM; needs both flags),
    `contact_rate` = suppliers contacted / suppliers viewed, where contacted is the larger of inquired and TM (the two
    overlap, so this is the least it can be), `noise` (one page, a few seconds, no buyer level, no contact: our
    default), `match` (score of `wordmatch`), `matched`, `eager` (viewed and contacted at least as the limits say;
    default 5 viewed and 9 of 11). `texts`: title and keywords by product.
    """
    rows = _latest(_complete(visitor))
    wrote = rows[list(FLAGS)].any(axis=1).astype("boolean").mask(rows[list(FLAGS)].isna().any(axis=1))
    contacted = rows[["suppliers_inquired", "suppliers_tm"]].max(axis=1)
    score = wordmatch.match_score(rows["keywords"], rows["product_id"], texts, limits["general_words"])
    all_seen, wrote_to = limits["example"]
    enough = rows["suppliers_viewed"] >= limits["viewed"]
    eager = enough & (contacted * all_seen >= rows["suppliers_viewed"] * wrote_to)
    short = (rows["page_views"] <= limits["noise_pages"]) & (rows["stay_seconds"] < limits["noise_seconds"])
    noise = short & rows["level"].isna() & ~wrote.fillna(False).astype(bool)
    return rows.assign(
        contacted_us=wrote,
        suppliers_contacted=contacted,
        contact_rate=(contacted / rows["suppliers_viewed"].where(rows["suppliers_viewed"] > 0)).clip(upper=1),
        noise=noise.astype("boolean").mask(rows[["page_views", "stay_seconds"]].isna().any(axis=1)),
        match=score,
        matched=(score >= limits["match_score"]).astype("boolean").mask(score.isna()),
        eager=eager.astype("boolean").mask(contacted.isna() | rows["suppliers_viewed"].isna()),
    )


def _complete(visitor: pd.DataFrame) -> pd.DataFrame:
    """The columns that are read, in one type; a column that was never recorded is missing, not empty or 0."""
    rows = visitor.reindex(columns=[*_KEPT, *_NUMBERS, *FLAGS]).reset_index(drop=True)
    text = {column: _known(rows[column]) for column in ("level", "keywords", "country")}
    numbers = {column: pd.to_numeric(rows[column], errors="coerce").astype(float) for column in _NUMBERS}
    flags = {column: rows[column].astype("boolean") for column in FLAGS}
    ids = {column: rows[column].astype("string") for column in ("visitor_id", "product_id")}
    return rows.assign(on=pd.to_datetime(rows["on"], errors="coerce"), **text, **numbers, **flags, **ids)


def _known(text: pd.Series) -> pd.Series:
    """The text, where there is any."""
    return text.astype("object").where(text.notna() & (text.astype("string").str.strip() != "").fillna(False))


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per visitor and product, the newest; a visitor without an id is a person of its own."""
    person = rows["visitor_id"].where(rows["visitor_id"].notna(), "\x00" + rows.index.astype("string"))
    rows = rows.assign(person=person, product=rows["product_id"].fillna(""))
    rows = rows.sort_values("on", kind="stable", na_position="first")
    keys = [rows["person"], rows["product"]]
    flags = {flag: rows[flag].groupby(keys).transform("max") for flag in FLAGS}
    return rows.assign(**flags).drop_duplicates(["person", "product"], keep="last").drop(columns=["person", "product"])


def burst(people: pd.DataFrame, level: float) -> dict:
    """The country and day whose noise is least like chance: more such visits than the country's other days bring.

    P(at least so many | Poisson with the mean of the country's other days, one visit added to them), times the cells
    tested (Bonferroni), is below `level`; {} where none is. Days are those on which the table has any visit; the
    hour is not in the data.
    """
    noise = people[people["noise"].fillna(False).astype(bool)]
    days = people["on"].nunique()
    if days < 2 or noise["country"].isna().all():
        return {}
    counts = noise.groupby(["country", noise["on"].dt.normalize()]).size()
    usual = (counts.groupby(level=0).transform("sum") - counts + 1) / (days - 1)
    chance = poisson.sf(counts - 1, usual) * len(counts)
    country, day = counts.index[chance.argmin()]
    found = {"country": str(country), "day": day.date().isoformat(), "burst": int(counts[country, day])}
    return found | {"usual": float(usual[country, day])} if chance.min() < level else {}


def judged(people: pd.DataFrame) -> pd.DataFrame:
    """The encounters that can speak about our page: matched, eager buyers of whom we know whether they wrote to
    us."""
    kept = people["matched"].fillna(False) & people["eager"].fillna(False) & people["contacted_us"].notna()
    return people[kept.astype(bool) & ~people["noise"].fillna(False).astype(bool)]


def searched(people: pd.DataFrame) -> pd.DataFrame:
    """One row per visit and preferred word of its visitor: the word as `keyword`, without case and superfluous spaces.

    The index repeats that of the visits; visits without words are left out.
    """
    words = people["keywords"].astype("object").str.split(r"[,，;；、\n]", regex=True).explode().dropna()
    folded = fold(words)
    folded = folded[folded != ""].reset_index().drop_duplicates().set_axis(["row", "keyword"], axis=1)
    return people.loc[folded["row"]].assign(keyword=folded["keyword"].to_numpy())


def kinds(people: pd.DataFrame, limits: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How many buyers of each kind every product met, and how many of them wrote to us.

    A kind is how a buyer treats the *other* suppliers, because who writes to nobody says little about our page and
    who writes to most says much: share of the other suppliers viewed that the buyer contacted (contact with us is
    taken out): `unknown`, `alone` (viewed us only), `nobody`, `few` (up to `asked_little`), `some`, `most` (from the
    9 of 11 of the example). Visits without a product, or of which nobody knows whether they wrote to us, are left
    out. Both tables: one row per product, one column per kind.
    """
    rows = people[people["product_id"].notna() & people["contacted_us"].notna()]
    wrote = rows["contacted_us"].astype(float)
    viewed = rows["suppliers_viewed"] - 1
    share = (rows["suppliers_contacted"] - wrote).clip(lower=0) / viewed.where(viewed > 0)
    edges = [-1, 0, limits["asked_little"], 1 - limits["chance"] - 1e-9, np.inf]
    kind = pd.cut(share, edges, labels=["nobody", "few", "some", "most"]).astype("object")
    kind = kind.where(share.notna(), np.where(viewed <= 0, "alone", "unknown"))
    met = pd.crosstab(rows["product_id"], kind).astype(float)
    sums = wrote.groupby([rows["product_id"], kind]).sum().unstack(fill_value=0.0)
    return met, sums.reindex(index=met.index, columns=met.columns, fill_value=0.0)


def by_product(people: pd.DataFrame, chance: float, level: float = 0.9) -> pd.DataFrame:
    """How often matched buyers who wrote to most suppliers passed us over, product by product, against chance.

    Per product: `eager` buyers, `missed` of them (wrote to most, not to us), `miss_rate` with its exact
    (Clopper-Pearson) interval, `p_value` = P(at least so many misses | each happens with `chance`): 2 of 11 in the
    sellers' example. Who wrote to every supplier cannot have passed us over: `left_out` counts the others, and
    `sisters` is their miss rate at the store's other products, which is what one expects of a page no worse than they
    are.
    """
    buyers = judged(people)
    lost = ~buyers["contacted_us"].astype(bool)
    rows = pd.DataFrame(
        {"missed": lost, "left_out": lost | (buyers["suppliers_contacted"] < buyers["suppliers_viewed"])}
    )
    counts = rows.groupby(buyers["product_id"]).agg(
        eager=("missed", "size"), missed=("missed", "sum"), left_out=("left_out", "sum")
    )
    n, m, others = counts["eager"], counts["missed"], counts.sum() - counts
    return counts.assign(
        miss_rate=m / n,
        lower=beta.ppf((1 - level) / 2, m, n - m + 1),
        upper=beta.ppf((1 + level) / 2, m + 1, n - m),
        p_value=binom.sf(m - 1, n, chance),
        sisters=(others["missed"] + chance) / (others["left_out"] + 1),
    ).fillna({"lower": 0.0, "upper": 1.0})


def funnel(people: pd.DataFrame) -> pd.DataFrame:
    """From all visits to the buyers we missed: each step holds the visits of the step before that also pass this one.

    Columns `step` (all visits, real visits, words match, wrote to most, passed us over), `visits`, `unknown` (visits
    of the step before that could not be judged because an input is missing; they are neither kept nor refused) and
    `share` = visits / judged visits of the step before.
    """
    tests = {
        "real visits": ~people["noise"],
        "words match": people["matched"],
        "wrote to most": people["eager"],
        "passed us over": ~people["contacted_us"],
    }
    kept, rows = np.ones(len(people), dtype=bool), [("all visits", len(people), 0, np.nan)]
    for step, passed in tests.items():
        unknown = int(passed[kept].isna().sum())
        before, kept = kept.sum() - unknown, kept & passed.fillna(False).to_numpy(dtype=bool)
        rows.append((step, int(kept.sum()), unknown, kept.sum() / before if before else np.nan))
    return pd.DataFrame(rows, columns=["step", "visits", "unknown", "share"])
