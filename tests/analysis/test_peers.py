import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import peers

WEEK = pd.Timestamp("2026-09-19")


def kpis(weeks=1, **columns):
    ends = pd.date_range(end=WEEK, periods=weeks, freq="7D")
    return pd.DataFrame({"period_kind": "week", "period_end": ends} | columns)


def test_gap_ratio_and_trend():
    table = kpis(4, visitors=[80, 90, 100, 110], visitors_peer_avg=100, visitors_top10=[400] * 3 + [440])
    found = peers.peer_gaps(table, WEEK).set_index("peer")
    average = found.loc["peer_avg"]
    assert (average["value"], average["reference"], average["ratio"]) == (110, 100, 1.1)
    assert average["gap"] == pytest.approx(0.1) and average["ratio_before"] == 1.0 and average["is_ahead"]
    assert average["trend_4"] == pytest.approx(0.1 / 0.95)  # 0.8 0.9 1.0 1.1
    assert found.loc["top10", "gap"] == pytest.approx(-0.75) and not found.loc["top10", "is_ahead"]


def test_of_reply_time_less_is_better():
    table = kpis(reply_hours=[3.0], reply_hours_peer_avg=[5.0], reply_hours_peer_good=[2.0])
    assert peers.peer_gaps(table, WEEK)["is_ahead"].tolist() == [True, False]


def test_unknown_and_zero_references_give_no_ratio():
    found = peers.peer_gaps(kpis(visitors=[5], visitors_peer_avg=[0], visitors_top10=[None]), WEEK)
    assert found["ratio"].isna().all() and found["is_ahead"].isna().all()
    assert peers.peer_gaps(kpis(visitors=[5]), WEEK).empty
    missing_week = peers.peer_gaps(kpis(visitors=[5], visitors_peer_avg=[4]), WEEK + pd.Timedelta(weeks=1))
    assert np.isnan(missing_week["ratio"].iloc[0]) and missing_week["ratio_before"].iloc[0] == 1.25


def test_one_row_a_week():
    assert peers.kpi_row(kpis(visitors=[5]), WEEK)["visitors"] == 5
    assert peers.kpi_row(kpis(visitors=[5]), "2026-09-12").empty
    twice = pd.concat([kpis(visitors=[5]), kpis(visitors=[6])])
    with pytest.raises(ValueError, match="one row per week; found 2 for the week 2026-09-19"):
        peers.kpi_row(twice, WEEK)


def axes(channels=(("search", 5), ("scene", 0)), spend=300, stage=None, **figures):
    sources = pd.DataFrame(channels, columns=["root", "visitors"])
    return peers.three_axes(sources, pd.Series(figures, dtype=object), spend, stage).set_index("metric")


def test_three_axes_by_hand():
    card = axes(visitors=200, opportunities=20, inquirers=10, l1_inquirer_share=0.3, all_clicks=80, natural_clicks=60)
    assert card["value"].to_dict() == {
        "roots_covered": 0.25,
        "visitors": 200,
        "free_click_share": 0.75,
        "spend_per_visitor": 1.5,
        "spend_per_opportunity": 15,
        "l1_inquirer_share": 0.3,
        "opportunity_rate": 0.1,
    }
    assert card.loc["l1_inquirer_share", ["numerator", "denominator"]].tolist() == [3, 10]
    assert card.loc["opportunity_rate", ["lower", "upper"]].tolist() == pytest.approx([0.06567, 0.14941], abs=1e-5)
    assert card.loc["free_click_share", ["lower", "upper"]].isna().all()


def test_without_natural_clicks_the_rest_is_a_lower_bound():
    assert axes(all_clicks=80, marketing_clicks=60).loc["free_click_share", "value"] == 0.25
    assert axes(all_clicks=80, marketing_clicks=90).loc["free_click_share", "value"] == 0
    assert np.isnan(axes(all_clicks=80).loc["free_click_share", "value"])


def test_missing_inputs_stay_missing():
    assert axes(channels=(), spend=None)["value"].isna().all()
    assert np.isnan(axes(visitors=200, opportunities=0).loc["spend_per_opportunity", "value"])
    assert axes(visitors=200, spend=0).loc["spend_per_visitor", "value"] == 0
    assert axes(visitors=0, opportunities=0).loc[["visitors", "opportunity_rate"], "value"].isna().tolist() == [
        False,
        True,
    ]


def test_the_stage_leads_its_axis():
    assert axes(stage="cost").groupby("axis")["leads"].all().to_dict() == {
        "cost": True,
        "quality": False,
        "volume": False,
    }
    assert not axes()["leads"].any()
    with pytest.raises(ValueError, match="`stage` must be one of 'volume', 'cost', 'quality'; found 'growth'"):
        axes(stage="growth")


def test_side_by_side_has_one_row_per_metric():
    kpi = pd.DataFrame(
        {
            "period_end": pd.date_range(end="2026-09-19", periods=4, freq="7D"),
            "visitors": [100, 110, 120, 130],
            "visitors_peer_avg": [100] * 4,
            "visitors_top10": [260] * 4,
            "orders": [1] * 4,
            "orders_peer_avg": [None] * 4,
        }
    )
    table = peers.side_by_side(peers.peer_gaps(kpi, "2026-09-19"))
    assert table["metric"].tolist() == ["visitors"]
    row = table.iloc[0]
    assert (row["peer_avg"], row["to_peer_avg"], row["top10"], row["to_top10"]) == (100, 1.3, 260, 0.5)
    assert np.isnan(row["peer_good"]) and row["trend_4"] == pytest.approx(0.1 / 1.15)
    assert peers.side_by_side(peers.peer_gaps(kpi.head(0), "2026-09-19")).empty
