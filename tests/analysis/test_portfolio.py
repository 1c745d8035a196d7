"""Which store needs attention."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from opsbook.analysis.portfolio import attention

WEEK = "2026-09-19"


def totals(**stores):
    """A row per store: what is given, the rest calm."""
    calm = {
        "visitors": 100.0,
        "visitors_before": 100.0,
        "opportunities": 10.0,
        "opportunities_before": 10.0,
        "opportunities_peer_avg": 10.0,
        "spend": 0.0,
        "idle_spend": 0.0,
        "newest": pd.NaT,
    }
    return pd.DataFrame([{"store": name} | calm | given for name, given in stores.items()])


def ids(table):
    return {row.store: [message["id"] for message in row.attention] for row in table.itertuples()}


def test_stores_without_figures_come_first_then_by_what_was_lost():
    nothing = {"visitors": np.nan, "opportunities": np.nan}
    ranked = attention(
        totals(
            calm={},
            less={"opportunities": 0.0, "opportunities_before": 30.0},
            much_less={"opportunities": 10.0, "opportunities_before": 90.0},
            late=nothing | {"newest": pd.Timestamp("2026-09-05")},
            never=nothing,
        ),
        WEEK,
    )
    assert list(ranked["store"]) == ["late", "never", "much_less", "less", "calm"]
    assert ids(ranked) == {
        "late": ["batch.late"],
        "never": ["batch.never"],
        "much_less": ["batch.fell"],
        "less": ["batch.fell", "batch.below_peers"],
        "calm": ["batch.calm"],
    }
    assert ranked["attention"][0] == [{"id": "batch.late", "week": "2026-09-19", "newest": "2026-09-05"}]


def test_a_fall_must_be_more_than_chance_for_all_stores_together():
    fall = {"opportunities": 4.0, "opportunities_before": 16.0}
    p = 2 * stats.binom.cdf(4, 20, 0.5)  # 0.0118: below 0.05 / 3 for one store, above 0.05 / 6 for two
    (message,) = attention(totals(a=fall | {"opportunities_peer_avg": np.nan}), WEEK)["attention"][0]
    assert message == {"id": "batch.fell", "metric": "opportunities", "now": 4.0, "before": 16.0, "p": pytest.approx(p)}
    assert ids(attention(totals(a=fall | {"opportunities_peer_avg": np.nan}, b={}), WEEK))["a"] == ["batch.calm"]


def test_a_rise_is_no_alarm():
    assert ids(attention(totals(a={"visitors": 900.0, "opportunities": 99.0}), WEEK)) == {"a": ["batch.calm"]}


def test_peers_count_only_where_chance_cannot_explain_the_gap():
    assert ids(attention(totals(a={"opportunities": 4.0, "opportunities_before": 4.0}), WEEK))["a"] == ["batch.calm"]
    (message,) = attention(totals(a={"opportunities": 2.0, "opportunities_before": 2.0}), WEEK)["attention"][0]
    assert message == {"id": "batch.below_peers", "now": 2.0, "peers": 10.0, "ratio": 0.2}


@pytest.mark.parametrize(
    "idle, said", [(500.0, ["batch.idle_spend"]), (499.9, ["batch.calm"]), (np.nan, ["batch.calm"])]
)
def test_spend_on_words_without_inquiry_from_the_limit_on(idle, said):
    assert ids(attention(totals(a={"spend": 600.0, "idle_spend": idle}), WEEK))["a"] == said


def test_what_is_unknown_raises_nothing():
    unknown = dict.fromkeys(
        ("visitors_before", "opportunities", "opportunities_before", "opportunities_peer_avg"), np.nan
    )
    assert ids(attention(totals(a=unknown), WEEK)) == {"a": ["batch.calm"]}


def test_no_store_gives_no_row_and_the_input_is_not_changed():
    assert attention(totals(a={}).iloc[:0], WEEK).empty
    table = totals(a={})
    attention(table, WEEK)
    assert "attention" not in table
