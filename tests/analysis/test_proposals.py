import json
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import actions, brief, proposals, rules
from opsbook.intake import stores
from opsbook.intake import warehouse as wh
from opsbook.intake.tables import TABLES

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)
ROOT = Path(__file__).parents[2]
STORES = ROOT / "data" / "stores.toml"


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
    assert proposals.inquiry_value(tables, shoes, WEEK) == 130
    estimated = proposals.inquiry_value(*sample["home"], WEEK)
    assert np.ndim(estimated) == 1 and 0 < np.median(estimated) < 10_000
    assert np.isnan(proposals.inquiry_value(tables, stores.Store(name="x"), WEEK))


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


def test_a_country_of_visits_only_is_proposed_to_be_checked_unless_left_out(sample):
    tables, shoes = sample["shoes"]
    idle = tables["visitor"].iloc[[0] * 400].assign(country="CN", inquired=False, tm=False, on=pd.Timestamp(WEEK))
    idle = idle.assign(visitor_id=[f"idle {number}" for number in range(400)])
    elsewhere = tables["visitor"][tables["visitor"]["country"] != "CN"]
    tables = tables | {"visitor": pd.concat([elsewhere, idle], ignore_index=True)}

    def checked(china):
        found = proposals._traffic(tables, shoes.model_copy(update={"exclude_china": not china}), WEEK, RULES)
        return [action["segment"] for action in found["action"] if action["id"] == "traffic.check_segment"]

    assert (checked(china=True), checked(china=False)) == (["CN"], [])


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


def keyword_page(store, warehouse):
    """What the cells of the keyword notebook compute for a store, its proposals included; nothing is shown."""
    cells = json.loads((ROOT / "notebooks" / "03_p4p_keyword_roi.ipynb").read_text())["cells"]
    parameters, setup, *steps = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    last = next(step for step in steps if "proposals = " in step).splitlines()[:2]
    page = {"get_ipython": SimpleNamespace}
    exec(parameters, page)
    page |= {"store": store, "warehouse": warehouse, "data": str(STORES.parent)}
    for step in (setup, *(step for step in steps if "findings." not in step and "charts." not in step), *last):
        exec(step, page)
    return page


def in_fen(table):
    return table.assign(spend=table["spend"] * 100)


def by_opportunities(table):
    return table.assign(opportunities=table["inquiries"] + 1, inquiries=np.nan)


def keyed(found):
    return {(row.object_type, row.object, row.action["id"], str(row.effect)) for row in found.itertuples()}


@pytest.mark.parametrize(("store", "change"), [("shoes", in_fen), ("home", by_opportunities)])
def test_the_brief_decides_on_words_as_their_own_page(sample, sample_warehouse, monkeypatch, store, change):
    def load(name, **arguments):
        table = stored(name, **arguments)
        return change(table) if change and name == "ad_keyword" else table

    stored = wh.load
    monkeypatch.setattr(wh, "load", load)
    page = keyword_page(store, sample_warehouse)
    tables = {name: load(name, store=store, week=WEEK, weeks=9, warehouse=sample_warehouse) for name in TABLES}
    settings = sample[store][1]
    decided = proposals.decided_keywords(tables, settings, WEEK, RULES)
    shared = decided.columns.difference(["first_page", "reading"])
    pd.testing.assert_frame_equal(decided[shared], page["decided"][shared])
    told = page["keywords"].summary(page["decided"], page["ad_words"].weeks_covered(page["rows"]))
    assert proposals.keyword_summary(tables, settings, WEEK, RULES) == told
    adverts = proposals._adverts_in_yuan(tables, WEEK)
    found = [judge(adverts, settings, WEEK, RULES) for judge in (proposals._keywords, proposals._diagnosis)]
    assert keyed(pd.concat(found)) == keyed(page["proposals"])
    if change is in_fen:
        assert decided["spend"].isna().all() and set(decided["decision"]) == {"collect"}
