"""Metrics by scikit-learn's names, in NumPy alone, fast enough to be taken after every epoch.

`tests/engine/domain/test_metrics.py` compares each with scikit-learn's own.

Predictions are what a network or baseline says of n rows: for ``binary`` and ``multiclass`` probabilities of shape
(n, n_classes), float; for ``regression`` values of shape (n,). Targets are class indices of shape (n,), int, or values
of shape (n,), float.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...storage.ranking import Direction
from .arrays import TargetValues

Array = TargetValues
_CLASSES = frozenset({"binary", "multiclass"})
_NUMBERS = frozenset({"regression"})
_EPS = 1e-15


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric.

    Attributes
    ----------
    name : str
    direction : Direction
    tasks : frozenset of str
    function : callable
        ``function(y_true, prediction) -> float``; NaN where it is undefined (one class only, for instance).
    low, high : float
        The least and the greatest value that it can have; infinite where there is none.
    """

    name: str
    direction: Direction
    tasks: frozenset[str]
    function: Callable[[Array, Array], float]
    low: float
    high: float

    def __call__(self, y_true: Array, prediction: Array) -> float:
        return self.function(y_true, prediction)

    def within(self, value: float) -> float:
        """Return the value of its range that is nearest to `value`, as the end of an interval; NaN stays NaN.

        Parameters
        ----------
        value : float

        Returns
        -------
        float
        """
        return float(np.clip(value, self.low, self.high))


def confusion(y_true: Array, y_pred: Array, n_classes: int) -> NDArray[np.int64]:
    """Return counts of shape (n_classes, n_classes): rows are true classes, columns predicted ones.

    Parameters
    ----------
    y_true : ndarray
        Shape (n,): places of classes, or values.
    y_pred : ndarray
        Shape (n,) or (n, n_classes).
    n_classes : int
        Of the target.

    Returns
    -------
    ndarray of int64
    """
    index: NDArray[np.int64] = np.asarray(y_true, np.int64) * n_classes + np.asarray(y_pred, np.int64)
    counts: NDArray[np.int64] = np.bincount(index, minlength=n_classes * n_classes)
    return np.reshape(counts, (n_classes, n_classes))


def _accuracy(y: Array, p: Array) -> float:
    return float(np.mean(np.equal(p.argmax(axis=1), y)))


def _counts(y: Array, p: Array) -> tuple[Array, Array, Array]:
    table = confusion(y, p.argmax(axis=1), p.shape[1])
    return np.diag(table).astype(float), table.sum(axis=0).astype(float), table.sum(axis=1).astype(float)


def _ratio(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.zeros_like(a, dtype=float), where=b > 0)


def _balanced_accuracy(y: Array, p: Array) -> float:
    hit, _, true = _counts(y, p)
    return float(np.mean(hit[true > 0] / true[true > 0]))


def _average(kind: str, score: Callable[[Array, Array, Array], Array]) -> Callable[[Array, Array], float]:
    def averaged(y: Array, p: Array) -> float:
        hit, predicted, true = _counts(y, p)
        if kind == "micro":
            return float(
                score(hit.sum(keepdims=True), predicted.sum(keepdims=True), true.sum(keepdims=True))[0]
            )
        if kind == "binary":
            return float(score(hit, predicted, true)[1])
        present = (predicted + true) > 0
        values = score(hit, predicted, true)
        if kind == "weighted":
            return float(np.average(values, weights=true))
        return float(values[present].mean())

    return averaged


def _f1(hit: Array, predicted: Array, true: Array) -> Array:
    return _ratio(2 * hit, predicted + true)


def _precision(hit: Array, predicted: Array, true: Array) -> Array:  # noqa: ARG001 - one signature for all
    return _ratio(hit, predicted)


def _recall(hit: Array, predicted: Array, true: Array) -> Array:  # noqa: ARG001 - one signature for all
    return _ratio(hit, true)


def _matthews(y: Array, p: Array) -> float:
    hit, predicted, true = _counts(y, p)
    n = true.sum()
    covariance = hit.sum() * n - predicted @ true
    spread = np.sqrt((n**2 - predicted @ predicted) * (n**2 - true @ true))
    return float(covariance / spread) if spread > 0 else 0.0


def _log_loss(y: Array, p: Array) -> float:
    p = np.clip(p.astype(np.float64), _EPS, 1.0)
    p = p / p.sum(axis=1, keepdims=True)
    return float(-np.mean(np.log(p[np.arange(len(y)), y])))


def _top_k(y: Array, p: Array) -> float:
    """Return how often the true class is among the two most probable ones (scikit-learn's default k)."""
    best: Array = np.argsort(-p, axis=1, kind="stable")[:, :2]
    found: Array = np.any(np.equal(best, np.reshape(y, (-1, 1))), axis=1)
    return float(np.mean(found))


def _brier(y: Array, p: Array) -> float:
    return float(np.mean((p[:, 1].astype(np.float64) - y) ** 2))


def binary_roc_auc(positive: Array, score: Array) -> float:
    """Return the area under the ROC curve by the rank statistic, ties counted half; NaN for one class only.

    Parameters
    ----------
    positive : ndarray
        Probability of the second class, shape (n,).
    score : ndarray

    Returns
    -------
    float
    """
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if n_positive == 0 or n_negative == 0:
        return float("nan")
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    last = np.r_[first[1:], len(ordered)]
    ranks = np.empty(len(ordered))
    ranks[order] = np.repeat((first + last + 1) / 2.0, last - first)
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def _roc_auc(y: Array, p: Array) -> float:
    return binary_roc_auc(y == 1, p[:, 1])


def _roc_auc_ovr(y: Array, p: Array) -> float:
    if p.shape[1] == 2:
        return _roc_auc(y, p)
    return float(np.mean([binary_roc_auc(y == k, p[:, k]) for k in range(p.shape[1])]))


def _average_precision(y: Array, p: Array) -> float:
    positive = y == 1
    total = int(positive.sum())
    if total == 0:
        return float("nan")
    order = np.argsort(-p[:, 1], kind="stable")
    score = p[order, 1]
    last = np.flatnonzero(np.r_[score[1:] != score[:-1], True])
    hits = np.cumsum(positive[order])[last]
    precision, recall = hits / (last + 1), hits / total
    return float(np.sum(np.diff(np.r_[0.0, recall]) * precision))


def _mse(y: Array, p: Array) -> float:
    return float(np.mean((y.astype(np.float64) - p) ** 2))


def _rmse(y: Array, p: Array) -> float:
    return float(np.sqrt(_mse(y, p)))


def _mae(y: Array, p: Array) -> float:
    return float(np.mean(np.abs(y.astype(np.float64) - p)))


def _median_ae(y: Array, p: Array) -> float:
    return float(np.median(np.abs(y.astype(np.float64) - p)))


def _mape(y: Array, p: Array) -> float:
    y = y.astype(np.float64)
    return float(np.mean(np.abs(y - p) / np.maximum(np.abs(y), np.finfo(np.float64).eps)))


def _r2(y: Array, p: Array) -> float:
    y = y.astype(np.float64)
    total = float(np.sum((y - y.mean()) ** 2))
    return 1.0 - float(np.sum((y - p) ** 2)) / total if total > 0 else float("nan")


# Others: scores from 0 to 1, losses from 0 on.
_RANGES: dict[str, tuple[float, float]] = {
    "matthews_corrcoef": (-1.0, 1.0),
    "r2": (-np.inf, 1.0),
    "brier_score": (0.0, 1.0),
}


def _table() -> dict[str, Metric]:
    binary = frozenset({"binary"})
    higher = [
        ("accuracy", _CLASSES, _accuracy),
        ("balanced_accuracy", _CLASSES, _balanced_accuracy),
        ("f1", binary, _average("binary", _f1)),
        ("precision", binary, _average("binary", _precision)),
        ("recall", binary, _average("binary", _recall)),
        ("matthews_corrcoef", _CLASSES, _matthews),
        ("roc_auc", binary, _roc_auc),
        ("roc_auc_ovr", _CLASSES, _roc_auc_ovr),
        ("average_precision", binary, _average_precision),
        ("top_k_accuracy", frozenset({"multiclass"}), _top_k),
        ("r2", _NUMBERS, _r2),
    ]
    lower = [
        ("log_loss", _CLASSES, _log_loss),
        ("brier_score", binary, _brier),
        ("mse", _NUMBERS, _mse),
        ("rmse", _NUMBERS, _rmse),
        ("mae", _NUMBERS, _mae),
        ("median_absolute_error", _NUMBERS, _median_ae),
        ("mape", _NUMBERS, _mape),
    ]
    for kind in ("macro", "micro", "weighted"):
        higher += [
            (f"{name}_{kind}", _CLASSES, _average(kind, score))
            for name, score in (("f1", _f1), ("precision", _precision), ("recall", _recall))
        ]
    table = {
        name: Metric(name, Direction.MAXIMIZE, tasks, function, *_RANGES.get(name, (0.0, 1.0)))
        for name, tasks, function in higher
    }
    return table | {
        name: Metric(name, Direction.MINIMIZE, tasks, function, *_RANGES.get(name, (0.0, np.inf)))
        for name, tasks, function in lower
    }


METRICS: dict[str, Metric] = _table()


ONE_SIDED = frozenset({"f1", "precision", "recall", "average_precision"})
"""Those that are another where two classes change places: they are of the positive one, which is the second."""


def default_metric(task: str) -> str:
    """Return the metric that is judged when the user names none.

    Parameters
    ----------
    task : str
        binary, multiclass or regression.

    Returns
    -------
    str
    """
    return {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}[task]


def metrics_for(task: str) -> tuple[str, ...]:
    """Return the names of all metrics of a task, in one fixed order.

    Parameters
    ----------
    task : str
        binary, multiclass or regression.

    Returns
    -------
    tuple of str
    """
    return tuple(name for name, metric in METRICS.items() if task in metric.tasks)
