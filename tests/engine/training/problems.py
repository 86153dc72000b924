"""Small learning problems for tests of training."""

from __future__ import annotations

import numpy as np
from cupel.engine.kinds.table.input import TableInput
from cupel.engine.networks.inputs import InputShape
from cupel.engine.statistics.epochs import fold_voters
from cupel.engine.training.problem import Problem


def make_problem(
    task: str = "multiclass",
    n: int = 180,
    n_folds: int = 3,
    n_classes: int = 3,
    n_codes: int = 0,
    seed: int = 0,
) -> Problem:
    """Return folds of a learnable problem: the target follows the first columns (and codes)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)).astype(np.float32)
    codes = rng.integers(0, 4, (n, n_codes)).astype(np.int32)
    signal = x[:, 0] * 2 + np.sin(2 * x[:, 1]) + (codes.sum(axis=1) if n_codes else 0)
    if task == "regression":
        y = signal * 10 + 100
        n_classes = 0
    else:
        n_classes = 2 if task == "binary" else n_classes
        y = np.digitize(signal, np.quantile(signal, np.arange(1, n_classes) / n_classes)).astype(np.int64)
    order = rng.permutation(n)
    valid = [np.sort(part) for part in np.array_split(order, n_folds)]
    train = [np.setdiff1d(order, part) for part in valid]
    mean, scale = np.zeros(n_folds), np.ones(n_folds)
    if task == "regression":
        mean, scale = np.array([y[t].mean() for t in train]), np.array([y[t].std() for t in train])
    offsets = np.arange(n_codes, dtype=np.int32) * 4
    numeric = np.stack([x + 0.01 * k for k in range(n_folds)])
    return Problem(
        task=task,
        n_classes=n_classes,
        y=y,
        inputs={"numeric": numeric, "codes": np.stack([codes + offsets] * n_folds)},
        train=tuple(train),
        valid=tuple(valid),
        voters=fold_voters(n_folds, 1, in_order=False),
        target_mean=mean,
        target_scale=scale,
        shape=InputShape(n_classes if task == "multiclass" else 1, (TableInput(6, (4,) * n_codes, 6),)),
        preprocessings=(),
    )
