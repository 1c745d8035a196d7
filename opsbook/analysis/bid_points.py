"""What the bid simulator says: clicks and prices at other bids, as curves, as positions, and as bids for a spend."""

import numpy as np
import pandas as pd

from opsbook.analysis import bidding
from opsbook.analysis.click_curves import concave_hull

NUMBERS = ("bid", "position", "clicks", "cpc")


def complete(bid_point: pd.DataFrame) -> pd.DataFrame:
    """The simulated points that hold a keyword, a bid, clicks a week and a price, with `cost` = clicks x CPC a week.

    In: canonical `bid_point[keyword, bid, position, clicks, cpc, stars]`; `position` and `stars` may be missing. `word`
    is the keyword in small letters: another spelling of it is the same word.
    """
    rows = bid_point.astype(dict.fromkeys([*NUMBERS, "stars"], float))
    rows = rows.assign(word=rows["keyword"].str.casefold(), cost=rows["clicks"] * rows["cpc"])
    return rows.dropna(subset=["keyword", "bid", "clicks", "cpc"])


def hulls(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """{word: the corners `cost, clicks, bid` of its concave hull} of the words with at least two corners.

    In: `complete`. One point identifies no curve; points under the hull are never worth their price.
    """
    corners = {
        word: rows.iloc[concave_hull(rows["cost"], rows["clicks"])][["cost", "clicks", "bid"]]
        for word, rows in points.groupby("word")
    }
    return {word: rows for word, rows in corners.items() if len(rows) > 1 and (rows["cost"] > 0).all()}


def bid_ratio(corners: pd.DataFrame, old_spend: float, new_spend: float) -> float:
    """How many times the bid becomes when the spend changes: the bids read off along the corners of the hull."""
    old, new = np.interp([old_spend, new_spend], corners["cost"], corners["bid"])
    return float(new / old)


def choices(points: pd.DataFrame, words: pd.DataFrame, least_stars: float, target_roi: float = 1.0) -> pd.DataFrame:
    """Which of the first five positions pays for each word, and where the usual rule would have chosen another.

    In: `complete`; `words[keyword, value_per_click]`. A click may cost value_per_click / `target_roi`. Below
    `least_stars` of promotion score a word cannot reach the first five (rule `diagnosis.first_five_stars`).
    Out, one row per word with simulated positions: `keyword, stars, cap, position, clicks, cpc, marginal_cost,
    average_position, lost_surplus` (CNY a week that the usual rule gives away), `evidence`.
    """
    worth = words["value_per_click"].groupby(words["keyword"].str.casefold()).first() / target_roi
    rows = [
        _choice(group, float(worth.get(word, np.nan)), least_stars)
        for word, group in points.dropna(subset=["position"]).groupby("word")
    ]
    columns = ["keyword", "stars", "cap", *bidding.CHOICE, "average_position", "lost_surplus", "evidence"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("lost_surplus", ascending=False, kind="stable", ignore_index=True)


def _choice(group: pd.DataFrame, cap: float, least_stars: float) -> dict:
    stars = group["stars"].min()
    reachable = group[group["position"] > bidding.TOP] if stars < least_stars else group
    chosen = bidding.weigh_positions(reachable, cap).to_dict()
    average = chosen["average_surplus"]
    lost = None if average is None else chosen["surplus"] - average
    row = {"keyword": group["keyword"].iloc[0], "stars": stars, "cap": cap, **chosen, "lost_surplus": lost}
    numbers = {name: row[name] for name in ("cap", "position", "marginal_cost", "average_position", "stars")}
    return row | {"evidence": {"id": _reading(row, least_stars), "least": least_stars, "lost": lost} | numbers}


def _reading(row: dict, least_stars: float) -> str:
    if row["stars"] < least_stars:
        return "bidding.position_stars"
    if row["lost_surplus"] is None:
        return "bidding.position_unknown"
    if row["position"] is None:
        return "bidding.position_none"
    return "bidding.position_same" if row["lost_surplus"] < 0.005 else "bidding.position_other"
