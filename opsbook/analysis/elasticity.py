"""How clicks follow money: learned from weeks in which bids were changed, pooled over the words of a store.

One level of spend identifies no curve, and weeks that differ by chance alone identify none either: a week with more
clicks costs more, whatever the bid. Only changes of bids tell, so the bid is the instrument.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm

from opsbook.analysis.rules import Rule
from opsbook.analysis.sources import weekly

_LEVEL = 0.9  # quantile at which the interval ends: 80 % lie inside
_BOUNDS = (0.05, 0.95)  # at 0 no money helps, at 1 there is no curve


def panel(ad_keyword: pd.DataFrame) -> pd.DataFrame:
    """Clicks, spend and mean bid of each word and plan in each week.

    In: rows of `ad_keyword` of natural weeks. Out: `keyword, campaign, period_end, bid, clicks, spend`; rows without a
    bid do not take part.
    """
    rows = ad_keyword[weekly(ad_keyword) & ad_keyword["bid"].notna() & ad_keyword["keyword"].notna()]
    groups = rows.astype({"bid": float, "clicks": float, "spend": float}).groupby(
        ["keyword", "campaign", "period_end"], dropna=False
    )
    return groups.agg(bid=("bid", "mean"), clicks=("clicks", "sum"), spend=("spend", "sum")).reset_index()


def pooled(weeks: pd.DataFrame, *, rules: Mapping[str, Rule]) -> dict:
    """How many per cent more clicks one per cent more spend buys, over all words of a store, with its 80 % interval.

    elasticity = covariance(log bid, log clicks) / covariance(log bid, log spend) within words, changes that all words
    share in a week taken out; errors clustered by word. Weighed with what is assumed without data (rule
    `bidding.elasticity`) by their precisions, and kept between 0.05 and 0.95. In: `panel`; used are words with enough
    clicks a week (rule `bidding.elasticity_clicks`) and weeks with clicks, spend and a bid. Where changes of bids are
    too weak to tell (F below rule `bidding.instrument_strength`) the assumption stands alone.

    Out, a message: `bidding.elasticity_measured` or `bidding.elasticity_assumed` with `middle, low, high`, the `words`
    and `weeks` used.
    """
    assumed = rules["bidding.elasticity"].value
    spread = (assumed["high"] - assumed["low"]) / 2 / norm.ppf(_LEVEL)
    rows = _usable(weeks, rules["bidding.elasticity_clicks"].value)
    seen = {"words": int(rows["word"].nunique()), "weeks": int(rows["period_end"].nunique())}
    estimate, error, strength = instrumented(rows)
    if not strength >= rules["bidding.instrument_strength"].value:
        return {"id": "bidding.elasticity_assumed"} | assumed | seen
    trust = np.array([spread**-2, max(error, 1e-6) ** -2])
    middle = float(trust @ [assumed["middle"], estimate] / trust.sum())
    ends = np.clip(middle + norm.ppf([1 - _LEVEL, _LEVEL]) / np.sqrt(trust.sum()), *_BOUNDS)
    numbers = {"low": float(ends[0]), "middle": float(np.clip(middle, *_BOUNDS)), "high": float(ends[1])}
    return {"id": "bidding.elasticity_measured"} | numbers | seen


def _usable(weeks: pd.DataFrame, least: float) -> pd.DataFrame:
    """Weeks whose logarithms exist, of words with enough clicks that the others are rare."""
    words = weeks.assign(word=weeks.groupby(["keyword", "campaign"], dropna=False).ngroup())
    enough = words.groupby("word")["clicks"].transform("mean") >= least
    return words[enough & (words[["bid", "clicks", "spend"]] > 0).all(axis=1)]


def instrumented(rows: pd.DataFrame) -> tuple[float, float, float]:
    """The elasticity of clicks to spend with the bid as instrument: estimate, standard error, strength (F).

    In: `word, period_end, bid, clicks, spend`, all above 0. Two-stage least squares in logarithms with effects of words
    and weeks; errors and F clustered by word. Fewer than three words, or bids that do not change: all missing.
    """
    if rows["word"].nunique() < 3:
        return np.nan, np.nan, np.nan
    bid, clicks, spend = _within(rows, np.log(rows[["bid", "clicks", "spend"]].to_numpy())).T
    moved = bid @ bid
    if moved < 1e-9:
        return np.nan, np.nan, np.nan
    follows = bid @ spend
    with np.errstate(divide="ignore"):
        strength = follows**2 / _clustered(rows["word"], bid, spend - follows / moved * bid)
    estimate = bid @ clicks / follows
    error = np.sqrt(_clustered(rows["word"], bid, clicks - estimate * spend)) / abs(follows)
    return float(estimate), float(error), float(strength)


def _within(rows: pd.DataFrame, logs: np.ndarray) -> np.ndarray:
    """The logarithms without the means of words and weeks (Frisch, Waugh and Lovell)."""
    weeks = pd.get_dummies(rows["period_end"], dtype=float).to_numpy()
    both = pd.DataFrame(np.hstack([logs, weeks]), index=rows.index)
    centred = (both - both.groupby(rows["word"]).transform("mean")).to_numpy()
    values, effects = centred[:, : logs.shape[1]], centred[:, logs.shape[1] :]
    return values - effects @ np.linalg.lstsq(effects, values, rcond=None)[0]


def _clustered(word: pd.Series, instrument: np.ndarray, residual: np.ndarray) -> np.float64:
    """Sum over words of the squared score, with the usual correction for few words."""
    scores = pd.Series(instrument * residual, index=word.index).groupby(word).sum()
    return np.float64((scores**2).sum() * len(scores) / (len(scores) - 1))


def curve_through(weekly_spend: pd.Series, weekly_clicks: pd.Series, elasticity: float) -> pd.DataFrame:
    """The curve through one observed point that has a given elasticity there: `ceiling` and `half`.

    half = spend x e / (1 - e), ceiling = clicks / (1 - e): then clicks(spend) is what was observed, and its elasticity
    half / (spend + half) is e. One level of spend says nothing of the shape, so e has to come from elsewhere. No spend
    or no clicks: missing.
    """
    known = (weekly_spend > 0) & (weekly_clicks > 0)
    ceiling = weekly_clicks.where(known) / (1 - elasticity)
    return pd.DataFrame({"ceiling": ceiling, "half": weekly_spend.where(known) * elasticity / (1 - elasticity)})
