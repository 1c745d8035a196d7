"""The causes that the diagnosis found, in the order of the tree and with names that a reader knows."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from opsbook.analysis import alarms, branches, diagnosis, history, missed, word_buyers

_TELLING = ["named", "suspected", "waiting", "unknown", "cleared"]


def titles(*tables: pd.DataFrame) -> pd.Series:
    """The title of each product id, the newest of the last table that knows one."""
    rows = pd.concat([table.reindex(columns=["product_id", "title"]) for table in tables]).dropna()
    return rows.drop_duplicates("product_id", keep="last").set_index("product_id")["title"].astype("object")


def titled(table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The table with the `title` of each `product_id`; the id itself stands in where no title is known."""
    ids = table["product_id"].astype("object")
    title = ids.map(names).astype("object")
    return table.assign(title=title.where(title.notna(), ids))


def tree(found: pd.DataFrame, names: pd.Series, wrong: dict | None = None) -> pd.DataFrame:
    """The tree of causes, one row per branch in the order in which sellers rule them out: what was found there, or what
    to collect before it can be judged.

    In: the table of `diagnosis.diagnose`. Of each branch the most telling row: found before waiting, not yet known and
    cleared; the likeliest of these. `wrong` (`word_buyers.summary`): what was found of single words stands in for the
    buyers of the whole store, unless those were found wrong themselves. Out: `cause, object, verdict, probability,
    evidence, next_step`.
    """
    rows = found.assign(rank=found["verdict"].map(_TELLING.index), branch=found["cause"].map(diagnosis.STEPS))
    rows["unlikely"] = -rows["probability"].astype(float).fillna(-1)
    order = rows.sort_values(["branch", "cause", "rank", "unlikely"], kind="stable")
    best = order.drop_duplicates("cause").reset_index(drop=True)
    named = best["object"].map(names)
    columns = ["cause", "object", "verdict", "probability", "evidence", "next_step"]
    table = best.assign(object=named.where(named.notna(), best["object"]))[columns]
    rows = table["cause"].eq("buyer_level") & ~((best["scope"] == "store") & table["verdict"].isin(diagnosis.FOUND))
    return table if wrong is None else table.where(~rows, _of_words(wrong, table.index), axis=0)


def _of_words(wrong: dict, index: pd.Index) -> pd.DataFrame:
    row = {
        "cause": "buyer_level",
        "object": ", ".join(wrong["keywords"]),
        "verdict": "named",
        "probability": wrong["probability"],
        "evidence": wrong,
        "next_step": {"id": "keywords.do.buyers", "keywords": wrong["keywords"]},
    }
    return pd.DataFrame([row] * len(index), index=index)


def sentences(found: pd.DataFrame, names: pd.Series) -> list[dict]:
    """The causes found, each as a message that names its object and brings its evidence along.

    The wrong buyers of single words are left to `word_buyers.summary`, which counts them together.
    """
    kept = found[found["verdict"].isin(diagnosis.FOUND) & ~word_buyers.of_words(found)]
    return [
        {
            "id": f"keywords.cause.{row.cause}",
            "object": names.get(row.object, row.object),
            "probability": row.probability,
            "details": [row.evidence],
        }
        for row in kept.itertuples()
    ]


def to_do(proposals: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The proposals that `actions.rank` kept, a product under its title instead of its id."""
    kept = proposals[proposals["kept"].astype(bool)]
    title = kept["object"].map(names)
    return kept.assign(object=title.where(title.notna(), kept["object"]))


def pages(found: pd.DataFrame) -> list[str]:
    """The products whose first screen was found to lose buyers."""
    accused = found["cause"].eq("first_screen") & found["verdict"].isin(diagnosis.FOUND)
    return found.loc[accused, "object"].tolist()


def missed_buyers(people: pd.DataFrame, limits: Mapping, names: pd.Series) -> pd.DataFrame:
    """The 11 / 9 / 2 test, product by product: matched buyers who wrote to most suppliers that they viewed, and how
    often they passed us over.

    `missed.by_product` with titles; `p_holm` = Holm's correction of the exact binomial p-values, because every
    product is a test. The least likely first.
    """
    table = missed.by_product(people, limits["chance"]).reset_index()
    table = table.assign(p_holm=alarms.holm(table["p_value"].to_numpy(dtype=float)))
    return titled(table.sort_values("p_value", kind="stable", ignore_index=True), names)


def with_wrong_buyers(
    gap: pd.DataFrame, buyers: pd.DataFrame, tables: Mapping[str, pd.DataFrame], *, week: date, weeks: int
) -> pd.DataFrame:
    """The gap of inquiries with a step for the words whose buyers only look: their opportunities less those that their
    clicks would have brought at the peers' rate.

    In: `diagnosis.inquiry_gap`; `word_buyers.browsers`; the `tables` of the diagnosis, of which `ad_keyword` and
    `store_kpi` are read. The step replaces those of the same words, the rest makes room for it, the sum stays. Without
    such words, or where they brought no less than at the peers' rate, the gap is as it was.
    """
    if gap.empty:
        return gap
    peers = branches.against_peers(history.recent(tables["store_kpi"], week, weeks))[2]
    wrong = set(history.fold(buyers.loc[buyers["verdict"] == "named", "keyword"]))
    cells = history.ad_cells(history.recent(tables["ad_keyword"], week, weeks))
    counts = cells[cells["keyword"].isin(wrong)][["clicks", "inquiries"]].sum()
    lost = counts["inquiries"] - peers * counts["clicks"]
    if not lost < 0:
        return gap
    kept = gap[~(gap["cause"].eq("word") & history.fold(gap["object"]).isin(wrong))]
    step = pd.DataFrame([{"cause": "buyer_level", "object": "", "inquiries": lost}])
    table = pd.concat([kept.iloc[:1], step, kept.iloc[1:]], ignore_index=True)
    rest = table.index[-2]  # chance and what was not found, or the store, stands before what came
    others = table["inquiries"].drop([rest, table.index[-1]]).sum()
    table.loc[rest, "inquiries"] = table["inquiries"].iloc[-1] - others
    table["running"] = table["inquiries"].cumsum().where(table.index < table.index[-1], table["inquiries"].iloc[-1])
    return table


def gap_sentence(gap: pd.DataFrame) -> dict | None:
    """How many inquiries are missing against the peers' rate, as a message; None without the peers' figures."""
    if gap.empty:
        return None
    expected, actual = gap["inquiries"].iloc[0], gap.iloc[-1]
    bounds = {"lower": float(actual["inquiries_lower"]), "upper": float(actual["inquiries_upper"])}
    side = "short" if expected > bounds["upper"] else "ahead" if expected < bounds["lower"] else "level"
    return {"id": f"keywords.gap_{side}", "actual": int(actual["inquiries"]), "expected": float(expected)} | bounds
