from datetime import date

import pandas as pd

from opsbook.analysis import board_changes, boards

DAY = date(2026, 9, 19)
STORE = {"is_gold": True}


def new_product(published_on, product_id="a"):
    return {
        "product_id": product_id,
        "published_on": pd.Timestamp(published_on),
        "is_duplicate": False,
        "overseas_visitors_30d": 1.0,
        "inquiries_30d": 1.0,
        "inquiries_90d": 1.0,
    }


def test_what_only_age_will_end_is_about_to_leave():
    """Published on 2026-06-28 it is 83 days old: day 90 is 2026-09-26. One day younger it lasts beyond the week."""
    dates = {"old": "2026-06-27", "lasts": "2026-06-28", "older": "2026-06-25"}
    products = pd.DataFrame([new_product(published_on, name) for name, published_on in dates.items()])
    table = board_changes.leaving(products, store=STORE, as_of=DAY)
    assert table["product_id"].to_dict() == {0: "older", 1: "old"}
    assert table.tail(1).to_dict("records") == [
        {
            "product_id": "old",
            "board": "new_arrival",
            "path": "new_arrival",
            "last_day": pd.Timestamp("2026-09-25"),
            "days_left": 6,
        }
    ]


def test_the_review_that_grows_old_takes_the_product_along():
    products = pd.DataFrame([{"product_id": "a"}])
    dates = pd.to_datetime(["2026-06-21", "2026-09-01"])
    reviews = pd.DataFrame({"product_id": ["a", "a"], "reviewed_on": dates, "stars": [5.0, 4.0]})
    (row,) = board_changes.leaving(products, reviews, store=STORE, as_of=DAY).to_dict("records")
    assert (row["path"], row["last_day"], row["days_left"]) == ("best_review", pd.Timestamp("2026-09-19"), 0)
    third = pd.concat([reviews, reviews.tail(1)])
    assert board_changes.leaving(products, third, store=STORE, as_of=DAY).empty


def test_a_product_that_is_outside_does_not_leave():
    products = pd.DataFrame([new_product("2026-06-20")])
    assert "new_arrival" not in board_changes.leaving(products, store=STORE, as_of=DAY)["path"].tolist()


def test_entered_and_left_are_told_from_what_is_not_known():
    def verdicts(**products):
        table = pd.DataFrame([{"product_id": name, "inquiries_90d": count} for name, count in products.items()])
        out = boards.evaluate(table, store=STORE, as_of=DAY)
        return out[out["path"] == "most_popular"]

    now = verdicts(stays=1, enters=1, leaves=0, lost=None, found=1, listed=1, outside=0)
    before = verdicts(stays=1, enters=0, leaves=1, lost=1, found=None, gone=1, outside=0)
    moves = board_changes.changes(now, before)
    assert moves.set_index("product_id")["move"].to_dict() == {
        "enters": "entered",
        "leaves": "left",
        "lost": "unclear",
        "found": "unclear",
        "gone": "unclear",
        "listed": "entered",
    }
    assert list(moves.columns) == ["product_id", "board", "path", "before", "now", "move"]
