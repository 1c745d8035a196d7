import json
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from opsbook.analysis import diagnosis
from opsbook.analysis.brief import ACTION_COLUMNS, OBJECT_TYPES, OWNERS, PRIORITIES, VERBS
from opsbook.report.messages.diagnosis import MESSAGES

WEEK = "2026-09-19"
SATURDAYS = pd.date_range("2026-08-01", WEEK, freq="7D")
VISITOR = {
    "on": "2026-09-18",
    "country": "US",
    "level": "L2",
    "page_views": 3,
    "stay_seconds": 60,
    "keywords": "red lamp",
    "suppliers_viewed": 10,
    "suppliers_inquired": 0,
    "suppliers_tm": 5,
    "inquired": False,
    "tm": False,
    "product_id": "1",
}
PROFILE = pd.DataFrame({"product_id": ["1", "2"], "title": ["Red lamp", "Blue chair"]})


def visitors(*groups):
    """`(how many, what differs from the example)` for each group of visitors."""
    rows = [VISITOR | change for count, change in groups for _ in range(count)]
    return pd.DataFrame(rows).assign(visitor_id=range(len(rows)))


def adverts(inquiries, products=4, words=4, clicks=200):
    """Every product on every word; `inquiries(product, word)`."""
    rows = [(f"p{p}", f"w{w}", clicks, inquiries(p, w)) for p in range(products) for w in range(words)]
    return pd.DataFrame(rows, columns=["product_id", "keyword", "clicks", "inquiries"])


def kpi(opportunities, visits=500, peers=0.02, **more):
    columns = {"period_kind": "week", "period_start": SATURDAYS - pd.Timedelta(days=6), "period_end": SATURDAYS}
    return pd.DataFrame(
        {**columns, "visitors": visits, "opportunities": opportunities, "opportunity_rate_peer_avg": peers, **more}
    )


def diagnose(**tables):
    return diagnosis.diagnose(tables, week=WEEK)


def found(table):
    rows = table[table["verdict"].isin(["named", "suspected"])]
    return list(zip(rows["scope"], rows["object"], rows["cause"], strict=True))


def branch(table, cause):
    return table[(table["cause"] == cause) & (table["scope"] == "store")].iloc[0]


def test_nothing_known_is_said_of_every_branch_with_what_to_collect():
    table = diagnose()
    assert table["cause"].tolist() == [
        *("noise", "mismatch", "buyer_level", "first_screen", "word", "store_level", "bid_budget")
    ]
    assert set(table["verdict"]) == {"unknown"}
    assert table["probability"].isna().all()
    assert [step["id"] for step in table["next_step"]] == [f"diagnosis.collect.{cause}" for cause in table["cause"]]


@pytest.mark.parametrize("name", ["visitor", "product_performance", "ad_keyword", "own_keyword", "store_kpi"])
def test_an_empty_table_is_a_missing_one(name):
    pd.testing.assert_frame_equal(diagnose(**{name: pd.DataFrame({"product_id": []})}), diagnose())


def test_noise_is_suspected_and_never_named():
    junk = {"page_views": 1, "stay_seconds": 2, "level": None, "country": "BR"}
    table = diagnose(visitor=visitors((60, {}), (40, junk)))
    first = table.iloc[0]
    assert (first["cause"], first["verdict"]) == ("noise", "suspected")
    assert first["evidence"] | {"part": 40, "visits": 100, "country": "BR", "from_country": 40} == first["evidence"]
    assert branch(diagnose(visitor=visitors((95, {}), (5, junk))), "noise")["verdict"] == "cleared"


def test_words_that_do_not_match_come_before_every_page():
    many, few = (visitors((n, {"keywords": "garden hose"}), (100 - n, {})) for n in (70, 20))
    assert found(diagnose(visitor=many, product_profile=PROFILE)) == [("store", "", "mismatch")]
    assert branch(diagnose(visitor=few, product_profile=PROFILE), "mismatch")["verdict"] == "cleared"


def test_a_share_close_to_its_limit_is_not_decided():
    row = branch(diagnose(visitor=visitors((21, {"keywords": "hose"}), (19, {})), product_profile=PROFILE), "mismatch")
    assert (row["verdict"], row["next_step"]["id"]) == ("unknown", "diagnosis.collect_visits")
    assert row["next_step"]["wanted"] > row["next_step"]["visits"] == 40


def test_too_few_visits_are_not_judged():
    row = branch(diagnose(visitor=visitors((29, {"keywords": "hose"})), product_profile=PROFILE), "mismatch")
    assert row["next_step"] == {"id": "diagnosis.collect_visits", "visits": 29, "wanted": 30}
    row = branch(diagnose(visitor=visitors((30, {"keywords": "hose"})), product_profile=PROFILE), "mismatch")
    assert row["verdict"] == "named"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({}, True),
        ({"suppliers_tm": 2}, True),  # 2 of 10 is little
        ({"suppliers_tm": 3}, False),
        ({"suppliers_viewed": 4}, False),  # has not looked at much
        ({"level": "L1"}, False),
        ({"level": None}, False),  # unknown is not low
    ],
)
def test_low_buyers_who_look_at_much_and_ask_little_point_to_the_traffic(change, named):
    low = {"level": "L0", "suppliers_viewed": 10, "suppliers_tm": 0} | change
    table = diagnose(visitor=visitors((95, low), (25, {"suppliers_tm": 9})))
    assert (branch(table, "buyer_level")["verdict"] == "named") == named


def test_a_page_worse_than_its_sisters_on_the_same_words_is_named():
    assert found(diagnose(ad_keyword=adverts(lambda p, w: 1 if p == 0 else 8))) == [("product", "p0", "first_screen")]


def test_a_word_worse_on_every_page_is_named():
    assert found(diagnose(ad_keyword=adverts(lambda p, w: 1 if w == 0 else 8))) == [("keyword", "w0", "word")]


def test_all_pages_and_words_alike_accuse_nobody():
    assert found(diagnose(ad_keyword=adverts(lambda p, w: 8))) == []
    assert found(diagnose(ad_keyword=adverts(lambda p, w: 0))) == []


def test_one_product_per_word_cannot_be_separated_and_says_so():
    cells = adverts(lambda p, w: 2 if p == 0 else 32, clicks=800)
    table = diagnose(ad_keyword=cells[cells["product_id"].str[1:] == cells["keyword"].str[1:]])
    assert found(table) == []
    rows = table[table["cause"] == "inseparable"]
    assert list(zip(rows["scope"], rows["object"], strict=True)) == [("product", "p0"), ("keyword", "w0")]
    assert (rows["probability"] > 0.8).all()


def test_a_word_report_without_products_cannot_blame_a_word():
    cells = adverts(lambda p, w: 0 if w == 0 else 20, products=1, clicks=500).drop(columns="product_id")
    assert found(diagnose(ad_keyword=cells)) == []
    assert "inseparable" in diagnose(ad_keyword=cells)["cause"].tolist()


def test_simpsons_reversal_does_not_blame_the_product_that_got_the_poor_words():
    rows = [("A", "poor", 2000, 22), ("A", "good", 400, 32), ("B", "poor", 400, 4)]
    rows += [("B", "good", 2000, 140), ("C", "poor", 1000, 10), ("C", "good", 1000, 70)]
    cells = pd.DataFrame(rows, columns=["product_id", "keyword", "clicks", "inquiries"])
    rates = cells.groupby("product_id")[["clicks", "inquiries"]].sum().eval("inquiries / clicks")
    assert rates["A"] < rates["B"] / 2  # the raw rates would blame A
    assert found(diagnose(ad_keyword=cells)) == [("keyword", "poor", "word")]


def test_buyers_who_wrote_to_most_others_name_the_page_they_passed_over():
    eager = {"suppliers_viewed": 11, "suppliers_tm": 9}
    other = eager | {"product_id": "2", "keywords": "chair", "tm": True}
    table = diagnose(visitor=visitors((10, eager), (30, other)), product_profile=PROFILE)
    assert found(table) == [("product", "1", "first_screen")]
    evidence = table.iloc[0]["evidence"]
    assert (evidence["missed"], evidence["eager"]) == (10, 10)
    assert evidence["p_value"] == pytest.approx((2 / 11) ** 10)
    assert found(diagnose(visitor=visitors((2, eager), (9, eager | {"tm": True}), (30, other)))) == []


def test_a_product_whose_visitors_searched_for_other_things_is_not_judged_by_its_page():
    hose = {"keywords": "garden hose", "suppliers_tm": 3}
    chair = {"product_id": "2", "keywords": "blue chair", "suppliers_tm": 3}
    table = diagnose(visitor=visitors((400, hose), (400, chair), (60, chair | {"tm": True})), product_profile=PROFILE)
    assert found(table) == [("product", "1", "mismatch")]


@pytest.mark.parametrize(("opportunities", "verdict"), [(3, "named"), (10, "cleared"), (6, "unknown")])
def test_a_store_far_below_its_peers_is_named(opportunities, verdict):
    row = branch(diagnose(store_kpi=kpi(opportunities, visits=500 if opportunities != 6 else 440)), "store_level")
    assert row["verdict"] == verdict
    assert row["evidence"]["expected"] == pytest.approx(0.02 * row["evidence"]["visits"])


def test_a_store_answering_later_than_peers_answers_first():
    step = branch(diagnose(store_kpi=kpi(3, reply_rate=0.6, reply_rate_peer_avg=0.9)), "store_level")["next_step"]
    assert step == {"id": "diagnosis.next.reply", "reply_rate": 0.6, "peers": 0.9}


def test_without_peers_buyers_missed_everywhere_point_to_the_store():
    profile = pd.DataFrame({"product_id": list("123"), "title": "Red lamp"})
    eager = {"suppliers_viewed": 11, "suppliers_tm": 9}
    groups = [(9, eager | {"product_id": product}) for product in "123"]
    table = diagnose(visitor=visitors(*groups), product_profile=profile)
    assert found(table) == [("store", "", "store_level")]
    assert (
        found(
            diagnose(visitor=visitors(*[(9, change | {"tm": True}) for _, change in groups]), product_profile=profile)
        )
        == []
    )


def words(impressions, weeks=8):
    ends = SATURDAYS[-weeks:]
    return pd.DataFrame(
        {
            "period_kind": "week",
            "period_end": ends,
            "keyword": "lamp",
            "impressions": impressions,
            "top10_impressions": 1000,
        }
    )


@pytest.mark.parametrize(
    ("impressions", "weeks", "verdict"), [(100, 8, "named"), (400, 8, "cleared"), (100, 2, "unknown")]
)
def test_few_impressions_beside_the_top10_point_to_the_bids(impressions, weeks, verdict):
    row = branch(diagnose(own_keyword=words(impressions, weeks)), "bid_budget")
    assert row["verdict"] == verdict
    assert verdict != "named" or row["next_step"] == {"id": "diagnosis.next.reach", "stars": 3}


def test_rows_may_share_their_labels():
    table = words([300, 250, 200, 310], 4)
    assert diagnose(own_keyword=table.set_axis([0] * len(table))).equals(diagnose(own_keyword=table))


@pytest.mark.parametrize(("hours", "verdict"), [(40, "named"), (100, "cleared")])
def test_few_hours_online_point_to_the_budget(hours, verdict):
    table = pd.DataFrame({"keyword": "lamp", "clicks": 9, "spend": 30.0, "online_hours": hours}, index=range(8))
    table = table.assign(period_start=SATURDAYS - pd.Timedelta(days=6), period_end=SATURDAYS)
    row = branch(diagnose(ad_keyword=table), "bid_budget")
    assert (row["verdict"], row["evidence"]["id"]) == (verdict, "diagnosis.hours")


@pytest.mark.parametrize(("value", "verdict"), [(60, "named"), (400, "cleared")])
def test_clicks_dearer_than_they_bring_point_to_the_bids(value, verdict):
    table = adverts(lambda p, w: 8).assign(spend=800.0)  # 4 CNY a click, 100 CNY an inquiry
    row = branch(diagnosis.diagnose({"ad_keyword": table}, week=WEEK, value_per_inquiry=value), "bid_budget")
    assert row["verdict"] == verdict
    assert (row["evidence"]["cpc"], row["evidence"]["break_even"]) == (4, pytest.approx(value * 0.04))


def test_the_price_is_weighed_by_the_measure_that_the_value_is_about():
    table = adverts(lambda p, w: 8).assign(spend=800.0)
    both = table.assign(opportunities=2 * table["inquiries"])  # an inquiry or a chat: more persons, each worth less
    for tables, chance in (({"ad_keyword": both}, 128.5), ({"ad_keyword": both.drop(columns="inquiries")}, 256.5)):
        row = branch(diagnosis.diagnose(tables, week=WEEK, value_per_inquiry=90), "bid_budget")
        assert row["probability"] == pytest.approx(gamma.cdf(12_800 / 90, chance))


def test_an_uncertain_value_of_an_inquiry_is_averaged_and_an_unknown_one_says_nothing():
    tables = {"ad_keyword": adverts(lambda p, w: 8).assign(spend=800.0)}  # 128 inquiries for 12,800 CNY

    def chance(value):
        return branch(diagnosis.diagnose(tables, week=WEEK, value_per_inquiry=value), "bid_budget")["probability"]

    assert chance(np.array([90.0, 110.0])) == pytest.approx((chance(90) + chance(110)) / 2)
    assert chance(90) == pytest.approx(gamma.cdf(12_800 / 90, 128.5))
    assert np.isnan(chance(np.nan)) and np.isnan(chance(None))


def test_a_burst_of_noise_is_shown_and_decides_nothing():
    junk = {"page_views": 1, "stay_seconds": 2, "level": None, "country": "BR"}
    groups = [(2, junk | {"on": f"2026-09-{day}"}) for day in (14, 15, 17)]
    row = branch(diagnose(visitor=visitors((300, {}), (15, junk | {"on": "2026-09-16"}), *groups)), "noise")
    assert row["verdict"] == "cleared"
    burst = {"id": "diagnosis.noise_burst", "country": "BR", "day": "2026-09-16", "burst": 15, "part": 21}
    assert row["evidence"] | burst == row["evidence"]
    assert MESSAGES["diagnosis.noise_burst"].format(**row["evidence"])


def test_a_later_branch_waits_for_an_earlier_one():
    table = diagnose(visitor=visitors((70, {"keywords": "hose"}), (30, {})), product_profile=PROFILE, store_kpi=kpi(3))
    assert found(table) == [("store", "", "mismatch")]
    row = branch(table, "store_level")
    assert (row["verdict"], row["next_step"]["id"]) == ("waiting", "diagnosis.next.after")


def test_weeks_after_the_report_week_do_not_count():
    later = kpi(3).assign(period_end=SATURDAYS + pd.Timedelta(weeks=9))
    assert branch(diagnose(store_kpi=later), "store_level")["verdict"] == "unknown"


STORE = {
    "visitor": visitors((70, {"keywords": "hose"}), (30, {"inquired": True})),
    "product_profile": PROFILE,
    "ad_keyword": adverts(lambda p, w: 1 if p == 0 else 8),
    "store_kpi": kpi(3),
    "own_keyword": words(100),
}


@pytest.mark.parametrize(("seen", "verdict"), [((3600, 200, 200), "unknown"), ((1400, 1300, 1300), "named")])
def test_one_poor_page_that_many_see_is_no_fault_of_the_store(seen, verdict):
    # 24 opportunities of 4000 visits where peers have 80: of the first product none, or of all alike
    events = (0, 12, 12) if verdict == "unknown" else (8, 8, 8)
    table = pd.DataFrame({"product_id": ["1", "2", "3"], "visitors": seen, "inquirers": events, "tm": 0})
    week = {"period_kind": "week", "period_start": SATURDAYS[-1] - pd.Timedelta(days=6), "period_end": SATURDAYS[-1]}
    row = branch(diagnose(store_kpi=kpi(3), product_performance=table.assign(**week)), "store_level")
    assert row["verdict"] in (verdict, "waiting" if verdict == "named" else verdict)
    assert branch(diagnose(store_kpi=kpi(3)), "store_level")["verdict"] == "named"
    assert (
        branch(diagnose(store_kpi=kpi(3), product_performance=table.assign(visitors=0)), "store_level")["probability"]
        > 0.8
    )


LOOKS = {"level": "L0", "suppliers_tm": 0, "keywords": "cheap lamp"}


def buyers_of_words(**more):
    words = pd.DataFrame({"keyword": ["Cheap  lamp", "red lamp"], "clicks": 200, "spend": 300.0, "inquiries": 4})
    return {"visitor": visitors((55, LOOKS), (5, {"keywords": "cheap lamp"}), (80, {})), "ad_keyword": words} | more


def test_the_wrong_buyers_of_a_word_are_named_where_those_of_the_store_are_not():
    table = diagnose(**buyers_of_words())
    assert found(table) == [("keyword", "Cheap  lamp", "buyer_level")]
    assert branch(table, "buyer_level")["verdict"] == "cleared"
    row = table.iloc[0]
    assert (row["evidence"]["browsers"], row["evidence"]["buyers"], row["evidence"]["others_share"]) == (55, 60, 0)
    assert row["next_step"] == {"id": "diagnosis.next.word_browsers"}
    assert diagnosis.actions(table, week=WEEK).empty  # one proposal for all words: `word_buyers.propose`


def test_a_page_does_not_wait_for_the_buyers_of_a_word_but_the_word_and_the_store_do():
    cells = adverts(lambda p, w: 1 if p == 0 or w == 0 else 12)
    people = visitors((55, LOOKS | {"keywords": "w0"}), (5, {"keywords": "w0"}), (80, {}))
    people = people.assign(product_id=None)
    table = diagnose(ad_keyword=cells, store_kpi=kpi(3))
    assert [cause for _, _, cause in found(table)] == ["first_screen", "word"]
    table = diagnose(ad_keyword=cells, store_kpi=kpi(3), visitor=people)
    assert found(table) == [("keyword", "w0", "buyer_level"), ("product", "p0", "first_screen")]
    verdicts = table.set_index(["cause", "object"])["verdict"]
    assert (verdicts["word", "w0"], verdicts["store_level", ""]) == ("waiting", "waiting")


def test_messages_are_plain_and_worded_in_the_report():
    for tables in (
        STORE,
        {"store_kpi": kpi(3)},
        {"ad_keyword": STORE["ad_keyword"]},
        {"own_keyword": words(100)},
        buyers_of_words(),
    ):
        table = diagnosis.diagnose(tables, week=date(2026, 9, 19))
        for message in [*table["evidence"], *table["next_step"]]:
            json.dumps(message, allow_nan=False)
            assert MESSAGES[message["id"]].format(**message)


def test_the_tables_are_not_changed():
    before = {name: table.copy() for name, table in STORE.items()}
    diagnosis.diagnose(STORE, week=WEEK)
    for name, table in before.items():
        pd.testing.assert_frame_equal(STORE[name], table)


def test_actions_have_the_one_shape_and_follow_what_was_found():
    table = diagnosis.diagnose({"ad_keyword": STORE["ad_keyword"], "store_kpi": kpi(10)}, week=WEEK)
    proposals = diagnosis.actions(table, week=WEEK)
    assert tuple(proposals.columns) == ACTION_COLUMNS
    row = proposals.iloc[0]
    assert (row["object_type"], row["object"], row["due"], row["review_on"]) == (
        *("product", "p0"),
        *(date(2026, 9, 26), date(2026, 10, 17)),
    )
    assert row["action"]["verb"] in VERBS
    assert (row["object_type"] in OBJECT_TYPES) and (row["owner"] in OWNERS) and (row["priority"] in PRIORITIES)
    assert 0 < row["effect"]["low"] < row["effect"]["high"]
    assert len(proposals) == 1
    assert diagnosis.actions(diagnose(), week=WEEK).empty


def test_no_advice_of_fake_orders_or_foreign_brands():
    advice = " ".join(text for key, text in MESSAGES.items() if ".next." in key)
    assert "bought orders harm" in advice
    assert "never another company's brand" in advice


@pytest.mark.parametrize(
    ("tables", "causes"),
    [
        ({"store_kpi": kpi(3)}, ["expected", "store_level", "actual"]),
        ({"store_kpi": kpi(10)}, ["expected", "rest", "actual"]),
        (
            {name: STORE[name] for name in ("store_kpi", "visitor", "product_profile")},
            ["expected", "mismatch", "rest", "actual"],
        ),
        ({"store_kpi": kpi(10), "ad_keyword": STORE["ad_keyword"]}, ["expected", "first_screen", "rest", "actual"]),
        ({"store_kpi": kpi(0)}, ["expected", "store_level", "actual"]),
    ],
)
def test_the_gap_adds_up(tables, causes):
    gap = diagnosis.inquiry_gap(tables, week=WEEK)
    assert gap["cause"].tolist() == causes
    assert gap["inquiries"].iloc[:-1].sum() == pytest.approx(gap["inquiries"].iloc[-1])
    assert gap["running"].iloc[-2] == pytest.approx(gap["running"].iloc[-1])
    assert gap["inquiries"].iloc[0] == pytest.approx(8 * 500 * 0.02)
    low, high = gap[["inquiries_lower", "inquiries_upper"]].iloc[-1]
    assert low <= gap["inquiries"].iloc[-1] < high


def test_words_that_do_not_match_take_their_share_of_the_gap():
    gap = diagnosis.inquiry_gap({name: STORE[name] for name in ("store_kpi", "visitor", "product_profile")}, week=WEEK)
    matched, other = 30.5 / 31, 0.5 / 71  # rates of contact, half a contact in one visit added
    assert gap["inquiries"].iloc[1] == pytest.approx(-80 * 0.7 * (1 - other / matched))


def test_without_peers_there_is_no_gap_to_split():
    assert diagnosis.inquiry_gap({"store_kpi": kpi(3, peers=np.nan)}, week=WEEK).empty


def study():
    spec = spec_from_file_location("diagnosis_study", Path(__file__).parents[2] / "bench" / "diagnosis_study.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_most_that_can_be_found_is_the_error_alone_without_counts_and_everything_with_many():
    power = study().most_possible([0, 1, 8, 60])
    assert power[[0, 3]] == pytest.approx([0.05, 1], abs=0.001)
    assert 0.05 < power[1] < 0.15 < 0.9 < power[2] < 1


def test_planted_causes_are_recovered_and_clean_stores_left_alone():
    outcomes = study().study(2, seed=2)
    planted = outcomes[outcomes["planted"] != "none"]
    answered = planted[planted["answers"]]
    assert len(answered) / len(planted) >= 0.7
    assert answered["right"].mean() >= 0.85
    assert not outcomes.loc[outcomes["planted"] == "none", "answers"].any()
