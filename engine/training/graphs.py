"""The traced TensorFlow graphs: one epoch of training, and prediction, for R replicas as one computation.

Every weight of the R replicas lies in one (R, P) matrix. The summed loss keeps the replicas' gradients apart, and the
optimizer is one set of element-wise operations on the whole matrix. Nothing that the search varies in size or value is
part of the graph: one trace serves every width, batch size, number of replicas, learning rate, dropout rate and decay,
and the latest are kept. Compare HFTA (arXiv 2102.02344), which fuses different jobs on one accelerator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import tensorflow as tf

from ..networks.base import Structure
from ..networks.inputs import Inputs, NetworkInput
from .augmentation import STRENGTHS, augmented
from .losses import loss_function
from .optimizers import OPTIMIZERS
from .quantizing import Rounding
from .teaching import TEACHER, taught

HYPER = (
    "dropout",
    "label_smoothing",
    "weight_decay",
    "momentum",
    "beta_1",
    "beta_2",
    "clip_norm",
    *STRENGTHS,
)
"""Order of the hyperparameter vector. ``clip_norm`` is the largest gradient norm of a replica; 0 is no limit."""


_KEPT = 24  # graphs of each kind that a process keeps: each takes about 15 MB, and 0.3 s to trace again


class State(NamedTuple):
    """Everything that training changes, as tensors or arrays with a leading replica axis."""

    weights: Any  # (R, P) float32
    stats: Any  # (R, S) float32
    slots: tuple[Any, ...]  # each (R, P) float32
    count: Any  # () float32: steps done


class Data(NamedTuple):
    """Rows on the device, one block a replica."""

    inputs: Inputs  # each (R, n, *row), or (1, n, *row) where all replicas see the same
    targets: Any  # (R, n) float32
    row_weights: Any  # (R, n) float32


@dataclass(frozen=True, slots=True)
class GraphKey:
    """All that a traced graph depends on."""

    structure: Structure
    inputs: tuple[NetworkInput, ...]
    weight_ranks: tuple[int, ...]
    stat_ranks: tuple[int, ...]
    optimizer: str
    loss: str
    is_sparse: bool = False
    augments: bool = False  # images are changed at random while training
    rounding: Rounding | None = None  # weights compute as they will once rounded


def unpack(flat: tf.Tensor, shapes: tf.Tensor, ranks: Sequence[int]) -> list[tf.Tensor]:
    """Cut a (R, P) matrix into tensors of shape (R, *shape); `shapes` holds all shapes one after the other."""
    if not ranks:
        return []
    dims: list[tf.Tensor] = []
    start = 0
    for rank in ranks:
        dims.append(shapes[start : start + rank])
        start += rank
    sizes = tf.stack([tf.reduce_prod(d) for d in dims])
    parts = tf.split(flat, sizes, axis=1, num=len(ranks))
    values: list[tf.Tensor] = []
    for part, dim, rank in zip(parts, dims, ranks, strict=True):
        value = tf.reshape(part, tf.concat([tf.shape(flat)[:1], dim], axis=0))
        value.set_shape([None] * (rank + 1))
        values.append(value)
    return values


def _pack(values: Sequence[tf.Tensor], like: tf.Tensor) -> tf.Tensor:
    if not values:
        return like
    n = tf.shape(like)[0]
    return tf.concat([tf.reshape(v, (n, -1)) for v in values], axis=1)


def take_rows(data: Any, rows: Any) -> Any:
    """Return the rows (R, B) of each replica, from a tensor (R or 1, n, …) or a structure of such tensors."""

    def take(x: Any) -> Any:
        shape = tf.shape(x)
        is_own = tf.cast(shape[0] > 1, tf.int32)
        flat = rows + (tf.range(tf.shape(rows)[0]) * shape[1] * is_own)[:, None]
        return tf.gather(tf.reshape(x, tf.concat([[-1], shape[2:]], axis=0)), flat)

    return tf.nest.map_structure(take, data)


_F, _I = tf.float32, tf.int32
_BLOCK = tf.TensorSpec([None, None], _F)


def _input_signature(inputs: tuple[NetworkInput, ...]) -> dict[str, tf.TensorSpec]:
    return {i.name: tf.TensorSpec([None] * (i.rank + 2), tf.as_dtype(i.dtype)) for i in inputs}


@lru_cache(maxsize=_KEPT)
def epoch_graph(key: GraphKey) -> Any:
    """Return the traced function of one epoch.

    ``epoch(state, data, order, rates, hyper, decay_mask, rate_factors, kept, weight_shapes, stat_shapes, seed) ->
    (state, loss)`` with `order` int32 (n_steps, R, B) the rows of each batch, `rates` float32 (n_steps,), `hyper`
    float32 in the order of `HYPER`, `decay_mask` and `rate_factors` float32 (P,) as in `Layout`, or (1,) where all are
    the same, `kept` float32 (R, P), 0 where a weight of a sparse network stays 0 (not used of a dense one), `seed`
    int32 (2,), and `loss` float32 (R,) the mean loss over the epoch.
    """
    optimizer, loss, structure = OPTIMIZERS[key.optimizer], loss_function(key.loss), key.structure
    is_taught = TEACHER in key.inputs

    def losses_of(outputs: Any, targets: Any, teacher: Any, hyper: Mapping[str, Any]) -> Any:
        rows = loss(outputs, targets, hyper["label_smoothing"])
        return taught(key.loss, rows, outputs, teacher) if is_taught else rows

    matrix = tf.TensorSpec([None, None], _F)
    signature = [
        State(matrix, matrix, (matrix,) * optimizer.n_slots, tf.TensorSpec([], _F)),
        Data(_input_signature(key.inputs), _BLOCK, _BLOCK),
        tf.TensorSpec([None, None, None], _I),
        tf.TensorSpec([None], _F),
        tf.TensorSpec([len(HYPER)], _F),
        tf.TensorSpec([None], _F),
        tf.TensorSpec([None], _F),
        matrix,
        tf.TensorSpec([None], _I),
        tf.TensorSpec([None], _I),
        tf.TensorSpec([2], _I),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def epoch(
        state: State,
        data: Data,
        order: Any,
        rates: Any,
        hyper_values: Any,
        decay_mask: Any,
        rate_factors: Any,
        kept: Any,
        weight_shapes: Any,
        stat_shapes: Any,
        seed: Any,
    ) -> tuple[State, Any]:
        hyper = {name: hyper_values[i] for i, name in enumerate(HYPER)}
        n_steps = tf.shape(order)[0]

        def gradient(state: State, batch: Data, step: Any) -> tuple[Any, Any, Any]:
            inputs, share = batch.inputs, tf.zeros((1,))
            if key.augments:
                pixels, share = augmented(inputs["pixels"], hyper, seed + tf.stack([step, 0]))
                inputs = {**inputs, "pixels": pixels}
            with tf.GradientTape() as tape:
                tape.watch(state.weights)
                values = unpack(state.weights, weight_shapes, key.weight_ranks)
                outputs, stats = structure.forward(
                    key.rounding.straight_through(values) if key.rounding else values,
                    unpack(state.stats, stat_shapes, key.stat_ranks),
                    inputs,
                    training=True,
                    dropout=hyper["dropout"],
                    seed=seed + tf.stack([step, 0]),
                )
                targets, row_weights = batch.targets, batch.row_weights
                teacher = inputs[TEACHER.name] if is_taught else tf.zeros((0, 0, 0))
                if structure.has_members:
                    times = [1, tf.shape(outputs)[1] // tf.shape(targets)[1]]
                    targets, row_weights = tf.tile(targets, times), tf.tile(row_weights, times)
                    teacher = tf.tile(teacher, [*times, 1])
                rows = losses_of(outputs, targets, teacher, hyper)
                rows *= row_weights
                if key.augments:  # a share of each image is the one before it
                    before = (tf.roll(targets, 1, axis=1), tf.roll(teacher, 1, axis=1))
                    others = losses_of(outputs, *before, hyper)
                    rows = rows * (1.0 - share) + others * tf.roll(row_weights, 1, axis=1) * share
                losses = tf.reduce_mean(rows, axis=1)
                total = tf.reduce_sum(losses)  # a sum over replicas keeps their gradients apart
            return tape.gradient(total, state.weights), _pack(stats, state.stats), losses

        def step(i: Any, state: State, total: Any) -> tuple[Any, State, Any]:
            g, stats, losses = gradient(state, take_rows(data, order[i]), i)
            g = _clip(g, hyper["clip_norm"])
            rate, count = rates[i] * rate_factors, state.count + 1.0
            decayed = state.weights * (1.0 - decay_mask * rate * hyper["weight_decay"])
            delta, slots = optimizer.step(g, state.slots, rate, count, hyper)
            weights = (decayed - delta) * kept if key.is_sparse else decayed - delta
            return i + 1, State(weights, stats, slots, count), total + losses

        start = (0, state, tf.zeros(tf.shape(state.weights)[:1]))
        _, state, total = tf.while_loop(lambda i, *_: i < n_steps, step, start)
        return state, total / tf.cast(n_steps, _F)

    return epoch


def _clip(g: tf.Tensor, limit: tf.Tensor) -> tf.Tensor:
    """Scale each replica's gradient (R, P) down to `limit`; 0 leaves it alone, and costs nothing."""

    def clipped() -> tf.Tensor:
        norm = tf.sqrt(tf.reduce_sum(tf.square(g), axis=1, keepdims=True))
        return g * tf.where(norm > limit, limit / norm, tf.ones_like(norm))

    return tf.cond(limit > 0.0, clipped, lambda: g)


@lru_cache(maxsize=_KEPT)
def predict_graph(
    structure: Structure,
    inputs: tuple[NetworkInput, ...],
    weight_ranks: tuple[int, ...],
    stat_ranks: tuple[int, ...],
) -> Any:
    """Return the traced function ``predict(weights, stats, inputs, weight_shapes, stat_shapes) -> outputs``.

    The inputs are (R, n, *row); the outputs are float32 of shape (R, n, K).
    """
    matrix = tf.TensorSpec([None, None], _F)
    vector = tf.TensorSpec([None], _I)

    @tf.function(
        input_signature=[matrix, matrix, _input_signature(inputs), vector, vector],
        autograph=False,
    )
    def predict(weights: Any, stats: Any, rows: Any, weight_shapes: Any, stat_shapes: Any) -> Any:
        outputs, _ = structure.forward(
            unpack(weights, weight_shapes, weight_ranks), unpack(stats, stat_shapes, stat_ranks), rows,
            training=False, dropout=tf.constant(0.0), seed=tf.zeros((2,), _I),
        )  # fmt: skip
        return outputs

    return predict
