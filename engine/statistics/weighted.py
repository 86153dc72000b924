"""Every metric under many weightings of the same rows at once: what resampling rows needs. NumPy alone.

A row that a resample drew twice has the weight 2, one that it did not draw the weight 0. With whole weights a score is
the score of `engine.domain.metrics` on the rows repeated so often (a test compares all of them). Most metrics are
functions of a few sums over rows, so that all resamples are one product of matrices; areas under curves and medians
sort once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import TargetValues
from ..domain.metrics import METRICS

Floats = NDArray[np.float64]
_EPS = 1e-15
# Sums over rows: (y, predictions) -> one column for each sum; and the score from the sums, of shape (B, columns).
_Columns = Callable[[TargetValues, NDArray[np.floating]], Floats]
_Finish = Callable[[Floats], Floats]


def weighted_scores(
    metric: str, y: TargetValues, predictions: NDArray[np.floating], weights: NDArray[np.number]
) -> Floats:
    """Return the score of every weighting.

    Parameters
    ----------
    metric : str
        A name of `engine.domain.metrics.METRICS`.
    y : ndarray of shape (n,)
    predictions : ndarray of shape (n,) or (n, n_classes)
        As `engine.domain.metrics` takes them.
    weights : ndarray of shape (B, n)
        At least 0.

    Returns
    -------
    ndarray of shape (B,), float64
        NaN where a weighting leaves the metric undefined.
    """
    return scores_of_each(metric, y, [predictions], weights)[0]


def scores_of_each(
    metric: str, y: TargetValues, predictions: Sequence[NDArray[np.floating]], weights: NDArray[np.number]
) -> Floats:
    """Return `weighted_scores` of several predictions of the same rows, shape (n_predictions, B)."""
    if metric in _SORTED:
        return np.stack([_SORTED[metric](y, p, weights) for p in predictions])
    columns, finish = _SUMMED[metric]
    # One product for all: turning the weights into floats takes longer than it.
    sums = weights.astype(np.float64) @ np.concatenate([columns(y, p) for p in predictions], axis=1)
    found = np.stack([finish(part) for part in np.split(sums, len(predictions), axis=1)])
    return np.where(weights.sum(axis=1) > 0, found, np.nan)


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _mean_of(
    loss: Callable[[TargetValues, NDArray[np.floating]], NDArray[np.number]],
) -> tuple[_Columns, _Finish]:
    """Return a metric that is the mean of a number of each row."""

    def columns(y: TargetValues, p: NDArray[np.floating]) -> Floats:
        return np.stack([loss(y, p).astype(np.float64), np.ones(len(y))], axis=1)

    return columns, lambda sums: _quotient(sums[:, 0], sums[:, 1])


def _quotient(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.full_like(a, np.nan), where=b > 0)


def _log_losses(y: TargetValues, p: NDArray[np.floating]) -> NDArray[np.number]:
    p = np.clip(p.astype(np.float64), _EPS, 1.0)
    return -np.log(p[np.arange(len(y)), y] / p.sum(axis=1))


def _in_top_two(y: TargetValues, p: NDArray[np.floating]) -> NDArray[np.number]:
    return (np.argsort(-p, axis=1, kind="stable")[:, :2] == y[:, None]).any(axis=1)


def _squares(y: TargetValues, p: NDArray[np.floating]) -> NDArray[np.number]:
    return (y.astype(np.float64) - p) ** 2


def _relative(y: TargetValues, p: NDArray[np.floating]) -> NDArray[np.number]:
    y = y.astype(np.float64)
    return np.abs(y - p) / np.maximum(np.abs(y), np.finfo(np.float64).eps)


def _r2() -> tuple[_Columns, _Finish]:
    def columns(y: TargetValues, p: NDArray[np.floating]) -> Floats:
        # Centred: sums of squares of large numbers would leave nothing of small differences.
        centred = y.astype(np.float64) - y.mean()
        stacked = [_squares(y, p), centred**2, centred, np.ones(len(y))]
        return np.stack(stacked, axis=1).astype(np.float64, copy=False)

    def finish(sums: Floats) -> Floats:
        residual, squares, total, n = sums.T
        spread = squares - _ratio(total**2, n)
        return 1.0 - _quotient(residual, np.where(spread > 1e-12 * np.maximum(squares, 1e-300), spread, 0.0))

    return columns, finish


def _of_classes(
    score: Callable[[Floats, Floats, Floats], Floats],
) -> tuple[_Columns, _Finish]:
    """Return a metric of the hits, predictions and true rows of each class, all of shape (B, n_classes)."""

    def columns(y: TargetValues, p: NDArray[np.floating]) -> Floats:
        eye = np.eye(p.shape[1])
        true, predicted = eye[y], eye[p.argmax(axis=1)]
        return np.concatenate([true * predicted, predicted, true], axis=1)

    def finish(sums: Floats) -> Floats:
        hit, predicted, true = np.split(sums, 3, axis=1)
        return score(hit, predicted, true)

    return columns, finish


def _balanced(hit: Floats, predicted: Floats, true: Floats) -> Floats:  # noqa: ARG001 - one signature for all
    return _quotient(_ratio(hit, true).sum(axis=1), (true > 0).sum(axis=1).astype(np.float64))


def _matthews(hit: Floats, predicted: Floats, true: Floats) -> Floats:
    n = true.sum(axis=1)
    covariance = hit.sum(axis=1) * n - (predicted * true).sum(axis=1)
    spread = np.sqrt((n**2 - (predicted**2).sum(axis=1)) * (n**2 - (true**2).sum(axis=1)))
    return _ratio(covariance, spread)


_PARTS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "f1": lambda hit, predicted, true: _ratio(2 * hit, predicted + true),
    "precision": lambda hit, predicted, true: _ratio(hit, predicted),  # noqa: ARG005 - one signature for all
    "recall": lambda hit, predicted, true: _ratio(hit, true),  # noqa: ARG005 - one signature for all
}


def _averaged(kind: str, part: str) -> Callable[[Floats, Floats, Floats], Floats]:
    score = _PARTS[part]

    def averaged(hit: Floats, predicted: Floats, true: Floats) -> Floats:
        if kind == "micro":
            sums = (x.sum(axis=1, keepdims=True) for x in (hit, predicted, true))
            return score(*sums)[:, 0]
        values = score(hit, predicted, true)
        if kind == "binary":
            return values[:, 1]
        if kind == "weighted":
            return _quotient((values * true).sum(axis=1), true.sum(axis=1))
        present = (predicted + true) > 0
        return _quotient((values * present).sum(axis=1), present.sum(axis=1).astype(np.float64))

    return averaged


def _rmse() -> tuple[_Columns, _Finish]:
    columns, mean = _mean_of(_squares)
    return columns, lambda sums: np.sqrt(mean(sums))


_SUMMED: dict[str, tuple[_Columns, _Finish]] = {
    "accuracy": _mean_of(lambda y, p: p.argmax(axis=1) == y),
    "balanced_accuracy": _of_classes(_balanced),
    "matthews_corrcoef": _of_classes(_matthews),
    "top_k_accuracy": _mean_of(_in_top_two),
    "log_loss": _mean_of(_log_losses),
    "brier_score": _mean_of(lambda y, p: (p[:, 1].astype(np.float64) - y) ** 2),
    "mse": _mean_of(_squares),
    "rmse": _rmse(),
    "mae": _mean_of(lambda y, p: np.abs(y.astype(np.float64) - p)),
    "mape": _mean_of(_relative),
    "r2": _r2(),
    **{part: _of_classes(_averaged("binary", part)) for part in _PARTS},
    **{
        f"{part}_{kind}": _of_classes(_averaged(kind, part))
        for part in _PARTS
        for kind in ("macro", "micro", "weighted")
    },
}


def _groups(ordered: NDArray[np.floating]) -> tuple[NDArray[np.int64], bool]:
    """Return where each run of equal values begins, and whether there are any such runs."""
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return first, len(first) < len(ordered)


def _sums(weights: Floats, first: NDArray[np.int64], has_ties: bool) -> Floats:
    return np.add.reduceat(weights, first, axis=1) if has_ties else weights


def _auc(positive: NDArray[np.bool_], score: NDArray[np.floating], weights: NDArray[np.number]) -> Floats:
    """Return areas under the ROC curve, ties counted half."""
    order = np.argsort(score, kind="stable")
    first, has_ties = _groups(score[order])
    w = weights[:, order].astype(np.float64)
    is_positive = positive[order]
    hits, misses = _sums(w * is_positive, first, has_ties), _sums(w * ~is_positive, first, has_ties)
    below = np.cumsum(misses, axis=1) - 0.5 * misses
    return _quotient((hits * below).sum(axis=1), hits.sum(axis=1) * misses.sum(axis=1))


def _roc_auc(y: TargetValues, p: NDArray[np.floating], weights: NDArray[np.number]) -> Floats:
    return _auc(y == 1, p[:, 1], weights)


def _roc_auc_ovr(y: TargetValues, p: NDArray[np.floating], weights: NDArray[np.number]) -> Floats:
    if p.shape[1] == 2:
        return _roc_auc(y, p, weights)
    return np.mean([_auc(y == k, p[:, k], weights) for k in range(p.shape[1])], axis=0)


def _average_precision(y: TargetValues, p: NDArray[np.floating], weights: NDArray[np.number]) -> Floats:
    order = np.argsort(-p[:, 1], kind="stable")
    first, has_ties = _groups(p[order, 1])
    w = weights[:, order].astype(np.float64)
    found = _sums(w * (y[order] == 1), first, has_ties)
    hits, seen = np.cumsum(found, axis=1), np.cumsum(_sums(w, first, has_ties), axis=1)
    return _quotient((found * _ratio(hits, seen)).sum(axis=1), hits[:, -1])


def _median_ae(y: TargetValues, p: NDArray[np.floating], weights: NDArray[np.number]) -> Floats:
    """Return weighted medians; of an even number of rows the mean of the two in the middle."""
    errors = np.abs(y.astype(np.float64) - p)
    order = np.argsort(errors, kind="stable")
    errors, seen = errors[order], np.cumsum(weights[:, order].astype(np.float64), axis=1)
    total = seen[:, -1:]
    low = errors[np.minimum((seen <= np.floor((total - 1) / 2)).sum(axis=1), len(errors) - 1)]
    high = errors[np.minimum((seen <= np.floor(total / 2)).sum(axis=1), len(errors) - 1)]
    return np.where(total[:, 0] > 0, (low + high) / 2, np.nan)


_SORTED: dict[str, Callable[[TargetValues, NDArray[np.floating], NDArray[np.number]], Floats]] = {
    "roc_auc": _roc_auc,
    "roc_auc_ovr": _roc_auc_ovr,
    "average_precision": _average_precision,
    "median_absolute_error": _median_ae,
}

# How much dearer a metric is than a sum over rows, for a bound on the work.
_DEAR = {"roc_auc": 12.0, "average_precision": 16.0, "median_absolute_error": 8.0}


def row_cost(metric: str, n_classes: int) -> float:
    """Return the work of a metric for one row and one weighting, in units of a multiplication and an addition."""
    assert metric in METRICS  # noqa: S101 - by the caller
    if metric == "roc_auc_ovr":
        return _DEAR["roc_auc"] * (1 if n_classes <= 2 else n_classes)
    return _DEAR.get(metric, 3.0 * max(n_classes, 1))
