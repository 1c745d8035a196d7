"""The keyword notebook names what was planted in the sample stores, and nothing where nothing was planted."""

from datetime import date
from functools import cache

import pytest

from opsbook.analysis import ad_words, causes, diagnosis, history, keywords, rules, word_buyers
from opsbook.intake import warehouse
from opsbook.report import findings, language

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)
LIMITS = diagnosis.limits_of(RULES)
TABLES = ("visitor", "product_performance", "product_profile", "ad_keyword", "own_keyword", "store_kpi")


@pytest.fixture(scope="module")
def argue(sample_warehouse):
    """(tables, decided words, buyers by word, visits) of a store, made once."""

    @cache
    def of(store):
        tables = {
            name: warehouse.load(name, store=store, week=WEEK, weeks=8, warehouse=sample_warehouse) for name in TABLES
        }
        rows = ad_words.settled(tables["ad_keyword"], data_up_to=WEEK, rules=RULES)
        decided = keywords.decide(ad_words.totals(rows, rules=RULES), 130)
        visits = {"visitor": history.recent(tables["visitor"], WEEK, LIMITS["weeks"])}
        people = diagnosis.encounters(tables, visits, LIMITS)
        return tables, decided, word_buyers.browsers(people, decided, LIMITS), people

    return of


def test_shoes_pays_for_the_wrong_buyers(argue):
    tables, decided, buyers, people = argue("shoes")
    told = word_buyers.summary(buyers, people, LIMITS)
    assert told["spend_share"] > 0.5 and told["share"] > 0.5 > 2 * told["others_share"]
    assert set(buyers.loc[buyers["verdict"] == "named", "keyword"]) == set(
        decided.loc[decided["campaign"] == "流量词计划", "keyword"]
    )
    assert "shoes" in findings.word(told)
    gap = diagnosis.inquiry_gap(tables, week=WEEK, rules=RULES)
    steps = causes.with_wrong_buyers(gap, buyers, tables, week=WEEK, weeks=8).set_index("cause")["inquiries"]
    assert steps["buyer_level"] < 0 and steps["buyer_level"] == steps.drop(["expected", "actual"]).min()
    assert steps.drop("actual").sum() == pytest.approx(steps["actual"])


def test_shoes_is_told_to_pause_the_head_words_and_to_keep_the_others(argue):
    _, decided, _, _ = argue("shoes")
    assert set(decided.loc[decided["decision"] == "pause", "campaign"]) == {"流量词计划"}
    assert not decided.loc[decided["campaign"] == "精准词计划", "decision"].isin(["pause", "lower"]).any()


def test_home_loses_matched_buyers_on_the_first_screen_of_its_best_product(argue):
    tables, _, buyers, people = argue("home")
    assert word_buyers.summary(buyers, people, LIMITS) is None
    found = diagnosis.diagnose(tables, week=WEEK, rules=RULES)
    names = causes.titles(tables["product_performance"], tables["product_profile"])
    missed = causes.missed_buyers(people, LIMITS, names)
    assert causes.pages(found) == [missed["product_id"].iloc[0]] and missed["p_holm"].iloc[0] < 1e-6
    language.use("zh")
    assert names[missed["product_id"].iloc[0]] in findings.word(causes.sentences(found, names)[0])
