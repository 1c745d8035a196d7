import numpy as np
import pandas as pd

from opsbook.analysis import baselines, followup

WEEK = pd.Timestamp("2026-06-20")


def tables():
    period = {"period_kind": "week", "period_end": WEEK}
    empty = pd.DataFrame({"period_kind": [], "period_end": []})
    return {
        "store_kpi": pd.DataFrame({**period, "visitors": [500]}),
        "channel_traffic": pd.DataFrame(
            {**period, "channel": ["a", "a", "b"], "visitors": [10, 20, 5], "opportunities": [1, 2, None]}
        ),
        "product_performance": pd.DataFrame(
            {**period, "product_id": ["1"], "visitors": [40], "inquirers": [3], "tm": [2], "inquiries": [4]}
        ),
        "ad_keyword": pd.DataFrame({**period, "keyword": ["w", "w"], "clicks": [7, 8], "spend": [1.0, 2.0]}),
        "ad_campaign": empty.assign(campaign=[]),
    }


def test_figures_of_every_kind_of_object():
    table = baselines.weekly_figures(tables())
    assert table.columns.tolist() == followup.HISTORY_COLUMNS
    found = table.set_index(["object_type", "object", "metric"])["events"]
    assert found["store", "", "visitors"] == 500 and found["channel", "a", "visitors"] == 30
    assert found["channel", "a", "opportunities"] == 3 and found["product", "1", "opportunities"] == 5
    assert found["keyword", "w", "clicks"] == 15
    assert ("channel", "b", "opportunities") not in found and ("keyword", "w", "spend") not in found


def test_rates_come_with_their_visitors():
    table = baselines.weekly_figures(tables()).set_index(["object_type", "object", "metric"])
    assert table.loc[("channel", "a", "opportunity_rate"), ["events", "exposure"]].tolist() == [3, 30]
    assert np.isnan(table.at[("channel", "a", "visitors"), "exposure"])


def test_other_windows_than_weeks_take_no_part():
    given = tables()
    given["channel_traffic"]["period_kind"] = "month"
    assert "channel" not in set(baselines.weekly_figures(given)["object_type"])


def test_nothing_known_is_an_empty_table():
    nothing = {name: table.head(0) for name, table in tables().items()}
    assert baselines.weekly_figures(nothing).empty
