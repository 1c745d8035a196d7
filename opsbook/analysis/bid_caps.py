"""What a click of each advertised word is worth, beside what it costs and what is bid for it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from opsbook.analysis import bidding
from opsbook.analysis.attribution import middle
from opsbook.analysis.rules import Rule

KEYS = ["keyword", "campaign"]
_STATED = {"bid": "mean", "floor_bid": "max", "stars": "min"}


def value_target(target_roi: float | None, gross_margin: float | None) -> float:
    """The value of inquiries wanted per CNY of advertising: the store's target ROI x its gross margin, else 1.

    The target of a store is order value / cost, the value of an inquiry is gross profit: the margin leads from one to
    the other. Where either is not stated a click may cost what it is worth: 1.
    """
    return 1.0 if target_roi is None or gross_margin is None else target_roi * gross_margin


def describe_target(target_roi: float | None, gross_margin: float | None) -> dict:
    """Where the wanted value per CNY comes from (`value_target`), as a message."""
    if target_roi is None or gross_margin is None:
        return {"id": "bidding.target_even"}
    target = value_target(target_roi, gross_margin)
    name = "bidding.target" if target >= 1 else "bidding.target_below"
    return {"id": name, "target": target, "target_roi": target_roi, "margin": gross_margin}


def price_formula(rules: Mapping[str, Rule]) -> dict:
    """How the auction is reported to set the price of a click (`bidding.click_price`), as a message."""
    return {"id": "bidding.price_formula", "step": rules["bidding.price_step"].value}


def current_bids(ad_keyword: pd.DataFrame) -> pd.DataFrame:
    """The bid, the floor price and the promotion stars of each word and plan on the newest day that states a bid.

    In: `ad_keyword[keyword, campaign, bid, floor_bid, stars]` with `on` or `period_end`. Several products of a word on
    that day: their mean bid, their highest floor, their worst stars. Out: `keyword, campaign, bid, floor_bid, stars`.
    """
    day = pd.to_datetime(ad_keyword["on"]).fillna(pd.to_datetime(ad_keyword["period_end"]))
    rows = ad_keyword.assign(day=day).astype(dict.fromkeys(_STATED, float)).dropna(subset=["keyword", "day", "bid"])
    newest = rows[rows["day"] == rows.groupby(KEYS, dropna=False)["day"].transform("max")]
    return newest.groupby(KEYS, dropna=False).agg(_STATED).reset_index()


def caps(
    decided: pd.DataFrame,
    posterior: pd.DataFrame,
    value_per_inquiry: float | np.ndarray,
    bids: pd.DataFrame,
    *,
    weeks: float,
    target_roi: float,
    rules: Mapping[str, Rule],
) -> pd.DataFrame:
    """The most that a click of each word is worth, with a cautious version, beside its price and its bid.

    `cap` = `bidding.bid_cap` of the posterior mean, `cautious_cap` of its lower quantile (rule
    `bidding.cautious_quantile`); `value_per_click` = the cap at a target of 1. An uncertain value of an inquiry enters
    by its median. In: the table of `keywords.decide` over so many `weeks`; `rates.shrink` on the same rows; the bids
    of `current_bids`. Out, same rows: `keyword, campaign, decision, cpc, bid, floor_bid, stars, weekly_spend,
    weekly_clicks, value_per_click, cap, cautious_cap, evidence`.
    """
    value = np.nan if middle(value_per_inquiry) is None else middle(value_per_inquiry)
    quantile = rules["bidding.cautious_quantile"].value
    known = decided[KEYS].merge(bids, how="left", on=KEYS)
    table = decided[[*KEYS, "decision", "cpc"]].assign(
        **{column: known[column].to_numpy(dtype=float) for column in _STATED},
        weekly_spend=decided["spend"] / weeks,
        weekly_clicks=decided["clicks"] / weeks,
        value_per_click=bidding.bid_cap(posterior, value),
        cap=bidding.bid_cap(posterior, value, target_roi),
        cautious_cap=bidding.bid_cap(posterior, value, target_roi, quantile),
    )
    return table.assign(evidence=[_reading(row) for row in table.to_dict("records")])


def _reading(row: dict) -> dict:
    """Where the price of a click lies between the two caps."""
    cpc, cap, cautious = row["cpc"], row["cap"], row["cautious_cap"]
    if np.isnan(cap) or np.isnan(cpc):
        return {"id": "bidding.cap_unknown"}
    name = "above" if cpc > cap else "between" if cpc > cautious else "below"
    return {"id": f"bidding.cap_{name}", "cpc": cpc, "cap": cap, "cautious": cautious}


def by_stake(table: pd.DataFrame) -> pd.DataFrame:
    """The words at which most money is at stake: by spend x the distance of cap and price, the largest first."""
    stake = (table["weekly_clicks"] * (table["cap"] - table["cpc"])).abs().fillna(0.0)
    return table.iloc[np.argsort(-stake.to_numpy(), kind="stable")]
