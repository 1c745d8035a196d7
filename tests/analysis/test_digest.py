import json
from datetime import date

import numpy as np
import pandas as pd

from opsbook.analysis import actions, alarms, brief, digest, rules, traffic

WEEK = pd.Timestamp("2026-06-20")
RULES = rules.load(WEEK.date())


def parts():
    kpi = pd.DataFrame({"period_end": [WEEK], "visitors": pd.array([50], dtype="Int64"), "orders": [None]})
    ends = pd.date_range(end=WEEK, periods=9, freq="7D")
    channels = pd.DataFrame({"period_end": ends, "channel": "搜索", "visitors": [200] * 8 + [20]})
    window = pd.DataFrame({"channel": ["搜索"], "visitors": [200], "opportunities": [40]})
    changes = traffic.judge_change(window, window.assign(visitors=20, opportunities=4))
    raised = alarms.alarms(alarms.series(channels, None, WEEK), WEEK, RULES)
    ranked = actions.rank([traffic.propose(changes, None, WEEK)])
    return brief.verdict(kpi, WEEK, RULES), brief.key_figures(kpi, WEEK), changes, raised, ranked


def test_summary_leads_with_the_verdict():
    verdict, _, _, raised, ranked = parts()
    ids = [message["id"] for message in digest.summary(verdict, raised, ranked)]
    assert ids == [
        "brief.verdict_unknown",
        "brief.no_week_before",
        "brief.no_peers",
        "traffic.alarm_fall",
        "traffic.check_channel",
    ]
    assert len(digest.summary(verdict, raised, ranked, most=0)) == 3


def test_metrics_are_plain_data_and_unknown_is_null():
    content = digest.metrics("acme", WEEK, date(2026, 6, 22), RULES.version, *parts())
    read = json.loads(json.dumps(content, allow_nan=False))
    assert (read["schema"], read["store"], read["week"], read["data_up_to"]) == (1, "acme", "2026-06-20", "2026-06-22")
    assert read["light"] == "unknown" and read["figures"]["visitors"]["value"] == 50
    assert read["figures"]["orders"]["value"] is None and read["figures"]["visitors"]["wow"] is None
    assert read["changes"][0] == {
        "channel": "搜索", "traffic_effect": -36, "conversion_effect": 0, "total": -36, "cause": "traffic",
    }  # fmt: skip
    assert read["actions"][0]["due"] == "2026-06-30" and read["alarms"][0]["id"] == "traffic.alarm_fall"


def test_metrics_without_any_data():
    nothing = pd.DataFrame(columns=["channel", "visitors", "opportunities"])
    empty = pd.DataFrame(columns=["period_end", "visitors"])
    content = digest.metrics(
        "acme",
        WEEK,
        None,
        "v",
        brief.verdict(empty, WEEK, RULES),
        brief.key_figures(empty, WEEK),
        traffic.judge_change(nothing, nothing),
        alarms.alarms(alarms.series(None, None, WEEK), WEEK, RULES),
        actions.rank([]),
    )
    assert content["data_up_to"] is None and content["changes"] == content["alarms"] == content["actions"] == []
    assert digest._plain(np.int64(3)) == 3 and digest._plain([float("nan")]) == [None]
