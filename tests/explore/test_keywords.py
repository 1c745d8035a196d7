"""The sliders over the keyword decisions: what they move, by how much, and how fast."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from opsbook import explore
from opsbook.analysis import ad_words, attribution, bid_caps, bid_plan, bid_points, elasticity, keywords, rates, rules
from opsbook.explore import adverts
from opsbook.explore import keywords as view
from opsbook.intake import warehouse as wh
from opsbook.report import charts, language

DATA = str(Path(__file__).parents[2] / "data")
WEEK = date(2026, 9, 19)


class View:
    """The controls of the panel by name, and what it shows."""

    def __init__(self, choice):
        panel = explore.keyword_panel(choice)
        names = ("value", "target_roi", "confidence", "budget", "decision", "word", "_html", "_table", "_code")
        vars(self).update(zip(names, panel.children, strict=True))

    @property
    def html(self) -> str:
        return unescape(self._html.value)

    @property
    def table(self) -> str:
        return self._table.outputs[0]["data"]["text/html"] if self._table.outputs else ""

    @property
    def code(self) -> str:
        return unescape(re.search(r'value="([^"]*)"', self._code.value)[1])

    def number(self, before: str, after: str = "") -> float:
        """The number between two texts of the sentences."""
        return float(re.search(rf"{before}([\d,.]+){after}", self.html)[1].replace(",", ""))


@pytest.fixture
def panel(choice):
    return View(choice)


def by_hand(warehouse: str, value: float, target_roi: float, confidence: float, budget: float) -> pd.DataFrame:
    """The same numbers by the calls of the keyword notebook, with nothing kept."""
    names = ("ad_keyword", "product_performance", "bid_point")
    adverts, performance, simulated = (
        wh.load(table, store="shoes", week=WEEK, weeks=8, warehouse=warehouse) for table in names
    )
    book = rules.load(WEEK, Path(DATA) / "rules.toml")
    rows = ad_words.settled(adverts, performance, data_up_to=WEEK, rules=book)
    totals = ad_words.totals(rows, rules=book)
    decided = keywords.decide(totals, value, confidence)
    posterior = rates.shrink(totals["inquiries"], totals["mature_clicks"], totals.get("group"))
    bids, weeks = bid_caps.current_bids(adverts), ad_words.weeks_covered(rows)
    capped = bid_caps.caps(decided, posterior, value, bids, weeks=weeks, target_roi=target_roi, rules=book)
    response = elasticity.pooled(elasticity.panel(rows), rules=book)
    hulls = bid_points.hulls(bid_points.complete(simulated))
    return bid_plan.plan(capped, hulls, response, target_roi=target_roi, budget=budget, rules=book)


@pytest.mark.parametrize(
    "knobs",
    [
        {"value": 130.0, "target_roi": 1.0, "confidence": 0.8, "budget": 0.0},
        {"value": 90.0, "target_roi": 2.0, "confidence": 0.95, "budget": 700.0},
    ],
)
def test_decisions_caps_and_budget_are_those_of_the_report(shoes, knobs):
    mine, report = explore.decisions(shoes, **knobs), by_hand(shoes.warehouse, **knobs)
    columns = ["keyword", "campaign", "decision", "cap", "cautious_cap", "weekly_budget", "bid_move", "new_bid"]
    pd.testing.assert_frame_equal(mine[columns].sort_index(), report[columns].sort_index(), check_dtype=False)


def test_words_are_the_settled_adverts_of_eight_weeks(shoes):
    rows = wh.load("ad_keyword", store="shoes", week=WEEK, weeks=8, warehouse=shoes.warehouse)
    settled = rows[rows["on"] <= "2026-09-16"]
    assert adverts.words(shoes)["spend"].sum() == pytest.approx(settled["spend"].sum())
    assert set(adverts.words(shoes)["keyword"]) == set(settled["keyword"])


def test_the_value_is_stated_or_estimated_or_unknown(shoes, tmp_path):
    assert adverts.known_value(shoes) == 130
    home = explore.slice_of("home", WEEK, shoes.warehouse, DATA)
    assert 20 < adverts.known_value(home) < 1000  # from orders and margin
    assert adverts.known_value(explore.slice_of("home", WEEK, shoes.warehouse, str(tmp_path))) is None


@pytest.mark.parametrize(
    ("known", "inquiries", "expected"),
    [
        (130, 7, 130),
        (None, 7, 2120 / 7),
        (None, 0, 10),
        (3, 7, 10),
        (10, 7, 10),
        (10_000, 7, 10_000),
        (10_001, 7, 10_000),
    ],
)
def test_the_slider_starts_at_a_known_value_or_the_usual_cost(shoes, monkeypatch, known, inquiries, expected):
    words = pd.DataFrame({"spend": [120.0, 2000.0], "inquiries": [inquiries, 0.0]})
    monkeypatch.setattr(adverts, "words", lambda here: words)
    monkeypatch.setattr(adverts, "known_value", lambda here: known)
    assert view.first_value(shoes) == pytest.approx(expected)


def test_it_starts_where_the_store_stands(panel, shoes):
    assert panel.value.value == pytest.approx(130) and panel.confidence.value == 0.8
    assert panel.target_roi.value == pytest.approx(5 * 0.22)  # order value / cost to be reached x gross margin
    spent = explore.decisions(shoes, 130.0)["weekly_spend"].sum()
    assert panel.budget.value == pytest.approx(spent)
    assert (panel.budget.min, panel.budget.max) == pytest.approx((spent / 10, spent * 2))
    assert panel.word.value == explore.decisions(shoes, 130.0)["keyword"].iloc[0]


def test_every_slider_moves_sentences_or_table(panel):
    seen = {(panel.html, panel.table)}
    for name, value in (("value", 1000.0), ("target_roi", 3.0), ("confidence", 0.99), ("budget", 700.0)):
        getattr(panel, name).value = value
        seen.add((panel.html, panel.table))
    assert len(seen) == 5


def test_a_higher_value_pauses_less(panel):
    pauses = []
    for value in (30.0, 130.0, 10_000.0):
        panel.value.value = value
        pauses.append(panel.number("pause ", ", and collect"))
    assert pauses == sorted(pauses, reverse=True) and pauses[0] > pauses[-1]


def test_twice_the_target_is_half_the_cap(shoes):
    one, two = (explore.decisions(shoes, 130.0, target_roi=target) for target in (1.0, 2.0))
    assert (one["cap"] / two["cap"]).to_numpy() == pytest.approx(np.full(len(one), 2.0))
    assert one["decision"].tolist() == two["decision"].tolist()  # what a word is worth does not hang on what is wanted


def test_the_line_of_code_gives_the_table_that_is_shown(panel):
    for name, value in (("value", 77.7777), ("target_roi", 2.3), ("confidence", 0.91), ("budget", 612.345)):
        getattr(panel, name).value = value
        table = eval(panel.code, {"explore": explore})
        assert view.datatable(table, view.COLUMNS, "opsbook-keywords") == panel.table


def test_the_table_lists_the_words_of_one_decision(panel):
    before, seen = panel.html, []
    for decision in view.LISTED:
        panel.decision.value = decision
        listed = eval(panel.code, {"explore": explore})
        assert set(listed["decision"]) <= {decision} and panel.html == before  # the sentences are about all words
        assert view.datatable(listed, view.COLUMNS, "opsbook-keywords") == panel.table
        seen.append(len(listed))
    panel.decision.value = ""
    assert sum(seen) == len(eval(panel.code, {"explore": explore})) and max(seen) < sum(seen)


def test_a_move_reads_nothing_and_fits_nothing_again(panel, monkeypatch):
    for module, name in ((wh, "load"), (ad_words, "totals"), (ad_words, "settled"), (elasticity, "pooled")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("this was to be done once"))
    monkeypatch.setattr(attribution, "estimate_value", lambda *_, **__: pytest.fail("this was to be done once"))
    for name, value in (("value", 500.0), ("target_roi", 1.5), ("confidence", 0.9), ("budget", 700.0)):
        getattr(panel, name).value = value
    assert "failed" not in panel.html


def test_another_store_brings_its_own_value_and_words(panel, choice):
    choice.store.value = "home"
    home = explore.decisions(choice.slice, view.first_value(choice.slice))
    assert panel.value.value == pytest.approx(view.first_value(choice.slice))
    assert set(panel.word.options) == set(view.names(home)) and panel.word.value in panel.word.options
    assert "'home'" in panel.code and f'"{panel.word.value}"' in panel.html


def test_the_chosen_word_is_drawn_with_its_description(panel):
    name = panel.word.options[3]
    panel.word.value = name
    assert f'"{name}": ' in panel.html
    assert re.search(r'<div role="img" aria-label="&quot;' + re.escape(name), panel._html.value)
    panel.word.value = ""
    assert 'role="img"' not in panel._html.value and "words to pause" in panel.html


def words(**columns) -> pd.DataFrame:
    table = pd.DataFrame(
        {"keyword": ["good", "bad"], "impressions": [900, 9000], "clicks": [60, 400], "spend": [120.0, 2000.0]}
    ).assign(inquiries=[6.0, 1.0], campaign="c", mature_clicks=[60.0, 400.0], **columns)
    return table.astype({"impressions": float, "clicks": float})


@pytest.fixture
def only(shoes, monkeypatch):
    """`only(words)`: a store that advertises these words and no others."""

    def hold(table: pd.DataFrame) -> explore.slices.Slice:
        monkeypatch.setattr(adverts, "words", lambda here: table)
        known = rates.shrink(table["inquiries"], table["mature_clicks"])
        monkeypatch.setattr(adverts, "posteriors", lambda here: known)
        view._decided.cache_clear(), view._capped.cache_clear()
        return shoes

    yield hold
    view._decided.cache_clear(), view._capped.cache_clear()


def decided(table: pd.DataFrame) -> dict:
    return table.set_index("keyword")["decision"].to_dict()


def test_decisions_follow_the_value_and_the_confidence(only):
    assert decided(explore.decisions(only(words()), 100.0))["bad"] == "pause"
    assert decided(explore.decisions(only(words()), 10_000.0))["bad"] != "pause"
    narrow = words().assign(inquiries=[6.0, 14.0])  # a loss at 100 CNY an inquiry, not a certain one
    assert decided(explore.decisions(only(narrow), 100.0, confidence=0.5))["bad"] == "pause"
    assert decided(explore.decisions(only(narrow), 100.0, confidence=0.99))["bad"] != "pause"


def test_names_from_exports_are_escaped(only):
    here = only(words(keyword=["<script>alert(1)</script>", '"><img src=x>']))
    shown = view.show(here, 100.0, 1.0, 0.8, 0.0, "", '"><img src=x>')
    assert "<script>alert" not in shown.html + shown.table and "<img src=x" not in shown.html + shown.table
    assert "&quot;&gt;&lt;img src=x&gt;" in shown.html


def test_a_word_of_which_nothing_is_known_has_its_evidence_only(only):
    here = only(words().assign(inquiries=np.nan))
    shown = view.show(here, 100.0, 1.0, 0.8, 0.0, "", "bad").html
    assert "are not known: it cannot be judged" in shown and "of the clicks ask" not in shown


def test_a_word_in_two_plans_can_be_told_apart(only):
    table = explore.decisions(only(words(keyword=["mug", "mug"]).assign(campaign=["a", "b"])), 100.0)
    assert set(view.names(table)) == {"mug | a", "mug | b"}


def test_without_adverts_it_says_what_it_needs(warehouse, hold):
    hold(warehouse, "store_kpi", [{"visitors": 3}])
    charts.use_style("en")
    panel = View(explore.choose(warehouse, "no such folder"))
    assert "opsbook import" in panel.html and panel.word.options == () and panel.budget.disabled


def test_an_error_stands_in_place_and_goes_with_the_next_move(panel, choice, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(view, "decisions", lambda *_, **__: 1 / 0)
        choice.store.value = "home"
        assert "This view failed: division by zero" in panel.html and panel.table == ""
    panel.confidence.value = 0.6
    assert "failed" not in panel.html and "'home'" in panel.code


def test_a_target_beyond_the_slider_is_reached(sample_warehouse, tmp_path):
    (tmp_path / "stores.toml").write_text('[stores.home]\nname = "H"\ntarget_roi = 40\ngross_margin = 0.5\n')
    assert View(explore.choose(sample_warehouse, str(tmp_path))).target_roi.value == 20


def test_an_empty_warehouse_shows_nothing(tmp_path):
    panel = View(explore.choose(str(tmp_path), str(tmp_path)))
    assert panel.html == '<div class="opsbook"></div>' and panel.table == ""


def test_labels_are_in_the_language_of_the_reader(choice):
    language.use("zh")
    panel = View(choice)
    assert panel.value.description == "一个询盘的价值（元）" and panel.word.description == "要画的词"
    assert [label for label, _ in panel.decision.options][:3] == ["全部", "提价", "保持"]
    assert "推广词中：加价" in panel.html
    texts = json.loads(json.loads(re.search(r'"data_json": ("(?:[^"\\]|\\.)*")', panel.table)[1]))
    assert {row[-1] for row in texts} <= {"提价", "降低出价", "降价", "保持", "暂停"}
