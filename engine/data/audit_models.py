"""The quick baselines of `split_audit`: those that would find the neighbours of a row, and take their targets over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from ..machine import n_cores
from .columns import Column, NumberColumn, Rows, WordColumn, cells_of
from .image_thumbs import image_thumbs
from .schema import TableSchema
from .table import Table
from .target import Target

_N_TREES, _LEAST_LEAF = 20, 2
_MOST_COLUMNS = 30  # that a split of a tree chooses from
_N_NEIGHBOURS = 5
_MOST_WORDS = 20_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class QuickBaseline(Protocol):
    """Predicts some of the rows that were looked at from others."""

    def predict(self, train: Ints, valid: Ints) -> Floats:
        """Return probabilities of shape (n_valid, n_classes), or values of shape (n_valid, 1), float64.

        Parameters
        ----------
        train, valid : ndarray of int64
            Positions in the rows that the baseline was made for.
        """
        ...


def quick_baseline(
    table: Table, schema: TableSchema, target: Target, rows: Rows, without: Collection[str] = ()
) -> QuickBaseline | None:
    """Return extremely randomised trees for a table, and nearest neighbours for texts (TF-IDF) and images.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Positions in the table, some thousands at most.
    without : collection of str
        Columns that are not taken as inputs.

    Returns
    -------
    QuickBaseline or None
        None where no input is left.
    """
    y = target.at(rows)
    goal = y[:, None].astype(np.float64) if target.task == "regression" else np.eye(target.n_classes)[y]
    columns = [table[c.name] for c in schema.features if c.name not in without]
    if schema.kind == "image":
        return _Neighbours(_image_likeness(table, rows), goal)
    if not columns:
        return None
    if schema.kind == "text":
        return _Neighbours(_text_likeness([c for c in columns if isinstance(c, WordColumn)], rows), goal)
    return _Trees(np.stack([_cells(column, rows) for column in columns], axis=1), goal, target.n_classes)


@dataclass(slots=True)
class _Trees:
    """Extremely randomised trees (Geurts, Ernst, Wehenkel 2006), which keep single rows in their leaves."""

    inputs: Floats
    goal: Floats
    n_classes: int

    def predict(self, train: Ints, valid: Ints) -> Floats:
        n_columns = self.inputs.shape[1]
        settings: dict[str, Any] = {
            "n_estimators": _N_TREES,
            "min_samples_leaf": _LEAST_LEAF,
            "max_features": min(n_columns, _MOST_COLUMNS),
            "random_state": 0,
        }
        if not self.n_classes:
            model = ExtraTreesRegressor(**settings).fit(self.inputs[train], self.goal[train, 0])
            return model.predict(self.inputs[valid])[:, None]
        forest = ExtraTreesClassifier(**settings).fit(self.inputs[train], self.goal[train].argmax(axis=1))
        found = np.zeros((len(valid), self.n_classes))
        found[:, forest.classes_] = forest.predict_proba(self.inputs[valid])
        return found


@dataclass(slots=True)
class _Neighbours:
    """The mean over the most alike rows, and over all of the training part with the weight of one more."""

    likeness: NDArray[np.float32]
    goal: Floats

    def predict(self, train: Ints, valid: Ints) -> Floats:
        likeness = self.likeness[np.ix_(valid, train)]
        k = min(_N_NEIGHBOURS, len(train))
        near = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
        weight = np.maximum(np.take_along_axis(likeness, near, axis=1), 0.0).astype(np.float64)[..., None]
        total = (weight * self.goal[train][near]).sum(axis=1) + self.goal[train].mean(axis=0)
        return total / (weight.sum(axis=1) + 1.0)


def _cells(column: Column, rows: Rows) -> Floats:
    """Return numbers, NaN where missing; categories by falling frequency."""
    cells = cells_of(column)
    if isinstance(cells, NumberColumn):
        return np.clip(cells.numbers[rows], -1e30, 1e30)
    codes = cells.codes[rows]
    counts = np.bincount(codes[codes >= 0], minlength=len(cells.vocabulary))
    rank = np.empty(len(counts) + 1)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    rank[-1] = np.nan
    return rank[codes]


def _text_likeness(columns: Sequence[WordColumn], rows: Rows) -> NDArray[np.float32]:
    """Return cosines of the TF-IDF of characters (three to five of them), which serve any language."""
    words = [[*column.vocabulary, ""] for column in columns]
    texts = [
        " ".join(word[code] for word, code in zip(words, codes, strict=True))
        for codes in zip(*(column.codes[rows].tolist() for column in columns), strict=True)
    ]
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, max_features=_MOST_WORDS
    )
    inputs: Any = vectorizer.fit_transform([*texts, "-"])[: len(rows)]  # never without any token
    return (inputs @ inputs.T).toarray().astype(np.float32)


def _image_likeness(table: Table, rows: Rows) -> NDArray[np.float32]:
    """Return cosines of small grey copies, from each of which its mean and the mean copy are taken."""
    thumbs = image_thumbs(table.arrays[0].values[rows])
    thumbs -= thumbs.mean(axis=0)
    thumbs -= thumbs.mean(axis=1, keepdims=True)
    with threadpool_limits(n_cores()):
        inputs = np.asarray(normalize(thumbs))
        return inputs @ inputs.T
