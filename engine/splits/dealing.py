"""Dealing units of rows to a holdout and to folds, evenly by class. Used by `splitting` and `split_audit`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data.table import Rows
from ..domain.spec import SplitSpec


def draw_holdout(
    spec: SplitSpec,
    units: NDArray[np.int64],
    classes: NDArray[np.int64],
    *,
    by_unit: bool,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    fraction = spec.holdout
    held = np.zeros(len(units), bool)
    if fraction <= 0:
        return held
    if by_unit:
        n_groups = int(units.max()) + 1
        n_parts = max(2, min(round(1 / min(fraction, 1 - fraction)), n_groups))
        if n_groups > 60:
            n_parts = min(max(n_parts, 20), n_groups // 3)
        parts = assign_groups(units, classes, n_parts, rng)
        n_taken = max(1, round(fraction * (int(parts.max()) + 1)))
        groups = np.unique(units[parts < n_taken])
        # `_groups` has seen to it that this is at least 1.
        most = n_groups - spec.n_folds
        # Every fold needs a group of its own.
        if len(groups) > most:
            groups = rng.permutation(groups)[:most]
        return np.isin(units, groups)
    first, unit = np.unique(units, return_index=True, return_inverse=True)[1:]
    for rows, n_held in zip(*_class_quotas(fraction, classes[first]), strict=True):
        held[rng.permutation(rows)[:n_held]] = True
    return held[: len(first)][unit]


def _class_quotas(fraction: float, classes: NDArray[np.int64]) -> tuple[list[Rows], list[int]]:
    """Return rows by class, and how many of each are held out: by largest remainder, never the last of a
    class."""
    parts = [np.flatnonzero(classes == c) for c in np.unique(classes)]
    ideal = np.array([fraction * len(p) for p in parts])
    quota = np.floor(ideal).astype(int)
    for c in np.argsort(quota - ideal, kind="stable")[: max(0, round(fraction * len(classes)) - quota.sum())]:
        quota[c] += 1
    return parts, [min(int(q), len(p) - 1) for q, p in zip(quota, parts, strict=True)]


def assign_folds(
    units: NDArray[np.int64],
    classes: NDArray[np.int64],
    n_folds: int,
    *,
    by_unit: bool,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return the validation fold of each row, shape (n,); rows of a unit share it."""
    if by_unit:
        return assign_groups(units, classes, n_folds, rng)
    first, unit = np.unique(units, return_index=True, return_inverse=True)[1:]
    dealt = classes[first]
    fold = np.empty(len(first), np.int64)
    start = 0
    for c in np.unique(dealt):
        # Dealt out in turn, on from where the class before ended: sizes differ by one.
        rows = rng.permutation(np.flatnonzero(dealt == c))
        fold[rows] = (start + np.arange(len(rows))) % n_folds
        start = (start + len(rows)) % n_folds
    return fold[unit]


def assign_groups(
    units: NDArray[np.int64], classes: NDArray[np.int64], n_folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Deal whole groups, the largest first, each to the fold that stays nearest to its share of every
    class."""
    groups, unit = np.unique(units, return_inverse=True)
    n_classes = int(classes.max()) + 1
    counts = np.bincount(unit * n_classes + classes, minlength=len(groups) * n_classes).reshape(-1, n_classes)
    share = np.maximum(counts.sum(axis=0), 1) / n_folds
    order = rng.permutation(len(groups))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    filled = np.zeros((n_folds, n_classes))
    sizes = np.zeros(n_folds)
    fold_of = np.empty(len(groups), np.int64)
    for i, group in enumerate(order):
        load = (((filled + counts[group]) / share) ** 2 - (filled / share) ** 2).sum(axis=1)
        load = load + 1e-9 * sizes
        # No fold may stay empty.
        if len(order) - i <= np.count_nonzero(sizes == 0):
            load[sizes > 0] = np.inf
        best = int(np.argmin(load))
        filled[best] += counts[group]
        sizes[best] += counts[group].sum()
        fold_of[group] = best
    return fold_of[unit]
