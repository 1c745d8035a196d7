"""From channel groups to channels, products and keywords: what each brought, and its part in what changed."""

from collections.abc import Callable
from functools import lru_cache

import pandas as pd

from opsbook.analysis import causes, channels, sources, traffic
from opsbook.explore.adverts import attributed
from opsbook.explore.choice import COMPARISONS
from opsbook.explore.slices import Slice
from opsbook.report import language

WEEK_BEFORE = next(iter(COMPARISONS))

#: Clicks in the product export that belong to a channel; of all other channels it knows no clicks of their own.
CLICKS = {
    "search": "search_clicks",
    "text_search": "search_clicks",
    "paid_search": "standard_clicks",
    "whole_site": "whole_site_clicks",
}

_COUNTS = ["channel", "visitors", "opportunities"]  # the words of `traffic`, whatever a row is
_THEN = {"visitors_before": "visitors_then", "before": "opportunities_then", "total": "opportunities_change"}
_OF_WORDS = {
    "channel": "keyword",
    "visitors": "clicks",
    "visitors_then": "clicks_then",
    "opportunities": "inquiries",
    "opportunities_then": "inquiries_then",
    "opportunity_rate": "rate",
}


def drill(
    here: Slice,
    against: str = WEEK_BEFORE,
    root: str | None = None,
    channel: str | None = None,
    product: str | None = None,
) -> pd.DataFrame:
    """What a week brought and what changed: all channel groups; or the channels of a `root`, the products of a
    `channel`, the advertised words of a `product`, the deepest that is given.

    Numerator and denominator of each row in the week and in the weeks it is compared with (of several the mean of those
    held), `visits_change` of the denominator, rate with its 95 % interval, and the row's part in the change of
    opportunities (`traffic.explain_change`). Groups count entries, channels and products visitors, words clicks and
    inquiries; the visitors of a product come from all channels, beside them stand its clicks of this one where the
    export knows them. The largest stands first. A channel goes by its `channel_id`. A week that is not held leaves the
    comparison unknown.
    """
    if against not in COMPARISONS:
        raise ValueError(f"`against` must be one of {', '.join(map(repr, COMPARISONS))}; found {against!r}")
    if product is not None:
        return _words(here, against, product)
    if channel is not None:
        return _products(here, against, channel)
    return _channels(here, against, root) if root is not None else _groups(here, against)


def weeks_held(here: Slice, against: str, table: str) -> list[int]:
    """How many weeks ago the weeks lie that a table is held for, of those to compare with."""
    return [ago for ago in COMPARISONS[against] if len(here.load(table, ago=ago))]


@lru_cache
def channel_table(here: Slice, ago: int, lang: str) -> pd.DataFrame:
    """The channels of the week so many weeks ago (`sources.channel_table`), named in the language of the reader and as
    the newest week names them."""
    rows = pd.concat([here.load("channel_traffic", ago=weeks) for weeks in sorted({ago, 0}, reverse=True)])
    rows = sources.unify_names(rows).reset_index(drop=True)
    rows["channel"] = channels.in_language(rows["channel"], lang)
    return sources.channel_table(rows, here.week - pd.Timedelta(weeks=ago))


def _groups(here: Slice, against: str) -> pd.DataFrame:
    def groups(ago: int) -> pd.DataFrame:
        shares = sources.root_shares(channel_table(here, ago, language.current()), here.book)
        return shares[shares["channels"] > 0].rename(columns={"root": "channel", "entries": "visitors"})

    table = compared(groups, against).merge(groups(0)[["channel", "share"]], how="left")
    names = {"channel": "root", "visitors": "entries", "visitors_then": "entries_then"}
    return table.drop(columns=["opportunity_rate", "lower", "upper"]).rename(columns=names)


def _channels(here: Slice, against: str, root: str) -> pd.DataFrame:
    def of_root(ago: int) -> pd.DataFrame:
        table = channel_table(here, ago, language.current())
        return table[table["root"] == root]

    table = compared(of_root, against)
    return table.assign(channel_id=channels.classify(table["channel"])["channel_id"])


def _products(here: Slice, against: str, channel: str) -> pd.DataFrame:
    def products(ago: int) -> pd.DataFrame:
        rows = here.load("product_performance", ago=ago)
        counted = sources.count_opportunities(rows)["opportunities"]
        return rows.assign(opportunities=counted).rename(columns={"product_id": "channel"})

    table = compared(products, against).rename(columns={"channel": "product_id"})
    names = causes.titles(*(here.load("product_performance", ago=ago) for ago in (*COMPARISONS[against], 0)))
    table = causes.titled(table, names)
    clicks = CLICKS.get(channel)
    if clicks is None:
        return table
    own = here.load("product_performance").drop_duplicates("product_id").set_index("product_id")[clicks]
    table[clicks] = table["product_id"].map(own.astype("Float64").astype(float))
    return table.sort_values(clicks, ascending=False, kind="stable", ignore_index=True)


def _words(here: Slice, against: str, product: str) -> pd.DataFrame:
    def words(ago: int) -> pd.DataFrame:
        rows = attributed(here, ago)
        rows = rows[rows["product_id"].eq(product).fillna(False).astype(bool)].drop(columns="opportunities")
        return rows.rename(columns={"keyword": "channel", "clicks": "visitors", "inquiries": "opportunities"})

    spend = words(0).groupby("channel")["spend"].sum(min_count=1).astype(float)
    table = compared(words, against)
    return table.assign(spend=table["channel"].map(spend)).rename(columns=_OF_WORDS)


def compared(rows: Callable[[int], pd.DataFrame], against: str) -> pd.DataFrame:
    """Visitors and opportunities of every row in the week and in the weeks compared, its rate and its part in the
    change; `rows(ago)` gives `channel, visitors, opportunities` of the week so many weeks ago."""
    now = rows(0).reindex(columns=_COUNTS)
    past = [week for ago in COMPARISONS[against] if len(week := rows(ago).reindex(columns=_COUNTS))]
    then = pd.concat([_divided(week, len(past)) for week in past]) if past else now
    both = traffic.paired_windows(then, now).rename(columns={"visitors_after": "visitors", "after": "opportunities"})
    table = both.merge(traffic.explain_change(then, now), on="channel").rename(columns=_THEN)
    if not past:
        table[[*_THEN.values(), "traffic_effect", "conversion_effect"]] = float("nan")
    table = table.join(sources.opportunity_rates(table))
    table["visits_change"] = (table["visitors"] / table["visitors_then"] - 1).where(table["visitors_then"] > 0)
    return table.sort_values("visitors", ascending=False, kind="stable", ignore_index=True)


def _divided(week: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """The part of one week in the mean of several."""
    return week.assign(**{name: week[name].astype("Float64").astype(float) / weeks for name in _COUNTS[1:]})
