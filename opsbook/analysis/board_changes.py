"""What changes about the boards from week to week: who entered, who left, and who is about to leave."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from opsbook.analysis.boards import PATHS, gather, product_ids, roots
from opsbook.analysis.conditions import PASS, Facts, states
from opsbook.analysis.rules import RuleSet


def leaving(
    products: pd.DataFrame,
    reviews: pd.DataFrame | None = None,
    prices: pd.DataFrame | None = None,
    *,
    store: Any,
    as_of: date,
    rules: RuleSet | None = None,
) -> pd.DataFrame:
    """Products that may enter a board today and will not within a week if nothing is added.

    Reviews and new products grow old; the counts of the exports are taken to stay as they are. The number of days is
    the rule `boards.leaving_days` (our default). Out: `product_id, board, path, last_day, days_left`, soonest first.
    """
    today = gather(products, reviews, prices, store=store, as_of=as_of, rules=rules)
    days = today.rules["boards.leaving_days"].value
    stays = begun = _passing(today)
    left = np.zeros(begun.shape, int)
    for ahead in range(1, days + 1):
        stays = stays & _passing(replace(today, day=today.day + timedelta(ahead)))
        left += stays
    row, path = np.nonzero(begun & ~stays)
    table = pd.DataFrame(
        {
            "product_id": product_ids(products).array.take(row),
            "board": np.array(list(PATHS.values()))[path],
            "path": np.array(list(PATHS))[path],
            "last_day": pd.Timestamp(today.day) + pd.to_timedelta(left[row, path], unit="D"),
            "days_left": left[row, path],
        }
    )
    return table.sort_values("days_left", kind="stable", ignore_index=True)


def changes(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Products that entered or left a board since an earlier evaluation.

    `entered`: passes now and failed or was not listed before; `left`: passed before and fails now; `unclear`: passes on
    one side and is unknown on the other, or is not in the newer export (absent is not zero).

    In: two tables of `boards.evaluate`. Out: `product_id, board, path, before, now, move`.
    """
    keys = ["product_id", "board", "path"]
    both = now[[*keys, "verdict"]].merge(before[[*keys, "verdict"]], on=keys, how="outer", suffixes=("_now", "_before"))
    both = both.rename(columns={"verdict_now": "now", "verdict_before": "before"})
    is_pass, was_pass = both["now"] == "pass", both["before"] == "pass"
    entered = is_pass & ((both["before"] == "fail") | both["before"].isna())
    left = was_pass & (both["now"] == "fail")
    both["move"] = np.select([entered, left, is_pass != was_pass], ["entered", "left", "unclear"], "")
    return both.loc[both["move"] != "", [*keys, "before", "now", "move"]].reset_index(drop=True)


def _passing(facts: Facts) -> np.ndarray:
    """Whether each product (row) may enter on each path (column)."""
    found: dict[str, np.ndarray] = {}
    tops = [roots(path, facts.rules)[0] for path in PATHS]
    for top in tops:
        states(top, facts, found)
    return np.stack([found[top] == PASS for top in tops], axis=1)
