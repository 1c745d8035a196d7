"""The first screen of the brief: how are we, why, what next."""

from datetime import date

import pandas as pd
import pytest

from opsbook.report import headline, language

LIGHT = {"id": "brief.verdict_yellow", "light": "yellow", "metric": "opportunities", "value": 18, "week": "2026-09-19"}
CHANGE = {"id": "brief.change", "metric": "opportunities", "value": 18, "before": 13, "wow": 5 / 13}
NO_PEERS = {"id": "brief.no_peers", "metric": "opportunities"}
NO_KEY = pd.DataFrame(columns=["metric", "value", "before", "wow", "to_peer_avg", "recent"])


@pytest.fixture(autouse=True)
def english():
    language.use("en")
    yield
    language.use("en")


def key(**values):
    rows = [(metric, value, None, None, None, [None, value]) for metric, value in values.items()]
    return pd.DataFrame(rows, columns=NO_KEY.columns)


def todo(*objects):
    columns = ["todo", "priority", "owner", "due"]
    rows = [({"id": "brief.todo", "object": name}, "P1", "operator", date(2026, 9, 23)) for name in objects]
    return pd.DataFrame(rows, columns=columns)


def test_light_figures_reasons_and_actions_in_this_order():
    verdict = LIGHT | {"details": [CHANGE, {"id": "brief.alternative_red", "ratio": 0.58}]}
    block = headline.answers(verdict, key(visitors=523.0), [CHANGE], todo("shoes"))
    assert block.text.split("\n\n") == [
        "Yellow: Opportunities 18 in the week to 2026-09-19, neither clearly good nor clearly bad.\n"
        "Another reading of the light would be red: 0.58 times peers' average, below the lower limit.\n"
        "Visitors: 523 (–)",
        "- Opportunities went from 13 to 18 (+38.5% on the week before).",
        "1. shoes: (P1 this week · Operator · 2026-09-23)",
    ]
    assert '<p class="light yellow">Yellow:' in block.html
    assert block.html.count("<h3>") == 3


def test_three_actions_and_the_number_of_the_rest():
    four = headline.answers(LIGHT, NO_KEY, [], todo("a", "b", "c", "d"))
    assert four.text.endswith("3. c: (P1 this week · Operator · 2026-09-23)\n1 more under “Next week”.")
    assert "more under" not in headline.answers(LIGHT, NO_KEY, [], todo("a", "b", "c")).text


def test_nothing_to_do_is_said():
    assert "Nothing is proposed for next week" in headline.answers(LIGHT, NO_KEY, [], todo()).html


def test_names_from_exports_are_escaped():
    html = headline.answers(LIGHT, NO_KEY, [], todo("<script>x</script>")).html
    assert "<script" not in html and "&lt;script&gt;" in html


def test_the_first_known_figures_in_our_order():
    known = headline.first_figures(key(visitors=5.0, orders=None, opportunities=1.0, tm=4.0))
    assert list(known["metric"]) == ["opportunities", "visitors"]


def test_at_most_six_figures():
    every = headline.answers(LIGHT, key(**dict.fromkeys(headline.FIRST, 1.0)), [], todo())
    assert every.html.count('class="card"') == 6


def test_a_week_without_figures_says_so():
    verdict = {"id": "brief.verdict_no_week", "week": "2026-09-19", "light": "unknown"}
    block = headline.answers(verdict, NO_KEY, [], todo())
    assert "no store figures" in block.text and "cards" not in block.html


def test_chinese_has_no_blanks_between_sentences():
    language.use("zh")
    html = headline.answers(LIGHT | {"details": [NO_PEERS, NO_PEERS]}, NO_KEY, [], todo()).html
    assert "。商机人数" in html and "为什么" in html
