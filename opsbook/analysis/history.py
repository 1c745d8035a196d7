"""The last weeks of a store as the diagnosis reads them: one kind of window, one row per product, word or cell."""

from datetime import date

import pandas as pd


def recent(table: pd.DataFrame | None, week: str | date, weeks: int) -> pd.DataFrame:
    """The rows of the last `weeks` natural weeks up to the week named by its Saturday.

    Rows that carry a day (`on`) are taken by it. Rows that describe a window (`period_end`) are taken of one kind
    only, because windows of different kind overlap: weeks where there are any, else days, else the newest window
    alone. A table without either is taken whole; a missing table is an empty one.
    """
    if table is None or table.empty:
        return pd.DataFrame()
    end = pd.Timestamp(week)
    if "on" in table and table["on"].notna().any():
        last = pd.to_datetime(table["on"]).dt.normalize()
    elif "period_end" in table:
        table = _one_kind(table, end)
        last = pd.to_datetime(table["period_end"])
    else:
        return table
    return table[(last > end - pd.Timedelta(weeks=weeks)) & (last <= end)]


def _one_kind(table: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    if "period_kind" not in table:
        return table
    for kind in ("week", "day"):
        if (table["period_kind"] == kind).any():
            return table[table["period_kind"] == kind]
    last = pd.to_datetime(table["period_end"])
    return table[last == last[last <= end].max()]


def weeks_seen(tables: dict[str, pd.DataFrame]) -> int:
    """How many weeks the windows of these tables cover, from the first day to the last; at least one."""
    begins = [pd.to_datetime(table["period_start"]).min() for table in tables.values() if has(table, "period_start")]
    ends = [pd.to_datetime(table["period_end"]).max() for table in tables.values() if has(table, "period_end")]
    days = (max(ends) - min(begins)).days + 1 if begins and ends else 7
    return max(round(days / 7), 1)


def numbers(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """These columns as floats; one that the table does not have is missing in every row."""
    return table.reindex(columns=list(columns)).apply(pd.to_numeric, errors="coerce").astype(float)


def has(table: pd.DataFrame, *columns: str) -> bool:
    """Whether the table knows anything in each of these columns."""
    return all(column in table and table[column].notna().any() for column in columns)


def product_texts(profile: pd.DataFrame | None, performance: pd.DataFrame | None) -> pd.Series:
    """Title and keywords by product, from the profile where there is one, else the title of the performance
    export."""
    sources = [table for table in (performance, profile) if table is not None and "product_id" in table]
    parts = [table.reindex(columns=["title", "keywords"]).astype("object").fillna("").astype(str) for table in sources]
    texts = [
        (part["title"] + ", " + part["keywords"]).set_axis(ids(table))
        for part, table in zip(parts, sources, strict=True)
    ]
    joined = pd.concat(texts) if texts else pd.Series(dtype="str")
    joined = joined[joined.str.strip(", ") != ""]
    return joined[joined.index.notna() & ~joined.index.duplicated(keep="last")]


def ids(table: pd.DataFrame) -> pd.Index:
    """Product ids as text."""
    return pd.Index(table["product_id"].astype("string"), name="product_id")


def product_counts(performance: pd.DataFrame) -> pd.DataFrame:
    """Visitors and opportunities of each product, weekly figures added up.

    `events` = inquirers + TM persons, an upper bound since one person may do both (inquiries where inquirers are not
    given; only one of the two where the export lacks the other). A row with a missing count is left out whole.
    Persons are de-duplicated within a week only, so `visits` are visitor-weeks.
    """
    asked = next((column for column in ("inquirers", "inquiries") if has(performance, column)), None)
    counted = [column for column in (asked, "tm") if column and has(performance, column)]
    if not counted or not has(performance, "product_id", "visitors"):
        return pd.DataFrame(columns=["visits", "events"], dtype=float)
    rows = numbers(performance, "visitors", *counted)
    table = pd.DataFrame({"visits": rows["visitors"], "events": rows[counted].sum(axis=1, skipna=False)})
    return table.set_axis(ids(performance)).dropna().groupby(level=0).sum()


def ad_cells(ad_keyword: pd.DataFrame) -> pd.DataFrame:
    """Clicks and inquiries of each product x keyword, added up.

    `inquiries` are the platform's opportunities where it gives them. Words that differ in case or spaces are one.
    Rows without clicks, or whose inquiries are not known, are left out.
    """
    columns = ["product_id", "keyword", "clicks", "inquiries"]
    counted = next((column for column in ("opportunities", "inquiries") if has(ad_keyword, column)), None)
    if counted is None or not has(ad_keyword, "keyword", "clicks"):
        return pd.DataFrame(columns=columns)
    rows = numbers(ad_keyword, "clicks", counted).set_axis(["clicks", "inquiries"], axis=1)
    product = ad_keyword.get("product_id", pd.Series(pd.NA, index=ad_keyword.index)).astype("string")
    rows = rows.assign(product_id=product, keyword=fold(ad_keyword["keyword"]))
    rows = rows.dropna(subset=["clicks", "inquiries", "keyword"])
    return rows.groupby(["product_id", "keyword"], dropna=False, as_index=False)[["clicks", "inquiries"]].sum()


def fold(keyword: pd.Series) -> pd.Series:
    """A keyword without case and superfluous spaces."""
    return keyword.astype("string").str.casefold().str.split().str.join(" ")
