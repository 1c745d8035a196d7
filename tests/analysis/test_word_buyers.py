"""Who comes by a word: shares of low-level buyers who only look, and when a word is blamed for them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import beta, betabinom, binom

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


def test_the_probability_weighs_a_share_like_the_others_against_one_beyond_the_gap():
    table = word_buyers.browsers(people(shoes=(26, 14), oem_shoes=(14, 26)), DECIDED, LIMITS)
    alike, prior = LIMITS["buyers_alike"], LIMITS["prior"] / 2  # as many buyers behind either word

    def healthy(usual):
        return betabinom.pmf(26, 40, usual * alike, (1 - usual) * alike) * beta.pdf(usual, 14.5, 26.5)

    def wrong(usual):
        return (
            quad(lambda share: binom.pmf(26, 40, share), usual + 0.1, 1)[0]
            / (0.9 - usual)
            * beta.pdf(usual, 14.5, 26.5)
        )

    odds = quad(wrong, 0.01, 0.89)[0] / quad(healthy, 0.01, 0.99)[0] * prior / (1 - prior)
    assert table["probability"].iloc[0] == pytest.approx(odds / (1 + odds), abs=0.01)
    assert 0.5 < odds / (1 + odds) < 0.95


def test_more_words_make_no_culprit():
    counts = {f"word_{number}": (14, 26) for number in range(12)}
    decided = pd.DataFrame(
        {"keyword": ["shoes", *(name.replace("_", " ") for name in counts)], "clicks": 9, "spend": 1.0}
    )
    alone = word_buyers.browsers(people(shoes=(26, 14), oem_shoes=(14, 26)), DECIDED, LIMITS)
    among = word_buyers.browsers(people(shoes=(26, 14), **counts), decided, LIMITS)
    assert among.set_index("keyword")["probability"]["shoes"] < alone["probability"].iloc[0]


def test_words_found_wrong_are_no_standard_for_the_others():
    counts = {"a": (36, 4), "b": (36, 4), "c": (26, 14), "d": (2, 38)}
    decided = pd.DataFrame({"keyword": list(counts), "clicks": 9, "spend": 1.0})
    table = word_buyers.browsers(people(**counts), decided, LIMITS).set_index("keyword")
    assert table["verdict"].to_dict() == {"a": "named", "b": "named", "c": "named", "d": "cleared"}
    assert table.loc["c", "others_share"] == 2 / 40


def test_the_diagnosis_gets_one_row_for_each_word_that_could_be_judged():
    visitors = people(shoes=(36, 4), oem_shoes=(4, 36), rare=(5, 5))
    decided = pd.concat([DECIDED, pd.DataFrame({"keyword": ["rare"], "clicks": 9, "spend": 1.0})], ignore_index=True)
    rows = word_buyers.findings(word_buyers.browsers(visitors, decided, LIMITS), LIMITS)
    told = [(row["scope"], row["object"], row["cause"], row["verdict"], row["next_step"]["id"]) for row in rows]
    assert told == [
        ("keyword", "shoes", "buyer_level", "named", "diagnosis.next.word_browsers"),
        ("keyword", "Oem Shoes", "buyer_level", "cleared", "diagnosis.next.none"),
    ]
    assert "36 of 40 buyers who searched for this word" in word(rows[0]["evidence"])


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


def test_what_words_of_unknown_cost_take_is_not_said_to_be_nothing():
    visitors = people(shoes=(36, 4), oem_shoes=(4, 36))
    message = word_buyers.summary(
        word_buyers.browsers(visitors, DECIDED.assign(spend=np.nan), LIMITS), visitors, LIMITS
    )
    assert message["words"] == 1 and not {"spend", "spend_share"} & set(message)
    assert word(message).startswith("1 words bring the wrong buyers") and word(message).endswith("is not known.")
