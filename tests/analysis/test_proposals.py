from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from opsbook.analysis import actions, brief, proposals, rules
from opsbook.intake import stores
from opsbook.intake import warehouse as wh
from opsbook.intake.tables import TABLES

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)
STORES = Path(__file__).parents[2] / "data" / "stores.toml"


@pytest.fixture(scope="module")
def sample(sample_warehouse):
    def tables(store):
        load = partial(wh.load, store=store, week=WEEK, weeks=9, warehouse=sample_warehouse)
        return dict(zip(TABLES, map(load, TABLES), strict=True))

    return {store: (tables(store), stores.get(store, STORES)) for store in ("shoes", "home", "nobody")}


def ranked(sample, store):
    table = actions.rank(proposals.gather(*sample[store], WEEK, RULES))
    return table[table["kept"]]


@pytest.mark.parametrize("store", ["shoes", "home"])
def test_proposals_have_one_shape_and_lie_ahead(sample, store):
    frames = proposals.gather(*sample[store], WEEK, RULES)
    assert all(tuple(frame.columns) == brief.ACTION_COLUMNS for frame in frames)
    assert sum(len(frame) for frame in frames) > 10
    assert all(due > WEEK for frame in frames for due in frame["due"])


def test_planted_causes_are_acted_upon(sample):
    def found(store):
        return {(row.object_type, row.object, row.action["id"]) for row in ranked(sample, store).itertuples()}

    assert ("channel", "系统推荐", "traffic.check_channel") in found("shoes")
    assert ("channel", "搜索", "traffic.fix_reception") in found("home")


def test_a_store_without_any_table_gets_no_proposal(sample):
    assert all(frame.empty for frame in proposals.gather(*sample["nobody"], WEEK, RULES))


def test_a_stated_value_of_an_inquiry_goes_first(sample):
    tables, shoes = sample["shoes"]
    assert proposals.inquiry_value(tables, shoes) == 130
    estimated = proposals.inquiry_value(*sample["home"])
    assert np.ndim(estimated) == 1 and 0 < np.median(estimated) < 10_000
    assert np.isnan(proposals.inquiry_value(tables, stores.Store(name="x")))


def test_effects_of_words_are_those_of_a_week(sample):
    tables, shoes = sample["shoes"]
    found = proposals._keywords(tables, shoes, WEEK, RULES)
    pause = next(row for row in found.itertuples() if row.action["id"] == "keywords.do.pause")
    assert pause.effect["high"] <= pause.evidence["spend"] / 7


def test_effects_of_products_are_those_of_a_week(sample):
    tables, home = sample["home"]
    found = proposals._quadrants(tables, home, WEEK, RULES)
    missed = next(row for row in found.itertuples() if row.effect)
    line, weeks = missed.evidence["conversion_split"], proposals.JUDGED_WEEKS
    assert 0 < missed.effect["high"] <= missed.evidence["exposure"] * line / weeks


def only_weeks(tables, keep):
    """The tables with only those windows whose last day `keep` takes; snapshots and events stay whole."""
    weekly = {name for name, table in tables.items() if "week" in set(table.get("period_kind", []))}
    return {name: table[keep(table["period_end"])] if name in weekly else table for name, table in tables.items()}


def test_one_week_or_a_missing_week_compares_nothing_and_still_proposes(sample):
    tables, home = sample["home"]
    for keep in (lambda ends: ends == f"{WEEK}", lambda ends: ends != "2026-09-12"):
        frames = proposals.gather(only_weeks(tables, keep), home, WEEK, RULES)
        assert frames[0].empty and sum(map(len, frames)) > 5


def test_a_week_without_visitors_is_taken_as_it_is(sample):
    tables, home = sample["home"]
    quiet = dict(tables)
    for name in ("channel_traffic", "store_kpi", "product_performance", "ad_keyword", "ad_campaign"):
        table, now = quiet[name].copy(), quiet[name]["period_end"] == f"{WEEK}"
        numbers = table.select_dtypes("number").columns
        table.loc[now, numbers] = table.loc[now, numbers] * 0
        quiet[name] = table
    found = actions.rank(proposals.gather(quiet, home, WEEK, RULES))
    lost = found[(found["object"] == "搜索") & found["kept"]]
    assert lost["action"].map(lambda action: action["id"]).tolist() == ["traffic.check_channel"]
