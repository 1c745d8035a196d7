from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook import sample
from opsbook.analysis import boards, rules

DAY = date(2026, 9, 19)
FLAGS = ["is_rts", "is_duplicate"]
COLUMNS = ["product_id", "board", "path", "verdict", "failing", "unknown", "gap", "rank", "alternative"]


@dataclass
class Store:
    is_gold: bool | None = True


def days_ago(days):
    return pd.Timestamp(DAY) - pd.Timedelta(days=days)


#: enters every board
GOOD = {
    "product_id": "1600000000001",
    "published_on": days_ago(10),
    "is_rts": True,
    "is_duplicate": False,
    "growth_score": 80.0,
    "overseas_visitors_30d": 5.0,
    "search_impressions_30d": 100.0,
    "search_clicks_30d": 5.0,
    "inquiries_30d": 1.0,
    "tm_30d": 1.0,
    "orders_30d": 1.0,
    "inquiries_90d": 1.0,
    "paid_orders_90d": 1.0,
    "list_price": 10.0,
    "event_price": 9.0,
    "min_price_180d": 9.0,
    "pay_rate_percentile_l2": 0.20,
    "pay_rate_percentile_leaf": 0.50,
}
NO_OPPORTUNITY = {"inquiries_30d": 0.0, "tm_30d": 0.0, "orders_30d": 0.0}


def frame(*products):
    table = pd.DataFrame(list(products), columns=list(GOOD))
    table[FLAGS] = table[FLAGS].astype("boolean")
    return table.astype({"published_on": "datetime64[us]"} | dict.fromkeys(list(GOOD)[4:], float))


def review_table(*rows, product_id="1600000000001"):
    table = pd.DataFrame([(product_id, days_ago(days), stars) for days, stars in rows], columns=REVIEW_COLUMNS)
    return table.astype({"product_id": "str", "reviewed_on": "datetime64[us]", "stars": float})


REVIEW_COLUMNS = ["product_id", "reviewed_on", "stars"]


def judge(path, changes=None, reviews=None, store=None, **options):
    """The single row of one path for the good product with some changes."""
    table = frame(GOOD | (changes or {}))
    out = boards.evaluate(table, reviews, store=store or Store(), as_of=DAY, **options)
    return out[out["path"] == path].iloc[0]


@pytest.mark.parametrize(
    ("path", "changes", "verdict"),
    [
        ("hot_selling", {}, "pass"),
        ("hot_selling", {"paid_orders_90d": 0}, "fail"),
        ("hot_selling", {"paid_orders_90d": None}, "unknown"),
        ("hot_selling", {"is_rts": False}, "fail"),
        ("hot_selling", {"is_rts": None}, "unknown"),
        ("hot_selling", {"is_rts": None, "paid_orders_90d": 0}, "fail"),
        ("most_popular", {"inquiries_90d": 1}, "pass"),
        ("most_popular", {"inquiries_90d": 0}, "fail"),
        ("most_popular", {"inquiries_90d": None}, "unknown"),
        ("new_arrival", {"published_on": days_ago(0)}, "pass"),
        ("new_arrival", {"published_on": days_ago(90)}, "pass"),
        ("new_arrival", {"published_on": days_ago(90) + pd.Timedelta(hours=23)}, "pass"),
        ("new_arrival", {"published_on": days_ago(91)}, "fail"),
        ("new_arrival", {"published_on": days_ago(91) + pd.Timedelta(hours=23)}, "fail"),
        ("new_arrival", {"published_on": days_ago(-1)}, "fail"),
        ("new_arrival", {"published_on": None}, "unknown"),
        ("new_arrival", {"overseas_visitors_30d": 1}, "pass"),
        ("new_arrival", {"overseas_visitors_30d": 0}, "fail"),
        ("new_arrival", {"overseas_visitors_30d": None}, "unknown"),
        ("new_arrival", {"is_duplicate": True}, "fail"),
        ("new_arrival", {"is_duplicate": None}, "unknown"),
        # growth: score >= 75 and CTR > 2 %, without a minimum of impressions
        ("new_arrival", NO_OPPORTUNITY | {"growth_score": 75, "search_clicks_30d": 3}, "pass"),
        ("new_arrival", NO_OPPORTUNITY | {"growth_score": 74, "search_clicks_30d": 3}, "fail"),
        ("new_arrival", NO_OPPORTUNITY | {"growth_score": 75, "search_clicks_30d": 2}, "fail"),
        ("new_arrival", NO_OPPORTUNITY | {"search_impressions_30d": 1, "search_clicks_30d": 1}, "pass"),
        ("new_arrival", NO_OPPORTUNITY | {"search_impressions_30d": 0, "search_clicks_30d": 0}, "fail"),
        ("new_arrival", NO_OPPORTUNITY | {"search_impressions_30d": 0, "search_clicks_30d": None}, "unknown"),
        ("new_arrival", NO_OPPORTUNITY | {"search_impressions_30d": None, "search_clicks_30d": 0}, "unknown"),
        ("new_arrival", NO_OPPORTUNITY | {"search_impressions_30d": 0, "search_clicks_30d": 1}, "unknown"),
        # search: more than 20 impressions and CTR >= 4 %
        ("new_arrival", NO_OPPORTUNITY | {"growth_score": 0, "search_clicks_30d": 4}, "pass"),
        ("new_arrival", NO_OPPORTUNITY | {"growth_score": 0, "search_clicks_30d": 3}, "fail"),
        ("new_arrival", NO_OPPORTUNITY | {"growth_score": 0, "search_impressions_30d": 21}, "pass"),
        ("new_arrival", NO_OPPORTUNITY | {"growth_score": 0, "search_impressions_30d": 20}, "fail"),
        # an opportunity: any of three
        ("new_arrival", NO_OPPORTUNITY | {"search_clicks_30d": 0}, "fail"),
        ("new_arrival", {"search_clicks_30d": 0, "inquiries_30d": 0, "orders_30d": 0}, "pass"),
        ("new_arrival", {"search_clicks_30d": 0, "inquiries_30d": 0, "tm_30d": 0}, "pass"),
        ("new_arrival", {"search_clicks_30d": 0, "tm_30d": 0, "orders_30d": 0}, "pass"),
        ("new_arrival", {"search_clicks_30d": 0, "inquiries_30d": 0, "tm_30d": None, "orders_30d": 0}, "unknown"),
        ("apply", {}, "pass"),
        ("apply", {"event_price": 9.1, "min_price_180d": 9.1}, "fail"),
        ("apply", {"list_price": 0.7, "event_price": 0.63, "min_price_180d": 0.63}, "pass"),
        ("apply", {"list_price": 0.7, "event_price": 0.64, "min_price_180d": 0.64}, "fail"),
        ("apply", {"list_price": None}, "unknown"),
        ("apply", {"event_price": None}, "unknown"),
        ("apply", {"min_price_180d": 8.99}, "fail"),
        ("apply", {"min_price_180d": None}, "unknown"),
        ("apply", {"pay_rate_percentile_l2": 0.21}, "fail"),
        ("apply", {"pay_rate_percentile_l2": None}, "unknown"),
        ("apply", {"pay_rate_percentile_l2": 0.21, "pay_rate_percentile_leaf": 0.20}, "pass"),
        ("apply", {"pay_rate_percentile_l2": None, "pay_rate_percentile_leaf": 0.20}, "pass"),
        ("pick", {"growth_score": 61, "list_price": None, "pay_rate_percentile_l2": None}, "pass"),
        ("pick", {"growth_score": 60}, "fail"),
        ("pick", {"min_price_180d": 8.99}, "fail"),
        ("pick", {"is_rts": False}, "fail"),
    ],
)
def test_a_board_draws_its_lines_where_the_rules_say(path, changes, verdict):
    assert judge(path, changes)["verdict"] == verdict


def test_a_tenth_off_a_decimal_price_is_a_tie_however_binary_fractions_round():
    cents = np.arange(10, 30_000, 10)
    for offer, verdict in ((cents * 9 // 10, "pass"), (cents * 9 // 10 + 1, "fail")):
        table = frame(*[GOOD] * len(cents)).assign(list_price=cents / 100, event_price=offer / 100)
        out = boards.evaluate(table.assign(min_price_180d=offer / 100), store=Store(), as_of=DAY)
        assert set(out.loc[out["path"] == "apply", "verdict"]) == {verdict}


@pytest.mark.parametrize(
    ("rows", "verdict", "alternative"),
    [
        ([(90, 4), (0, 4)], "pass", None),
        ([(91, 4), (0, 4)], "fail", None),
        ([(-1, 4), (0, 4)], "fail", None),
        ([(5, 4)], "fail", None),
        ([(5, 3.9), (0, 4)], "fail", None),
        ([(5, 3), (0, 5)], "fail", "pass"),
        ([(5, 4), (0, 4), (1, 1)], "pass", "fail"),
        ([(5, 4), (0, None)], "unknown", None),
        ([(5, 4), (0, 4), (0, None)], "pass", "unknown"),
        ([(5, 1), (0, None)], "fail", None),
        ([(5, 3), (0, None)], "fail", "unknown"),
        ([], "fail", None),
    ],
)
def test_best_review_counts_good_reviews_and_shows_the_other_reading(rows, verdict, alternative):
    row = judge("best_review", reviews=review_table(*rows))
    assert row["verdict"] == verdict
    assert row["alternative"] == alternative if alternative else pd.isna(row["alternative"])


def test_best_review_is_unknown_without_reviews_and_blind_to_those_of_other_products():
    assert judge("best_review")["verdict"] == "unknown"
    assert judge("best_review", reviews=review_table((1, 5), (2, 5), product_id="9"))["verdict"] == "fail"


def test_a_review_without_a_date_may_count():
    reviews = review_table((1, 5), (2, 5))
    reviews.loc[0, "reviewed_on"] = pd.NaT
    assert judge("best_review", reviews=reviews)["verdict"] == "unknown"
    assert judge("best_review", reviews=reviews.drop(columns="reviewed_on"))["verdict"] == "unknown"
    assert judge("best_review", reviews=reviews.iloc[:1])["verdict"] == "fail"


def test_a_review_without_a_date_leaves_the_average_open():
    reviews = review_table((1, 5), (2, 5), (3, 5))
    reviews.loc[2, "reviewed_on"] = pd.NaT
    row = judge("best_review", reviews=reviews)
    assert (row["verdict"], row["alternative"]) == ("pass", "unknown")


def test_reviews_cannot_be_found_for_a_product_without_an_id():
    out = boards.evaluate(frame(GOOD | {"product_id": None}, GOOD), review_table(), store=Store(), as_of=DAY)
    best = out[out["path"] == "best_review"]
    assert best["verdict"].tolist() == ["unknown", "fail"]
    assert best["rank"].tolist() == [pd.NA, 1]
    strict = judge("best_review", {"product_id": None}, reviews=review_table((1, 5), (2, 5)))
    assert (strict["verdict"], pd.isna(strict["alternative"])) == ("unknown", True)


def test_ids_match_as_text():
    table = frame(GOOD).astype({"product_id": "int64"})
    out = boards.evaluate(table, review_table((1, 5), (2, 5)), store=Store(), as_of=DAY)
    assert out.loc[out["path"] == "best_review", "verdict"].item() == "pass"


@pytest.mark.parametrize(
    ("is_gold", "apply", "pick", "other_pick"),
    [(True, "pass", "pass", None), (False, "fail", "pass", "fail"), (None, "unknown", "pass", "unknown")],
)
def test_the_veto_reaches_applied_items_and_the_other_reading_also_picked_ones(is_gold, apply, pick, other_pick):
    for store in (Store(is_gold), {"is_gold": is_gold}):
        assert judge("apply", store=store)["verdict"] == apply
        row = judge("pick", store=store)
        assert row["verdict"] == pick
        assert row["alternative"] == other_pick if other_pick else pd.isna(row["alternative"])


def test_the_scope_of_the_veto_is_a_parameter(tmp_path):
    (tmp_path / "rules.toml").write_text('[[rule]]\nid = "boards.gold_veto_scope"\nvalue = "both"\n')
    both = rules.load(DAY, tmp_path / "rules.toml")
    row = judge("pick", store=Store(False), rules=both)
    assert (row["verdict"], row["alternative"], row["failing"]) == ("fail", "pass", ["boards.gold"])


def test_a_fail_names_the_conditions_in_the_way_and_what_is_missing():
    row = judge("new_arrival", NO_OPPORTUNITY | {"growth_score": None, "search_impressions_30d": 15, "tm_30d": None})
    assert row["verdict"] == "unknown"
    assert row["unknown"] == ["boards.new_arrival.growth_score", "boards.new_arrival.tm"]
    names = ["inquiries", "orders", "impressions"]
    assert row["failing"] == [f"boards.new_arrival.{name}" for name in names]
    assert row["gap"] == [
        {"id": "boards.gap.inquiries_30d", "missing": 1.0, "have": 0.0, "required": 1.0},
        {"id": "boards.gap.orders_30d", "missing": 1.0, "have": 0.0, "required": 1.0},
        {"id": "boards.gap.search_impressions_30d", "missing": 6.0, "have": 15.0, "required": 21.0},
    ]


def test_a_missing_day_of_publication_leaves_both_its_conditions_open():
    row = judge("new_arrival", {"published_on": None})
    assert row["unknown"] == ["boards.new_arrival.published", "boards.new_arrival.age"]


def test_a_pass_has_nothing_in_its_way():
    row = judge("new_arrival", {"growth_score": 0, "tm_30d": None})
    assert (row["verdict"], row["failing"], row["unknown"], row["gap"]) == ("pass", [], [], [])


@pytest.mark.parametrize(
    ("path", "changes", "gap"),
    [
        ("pick", {"growth_score": 60}, {"id": "boards.gap.growth_score", "missing": 1.0, "have": 60, "required": 61}),
        (
            "pick",
            {"min_price_180d": 8.5},
            {"id": "boards.gap.event_price_at_most_min_price_180d", "missing": 0.5, "have": 9.0, "required": 8.5},
        ),
        ("pick", {"is_rts": False}, {"id": "boards.gap.is_rts"}),
        (
            "new_arrival",
            {"published_on": days_ago(93)},
            {"id": "boards.gap.days_since_published_at_most", "missing": 3.0, "have": 93.0, "required": 90.0},
        ),
        (
            "new_arrival",
            NO_OPPORTUNITY | {"search_clicks_30d": 2, "search_impressions_30d": 75},
            {"id": "boards.gap.search_ctr_30d", "missing": 1.0, "have": 2.0, "required": 3.0},
        ),
    ],
)
def test_a_gap_has_the_unit_of_its_condition(path, changes, gap):
    assert judge(path, changes | ({"growth_score": 70} if path == "new_arrival" else {}))["gap"][-1] == gap


def test_clicks_that_a_ctr_misses_are_counted_at_todays_impressions():
    """CTR > 2 % of 50 impressions takes 2 clicks, of 49 takes 1; CTR >= 4 % of 75 takes 3, of none at all still 1."""
    cases = [("growth_ctr", 50, 2), ("growth_ctr", 49, 1), ("search_ctr", 75, 3), ("search_ctr", 76, 4)]
    cases += [("growth_ctr", 0, 1), ("search_ctr", 0, 1)]
    table = frame(*(GOOD | {"search_impressions_30d": n, "search_clicks_30d": 0} for _, n, _ in cases))
    known = rules.load(DAY)
    facts = boards.gather(table, store=Store(), as_of=DAY, rules=known)
    for row, (name, _, clicks) in enumerate(cases):
        assert boards.amounts(known[f"boards.new_arrival.{name}"], facts)[1][row] == clicks


def test_rank_is_dense_within_the_store_and_missing_where_nothing_orders_the_list():
    table = frame(*(GOOD | {"product_id": str(i), "paid_orders_90d": n} for i, n in enumerate([3, 7, 7, None, 0])))
    out = boards.evaluate(table, review_table((1, 5), (2, None), (95, 5), product_id="2"), store=Store(), as_of=DAY)
    ranks = {path: group["rank"].tolist() for path, group in out.groupby("path")}
    assert ranks["hot_selling"] == [2, 1, 1, pd.NA, 3]
    assert ranks["best_review"] == [2, 2, 1, 2, 2]
    assert ranks["most_popular"] == [1] * 5
    assert ranks["pick"] == ranks["apply"] == ranks["new_arrival"] == [pd.NA] * 5
    assert out["rank"].dtype == "Int64"


def test_prices_stand_in_for_a_missing_lowest_price():
    def pick(*rows, **changes):
        rows = [(GOOD["product_id"], days_ago(days), price) for days, price in rows]
        prices = pd.DataFrame(rows, columns=["product_id", "on", "price"])
        out = boards.evaluate(frame(GOOD | changes), prices=prices, store=Store(), as_of=DAY)
        return out.loc[out["path"] == "pick", "verdict"].item()

    assert pick((180, 8.0), min_price_180d=None) == "fail"
    assert pick((181, 8.0), (180, 9.0), min_price_180d=None) == "pass"
    assert pick((-1, 8.0), (0, 9.0), min_price_180d=None) == "pass"
    assert pick((3, None), min_price_180d=None) == "unknown"
    assert pick((181, 9.5), min_price_180d=None) == "unknown"
    assert pick((5, 8.0)) == "pass", "the platform's own figure comes first"


def test_one_row_per_product_and_path_under_the_products_index():
    table = frame(GOOD | {"product_id": "b"}, GOOD | {"product_id": "a"}).set_axis([7, 3])
    before = table.copy()
    out = boards.evaluate(table, store=Store(), as_of=DAY)
    assert list(out.columns) == COLUMNS
    assert out.index.tolist() == [7] * 6 + [3] * 6
    assert list(zip(out["board"], out["path"], strict=True))[:6] == [
        ("top_ranking", "best_review"),
        ("top_ranking", "hot_selling"),
        ("top_ranking", "most_popular"),
        ("new_arrival", "new_arrival"),
        ("saving_spotlight", "apply"),
        ("saving_spotlight", "pick"),
    ]
    assert out["product_id"].tolist() == ["b"] * 6 + ["a"] * 6
    pd.testing.assert_frame_equal(table, before)


def test_no_products_give_no_rows():
    out = boards.evaluate(frame(), store=Store(), as_of=DAY)
    assert out.empty and "verdict" in out


@pytest.mark.parametrize("column", list(GOOD))
def test_an_absent_column_is_as_good_as_an_empty_one(column):
    table = frame(GOOD | NO_OPPORTUNITY)
    table[column] = table[column].astype("object") if column == "product_id" else table[column]
    table.loc[0, column] = None
    without = boards.evaluate(table.drop(columns=column), review_table((1, 5)), store=Store(), as_of=DAY)
    empty = boards.evaluate(table, review_table((1, 5)), store=Store(), as_of=DAY)
    pd.testing.assert_frame_equal(
        without.drop(columns="product_id"), empty.drop(columns="product_id"), check_dtype=False
    )


def test_flags_and_numbers_of_any_dtype_are_read():
    table = frame(GOOD).astype({"is_rts": object, "growth_score": "Int64", "inquiries_90d": "int64"})
    table["is_duplicate"] = np.array([False])
    out = boards.evaluate(table, store=Store(), as_of=DAY)
    assert out["verdict"].tolist() == ["unknown"] + ["pass"] * 5


def test_a_rule_about_an_unknown_fact_is_refused(tmp_path):
    (tmp_path / "rules.toml").write_text('[[rule]]\nid = "boards.most_popular.inquiries"\nfield = "likes"\n')
    with pytest.raises(ValueError, match="rule 'boards.most_popular.inquiries', key 'field': no fact 'likes'"):
        boards.evaluate(frame(GOOD), store=Store(), as_of=DAY, rules=rules.load(DAY, tmp_path / "rules.toml"))


def test_the_reading_in_use_is_told(tmp_path):
    assert boards.readings(rules.load(DAY)) == [{"id": "boards.veto.apply"}, {"id": "boards.reviews.each"}]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([True] * 9 + [False], {"id": "boards.mix.rts", "rts": 9, "known": 10, "share": 0.9}),
        ([True] * 8 + [False] * 2, {"id": "boards.mix.mixed", "rts": 8, "known": 10, "share": 0.8}),
        ([True] * 2 + [False] * 8, {"id": "boards.mix.mixed", "rts": 2, "known": 10, "share": 0.2}),
        ([True] + [False] * 9 + [None], {"id": "boards.mix.oem", "rts": 1, "known": 10, "share": 0.1}),
        ([None, None], {"id": "boards.mix.unknown", "products": 2}),
    ],
)
def test_the_kind_of_store_follows_the_share_of_ready_to_ship_products(flags, message):
    table = frame(*(GOOD | {"is_rts": flag} for flag in flags))
    assert boards.mix(table, rules.load(DAY)) == message
    if message["id"] == "boards.mix.unknown":
        assert boards.mix(table.drop(columns="is_rts"), rules.load(DAY)) == message


def test_a_store_of_custom_products_is_not_suited_by_paths_for_ready_to_ship_ones():
    rows = [GOOD | {"product_id": str(i), "is_rts": i == 0} for i in range(10)]
    rows[1] |= {"inquiries_90d": 0}
    rows[2] |= {"inquiries_90d": None}
    table = frame(*rows)
    known = rules.load(DAY)
    fit = boards.suitable(table, boards.evaluate(table, store=Store(), as_of=DAY), known).set_index("path")
    assert fit["suits"].to_dict() == {
        "new_arrival": True,
        "most_popular": True,
        "best_review": True,
        "hot_selling": False,
        "apply": False,
        "pick": False,
    }
    assert fit["needs_rts"].to_dict() == {path: not suits for path, suits in fit["suits"].items()}
    row = fit.loc["most_popular"]
    assert (row["open_to"], row["passed"], row["failed"], row["unclear"], row["pass_share"]) == (10, 8, 1, 1, 8 / 9)
    assert fit.loc["hot_selling", "open_to"] == 1
    assert pd.isna(fit.loc["best_review", "pass_share"]), "without reviews nothing is judged"
    assert fit.index.tolist()[:2] == ["new_arrival", "most_popular"]


def test_paths_for_ready_to_ship_products_cannot_be_recommended_without_the_flag():
    table = frame(GOOD | {"is_rts": None})
    fit = boards.suitable(table, boards.evaluate(table, store=Store(), as_of=DAY), rules.load(DAY)).set_index("path")
    assert fit.loc["most_popular", "suits"] and pd.isna(fit.loc["pick", "suits"])


# --- the two tables of products -------------------------------------------------------------------------------------


def test_products_are_those_of_the_profile_and_those_that_only_the_export_names():
    profile = pd.DataFrame({"product_id": ["1", "2", "2"], "title": [None, "Two", "Two"], "inquiries_30d": [3.0, 1, 9]})
    performance = pd.DataFrame(
        {"product_id": ["1", "3", "2", "3"], "title": ["One", "Three", "2", "3"], "inquiries_30d": 7.0}
    )
    out = boards.join(profile, performance)
    assert out["product_id"].tolist() == ["1", "2", "3"]
    assert out["title"].tolist() == ["One", "Two", "Three"]
    assert out["inquiries_30d"].fillna(-1).tolist() == [3, 1, -1]
    assert list(out.columns) == list(profile.columns)


def test_a_store_without_profiles_has_the_products_of_the_export_and_nothing_is_known_of_them():
    out = boards.join(
        frame().assign(title=pd.Series(dtype="str")), pd.DataFrame({"product_id": ["5"], "title": ["Five"]})
    )
    judged = boards.evaluate(out, store=Store(None), as_of=DAY)
    assert out["title"].tolist() == ["Five"]
    assert judged["verdict"].eq("unknown").all()


# --- an independent, deliberately naive implementation ---------------------------------------------------------------


def naive(products, reviews, gold, day):
    """{(row, path): (verdict, other verdict)}, one product at a time in plain Python; None is unknown."""
    verdicts = {}
    for row, p in products.iterrows():
        value = {name: None if pd.isna(p[name]) else p[name] for name in p.index}
        own = None if reviews is None else [r for _, r in reviews.iterrows() if r["product_id"] == value["product_id"]]
        for path, (verdict, other) in naive_paths(value, own, gold, day).items():
            verdicts[row, path] = (word(verdict), None if word(other) == word(verdict) else word(other))
    return verdicts


def naive_paths(p, reviews, gold, day):
    rts = p["is_rts"]
    age = None if p["published_on"] is None else (day - p["published_on"].date()).days
    impressions, clicks = p["search_impressions_30d"], p["search_clicks_30d"]
    if impressions is None or clicks is None or (impressions == 0 and clicks > 0):
        ctr = None
    else:
        ctr = 0.0 if impressions == 0 else clicks / impressions
    growth = every(at_least(p["growth_score"], 75), None if ctr is None else ctr > 0.02)
    chance = some(*(at_least(p[name], 1) for name in ("inquiries_30d", "tm_30d", "orders_30d")))
    search = every(None if impressions is None else impressions > 20, at_least(ctr, 0.04))
    fresh = None if age is None else 0 <= age <= 90
    new = every(
        fresh,
        at_least(p["overseas_visitors_30d"], 1),
        None if p["is_duplicate"] is None else not p["is_duplicate"],
        some(growth, chance, search),
    )
    event, low, full = (exact(p[name]) for name in ("event_price", "min_price_180d", "list_price"))
    lowest = None if event is None or low is None else event <= low
    discount = None if event is None or full is None else event * 10 <= full * 9
    top = some(at_most(p["pay_rate_percentile_l2"], 0.2), at_most(p["pay_rate_percentile_leaf"], 0.2))
    pick = every(rts, lowest, None if p["growth_score"] is None else p["growth_score"] > 60)
    return {
        "best_review": naive_reviews(reviews, day),
        "hot_selling": (every(rts, at_least(p["paid_orders_90d"], 1)),) * 2,
        "most_popular": (at_least(p["inquiries_90d"], 1),) * 2,
        "new_arrival": (new, new),
        "apply": (every(gold, rts, lowest, discount, top),) * 2,
        "pick": (pick, every(pick, gold)),
    }


def naive_reviews(reviews, day):
    """Try all stars for the reviews that have none: what holds for every guess is known."""
    if reviews is None:
        return None, None
    stars = [r["stars"] for r in reviews if 0 <= (day - r["reviewed_on"].date()).days <= 90]
    guesses = [[]]
    for star in stars:
        options = [star] if not pd.isna(star) else [1.0, 5.0]
        guesses = [[*guess, option] for guess in guesses for option in options]
    each = {sum(star >= 4 for star in guess) >= 2 for guess in guesses}
    average = {len(guess) >= 2 and sum(guess) / len(guess) >= 4 for guess in guesses}
    return tuple(answers.pop() if len(answers) == 1 else None for answers in (each, average))


def exact(price):
    return None if price is None else Decimal(str(price))


def at_least(value, limit):
    return None if value is None else value >= limit


def at_most(value, limit):
    return None if value is None else value <= limit


def every(*states):
    if any(state is not None and not state for state in states):
        return False
    return None if None in states else True


def some(*states):
    if any(states):
        return True
    return None if None in states else False


def word(state):
    return "unknown" if state is None else "pass" if state else "fail"


def maybe(*values):
    return st.sampled_from([None, *values])


products = st.fixed_dictionaries(
    {
        "product_id": st.sampled_from([f"{i}" for i in range(4)]),
        "published_on": maybe(*map(days_ago, (-1, 0, 10, 89, 90, 91))),
        "is_rts": maybe(True, True, False),
        "is_duplicate": maybe(False, False, True),
        "growth_score": maybe(59.5, 60, 60.5, 61, 74, 74.9, 75, 80),
        "overseas_visitors_30d": maybe(0, 1, 2),
        "search_impressions_30d": maybe(0, 1, 20, 21, 25, 50, 75, 100),
        "search_clicks_30d": maybe(0, 1, 2, 3, 4),
        "inquiries_30d": maybe(0, 0, 1),
        "tm_30d": maybe(0, 0, 1),
        "orders_30d": maybe(0, 0, 1),
        "inquiries_90d": maybe(0, 1, 2),
        "paid_orders_90d": maybe(0, 1, 2),
        "list_price": maybe(0.7, 1.0, 10.0, 20.1),
        "event_price": maybe(0.63, 0.9, 0.91, 9.0, 9.1, 18.09),
        "min_price_180d": maybe(0.63, 0.9, 8.99, 9.0, 20.0),
        "pay_rate_percentile_l2": maybe(0.1, 0.2, 0.21, 0.9),
        "pay_rate_percentile_leaf": maybe(0.1, 0.2, 0.21, 0.9),
    }
)
review_rows = st.lists(
    st.tuples(
        st.sampled_from(["0", "1", "2", "9"]),
        st.sampled_from(list(map(days_ago, (-1, 0, 30, 90, 91)))),
        st.sampled_from([1.0, 3.0, 4.0, 5.0, None]),
    ),
    max_size=8,
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(products, min_size=10, max_size=25),
    st.none() | review_rows,
    st.sampled_from([True, False, None]),
)
def test_every_verdict_is_that_of_the_naive_implementation(rows, reviews, gold):
    table = frame(*rows)
    if reviews is not None:
        types = {"reviewed_on": "datetime64[us]", "stars": float}
        reviews = pd.DataFrame(reviews, columns=REVIEW_COLUMNS).astype(types)
    out = boards.evaluate(table, reviews, store=Store(gold), as_of=DAY)
    found = {
        (row, path): (verdict, None if pd.isna(other) else other)
        for row, path, verdict, other in zip(out.index, out["path"], out["verdict"], out["alternative"], strict=True)
    }
    assert found == naive(table, reviews, gold, DAY)
    assert ((out["verdict"] == "pass") == out["failing"].str.len().add(out["unknown"].str.len()).eq(0)).all()
    assert (out["gap"].str.len() == out["failing"].str.len()).all()
    assert out.loc[out["verdict"] == "fail", "failing"].str.len().gt(0).all()
    assert out.loc[out["verdict"] == "unknown", "unknown"].str.len().gt(0).all()


def test_the_day_may_be_any_day():
    assert judge("hot_selling")["verdict"] == "pass"
    for day in (date(2020, 2, 29), DAY + timedelta(days=400)):
        out = boards.evaluate(frame(GOOD), store=Store(), as_of=day)
        assert out.loc[out["path"] == "hot_selling", "verdict"].item() == "pass"


@pytest.mark.parametrize(
    ("world", "readings"), [(sample.SHOES, {"best_review"}), (sample.HOME, {"best_review", "pick"})]
)
def test_the_sample_stores_show_every_verdict_and_both_readings(world, readings):
    tables = sample.simulate(world)
    profile = tables["product_profile"].loc[lambda rows: rows["week"] == pd.Timestamp(sample.LAST_WEEK)]
    out = boards.evaluate(
        profile, tables["review"], tables["price"], store=Store(world is sample.SHOES), as_of=sample.LAST_WEEK
    )
    assert readings <= set(out.loc[out["alternative"].notna(), "path"])
    assert {"pass", "fail"} <= set(out["verdict"])
    assert world is sample.SHOES or "unknown" in set(out["verdict"])
