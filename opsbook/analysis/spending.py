"""Where the advertising money went: product x word x spend, waste, budget use, price of a click, hours online."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

SUMMED = ("impressions", "clicks", "spend", "inquiries", "online_hours")


def product_keyword_spend(ad_keyword: pd.DataFrame, by: Sequence[str] = ("product_id", "keyword")) -> pd.DataFrame:
    """Spend by product and word, the largest first, with its share of all spend.

    What sellers call 品词费. Sums of impressions, clicks, spend and inquiries over the rows of each pair; `ctr` =
    clicks / impressions, `cpc` = spend / clicks, `cost_per_inquiry` = spend / inquiries, `spend_share` = spend / all
    spend, each missing where the denominator is 0. A product that the export does not name keeps its own rows. Sums of
    nothing known are missing.
    """
    columns = [column for column in SUMMED if column in ad_keyword]
    keys = [key for key in by if key in ad_keyword]
    table = ad_keyword.groupby(keys, dropna=False, sort=False)[columns].sum(min_count=1).reset_index()
    table = table.assign(
        ctr=_ratio(table, "clicks", "impressions"),
        cpc=_ratio(table, "spend", "clicks"),
        cost_per_inquiry=_ratio(table, "spend", "inquiries"),
        spend_share=table["spend"] / (table["spend"].sum() or np.nan),
    )
    return table.sort_values("spend", ascending=False, kind="stable", ignore_index=True)


def wasted_spend(decided: pd.DataFrame, confidence: float = 0.8) -> pd.DataFrame:
    """Spend without an inquiry, split into what is very likely a loss and what is only too early to tell.

    In: the table of `keywords.decide`. Rows: `with_inquiries`, `likely_loss` (no inquiry, prob_loss > `confidence`),
    `too_early` (no inquiry, not sure), `unknown` (inquiries not known). Columns: `word_count`, `clicks`, `spend`, its
    `spend_share` of all spend, `expected_inquiries` = what the shrunken rates would have made of these clicks. Without
    words there are no rows.
    """
    inquiries, loss = decided["inquiries"], decided["prob_loss"]
    parts = {
        "with_inquiries": inquiries > 0,
        "likely_loss": (inquiries == 0) & (loss > confidence),
        "too_early": (inquiries == 0) & ~(loss > confidence),
        "unknown": inquiries.isna(),
    }
    total = decided["spend"].sum() or np.nan
    expected = decided["rate"] * decided["clicks"]
    known = {name: int(part.any()) for name, part in parts.items()}  # a sum of nothing known is unknown, of no word 0
    rows = {
        name: {
            "word_count": int(part.sum()),
            "clicks": decided["clicks"][part].sum(min_count=known[name]),
            "spend": decided["spend"][part].sum(min_count=known[name]),
            "spend_share": decided["spend"][part].sum(min_count=known[name]) / total,
            "expected_inquiries": expected[part].sum(min_count=1),
        }
        for name, part in parts.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("spend_part").reset_index()
    return table if len(decided) else table.head(0)


def budget_use(ad_campaign: pd.DataFrame) -> pd.DataFrame:
    """The share of its budget that a campaign spent: spend / (daily budget x days).

    In: `campaign, spend, budget` (CNY a day) with `on` or `period_start, period_end`; rows of a campaign are summed.
    Out, the fullest first: `campaign, spend, days, total_budget` (of all days), `budget_use`. A day without a known
    budget or spend counts on neither side. Near 1 the budget may have run out before the day did: see
    `promotion_hours`.
    """
    known = ad_campaign[ad_campaign["budget"].notna() & ad_campaign["spend"].notna()]
    days = _days(known)
    rows = known[["campaign", "spend"]].assign(days=days, total_budget=known["budget"] * days)
    table = rows.groupby("campaign", sort=False)[["spend", "days", "total_budget"]].sum().reset_index()
    return table.assign(budget_use=_ratio(table, "spend", "total_budget")).sort_values(
        "budget_use", ascending=False, kind="stable", ignore_index=True
    )


def cpc_change(now: pd.DataFrame, before: pd.DataFrame, key: str = "keyword") -> pd.DataFrame:
    """The change of the average CPC against the week before, split exactly into price and mix, word by word.

    `price_effect` = change of the word's CPC x its mean share of clicks; `mix_effect` = change of its share of clicks x
    (its mean CPC - the mean of the two averages). All effects add up to the change of the average CPC (spend / clicks).
    A word with clicks in one week only has no price to compare: its CPC is taken as unchanged, all its effect is mix.
    Rows with missing clicks or spend are left out. Columns: `cpc_before, cpc, clicks_before, clicks, price_effect,
    mix_effect`; words with clicks in either week.
    """
    counts = ["clicks", "spend"]
    old, new = (table.dropna(subset=counts).groupby(key)[counts].sum() for table in (before, now))
    both = old.add_suffix("_before").join(new, how="outer").fillna(0.0)  # no row: no clicks and no spend
    both = both[both["clicks_before"] + both["clicks"] > 0]
    old, new = _ratio(both, "spend_before", "clicks_before"), _ratio(both, "spend", "clicks")
    shares = [both[column] / (both[column].sum() or np.nan) for column in ("clicks_before", "clicks")]
    averages = [(share * cpc).sum() for share, cpc in zip(shares, (old, new), strict=True)]
    price_old, price_new = old.fillna(new), new.fillna(old)
    centre = (price_old + price_new) / 2 - sum(averages) / 2
    effects = both.assign(
        cpc_before=old,
        cpc=new,
        price_effect=(price_new - price_old) * (shares[0] + shares[1]) / 2,
        mix_effect=(shares[1] - shares[0]) * centre,
    )
    columns = ["cpc_before", "cpc", "clicks_before", "clicks", "price_effect", "mix_effect"]
    return effects[columns].reset_index()


def explain_cpc(changes: pd.DataFrame) -> dict | None:
    """How the average price of a click changed, and how much of it each part explains, as a message.

    In: the table of `cpc_change`; its effects add up to the change. None where one of the weeks had no click.
    """
    clicks = changes[["clicks_before", "clicks"]].sum()
    if not (clicks > 0).all():
        return None
    before = float((changes["cpc_before"] * changes["clicks_before"]).sum() / clicks["clicks_before"])
    now = float((changes["cpc"] * changes["clicks"]).sum() / clicks["clicks"])
    effects = {name: float(changes[f"{name}_effect"].sum()) for name in ("price", "mix")}
    return {"id": "keywords.cpc_change", "before": before, "now": now} | effects


def largest(changes: pd.DataFrame, least: float = 0.005) -> pd.DataFrame:
    """The words of `cpc_change` that moved the average price of a click, up or down, by at least half a fen (our
    default), the largest first."""
    moved = (changes["price_effect"] + changes["mix_effect"]).abs()
    return changes.loc[moved[moved >= least].sort_values(ascending=False, kind="stable").index]


def promotion_hours(ad_keyword: pd.DataFrame) -> pd.DataFrame:
    """The share of the window's hours in which a word was online, the shortest first.

    `online_share` = online hours / (24 x days), at most 1. In: `keyword, online_hours, spend, clicks` with `on` or
    `period_start, period_end`. Rows of one word and the same days (several products) are not added up: the longest
    counts. Hours that are not known are left out on both sides; a sum of nothing known is missing.
    """
    known = ad_keyword[ad_keyword["online_hours"].notna()]
    unknown = pd.Series(pd.NaT, index=known.index)
    window = pd.to_datetime(known.get("on", unknown)).fillna(pd.to_datetime(known.get("period_end", unknown)))
    known = known.assign(days=_days(known), window=window)
    groups = known.groupby(["keyword", "window"])
    windows = groups[["online_hours", "days"]].max().join(groups[["spend", "clicks"]].sum(min_count=1))
    words = windows.groupby("keyword").sum(min_count=1).reset_index()
    share = (words["online_hours"] / (24 * words["days"])).clip(upper=1)
    return words.assign(online_share=share).sort_values("online_share", kind="stable", ignore_index=True)


def _days(table: pd.DataFrame) -> pd.Series:
    """Days that each row describes: one where it has a day, else those of its window."""
    unknown = pd.Series(pd.NaT, index=table.index)
    begin, end = (pd.to_datetime(table.get(column, unknown)) for column in ("period_start", "period_end"))
    day = pd.to_datetime(table.get("on", unknown))
    return ((end - begin).dt.days + 1).mask(day.notna(), 1)


def _ratio(table: pd.DataFrame, numerator: str, denominator: str) -> pd.Series:
    if numerator not in table or denominator not in table:
        return pd.Series(np.nan, index=table.index)
    below = table[denominator].astype(float)
    return table[numerator].astype(float) / below.where(below > 0)
