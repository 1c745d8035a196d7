"""From channel groups to words on rows that are added up by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from opsbook import explore
from opsbook.report import language

DATA = str(Path(__file__).parents[2] / "data")
WEEK = date(2026, 9, 19)
FOUR = "the mean of the four weeks before"
YEAR = "the same week a year before"


def channel(name: str, visitors, opportunities, **more) -> dict:
    return {"channel": name, "visitors": visitors, "inquirers": opportunities, "tm": 0} | more


def product(id: str, title: str, visitors, opportunities, **more) -> dict:
    return {"product_id": id, "title": title, "visitors": visitors, "inquirers": opportunities, "tm": 0} | more


def word(keyword: str, product_id, clicks, inquiries, spend) -> dict:
    return {"keyword": keyword, "campaign": "c", "product_id": product_id, "clicks": clicks} | {
        "inquiries": inquiries,
        "spend": spend,
    }


@pytest.fixture
def here(warehouse, hold):
    before, earlier = date(2026, 9, 12), date(2026, 9, 5)
    hold(
        warehouse, "channel_traffic", [channel("文字搜索", 100, 10), channel("标准推广", 50, 1), channel("RFQ", 10, 4)]
    )
    hold(warehouse, "channel_traffic", [channel("文字搜索", 80, 8), channel("标准推广", 50, 5)], before)
    hold(warehouse, "channel_traffic", [channel("文字搜索", 40, 4), channel("RFQ", 20, 2)], earlier)
    clicks = {"search_clicks": 5, "standard_clicks": 30}
    hold(warehouse, "product_performance", [product("1", "mug", 60, 6), product("2", "pan", 40, 1, **clicks)])
    hold(warehouse, "product_performance", [product("1", "old mug", 30, 3), product("3", "gone", 9, 0)], before)
    words = [word("red mug", "1", 20, 2, 50.0), word("mug", "1", 5, 0, 9.0), word("x", "2", 7, 0, 1.0)]
    hold(warehouse, "ad_keyword", words)
    hold(warehouse, "ad_keyword", [word("red mug", "1", 10, 1, 20.0)], before)
    return explore.slice_of("s", WEEK, warehouse, DATA)


def row(table: pd.DataFrame, column: str, name: str) -> dict:
    return table.set_index(column).loc[name].to_dict()


def test_groups_against_the_week_before(here):
    table = explore.drill(here)
    search, rfq = row(table, "root", "search"), row(table, "root", "interaction")
    assert table["root"].tolist() == ["search", "interaction"]
    assert (search["entries"], search["entries_then"], search["opportunities"], search["opportunities_then"]) == (
        150,
        130,
        11,
        13,
    )
    assert search["visits_change"] == pytest.approx(20 / 130) and search["share"] == pytest.approx(150 / 160)
    r0, r1 = 13 / 130, 11 / 150
    assert search["traffic_effect"] == pytest.approx(20 * (r0 + r1) / 2)
    assert search["conversion_effect"] == pytest.approx((r1 - r0) * 140)
    assert search["opportunities_change"] == pytest.approx(-2)
    assert (rfq["entries_then"], rfq["opportunities_change"], rfq["traffic_effect"]) == (0, 4, 4)
    assert np.isnan(rfq["visits_change"])  # from nothing there is no rate of growth
    assert not {"opportunity_rate", "lower"} & set(table)  # entries are no persons


def test_of_several_weeks_the_mean_of_those_held_counts(here):
    table = explore.drill(here, FOUR)
    assert row(table, "root", "search")["entries_then"] == pytest.approx((130 + 40) / 2)
    assert row(table, "root", "interaction")["opportunities_then"] == pytest.approx((0 + 2) / 2)
    assert explore.drill_tables.weeks_held(here, FOUR, "channel_traffic") == [1, 2]


def test_a_week_that_is_not_held_leaves_the_change_unknown(here):
    table = explore.drill(here, YEAR)
    unknown = ["entries_then", "opportunities_then", "visits_change", "opportunities_change", "traffic_effect"]
    assert table[unknown].isna().all(axis=None) and table["entries"].tolist() == [150, 10]
    assert explore.drill_tables.weeks_held(here, YEAR, "channel_traffic") == []


def test_channels_of_a_group(here):
    table = explore.drill(here, root="search")
    assert table["channel_id"].tolist() == ["text_search", "paid_search"]
    paid = table.iloc[1]
    assert paid["channel"] == "Paid search" and paid["opportunity_rate"] == pytest.approx(1 / 50)
    assert paid["lower"] == pytest.approx(0.0035, abs=1e-4) and paid["upper"] == pytest.approx(
        0.1050, abs=1e-4
    )  # Wilson
    assert (paid["visitors_then"], paid["traffic_effect"], paid["conversion_effect"]) == (50, 0, -4)


def test_channels_are_named_in_the_language_of_the_reader(here):
    language.use("zh")
    assert explore.drill(here, root="search")["channel"].tolist() == ["文字搜索", "标准推广"]
    assert explore.drill(here, root="search")["channel_id"].tolist() == ["text_search", "paid_search"]


def test_a_channel_that_is_gone_stays_in_sight(here):
    earlier = explore.slice_of("s", date(2026, 9, 12), here.warehouse, DATA)
    table = explore.drill(earlier, root="interaction")
    assert table[["channel_id", "visitors", "visitors_then"]].to_numpy().tolist() == [["rfq", 0, 20]]


def test_products_stand_by_the_clicks_of_the_channel_where_they_are_known(here):
    paid = explore.drill(here, channel="paid_search")
    assert paid[["product_id", "standard_clicks"]].fillna(-1).to_numpy().tolist() == [["2", 30], ["1", -1], ["3", -1]]
    assert explore.drill(here, channel="text_search")["search_clicks"].tolist()[:1] == [5]
    venue = explore.drill(here, channel="venue")
    assert venue["product_id"].tolist() == ["1", "2", "3"] and "search_clicks" not in venue


def test_products_carry_their_newest_title_and_their_change(here):
    table = explore.drill(here, channel="venue")
    assert table["title"].tolist() == ["mug", "pan", "gone"]
    mug, gone = row(table, "product_id", "1"), row(table, "product_id", "3")
    assert (mug["visitors"], mug["visitors_then"], mug["opportunities_change"], mug["traffic_effect"]) == (60, 30, 3, 3)
    assert (gone["visitors"], gone["visits_change"]) == (0, -1) and np.isnan(gone["opportunity_rate"])


def test_words_of_a_product(here):
    table = explore.drill(here, product="1")
    assert table["keyword"].tolist() == ["red mug", "mug"] and table["spend"].tolist() == [50, 9]
    red = table.iloc[0]
    assert (red["clicks"], red["clicks_then"], red["inquiries"], red["inquiries_then"]) == (20, 10, 2, 1)
    assert red["rate"] == pytest.approx(0.1) and red["visits_change"] == 1
    assert explore.drill(here, product="nobody").empty


def test_the_deepest_choice_counts(here):
    assert explore.drill(here, root="search", channel="venue", product="1")["keyword"].tolist() == ["red mug", "mug"]
    assert "title" in explore.drill(here, root="search", channel="venue")


def test_rows_of_one_word_and_week_are_added(warehouse, hold):
    hold(warehouse, "ad_keyword", [word("mug", "1", 5, 1, 10.0), word("mug", "1", 7, 0, 4.0)])
    table = explore.drill(explore.slice_of("s", WEEK, warehouse, DATA), product="1")
    assert table[["keyword", "clicks", "inquiries", "spend"]].to_numpy().tolist() == [["mug", 12, 1, 14]]


def test_spend_in_fen_is_unknown(warehouse, hold):
    hold(warehouse, "ad_keyword", [word("mug", "1", 5, 1, 1000.0)])
    hold(warehouse, "ad_campaign", [{"campaign": "c", "spend": 10.0}])
    table = explore.drill(explore.slice_of("s", WEEK, warehouse, DATA), product="1")
    assert table["clicks"].tolist() == [5] and table["spend"].isna().all()


def test_unknown_counts_stay_unknown(warehouse, hold):
    hold(warehouse, "channel_traffic", [channel("RFQ", 10, np.nan), channel("文字搜索", 5, 1)])
    hold(warehouse, "channel_traffic", [channel("RFQ", 10, 1)], date(2026, 9, 12))
    rfq = row(explore.drill(explore.slice_of("s", WEEK, warehouse, DATA), root="interaction"), "channel_id", "rfq")
    assert np.isnan([rfq["opportunities"], rfq["opportunity_rate"], rfq["opportunities_change"]]).all()
    assert rfq["visitors"] == 10 and rfq["visits_change"] == 0


def test_a_store_without_traffic_has_no_rows(warehouse, hold):
    hold(warehouse, "store_kpi", [{"visitors": 3}])
    here = explore.slice_of("s", WEEK, warehouse, DATA)
    for opened in ({}, {"root": "search"}, {"channel": "venue"}, {"product": "1"}):
        assert explore.drill(here, **opened).empty


def test_effects_of_the_channels_add_up_to_the_change(shoes):
    table = explore.drill(shoes, FOUR, channel="search")
    assert table["opportunities_change"].sum() == pytest.approx(
        (table["opportunities"] - table["opportunities_then"]).sum()
    )
    assert (table["traffic_effect"] + table["conversion_effect"]).to_numpy() == pytest.approx(
        table["opportunities_change"]
    )


def test_an_unknown_comparison_is_one_line(here):
    with pytest.raises(ValueError, match="`against` must be one of 'the week before', .*; found 'yesterday'"):
        explore.drill(here, "yesterday")
