import math
from datetime import date

import numpy as np
import pytest

from opsbook.analysis import costs, rules

RULES = rules.load(date(2026, 9, 19))


def test_membership_fees_of_the_sources():
    assert round(costs.membership_per_week(costs.membership_fee("basic", None, RULES)), 2) == 688.46
    assert round(costs.membership_per_week(costs.membership_fee("verified", None, RULES)), 2) == 1730.77
    assert costs.membership_fee("verified", 70_000, RULES) == 70_000
    assert costs.membership_fee(None, 0, RULES) == 0
    assert math.isnan(costs.membership_fee(None, None, RULES)) and math.isnan(
        costs.membership_fee("pro", np.nan, RULES)
    )


def test_loaded_costs_by_hand():
    table = costs.loaded_costs(1000, 52_000, 500, opportunities=20, orders=5).set_index("per")
    assert table["known_cost"].tolist() == [2500, 2500]
    assert table["full_cost"].to_dict() == {"opportunity": 125, "order": 500}
    assert not table["at_least"].any() and table["missing"].tolist() == [[], []]


def test_an_unknown_part_makes_the_cost_a_lower_bound():
    table = costs.loaded_costs(1000, None, np.nan, opportunities=20, orders=0).set_index("per")
    assert table["missing"].iloc[0] == ["membership", "labour"] and table["at_least"].all()
    assert table.loc["opportunity", "full_cost"] == 50 and math.isnan(table.loc["order", "full_cost"])
    nothing = costs.loaded_costs(None, None, None, opportunities=20)
    assert nothing[["known_cost", "full_cost"]].isna().all(axis=None)
    assert costs.loaded_costs(0, 0, 0, opportunities=20)["known_cost"].tolist() == [0, 0]


def shares(spend, other, sales, rate=7.0):
    return costs.ad_shares(spend, other, sales, rate, RULES).set_index("of")


def test_shares_say_what_they_are_a_share_of():
    table = shares(350, 650, 1000)
    assert table.loc["sales", ["numerator", "denominator", "share", "band"]].tolist() == [350, 7000, 0.05, "none"]
    assert table.loc["costs", ["numerator", "denominator", "share", "band"]].tolist() == [350, 1000, 0.35, "normal"]
    assert table["verdict"].map(lambda v: v["id"]).tolist() == [
        "brief.ad_share_of_sales",
        "brief.ad_share_of_costs_normal",
    ]


@pytest.mark.parametrize(
    ("spend", "band"), [(50, "normal"), (50.01, "high"), (69.99, "high"), (70, "alarming"), (100, "alarming")]
)
def test_bands_of_the_share_of_costs(spend, band):
    assert shares(spend, 100 - spend, None).loc["costs", "band"] == band


def test_unknown_shares():
    for table in (shares(None, 5, 5), shares(5, None, 5, None), shares(0, 0, 0)):
        assert table["share"].isna().all()
        assert table.loc["costs", "band"] == "unknown"
        assert table.loc["sales", "verdict"] == {"id": "brief.ad_share_of_sales_unknown"}


def test_fixed_costs_are_unknown_with_a_part():
    assert costs.fixed_costs(52, 10) == 11
    assert np.isnan(costs.fixed_costs(None, 10)) and np.isnan(costs.fixed_costs(52, None))
