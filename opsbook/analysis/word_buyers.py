"""Who comes by a word: the buyers behind the clicks of each advertised word, and the money spent on the wrong ones."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import beta

from opsbook.analysis import branches, history
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.proportions import wilson

COLUMNS = ["keyword", "clicks", "spend", "spend_share", "buyers", "browsers", "browser_share", "lower", "upper"]
COLUMNS += ["others_share", "probability", "verdict"]
_POINTS = (np.arange(200) + 0.5) / 200


def browsers(people: pd.DataFrame, decided: pd.DataFrame, limits: Mapping, gap: float = 0.1) -> pd.DataFrame:
    """The share of low-level buyers who look at much and ask little, among the buyers who searched for a word, beside
    all other buyers.

    Such buyers point to the traffic and not to the page. `buyers` = visitors with the word among their preferred words
    who viewed enough suppliers and whose level is known; `browsers` of them are of a low level and wrote to few
    (`branches.browsing`); `lower, upper`: 90 % Wilson interval; `others_share`: the same share of the visitors without
    the word. `probability` = P(share > share of the others + `gap`), from Jeffreys' priors. `verdict`: `named` above
    the confidence, `cleared` below its complement, `unknown` between them or under `min_visits` buyers.

    In: `people` (`missed.encounters`), `decided[keyword, clicks, spend]` (`keywords.decide`), `limits`
    (`diagnosis.limits_of`), `gap`: the rule `keywords.buyer_gap`. Out: one row per advertised word, the most expensive
    first.
    """
    known, searched = _judged(people, limits)
    table = _words(decided)
    rows = [searched.get(word, pd.Index([])) for word in table["folded"]]
    table["buyers"], table["browsers"] = [len(at) for at in rows], [int(known.loc[at].sum()) for at in rows]
    rest, rest_browsers = len(known) - table["buyers"], int(known.sum()) - table["browsers"]
    known_buyers = table["buyers"].where(table["buyers"] > 0)
    table["browser_share"] = table["browsers"] / known_buyers
    table["lower"], table["upper"] = wilson(table["browsers"], known_buyers, 0.9)
    table["others_share"] = rest_browsers / rest.where(rest > 0)
    chance = _prob_above(table["browsers"], table["buyers"], rest_browsers, rest, gap)
    table["probability"] = np.where(table["buyers"] < limits["min_visits"], np.nan, chance)
    table["verdict"] = [branches.verdict(chance, limits["confidence"]) for chance in table["probability"]]
    return table[COLUMNS].reset_index(drop=True)


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
    return {
        "id": "keywords.wrong_buyers",
        "words": len(wrong),
        "keywords": wrong["keyword"].head(3).tolist(),
        "spend": round(float(wrong["spend"].sum()), 2),
        "spend_share": float(wrong["spend_share"].sum()),
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
    words = real["keywords"].reindex(known.index).astype("object")
    folded = history.fold(words.str.split(r"[,，;；、\n]", regex=True).explode().dropna())
    return known, {word: rows.unique() for word, rows in folded.groupby(folded).groups.items()}


def _words(decided: pd.DataFrame) -> pd.DataFrame:
    """Clicks and spend of each word over its plans."""
    folded = history.fold(decided["keyword"])
    sums = decided.groupby(folded, sort=False)[["clicks", "spend"]].sum(min_count=1)
    first = decided.groupby(folded, sort=False)["keyword"].first()
    table = sums.assign(keyword=first, spend_share=sums["spend"] / (sums["spend"].sum() or np.nan))
    return table.rename_axis("folded").reset_index().sort_values("spend", ascending=False, kind="stable")


def _prob_above(hits, size, other_hits, other_size, gap: float) -> np.ndarray:
    """P(share > other share + gap) from Jeffreys' priors, averaged over quantiles of the other share."""
    others = beta.ppf(_POINTS[:, None], np.asarray(other_hits) + 0.5, np.asarray(other_size - other_hits) + 0.5)
    shape = (np.asarray(hits) + 0.5, np.asarray(size - hits) + 0.5)
    return beta.sf(np.minimum(others + gap, 1), *shape).mean(axis=0) if len(size) else np.array([])
