"""The heavy part of the keyword views, done once for a slice: what each advertised word cost and brought."""

from functools import lru_cache

import pandas as pd

from opsbook.analysis import ad_words, attribution, bid_caps, bid_points, elasticity, rates
from opsbook.explore.slices import Slice

WEEKS = 8  # of clicks on which the decisions rest, as in the keyword notebook
SLICES = 8  # whose words are kept in memory


@lru_cache(SLICES)
def settled(here: Slice) -> pd.DataFrame:
    """The advertised rows of the last weeks that can be judged (`ad_words.settled`), spend in yuan."""
    rows = in_yuan(here, WEEKS)
    return ad_words.settled(rows, here.load("product_performance", WEEKS), data_up_to=here.week, rules=here.book)


@lru_cache(SLICES)
def words(here: Slice) -> pd.DataFrame:
    """What each advertised word cost and brought over the settled days, one row per word and plan."""
    return ad_words.totals(settled(here), rules=here.book)


@lru_cache(SLICES)
def posteriors(here: Slice) -> pd.DataFrame:
    """What is known of each word's inquiries per click (`rates.shrink`), a row of `words` each."""
    table = words(here)
    return rates.shrink(table["inquiries"], table["mature_clicks"], table.get("group"))


@lru_cache(SLICES)
def known_value(here: Slice) -> float | None:
    """The value of an inquiry in CNY: as stated for the store, or the middle of its estimate from orders; else None."""
    settings, counted = here.settings, attribution.measure(settled(here))
    known = {"margin": settings.gross_margin, "cny_per_usd": settings.cny_per_usd, "counted": counted}
    orders, store_kpi = here.load("order"), here.load("store_kpi", WEEKS)
    stated = settings.value_per_inquiry_cny
    return attribution.middle(attribution.estimate_value(orders, store_kpi, stated=stated, **known))


@lru_cache(SLICES)
def bids(here: Slice) -> pd.DataFrame:
    """The newest bid of each word and plan (`bid_caps.current_bids`)."""
    return bid_caps.current_bids(in_yuan(here, WEEKS))


@lru_cache(SLICES)
def response(here: Slice) -> dict:
    """How clicks follow money in this store (`elasticity.pooled`)."""
    return elasticity.pooled(elasticity.panel(settled(here)), rules=here.book)


@lru_cache(SLICES)
def simulated(here: Slice) -> dict[str, pd.DataFrame]:
    """The curves that the bid simulator gave (`bid_points.hulls`)."""
    return bid_points.hulls(bid_points.complete(here.load("bid_point")))


def attributed(here: Slice, ago: int = 0) -> pd.DataFrame:
    """The keyword report of one week, every row with its inquiries (`attribution.attribute`)."""
    rows, products = in_yuan(here, ago=ago), here.load("product_performance", ago=ago)
    return attribution.attribute(rows, attribution.product_totals(products, rows))


def in_yuan(here: Slice, weeks: int = 1, ago: int = 0) -> pd.DataFrame:
    """The rows of the keyword report; their spend is unknown where it is found to be in fen."""
    rows, plans = here.load("ad_keyword", weeks, ago), here.load("ad_campaign", weeks, ago)
    return attribution.in_yuan(rows, attribution.spend_unit(rows, plans))
