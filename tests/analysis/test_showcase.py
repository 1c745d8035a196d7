import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import rates, showcase
from opsbook.report.messages import MESSAGES

SHOWCASE = pd.DataFrame(
    {
        "product_id": ["weak", "fine", "strong", "lucky", "unsaid"],
        "title": ["x", "shoe", "shoe", "shoe", "shoe"],
        "is_showcase": pd.array([True, True, False, False, None], "boolean"),
        "search_impressions": [5000, 5000, 5000, 20, 5000],
        "search_clicks": [20, 200, 300, 2, 900],
        "visitors": [300, 300, 300, 5, 300],
        "inquirers": [1, 9, 15, 0, 40],
        "tm": [0, 3, 5, 0, 9],
    }
)
PROFILE = pd.DataFrame(
    {
        "product_id": ["strong", "weak", "fine"],
        "keywords": ["shoe", "shoe", "shoe,red shoe"],
        "growth_score": [90, 60, 70],
    }
)


def test_strength_shows_its_components():
    table = showcase.strength(SHOWCASE, PROFILE).set_index("product_id")
    assert table.loc["fine", ["title_match", "growth_score"]].tolist() == [0.5, 70]
    shrunken = rates.shrink(SHOWCASE["search_clicks"], SHOWCASE["search_impressions"])["mean"]
    assert table["ctr"].tolist() == shrunken.tolist()
    assert table["known"].to_dict() == {"weak": 4, "fine": 4, "strong": 4, "lucky": 2, "unsaid": 2}
    # of 3 titles, 3 scores, 5 click rates and 5 opportunity rates it is the lowest each time
    assert table.loc["weak", "strength"] == pytest.approx((1 / 3 + 1 / 3 + 1 / 5 + 1 / 5) / 4)


def test_a_product_without_exposure_has_no_rate_component():
    frame = SHOWCASE.assign(search_impressions=[5000, 0, 5000, 20, 5000], visitors=[300, 0, 300, 5, 300])
    assert showcase.strength(frame).set_index("product_id").loc["fine", "known"] == 0


def test_swap_pairs_the_weakest_inside_with_the_strongest_outside():
    swaps = showcase.swaps(showcase.strength(SHOWCASE, PROFILE))
    assert swaps[["out_id", "in_id"]].to_numpy().tolist() == [["weak", "strong"]]
    assert swaps.loc[0, ["ahead", "of"]].tolist() == [4, 4]
    assert swaps.loc[0, "growth_score_out"] == 60 and swaps.loc[0, "growth_score_in"] == 90
    assert MESSAGES["products.swap"].format(**swaps.loc[0, "evidence"])


def test_no_swap_for_chance_or_for_a_single_component():
    close = SHOWCASE.assign(search_clicks=[200, 200, 201, 2, 200], inquirers=9, tm=3)
    assert showcase.swaps(showcase.strength(close, PROFILE)).empty
    lucky = showcase.strength(SHOWCASE[SHOWCASE["product_id"] != "strong"])
    assert showcase.swaps(lucky).empty and not showcase.swaps(lucky, confidence=0).empty
    looks = showcase.strength(SHOWCASE[["product_id", "title", "is_showcase"]], PROFILE)
    assert looks["known"].max() == 2 and showcase.swaps(looks).empty
    one = showcase.strength(SHOWCASE.drop(columns=["inquirers", "tm", "visitors"]))
    assert showcase.swaps(one).empty
    assert showcase.swaps(showcase.strength(SHOWCASE[SHOWCASE["is_showcase"].fillna(True)])).empty


def test_probability_that_one_rate_is_greater():
    one, other = (pd.DataFrame({"alpha": [a], "beta": [b]}) for a, b in ((1.0, 2.0), (1.0, 3.0)))
    # two exponential waiting rates: P(X > Y) = (1/2) / (1/2 + 1/3)
    assert showcase.prob_greater(one, other).tolist() == pytest.approx([3 / 5])
    assert showcase.prob_greater(other, one).tolist() == pytest.approx([2 / 5])
    draws = np.random.default_rng(1).gamma([[7], [4]], [[1 / 90], [1 / 80]], (2, 200_000))
    pair = [pd.DataFrame({"alpha": [a], "beta": [b]}) for a, b in ((7.0, 90.0), (4.0, 80.0))]
    assert showcase.prob_greater(*pair)[0] == pytest.approx((draws[0] > draws[1]).mean(), abs=0.005)
