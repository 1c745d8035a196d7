"""Who comes by a word: the buyers behind the clicks of each advertised word, and the money spent on the wrong ones."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import betaln, logsumexp
from scipy.stats import beta

from opsbook.analysis import branches, faults, history, missed
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.proportions import wilson

COLUMNS = ["keyword", "clicks", "spend", "spend_share", "buyers", "browsers", "browser_share", "lower", "upper"]
COLUMNS += ["others_share", "probability", "verdict"]
_POINTS = (np.arange(200) + 0.5) / 200
_ROUNDS = 3  # words found wrong leave the standard for the others; the list settles in two


def browsers(people: pd.DataFrame, decided: pd.DataFrame, limits: Mapping, gap: float = 0.1) -> pd.DataFrame:
    """The share of low-level buyers who look at much and ask little, among the buyers who searched for a word, beside
    all other buyers.

    Such buyers point to the traffic and not to the page. `buyers` = visitors with the word among their preferred words
    who viewed enough suppliers and whose level is known; `browsers` of them are of a low level and wrote to few
    (`branches.browsing`); `lower, upper`: 90 % Wilson interval; `others_share`: the same share of the visitors without
    the word and, where enough are left, without words found wrong: those are no standard. `probability` that the
    share of the word lies beyond that of the others + `gap` (`_log_evidence`): the chance before any data that some
    word's does (`diagnosis.prior`) is shared out by buyers, so that looking at more words makes no culprit. `verdict`:
    `named` above the confidence, `cleared` below its complement, `unknown` between them, under `min_visits` buyers or
    without other buyers.

    In: `people` (`missed.encounters`), `decided[keyword, clicks, spend]` (`keywords.decide`), `limits`
    (`diagnosis.limits_of`), `gap`: the rule `keywords.buyer_gap`. Out: one row per advertised word, the most expensive
    first.
    """
    known, searched = _judged(people, limits)
    table = _words(decided)
    has, looks = _membership(table["folded"], searched, known.index), known.to_numpy(dtype=float)
    table["buyers"], table["browsers"] = (has @ np.ones(len(looks))).astype(int), (has @ looks).astype(int)
    wrong = np.zeros(len(table), dtype=bool)
    for _ in range(_ROUNDS):
        others = _others(has, looks, wrong, limits["min_visits"])
        table["probability"] = _probability(table, *others, limits, gap)
        wrong = (table["probability"] > limits["confidence"]).to_numpy()
    buyers = table["buyers"].where(table["buyers"] > 0)
    table["browser_share"] = table["browsers"] / buyers
    table["lower"], table["upper"] = wilson(table["browsers"], buyers, 0.9)
    table["others_share"] = others[1] / np.where(others[0] > 0, others[0], np.nan)
    table["verdict"] = [branches.verdict(chance, limits["confidence"]) for chance in table["probability"]]
    return table[COLUMNS].reset_index(drop=True)


def _membership(words: pd.Series, searched: Mapping, known: pd.Index) -> csr_array:
    """1 where the buyer of the column searched for the word of the row."""
    columns = [known.get_indexer(searched.get(word, pd.Index([]))) for word in words]
    starts = np.concatenate([[0], np.cumsum([len(column) for column in columns])]).astype(int)
    column = np.concatenate([np.zeros(0, dtype=int), *columns])
    return csr_array((np.ones(len(column)), column, starts), shape=(len(words), len(known)))


def _others(has: csr_array, looks: np.ndarray, wrong: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """The buyers, and browsers among them, with neither the word of the row nor a word found wrong; with any other word
    where fewer than `least` are left."""
    every, seen = np.ones(len(looks)), wrong.astype(float) @ has > 0
    left = [flag.sum() - has @ flag for flag in (every, looks)]
    clean = [(flag * ~seen).sum() - has @ (flag * ~seen) for flag in (every, looks)]
    rest, browsing = (np.where(clean[0] < least, whole, part) for whole, part in zip(left, clean, strict=True))
    return rest, browsing


def _probability(table: pd.DataFrame, rest, rest_browsers, limits: Mapping, gap: float) -> pd.Series:
    """The chance that each word brings the wrong buyers; missing where too few were seen, of it or of the others."""
    judged = ((table["buyers"] >= limits["min_visits"]) & (rest > 0)).to_numpy()
    prior = faults.shared_prior(table["buyers"].where(judged, 0.0), limits["prior"])[judged]
    counts = (table["browsers"][judged], table["buyers"][judged], rest_browsers[judged], rest[judged])
    odds = _log_evidence(*counts, limits["buyers_alike"], gap)
    return pd.Series(faults.probability(odds, prior), index=prior.index, dtype=float).reindex(table.index)


def findings(table: pd.DataFrame, limits: Mapping) -> list[dict]:
    """The words of `browsers` whose buyers could be judged, as rows of the diagnosis."""
    return [_finding(row, limits) for row in table[table["probability"].notna()].to_dict("records")]


def of_words(found: pd.DataFrame) -> pd.Series:
    """Which rows of the diagnosis speak of the buyers of a single word."""
    return found["scope"].eq("keyword") & found["cause"].eq("buyer_level")


def _finding(row: dict, limits: Mapping) -> dict:
    evidence = {
        "id": "diagnosis.word_browsers",
        "browsers": int(row["browsers"]),
        "buyers": int(row["buyers"]),
        "share": float(row["browser_share"]),
        "others_share": float(row["others_share"]),
        "viewed": limits["viewed"],
        "asked": limits["asked_little"],
    }
    step = {
        "named": {"id": "diagnosis.next.word_browsers"},
        "cleared": {"id": "diagnosis.next.none"},
        "unknown": {"id": "diagnosis.collect_buyers", "buyers": int(row["buyers"])},
    }
    chance, judged = float(row["probability"]), row["verdict"]
    return branches.finding("keyword", row["keyword"], "buyer_level", chance, judged, evidence, step[judged])


def summary(table: pd.DataFrame, people: pd.DataFrame, limits: Mapping) -> dict | None:
    """How much of the money goes to words whose buyers look at much and ask little, as a message; None without any.

    A buyer who searched for several of these words counts once. In: `browsers` and what it was made from.
    """
    wrong = table[table["verdict"] == "named"]
    if wrong.empty:
        return None
    known, searched = _judged(people, limits)
    at = pd.Index([row for word in history.fold(wrong["keyword"]) for row in searched[word]]).unique()
    of_words, of_others = known.loc[at], known.drop(at)
    spend = {"spend": round(float(wrong["spend"].sum()), 2), "spend_share": float(wrong["spend_share"].sum())}
    priced = wrong["spend"].notna().any()
    return {
        "id": "keywords.wrong_buyers" if priced else "keywords.wrong_buyers_unpriced",
        "words": len(wrong),
        "keywords": wrong["keyword"].head(3).tolist(),
        **(spend if priced else {}),
        "probability": float(wrong["probability"].min()),
        "browsers": int(of_words.sum()),
        "buyers": len(of_words),
        "share": float(of_words.mean()),
        "others_share": float(of_others.mean()) if len(of_others) else None,
    }


def propose(message: dict | None, week: date) -> pd.DataFrame:
    """The proposal that follows from `summary`: turn the traffic before touching the page (`brief.ACTION_COLUMNS`)."""
    rows = [] if message is None else [_proposal(message, week)]
    return pd.DataFrame(rows, columns=list(ACTION_COLUMNS))


def _proposal(message: dict, week: date) -> dict:
    return {
        "module": "keywords",
        "object_type": "store",
        "object": "",
        "action": {"id": "keywords.do.buyers", "verb": "fix", "keywords": message["keywords"]},
        "evidence": message,
        "effect": None,
        "priority": "P0",
        "owner": "operator",
        "due": week + timedelta(days=4),
        "review_metric": "l1_inquirer_share",
        "review_on": week + timedelta(weeks=4),
    }


def _judged(people: pd.DataFrame, limits: Mapping) -> tuple[pd.Series, dict[str, pd.Index]]:
    """Whether each visitor of whom it is known browses only, and {word: the visitors who searched for it}."""
    real = people[~people["noise"].fillna(False).astype(bool)]
    known = branches.browsing(real, limits).dropna().astype(bool)
    return known, missed.searched(real.loc[known.index]).groupby("keyword").groups


def _words(decided: pd.DataFrame) -> pd.DataFrame:
    """Clicks and spend of each word over its plans."""
    folded = history.fold(decided["keyword"])
    sums = decided.groupby(folded, sort=False)[["clicks", "spend"]].sum(min_count=1)
    first = decided.groupby(folded, sort=False)["keyword"].first()
    table = sums.assign(keyword=first, spend_share=sums["spend"] / (sums["spend"].sum() or np.nan))
    return table.rename_axis("folded").reset_index().sort_values("spend", ascending=False, kind="stable")


def _log_evidence(hits, size, other_hits, other_size, alike: float, gap: float) -> np.ndarray:
    """Log of how much likelier the browsers of a word are when it brings the wrong buyers than when it does not.

    Healthy: its share is spread around that of the others like a Beta worth `alike` buyers. Wrong: any share beyond
    that of the others + `gap` is as likely. The others' own share is known as well as their number says (Jeffreys).
    """
    k, n, others, rest = (np.asarray(count, dtype=float) for count in (hits, size, other_hits, other_size))
    usual = beta.ppf(_POINTS[:, None], others + 0.5, rest - others + 0.5)
    shape = np.clip(usual, 1e-9, 1 - 1e-9) * alike
    healthy = betaln(k + shape, n - k + alike - shape) - betaln(shape, alike - shape)
    room = 1 - usual - gap
    with np.errstate(divide="ignore"):
        wrong = betaln(k + 1, n - k + 1) + beta.logsf(np.minimum(usual + gap, 1), k + 1, n - k + 1)
        wrong = np.where(room > 0, wrong - np.log(np.maximum(room, 1e-9)), -np.inf)
    return logsumexp(wrong, axis=0) - logsumexp(healthy, axis=0)
