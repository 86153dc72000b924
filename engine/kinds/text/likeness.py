"""Which texts are alike: the same words, or for the quick baseline the same characters. See `LIKENESS`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer  # pyright: ignore[reportMissingTypeStubs]

from ...data.columns import Rows, WordColumn
from ...data.table import Table
from ..base import Columns, Likeness
from ..near_duplicates import NearDuplicates, counted_sets, hashes_of
from ..quick import Goal, Neighbours

_LEAST_LETTERS = 20
"""Of a text; shorter ones are often said again by others. A Chinese character counts twice."""
_MOST_WORDS = 20_000


class TextLikeness(Likeness):
    """Texts are compared without case, spaces and punctuation, and only from 20 letters on."""

    def near_duplicates(self, table: Table, columns: Columns, rows: Rows) -> NearDuplicates:
        """See `Likeness.near_duplicates`."""
        return _of_texts(_texts(table, columns), rows)

    def quick_baseline(self, table: Table, columns: Columns, rows: Rows, goal: Goal) -> Neighbours:
        """See `Likeness.quick_baseline`."""
        return Neighbours(_alikeness(_texts(table, columns), rows), goal)


def _texts(table: Table, columns: Columns) -> list[WordColumn]:
    found = (table.cells(c.name) for c in columns)
    return [column for column in found if isinstance(column, WordColumn)]


def _of_texts(columns: Sequence[WordColumn], rows: Rows) -> NearDuplicates:
    words: list[NDArray[np.int64]] = []
    length = np.zeros(len(rows), np.int64)
    for column in columns:
        plain = [_plain(text) for text in column.vocabulary]
        known = {text: i for i, text in enumerate(dict.fromkeys(plain))}
        codes = np.array([*(known[text] for text in plain), -1], np.int64)
        letters = np.array([*(_letters(text) for text in plain), 0], np.int64)
        words.append(codes[column.codes[rows]])
        length += letters[column.codes[rows]]
    keys = np.unique(hashes_of(words, len(rows)), return_inverse=True)[1].astype(np.int64)
    short = length < _LEAST_LETTERS
    keys[short] = keys.max(initial=0) + 1 + np.arange(int(short.sum()))
    return counted_sets(np.unique(keys, return_inverse=True)[1].astype(np.int64), 0.0)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _letters(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _alikeness(columns: Sequence[WordColumn], rows: Rows) -> NDArray[np.float32]:
    """Return cosines of the TF-IDF of characters (three to five of them), which serve any language."""
    words = [[*column.vocabulary, ""] for column in columns]
    of_rows: list[list[int]] = np.stack([column.codes[rows] for column in columns], axis=1).tolist()
    texts = [" ".join(word[code] for word, code in zip(words, codes, strict=True)) for codes in of_rows]
    vectorizer: Any = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, max_features=_MOST_WORDS
    )
    # Never without any token.
    inputs = vectorizer.fit_transform([*texts, "-"])[: len(rows)]
    return (inputs @ inputs.T).toarray().astype(np.float32)


LIKENESS = TextLikeness()
