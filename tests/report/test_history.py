"""What is remembered from week to week."""

import re
from datetime import date, timedelta

import pytest

from opsbook.report import findings, history, plan, portfolio, prune

WEEK = date(2026, 9, 19)


def entry(store="shoes", back=0, status="ok", lang="en", **metrics):
    return {
        "store": store,
        "store_name": store.title(),
        "week": WEEK - timedelta(weeks=back),
        "lang": lang,
        "metrics": metrics,
        "notebooks": {"00_weekly_brief": "ok", "01_traffic_sources": status},
    }


def past(*opportunities):
    """Entries of the weeks before, oldest first, the last of them the week before this one."""
    return [entry(back=len(opportunities) - i, opportunities=n) for i, n in enumerate(opportunities)]


def test_the_light_is_compared_with_the_week_before_only():
    weeks = [entry(back=2, light="green"), entry(back=1, light="yellow"), entry(light="red")]
    assert history.changes(weeks[:2], weeks[2]) == [{"id": "batch.light", "first": "light.yellow", "last": "light.red"}]
    assert findings.word(history.changes(weeks[:2], weeks[2])[0]) == "The light went from Yellow to Red."


def test_a_missing_week_before_is_said_and_not_bridged():
    assert history.changes([entry(back=2, opportunities=9)], entry(opportunities=1)) == [{"id": "batch.no_week_before"}]


def test_equal_figures_are_said_to_be_equal():
    assert history.changes(past(9), entry(opportunities=9)) == [{"id": "batch.unchanged"}]


def test_an_unknown_figure_or_light_is_no_change():
    assert history.changes([entry(back=1, light="green")], entry(light=None, orders=3)) == [{"id": "batch.unchanged"}]


@pytest.mark.parametrize(
    "before, now, kind",
    [
        ((0,), 4, "change_from_zero"),
        ((10, 12, 8), 3, "change"),  # three weeks tell nothing of what is usual
        ((10, 12, 8, 10), 9, "change_within"),
        ((40, 41, 39, 40), 3, "change_beyond"),
    ],
)
def test_a_count_is_held_against_its_own_past(before, now, kind):
    (message,) = history.changes(past(*before), entry(opportunities=now))
    assert (message["id"], message["metric"], message["now"]) == (f"batch.{kind}", "opportunities", now)
    if kind != "change_from_zero":
        assert message["share"] == pytest.approx(now / before[-1] - 1)
    assert findings.word(message).startswith(f"Opportunities: {now} after {before[-1]}")


def test_reports_missing_in_the_middle_at_the_end_and_failed_ones():
    entries = [entry(back=3), entry(back=1), entry(), entry("lamps", back=1), entry("mugs", status="failed")]
    assert [findings.word(message) for message in history.missing(entries, WEEK, no_data=["lamps", "pens"])] == [
        "lamps: no report for the week to 2026-09-19, as no data of it was imported.",
        "mugs: Traffic sources of the week to 2026-09-19 could not be made.",
        "pens: no report for the week to 2026-09-19, as no data of it was imported.",
        "shoes: no report for the week to 2026-09-05.",
    ]
    assert history.missing([entry()], WEEK) == []


def test_a_report_that_is_there_is_not_missing_though_its_data_are_gone():
    assert history.missing([entry()], WEEK, no_data=["shoes"]) == []


def test_an_older_week_made_again_says_nothing_of_the_newest():
    entries = [entry(back=1), entry(), entry("lamps")]
    html = history.index(entries, week=WEEK - timedelta(weeks=1), no_data=["lamps", "pens"])
    assert "Week to 2026-09-19" in html and "No report is missing." in html


@pytest.mark.parametrize("back, last", [(0, WEEK), (1, WEEK), (-1, WEEK + timedelta(weeks=1))])
def test_the_last_week_is_that_of_the_reports_or_of_a_later_batch(back, last):
    assert history.last_week([entry(back=2), entry()], WEEK - timedelta(weeks=back)) == last


def test_the_page_over_all_stores_stays_with_the_newest_week(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(portfolio, "write", lambda out, warehouse, week, *others: asked.append((week, others[-1])))
    monkeypatch.setattr(history, "collect", lambda out: [entry(back=1), entry(light="red")])
    older = plan.Batch(WEEK - timedelta(weeks=1), [], str(tmp_path), "wh", {})
    history.update(older)
    [(week, lights)] = asked
    assert week == WEEK and lights["shoes"]["light"] == "red"


def test_the_index_shows_figures_changes_gaps_and_every_week():
    entries = [
        entry(back=2, visitors=90, opportunities=4, light="green"),
        entry(back=1, visitors=100, opportunities=5, opportunity_rate=0.05, spend=0.0, light="green"),
        entry(visitors=110, opportunities=0, opportunity_rate=0.06, light="red"),
        entry("lamps", back=1, visitors=7),
    ]
    html = history.index(entries)
    assert re.search(r'<td class="number">110<small>\+10%</small></td>', html)
    assert re.search(r'<td class="number">6\.0+%<small>\+1.0 pp</small></td>', html)
    assert '<td class="number">–</td>' in html  # spend is not known this week
    assert "Opportunities: 0 after 5 (-100%)." in html
    assert "lamps: no report for the week to 2026-09-19." in html
    assert 'href="2026-09-05/shoes/index.html"' in html and "<td>no report</td>" in html
    assert 'aria-label="4, 5, 0"' in html and "<script" not in html


def test_names_from_outside_are_escaped_on_the_index():
    hostile = entry() | {"store_name": "<script>alert(1)</script>"}
    assert "<script" not in history.index([hostile])


def test_a_figure_that_is_no_number_is_not_known():
    recorded = {"visitors": "<b>7</b>", "orders": None, "opportunities": 0, "spend": 1.5, "light": "red"}
    assert history.known(recorded) == {"opportunities": 0, "spend": 1.5, "light": "red"}


def test_a_batch_without_any_report_has_an_index_that_says_so():
    html = history.index([], week=WEEK, no_data=["shoes"])
    assert "shoes: no report for the week to 2026-09-19, as no data of it was imported." in html


def test_a_first_week_is_no_line():
    assert "<small>first week with a figure</small>" in history.index([entry(opportunities=4)])
    assert "<polyline" in history.index([entry(back=1, opportunities=4), entry(opportunities=4)])


def test_the_pages_of_a_store_are_linked_and_failed_ones_marked():
    html = history.index([entry(status="failed")])
    assert '<a href="2026-09-19/shoes/00_weekly_brief.html">Weekly brief</a>' in html
    assert '<a href="2026-09-19/shoes/01_traffic_sources.html" class="failed">Traffic sources</a>' in html


def test_lights_of_the_week_with_their_report():
    entries = [entry(light="red"), entry(back=1, light="green"), entry("lamps", light="blue")]
    href = "2026-09-19/{}/index.html".format
    assert history.lights(entries, WEEK) == {
        "shoes": {"href": href("shoes"), "light": "red", "word": "Red"},
        "lamps": {"href": href("lamps"), "light": "unknown", "word": "Unknown"},
    }


@pytest.mark.parametrize(
    "now, before, name, shown",
    [
        (110, 100, "visitors", "+10%"),
        (4, 0, "visitors", ""),
        (4, float("nan"), "visitors", ""),
        (None, 4, "visitors", ""),
        (0.06, 0.05, "opportunity_rate", "+1.0 pp"),
    ],
)
def test_changes_of_rates_are_points(now, before, name, shown):
    assert history.delta(now, before, name) == shown


@pytest.mark.parametrize("spoken, lang", [(["zh", "zh"], "zh"), (["en", "zh"], "en"), ([], "en")])
def test_the_index_speaks_the_language_of_all_reports_or_english(spoken, lang):
    assert history.common_language([{"lang": one} for one in spoken]) == lang


# ---- pruning -----------------------------------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path):
    for back in range(4):
        for store in ("a", "b"):
            folder = tmp_path / f"{WEEK - timedelta(weeks=back)}/{store}"
            folder.mkdir(parents=True)
            (folder / "manifest.json").write_text("{}")
            (folder / "index.html").write_text("page")
    (tmp_path / "2026-08-29/notes").mkdir()
    (tmp_path / "2026-08-29/notes/mine.txt").write_text("keep me")
    (tmp_path / "archive").mkdir()
    (tmp_path / "index.html").write_text("index")
    return tmp_path


def tree(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_prune_names_first_and_removes_only_what_batches_made(out):
    before = tree(out)
    old = ["2026-08-29/a", "2026-08-29/b", "2026-09-05/a", "2026-09-05/b"]
    assert prune.prune(str(out), keep=2, dry_run=True) == old
    assert tree(out) == before
    assert prune.prune(str(out), keep=2) == old
    gone = [path for path in before if path.startswith(tuple(old)) or path == "2026-09-05"]
    assert tree(out) == [path for path in before if path not in gone]
    assert prune.prune(str(out), keep=2) == []


@pytest.mark.parametrize("keep, removed", [(4, 0), (3, 2), (1, 6)])
def test_prune_keeps_so_many_weeks(out, keep, removed):
    assert len(prune.prune(str(out), keep)) == removed


def test_a_week_without_a_report_is_not_counted_as_kept(out):
    (out / "2026-09-26").mkdir()
    assert prune.prune(str(out), keep=4) == []


def test_prune_where_nothing_is(tmp_path):
    assert prune.prune(str(tmp_path / "reports"), 1) == []
