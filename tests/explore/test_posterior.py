"""The picture of one word: areas are probabilities, and the words beside it say the same."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import rates
from opsbook.explore import posterior
from opsbook.report import findings, language


def word(alpha=3.0, beta=100.0, break_even=0.02, **more) -> pd.DataFrame:
    known = {"alpha": alpha, "beta": beta}
    loss = rates.prob_below(known, break_even)
    row = {"keyword": "mug", "rate": alpha / beta, "rate_lower": 0.008, "rate_upper": 0.063} | known
    return pd.DataFrame([row | {"break_even": break_even, "prob_loss": loss} | more])


@pytest.fixture
def draw():
    yield lambda row: posterior.density(row)
    plt.close("all")


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0, 400.0])
@pytest.mark.parametrize("times", [0.001, 0.1, 0.9, 1.0, 3.0, 1000.0])
def test_the_area_below_the_line_is_the_chance_of_a_loss(draw, alpha, times):
    row = word(alpha=alpha, break_even=times * alpha / 100)
    rate, height = draw(row).lines[0].get_data()
    steps, middle = np.diff(np.log(rate)), (height[1:] + height[:-1]) / 2
    below = (rate[1:] + rate[:-1]) / 2 < row["break_even"].iloc[0]
    unseen = rates.prob_below(row.iloc[0], rate[0])
    assert (steps * middle)[below].sum() + unseen == pytest.approx(row["prob_loss"].iloc[0], abs=0.02)
    assert rate[0] < row["break_even"].iloc[0] < rate[-1]  # the line is in the picture


def test_the_line_stands_at_the_break_even_rate_and_is_named(draw):
    ax = draw(word(break_even=0.05))
    assert ax.lines[1].get_xdata()[0] == 0.05 and [text.get_text() for text in ax.texts] == ["Clicks pay from 5.00%"]


def test_an_unknown_break_even_has_no_line(draw):
    ax = draw(word(break_even=np.nan, prob_loss=np.nan))
    assert len(ax.lines) == 1 and not ax.texts and "what a click costs is not known" in ax.get_label()


def test_free_clicks_have_no_line(draw):
    ax = draw(word(break_even=0.0, prob_loss=0.0))
    assert len(ax.lines) == 1


def test_its_description_is_the_sentence_beside_it(draw):
    row = word()
    said = findings.word(posterior.says(row.iloc[0]))
    assert draw(row).get_label() == said
    assert said.startswith('"mug": 3.00% of the clicks ask (0.80% to 6.30% with 90 %); clicks pay from 2.00%, so that')
    assert said.endswith("the chance of a loss is 32%.")  # P(Gamma(3, 100) < 0.02) = 1 - 5 / e^2
    language.use("zh")
    assert draw(row).get_label().endswith("达到 2.00% 点击才回本，亏损概率为 32%。")


def test_nothing_known_draws_nothing(draw):
    before = plt.get_fignums()
    assert draw(word().head(0)) is None and draw(word(alpha=np.nan, beta=np.nan)) is None
    assert plt.get_fignums() == before
