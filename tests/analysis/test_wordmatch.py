import pandas as pd
import pytest

from opsbook.analysis.wordmatch import match_score, tokens

TEXTS = pd.Series({"a": "Stainless Steel Water Bottles, vacuum flask", "b": "Leather Shoes", "c": None})


def score(words, product, texts=TEXTS, ignored=()):
    return match_score(pd.Series([words]), pd.Series([product]), texts, ignored).item()


@pytest.mark.parametrize(
    ("words", "product", "expected"),
    [
        ("steel bottle", "a", 1.0),  # plural in the title
        ("STEEL lamp", "a", 0.5),  # one of two words
        ("red lamp, water bottle", "a", 1.0),  # the best phrase counts
        ("running shoes", "a", 0.0),
        ("running shoes", "b", 0.5),
        ("running shoes", None, 0.5),  # product not known: the closest of the store
        ("leather；botella", "b", 1.0),  # full-width separator
    ],
)
def test_score_is_the_share_of_the_closest_phrase(words, product, expected):
    assert score(words, product) == expected


@pytest.mark.parametrize(("words", "product"), [(None, "a"), ("", "a"), ("bottle", "c"), ("bottle", "z"), ("!!", "a")])
def test_what_cannot_be_compared_is_missing(words, product):
    assert pd.isna(score(words, product))


def test_general_words_prove_nothing():
    texts = pd.Series({"a": "Custom lamp for wholesale"})
    assert score("wholesale shoes", "a", texts) == 0.5
    assert score("wholesale shoes", "a", texts, ["wholesale"]) == 0.0
    assert pd.isna(score("wholesale", "a", texts, ["Wholesale"]))


def test_case_accents_and_plurals_are_one_word_but_glass_is_no_plural():
    assert tokens("Átlético glass BOXES shoes") == {"atletico", "glass", "boxe", "shoe"}


def test_rows_keep_their_index_and_a_store_without_texts_is_unknown():
    words, product = pd.Series(["lamp", None], index=[7, 3]), pd.Series(["a", "a"], index=[7, 3])
    assert match_score(words, product, TEXTS).index.tolist() == [7, 3]
    assert match_score(words, product, TEXTS.iloc[:0]).isna().all()
    assert match_score(words.iloc[:0], product.iloc[:0], TEXTS).empty
