"""What a word is for: a head word wants traffic from the first page, a long-tail word wants opportunities.

The seeds ask different things of the two, so they are never measured by one figure.
"""

import numpy as np
import pandas as pd

from opsbook.analysis import rates
from opsbook.analysis.rules import RuleSet


def word_class(keywords: pd.DataFrame, *, rules: RuleSet) -> pd.Series:
    """The class of a word: `head` with few words and a high keyword index, `long_tail` with more words, `middle`
    otherwise.

    Few = at most `products.head_words` words between blanks, high = keyword index from `products.head_index` on (both
    our defaults; a Chinese word has no blanks and counts as one). A short word without an index is `unknown`.
    """
    words = keywords["keyword"].astype("string").str.split().str.len()
    index = keywords["keyword_index"].astype("float64")
    tail = words > rules["products.head_words"].value
    classes = np.select(
        [words.isna(), tail.fillna(False), index.isna(), index >= rules["products.head_index"].value],
        ["unknown", "long_tail", "unknown", "head"],
        "middle",
    )
    return pd.Series(classes, keywords.index, name="word_class")


def judge(
    keywords: pd.DataFrame, ads: pd.DataFrame | None = None, *, rules: RuleSet, confidence: float = 0.8
) -> pd.DataFrame:
    """A head word reaches its aim with the share of the Top10 average's impressions that the rule asks for, a
    long-tail word with one opportunity.

    Head: share = impressions / Top10 average impressions, against `products.head_share`. The export holds no
    position, so "first page" is not claimed. Long tail: opportunities (inquiries and TM) from P4P (`ads[keyword,
    clicks, spend]` with `opportunities` or `inquiries`), matched by the word in lower case and without surplus
    blanks; none yet is a miss only where the long-tail words' own rate makes an opportunity by now likelier than
    `confidence`, else "not enough data". Words are judged row for row; the export may hold one twice. In: own
    keywords with `keyword, keyword_index, impressions, clicks, top10_impressions`. Out, index kept: `keyword,
    word_class, aim` (`traffic`, `opportunities` or missing)`, impressions, clicks, top10_impressions, share,
    ad_clicks, spend, opportunities, cost_per_opportunity` (CNY)`, expected` (opportunities by now), `verdict`
    (`reached`, `not reached`, `not enough data`, `no aim` for a middle word, `unknown`), `evidence`.
    """
    counts = ["impressions", "clicks", "top10_impressions"]
    out = keywords.reindex(columns=["keyword", *counts]).astype(dict.fromkeys(counts, "float64"))
    out.insert(1, "word_class", word_class(keywords, rules=rules))
    out.insert(2, "aim", out["word_class"].map({"head": "traffic", "long_tail": "opportunities"}))
    out["share"] = out["impressions"] / out["top10_impressions"].where(out["top10_impressions"] > 0)
    paid = _paid(ads).reindex(_key(out["keyword"])).set_axis(out.index)
    out[["ad_clicks", "spend", "opportunities"]] = paid
    out["cost_per_opportunity"] = out["spend"] / out["opportunities"].where(out["opportunities"] > 0)
    tail = out["word_class"] == "long_tail"
    out["expected"] = np.nan
    out.loc[tail.to_numpy(), "expected"] = _expected(out[tail]).to_numpy()  # by position: labels may stand twice
    reasons = [out["aim"] == "traffic", tail, out["word_class"] == "middle"]
    out["verdict"] = np.select(
        reasons, [_head_verdict(out, rules), _tail_verdict(out, confidence), "no aim"], "unknown"
    )
    out["evidence"] = [_evidence(row) for row in out.to_dict("records")]
    return out


def _key(words: pd.Series) -> pd.Series:
    return words.astype("string").str.casefold().str.split().str.join(" ")


def _paid(ads: pd.DataFrame | None) -> pd.DataFrame:
    """Clicks, spend and opportunities of each word over all its rows; a missing number makes the sum missing."""
    columns = ["clicks", "spend", "opportunities"]
    if ads is None or ads.empty:
        return pd.DataFrame(columns=columns, dtype="float64")
    rows = ads.reindex(columns=["keyword", *columns, "inquiries"])
    rows["opportunities"] = rows["opportunities"].astype("float64").fillna(rows["inquiries"].astype("float64"))
    return rows[columns].astype("float64").groupby(_key(rows["keyword"])).sum(skipna=False)


def _expected(tail: pd.DataFrame) -> pd.Series:
    """Opportunities that clicks like these bring at the rate of all long-tail words together."""
    known = tail[["ad_clicks", "opportunities"]].dropna()
    if known["ad_clicks"].sum() == 0:
        return pd.Series(np.nan, tail.index)
    pooled = rates.shrink([known["opportunities"].sum()], [known["ad_clicks"].sum()])["mean"].iloc[0]
    return tail["ad_clicks"] * pooled


def _head_verdict(out: pd.DataFrame, rules: RuleSet) -> np.ndarray:
    share = out["share"]
    return np.select([share.isna(), share >= rules["products.head_share"].value], ["unknown", "reached"], "not reached")


def _tail_verdict(out: pd.DataFrame, confidence: float) -> np.ndarray:
    found, expected = out["opportunities"], out["expected"]
    reasons = [found.isna(), found > 0, 1 - np.exp(-expected) >= confidence]
    return np.select(reasons, ["unknown", "reached", "not reached"], "not enough data")


def _evidence(row: dict) -> dict:
    if row["verdict"] in ("unknown", "no aim"):
        return {"id": f"ambitions.{row['verdict'].replace(' ', '_')}"}
    if row["aim"] == "traffic":
        return {"id": f"ambitions.head_{row['verdict'].replace(' ', '_')}"} | {
            key: row[key] for key in ("impressions", "top10_impressions", "share")
        }
    numbers = {key: row[key] for key in ("ad_clicks", "opportunities", "expected") if not pd.isna(row[key])}
    return {"id": f"ambitions.tail_{row['verdict'].replace(' ', '_')}"} | numbers


def summary(judged: pd.DataFrame) -> pd.DataFrame:
    """How many words of each class reached their aim.

    Out: `word_class, aim, words`, and of these `words_reached, words_not_reached, words_not_enough_data,
    words_no_aim, words_unknown`.
    """
    classes = ["head", "long_tail", "middle", "unknown"]
    verdicts = ["reached", "not reached", "not enough data", "no aim", "unknown"]
    table = pd.crosstab(judged["word_class"], judged["verdict"]).reindex(index=classes, columns=verdicts, fill_value=0)
    table.insert(0, "words", table.sum(axis=1))
    table.insert(0, "aim", table.index.map({"head": "traffic", "long_tail": "opportunities"}))
    table.columns = [f"words_{name.replace(' ', '_')}" if name in verdicts else name for name in table.columns]
    return table.rename_axis("word_class").reset_index()
