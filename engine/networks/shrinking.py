"""Removing units of dense layers: which matter least, and the smaller weights. Used by the families' `shrink`.

A unit matters as much as what it sends on: the norm of its outgoing weights times the scale of its activation, which is
the normalization's gamma where there is one (the incoming weights do not matter then), else the norm of the incoming
weights (compare Li et al. 2017, arXiv 1608.08710). Needs NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .layout import Floats, Layout

_MULTIPLE = 4


def units_left(n: int, keep: float) -> int:
    """Return how many of `n` units stay: a multiple of four, so that vector instructions are used well."""
    return min(n, max(_MULTIPLE, math.ceil(n * keep / _MULTIPLE) * _MULTIPLE))


def important_units(scores: Floats, n: int) -> NDArray[np.int64]:
    """Return the places of the `n` highest scores, ascending."""
    return np.sort(np.argsort(-scores, kind="stable")[:n])


def dense_importance(values: Mapping[str, Floats], layers: Sequence[str], i: int) -> Floats:
    """Return how much each unit of the i-th of consecutive dense `layers` matters, shape (width,)."""
    outgoing = np.linalg.norm(values[f"{layers[i + 1]}/kernel"], axis=1)
    gamma = values.get(f"{layers[i].replace('dense', 'norm')}/gamma")
    if gamma is not None:
        return np.abs(gamma) * outgoing
    return np.linalg.norm(values[f"{layers[i]}/kernel"], axis=0) * outgoing


def shrink_dense(
    values: Mapping[str, Floats], layers: Sequence[str], keep: float, *, tied: bool
) -> dict[str, Floats]:
    """Return the weights and stats by name of one smaller network.

    Parameters
    ----------
    values : mapping of str to ndarray
        All weights and stats of one network.
    layers : sequence of str
        Consecutive dense layers, ``dense_0`` …, the output layer last; ``norm_i`` belongs to ``dense_i``.
    keep : float
    tied : bool
        Whether the same units stay in all hidden layers, as residual connections need.
    """
    scores = [dense_importance(values, layers, i) for i in range(len(layers) - 1)]
    if tied and scores:
        scores = [np.sum([s / (s.max() or 1.0) for s in scores], axis=0)] * len(scores)
    units = [important_units(s, units_left(len(s), keep)) for s in scores]
    smaller = dict(values)
    for i, layer in enumerate(layers):
        kernel = values[f"{layer}/kernel"]
        if i > 0:
            kernel = kernel[units[i - 1]]
        if i < len(units):
            kernel = kernel[:, units[i]]
            norm = layer.replace("dense", "norm")
            names = [
                f"{layer}/bias",
                *(f"{norm}/{n}" for n in ("gamma", "beta", "moving_mean", "moving_variance")),
            ]
            smaller.update({name: values[name][units[i]] for name in names if name in values})
        smaller[f"{layer}/kernel"] = kernel
    return smaller


def packed(layout: Layout, networks: Sequence[Mapping[str, Floats]]) -> Floats:
    """Return the weights by name of R networks as one matrix (R, size)."""
    rows = [
        np.concatenate([values[w.name].ravel() for w in layout.weights]) if layout.weights else np.zeros(0)
        for values in networks
    ]
    return np.stack(rows).astype(np.float32)
