"""Which rows each batch of an epoch has: a permutation, and of texts one that puts those of like length together.

A network looks no further than the longest text of a batch, so that batches of like lengths save the work on padding.
Used by `trainer`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .problem import Problem

# Batches whose rows are sorted together: the rest of the order stays random.
_POOL = 16

Ints = NDArray[np.int64]


def row_lengths(problem: Problem) -> Ints | None:
    """Return the tokens of each row, None of other data; they are the same in all replicas."""
    tokens = problem.inputs.get("tokens")
    return None if tokens is None else np.count_nonzero(tokens[0], axis=1)


def batch_order(
    rows: Ints, n_steps: int, batch: int, lengths: Ints | None, seed: tuple[int, int, int]
) -> NDArray[np.int32]:
    """Return the rows of each batch, int32 (n_steps, batch): a permutation, its start repeated to fill the end.

    Parameters
    ----------
    rows : ndarray of int64
        Of the training part of one replica.
    lengths : ndarray or None
        Of all rows of the problem. With it, the rows of `_POOL` batches are sorted by length, and then the batches are
        put in an order that all replicas share: the batches of a step are of like length in all of them.
    seed : (seed, replica, epoch)
    """
    order = np.resize(np.random.default_rng(seed).permutation(rows), n_steps * batch)
    if lengths is not None:
        for start in range(0, len(order), _POOL * batch):
            pool = order[start : start + _POOL * batch]
            pool[:] = pool[np.argsort(lengths[pool], kind="stable")]
        order = order.reshape(n_steps, batch)[np.random.default_rng((seed[0], seed[2])).permutation(n_steps)]
    return order.reshape(n_steps, batch).astype(np.int32)
