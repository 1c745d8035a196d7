import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from opsbook.analysis import store_level
from opsbook.report.messages import MESSAGES

KPI = pd.DataFrame(
    {
        "period_end": pd.to_datetime(["2026-09-19", "2026-09-12"]),
        "visitors": [500, 400],
        "opportunities": [30, 10],
        "opportunity_rate_peer_avg": [0.04, 0.04],
        "opportunity_rate_top10": [0.08, 0.08],
        "star": [3, 2],
        "star_peer_avg": [3, 3],
        "reply_hours": [5.0, 6.0],
        "reply_hours_peer_avg": [8.0, 8.0],
        "reply_rate": [0.8, 0.9],
        "reply_rate_peer_avg": [0.9, 0.9],
        "l1_inquirer_share": [0.5, None],
    }
)


def card(frame: pd.DataFrame = KPI, **arguments) -> pd.DataFrame:
    return store_level.scorecard(frame, **arguments).set_index("metric")


def test_each_figure_stands_beside_its_peers_and_nothing_is_added_up():
    table = card()
    assert table.index.tolist() == list(store_level.FIGURES)
    assert table.loc["opportunity_rate", ["own", "numerator", "denominator", "top10"]].tolist() == [0.06, 30, 500, 0.08]
    assert table.loc["opportunity_rate", "gap_to_peers"] == pytest.approx(0.5)
    assert table.loc["star", ["own", "before"]].tolist() == [3, 2]
    assert table.loc["opportunity_rate", "before"] == 10 / 400
    assert table["verdict"].to_dict() == {
        "star": "equal",
        "product_power": "unknown",
        "marketing_power": "unknown",
        "trade_power": "unknown",
        "service_power": "unknown",
        "l1_visitor_share": "unknown",
        "l1_inquirer_share": "unknown",
        "opportunity_rate": "better",
        "reply_rate": "worse",
        "reply_5min_rate": "unknown",
        "reply_hours": "better",
    }
    assert all(MESSAGES[m["id"]].format(**m) for m in table["evidence"])


def test_the_rate_is_called_only_when_chance_does_not_explain_it():
    probability = 1 - gamma.cdf(0.04, 30.5, scale=1 / 500)
    assert card().loc["opportunity_rate", "probability"] == pytest.approx(probability)
    verdicts = [card(confidence=c).loc["opportunity_rate", "verdict"] for c in (probability - 1e-9, probability + 1e-9)]
    assert verdicts == ["better", "not enough data"]
    bounds = card().loc["opportunity_rate", ["lower", "upper"]].tolist()
    assert bounds == pytest.approx(gamma.ppf([0.05, 0.95], 30.5, scale=1 / 500).tolist())


def test_missing_or_zero_counts_leave_the_rate_unknown():
    for broken in ({"visitors": 0}, {"visitors": None}, {"opportunities": None}):
        table = card(KPI.assign(**broken))
        assert np.isnan(table.loc["opportunity_rate", "own"]) and table.loc["opportunity_rate", "verdict"] == "unknown"
    assert (card(KPI.head(0))["verdict"] == "unknown").all()


def test_level_share_counts_each_visitor_once_and_the_unknown_apart():
    visitors = pd.DataFrame({"visitor_id": list("aabcd"), "level": ["L0", "L2", "L0", "L1", None]})
    share = store_level.level_share(visitors)
    assert (share["l1"], share["known"], share["unknown"]) == (2, 3, 1)
    assert share["share"] == pytest.approx(2 / 3) and share["lower"] < 2 / 3 < share["upper"]
    assert card(visitors=visitors).loc["l1_visitor_share", "own"] == pytest.approx(2 / 3)
    nobody = store_level.level_share(visitors.tail(1))
    assert nobody == {"id": "store_level.l1_unknown", "l1": 0, "known": 0, "unknown": 1}
    assert all(MESSAGES[message["id"]].format(**message) for message in (share, nobody))


def test_star_beside_quality_oldest_first():
    table = store_level.star_and_quality(KPI)
    assert table["star"].tolist() == [2, 3]
    assert table["opportunity_rate"].tolist() == [10 / 400, 30 / 500]
    given = store_level.star_and_quality(KPI.drop(columns="opportunities").assign(opportunity_rate=[0.07, 0.03]))
    assert given["opportunity_rate"].tolist() == [0.03, 0.07]


def test_trend_beside_the_top10():
    store_kpi = pd.DataFrame(
        {
            "period_end": pd.to_datetime(["2026-09-19", "2026-09-12", "2026-09-05"]),
            "visitors": [120, 100, 80],
            "visitors_top10": [300, 200, 0],
            "inquiries": [1, 2, 3],
        }
    )
    table = store_level.top10_trend(store_kpi)
    assert table["metric"].tolist() == ["visitors"] * 3
    assert table["gap_to_top10"].round(4).tolist()[1:] == [-0.5, -0.6] and np.isnan(table["gap_to_top10"][0])
    assert table["own_change"].round(4).tolist()[2] == 0.2 and table["top10_change"].tolist()[2] == 0.5
    assert table["own_change"].round(4).tolist()[1] == 0.25 and np.isnan(table["top10_change"][1])
    assert store_level.top10_trend(store_kpi[["period_end", "visitors"]]).empty
