import pandas as pd
import pytest

from opsbook.analysis import assistant
from opsbook.analysis.quadrants import NOT_ENOUGH

PRODUCTS = pd.DataFrame({"product_id": ["1", "2", "3"], "title": ["One", None, "Three"]})


def classified(*rows):
    columns = ["product_id", "title", "quadrant", "exposure", "events", "mean", "conversion_split"]
    return pd.DataFrame(rows, columns=columns)


def judged(*rows):
    return pd.DataFrame(rows, columns=["product_id", "path", "verdict", "rank", "unknown"])


def test_the_costliest_product_misses_most_contacts_not_most_of_its_rate():
    table = classified(
        ("1", "One", "high/low", 100, 0, 0.01, 0.05),  # misses 4
        ("2", "Two", "high/low", 1000, 40, 0.044, 0.05),  # misses 6
        ("3", "Three", "low/low", 5000, 0, 0.01, 0.05),
    )
    found = assistant.costliest(table)
    assert found == {"id": "quadrants.costliest", "product": "Two", "usual": 50, "events": 40, "exposure": 1000}
    assert assistant.costliest(table.tail(1)) is None


def test_reception_counts_the_weak_and_the_unclear():
    rows = [("1", "", name, 1, 0, 0, 0) for name in ("high/low", "high/low", "low/low", NOT_ENOUGH)]
    assert assistant.reception(classified(*rows)) == {"id": "quadrants.found", "weak": 2, "unclear": 1, "products": 4}
    assert assistant.reception(classified()) is None


def test_a_product_counts_once_over_all_boards_and_one_that_passes_is_not_unclear():
    table = judged(
        ("1", "pick", "pass", None, []),
        ("1", "apply", "unknown", None, ["x"]),
        ("2", "pick", "unknown", None, ["x"]),
        ("2", "apply", "fail", None, []),
        ("3", "pick", "fail", None, []),
    )
    found = assistant.boards(table)
    assert (found["passing"], found["products"]) == (1, 3)
    assert found["details"] == [{"id": "boards.found_unclear", "unclear": 1, "products": 3}]
    assert assistant.boards(table.tail(1))["details"] == []
    assert assistant.boards(table.head(0)) is None


def test_entries_name_paths_and_ranks_most_paths_first():
    table = judged(
        ("3", "pick", "pass", None, []),
        ("1", "best_review", "pass", 2, []),
        ("1", "pick", "pass", None, []),
        ("2", "pick", "fail", None, []),
    ).astype({"rank": "Int64"})
    found = assistant.entries(table, PRODUCTS)
    assert found["product_id"].tolist() == ["1", "3"] and found["title"].tolist() == ["One", "Three"]
    assert found.loc[0, "may_enter"] == [
        {"id": "boards.entry.best_review", "rank": 2},
        {"id": "boards.entry.pick", "rank": None},
    ]
    assert assistant.entries(table.tail(1), PRODUCTS).empty


def test_inputs_that_are_missing_are_counted_by_product():
    table = judged(
        ("1", "pick", "unknown", None, ["a", "b"]),
        ("1", "apply", "unknown", None, ["b"]),
        ("2", "pick", "unknown", None, ["b"]),
        ("3", "pick", "fail", None, ["a"]),
    )
    assert assistant.unknown_inputs(table).to_numpy().tolist() == [["b", 2], ["a", 1]]
    assert assistant.unknown_inputs(table.tail(1)).empty


def test_what_nobody_exported_is_none():
    assert assistant.delivered(PRODUCTS) is PRODUCTS
    assert assistant.delivered(PRODUCTS.head(0)) is None


def test_the_nearest_product_is_the_first_that_one_step_takes():
    near = PRODUCTS.assign(steps=[2, 1, 1], way=[[{"id": "a"}], [{"id": "b"}], [{"id": "c"}]])
    found = assistant.nearest(near)
    assert found == {"id": "boards.nearest", "products": 2, "product": "2", "details": [{"id": "b"}]}
    assert assistant.nearest(near.head(1)) is None


def test_turnover_needs_an_evaluation_of_last_week():
    moved, soon = pd.DataFrame({"move": ["entered", "left", "left", "unclear"]}), PRODUCTS
    found = assistant.turnover(moved, soon, PRODUCTS)
    assert found == {"id": "boards.turnover", "entered": 1, "left": 2, "leaving": 3}
    assert assistant.turnover(moved, soon, PRODUCTS.head(0)) is None


@pytest.mark.parametrize(
    ("verdicts", "name", "declines"),
    [(["decline", "no decline"], "products.declines", 1), (["no decline"], "products.no_declines", 0)],
)
def test_bestsellers_that_decline_are_counted(verdicts, name, declines):
    found = assistant.bestsellers(pd.DataFrame({"verdict": verdicts}))
    assert found == {"id": name, "declines": declines, "products": len(verdicts)}
    assert assistant.bestsellers(pd.DataFrame({"verdict": []})) is None


def test_scores_count_only_products_that_have_one():
    table = pd.DataFrame({"standing": ["near_miss", "low", "low", "unknown"], "growth_score": [79, 50, 40, None]})
    assert assistant.scores(table) == {"id": "products.scores", "near": 1, "low": 2, "products": 3}
    assert assistant.scores(table.tail(1)) is None
