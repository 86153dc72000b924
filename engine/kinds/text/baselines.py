"""Inputs of simple predictors on texts: the TF-IDF of single tokens and pairs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD  # pyright: ignore[reportMissingTypeStubs]
from sklearn.feature_extraction.text import TfidfVectorizer  # pyright: ignore[reportMissingTypeStubs]
from sklearn.linear_model import LogisticRegression, Ridge  # pyright: ignore[reportMissingTypeStubs]

from ...data.columns import Rows
from ...data.table import Table
from ..base import Baselines, Columns, Matrix
from .preprocessing import texts_of
from .tokens import tokens_of

_COMPONENTS = 50
"""Of the TF-IDF, for trees."""


class TextBaselines(Baselines):
    """See `Baselines`; tokens are words, but characters of Chinese."""

    linear = "tfidf_linear"

    def linear_inputs(self, table: Table, columns: Columns, train_rows: Rows, seed: int) -> Matrix:  # noqa: ARG002
        """See `Baselines.linear_inputs`."""
        texts, text_of_row = texts_of(table, [c.name for c in columns])
        # scikit-learn takes a function, its stubs do not say so.
        analyzer: Any = single_and_pairs
        vectorizer: Any = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True)
        # Never without any token.
        vectorizer.fit([*(texts[i] for i in text_of_row[train_rows].tolist()), "-"])
        return lambda rows: vectorizer.transform([texts[i] for i in text_of_row[rows].tolist()])

    def tree_inputs(
        self, table: Table, columns: Columns, train_rows: Rows, seed: int
    ) -> tuple[Matrix, NDArray[np.bool_]]:
        """Return the first components of the TF-IDF (latent semantic analysis)."""
        inputs = self.linear_inputs(table, columns, train_rows, seed)
        known = inputs(train_rows)
        n = max(1, min(_COMPONENTS, min(known.shape) - 1))
        parts: Any = TruncatedSVD(n, random_state=seed)
        parts.fit(known)
        return (lambda rows: parts.transform(inputs(rows))), np.zeros(n, bool)

    def linear_model(self, *, is_regression: bool, seed: int) -> Any:
        """See `Baselines.linear_model`."""
        # C is 10: with scikit-learn's own 1 the baseline is up to 1.4 points of accuracy weaker.
        return Ridge() if is_regression else LogisticRegression(C=10.0, max_iter=300, random_state=seed)


def single_and_pairs(text: str) -> list[str]:
    """Return the words of a text and the pairs of words that follow one another.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
    """
    tokens = tokens_of(text, "word")
    return tokens + [f"{first} {second}" for first, second in pairwise(tokens)]


BASELINES = TextBaselines()
