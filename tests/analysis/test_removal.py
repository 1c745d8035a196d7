from datetime import date

import pandas as pd
import pytest

from opsbook.analysis import removal, rules
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.report.messages import MESSAGES

DAY = date(2026, 9, 19)
RULES = rules.load(DAY)
PERFORMANCE = pd.DataFrame(
    {
        "product_id": ["still", "seen", "blank", "blank but seen"],
        "search_impressions": [0, 5, 0, 3],
        "visitors": pd.array([0, 0, None, None], "Int64"),
        "tm": [0, 0, 0, 0],
    }
)
ONLINE = pd.DataFrame({"product_id": ["still", "seen", "blank", "blank but seen", "absent"], "title": list("abcde")})


def weeks(count: int, **columns) -> pd.DataFrame:
    """Weekly exports with one row each, the newest ending on the day."""
    ends = pd.date_range(end="2026-09-19", periods=count, freq="7D")
    rows = {"product_id": "other", "inquiries": 0, "tm": 0, "orders_submitted": 0} | columns
    return pd.DataFrame({"period_start": ends - pd.Timedelta(days=6), "period_end": ends} | rows)


def reviewed(profile: dict, history: pd.DataFrame | None = None) -> pd.Series:
    """The review of one product that the export leaves out."""
    frame = pd.DataFrame({"product_id": ["p"]} | {key: [value] for key, value in profile.items()})
    zero = removal.zero_effect(PERFORMANCE, frame)
    table = removal.review(zero, frame, history, as_of=DAY, rules=RULES)
    assert len(table) == 1
    return table.loc[0]


NOTHING = {"opportunities_180d": 0, "paid_orders_180d": 0, "published_on": pd.Timestamp("2020-01-01")}


def test_zero_effect_is_three_valued():
    found = removal.zero_effect(PERFORMANCE, ONLINE).set_index("product_id")
    assert found["zero_effect"].astype("object").where(found["zero_effect"].notna(), None).to_dict() == {
        "still": True,
        "seen": False,
        "blank": None,
        "blank but seen": False,
        "absent": True,
    }
    assert found.loc["absent", "in_export"] is not True and not found.loc["absent", "in_export"]
    assert found["effects"].tolist() == [0, 5, 0, 3, 0]


def test_without_an_export_nothing_is_known_to_have_no_effect():
    assert removal.zero_effect(PERFORMANCE.head(0), ONLINE)["zero_effect"].isna().all()


@pytest.mark.parametrize("effect", removal.EFFECTS)
def test_any_effect_counts(effect):
    frame = pd.DataFrame({"product_id": ["p"], effect: [1]})
    assert removal.zero_effect(frame, frame[["product_id"]])["zero_effect"].tolist() == [False]


def test_reviewed_only_when_all_is_known():
    assert reviewed(NOTHING)["verdict"] == "review"
    assert reviewed(NOTHING | {"opportunities_180d": 1})["verdict"] == "keep"
    assert reviewed(NOTHING | {"paid_orders_180d": 1})["verdict"] == "keep"
    assert reviewed(NOTHING | {"paid_orders_180d": None})[["verdict", "unknown"]].tolist() == [
        "unknown",
        ["paid_orders_180d"],
    ]
    assert reviewed(NOTHING | {"opportunities_180d": 1, "paid_orders_180d": None})["verdict"] == "keep"
    assert reviewed({"published_on": None})["unknown"] == ["opportunities_180d", "paid_orders_180d"]


def test_an_effect_or_an_unknown_one_is_not_reviewed():
    profile = ONLINE.assign(**NOTHING)
    table = removal.review(removal.zero_effect(PERFORMANCE, profile), profile, as_of=DAY, rules=RULES)
    assert dict(zip(table["product_id"], table["verdict"], strict=True)) == {
        "still": "review",
        "blank": "unknown",
        "absent": "review",
    }


@pytest.mark.parametrize(("days", "verdict"), [(179, "keep"), (180, "review")])
def test_a_product_must_have_had_its_180_days(days, verdict):
    assert reviewed(NOTHING | {"published_on": pd.Timestamp(DAY) - pd.Timedelta(days=days)})["verdict"] == verdict


def test_weekly_exports_answer_only_when_they_cover_all_days():
    assert removal.past_effect(weeks(26), as_of=DAY).attrs["days_covered"] == 180
    assert removal.past_effect(weeks(25), as_of=DAY).attrs["days_covered"] == 175
    assert reviewed({}, weeks(26))["verdict"] == "review"
    assert reviewed({}, weeks(25))["verdict"] == "unknown"
    assert reviewed({}, weeks(25, product_id="p", tm=[1] + 24 * [0]))["verdict"] == "keep"
    assert reviewed({}, weeks(26, product_id="p", tm=[None] + 25 * [0]))["verdict"] == "unknown"
    assert reviewed({}, weeks(26, product_id="p", tm=[None] + 25 * [0], inquiries=1))["verdict"] == "keep"
    assert reviewed({}, weeks(26, product_id="p", orders_submitted=1))["unknown"] == ["paid_orders_180d"]


def test_what_the_profile_says_goes_before_the_exports():
    assert reviewed(NOTHING | {"opportunities_180d": 2}, weeks(26))["verdict"] == "keep"


def test_custom_products_carry_the_caveat():
    assert reviewed(NOTHING | {"is_rts": True})["evidence"]["id"] == "removal.review_rts"
    for is_rts in (False, None):
        assert reviewed(NOTHING | {"is_rts": is_rts})["evidence"]["id"] == "removal.review_custom"
    assert "OEM" in MESSAGES["removal.review_custom"].format(days=180)


def test_the_only_proposal_is_to_look_through_the_list():
    profile = ONLINE.assign(**NOTHING, is_rts=pd.array([True, True, True, True, None], "boolean"))
    table = removal.review(removal.zero_effect(PERFORMANCE, profile), profile, as_of=DAY, rules=RULES)
    proposal = removal.actions(table, week=DAY)
    assert tuple(proposal.columns) == ACTION_COLUMNS and len(proposal) == 1
    assert proposal.loc[0, ["object_type", "object"]].tolist() == ["store", ""]
    assert proposal.loc[0, "action"] == {"id": "removal.do", "verb": "check", "products": 2}
    assert proposal.loc[0, "evidence"] == {"id": "removal.found", "products": 2, "custom": 1}
    assert removal.actions(table[table["verdict"] != "review"], week=DAY).empty
    assert all(MESSAGES[m["id"]].format(**m) for m in [*table["evidence"], *proposal["action"], *proposal["evidence"]])
