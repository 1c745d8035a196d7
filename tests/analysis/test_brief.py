from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import brief, rules

WEEK = pd.Timestamp("2026-09-19")
RULES = rules.load(WEEK.date())
NAN = float("nan")


def kpis(weeks=2, **columns):
    ends = pd.date_range(end=WEEK, periods=weeks, freq="7D")
    return pd.DataFrame({"period_kind": "week", "period_end": ends} | columns)


def test_action_id_is_stable_and_tells_actions_apart():
    action = {"id": "keywords.pause", "clicks": 120}
    name = brief.action_id("acme", WEEK.date(), "keyword", "pipe", action)
    assert name == brief.action_id("acme", "2026-09-19", "keyword", "pipe", {"id": "keywords.pause", "clicks": 121})
    others = [
        brief.action_id("other", WEEK.date(), "keyword", "pipe", action),
        brief.action_id("acme", date(2026, 9, 26), "keyword", "pipe", action),
        brief.action_id("acme", WEEK.date(), "product", "pipe", action),
        brief.action_id("acme", WEEK.date(), "keyword", "pipes", action),
        brief.action_id("acme", WEEK.date(), "keyword", "pipe", {"id": "keywords.raise"}),
    ]
    assert len({name, *others}) == 6
    assert len(name) == 8 and name[0] == "A"


@pytest.mark.parametrize(
    ("wow", "peer_ratio", "light", "alternative"),
    [
        (0.01, 1.0, "green", "yellow"),
        (0.01, 0.999, "yellow", "yellow"),
        (0.0, 1.5, "yellow", "green"),
        (-0.01, 1.5, "yellow", "green"),
        (-0.01, 0.5, "yellow", "red"),
        (-0.01, 0.499, "red", "red"),
        (0.0, 0.1, "yellow", "red"),
        (0.3, 0.1, "yellow", "red"),
        (0.1, 1.1, "green", "green"),
        (0.1, 0.9, "yellow", "yellow"),
        (0.1, 0.899, "yellow", "red"),
        (NAN, 1.0, "unknown", "yellow"),
        (NAN, 0.7, "yellow", "red"),
        (NAN, 0.4, "unknown", "red"),
        (0.1, NAN, "unknown", "unknown"),
        (0.0, NAN, "yellow", "unknown"),
        (-0.1, NAN, "unknown", "unknown"),
        (NAN, NAN, "unknown", "unknown"),
    ],
)
def test_lights_on_both_sides_of_every_limit(wow, peer_ratio, light, alternative):
    assert brief.light(wow, peer_ratio, RULES) == light
    assert brief.alternative_light(peer_ratio, RULES) == alternative


def test_verdict_shows_where_another_reading_differs():
    found = brief.verdict(kpis(opportunities=[30, 40], opportunities_peer_avg=[50, 50]), WEEK, RULES)
    assert (found["id"], found["light"], found["alternative"], found["differs"]) == (
        "brief.verdict_yellow",
        "yellow",
        "red",
        True,
    )
    assert [d["id"] for d in found["details"]] == ["brief.change", "brief.peers", "brief.alternative_red"]
    assert found["details"][0]["wow"] == pytest.approx(1 / 3) and found["details"][1]["ratio"] == 0.8
    same = brief.verdict(kpis(opportunities=[30, 60], opportunities_peer_avg=[50, 50]), WEEK, RULES)
    assert same["light"] == "green" and not same["differs"] and len(same["details"]) == 2


def test_verdict_prefers_the_figure_that_has_peers():
    columns = {"opportunities": [3, 4], "visitors": [50, 60], "visitors_peer_avg": [50, 50]}
    assert brief.verdict(kpis(**columns), WEEK, RULES)["metric"] == "visitors"
    assert brief.verdict(kpis(opportunities=[3, 4], visitors=[50, 60]), WEEK, RULES)["metric"] == "opportunities"


def test_verdict_stays_calm_with_little_data():
    first = brief.verdict(kpis(1, opportunities=[30]), WEEK, RULES)
    assert first["id"] == "brief.verdict_unknown"
    assert [d["id"] for d in first["details"]] == ["brief.no_week_before", "brief.no_peers"]
    assert brief.verdict(kpis(2, opportunities=[None, None]), WEEK, RULES)["id"] == "brief.verdict_no_week"
    assert brief.verdict(kpis(0), WEEK, RULES)["light"] == "unknown"
    after_zero = brief.verdict(kpis(visitors=[0, 5], visitors_peer_avg=[9, 9]), WEEK, RULES)
    assert after_zero["details"][0] == {"id": "brief.from_zero", "metric": "visitors", "value": 5}
    nothing = brief.verdict(kpis(visitors=[0, 0], visitors_peer_avg=[9, 9]), WEEK, RULES)
    assert nothing["value"] == 0 and nothing["light"] == "unknown"
    gap = kpis(3, opportunities=[30, 20, 40]).drop(index=1)
    assert brief.verdict(gap, WEEK, RULES)["details"][0]["id"] == "brief.no_week_before"


def test_key_figures():
    columns = {"visitors": [50, 60, 45, 90], "visitors_peer_avg": 100, "visitors_top10": 300}
    table = kpis(4, **columns, search_clicks=[1, 2, 3, 4], search_impressions=[100, 100, 0, 200], opportunities=9).drop(
        index=1
    )
    found = brief.key_figures(table, WEEK).set_index("metric")
    visitors = found.loc["visitors"]
    assert (visitors["value"], visitors["before"], visitors["wow"]) == (90, 45, 1.0)
    assert (visitors["to_peer_avg"], visitors["to_top10"]) == pytest.approx((0.9, 0.3)) and np.isnan(
        visitors["peer_good"]
    )
    assert visitors["recent"] == pytest.approx([50, NAN, 45, 90], nan_ok=True)
    assert found.loc["search_ctr", ["value", "before"]].astype(float).tolist() == pytest.approx(
        [0.02, NAN], nan_ok=True
    )
    assert found.loc["opportunity_rate", "value"] == pytest.approx(0.1)
    assert found.index.tolist() == list(brief.KEY_FIGURES) and np.isnan(found.loc["orders", "value"])


def test_rates_of_the_export_are_kept():
    assert brief.with_rates(kpis(opportunity_rate=0.2, opportunities=1, visitors=10))["opportunity_rate"].tolist() == [
        0.2,
        0.2,
    ]


def test_funnel_breaks_where_counting_changes():
    figures = {"all_impressions": 1000, "all_clicks": 40, "visitors": 50, "opportunities": 5, "orders": None}
    found = brief.funnel(pd.Series(figures)).set_index("stage")
    assert found["break"].to_dict() == dict(zip(figures, [False, False, True, False, True], strict=True))
    assert found["of_previous"].tolist() == pytest.approx([NAN, 0.04, 1.25, 0.1, NAN], nan_ok=True)
    assert found["lower"].notna().tolist() == [False, True, False, True, False]
    assert found.loc["opportunities", ["lower", "upper"]].tolist() == pytest.approx([0.04348, 0.21360], abs=1e-5)
    assert np.isnan(brief.funnel(pd.Series({"visitors": 0, "opportunities": 0})).loc[3, "of_previous"])


def test_data_gaps_name_the_block_that_stays_silent():
    full = {name: pd.DataFrame({"x": [1]}) for name in brief.NEEDED}
    columns = dict.fromkeys(brief.KEY_FIGURES, 1.0) | {"visitors_peer_avg": 1.0}
    full["store_kpi"] = kpis(**columns)
    settings = {"membership_fee_cny": 1, "labour_cny_per_week": 0, "cny_per_usd": 7}
    assert brief.data_gaps(full, WEEK, settings).empty

    short = full | {
        "store_kpi": kpis(**columns | {"orders": None}).drop(columns="visitors_peer_avg"),
        "ad_campaign": None,
    }
    short["channel_traffic"] = pd.DataFrame({"period_end": [WEEK - pd.Timedelta(weeks=1)]})
    found = brief.data_gaps(short, WEEK, settings | {"cny_per_usd": None})
    assert set(found[["missing", "name", "block"]].itertuples(index=False, name=None)) == {
        ("week", "channel_traffic", "traffic"),
        ("table", "ad_campaign", "ads"),
        ("column", "orders", "key_figures"),
        ("column", "peer_avg", "verdict"),
        ("setting", "cny_per_usd", "ads"),
    }
    assert found["verdict"].iloc[0] == {
        "id": "brief.gap_week",
        "missing": "week",
        "name": "channel_traffic",
        "block": "traffic",
    }
    assert set(brief.data_gaps({}, WEEK)["name"]) == {*brief.NEEDED, *settings}


def test_a_snapshot_serves_for_seven_days():
    def gaps(name, day, kind="day"):
        table = pd.DataFrame({"period_kind": [kind], "period_end": [pd.Timestamp(day)]})
        found = brief.data_gaps({name: table}, WEEK)
        return found.loc[found["name"] == name, "missing"].tolist()

    assert gaps("customer", "2026-09-13") == [] and gaps("customer", "2026-09-19") == []
    assert gaps("customer", "2026-09-12") == ["week"] and gaps("customer", "2026-09-20") == ["week"]
    assert gaps("channel_traffic", "2026-09-19") == ["week"] and gaps("channel_traffic", "2026-09-19", "week") == []


def test_eleven_blocks_in_order():
    assert len(brief.BLOCKS) == 11 and brief.BLOCKS[0] == "verdict" and brief.BLOCKS[-2:] == ("actions", "data_gaps")
    assert set(brief.NEEDED.values()) <= set(brief.BLOCKS)
