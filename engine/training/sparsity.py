"""Which weights of a network stay 0 while it is trained: magnitude pruning by a schedule, for R replicas at once.

Zhu and Gupta (2017, arXiv 1710.01878): the sparsity rises by a cubic schedule while the network goes on training, and
the smallest weights of the moment are set to 0. Needs NumPy only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..networks.layout import WeightLayout

Floats = NDArray[np.float32]
Scope = Literal["global", "layer", "2:4"]
# Smaller matrices are left alone: nothing is won.
_LEAST_SIZE = 64
# Of what a matrix would keep by a threshold of its own: a layer that starts at zero, as the last of a RealMLP, has so
# much smaller weights than others that one threshold for all would leave none, and a network that says one thing.
_LEAST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Sparsifier:
    """Chooses the weights that stay.

    Attributes
    ----------
    layout : WeightLayout
        Of the network; matrices to which weight decay applies are made sparse.
    sparsity : float
        Fraction of zeros in these matrices at the end, in [0, 1); for ``2:4`` it is 0.5.
    n_ramp : int
        Epochs after which it is reached; at least 1. Best weights are taken from later epochs only.
    scope : {"global", "layer", "2:4"}
        Whether one threshold serves all matrices of a network (of each a quarter stays of what its own would leave),
        each has its own, or of every four weights along the inputs of a unit the two largest stay.
    """

    layout: WeightLayout
    sparsity: float
    n_ramp: int
    scope: Scope = "global"

    def fraction(self, epoch: int) -> float:
        """Return the sparsity of an epoch, from 0."""
        progress = min((epoch + 1) / max(self.n_ramp, 1), 1.0)
        return self.sparsity * (1.0 - (1.0 - progress) ** 3)

    def kept(self, epoch: int, weights: Floats) -> Floats:
        """Return a matrix like `weights`, shape (R, P): 0 where a weight is to be 0 in this epoch, else 1."""
        kept = np.ones_like(weights)
        parts = self._parts()
        if not parts:
            return kept
        if self.scope == "2:4":
            if epoch + 1 >= self.n_ramp:
                for start, stop, shape in parts:
                    kept[:, start:stop] = _two_of_four(np.abs(weights[:, start:stop]), shape)
            return kept
        fraction = self.fraction(epoch)
        groups = (
            [np.concatenate([np.arange(a, b) for a, b, _ in parts])]
            if self.scope == "global"
            else [np.arange(a, b) for a, b, _ in parts]
        )
        for places in groups:
            n_zero = round(fraction * len(places))
            if n_zero:
                smallest = np.argpartition(np.abs(weights[:, places]), n_zero - 1, axis=1)[:, :n_zero]
                np.put_along_axis(kept, places[smallest], 0.0, axis=1)
        if self.scope == "global":
            for start, stop, _ in parts:
                _keep_some(
                    kept[:, start:stop], np.abs(weights[:, start:stop]), _LEAST_SHARE * (1.0 - fraction)
                )
        return kept

    def _parts(self) -> list[tuple[int, int, tuple[int, ...]]]:
        parts: list[tuple[int, int, tuple[int, ...]]] = []
        start = 0
        for weight in self.layout.weights:
            if weight.decays and weight.size >= _LEAST_SIZE:
                parts.append((start, start + weight.size, weight.shape))
            start += weight.size
        return parts


def sparsity_of(layout: WeightLayout, weights: Floats) -> float:
    """Return the fraction of zeros in the matrices of networks (R, P) that can be made sparse."""
    parts = Sparsifier(layout, 0.0, 1)._parts()
    if not parts:
        return 0.0
    zeros = sum(int((weights[:, a:b] == 0).sum()) for a, b, _ in parts)
    return zeros / (len(weights) * sum(b - a for a, b, _ in parts))


def _keep_some(kept: Floats, sizes: Floats, share: float) -> None:
    """Keep the largest weights of a matrix (R, n) where a threshold that is not its own leaves less than a share."""
    n_least = math.ceil(share * kept.shape[1])
    poor = np.flatnonzero(kept.sum(axis=1) < n_least)
    largest = np.argpartition(-sizes[poor], n_least - 1, axis=1)[:, :n_least]
    kept[poor[:, None], largest] = 1.0


def _two_of_four(sizes: Floats, shape: tuple[int, ...]) -> Floats:
    """Return 1 for the two largest of every four weights along the inputs (all axes but the last), else 0."""
    n_out = shape[-1]
    # (R, n_out, n_in).
    columns = sizes.reshape(len(sizes), -1, n_out).swapaxes(1, 2)
    n_in = columns.shape[2]
    padded = np.pad(columns, ((0, 0), (0, 0), (0, -n_in % 4)), constant_values=-1.0)
    blocks = padded.reshape(len(sizes), n_out, -1, 4)
    rank = np.argsort(np.argsort(-blocks, axis=-1, kind="stable"), axis=-1, kind="stable")
    kept = (rank < 2).reshape(padded.shape)[:, :, :n_in].swapaxes(1, 2)
    return kept.reshape(sizes.shape).astype(np.float32)
