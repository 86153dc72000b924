"""The predictors that a network has to beat, by the kind of data: majority (or mean), linear, gradient-boosted trees.

Run by workers on the folds of the study, before any trial. Needs scikit-learn.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from .data.schema import TableSchema
from .data.table import Rows, Table
from .data.target import Target
from .domain.arrays import TargetValues
from .domain.errors import SpecError
from .preprocessing.arithmetic import unfold_date
from .preprocessing.fit import fit_preprocessing
from .preprocessing.spec import PreprocessingSpec
from .preprocessing.text import texts_of
from .preprocessing.tokens import tokens_of
from .preprocessing.transform import TablePreprocessing

BASELINES: dict[str, tuple[str, ...]] = {
    "table": ("majority", "linear", "hist_gradient_boosting"),
    "image": ("majority", "linear"),
    "text": ("majority", "tfidf_linear"),
}
CHEAP_BASELINES = ("majority", "linear", "tfidf_linear")
"""Those that a search always runs to their end; what trees take grows with the rows, so they may be cut short."""
_TREES = (
    10,
    25,
    50,
    100,
)  # boosting iterations after which is looked at the clock; the last: scikit-learn's own
_PLAIN = PreprocessingSpec(min_frequency=1, max_onehot=255)
_IMAGE_ROWS, _COMPONENTS = 10_000, 100
_AT_ONCE = 10_000  # rows that are predicted at once: pixels as numbers need four times their bytes
_MAX_CATEGORIES = 255  # of one column, in scikit-learn's trees
_Inputs = Callable[[Rows], NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline.

    Attributes
    ----------
    name : str
    function : callable
        ``function(rows)``: predictions for rows of the table that it was fitted on.
    is_truncated : bool
        Whether the time was too short for all trees.
    """

    name: str
    function: Callable[[Rows], NDArray[np.float64]]
    is_truncated: bool = False

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return probabilities of shape (n, n_classes), or values of shape (n,), float64."""
        return self.function(rows)


def fit_baseline(
    name: str,
    table: Table,
    schema: TableSchema,
    target: Target,
    train_rows: Rows,
    seed: int = 0,
    n_threads: int | None = None,
    time_s: float = math.inf,
) -> Baseline:
    """Fit a baseline on training rows alone, its preprocessing included.

    Parameters
    ----------
    name : str
        One of `BASELINES` for the kind of data. ``majority`` predicts the class shares or the mean; ``linear`` is
        logistic or ridge regression on one-hot, imputed and standardised columns; ``hist_gradient_boosting`` is
        scikit-learn's, with its own handling of missing values and categories. Of images ``linear`` takes the first 100
        principal components of the pixels, and at most 10,000 training rows. ``tfidf_linear`` is logistic or ridge
        regression on the TF-IDF of single tokens and pairs, which are words, but characters of Chinese.
    table, schema, target
    train_rows : ndarray of shape (n,), int64
        Positions in the table; all must have a target.
    seed : int
    n_threads : int, optional
        At most so many threads; all cores where not given.
    time_s : float
        Seconds after which trees end with what they have.

    Raises
    ------
    SpecError
        Where there is no such baseline.
    DataError
        Where no column can be used as an input (but for ``majority``).
    """
    choices = BASELINES[schema.data_kind]
    if name not in choices:
        raise SpecError(
            "{name!r} is not a baseline; choose one of {choices}.", name=name, choices=", ".join(choices)
        )
    y = target.at(train_rows)
    constant = _constant(target, y)
    if name == "majority" or (target.task != "regression" and len(np.unique(y)) < 2):
        return Baseline(name, lambda rows: np.repeat(constant, len(rows), axis=0))
    if schema.data_kind == "image":
        return _image_linear(table, target, train_rows, seed)
    if schema.data_kind == "text":
        return _tfidf_linear(table, schema, target, train_rows, seed, n_threads)
    preprocessing = fit_preprocessing(table, schema, [train_rows], _PLAIN)[0]
    if name == "linear":
        inputs: _Inputs = lambda rows: preprocessing.transform(table, rows).numeric.astype(np.float64)  # noqa: E731
        model: Any = _linear_model(target, seed)
    else:
        inputs, categorical = _tree_inputs(table, preprocessing, train_rows)
        kind = (
            HistGradientBoostingRegressor if target.task == "regression" else HistGradientBoostingClassifier
        )
        model = kind(random_state=seed, categorical_features=cast("Any", categorical))
    with threadpool_limits(n_threads), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # a linear model short of its optimum is a baseline too
        is_truncated = _fit(model, inputs(train_rows), y, time_s)
    return Baseline(name, _predictor(model, inputs, target, n_threads), is_truncated)


def _fit(model: Any, x: NDArray[np.generic], y: TargetValues, time_s: float) -> bool:
    """Fit a model; of boosted trees only as many as there is time for. Return whether some are missing.

    Trees are grown in parts, each of which goes on from the one before: the result is the same as at once.
    """
    if not hasattr(model, "max_iter") or not hasattr(model, "n_iter_no_change") or not math.isfinite(time_s):
        model.fit(x, y)
        return False
    began = time.monotonic()
    model.set_params(warm_start=True)
    for n, following in pairwise((*_TREES, _TREES[-1])):
        model.set_params(max_iter=n).fit(x, y)
        if model.n_iter_ < n:
            return False  # more would not be better: it has stopped early
        passed = time.monotonic() - began
        if following > n and passed + (following - n) / n * passed > time_s:
            return True
    return False


def _linear_model(target: Target, seed: int) -> Any:
    return Ridge() if target.task == "regression" else LogisticRegression(max_iter=300, random_state=seed)


def _image_linear(table: Table, target: Target, train_rows: Rows, seed: int) -> Baseline:
    pixels = table.pixels
    assert pixels is not None  # noqa: S101 - a table of images has them
    rows = np.random.default_rng(seed).permutation(train_rows)[:_IMAGE_ROWS]
    mean, spread = float(pixels[rows].mean()), float(pixels[rows].std()) or 1.0
    # One scale for all: standardising each component would make noise as large as what counts.
    inputs: _Inputs = lambda rows: (pixels[rows].reshape(len(rows), -1).astype(np.float32) - mean) / spread  # noqa: E731
    n_components = min(_COMPONENTS, len(rows) - 1, int(np.prod(pixels.shape[1:])))
    parts = PCA(n_components, svd_solver="randomized", random_state=seed)
    model = make_pipeline(parts, _linear_model(target, seed))
    # One thread: on a busy machine several, waiting for each other in many small steps, took a hundred times as long.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(inputs(rows), target.at(rows))
    return Baseline("linear", _predictor(model, inputs, target, 1))


def _tfidf_linear(
    table: Table, schema: TableSchema, target: Target, train_rows: Rows, seed: int, n_threads: int | None
) -> Baseline:
    texts, text_of_row = texts_of(table, [c.name for c in schema.features])
    analyzer: Any = single_and_pairs  # scikit-learn takes a function, its stubs do not say so
    vectorizer = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True)
    # C is 10: with scikit-learn's own 1 the baseline is up to 1.4 points of accuracy weaker.
    is_regression = target.task == "regression"
    model: Any = Ridge() if is_regression else LogisticRegression(C=10.0, max_iter=300, random_state=seed)

    def inputs(rows: Rows) -> Any:
        return vectorizer.transform([texts[i] for i in text_of_row[rows].tolist()])

    with threadpool_limits(n_threads), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        vectorizer.fit(
            [*(texts[i] for i in text_of_row[train_rows].tolist()), "-"]
        )  # never without any token
        model.fit(inputs(train_rows), target.at(train_rows))
    return Baseline("tfidf_linear", _predictor(model, inputs, target, n_threads))


def single_and_pairs(text: str) -> list[str]:
    """Return the words of a text and the pairs of words that follow one another."""
    tokens = tokens_of(text, "word")
    return tokens + [f"{first} {second}" for first, second in pairwise(tokens)]


def _constant(target: Target, y: TargetValues) -> NDArray[np.float64]:
    """Return the class shares, shape (1, n_classes), or the mean, shape (1,)."""
    if target.task == "regression":
        return np.array([float(np.mean(y))])
    return (np.bincount(y, minlength=target.n_classes) / len(y))[None, :]


def _predictor(
    model: Any, inputs: _Inputs, target: Target, n_threads: int | None
) -> Callable[[Rows], NDArray[np.float64]]:
    def predict(rows: Rows) -> NDArray[np.float64]:
        with threadpool_limits(n_threads):
            parts = [rows[i : i + _AT_ONCE] for i in range(0, max(len(rows), 1), _AT_ONCE)]
            if target.task == "regression":
                return np.concatenate([np.asarray(model.predict(inputs(part)), np.float64) for part in parts])
            found = np.concatenate([model.predict_proba(inputs(part)) for part in parts])
        probabilities = np.zeros((len(rows), target.n_classes))
        probabilities[:, model.classes_] = found  # a class may be absent from the training rows
        return probabilities

    return predict


def _tree_inputs(
    table: Table, preprocessing: TablePreprocessing, train_rows: Rows
) -> tuple[_Inputs, NDArray[np.bool_]]:
    """Return raw numbers (NaN missing), dates with their phases, and category codes; and which are
    categories."""
    columns: list[NDArray[np.float64]] = [table[name].numbers for name in preprocessing.numeric.names]
    for i, name in enumerate(preprocessing.dates.names):
        seconds = table[name].numbers
        columns += [seconds, *unfold_date(seconds, preprocessing.dates, i)[:, 1:].T]
    n_numbers = len(columns)
    for fit in preprocessing.categories:
        codes = table[fit.name].categories()[0]
        columns.append(_tree_codes(codes, train_rows))
    stacked = np.stack(columns, axis=1)
    return (lambda rows: stacked[rows]), np.arange(len(columns)) >= n_numbers


def _tree_codes(codes: NDArray[np.int32], train_rows: Rows) -> NDArray[np.float64]:
    """Return codes by falling frequency in the training rows; what is rarer than the 254th, or unseen, is
    missing."""
    counts = np.bincount(codes[train_rows] + 1, minlength=int(codes.max(initial=0)) + 2)[1:]
    order = np.argsort(-counts, kind="stable")
    rank = np.full(len(counts) + 1, np.nan)
    kept = order[: _MAX_CATEGORIES - 1]
    kept = kept[counts[kept] > 0]
    rank[kept] = np.arange(len(kept))
    return rank[codes]
