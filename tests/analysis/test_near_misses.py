import json
from datetime import date

import pandas as pd
import pytest

from opsbook.analysis import near_misses, rules
from opsbook.analysis.brief import ACTION_COLUMNS

DAY = date(2026, 9, 19)
STORE = {"is_gold": True}
#: enters nothing, and is near nothing
FAR = {
    "product_id": "a",
    "published_on": pd.Timestamp("2026-07-11"),
    "is_rts": False,
    "is_duplicate": False,
    "growth_score": 30.0,
    "overseas_visitors_30d": 3.0,
    "search_impressions_30d": 100.0,
    "search_clicks_30d": 0.0,
    "inquiries_30d": 0.0,
    "tm_30d": 0.0,
    "orders_30d": 0.0,
    "inquiries_90d": 0.0,
    "paid_orders_90d": 0.0,
    "list_price": 10.0,
    "event_price": 9.0,
    "min_price_180d": 9.0,
    "pay_rate_percentile_l2": 0.5,
    "pay_rate_percentile_leaf": 0.5,
}


def frame(*products):
    return pd.DataFrame([FAR | product for product in products], columns=list(FAR))


def reviews(*rows):
    table = pd.DataFrame(rows, columns=["product_id", "reviewed_on", "stars"])
    return table.astype({"reviewed_on": "datetime64[us]", "stars": float})


NO_REVIEWS = reviews()
NOTHING_LEAVES = pd.DataFrame(columns=["product_id", "board", "path", "last_day", "days_left"])


def near(*products, own_reviews=NO_REVIEWS, store=STORE, **options):
    return near_misses.near_misses(frame(*products), own_reviews, store=store, as_of=DAY, **options)


def test_a_far_product_is_near_nothing():
    assert near({}).empty
    assert list(near({}).columns) == near_misses.COLUMNS


def test_impressions_are_counted_at_todays_ctr_and_newness_ends_on_its_day():
    (row,) = near({"search_impressions_30d": 15.0, "search_clicks_30d": 1.0}).to_dict("records")
    assert (row["board"], row["path"], row["steps"]) == ("new_arrival", "new_arrival", 1)
    assert row["way"] == [
        {"id": "boards.gap.search_impressions_30d", "missing": 6.0, "have": 15.0, "required": 21.0},
        {"id": "boards.near.new_arrival", "by": "2026-10-09", "days": 20},
    ]
    assert row["effort"] == pytest.approx(6 / 21)
    assert (row["deadline"], row["days_left"]) == (pd.Timestamp("2026-10-09"), 20)
    json.dumps(row["way"])


def test_the_cheapest_of_several_ways_is_taken_with_all_its_steps():
    """5 of 75 points and 1 of 3 clicks make 0.40; 2 of 4 clicks for the search way would make 0.50."""
    (row,) = near({"growth_score": 70.0, "search_clicks_30d": 2.0}).to_dict("records")
    assert [step["id"] for step in row["way"][:2]] == ["boards.gap.growth_score", "boards.gap.search_ctr_30d"]
    assert row["steps"] == 2
    assert row["effort"] == pytest.approx(5 / 75 + 1 / 3)


def test_a_review_is_due_before_the_oldest_good_one_grows_old():
    others = [("a", "2026-07-01", 3), ("a", "2026-06-01", 5), ("elsewhere", "2026-07-02", 5)]
    own = reviews(("a", "2026-07-05", 4), *others)
    (row,) = near({}, own_reviews=own).to_dict("records")
    assert row["path"] == "best_review"
    assert row["way"] == [
        {"id": "boards.gap.good_reviews", "missing": 1.0, "have": 1.0, "required": 2.0},
        {"id": "boards.near.best_review", "by": "2026-10-03", "days": 14},
    ]
    assert row["effort"] == 0.5


def test_the_other_reading_has_its_own_oldest_review(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rule]]\nid = "boards.best_review.reading"\nvalue = "average"\n'
        '[[rule]]\nid = "boards.near_miss.effort"\nvalue = 1.0\n'
    )
    own = reviews(("a", "2026-07-05", None), ("a", "2026-09-01", 5))
    row = near({"product_id": "b"}, {}, own_reviews=own.tail(1), rules=rules.load(DAY, path)).iloc[0]
    assert (row["product_id"], row["days_left"], row["way"][0]["id"]) == ("a", 72, "boards.gap.reviews")


def test_a_window_without_its_last_day_closes_a_day_earlier(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nid = "boards.best_review.good_reviews"\ninclusive = false\n')
    (row,) = near({}, own_reviews=reviews(("a", "2026-07-05", 4)), rules=rules.load(DAY, path)).to_dict("records")
    assert row["days_left"] == 13


def test_two_reviews_that_are_both_missing_have_no_deadline(tmp_path):
    (tmp_path / "rules.toml").write_text('[[rule]]\nid = "boards.near_miss.effort"\nvalue = 1.0\n')
    table = near({}, rules=rules.load(DAY, tmp_path / "rules.toml")).set_index("path")
    row = table.loc["best_review"]
    assert row["way"] == [{"id": "boards.gap.good_reviews", "missing": 2.0, "have": 0.0, "required": 2.0}]
    assert pd.isna(row["deadline"]) and pd.isna(row["days_left"])


def test_half_of_the_requirement_is_the_limit():
    assert near({}, own_reviews=reviews(("a", "2026-09-01", 4))).shape[0] == 1
    assert near({}, own_reviews=reviews(("a", "2026-09-01", 3))).empty


def test_a_product_whose_buyers_only_chat_is_near_the_most_popular_list():
    table = near({"tm_30d": 3.0, "published_on": pd.Timestamp("2026-01-01")})
    (row,) = table.to_dict("records")
    assert row["path"] == "most_popular"
    assert row["way"][1] == {"id": "boards.near.tm_only", "chats": 3.0}
    (proposal,) = near_misses.actions(table, NOTHING_LEAVES, as_of=DAY).to_dict("records")
    assert proposal["action"] == {"id": "boards.near.tm_only", "chats": 3.0, "verb": "fix"}


def test_a_price_step_is_a_cut_and_a_fixed_fact_closes_the_way():
    offer = {"growth_score": 70.0, "event_price": 10.0, "published_on": pd.Timestamp("2026-01-01")}
    (row,) = near(offer | {"is_rts": True}).to_dict("records")
    assert row["path"] == "pick" and row["effort"] == pytest.approx(0.1)
    assert pd.isna(row["deadline"]) and len(row["way"]) == 1
    assert near(offer).empty
    assert near(offer | {"is_rts": None}).empty, "unknown closes it too"


def test_a_veto_closes_the_way():
    item = {"is_rts": True, "event_price": 9.5, "pay_rate_percentile_l2": 0.1, "growth_score": 0.0}
    assert near(item)["path"].tolist() == ["apply"]
    assert near(item, store={"is_gold": False}).empty


def test_an_unknown_verdict_can_still_have_a_sure_way():
    row = {"search_impressions_30d": 15.0, "search_clicks_30d": 1.0, "tm_30d": None}
    assert near(row)["path"].tolist() == ["new_arrival"]


def test_least_effort_comes_first_then_most_traffic():
    hopeful = {"search_impressions_30d": 15.0, "search_clicks_30d": 1.0}
    shown = [
        {"product_id": "b", "growth_score": 60.0, "is_rts": True},
        hopeful | {"product_id": "c"},
        {"product_id": "d", "growth_score": 60.0, "is_rts": True, "search_impressions_30d": 5000.0},
    ]
    table = near(*shown)
    assert table["product_id"].tolist() == ["d", "b", "c"]
    assert table.index.tolist() == [0, 1, 2]
    assert table["expected_visitors"].isna().all()


def test_expected_traffic_is_what_an_eligible_product_drew_on_average():
    eligible = {"product_id": "x", "inquiries_90d": 1.0}
    hopeful = {"search_impressions_30d": 15.0, "search_clicks_30d": 1.0}
    new = [{"product_id": name, "inquiries_30d": 1.0} for name in "yz"]
    table = near(hopeful, eligible, *new, board_visitors={"new_arrival": 30, "saving_spotlight": 9})
    row = table.iloc[0]
    assert (row["board_visitors"], row["board_products"], row["expected_visitors"]) == (30, 2, 15)
    alone = near(hopeful, board_visitors={"new_arrival": 30}).iloc[0]
    assert alone["board_products"] == 0 and pd.isna(alone["expected_visitors"])


@pytest.mark.parametrize(("of_lists", "of_new", "first"), [(10, 100, "new_arrival"), (100, 10, "best_review")])
def test_of_equal_efforts_the_board_that_draws_more_comes_first(of_lists, of_new, first):
    half_way = {"growth_score": 80.0, "search_impressions_30d": 75.0, "search_clicks_30d": 1.0}
    inside = {"product_id": "c", "inquiries_90d": 1.0, "inquiries_30d": 1.0}
    visitors = {"top_ranking": of_lists, "new_arrival": of_new}
    own = reviews(("b", "2026-09-01", 4))
    table = near(half_way, {"product_id": "b"}, inside, own_reviews=own, board_visitors=visitors)
    assert table["effort"].tolist() == [0.5, 0.5]
    assert table["path"].tolist()[0] == first
    assert table["expected_visitors"].tolist() == [100, 10]


def test_proposals_are_single_steps_and_products_about_to_leave():
    hopeful = {"search_impressions_30d": 15.0, "search_clicks_30d": 1.0}
    two_steps = {"product_id": "b", "growth_score": 70.0, "search_clicks_30d": 2.0}
    table = near(hopeful, two_steps, {"product_id": "c", "inquiries_30d": 1.0}, board_visitors={"new_arrival": 30})
    soon = pd.DataFrame(
        [["q", "top_ranking", "best_review", pd.Timestamp("2026-09-20"), 1]],
        columns=["product_id", "board", "path", "last_day", "days_left"],
    )
    found = near_misses.actions(table, soon, as_of=DAY)
    assert tuple(found.columns) == ACTION_COLUMNS
    stay, enter = found.to_dict("records")
    assert stay["object"] == "q" and stay["action"] == {"id": "boards.stay.best_review", "verb": "keep"}
    assert stay["evidence"] == {"id": "boards.evidence.leaving", "last_day": "2026-09-20", "days": 1}
    assert (stay["priority"], stay["due"], stay["review_on"]) == ("P1", date(2026, 9, 20), date(2026, 10, 3))
    assert enter["object"] == "a" and enter["action"]["missing"] == 6.0 and enter["action"]["verb"] == "fix"
    assert enter["effect"] == {"id": "boards.effect", "low": 0.0, "high": 30.0, "unit": "visitors"}
    assert (enter["priority"], enter["due"], enter["review_on"]) == ("P2", date(2026, 9, 26), date(2026, 10, 3))
    json.dumps([stay["action"], stay["evidence"], enter["action"], enter["evidence"], enter["effect"]])


@pytest.mark.parametrize(
    ("published_on", "priority", "due"),
    [
        ("2026-06-24", "P1", date(2026, 9, 22)),
        ("2026-06-28", "P1", date(2026, 9, 26)),
        ("2026-06-29", "P2", date(2026, 9, 26)),
    ],
)
def test_a_way_that_closes_within_the_week_is_urgent(published_on, priority, due):
    hopeful = {"search_impressions_30d": 15.0, "search_clicks_30d": 1.0}
    table = near(hopeful | {"published_on": pd.Timestamp(published_on)})
    (row,) = near_misses.actions(table, NOTHING_LEAVES, as_of=DAY).to_dict("records")
    assert (row["priority"], row["due"]) == (priority, due)


def test_a_step_that_opens_two_boards_is_proposed_once_and_the_list_is_short():
    both = {"is_rts": True, "event_price": 9.5, "list_price": 20.0, "growth_score": 70.0, "pay_rate_percentile_l2": 0.1}
    old = {"published_on": pd.Timestamp("2026-01-01")}
    table = near(*(both | old | {"product_id": f"{i}"} for i in range(9)))
    assert len(table) == 18
    found = near_misses.actions(table, NOTHING_LEAVES, as_of=DAY)
    assert len(found) == rules.load(DAY)["boards.actions"].value and found["object"].is_unique


def test_nothing_in_nothing_out():
    empty = near_misses.near_misses(frame().iloc[:0], store=STORE, as_of=DAY)
    assert empty.empty and near_misses.actions(empty, NOTHING_LEAVES, as_of=DAY).empty


def test_the_steps_of_a_way_are_one_message():
    one, other = {"id": "boards.gap.is_rts", "missing": 1}, {"id": "boards.near.tm_only"}
    told = near_misses.told(pd.Series([[one, other], [other]], index=[4, 5]))
    assert told.to_dict() == {4: one | {"details": [other]}, 5: other | {"details": []}}
    assert "details" not in one


def test_the_visitors_of_a_board_are_those_of_its_channel():
    week = pd.DataFrame(
        {"channel": ["Top-Ranking Products", "新品", "搜索", "Saving spotlight"], "visitors": [30, 20, 500, None]}
    )
    assert near_misses.board_visitors(week) == {"top_ranking": 30, "new_arrival": 20}
    assert near_misses.board_visitors(week.head(0)) == {}
