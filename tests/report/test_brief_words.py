"""Every message that traffic and brief can give has words, and the words take its numbers."""

import re
import string

import pandas as pd
import pytest

from opsbook.analysis import (
    actions,
    alarms,
    brief,
    channels,
    costs,
    digest,
    followup,
    logbook,
    routine,
    rules,
    segments,
    sources,
    traffic,
)
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

WEEK = pd.Timestamp("2026-09-19")
RULES = rules.load(WEEK.date())


def windows(*channels):
    return pd.DataFrame(channels, columns=["channel", "visitors", "opportunities"])


def changes():
    before = [(name, 1000, 80) for name in "abcdef"]
    after = [("a", 300, 24), ("b", 1000, 20), ("c", 300, 5), ("d", 2500, 40), ("e", 1003, 81), ("f", None, 80)]
    return traffic.judge_change(windows(*before), windows(*after))


def raised(history, now, week=WEEK):
    ends = pd.date_range(end=week, periods=len(history) + 1, freq="7D")
    values = [*history, now]
    kpi = pd.DataFrame({"period_end": ends, "visitors": values})
    channels = pd.DataFrame({"period_end": ends, "channel": "RFQ", "visitors": values})
    return alarms.alarms(alarms.series(channels, kpi, week), week, RULES)["verdict"]


def traffic_messages():
    june = pd.Timestamp("2026-06-20")
    for now in (100, 5, 900, None):
        yield from raised([100] * 8, now, june)
        yield from raised([100] * 8, now)
    yield from raised([100] * 3, 5)
    yield from changes()["verdict"]
    yield from traffic.headline(changes().query("cause == 'chance'"))
    yield from traffic.headline(changes().head(0))
    yield channels.unknown_message(pd.Series(["Metaverse"]))
    table = sources.channel_table(pd.DataFrame({"period_end": [WEEK], "channel": "RFQ", "visitors": [9]}), WEEK)
    yield from (sources.overlap(table, visitors) for visitors in (5, 10, None))
    rows = {"channel": list("abcd"), "visitors": [900, 500, 5, None], "opportunities": [50, 0, 0, 0]}
    yield from segments.fruitless(pd.DataFrame(rows))["verdict"]
    yield from segments.fruitless(pd.DataFrame(rows).assign(opportunities=0))["verdict"]
    proposed = traffic.propose(changes(), segments.fruitless(pd.DataFrame(rows)), WEEK)
    yield from [*proposed["action"], *proposed["effect"].dropna(), *proposed["evidence"]]


def brief_messages():
    yield from ({"id": "brief.todo", "object": "x"}, {"id": "brief.no_actions"})
    ends = pd.date_range(end=WEEK, periods=2, freq="7D")
    for before, now, peer in (
        (5, 9, 8),
        (9, 9, 8),
        (9, 2, 8),
        (0, 9, 8),
        (None, 9, None),
        (9, None, 8),
        (9, 9, 9),
        (9, 8, 10),
        (8, 21, 20),
    ):
        kpi = pd.DataFrame({"period_end": ends, "visitors": [before, now], "visitors_peer_avg": peer})
        verdict = brief.verdict(kpi.astype({"visitors": "Float64"}), WEEK, RULES)
        yield from [verdict, *verdict.get("details", [])]
    for p_usual in (0.01, 0.6):
        largest = pd.DataFrame({"metric": ["visitors"], "before": [5.0], "value": [9.0], "p_usual": [p_usual]})
        yield from digest.usual({"metric": "visitors"}, largest)
    for spend, other in ((10, 90), (60, 40), (80, 20), (None, 1)):
        yield from costs.ad_shares(spend, other, 100, 7, RULES)["verdict"]
    yield from brief.data_gaps({"store_kpi": kpi, "channel_traffic": kpi.head(1)}, WEEK)["verdict"]
    yield routine.calendar(WEEK.date(), RULES)
    log = pd.DataFrame(
        {"on": [WEEK - pd.Timedelta(days=d) for d in range(1, 6)] * 2, "task_id": ["7"] * 5 + ["1"] * 5, "done": True}
    )
    log["quantity"] = [1, 3, 13, None, 5] * 2
    for entries in (log, log.head(0)):
        yield from routine.completion(entries, WEEK, RULES)["verdict"]
        yield from routine.posts(entries, RULES)["verdict"]
        yield from routine.answers(RULES, WEEK, log=entries)["verdict"]
    for score, due in ((1.0, "2026-09-01"), (99.0, "2026-12-01")):
        orders = pd.DataFrame({"order_id": ["a"], "due_on": [pd.Timestamp(due)]})
        yield from routine.answers(RULES, WEEK, orders, pd.DataFrame({"growth_score": [score]}))["verdict"]
    rank = traffic.propose(changes(), None, WEEK)
    against = rank.assign(
        action=[{"id": "x.raise"}, *({"id": "x.pause"} for _ in rank.index[1:])], object="same", object_type="plan"
    )
    yield from actions.rank([rank, rank, against], capacity=1)["why"].dropna()


def review_messages():
    steady = [30, 28, 33, 31, 29, 30, 34, 31]
    ends = pd.date_range(end="2026-06-27", periods=11, freq="7D")
    proposal = (
        traffic.propose(changes(), None, ends[8])
        .head(1)
        .assign(object_type="store", object="", review_metric="opportunities")
    )
    for weeks, status, day, metric in (
        ([*steady, 25, 27, 30], "done", 0, "opportunities"),
        ([*steady, 8, 20, 31], "done", 0, "opportunities"),
        ([*steady, 10, 40, 75], "done", 0, "opportunities"),
        ([*steady, 30, 10, 2], "done", 0, "opportunities"),
        ([None] * 6 + [30, 30, 8, 20, 60], "done", 0, "opportunities"),
        ([*steady, 25, 27, 30], "done", 13, "opportunities"),
        ([*steady, 25, 27, 30], "done", 0, "unheard_of"),
        ([*steady, 25, 27, 30], "open", 0, "opportunities"),
        ([*steady, 25, 27, 30], "dropped", 0, "opportunities"),
    ):
        kpi = pd.DataFrame({"period_end": ends, "opportunities": pd.array(weeks, dtype="Float64")})
        history = followup.store_history(kpi)
        log = followup.record(
            pd.DataFrame(columns=logbook.LOG_COLUMNS),
            proposal.assign(review_metric=metric),
            "s",
            ends[8].date(),
            history,
        )
        log = logbook.set_status(log, log["action_id"].iloc[0], status, ends[8] + pd.Timedelta(days=day))
        yield from followup.review(log, ends[10], history)["verdict"]
        yield from followup.review(log, ends[9], history)["verdict"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_all_messages_are_worded(lang):
    given = [*traffic_messages(), *brief_messages(), *review_messages()]
    for message in given:
        text = translate(MESSAGES[message["id"]], lang)
        assert text.format(**message), message
        assert lang == "en" or text != MESSAGES[message["id"]], message["id"]
    seen = {message["id"] for message in given}
    drawn = re.compile(r"\.(chart|title)_")
    topics = {key for key in MESSAGES if key.startswith(("traffic.", "brief.")) and not drawn.search(key)}
    assert topics == seen


@pytest.mark.parametrize("key", [key for key in MESSAGES if key.startswith(("traffic.", "brief."))])
def test_translations_keep_the_fields(key):
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in (MESSAGES[key], translate(MESSAGES[key], "zh"))
    ]
    assert fields[0] == fields[1]
