"""What the flow assistant's page says first: the few sentences that carry boards, reception and product health."""

import pandas as pd

from opsbook.analysis.quadrants import NOT_ENOUGH


def costliest(classified: pd.DataFrame) -> dict | None:
    """The product whose visitors are lost most: exposure x (line - rate) among high traffic and low conversion.

    In: the result of `quadrants.classify`. None where no product is known to stand there.
    """
    weak = classified[classified["quadrant"] == "high/low"]
    if weak.empty:
        return None
    missed = weak["exposure"] * (weak["conversion_split"] - weak["mean"])
    row = weak.loc[missed.idxmax()]
    numbers = {"events": float(row["events"]), "exposure": float(row["exposure"])}
    usual = float(row["exposure"] * row["conversion_split"])
    return {"id": "quadrants.costliest", "product": _name(row), "usual": usual} | numbers


def reception(classified: pd.DataFrame) -> dict | None:
    """How many products turn much traffic into little, and how many cannot be judged yet."""
    if classified.empty:
        return None
    counts = classified["quadrant"].value_counts()
    weak, unclear = int(counts.get("high/low", 0)), int(counts.get(NOT_ENOUGH, 0))
    return {"id": "quadrants.found", "weak": weak, "unclear": unclear, "products": len(classified)}


def boards(judged: pd.DataFrame) -> dict | None:
    """How many products may enter at least one board, and how many may or may not, for want of an input."""
    if judged.empty:
        return None
    by_product = judged.groupby("product_id")["verdict"].agg(set)
    passing = by_product.map(lambda verdicts: "pass" in verdicts)
    unclear = by_product.map(lambda verdicts: "unknown" in verdicts) & ~passing
    found = {"id": "boards.found", "passing": int(passing.sum()), "products": len(by_product)}
    rest = {"id": "boards.found_unclear", "unclear": int(unclear.sum()), "products": len(by_product)}
    return found | {"details": [rest] if rest["unclear"] else []}


def entries(judged: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """The products that may enter a board, with the paths on which they may and their own-store ranks.

    In: the table of `boards.evaluate`; `products[product_id, title]`. Out: `product_id, title, may_enter` (list of
    messages, `rank` missing where nothing orders the list), those with most paths first.
    """
    passing = judged[judged["verdict"] == "pass"]
    pairs = zip(passing["path"], passing["rank"].astype("object"), strict=True)
    told = [{"id": f"boards.entry.{path}", "rank": None if pd.isna(rank) else int(rank)} for path, rank in pairs]
    lists = passing.assign(may_enter=told).groupby("product_id", sort=False)["may_enter"].agg(list).reset_index()
    lists = lists.loc[lists["may_enter"].map(len).sort_values(ascending=False, kind="stable").index]
    return lists.merge(products[["product_id", "title"]], how="left")[["product_id", "title", "may_enter"]]


def delivered(table: pd.DataFrame) -> pd.DataFrame | None:
    """The table, or None where nothing was exported: how many reviews there are that nobody exported is not known."""
    return None if table.empty else table


def unknown_inputs(judged: pd.DataFrame) -> pd.DataFrame:
    """How many products cannot be judged for want of each input, most first.

    In: the table of `boards.evaluate`. Out: `missing_condition` (its id, or its title where `rules.titled` put
    it), `products`.
    """
    open_ones = judged.loc[judged["verdict"] == "unknown", ["product_id", "unknown"]].explode("unknown")
    counts = open_ones.groupby("unknown")["product_id"].nunique().sort_values(ascending=False, kind="stable")
    return counts.rename("products").rename_axis("missing_condition").reset_index()


def nearest(near: pd.DataFrame) -> dict | None:
    """How many products are one step from a board, and what the nearest of them needs.

    In: the result of `near_misses.near_misses`, with the `title`.
    """
    single = near[near["steps"] == 1]
    if single.empty:
        return None
    first, products = single.iloc[0], int(single["product_id"].nunique())
    return {"id": "boards.nearest", "products": products, "product": _name(first), "details": list(first["way"])}


def turnover(moved: pd.DataFrame, soon: pd.DataFrame, before: pd.DataFrame) -> dict | None:
    """Entries and exits since last week, and how many follow within days; None without an evaluation of last week."""
    if before.empty:
        return None
    counts = moved["move"].value_counts()
    entered, left = int(counts.get("entered", 0)), int(counts.get("left", 0))
    return {"id": "boards.turnover", "entered": entered, "left": left, "leaving": len(soon)}


def bestsellers(watched: pd.DataFrame) -> dict | None:
    """How many of the bestsellers decline beyond chance."""
    if watched.empty:
        return None
    declines = int((watched["verdict"] == "decline").sum())
    return {"id": "products.declines" if declines else "products.no_declines"} | {
        "declines": declines,
        "products": len(watched),
    }


def scores(standings: pd.DataFrame) -> dict | None:
    """How many products lack few points to the strong tier, and how many have a low score; None without a score."""
    counts = standings["standing"].value_counts()
    known = int(standings["growth_score"].notna().sum())
    if not known:
        return None
    return {
        "id": "products.scores",
        "near": int(counts.get("near_miss", 0)),
        "low": int(counts.get("low", 0)),
        "products": known,
    }


def _name(row: pd.Series) -> str:
    return str(row["product_id"] if pd.isna(row["title"]) else row["title"])
