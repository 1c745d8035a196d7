"""What a click is worth beside what it costs, word by word."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import bid_caps, rules

BOOK = rules.load(date(2026, 9, 19))
DECIDED = pd.DataFrame(
    {
        "keyword": ["pipe", "valve", "tube"],
        "campaign": ["p", "p", None],
        "decision": ["raise", "pause", "collect"],
        "clicks": [40.0, 80.0, 0.0],
        "spend": [80.0, 240.0, 0.0],
        "cpc": [2.0, 3.0, np.nan],
    },
    index=[4, 2, 0],
)
POSTERIOR = pd.DataFrame({"alpha": [6.0, 2.0, 1.0], "beta": [100.0, 100.0, 50.0]}, index=[4, 2, 0])
BIDS = pd.DataFrame({"keyword": ["pipe"], "campaign": ["p"], "bid": [2.5], "floor_bid": [1.0], "stars": [4.0]})


def caps(value=100.0, target=1.0):
    return bid_caps.caps(DECIDED, POSTERIOR, value, BIDS, weeks=4, target_roi=target, rules=BOOK)


def test_caps_prices_and_weekly_figures():
    found = caps(target=2.0)
    assert found.index.tolist() == [4, 2, 0]
    assert found["value_per_click"].tolist() == pytest.approx([6, 2, 2])
    assert found["cap"].tolist() == pytest.approx([3, 1, 1])
    assert found["weekly_spend"].tolist() == [20, 60, 0] and found["weekly_clicks"].tolist() == [10, 20, 0]
    assert found.loc[4, ["bid", "floor_bid", "stars"]].tolist() == [2.5, 1, 4] and found["bid"].isna()[[2, 0]].all()
    assert (found["cautious_cap"] < found["cap"]).all()


@pytest.mark.parametrize(("cpc", "reading"), [(6.01, "above"), (6.0, "between"), (4.0, "below"), (np.nan, "unknown")])
def test_where_the_price_lies(cpc, reading):
    found = bid_caps.caps(DECIDED.assign(cpc=cpc), POSTERIOR, 100, BIDS, weeks=4, target_roi=1, rules=BOOK)
    assert found["evidence"].iloc[0]["id"] == f"bidding.cap_{reading}"


def test_an_uncertain_value_enters_by_its_median_and_an_unknown_one_leaves_all_unknown():
    assert caps(np.array([50.0, 100.0, 900.0]))["cap"].iloc[0] == pytest.approx(6)
    unknown = caps(np.full(3, np.nan))
    assert unknown["cap"].isna().all() and unknown["evidence"].iloc[0]["id"] == "bidding.cap_unknown"


def test_the_largest_stake_stands_first():
    # 10 x (6 - 2) = 40, 20 x (2 - 3) = -20, unknown
    assert bid_caps.by_stake(caps()).index.tolist() == [4, 2, 0]
    assert bid_caps.by_stake(caps(value=1000.0)).index.tolist() == [4, 2, 0]
    assert bid_caps.by_stake(caps(value=20.0)).index.tolist() == [2, 4, 0]


def test_the_target_leads_from_order_value_to_gross_profit():
    assert bid_caps.value_target(5, 0.22) == pytest.approx(1.1)
    assert bid_caps.value_target(None, 0.2) == bid_caps.value_target(5, None) == 1.0
    assert bid_caps.describe_target(5, 0.22) == {
        "id": "bidding.target", "target": pytest.approx(1.1), "target_roi": 5, "margin": 0.22
    }  # fmt: skip
    assert bid_caps.describe_target(4, 0.2)["id"] == "bidding.target_below"
    assert bid_caps.describe_target(None, 0.2) == {"id": "bidding.target_even"}
    assert bid_caps.price_formula(BOOK) == {"id": "bidding.price_formula", "step": 0.01}


def test_the_newest_bid_of_each_word_counts():
    rows = pd.DataFrame(
        {
            "keyword": ["a", "a", "a", "a", "b", None],
            "campaign": ["p", "p", "p", "q", None, "p"],
            "on": pd.to_datetime(["2026-09-18", "2026-09-19", "2026-09-19", "2026-09-12", None, "2026-09-19"]),
            "period_end": pd.Timestamp("2026-09-19"),
            "bid": [9.0, 2.0, 3.0, 5.0, 1.0, 7.0],
            "floor_bid": [np.nan, 0.5, 0.8, np.nan, np.nan, 1.0],
            "stars": [5, 4, 3, 5, np.nan, 5],
        }
    )
    found = bid_caps.current_bids(rows)
    assert found["keyword"].tolist() == ["a", "a", "b"] and found["bid"].tolist() == [2.5, 5, 1]
    assert found[["floor_bid", "stars"]].fillna(-1).to_numpy().tolist() == [[0.8, 3], [-1, 5], [-1, -1]]
    assert bid_caps.current_bids(rows.assign(bid=np.nan)).empty
