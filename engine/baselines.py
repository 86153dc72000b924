"""The predictors that a network has to beat: majority (or mean), linear, gradient-boosted trees.

Their inputs are those of the kinds of the data (`engine.kinds.base.Baselines`); of several kinds they stand side by
side. Run by workers on the folds of the study, before any trial. Needs scikit-learn.
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
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from .data.columns import Rows
from .data.schema import TableSchema
from .data.table import Table
from .data.target import Target
from .domain.arrays import TargetValues
from .domain.errors import SpecError
from .kinds.base import Matrix
from .kinds.registry import baselines_of

MAJORITY, LINEAR, TREES = "majority", "linear", "hist_gradient_boosting"
_STEPS = (10, 25, 50, 100)
"""Boosting iterations after which the clock is read; the last is scikit-learn's own number."""
_AT_ONCE = 10_000
"""Rows that are predicted at once: pixels as numbers need four times their bytes."""


def baseline_names(schema: TableSchema) -> tuple[str, ...]:
    """Return the baselines of the data, the cheapest first."""
    kinds = [baselines_of(kind) for kind in schema.kinds]
    linear = kinds[0].linear if len(kinds) == 1 else LINEAR
    return (MAJORITY, linear, *((TREES,) if any(kind.has_trees for kind in kinds) else ()))


def is_cheap(name: str) -> bool:
    """Whether a search always runs this baseline to its end; what trees take grows with the rows."""
    return name != TREES


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
        One of `baseline_names`. ``majority`` predicts the class shares or the mean; ``linear`` is logistic or ridge
        regression on one-hot, imputed and standardised columns; ``hist_gradient_boosting`` is scikit-learn's, with its
        own handling of missing values and categories. Of images ``linear`` takes the first 100 principal components of
        the pixels, and at most 10,000 training rows. ``tfidf_linear`` is logistic or ridge regression on the TF-IDF of
        single tokens and pairs, which are words, but characters of Chinese.
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
    choices = baseline_names(schema)
    if name not in choices:
        raise SpecError(
            "{name!r} is not a baseline; choose one of {choices}.", name=name, choices=", ".join(choices)
        )
    y = target.at(train_rows)
    constant = _constant(target, y)
    if name == MAJORITY or (target.task != "regression" and len(np.unique(y)) < 2):
        return Baseline(name, lambda rows: np.repeat(constant, len(rows), axis=0))
    if name != TREES:
        least = (baselines_of(kind).n_threads for kind in schema.kinds)
        n_threads = min((n for n in least if n is not None), default=n_threads)
    # A linear model short of its optimum is a baseline too.
    with threadpool_limits(n_threads), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        make = _trees if name == TREES else _linear
        inputs, model, rows = make(table, schema, target, train_rows, seed)
        is_truncated = _fit(model, inputs(rows), target.at(rows), time_s)
    return Baseline(name, _predictor(model, inputs, target, n_threads), is_truncated)


def _linear(
    table: Table, schema: TableSchema, target: Target, train_rows: Rows, seed: int
) -> tuple[Matrix, Any, Rows]:
    """Return the inputs, the model, and the rows that it is fitted on."""
    kinds = {one.kind: baselines_of(one.kind) for one in schema.inputs}
    rows = _fewest([kind.rows(train_rows, seed) for kind in kinds.values()])
    is_regression = target.task == "regression"
    parts = [kinds[one.kind].linear_inputs(table, one.columns, train_rows, seed) for one in schema.inputs]
    if len(parts) == 1:
        (only,) = kinds.values()
        return parts[0], only.linear_model(is_regression=is_regression, seed=seed), rows
    model = Ridge() if is_regression else LogisticRegression(max_iter=300, random_state=seed)
    return _side_by_side(parts), model, rows


def _trees(
    table: Table, schema: TableSchema, target: Target, train_rows: Rows, seed: int
) -> tuple[Matrix, Any, Rows]:
    """Return the same of boosted trees."""
    kinds = [(baselines_of(one.kind), one.columns) for one in schema.inputs]
    found = [kind.tree_inputs(table, columns, train_rows, seed) for kind, columns in kinds]
    categorical = np.concatenate([mask for _, mask in found])
    is_regression = target.task == "regression"
    make = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
    model = make(random_state=seed, categorical_features=cast("Any", categorical))
    return _side_by_side([inputs for inputs, _ in found]), model, train_rows


def _side_by_side(parts: list[Matrix]) -> Matrix:
    if len(parts) == 1:
        return parts[0]

    def stacked(rows: Rows) -> Any:
        found = [part(rows) for part in parts]
        if any(sparse.issparse(x) for x in found):
            return sparse.hstack(found).tocsr()
        return np.concatenate(found, axis=1)

    return stacked


def _fewest(rows: list[Rows]) -> Rows:
    return min(rows, key=len)


def _fit(model: Any, x: Any, y: TargetValues, time_s: float) -> bool:
    """Fit a model; of boosted trees only as many as there is time for. Return whether some are missing.

    Trees are grown in parts, each of which goes on from the one before: the result is the same as at once.
    """
    if not hasattr(model, "max_iter") or not hasattr(model, "n_iter_no_change") or not math.isfinite(time_s):
        model.fit(x, y)
        return False
    began = time.monotonic()
    model.set_params(warm_start=True)
    for n, following in pairwise((*_STEPS, _STEPS[-1])):
        model.set_params(max_iter=n).fit(x, y)
        if model.n_iter_ < n:
            # More would not be better: it has stopped early.
            return False
        passed = time.monotonic() - began
        if following > n and passed + (following - n) / n * passed > time_s:
            return True
    return False


def _constant(target: Target, y: TargetValues) -> NDArray[np.float64]:
    """Return the class shares, shape (1, n_classes), or the mean, shape (1,)."""
    if target.task == "regression":
        return np.array([float(np.mean(y))])
    return (np.bincount(y, minlength=target.n_classes) / len(y))[None, :]


def _predictor(
    model: Any, inputs: Matrix, target: Target, n_threads: int | None
) -> Callable[[Rows], NDArray[np.float64]]:
    def predict(rows: Rows) -> NDArray[np.float64]:
        with threadpool_limits(n_threads):
            parts = [rows[i : i + _AT_ONCE] for i in range(0, max(len(rows), 1), _AT_ONCE)]
            if target.task == "regression":
                return np.concatenate([np.asarray(model.predict(inputs(part)), np.float64) for part in parts])
            found = np.concatenate([model.predict_proba(inputs(part)) for part in parts])
        probabilities = np.zeros((len(rows), target.n_classes))
        # A class may be absent from the training rows.
        probabilities[:, model.classes_] = found
        return probabilities

    return predict
