"""The weights of R replicas as one (R, P) matrix, and cut into tensors of the shapes that a network computes with.

Between epochs a matrix is what is kept: checkpoints, the best epoch and groups of replicas need no names. Within an
epoch each weight is a variable of its own, see `graphs`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..tf import Tensor, tf


class Packing:
    """How matrices of one layout are cut, in a graph.

    Parameters
    ----------
    ranks : sequence of int
        The number of dimensions of each weight.
    shapes : int32 tensor
        The shapes of all weights, one after the other.
    n_replicas : int32 tensor
    """

    def __init__(self, ranks: Sequence[int], shapes: Tensor, n_replicas: Tensor) -> None:
        self._ranks, self._n_replicas = ranks, n_replicas
        dims = tf.split(shapes, ranks) if ranks else []
        self._sizes = tf.stack([tf.reduce_prod(d) for d in dims]) if ranks else None
        self._shapes = [tf.concat([n_replicas[None], d], axis=0) for d in dims]

    def unpack(self, flat: Tensor) -> list[Tensor]:
        """Cut a matrix (R, P) into tensors of shape (R, *shape)."""
        if self._sizes is None:
            return []
        values = list[tf.Tensor]()
        parts = tf.split(flat, self._sizes, axis=1, num=len(self._ranks))
        for part, shape, rank in zip(parts, self._shapes, self._ranks, strict=True):
            value = tf.reshape(part, shape)
            value.set_shape([None] * (rank + 1))
            values.append(value)
        return values

    def pack(self, values: Sequence[Tensor]) -> Tensor:
        """Return the matrix (R, P) of tensors (R, *shape)."""
        if not self._ranks:
            return tf.zeros((self._n_replicas, 0))
        return tf.concat([tf.reshape(v, (self._n_replicas, -1)) for v in values], axis=1)


def unpack(flat: Tensor, shapes: Tensor, ranks: Sequence[int]) -> list[Tensor]:
    """Cut one matrix, see `Packing`."""
    return Packing(ranks, shapes, tf.shape(flat)[0]).unpack(flat)
