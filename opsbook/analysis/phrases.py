"""Phrases (n-grams) that bring too little over all words that contain them, with false discoveries under control."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, nbinom

from opsbook.analysis import rates
from opsbook.analysis.rules import Rule
from opsbook.analysis.words import plain

COUNTS = ["phrase", "word_count", "clicks", "spend", "inquiries", "expected_inquiries"]
COLUMNS = [*COUNTS, "p_value", "q_value", "verdict", "evidence"]
VERDICTS = ("negative_candidate", "look_at_page", "review", "as_expected")


def weak_phrases(keywords: pd.DataFrame, *, rules: Mapping[str, Rule], longest: int = 3) -> pd.DataFrame:
    """Phrases whose words together bring fewer inquiries than the account's words do, beyond chance.

    For each phrase of up to `longest` words: `expected_inquiries` = mean rate x clicks; `p_value` = P(at most the
    inquiries seen) when its words differ as much as all words do (negative binomial); `q_value` after
    Benjamini-Hochberg. Weak = q_value at most `keywords.false_discovery`. The verdict of a weak phrase: `look_at_page`
    if it shows the intent to trade (`keywords.commercial_words`); else `negative_candidate` if no word with it ever
    brought an inquiry; else `review`. The others are `as_expected`. Phrases with so few clicks that even no inquiry at
    all would prove nothing are left out, and so is a phrase that stands in just the words of a longer one.

    In: `keyword, clicks, spend, inquiries`; rows with a missing count are left out. Out: the weakest first.
    """
    known = keywords.dropna(subset=["keyword", "clicks", "inquiries"])
    rows = _rows_of_phrases(known["keyword"], longest)
    if not rows or known["clicks"].sum() == 0:
        return pd.DataFrame(columns=COLUMNS)
    table = _sums(known, rows).assign(**_chance(known, rows))
    limit = rules["keywords.false_discovery"].value
    table = table[table.pop("p_none") <= limit].reset_index(drop=True)
    table["q_value"] = false_discovery_control(table["p_value"]) if len(table) else []
    table["verdict"] = _verdict(table, limit, {plain(word) for word in rules["keywords.commercial_words"].value})
    table["evidence"] = [_evidence(row) for row in table.to_dict("records")]
    return table[COLUMNS].sort_values("p_value", kind="stable", ignore_index=True)


def _rows_of_phrases(words: pd.Series, longest: int) -> dict[str, tuple[int, ...]]:
    """The positions of the rows that contain each phrase; of phrases with the same rows only the longest."""
    rows = defaultdict(dict)
    for position, word in enumerate(words):
        tokens = plain(word).split()
        for size in range(1, longest + 1):
            for begin in range(len(tokens) - size + 1):
                rows[" ".join(tokens[begin : begin + size])][position] = None
    shortest_first = sorted(rows.items(), key=lambda item: len(item[0].split()))
    phrases = {tuple(positions): phrase for phrase, positions in shortest_first}
    return {phrase: positions for positions, phrase in phrases.items()}


def _sums(known: pd.DataFrame, rows: dict) -> pd.DataFrame:
    columns = {name: known[name].to_numpy(dtype=float, na_value=np.nan) for name in ("clicks", "spend", "inquiries")}
    sums = {name: [_known_sum(values[list(at)]) for at in rows.values()] for name, values in columns.items()}
    return pd.DataFrame({"phrase": list(rows), "word_count": [len(at) for at in rows.values()], **sums})


def _known_sum(values: np.ndarray) -> float:
    """The sum of the known values; missing where none is known."""
    return np.nan if np.isnan(values).all() else np.nansum(values)


def _chance(known: pd.DataFrame, rows: dict) -> dict[str, np.ndarray]:
    """Expected inquiries of each phrase, and the chance of at most those seen and of none at all.

    A sum of words with rates Gamma(k mu, k) has mean mu N and variance mu N + mu (sum of n^2) / k: a negative binomial
    with the size k mu N^2 / (sum of n^2).
    """
    clicks, inquiries = (known[name].to_numpy(dtype=float) for name in ("clicks", "inquiries"))
    prior = rates.shrink(np.append(inquiries, 0), np.append(clicks, 0)).iloc[-1]
    total, squares, seen = (
        np.array([values[list(at)].sum() for at in rows.values()]) for values in (clicks, clicks**2, inquiries)
    )
    size = prior["alpha"] * total**2 / np.where(squares > 0, squares, np.nan)
    expected = prior["mean"] * total
    chance = nbinom(size, size / (size + expected))
    return {"expected_inquiries": expected, "p_value": chance.cdf(np.floor(seen)), "p_none": chance.cdf(0)}


def _verdict(table: pd.DataFrame, limit: float, commercial: set[str]) -> np.ndarray:
    trade = [not commercial.isdisjoint(phrase.split()) for phrase in table["phrase"]]
    cases = [table["q_value"] > limit, np.array(trade, dtype=bool), table["inquiries"] == 0]
    return np.select(cases, ["as_expected", "look_at_page", "negative_candidate"], default="review")


def _evidence(row: dict) -> dict:
    known = [name for name in (*COUNTS[2:], "q_value") if not np.isnan(row[name])]
    numbers = {name: row[name] for name in COUNTS[:2]} | {name: round(float(row[name]), 4) for name in known}
    unpriced = "_unpriced" if row["verdict"] == "negative_candidate" and "spend" not in numbers else ""
    return {"id": f"keywords.phrase.{row['verdict']}{unpriced}"} | numbers
