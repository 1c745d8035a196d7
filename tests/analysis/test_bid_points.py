"""Points of the bid simulator as curves, as positions and as bids."""

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import bid_points

#: cost: 10, 24, 42, 60, 20; the second point of `Pipe` lies under the line of the others
POINTS = pd.DataFrame(
    {
        "keyword": ["Pipe", "pipe", "Pipe", "valve", "valve", None, "tube"],
        "bid": [2.0, 3.0, 4.0, 1.0, 5.0, 1.0, 1.0],
        "position": [5, 4, 3, 5, 1, 5, 5],
        "clicks": [10.0, 12.0, 21.0, 20.0, 30.0, 9.0, np.nan],
        "cpc": [1.0, 2.0, 2.0, 1.0, 2.0, 1.0, 1.0],
        "stars": [5.0, 5.0, 5.0, 2.0, 3.0, 5.0, 5.0],
    }
)
WORDS = pd.DataFrame({"keyword": ["pipe", "valve"], "value_per_click": [6.0, 3.0]})


def test_only_complete_points_are_read():
    found = bid_points.complete(POINTS)
    assert found["word"].tolist() == ["pipe"] * 3 + ["valve"] * 2
    assert found["cost"].tolist() == [10, 24, 42, 20, 60]
    assert bid_points.complete(POINTS.head(0)).empty and bid_points.hulls(bid_points.complete(POINTS.head(0))) == {}


def test_curves_are_the_corners_and_one_point_is_none():
    hulls = bid_points.hulls(bid_points.complete(POINTS))
    assert hulls["pipe"].to_numpy().tolist() == [[10, 10, 2], [42, 21, 4]]
    assert set(bid_points.hulls(bid_points.complete(POINTS[POINTS["bid"] < 2.5]))) == set()


@pytest.mark.parametrize(("old", "new", "ratio"), [(10, 42, 2.0), (10, 26, 1.5), (26, 10, 2 / 3), (5, 99, 2.0)])
def test_bids_are_read_off_along_the_corners(old, new, ratio):
    corners = bid_points.hulls(bid_points.complete(POINTS))["pipe"]
    assert bid_points.bid_ratio(corners, old, new) == pytest.approx(ratio)


def test_where_the_usual_rule_gives_money_away():
    """pipe: the step to 21 clicks costs 32 / 11 = 2.91 a click, within 3; valve would need 3 stars."""
    pipe, valve = bid_points.choices(bid_points.complete(POINTS), WORDS, 3, target_roi=2.0).to_dict("records")
    assert (pipe["position"], pipe["average_position"], pipe["lost_surplus"], pipe["cap"]) == (3, 3, 0, 3)
    assert pipe["evidence"]["id"] == "bidding.position_same"
    assert pd.isna(valve["position"]) and valve["evidence"]["id"] == "bidding.position_stars"
    assert valve["evidence"]["stars"] == 2 and valve["evidence"]["least"] == 3


def test_a_dearer_step_is_left_and_the_loss_is_told():
    found = bid_points.choices(bid_points.complete(POINTS), WORDS.assign(value_per_click=2.5), 0).set_index("keyword")
    # pipe at 2.5: place 5 brings 10 * 1.5 = 15, place 3 (average 2.0) 21 * 0.5 = 10.5
    assert found.loc["Pipe", ["position", "average_position", "lost_surplus"]].tolist() == [5, 3, 4.5]
    assert found.loc["Pipe", "evidence"]["id"] == "bidding.position_other"
    assert found.loc["Pipe", "evidence"]["lost"] == 4.5
    # valve at 2.5: the step costs (60 - 20) / 10 = 4
    assert found.loc["valve", ["position", "average_position", "lost_surplus"]].tolist() == [5, 1, 15]


@pytest.mark.parametrize(("value", "reading"), [(0.5, "none"), (np.nan, "unknown"), (1.5, "same")])
def test_other_readings(value, reading):
    found = bid_points.choices(bid_points.complete(POINTS), WORDS.assign(value_per_click=value), 0)
    assert {message["id"] for message in found["evidence"]} == {f"bidding.position_{reading}"}


def test_a_word_that_is_not_advertised_has_no_worth():
    found = bid_points.choices(bid_points.complete(POINTS), WORDS.head(0), 0)
    assert {message["id"] for message in found["evidence"]} == {"bidding.position_unknown"}
    assert bid_points.choices(bid_points.complete(POINTS.head(0)), WORDS, 0).empty
