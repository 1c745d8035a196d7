"""The funnel builder: the chosen steps by `funnel.funnel`, on the log of the page on the private domain."""

import html
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from opsbook import explore
from opsbook.analysis import crm, funnel
from opsbook.explore import funnels, persons
from opsbook.report import language

WEEK = "2026-09-19"


@pytest.fixture
def here(sample_warehouse, tmp_path):
    return explore.slice_of("home", WEEK, sample_warehouse, str(tmp_path))


@pytest.fixture
def panel(sample_warehouse, tmp_path):
    view = explore.funnel_panel(explore.choose(sample_warehouse, str(tmp_path)))
    *steps, days, order, shown, _, code = view.children
    return SimpleNamespace(steps=steps, days=days, order=order, shown=shown, code=code)


def code_of(panel) -> str:
    return html.unescape(re.search(r'value="([^"]*)"', panel.code.value)[1])


@pytest.fixture
def log(monkeypatch):
    """Five persons by hand: `a` goes all the way, `b` too late, `c` has a visit in between, `d` quotes before asking,
    `e` came yesterday."""
    rows = [
        ("a", "inquiry", "2026-08-01"),
        ("a", "quote", "2026-08-03"),
        ("a", "deal", "2026-08-10"),
        ("b", "inquiry", "2026-08-01"),
        ("b", "quote", "2026-08-20"),
        ("c", "inquiry", "2026-08-01"),
        ("c", "visit", "2026-08-02"),
        ("c", "quote", "2026-08-04"),
        ("d", "quote", "2026-08-01"),
        ("d", "inquiry", "2026-08-02"),
        ("e", "inquiry", "2026-09-18"),
        ("e", "quote", "2026-09-18"),
    ]
    table = pd.DataFrame(rows, columns=["who", "event", "at"]).astype({"who": "string", "event": "string"})
    monkeypatch.setattr(funnels, "events", lambda here: table.assign(at=pd.to_datetime(table["at"])))


@pytest.mark.parametrize(
    ("asked", "people"),
    [
        ({"days": 14}, [4, 2, 1]),
        ({"days": 8}, [4, 2, 0]),
        ({"days": 9}, [4, 2, 1]),
        ({"days": 19}, [4, 3, 1]),
        ({"days": 14, "order": "strict"}, [4, 1, 1]),
        ({"days": None}, [5, 4, 1]),
        ({"days": 14, "entered": 30}, [0, 0, 0]),
        ({"steps": ("inquiry", "visit"), "days": 14}, [4, 1]),
        ({"steps": ("inquiry", "quote"), "days": 14, "order": "any"}, [4, 3]),
    ],
)
def test_persons_by_hand(here, log, asked, people):
    assert explore.funnel_of(here, **asked)["people"].tolist() == people


def test_the_default_is_the_funnel_of_the_page(here):
    touches, orders = persons.touches_and_orders(here)
    settled = crm.mature(crm.events(touches, orders), entry="inquiry", window="90D", as_of=here.week, within=365)
    expected = funnel.funnel(settled, ["inquiry", "quote", "deal"], window="90D")
    pd.testing.assert_frame_equal(explore.funnel_of(here), expected)
    assert expected["people"].tolist()[0] > 50


def test_every_touch_is_an_event_once(here):
    touches, orders = persons.touches_and_orders(here)
    counts = persons.events(here)["event"].value_counts()
    known = touches.dropna(subset=["customer_id", "at"])
    kinds = known["kind"].replace({"tm": "inquiry"}).value_counts()
    assert counts.drop("deal").to_dict() == kinds.to_dict()
    assert counts["deal"] == len(orders[~(orders["amount"] < 0)].dropna(subset=["customer_id", "ordered_at"]))


def test_the_panel_starts_with_inquiry_quote_deal(panel, here):
    assert [place.value for place in panel.steps] == ["inquiry", "quote", "deal", "", ""]
    table = explore.funnel_of(here)
    assert f">{table['people'].iloc[0]}</td>" in panel.shown.value and "<svg" in panel.shown.value


def test_every_control_moves_the_funnel_and_its_code(panel, here):
    moves = [("steps", "visit"), ("days", 30), ("order", "strict"), ("days", 0)]
    seen = {panel.shown.value}
    for name, value in moves:
        control = panel.steps[3] if name == "steps" else getattr(panel, name)
        control.value = value
        seen.add(panel.shown.value)
        table = eval(code_of(panel), {"explore": explore})
        steps = ("inquiry", "quote", "deal", "visit")
        expected = explore.funnel_of(here, steps, panel.days.value or None, panel.order.value)
        pd.testing.assert_frame_equal(table, expected)
        cells = re.findall(r'<td class="number[^>]*>([^<]*)</td>', panel.shown.value)
        assert f"{expected['people'].iloc[0]:,}" in cells
    assert len(seen) > 3


def test_no_step_and_a_step_twice(panel):
    for place in panel.steps:
        place.value = ""
    assert "`steps` must name at least one event" in panel.shown.value and 'role="alert"' in panel.shown.value
    panel.steps[0].value = panel.steps[2].value = "deal"
    assert 'role="alert"' not in panel.shown.value and "steps=('deal', 'deal')" in code_of(panel)


def test_a_kind_of_touch_that_nobody_knows_is_shown_as_data():
    assert funnels.name("visit") == "Visit" and funnels.name("inquiry") == "Inquiry"
    assert funnels.name("booth\u202evisit\n2") == "boothvisit 2"


@pytest.mark.filterwarnings("ignore:Glyph")  # the style of the notebook brings the font
def test_in_chinese_it_is_chinese(sample_warehouse, tmp_path):
    language.use("zh")
    view = explore.funnel_panel(explore.choose(sample_warehouse, str(tmp_path)))
    assert [view.children[place].description for place in (0, 5, 6)] == ["第 1 步", "时限", "步骤之间"]
    assert dict(map(reversed, view.children[0].options))["visit"] == "访问"


def test_without_touches_it_says_what_it_needs(tmp_path, here):
    assert "opsbook import" in funnels.show(type(here)("nobody", here.week, here.warehouse), 90, "ordered").html
    assert explore.funnel_panel(explore.choose(str(tmp_path), str(tmp_path))).children[0].options == ()
