"""Do a visitor's words name what a product sells? Shared words, counted so that anyone can check them by eye."""

import re
from unicodedata import normalize

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

_WORD = re.compile(r"\w+")


def tokens(text: str, ignored: frozenset[str] = frozenset()) -> frozenset[str]:
    """The words of a text without case, accents and plural, less those that fit any product.

    >>> sorted(tokens("Thermos Bottles, Café 500ml", frozenset({"500ml"})))
    ['bottle', 'cafe', 'thermo']
    """
    plain = "".join(letter for letter in normalize("NFKD", text.casefold()) if not "\u0300" <= letter <= "\u036f")
    found = (_singular(word) for word in _WORD.findall(plain))
    return frozenset(word for word in found if word not in ignored)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def match_score(words: pd.Series, product: pd.Series, texts: pd.Series, ignored=()) -> pd.Series:
    """How much of a visitor's closest search phrase the product's title and keywords contain, from 0 to 1.

    Score = words of the phrase found in the text / words of the phrase; the best phrase of the visitor counts.
    `words`: comma lists; `product`: the product of each row; `texts`: title and keywords by product. A row whose
    product is missing is compared with the closest product of the store: weaker evidence. No words, or a product
    without any text: missing.
    """
    general = frozenset(token for word in ignored for token in tokens(word))
    phrases = words.astype("object").str.split(r"[,，;；、\n]", regex=True).explode().dropna().str.strip()
    code, phrase = pd.factorize(phrases)
    shared = _shared_words(
        [tokens(text, general) for text in phrase], [tokens(text, general) for text in texts.fillna("")]
    )
    column = pd.Series(texts.index.get_indexer(product), index=words.index)
    column = column.where((column >= 0) | product.isna().to_numpy(), -2).loc[phrases.index].to_numpy()
    with np.errstate(all="ignore"):
        closest = np.nanmax(shared, axis=1, initial=-1)
    closest = np.where(closest < 0, np.nan, closest)
    known = np.append(shared, np.full((len(shared), 1), np.nan), axis=1)
    score = np.where(column == -1, closest[code], known[code, np.where(column < 0, shared.shape[1], column)])
    return pd.Series(score, index=phrases.index, dtype=float).groupby(level=0).max().reindex(words.index)


def _shared_words(phrases: list[frozenset], texts: list[frozenset]) -> np.ndarray:
    """Share of the words of each phrase (row) in each text (column); missing where either has no words."""
    vocabulary = {word: place for place, word in enumerate(sorted(frozenset().union(*phrases)))}
    rows, columns = _incidence(phrases, vocabulary), _incidence(texts, vocabulary)
    length = np.array([[len(phrase)] for phrase in phrases], dtype=float).reshape(-1, 1)
    blank = np.array([not text for text in texts], dtype=bool)
    share = (rows @ columns.T).toarray() / np.where(length > 0, length, np.nan)
    return np.where(blank, np.nan, share)


def _incidence(sets: list[frozenset], vocabulary: dict[str, int]) -> csr_matrix:
    cells = [(row, vocabulary[word]) for row, words in enumerate(sets) for word in words if word in vocabulary]
    row, column = zip(*cells, strict=True) if cells else ((), ())
    return csr_matrix((np.ones(len(cells)), (row, column)), shape=(len(sets), len(vocabulary)))
