"""Small lines and bars: on a scale from 0, gaps where nothing is known, bounded."""

import re

import pandas as pd
import pytest

from opsbook.report import sparks


def runs(html):
    return re.findall(r'<polyline points="([^"]*)"', html)


def test_unknown_weeks_are_gaps_and_the_newest_is_a_dot():
    drawn = sparks.line([0, None, 10, 5], "text")
    assert runs(drawn) == ["3.0,17.0 3.0,17.0", "55.0,3.0 81.0,10.0"]
    assert '<circle cx="81.0" cy="10.0"' in drawn


@pytest.mark.parametrize("unknown", [None, float("nan"), pd.NA])
def test_an_unknown_newest_week_has_no_dot(unknown):
    drawn = sparks.line([4, 2, unknown], "text")
    assert runs(drawn) == ["3.0,3.0 42.0,10.0"] and "<circle" not in drawn


@pytest.mark.parametrize("values", [[], [7], [None, 7], [None, None]])
def test_one_known_week_is_no_line(values):
    assert sparks.line(values, "<7>") == "<small>&lt;7&gt;</small>"


def test_nothing_but_zeros_lies_on_the_ground():
    assert runs(sparks.line([0, 0], "0, 0")) == ["3.0,17.0 81.0,17.0"]


def test_the_text_is_escaped():
    assert 'aria-label="&lt;b&gt; &quot;x&quot;"' in sparks.line([1, 2], '<b> "x"')


def test_bars_reach_as_far_as_the_number():
    assert sparks.reaches([5, None, 10, -1]) == [0.5, 0, 1, 0]
    assert sparks.reaches([0.25, 1.4, float("inf")], whole=1) == [0.25, 1, 0]
    assert sparks.reaches([0, 0]) == [0, 0] and sparks.reaches([pd.NA]) == [0]
