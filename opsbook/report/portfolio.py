"""All stores at once: who needs attention and why, from one pass of Ibis over the warehouse."""

from datetime import date
from typing import Any

import pandas as pd

from opsbook import files
from opsbook.intake import warehouse as wh
from opsbook.intake.weeks import WEEK, week_start
from opsbook.report import cells, findings, pages
from opsbook.report.language import N_

FIGURES = ("opportunities", "visitors")
WORDS = {
    "title": N_("All stores: who needs attention"),
    "note": N_(
        "Week to {week}. First stores without figures, then by the opportunities lost. A fall counts when chance does "
        "not explain it; the limit is set for all stores together."
    ),
}
SHOWN = 500  # stores; those after them are calm or lost least


def write(out: str, warehouse: str, week: date, names: dict[str, str], lang: str, lights: dict | None = None) -> bool:
    """Write `portfolio.html` beside the index where the warehouse holds several stores; whether it did."""
    if len(wh.stores(warehouse)) < 2:
        return False
    fs, root = files.locate(out)
    html = page(totals(warehouse, week), week, names, lang, lights)
    files.write(fs, f"{root}/portfolio.html", html.encode())
    return True


def page(totals: pd.DataFrame, week: date, names: dict[str, str], lang: str, lights: dict | None = None) -> str:
    """The page over all stores, in one language; `names` are what reports call them, `lights` what they say of them
    (`history.lights`)."""
    from opsbook.analysis.portfolio import attention
    from opsbook.report import history

    with history.worded(lang):
        ranked = attention(totals, week)
        rows = ranked.head(SHOWN).to_dict("records")
        return pages.site_page(
            "portfolio.html.j2",
            WORDS["title"],
            lang,
            note=history.translated(WORDS)["note"].format(week=week),
            words=history.translated(history.WORDS),
            heads=[cells.label(name) for name in ("attention", *FIGURES, "spend")],
            rows=[_row(row, names, lights or {}) for row in rows],
            more=max(len(ranked) - SHOWN, 0),
        )


def _row(row: dict[str, Any], names: dict[str, str], lights: dict) -> dict[str, Any]:
    """One store: its report and light, why it needs attention, and its figures with their change."""
    from opsbook.report.history import delta

    figures = [(cells.plain(row[name], "count"), delta(row[name], row[f"{name}_before"], name)) for name in FIGURES]
    return {
        "name": names.get(row["store"], row["store"]),
        "light": lights.get(row["store"]),
        "attention": findings.as_text(row["attention"], "attention", "message"),
        "figures": [*figures, (cells.plain(row["spend"], "cny"), "")],
    }


def totals(warehouse: str, week: date) -> pd.DataFrame:
    """One row per store of the warehouse: what `analysis.portfolio.attention` reads."""
    stores = pd.DataFrame({"store": wh.stores(warehouse)}, dtype="str")
    kpi, spend = (query(warehouse, week).execute() for query in (store_figures, keyword_spend))
    table = stores.merge(kpi, "left", "store").merge(spend, "left", "store")
    without = table["opportunities"].isna() & table["visitors"].isna()
    newest = {store: _newest(store, warehouse) for store in table.loc[without, "store"]}
    return table.assign(newest=pd.to_datetime(table["store"].map(newest)))


def _newest(store: str, warehouse: str) -> date | None:
    windows = wh.periods("store_kpi", store=store, warehouse=warehouse)
    return max((end for kind, _, end in windows if kind == "week"), default=None)


def store_figures(warehouse: str, week: date):
    """Visitors and opportunities of each store in a week and the week before, and peers' average opportunities."""
    before = wh.scan("store_kpi", warehouse, period=_window(week - WEEK))
    now = wh.scan("store_kpi", warehouse, period=_window(week))
    earlier = before.group_by("store").agg(**{f"{name}_before": before[name].sum() for name in FIGURES})
    later = now.group_by("store").agg(
        **{name: now[name].sum() for name in FIGURES}, opportunities_peer_avg=now.opportunities_peer_avg.mean()
    )
    return later.left_join(earlier, "store").drop("store_right")


def keyword_spend(warehouse: str, week: date):
    """What each store spent on advertised words in a week, and how much of it on words without an inquiry.

    A word whose inquiries are not known counts neither way.
    """
    rows = wh.scan("ad_keyword", warehouse, period=_window(week))
    words = rows.group_by("store", "keyword").agg(spend=rows.spend.sum(), inquiries=rows.inquiries.sum())
    return words.group_by("store").agg(spend=words.spend.sum(), idle_spend=words.spend.sum(where=words.inquiries == 0))


def _window(week: date) -> str:
    return wh.window_name("week", week_start(week), week)
