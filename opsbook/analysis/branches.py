"""The branches of the diagnosis that concern visitors and the store as a whole; `culprits` holds products and
words."""

import numpy as np
import pandas as pd
from scipy.special import betainc, gammainc
from scipy.stats import t as student

from opsbook.analysis import attribution, faults, missed
from opsbook.analysis.history import fold, has, numbers, product_counts

STORE = ""  # the object of a finding about the whole store


def finding(scope, object, cause, probability, verdict, evidence, next_step) -> dict:
    """One row of the diagnosis."""
    return {
        "scope": scope,
        "object": object,
        "cause": cause,
        "probability": probability,
        "verdict": verdict,
        "evidence": evidence,
        "next_step": next_step,
    }


def verdict(probability: float, confidence: float) -> str:
    """`named` above the confidence, `cleared` below its complement, `unknown` between them or without a number.

    >>> [verdict(chance, 0.8) for chance in (0.81, 0.8, 0.2, 0.19, float("nan"))]
    ['named', 'unknown', 'unknown', 'cleared', 'unknown']
    """
    if probability > confidence:
        return "named"
    return "cleared" if probability < 1 - confidence else "unknown"


def blank(cause: str) -> dict:
    """A branch without the data that it needs, and what to collect."""
    return finding(
        "store", STORE, cause, np.nan, "unknown", {"id": "diagnosis.not_enough"}, {"id": f"diagnosis.collect.{cause}"}
    )


def share_above(part, whole, limit: float):
    """P(share > limit) after `part` of `whole`, from Jeffreys' prior."""
    return 1 - betainc(part + 0.5, whole - part + 0.5, limit)


def _of_visits(cause: str, hits: pd.Series, limits: dict, more: dict) -> dict:
    """A branch that is named when more than a given share of visits shows it; `hits` is missing where unknown."""
    known = hits.dropna()
    part, whole, limit = int(known.sum()), len(known), limits[f"{cause}_share"]
    if whole < limits["min_visits"]:
        step = {"id": "diagnosis.collect_visits", "visits": whole, "wanted": limits["min_visits"]}
        return blank(cause) | {"next_step": step if whole else {"id": f"diagnosis.collect.{cause}"}}
    chance = float(share_above(part, whole, limit))
    judged = verdict(chance, limits["confidence"])
    evidence = {"id": f"diagnosis.{cause}", "part": part, "visits": whole, "share": part / whole, "limit": limit} | more
    if judged == "unknown":
        step = {"id": "diagnosis.collect_visits", "visits": whole, "wanted": visits_needed(part, whole, limit, limits)}
    else:
        step = {"id": f"diagnosis.next.{cause}" if judged == "named" else "diagnosis.next.none"}
    return finding("store", STORE, cause, chance, judged, evidence, step)


def visits_needed(part: int, whole: int, limit: float, limits: dict) -> int:
    """Visits after which today's share would be told from the limit; at most a hundred times as many."""
    for factor in (2, 4, 8, 16, 32, 64):
        if verdict(share_above(part * factor, whole * factor, limit), limits["confidence"]) != "unknown":
            return whole * factor
    return whole * 100


def noise(people: pd.DataFrame, limits: dict) -> dict:
    """Share of visits that look like off-site junk or peers' clicks.

    One page, a few seconds, no buyer level, no contact (our default). Noise cannot be recognised for certain, so it
    is suspected, never named. A burst of it from one country on one day (`missed.burst`) is shown as evidence, and
    decides nothing: every store has odd days.
    """
    hits = people["noise"]
    countries = people.loc[hits.fillna(False).astype(bool), "country"].value_counts()
    more = {"country": str(countries.index[0]), "from_country": int(countries.iloc[0])} if len(countries) else {}
    burst = missed.burst(people, limits["burst_level"])
    shown = "noise_burst" if burst else "noise_from" if more else "noise"
    more |= burst | {"seconds": limits["noise_seconds"], "id": f"diagnosis.{shown}"}
    row = _of_visits("noise", hits, limits, more)
    return row | {"verdict": "suspected"} if row["verdict"] == "named" else row


def _real(people: pd.DataFrame) -> pd.DataFrame:
    return people[~people["noise"].fillna(False).astype(bool)]


def mismatch(people: pd.DataFrame, limits: dict) -> dict:
    """Share of visitors whose preferred words do not name the product that they saw; noise is set aside.

    A visitor matches when title and keywords contain at least `match_score` of the words of one preferred phrase.
    """
    return _of_visits("mismatch", ~_real(people)["matched"], limits, {"score": limits["match_score"]})


def buyer_level(people: pd.DataFrame, limits: dict) -> dict:
    """Share of low-level buyers who look at much and ask little.

    Of the visitors with a level who viewed enough suppliers. They point to the direction of the traffic, not to the
    page. A buyer without a level is unknown, not low.
    """
    more = {"viewed": limits["viewed"], "asked": limits["asked_little"]}
    return _of_visits("buyer_level", browsing(_real(people), limits), limits, more)


def browsing(people: pd.DataFrame, limits: dict) -> pd.Series:
    """Whether a visitor who viewed enough suppliers is of a low level and asked few of them; missing for all
    others."""
    low = people["level"].astype(str).str.strip().str.upper().isin(limits["low_levels"])
    little = people["contact_rate"] <= limits["asked_little"]
    known = (people["suppliers_viewed"] >= limits["viewed"]) & people["level"].notna() & people["contact_rate"].notna()
    return (low & little).astype("boolean").where(known)


def store_level(kpi: pd.DataFrame, performance: pd.DataFrame, people: pd.DataFrame, limits: dict) -> dict:
    """Whether the whole store turns fewer visitors into opportunities than its peers do.

    P(rate < `store_ratio` x peers' average) with opportunities Poisson in visitors, weekly figures added up. It must
    hold without any single product too (`product_performance`): one poor page that many see is no fault of the store.
    Without peers' figures the missed buyers of all products together stand in: passed over everywhere points to the
    store, not to a page.
    """
    counts = against_peers(kpi)
    if counts is None:
        return _missed_everywhere(people, limits)
    events, visits, peers = counts
    chance = _whole_store(events, limits["store_ratio"] * peers * visits, performance, limits["confidence"])
    judged = verdict(chance, limits["confidence"])
    evidence = {
        "id": "diagnosis.store_level",
        "events": int(events),
        "visits": int(visits),
        "expected": float(peers * visits),
        "rate": float(events / visits),
        "peers": peers,
        "weeks": len(kpi),
    }
    if judged == "unknown":
        step = {"id": "diagnosis.collect.weeks"}
    else:
        step = _store_step(kpi) if judged == "named" else {"id": "diagnosis.next.none"}
    return finding("store", STORE, "store_level", chance, judged, evidence, step)


def _whole_store(events: float, line: float, performance: pd.DataFrame, confidence: float) -> float:
    """P(fewer events than the line) with and without each product, the least; one product alone clears no store."""
    whole = float(gammainc(events + 0.5, line))
    counts = product_counts(performance)
    if len(counts) < 2 or not (counts.sum() > 0).all():
        return whole
    rest = 1 - counts / counts.sum()
    return min(whole, max(float(gammainc(events * rest["events"] + 0.5, line * rest["visits"]).min()), 1 - confidence))


def against_peers(kpi: pd.DataFrame) -> tuple[float, float, float] | None:
    """Opportunities, visitors and the peers' average rate, over the weeks where all three are known."""
    rows = numbers(kpi, "visitors", "opportunities", "opportunity_rate", "inquirers", "tm", "opportunity_rate_peer_avg")
    events = rows["opportunities"].fillna(rows["opportunity_rate"] * rows["visitors"])
    events = events.fillna(rows["inquirers"] + rows["tm"])
    peers = rows["opportunity_rate_peer_avg"]
    known = events.notna() & peers.notna() & (rows["visitors"] > 0)
    visits = rows["visitors"][known]
    if not known.any():
        return None
    return events[known].sum(), visits.sum(), float(np.average(peers[known], weights=visits))


def _store_step(kpi: pd.DataFrame) -> dict:
    """What to lift first: the answer to buyers where it lags behind peers, else the store as a whole."""
    latest = numbers(kpi, "reply_rate", "reply_rate_peer_avg").dropna().tail(1)
    if len(latest) and latest["reply_rate"].item() < latest["reply_rate_peer_avg"].item():
        return {
            "id": "diagnosis.next.reply",
            "reply_rate": latest["reply_rate"].item(),
            "peers": latest["reply_rate_peer_avg"].item(),
        }
    return {"id": "diagnosis.next.store_level"}


def _missed_everywhere(people: pd.DataFrame, limits: dict) -> dict:
    counts = missed.by_product(people, limits["chance"])
    eager, lost = int(counts["eager"].sum()), int(counts["missed"].sum())
    if len(counts) < 3:
        return blank("store_level")
    able = counts["left_out"].sum()
    evidence = faults.evidence(
        0, 0, able, able - lost, 1 - limits["chance"], max(limits["alike"]), limits["fault_ratio"]
    )
    chance = faults.probability(evidence, limits["prior"]).item()
    judged = verdict(chance, limits["confidence"])
    numbers_ = {
        "id": "diagnosis.store_missed",
        "missed": lost,
        "eager": eager,
        "products": len(counts),
        "chance": limits["chance"],
    }
    step = {
        "named": {"id": "diagnosis.next.store_level"},
        "cleared": {"id": "diagnosis.next.none"},
        "unknown": {"id": "diagnosis.collect.store_level"},
    }
    return finding("store", STORE, "store_level", chance, judged, numbers_, step[judged])


def bid_budget(own_keyword: pd.DataFrame, ad_keyword: pd.DataFrame, value_per_inquiry, limits: dict) -> dict:
    """Whether too few of the right buyers see the store at all, or each click costs more than it can bring.

    Three readings, the likeliest counts: `reach` = own impressions / Top10 average on the same words, week by week;
    `hours` = hours online / hours of the week, weighted by spend; `dear` = P(ad inquiries per click < CPC / value of
    an inquiry), when the value is given.
    """
    readings = [
        _weekly("reach", _reach_by_week(own_keyword, ad_keyword), limits),
        _weekly("hours", _hours_by_week(ad_keyword), limits),
        _dear(ad_keyword, value_per_inquiry),
    ]
    readings = [reading for reading in readings if reading is not None]
    if not readings:
        return blank("bid_budget")
    chance, evidence = max(readings, key=lambda reading: reading[0])
    judged = verdict(chance, limits["confidence"])
    name = evidence["id"].removeprefix("diagnosis.")
    stars = {"stars": limits["first_five_stars"]} if name == "reach" else {}
    step = {
        "named": {"id": f"diagnosis.next.{name}"} | stars,
        "cleared": {"id": "diagnosis.next.none"},
        "unknown": {"id": "diagnosis.collect.bid_budget"},
    }
    return finding("store", STORE, "bid_budget", chance, judged, evidence, step[judged])


def _weekly(name: str, by_week: pd.Series, limits: dict) -> tuple[float, dict] | None:
    """P(mean of the weeks < limit), the weeks taken as a sample (Student's t); fewer than three weeks tell
    nothing."""
    values = by_week.dropna()
    if len(values) < 3:
        return None
    error = values.std() / np.sqrt(len(values))
    gap = limits[name] - values.mean()
    chance = float(student.cdf(gap / error, len(values) - 1)) if error > 1e-12 else float(gap > 0)
    return chance, {
        "id": f"diagnosis.{name}",
        "mean": float(values.mean()),
        "limit": limits[name],
        "weeks": len(values),
    }


def _reach_by_week(own_keyword: pd.DataFrame, ad_keyword: pd.DataFrame) -> pd.Series:
    """Own impressions / Top10 average impressions, on the promoted words where the advert report names them."""
    if not has(own_keyword, "impressions", "top10_impressions", "period_end"):
        return pd.Series(dtype=float)
    rows = own_keyword
    if has(ad_keyword, "keyword") and has(rows, "keyword"):
        rows = rows[fold(rows["keyword"]).isin(fold(ad_keyword["keyword"]))]
    counts = numbers(rows, "impressions", "top10_impressions").assign(end=rows["period_end"]).dropna()
    sums = counts.groupby("end").sum()
    return sums["impressions"] / sums["top10_impressions"].where(sums["top10_impressions"] > 0)


def _hours_by_week(ad_keyword: pd.DataFrame) -> pd.Series:
    """Hours online / hours there were, weighted by spend; rows with a day count 24 hours."""
    days = ("on", "on") if has(ad_keyword, "on") else ("period_start", "period_end")
    if not has(ad_keyword, "online_hours", "spend", *days):
        return pd.Series(dtype=float)
    begin, end = (pd.to_datetime(ad_keyword[day]) for day in days)
    rows = numbers(ad_keyword, "online_hours", "spend").assign(end=end)
    rows["part"] = rows["online_hours"] / (24 * ((end - begin).dt.days + 1))
    rows = rows.dropna()
    sums = rows.assign(weighted=rows["part"] * rows["spend"]).groupby("end")[["weighted", "spend"]].sum()
    return sums["weighted"] / sums["spend"].where(sums["spend"] > 0)


def _dear(ad_keyword: pd.DataFrame, value) -> tuple[float, dict] | None:
    """P(ad inquiries per click < CPC / value of an inquiry), averaged over the draws of the value."""
    draws = np.atleast_1d(np.asarray(np.nan if value is None else value, dtype=float))
    draws = draws[draws > 0]
    # the measure that the value is about
    counted = next((column for column in attribution.MEASURES if has(ad_keyword, column)), None)
    if not len(draws) or counted is None or not has(ad_keyword, "clicks", "spend"):
        return None
    clicks, spend, events = numbers(ad_keyword, "clicks", "spend", counted).dropna().sum()
    if not clicks:
        return None
    chance = float(gammainc(events + 0.5, spend / draws).mean())
    return chance, {
        "id": "diagnosis.dear",
        "cpc": float(spend / clicks),
        "clicks": int(clicks),
        "inquiries": int(events),
        "break_even": float(draws.mean() * events / clicks),
    }
