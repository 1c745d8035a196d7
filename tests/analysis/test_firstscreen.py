from datetime import date

import pandas as pd
import pytest

from opsbook.analysis.firstscreen import checklist

PROFILE = {
    "product_id": 1,
    "title": "Red desk lamp",
    "keywords": "desk lamp, light",
    "images": 6,
    "image_side": 750,
    "has_video": True,
    "price_min": 2.5,
    "moq": 10,
    "has_logistics": True,
    "attributes_filled": 0.9,
    "category_filled": True,
}


def verdicts(**change):
    table = checklist(["1"], pd.DataFrame([PROFILE | change]), as_of=date(2026, 9, 19))
    return {
        item["id"].removeprefix("diagnosis.item."): verdict
        for item, verdict in zip(table["item"], table["verdict"], strict=True)
    }


def test_a_complete_first_screen_passes():
    assert set(verdicts().values()) == {"pass"}


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"images": 5}, "pictures"),
        ({"image_side": 749}, "picture_side"),
        ({"has_video": False}, "video"),
        ({"keywords": "floor lamp"}, "title_keywords"),
        ({"price_min": 0}, "price"),
        ({"moq": 0}, "moq"),
        ({"has_logistics": False}, "logistics"),
        ({"attributes_filled": 0.89}, "attributes"),
        ({"category_filled": False}, "category"),
    ],
)
def test_one_item_below_its_limit_fails_alone(change, item):
    found = verdicts(**change)
    assert found.pop(item) == "fail"
    assert set(found.values()) == {"pass"}


def test_what_the_profile_does_not_say_is_unknown():
    assert verdicts(has_video=None)["video"] == "unknown"
    assert verdicts(title=None)["title_keywords"] == "unknown"
    for profile in (None, pd.DataFrame(), pd.DataFrame([PROFILE]).assign(product_id=2)):
        assert set(checklist(["1"], profile, as_of=date(2026, 9, 19))["verdict"]) == {"unknown"}
