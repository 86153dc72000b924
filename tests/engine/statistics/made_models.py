"""Models of a known quality on made folds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from cupel.engine.statistics.judged_rows import JudgedRows

N_FOLDS = 5


def judged(
    y: np.ndarray,
    metric: str,
    rng: np.random.Generator,
    *,
    n_repeats: int = 1,
    units: np.ndarray | None = None,
) -> JudgedRows:
    valid: list[np.ndarray] = []
    for _ in range(n_repeats):
        order = rng.permutation(len(y))
        valid += [np.sort(part) for part in np.array_split(order, N_FOLDS)]
    own = np.arange(len(y)) if units is None else units
    return JudgedRows(metric, y, tuple(valid), N_FOLDS, own, by_class=units is None and y.dtype.kind == "i")


def classifier(
    rows: JudgedRows, quality: float, rng: np.random.Generator, n_repeats: int = 1
) -> tuple[np.ndarray, ...]:
    """Return probabilities of a model that is right for a part `quality` of all rows."""
    found = []
    for valid in rows.valid[: N_FOLDS * n_repeats]:
        y = rows.y[valid]
        right = rng.random(len(y)) < quality
        p = np.where(right, y, 1 - y)
        found.append(np.stack([1.0 - p, p], axis=1))
    return tuple(found)


def held(predictions: tuple[np.ndarray, ...]) -> Callable[[], tuple[np.ndarray, ...]]:
    return lambda: predictions
