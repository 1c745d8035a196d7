"""Who comes by a word: shares of low-level buyers who only look, and when a word is blamed for them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from opsbook.analysis import diagnosis, rules, word_buyers
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.report.findings import word

WEEK = date(2026, 9, 19)
LIMITS = diagnosis.limits_of(rules.load(WEEK))
DECIDED = pd.DataFrame(
    {"keyword": ["shoes", "Oem Shoes", "oem shoes"], "clicks": [100, 10, 5], "spend": [75.0, 15.0, 10]}
)


def people(**counts):
    """Visitors by word: (who only look, who are worth having)."""
    rows = [
        (words.replace("_", " "), looks) for words, (bad, good) in counts.items() for looks in [1] * bad + [0] * good
    ]
    table = pd.DataFrame(rows, columns=["keywords", "looks"])
    return table.assign(
        level=np.where(table["looks"], "L0", "L3"),
        contact_rate=np.where(table["looks"], 0.0, 0.5),
        suppliers_viewed=10.0,
        noise=pd.array([False] * len(table), dtype="boolean"),
    )


def test_words_with_the_wrong_buyers_are_named_and_others_cleared():
    visitors = people(shoes=(36, 4), oem_shoes=(4, 36))
    table = word_buyers.browsers(visitors, DECIDED, LIMITS)
    assert table["keyword"].tolist() == ["shoes", "Oem Shoes"] and table["spend_share"].tolist() == [0.75, 0.25]
    assert table["verdict"].tolist() == ["named", "cleared"]
    first = table.iloc[0]
    assert (first["buyers"], first["browsers"], first["browser_share"], first["others_share"]) == (40, 36, 0.9, 0.1)
    assert first["lower"] < 0.9 < first["upper"]


def test_the_probability_is_that_of_two_beta_distributed_shares():
    table = word_buyers.browsers(people(shoes=(20, 20), oem_shoes=(14, 26)), DECIDED, LIMITS)
    rng = np.random.default_rng(0)
    one, other = beta(20.5, 20.5).rvs(200_000, random_state=rng), beta(14.5, 26.5).rvs(200_000, random_state=rng)
    assert table["probability"].iloc[0] == pytest.approx((one > other + 0.1).mean(), abs=0.005)


@pytest.mark.parametrize(("size", "verdict"), [(30, "named"), (29, "unknown")])
def test_too_few_buyers_decide_nothing(size, verdict):
    table = word_buyers.browsers(people(shoes=(size, 0), oem_shoes=(0, 60)), DECIDED, LIMITS)
    assert table["verdict"].iloc[0] == verdict


def test_noise_and_buyers_of_unknown_level_are_not_counted():
    visitors = people(shoes=(36, 4), oem_shoes=(0, 40))
    visitors["noise"] = visitors.index < 10
    visitors.loc[10:14, "level"] = None
    assert word_buyers.browsers(visitors, DECIDED, LIMITS)["buyers"].tolist() == [25, 40]


def test_the_summary_counts_a_buyer_of_two_words_once():
    decided = pd.concat([DECIDED, pd.DataFrame({"keyword": ["cheap"], "clicks": 9, "spend": 100.0})], ignore_index=True)
    visitors = people(**{"shoes,cheap": (40, 0)}, oem_shoes=(0, 60))
    table = word_buyers.browsers(visitors, decided, LIMITS)
    message = word_buyers.summary(table, visitors, LIMITS)
    assert message["keywords"] == ["cheap", "shoes"] and (message["browsers"], message["buyers"]) == (40, 40)
    assert (message["spend"], message["spend_share"], message["others_share"]) == (175.0, 0.875, 0.0)
    assert message["probability"] == table["probability"].head(2).min()
    assert "40 of the 40 visitors" in word(message) and "88% of the money" in word(message)


def test_without_a_named_word_there_is_nothing_to_say_or_do():
    visitors = people(shoes=(10, 30), oem_shoes=(10, 30))
    assert word_buyers.summary(word_buyers.browsers(visitors, DECIDED, LIMITS), visitors, LIMITS) is None
    assert word_buyers.propose(None, WEEK).empty
    assert word_buyers.propose(None, WEEK).columns.tolist() == list(ACTION_COLUMNS)


def test_without_visitors_every_word_is_unknown():
    table = word_buyers.browsers(people(), DECIDED, LIMITS)
    assert table["verdict"].tolist() == ["unknown"] * 2 and table["browser_share"].isna().all()
    assert word_buyers.browsers(people(shoes=(3, 3)), DECIDED.head(0), LIMITS).empty


def test_the_proposal_turns_the_traffic():
    visitors = people(shoes=(36, 4), oem_shoes=(4, 36))
    message = word_buyers.summary(word_buyers.browsers(visitors, DECIDED, LIMITS), visitors, LIMITS)
    (row,) = word_buyers.propose(message, WEEK).to_dict("records")
    assert row["evidence"] == message and row["due"] == date(2026, 9, 23) and "shoes" in word(row["action"])
