"""A guarantee (保效) against own bidding: what is promised, what it is worth, and at which price both are equal.

A guarantee of clicks or of high-level buyers says nothing about inquiries that match the products; what counts here
are matched and qualified ones: the buyer's words name what the product sells, and the buyer is above the low levels.
Amounts in CNY. The promise and its terms are the user's; how often the platform falls short is known to nobody else,
so it is a scenario and has no probability.
"""

from bisect import bisect_left

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import bdtr, gammainc
from scipy.stats import beta as beta_law
from scipy.stats import nbinom

from opsbook.analysis import rates

MEASURES = {"clicks": "clicks", "点击": "clicks", "buyers": "buyers", "买家": "buyers"}
MEASURES |= {"inquiries": "inquiries", "询盘": "inquiries"}
COUNTED = ("inquiries", "qualified")
POINTS = (0.1, 0.5, 0.9)
_JEFFREYS = 0.5
_GRID = (np.arange(200) + 0.5) / 200  # quantiles over which an uncertain share is averaged


def own_bidding(settled: pd.DataFrame, level: float = 0.9) -> dict | None:
    """What own bidding pays for a click, and how many inquiries a click brings in a week to come.

    In: the rows of `ad_words.settled`. Out: `spend, clicks, inquiries, weeks`, `cpc` = spend / clicks, and the rate
    of a week not yet seen, Gamma(`alpha`, `beta`): `rates.shrink` over the weeks, so that weeks which differ more than
    chance make it wider. None without clicks, spend or known inquiries.
    """
    rows = settled[settled["inquiries"].notna() & settled["spend"].notna() & (settled["clicks"] > 0)]
    if rows.empty or not rows["spend"].sum() > 0:
        return None
    weeks = rows.groupby("period_end")[["inquiries", "mature_clicks"]].sum()
    to_come = pd.DataFrame({"inquiries": [0.0], "mature_clicks": [0.0]})
    counts = pd.concat([weeks, to_come], ignore_index=True)
    rate = rates.shrink(counts["inquiries"], counts["mature_clicks"], level=level).iloc[-1]
    sums = rows[["spend", "clicks", "inquiries"]].sum().to_dict()
    posterior = {"alpha": float(rate["alpha"]), "beta": float(rate["beta"])}
    return sums | {"weeks": len(weeks), "cpc": sums["spend"] / sums["clicks"]} | posterior


def contacts(people: pd.DataFrame, low_levels: list[str]) -> dict:
    """How many visitors wrote to us, and how many of these were matched and above the low levels (qualified).

    In: `missed.encounters`; the rule `diagnosis.low_levels`. Out: `contacts` (of known level and match) and
    `qualified` of them; `buyers` above the low levels of whom it is known whether they wrote (and, if they did, of
    known match), `buyers_inquired` and `buyers_qualified` of them. Suspected noise is left out.
    """
    real = people[~people["noise"].fillna(False).astype(bool) & people["level"].notna()]
    high = ~real["level"].astype(str).str.strip().str.upper().isin(low_levels)
    wrote, match = real["contacted_us"].astype("boolean"), real["matched"].astype("boolean")
    asked = wrote.fillna(False).astype(bool)
    judged, good = asked & match.notna(), asked & match.fillna(False).astype(bool) & high
    buyers = high & wrote.notna() & (~asked | match.notna())
    return {
        "contacts": int(judged.sum()),
        "qualified": int(good.sum()),
        "buyers": int(buyers.sum()),
        "buyers_inquired": int((buyers & asked).sum()),
        "buyers_qualified": int((buyers & good).sum()),
    }


def compare(offers: pd.DataFrame, own: dict | None, seen: dict) -> pd.DataFrame:
    """Inquiries to expect from a guarantee and from own bidding for the same money, with their cost.

    `bought`: `own` (the price spent on own bids), `kept` (the promise in full), `at_trigger` (the least that is not
    refunded), `half` (half of the promise, with the refund of the terms). In: rows of the table `offer` with a
    `promised_measure`; the results of `own_bidding` and `contacts`. Out, one row per offer, `bought` and `counted`
    (`inquiries`, or the `qualified` ones): `delivered_share` (of the promise), `cost_cny` (price less refund),
    `inquiries_p10, inquiries_p50, inquiries_p90`, `expected_inquiries`, `cost_per_inquiry_p10, _p50, _p90` (cost /
    inquiries; missing where those may be 0).

    Clicks turn into inquiries as own clicks do, buyers as the recorded visitors above the low levels did, promised
    inquiries are inquiries; the share of qualified ones is Beta(qualified + 1/2, others + 1/2). The counts of a
    future window are predictive: uncertain rate and chance together. Rates, terms or measures (`MEASURES`) that are not
    known leave the numbers missing.
    """
    rows = [
        {"offer": offer["offer"], "bought": way, "counted": counted, "delivered_share": share, "cost_cny": cost}
        | _described(_law(way, counted, offer, share, own, seen), cost)
        for offer in offers[offers["promised_measure"].notna()].to_dict("records")
        for way, share, cost in _ways(offer)
        for counted in COUNTED
    ]
    names = [f"{name}_p{round(100 * p)}" for name in ("inquiries", "cost_per_inquiry") for p in POINTS]
    columns = ["offer", "bought", "counted", "delivered_share", "cost_cny", *names, "expected_inquiries"]
    return pd.DataFrame(rows, columns=columns)


def _ways(offer: dict) -> list[tuple[str, float, float]]:
    """(way, share of the promise that is delivered, price less refund)."""
    price, trigger = float(offer["price_cny"]), float(offer["trigger"])
    halved = price - _refund(offer, 0.5) if trigger > 0.5 else price
    scenarios = [("own", np.nan, price), ("kept", 1.0, price), ("at_trigger", min(trigger, 1.0), price)]
    return [*scenarios, ("half", 0.5, np.nan if np.isnan(trigger) else halved)]


def _refund(offer: dict, delivered: float) -> float:
    lacking = {"shortfall": 1 - delivered, "spend": 1.0}.get(offer["refund"], np.nan)
    return float(offer["price_cny"]) * min(float(offer["refund_share"]) * lacking, float(offer["refund_cap"]))


def _law(way: str, counted: str, offer: dict, share: float, own: dict | None, seen: dict):
    """The predictive law of the inquiries: (cumulative distribution, expectation, a number they hardly exceed)."""
    quality = _share(seen["qualified"], seen["contacts"]) if counted == "qualified" else np.ones(1)
    measure = MEASURES.get(str(offer["promised_measure"]).strip().casefold())
    quantity = float(offer["promised_quantity"]) * share
    if way == "own" or measure == "clicks":
        if own is None or quality is None:
            return None
        clicks = float(offer["price_cny"]) / own["cpc"] if way == "own" else quantity
        return _poisson(own["alpha"], own["beta"] / (clicks * quality)) if clicks > 0 else None
    if measure == "buyers":
        inquiring = seen["buyers_qualified" if counted == "qualified" else "buyers_inquired"]
        rate = _share(inquiring, seen["buyers"])
        return None if rate is None else _binomial(quantity, rate)
    return None if quality is None or measure is None else _binomial(quantity, quality)


def _share(successes: int, trials: int) -> np.ndarray | None:
    """Equally likely values of a share under Jeffreys' prior; None where nobody was seen."""
    return beta_law.ppf(_GRID, successes + _JEFFREYS, trials - successes + _JEFFREYS) if trials else None


def _poisson(alpha: float, rate: np.ndarray):
    """Counts that are Poisson with a Gamma(alpha, rate) mean, averaged over the values of `rate`."""
    chance = rate / (1 + rate)
    return lambda n: nbinom.cdf(n, alpha, chance).mean(), float((alpha / rate).mean()), alpha / rate.min()


def _binomial(trials: float, share: np.ndarray):
    """Successes of so many trials (a fraction of a trial is dropped), averaged over the values of `share`."""
    if np.isnan(trials):
        return None
    n = int(trials + 1e-9)
    return lambda k: bdtr(min(k, n), n, share).mean(), float(n * share.mean()), n


def _described(law, cost: float) -> dict:
    if law is None or np.isnan(law[1]):
        return {}
    cdf, expected, most = law
    ceiling = int(10 * most + 100)
    counts = {p: bisect_left(range(ceiling), p, key=cdf) for p in POINTS}
    found = {f"inquiries_p{round(100 * p)}": float(count) for p, count in counts.items()}
    # the cheapest tenth of the outcomes is the one with the most inquiries
    costs = {p: cost / counts[round(1 - p, 1)] if counts[round(1 - p, 1)] else np.nan for p in POINTS}
    found |= {f"cost_per_inquiry_p{round(100 * p)}": one for p, one in costs.items()}
    return found | {"expected_inquiries": expected}


def judge(offers: pd.DataFrame, compared: pd.DataFrame, own: dict | None, seen: dict) -> pd.DataFrame:
    """The price at which a guarantee costs as much as own bidding for the same number of qualified inquiries.

    Break-even price = inquiries to expect if the promise is kept x expected cost of one by own bidding; that cost is
    cpc / (inquiries per click x share of qualified ones), over all that both may be. `break_even_low` and
    `break_even_high` use its 10 % and 90 % quantiles. Where no visitor records tell the share of qualified ones,
    all inquiries are counted and `counted` says so. Whether the buyers of a guarantee want what the store sells nobody
    knows beforehand, so `match_needed` = price / break-even price: how often they must ask, against the store's own
    clicks or visitors (1 = as often), for the price to be fair. In: the table `offer`; the results of `compare`,
    `own_bidding` and `contacts`. Out, one row per offer: `offer, promised_measure, promised_quantity, price_cny,
    price_per_promised, counted, inquiries_p10, inquiries_p50, inquiries_p90, break_even_low, break_even_price,
    break_even_high, match_needed, verdict` (`cheaper` below the low end, `dearer` above the high end, `not enough
    data` between, `unknown`), `evidence`.
    """
    kept = compared[(compared["bought"] == "kept") & compared["expected_inquiries"].notna()]
    kept = kept.sort_values("counted", ascending=False, kind="stable").drop_duplicates("offer")
    columns = ["offer", "promised_measure", "promised_quantity", "price_cny", "terms_source"]
    table = offers.loc[offers["promised_measure"].notna(), columns].merge(
        kept.drop(columns=["bought", "cost_cny", "delivered_share"]), on="offer", how="left"
    )
    price, quantity = (table[name].astype("float64") for name in ("price_cny", "promised_quantity"))
    table["price_per_promised"] = price / quantity.where(quantity > 0)
    costs = {counted: _own_costs(own, seen, counted) for counted in COUNTED}
    for place, name in enumerate(("break_even_low", "break_even_price", "break_even_high")):
        cost = table["counted"].map({counted: found[place] for counted, found in costs.items()}).astype("float64")
        table[name] = table["expected_inquiries"].astype("float64") * cost
    table["match_needed"] = price / table["break_even_price"]
    unknown = ~((price > 0) & (quantity > 0)) | table["break_even_low"].isna()
    cases = [unknown, price < table["break_even_low"], price > table["break_even_high"]]
    table["verdict"] = np.select(cases, ["unknown", "cheaper", "dearer"], "not enough data")
    table["evidence"] = [_evidence(row, own, seen) for row in table.to_dict("records")]
    return table


def _own_costs(own: dict | None, seen: dict, counted: str) -> tuple[float, float, float]:
    """Cost of one inquiry by own bidding: 10 % quantile, expectation, 90 % quantile."""
    share = _share(seen["qualified"], seen["contacts"]) if counted == "qualified" else np.ones(1)
    if own is None or share is None:
        return np.nan, np.nan, np.nan
    alpha, beta, cpc = own["alpha"], own["beta"], own["cpc"]

    def excess(log_rate: float, tail: float) -> float:
        return gammainc(alpha, beta * np.exp(log_rate) / share).mean() - tail

    centre = np.log(alpha / beta * share.mean())
    low, high = (cpc / np.exp(brentq(excess, centre - 60, centre + 20, args=(tail,))) for tail in (0.9, 0.1))
    # the mean of 1 / rate and of 1 / share exists only where more than one event supports it
    one, other = alpha > 1, counted == "inquiries" or seen["qualified"] > _JEFFREYS
    expected = cpc * beta / (alpha - 1) * (1 / share).mean() if one and other else np.nan
    return low, expected, high


def sentences(judged: pd.DataFrame, own: dict | None, seen: dict) -> list[dict]:
    """What is known of each guarantee, and of the own clicks and visitors that it was compared with, as messages."""
    pairs = zip(judged["offer"], judged["evidence"], strict=True)
    told = [{"id": "promotion.guarantee", "offer": offer, "details": [evidence]} for offer, evidence in pairs]
    names = ("spend", "clicks", "inquiries", "weeks", "cpc")
    bids = [] if own is None else [{"id": "promotion.own_bids"} | {name: own[name] for name in names}]
    return told + (bids + [{"id": "promotion.qualified"} | seen] if told else [])


def _evidence(row: dict, own: dict | None, seen: dict) -> dict:
    if row["verdict"] == "unknown":
        missing = ["ad_keyword"] * (own is None) + ["visitor"] * (not seen["contacts"])
        missing += [name for name in ("price_cny", "promised_quantity") if not row[name] > 0]
        missing += ["promised_measure"] * (str(row["promised_measure"]).strip().casefold() not in MEASURES)
        details = [{"id": "promotion.not_known", "metric": name} for name in missing]
        return {"id": "promotion.guarantee_unknown", "details": details}
    names = ("price_cny", "break_even_low", "break_even_price", "break_even_high", "match_needed")
    names += ("inquiries_p10", "inquiries_p50", "inquiries_p90")
    numbers = {name: float(row[name]) for name in names} | {"metric": row["counted"]}
    return {"id": f"promotion.guarantee_{row['verdict'].replace(' ', '_')}"} | numbers
