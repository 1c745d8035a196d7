"""Which product's page, which word: each judged beside its sisters, unless the data cannot tell the two apart."""

import numpy as np
import pandas as pd
from scipy.stats import binom

from opsbook.analysis import faults, history, missed
from opsbook.analysis.branches import finding, share_above

_ALL_ALIKE = 1e6  # the 11/9/2 test asks for more misses than chance alone brings, however little more
_NOTHING = {"id": "diagnosis.next.none"}


def products(performance: pd.DataFrame, cells: pd.DataFrame, people: pd.DataFrame, limits: dict) -> pd.DataFrame:
    """Each product beside its sisters: opportunities against those to be expected, and the chance of a fault.

    Buyers that the visitor table knows are compared with buyers at other products who wrote to as many of the other
    suppliers (`missed.kinds`); the visits that it does not know, from the product or else the advert report, with the
    rate of all others. `expected` = both, x `mix`, how good the product's words are (`faults.crossed`, where the
    advert report knows products, words and inquiries). `probability` weighs all of it, `from_misses` the buyers of
    the 11/9/2 test alone. `shared`: share of advert clicks on words that other products have too; `other_words`:
    chance that most visitors have other words. Indexed by product.
    """
    met, wrote = missed.kinds(people, limits)
    unknown = _unknown_visits(performance, cells, people)
    counts = unknown.join(missed.by_product(people, limits["chance"]), how="outer")
    counts = counts.reindex(counts.index.union(met.index).rename("product_id"))
    beside = _beside(cells.dropna(subset=["product_id"]), "product_id", "product")
    counts = counts.join(beside[["mix", "shared", "doubt"]]).join(_matching(people, limits))
    blank = {"eager": 0, "missed": 0, "left_out": 0, "mix": 1.0, "doubt": 0.0, "sisters": limits["chance"]}
    counts = counts.fillna(blank)
    met, wrote = (table.reindex(counts.index, fill_value=0.0) for table in (met, wrote))
    return _weighed(counts, met, wrote, _usual(met, wrote), limits["min_expected"], limits)


def _unknown_visits(performance: pd.DataFrame, cells: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Visits and opportunities by product of which the visitor table knows nothing.

    From the report that counts most, less the visitors known of the same weeks.
    """
    adverts = cells.dropna(subset=["product_id"]).groupby("product_id")[["clicks", "inquiries"]].sum()
    reports = [history.product_counts(performance), adverts.set_axis(["visits", "events"], axis=1)]
    counts = max(reports, key=lambda report: report["events"].sum()).astype(float)
    if history.has(performance, "period_start", "period_end"):
        first, last = (pd.to_datetime(performance[column]) for column in ("period_start", "period_end"))
        people = people[people["on"].between(first.min(), last.max()) | people["on"].isna()]
    people = people[people["contacted_us"].notna()]
    known = people["contacted_us"].astype(float).groupby(people["product_id"]).agg(visits="size", events="sum")
    rest = (counts - known.reindex(counts.index).fillna(0)).clip(lower=0)
    return rest.assign(events=rest["events"].clip(upper=rest["visits"]))


def _usual(met: pd.DataFrame, wrote: pd.DataFrame) -> pd.DataFrame:
    """The chance that a buyer of each kind writes to us, from the other products; missing where they met none."""
    others_met, others_wrote = met.sum() - met, wrote.sum() - wrote
    total = met.to_numpy().sum()
    average = wrote.to_numpy().sum() / total if total else 0.0
    return ((others_wrote + average) / (others_met + 1)).where(others_met > 0)


def _expected(events: pd.Series, exposure: pd.Series) -> pd.Series:
    """What each row would have brought at the rate of all other rows; missing where there is no other row."""
    others = (events.sum() - events) / (exposure.sum() - exposure).where(lambda rest: rest > 0)
    return exposure * others


def _beside(cells: pd.DataFrame, key: str, name: str) -> pd.DataFrame:
    """How good the words of each product, or the products of each word, are beside the others (`faults.crossed`).

    `visits` and `events` of the adverts; `mix`: 1 = average, with its variance `doubt`; `shared`: share of the clicks
    on words (products) that other rows have too.
    """
    crossed = faults.crossed(cells)
    expected = crossed[f"expected_of_{name}"]
    parts = {"visits": crossed["clicks"], "events": crossed["inquiries"], "shared": crossed[f"shared_{name}"]}
    parts |= {"expected": expected, "doubt": expected**2 * crossed[f"doubt_of_{name}"]}
    sums = pd.DataFrame(parts, dtype=float).groupby(crossed[key]).sum()
    visits = sums["visits"].where(sums["visits"] > 0)
    mix = sums["expected"] / visits * (visits.sum() / sums["events"].sum() if sums["events"].sum() else np.nan)
    doubt = sums["doubt"] / sums["expected"].where(sums["expected"] > 0) ** 2
    return sums.assign(shared=sums["shared"] / visits, mix=mix, doubt=doubt).drop(columns="expected")


def _matching(people: pd.DataFrame, limits: dict) -> pd.DataFrame:
    """Chance, product by product, that most of its visitors have words that the product does not sell."""
    known = people[people["matched"].notna() & ~people["noise"].fillna(False).astype(bool)]
    counts = known["matched"].astype(float).groupby(known["product_id"]).agg(words_known="size", words_match="sum")
    other = counts["words_known"] - counts["words_match"]
    return counts.assign(other_words=share_above(other, counts["words_known"], limits["mismatch_share"]))


def _weighed(counts, met, wrote, usual, least: float, limits: dict) -> pd.DataFrame:
    """The probability of each candidate, from all its counts and from its missed buyers, and the visits still needed.

    `counts`: visits and events that no buyer is known of, and `mix`; `met`, `wrote`: known buyers by kind, `usual`
    their chance. A candidate is expected to bring `least` inquiries, or has enough missed buyers.
    """
    usual = usual.mul(counts["mix"].fillna(1), axis=0)
    buyers = (met.where(usual.notna(), 0.0), wrote.where(usual.notna(), 0.0), usual.fillna(0.5))
    unknown = counts["events"].fillna(0), _expected(counts["events"], counts["visits"] * counts["mix"]).fillna(0)
    counts = counts.assign(
        visits=counts["visits"].fillna(0) + met.sum(axis=1),
        events=unknown[0] + wrote.sum(axis=1),
        expected=unknown[1] + (buyers[0] * buyers[2]).sum(axis=1),
    )
    candidate = (counts["expected"] >= least) | (counts["left_out"] >= limits["min_eager"])
    stake = counts["expected"].clip(lower=least)
    prior = faults.shared_prior(stake.where(candidate, 0), limits["prior"])
    alike = faults.spread(*unknown, *buyers, limits["alike"])
    others = counts["events"].sum() - counts["events"]
    # what to expect is known only as well as the others' events, and the factors of its words or products, say it
    blurred = 1 / (1 / alike + 1 / others.clip(lower=1) + counts["doubt"])
    joint = faults.evidence(*unknown, *buyers, blurred, limits["fault_ratio"])
    by_rate = faults.probability(joint, prior)
    by_misses = _by_misses(counts, prior, limits)
    newcomer = limits["prior"] * stake / (stake.where(candidate, 0).sum() + stake.where(~candidate, 0))
    needed = faults.expected_needed(alike, limits["fault_ratio"], newcomer, limits["confidence"])
    return counts.assign(
        candidate=candidate,
        probability=np.where(candidate, np.maximum(by_rate, by_misses), np.nan),
        from_misses=by_misses,
        still_needed=(needed / counts["expected"] - 1).clip(lower=0) * counts["visits"].where(counts["expected"] > 0),
    )


def _by_misses(counts: pd.DataFrame, prior: pd.Series, limits: dict) -> np.ndarray:
    """The chance of a fault from the buyers of the 11/9/2 test alone; 0 where chance explains the misses."""
    usual = counts["sisters"].clip(lower=limits["chance"])
    none = np.zeros(len(counts))
    wrote = counts["left_out"] - counts["missed"]
    often = faults.evidence(none, none, counts["left_out"], wrote, 1 - usual, _ALL_ALIKE, 1.0)
    rare = _passed_over(counts, usual) < limits["miss_level"]
    return np.where(rare, faults.probability(often, prior), 0.0)


def _passed_over(counts: pd.DataFrame, usual: pd.Series) -> pd.Series:
    """Exact binomial p-value of the misses against the usual chance, times the products tested (Bonferroni)."""
    tested = counts["left_out"] > 0
    return binom.sf(counts["missed"] - 1, counts["left_out"], usual) * max(int(tested.sum()), 1)


def words(cells: pd.DataFrame, limits: dict) -> pd.DataFrame:
    """Each word beside the others on the same products: inquiries against those to be expected, chance of a fault.

    `expected` = clicks x rate of the other words x how good the product's page is with them. `products`: products on
    which the word had clicks; `shared`: share of its clicks on products that have other words too. Indexed by word.
    """
    counts = _beside(cells.fillna({"product_id": ""}), "keyword", "word")
    clicked = cells[(cells["clicks"] > 0) & cells["product_id"].notna()]
    products = clicked.groupby("keyword")["product_id"].nunique().reindex(counts.index).fillna(0).astype(int)
    counts = counts.assign(products=products, left_out=0, missed=0, sisters=limits["chance"]).fillna({"doubt": 0.0})
    nobody = pd.DataFrame(index=counts.index)
    return _weighed(counts, nobody, nobody, nobody, limits["min_expected_word"], limits)


def product_findings(table: pd.DataFrame, limits: dict) -> list[dict]:
    """The page (or the words) of each product that was a candidate, the others as not known yet; most visited
    first."""
    ordered = table.sort_values("visits", ascending=False, kind="stable")
    return [_product(str(product), row, limits) for product, row in ordered.to_dict("index").items()]


def _product(product: str, row: dict, limits: dict) -> dict:
    chance = float(row["probability"])
    evidence = _numbers("diagnosis.product", row, limits)
    if row["eager"]:
        test = {"missed": int(row["missed"]), "eager": int(row["eager"]), "p_value": float(row["p_value"])}
        evidence |= test | {"id": "diagnosis.product_missed", "chance": limits["chance"]}
    if not chance > limits["confidence"]:
        return _undecided("product", product, "first_screen", row, evidence, limits)
    by_misses = row["from_misses"] > limits["confidence"]
    if row["other_words"] > 0.5 and not by_misses:
        evidence = {
            "id": "diagnosis.product_words",
            "match": int(row["words_match"]),
            "visits": int(row["words_known"]),
        }
        return finding("product", product, "mismatch", chance, "named", evidence, {"id": "diagnosis.next.mismatch"})
    if by_misses or _page_stands_alone(row, limits):
        return finding(
            "product", product, "first_screen", chance, "named", evidence, {"id": "diagnosis.next.first_screen"}
        )
    return _inseparable("product", product, chance, evidence)


def _page_stands_alone(row: dict, limits: dict) -> bool:
    """Whether the words are innocent: other products sell on them, or the visitors' words do name the product."""
    if row["shared"] >= 0:
        return row["shared"] >= limits["shared_clicks"]
    return row["words_known"] >= limits["min_visits"] and row["other_words"] < 0.5


def word_findings(table: pd.DataFrame, limits: dict) -> list[dict]:
    """The words that were candidates, the others as not known yet; most clicked first."""
    ordered = table.sort_values("visits", ascending=False, kind="stable")
    return [_word(str(word), row, limits) for word, row in ordered.to_dict("index").items()]


def _word(word: str, row: dict, limits: dict) -> dict:
    chance = float(row["probability"])
    evidence = _numbers("diagnosis.word", row, limits) | {"products": int(row["products"])}
    if not chance > limits["confidence"]:
        return _undecided("keyword", word, "word", row, evidence, limits)
    if row["products"] < 2 or not row["shared"] >= limits["shared_clicks"]:
        return _inseparable("keyword", word, chance, evidence)
    return finding("keyword", word, "word", chance, "named", evidence, {"id": "diagnosis.next.word"})


def _numbers(name: str, row: dict, limits: dict) -> dict:
    return {
        "id": name,
        "visits": int(row["visits"]),
        "events": int(row["events"]),
        "expected": round(float(row["expected"]), 2),
        "weeks": limits["weeks_seen"],
    }


def _inseparable(scope: str, object: str, chance: float, evidence: dict) -> dict:
    """It converts badly, and the data hold no second word (or product) that would say whose fault it is."""
    evidence = evidence | {"id": f"diagnosis.inseparable_{scope}"}
    return finding(
        scope, object, "inseparable", chance, "unknown", evidence, {"id": f"diagnosis.collect.second_{scope}"}
    )


def _undecided(scope: str, object: str, cause: str, row: dict, evidence: dict, limits: dict) -> dict:
    chance = float(row["probability"])
    if chance < 1 - limits["confidence"]:
        return finding(scope, object, cause, chance, "cleared", evidence, _NOTHING)
    more = row["still_needed"]
    step = {"id": f"diagnosis.collect.{cause}"}
    if 0 < more < np.inf:
        step = {"id": f"diagnosis.collect_{scope}", "more": int(np.ceil(more))}
    return finding(scope, object, cause, chance, "unknown", evidence | {"id": f"diagnosis.{scope}_unknown"}, step)
