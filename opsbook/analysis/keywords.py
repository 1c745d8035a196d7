"""Keyword economics: what a click costs, what it brings, and what to do with each word while the counts are tiny.

All money is in CNY; `intake` has turned fen into yuan before a table arrives here.
"""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from opsbook.analysis import rates
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.analysis.keyword_evidence import evidence, proposal, readings

REQUIRED = ("keyword", "impressions", "clicks", "spend", "inquiries")
KEPT = ("keyword", "product_id", "campaign", "group", "measure", "attribution")  # where the table has them
DECISIONS = ("raise", "keep", "lower", "pause", "collect", "add")
CHANGES = ("raise", "lower", "pause")
ROLES = ("head", "long_tail")

_CHINESE = re.compile("[\u4e00-\u9fff]")
_VALUE_POINTS = (np.arange(25) + 0.5) / 25  # an uncertain value is represented by these quantiles


def decide(
    keywords: pd.DataFrame,
    value_per_inquiry: float | pd.Series | Sequence[float],
    confidence: float = 0.8,
    *,
    gain_margin: float = 0.2,
    head_words: int = 2,
) -> pd.DataFrame:
    """What to do with every advertised word, from the probability that its clicks cost more than they bring.

    `prob_loss` = P(inquiries per click < `break_even`) with `break_even` = CPC / value of an inquiry, under the
    posterior of `rates.shrink` within `group`; `prob_gain` = P(rate > break_even x (1 + `gain_margin`)). The decision:

    * `pause` exactly when prob_loss > `confidence`;
    * `raise` when prob_gain > `confidence` and the clicks were paid for;
    * `collect` when something needed is unknown (no click yet; spend, inquiries or the value missing), when the word
      has not yet spent the value of one inquiry, or when its own clicks are fewer than those that the opinion of its
      group is worth (`prior_exposure`);
    * `lower` when a loss is more likely than not;
    * `keep` otherwise. (`add` belongs to words that are not advertised yet: `words.candidates`.)

    In: `keyword, impressions, clicks, spend` (CNY), `inquiries`; optional `group`; optional `mature_clicks`, the clicks
    whose inquiries have had time to arrive, which then are the exposure. `value_per_inquiry` in CNY: a number, a Series
    with one value per row, or draws of an uncertain value (a list or array: the probabilities are then means over its
    quantiles, break-even and the clicks needed are those of its median). Missing is unknown: nothing but `collect`.

    Out: one row per row, same index; a word in several rows is never merged; `product_id, campaign, group, measure,
    attribution` (`attribution.attribute`: whether the inquiries are an estimate) stay beside it. `ctr`, `cpc`,
    `cost_per_inquiry` (missing where the denominator is 0); `rate` per click with `rate_lower, rate_upper` (90 %), and
    what it makes of the clicks, `inquiries_lower, inquiries_upper`; `expected_profit` = value x rate x clicks - spend,
    by which lists are sorted, never by a raw rate; `clicks_needed` = further clicks without an inquiry after which the
    decision would be `pause` (0 where it is, missing where no number of clicks would do); `role` (`head` = at most
    `head_words` words) with its `reading`, which never changes the decision; `evidence`. `confidence`, `gain_margin`,
    `head_words`: our defaults.

    >>> words = pd.DataFrame({"keyword": ["steel pipe", "pipe"], "impressions": [900, 8000], "clicks": [60, 400],
    ...                       "spend": [120.0, 2000.0], "inquiries": [6, 1]})
    >>> decide(words, value_per_inquiry=100)["decision"].tolist()
    ['raise', 'pause']
    """
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` must lie between 0 and 1; found {confidence}")
    counts = _counts(keywords)
    value, points = _values(value_per_inquiry, keywords)
    posterior = rates.shrink(counts["inquiries"], counts["exposure"], keywords.get("group"))
    table = _economics(keywords, counts, posterior, value)
    loss, gain = _probabilities(posterior, table["cpc"], points, gain_margin)
    table = table.assign(prob_loss=loss, prob_gain=gain, prior_exposure=posterior["prior_exposure"])
    table["decision"] = _decision(table, counts["exposure"], confidence)
    table["clicks_needed"] = _clicks_needed(table, posterior, confidence)
    table["role"] = role(keywords["keyword"], head_words)
    return table.assign(reading=readings(table), evidence=evidence(table))


def role(words: pd.Series, head_words: int = 2) -> pd.Series:
    """Head word or long-tail word: a head word has at most `head_words` words (our default: two).

    Words are separated by blanks; a run of Chinese characters counts one word per two characters. Missing: missing.
    """
    names = [None if pd.isna(word) else ROLES[_length(word) > head_words] for word in words.to_list()]
    return pd.Series(names, index=words.index, dtype="str")


def pause_list(decided: pd.DataFrame) -> pd.DataFrame:
    """The words to pause, the largest expected loss first, with the number of wrong pauses to expect down to each row.

    A pause is wrong when the word earns its clicks after all: `wrong_pauses` = running sum of 1 - prob_loss.
    """
    paused = decided[decided["decision"] == "pause"].sort_values("expected_profit", kind="stable")
    return paused.assign(wrong_pauses=(1 - paused["prob_loss"]).cumsum())


def wrong_pauses(decided: pd.DataFrame) -> dict:
    """The number of wrong pauses to expect in the whole list: the sum of 1 - prob_loss.

    A message with the number of words, their spend, the expected wrong pauses and the inquiries that go with the list.
    """
    paused = pause_list(decided)
    return {
        "id": "keywords.wrong_pauses" if len(paused) else "keywords.no_pauses",
        "words": len(paused),
        "wrong": round(float((1 - paused["prob_loss"]).sum()), 2),
        "spend": round(float(paused["spend"].sum()), 2),
        "inquiries": round(float((paused["rate"] * paused["clicks"]).sum()), 2),
    }


def standardised(keywords: pd.DataFrame, by: str = "group") -> pd.DataFrame:
    """The rate that each word would have if its clicks came from the same mix of groups as everybody's.

    Words that live off different countries or products are not compared by their total rates, which may even turn the
    order around (Simpson). rate = sum over groups of (the group's share of all clicks x the word's shrunken rate in the
    group; without clicks there, that of the group). In: `keyword, clicks, inquiries` and `by`; rows with a missing
    count are left out. Out, one row per word: `clicks, inquiries, rate, rate_lower, rate_upper` (90 %).
    """
    known = keywords.dropna(subset=["clicks", "inquiries"])
    sums = known.groupby(["keyword", by], dropna=False)[["clicks", "inquiries"]].sum()
    cells = sums.unstack(fill_value=0).stack(future_stack=True)  # a pair without a row had no clicks
    posterior = rates.shrink(cells["inquiries"], cells["clicks"], cells.index.get_level_values(by))
    share = cells["clicks"].groupby(by, dropna=False).transform("sum") / (cells["clicks"].sum() or np.nan)
    mean, variance = share * posterior["mean"], share**2 * posterior["alpha"] / posterior["beta"] ** 2
    moments = pd.DataFrame({"mean": mean, "variance": variance}).groupby("keyword").sum(min_count=1)
    shape, scale = moments["mean"] ** 2 / moments["variance"], moments["variance"] / moments["mean"]
    bounds = {f"rate_{end}": gammaincinv(shape, q) * scale for end, q in (("lower", 0.05), ("upper", 0.95))}
    return cells.groupby("keyword").sum().assign(rate=moments["mean"], **bounds).reset_index()


def summary(decided: pd.DataFrame, weeks: float | None = None) -> list[dict]:
    """Where the money went, what is luck and what is not: totals, spend without an inquiry, and pauses, as messages.

    The cost per inquiry of the whole table comes with the 80 % interval of its count (gamma with half an event).
    `weeks` that the table covers, where they are to be said. An empty table has nothing to say.
    """
    if decided.empty:
        return []
    spend, inquiries = float(decided["spend"].sum()), float(decided["inquiries"].sum())
    if decided["spend"].isna().all():
        return [{"id": "keywords.spend_unknown", "words": len(decided)}]
    if decided["inquiries"].isna().all():
        return [{"id": "keywords.spent_cost_only", "spend": round(spend, 2), "words": len(decided)}]
    total = rates.shrink([inquiries], [spend], level=0.8).iloc[0]
    costs = {"cost_low": round(1 / total["upper"], 2), "cost_high": round(1 / total["lower"], 2)} if spend > 0 else {}
    silent = decided["inquiries"] == 0
    waiting = decided[silent & ~(decided["decision"] == "pause")]
    name = "keywords.nothing_spent" if spend == 0 else "keywords.spent" if weeks is None else "keywords.spent_in_weeks"
    window = {} if weeks is None else {"weeks": round(weeks, 1), "cost": spend / inquiries if inquiries else None}
    return [
        {"id": name, "spend": round(spend, 2), "clicks": int(decided["clicks"].sum()), "inquiries": round(inquiries, 2)}
        | costs
        | window,
        {"id": "keywords.silent", "words": int(silent.sum()), "spend": round(float(decided["spend"][silent].sum()), 2)}
        | {"waiting": len(waiting), "waiting_spend": round(float(waiting["spend"].sum()), 2)},
        wrong_pauses(decided),
    ]


def actions(
    decided: pd.DataFrame,
    candidates: pd.DataFrame | None = None,
    *,
    week: date,
    weeks: float = 1,
    top: int = 10,
    urgent_spend: float = 500,
) -> pd.DataFrame:
    """Proposals for the action list: the words with the largest expected profit or loss whose decision is a change.

    After them up to `top` words to add, from `words.candidates`. A pause saves the spend and gives up the inquiries:
    its effect in CNY a week is minus the expected profit, with the interval of the rate, over the `weeks` that the
    table covers. What a changed bid or a new word brings is not known before its price. `P0`: paused words that spent
    more than `urgent_spend` a week without an inquiry (a practitioners' rule). Due on the keyword day, the Wednesday
    after the `week` (its Saturday), and looked at again two weeks later.
    """
    named = decided.assign(object=_objects(decided))
    changed = named[named["decision"].isin(CHANGES)]
    order = np.argsort(-changed["expected_profit"].abs().to_numpy(), kind="stable")[:top]
    rows = changed.iloc[order].to_dict("records")
    new = [] if candidates is None else candidates.assign(object=candidates["keyword"]).head(top).to_dict("records")
    proposals = [proposal(row, week, weeks, urgent_spend) for row in [*rows, *new]]
    return pd.DataFrame(proposals, columns=list(ACTION_COLUMNS))


def _length(word: str) -> int:
    """Number of words in a keyword."""
    if word.isascii():
        return len(word.split())
    return len(_CHINESE.sub(" ", word).split()) + (len(_CHINESE.findall(word)) + 1) // 2


def _counts(keywords: pd.DataFrame) -> pd.DataFrame:
    missing = [column for column in REQUIRED if column not in keywords]
    if missing:
        raise ValueError(f"`keywords` needs the columns {', '.join(REQUIRED)}; missing: {', '.join(missing)}")
    columns = [*REQUIRED[1:], *({"mature_clicks"} & set(keywords.columns))]
    counts = pd.DataFrame(
        {column: keywords[column].to_numpy(dtype=float, na_value=np.nan) for column in columns}, index=keywords.index
    ).replace([np.inf, -np.inf], np.nan)
    negative = counts.columns[(counts < 0).any()]
    if len(negative):
        raise ValueError(f"`keywords` must not be negative; found a value below 0 in {', '.join(negative)}")
    return counts.assign(exposure=counts.get("mature_clicks", counts["clicks"]))


def _values(value, keywords: pd.DataFrame) -> tuple[np.ndarray, list[np.ndarray]]:
    """The value of an inquiry (its median where it is uncertain), and the equally likely values to average over."""
    if isinstance(value, pd.Series):
        if not value.index.equals(keywords.index):
            raise ValueError("`value_per_inquiry` must have the labels of `keywords`, one value per row; found others")
        value = value.to_numpy(dtype=float, na_value=np.nan)
        points = [value]
    elif np.ndim(value):
        points = list(np.quantile(np.asarray(value, dtype=float), _VALUE_POINTS))
        value = np.asarray(np.median(value))
    else:
        value = np.asarray(np.nan if pd.isna(value) else value, dtype=float)
        points = [value]
    if (np.asarray(points) <= 0).any():
        raise ValueError("`value_per_inquiry` must be above 0; where it is not known, pass a missing value")
    return value, points


def _economics(keywords: pd.DataFrame, counts: pd.DataFrame, posterior: pd.DataFrame, value) -> pd.DataFrame:
    clicks, spend, inquiries = counts["clicks"], counts["spend"], counts["inquiries"]
    cpc = spend / clicks.where(clicks > 0)
    kept = [column for column in KEPT if column in keywords]
    return keywords[kept].assign(
        impressions=counts["impressions"],
        clicks=clicks,
        spend=spend,
        inquiries=inquiries,
        ctr=clicks / counts["impressions"].where(counts["impressions"] > 0),
        cpc=cpc,
        cost_per_inquiry=spend / inquiries.where(inquiries > 0),
        rate=posterior["mean"],
        rate_lower=posterior["lower"],
        rate_upper=posterior["upper"],
        inquiries_lower=posterior["lower"] * clicks,
        inquiries_upper=posterior["upper"] * clicks,
        value_per_inquiry=value,
        break_even=cpc / value,
        expected_profit=value * posterior["mean"] * clicks - spend,
        first_page=_first_page(keywords, counts),
    )


def _first_page(keywords: pd.DataFrame, counts: pd.DataFrame):
    """Impressions against the average of the industry's ten best suppliers on the word, where it is known."""
    if "first_page" in keywords:
        return keywords["first_page"].to_numpy(dtype=float, na_value=np.nan)
    if "top10_impressions" not in keywords:
        return np.nan
    best = keywords["top10_impressions"].to_numpy(dtype=float, na_value=np.nan)
    return counts["impressions"] / np.where(best > 0, best, np.nan)


def _probabilities(posterior: pd.DataFrame, cpc: pd.Series, points: list, gain_margin: float) -> tuple:
    price = cpc.to_numpy()
    loss = sum(rates.prob_below(posterior, price / point) for point in points) / len(points)
    no_gain = sum(rates.prob_below(posterior, price * (1 + gain_margin) / point) for point in points) / len(points)
    return loss, 1 - no_gain


def _decision(table: pd.DataFrame, exposure: pd.Series, confidence: float) -> np.ndarray:
    paid = table["spend"] > 0
    rules = {
        "unknown": table["prob_loss"].isna(),
        "pause": table["prob_loss"] > confidence,
        "raise": (table["prob_gain"] > confidence) & paid,
        "collect": ((exposure < table["prior_exposure"]) | (table["spend"] < table["value_per_inquiry"])) & paid,
        "lower": table["prob_loss"] > 0.5,
    }
    names = ["collect" if name == "unknown" else name for name in rules]
    return np.select([rule.to_numpy() for rule in rules.values()], names, default="keep")


def _clicks_needed(table: pd.DataFrame, posterior: pd.DataFrame, confidence: float) -> np.ndarray:
    needed = np.floor(rates.exposure_needed(table["break_even"].to_numpy(), posterior, confidence).to_numpy()) + 1
    return np.where(table["decision"] == "pause", 0, np.where(np.isfinite(needed), needed, np.nan))


def _objects(decided: pd.DataFrame) -> pd.Series:
    """The word; where it stands in several rows, with the campaign or group that tells them apart."""
    word = decided["keyword"].astype("str")
    scope = next((decided[column].astype("str") for column in ("campaign", "group") if column in decided), None)
    return word if scope is None else word.where(~word.duplicated(keep=False), word + " | " + scope)
