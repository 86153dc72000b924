"""The traced TensorFlow graphs: one epoch of training, and prediction, for R replicas as one computation.

Every weight has a leading replica axis. The summed loss keeps the replicas' gradients apart, and an optimizer is
element-wise. Nothing that the search varies in size or value is part of the graph: one trace serves every width, batch
size, number of replicas, learning rate, dropout rate and decay, and the latest are kept. Compare HFTA (arXiv
2102.02344), which fuses different jobs on one accelerator.

Within an epoch weights and slots are variables that the optimizer changes in place; an epoch starts from matrices and
ends in matrices, see `packing`, so that nothing is left in a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from ..networks.inputs import InputTensor
from ..networks.network import Structure
from ..tf import Tensor, TensorSpec, Variable, tf
from .augmentation import STRENGTHS, augmented
from .losses import loss_function
from .optimizers import OPTIMIZERS
from .packing import Packing, unpack
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
"""Order of the hyperparameter vector. ``clip_norm`` is the largest gradient norm of a replica."""


# Graphs of each kind that a process keeps: each takes about 15 MB, and 0.3 s to trace again.
_KEPT = 24


M = TypeVar("M")
"""What holds numbers: a tensor on the device, an array on the host, or the specification of a tensor."""

T = TypeVar("T")
"""A structure of tensors."""


class State(NamedTuple, Generic[M]):
    """Everything that training changes, float32.

    Attributes
    ----------
    weights, stats : of shape (R, P) and (R, S)
    slots : tuple, each of shape (R, P)
    count : of shape ()
        Steps done.
    """

    weights: M
    stats: M
    slots: tuple[M, ...]
    count: M


class Data(NamedTuple, Generic[M]):
    """Rows on the device, one block a replica.

    Attributes
    ----------
    inputs : mapping, each of shape (R, n, *row), or (1, n, *row) where all replicas see the same
    targets, row_weights : float32, of shape (R, n)
    """

    inputs: Mapping[str, M]
    targets: M
    row_weights: M


@dataclass(frozen=True, slots=True)
class GraphKey:
    """All that a traced graph depends on."""

    structure: Structure
    optimizer: str
    loss: str
    # Gradients have a largest norm.
    clips: bool = False
    is_sparse: bool = False
    # Images are changed at random while training.
    augments: bool = False
    # There are outputs of a larger network to learn from.
    is_taught: bool = False
    # Weights compute as they will once rounded.
    rounding: Rounding | None = None

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """What a batch has."""
        return (*self.structure.tensors, TEACHER) if self.is_taught else self.structure.tensors


def take_rows(data: T, rows: Tensor) -> T:
    """Return the rows (R, B) of each replica, from a tensor (R or 1, n, …) or a structure of such tensors."""

    def take(x: Tensor) -> Tensor:
        shape = tf.shape(x)
        is_own = tf.cast(shape[0] > 1, tf.int32)
        flat = rows + (tf.range(tf.shape(rows)[0]) * shape[1] * is_own)[:, None]
        return tf.gather(tf.reshape(x, tf.concat([[-1], shape[2:]], axis=0)), flat)

    return tf.nest.map_structure(take, data)


_F, _I = tf.float32, tf.int32
EpochFunction = Callable[..., tuple[State[tf.Tensor], tf.Tensor]]
PredictFunction = Callable[..., tf.Tensor]


def _input_signature(tensors: tuple[InputTensor, ...]) -> dict[str, TensorSpec]:
    return {one.name: tf.TensorSpec([None] * (one.rank + 2), tf.as_dtype(one.dtype)) for one in tensors}


@lru_cache(maxsize=_KEPT)
def epoch_graph(key: GraphKey) -> EpochFunction:
    """Return the traced function of one epoch.

    ``epoch(state, data, order, rates, hyper, rate_factors, kept, weight_shapes, stat_shapes, seed) -> (state, loss)``
    with `order` int32 (n_steps, R, B) the rows of each batch, `rates` float32 (n_steps,), `hyper` float32 in the order
    of `HYPER`, `rate_factors` float32, one a weight, `kept` float32 (R, P), 0 where a weight of a sparse network stays
    0 (not used of a dense one), `seed` int32 (2,), and `loss` float32 (R,) the mean loss over the epoch.
    """
    matrix, vector, shapes = (
        tf.TensorSpec([None, None], _F),
        tf.TensorSpec([None], _F),
        tf.TensorSpec([None], _I),
    )
    state = State(matrix, matrix, (matrix,) * OPTIMIZERS[key.optimizer].n_slots, tf.TensorSpec([], _F))
    data = Data(_input_signature(key.tensors), matrix, matrix)
    order, hyper, seed = (
        tf.TensorSpec([None, None, None], _I),
        tf.TensorSpec([len(HYPER)], _F),
        tf.TensorSpec([2], _I),
    )
    signature = [state, data, order, vector, hyper, vector, matrix, shapes, shapes, seed]
    return tf.function(_Epoch(key).run, input_signature=signature, autograph=False)


class _Epoch:
    """One epoch of training, as the operations of a graph."""

    def __init__(self, key: GraphKey) -> None:
        self._key = key
        self._loss, self._optimizer = loss_function(key.loss), OPTIMIZERS[key.optimizer]
        self._ranks = key.structure.weight_ranks
        self._weights = [_variable(rank) for rank in self._ranks]
        self._slots = [[_variable(rank) for _ in range(self._optimizer.n_slots)] for rank in self._ranks]

    def run(
        self,
        state: State[Tensor],
        data: Data[Tensor],
        order: Tensor,
        rates: Tensor,
        hyper_values: Tensor,
        rate_factors: Tensor,
        kept: Tensor,
        weight_shapes: Tensor,
        stat_shapes: Tensor,
        seed: Tensor,
    ) -> tuple[State[Tensor], Tensor]:
        """See `epoch_graph`."""
        key, n_replicas = self._key, tf.shape(state.weights)[0]
        packing = Packing(self._ranks, weight_shapes, n_replicas)
        stat_packing = Packing(key.structure.stat_ranks, stat_shapes, n_replicas)
        hyper: dict[str, Tensor] = dict(zip(HYPER, tf.unstack(hyper_values), strict=True))
        factors = tf.unstack(rate_factors, len(self._ranks))
        masks = packing.unpack(kept) if key.is_sparse else [None] * len(self._ranks)
        self._load(state, packing)

        def step(
            i: Tensor, stats: list[Tensor], count: Tensor, total: Tensor
        ) -> tuple[Tensor, list[Tensor], Tensor, Tensor]:
            g, stats, losses = self._gradient(
                stats, take_rows(data, order[i]), hyper, seed + tf.stack([i, 0])
            )
            count = count + 1.0
            update = self._optimizer.rule(count, hyper)
            for place, (weight, slots, mask) in enumerate(
                zip(self._weights, self._slots, masks, strict=True)
            ):
                rate = rates[i] * factors[place]
                if key.structure.decays[place]:
                    weight.assign(weight.read_value() * (1.0 - rate * hyper["weight_decay"]))
                update(weight, g[place], slots, rate)
                if mask is not None:
                    weight.assign(weight.read_value() * mask)
            return i + 1, stats, count, total + losses

        n_steps = tf.shape(order)[0]
        start = (0, stat_packing.unpack(state.stats), state.count, tf.zeros((n_replicas,)))
        _, stats, count, total = tf.while_loop(lambda i, *_: i < n_steps, step, start)
        weights, slots = self._unload(packing)
        return State(weights, stat_packing.pack(stats), slots, count), total / tf.cast(n_steps, _F)

    def _load(self, state: State[Tensor], packing: Packing) -> None:
        for variable, value in zip(self._weights, packing.unpack(state.weights), strict=True):
            variable.assign(value)
        for i, matrix in enumerate(state.slots):
            for slots, value in zip(self._slots, packing.unpack(matrix), strict=True):
                slots[i].assign(value)

    def _unload(self, packing: Packing) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the matrices of weights and slots, and free the variables."""
        weights = packing.pack([v.read_value() for v in self._weights])
        slots = tuple(
            packing.pack([of_one[i].read_value() for of_one in self._slots])
            for i in range(self._optimizer.n_slots)
        )
        # A shape known here would be taken for that of every read when constants are folded (TensorFlow 2.21).
        zero = tf.minimum(tf.shape(weights)[0], 0)
        nothing = {rank: tf.zeros([zero] * (rank + 1)) for rank in set(self._ranks)}
        for rank, weight, of_one in zip(self._ranks, self._weights, self._slots, strict=True):
            for variable in (weight, *of_one):
                variable.assign(nothing[rank])
        return weights, slots

    def _gradient(
        self, stats: list[Tensor], batch: Data[Tensor], hyper: Mapping[str, Tensor], seed: Tensor
    ) -> tuple[list[Tensor], list[Tensor], Tensor]:
        """Return the gradient of every weight, the stats of the network and the losses (R,)."""
        key, inputs, share = self._key, batch.inputs, None
        if key.augments:
            for image in (one for one in key.tensors if one.is_image):
                pixels, share = augmented(inputs[image.name], hyper, seed)
                inputs = {**inputs, image.name: pixels}
        weights = [v.read_value() for v in self._weights]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            outputs, stats = key.structure.forward(
                key.rounding.straight_through(weights) if key.rounding else weights,
                stats,
                inputs,
                training=True,
                dropout=hyper["dropout"],
                seed=seed,
            )
            losses = self._losses(outputs, batch, share, hyper)
            # A sum over replicas keeps their gradients apart.
            total = tf.reduce_sum(losses)
        found = tape.gradient(total, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        # That of embeddings as a whole table: every row has slots.
        g = [tf.convert_to_tensor(x) for x in found]
        return _clipped(g, hyper["clip_norm"]) if key.clips else g, stats, losses

    def _losses(
        self,
        outputs: Tensor,
        batch: Data[Tensor],
        share: Tensor | None,
        hyper: Mapping[str, Tensor],
    ) -> Tensor:
        """Return the mean losses (R,) of a batch; `share` is that of the image before in every image, None for none."""
        key, targets, row_weights = self._key, batch.targets, batch.row_weights
        teacher = batch.inputs[TEACHER.name] if key.is_taught else tf.zeros((0, 0, 0))
        if key.structure.has_members:
            times = [1, tf.shape(outputs)[1] // tf.shape(targets)[1]]
            targets, row_weights = tf.tile(targets, times), tf.tile(row_weights, times)
            teacher = tf.tile(teacher, [*times, 1])

        def of_rows(targets: Tensor, teacher: Tensor) -> Tensor:
            rows = self._loss(outputs, targets, hyper["label_smoothing"])
            return taught(key.loss, rows, outputs, teacher) if key.is_taught else rows

        rows = of_rows(targets, teacher) * row_weights
        if share is not None:
            others = of_rows(tf.roll(targets, 1, axis=1), tf.roll(teacher, 1, axis=1))
            rows = rows * (1.0 - share) + others * tf.roll(row_weights, 1, axis=1) * share
        return tf.reduce_mean(rows, axis=1)


def _variable(rank: int) -> Variable:
    """Return a variable for weights of R replicas, of any size, which holds nothing yet."""
    return tf.Variable(tf.zeros([0] * (rank + 1)), trainable=False, shape=[None] * (rank + 1))


def _clipped(gradients: list[Tensor], limit: Tensor) -> list[Tensor]:
    """Scale each replica's gradient, of all weights together, down to the norm `limit`."""
    squares = [tf.reduce_sum(tf.square(g), axis=list(range(1, g.shape.rank))) for g in gradients]
    # (R,).
    norm = tf.sqrt(tf.add_n(squares))
    factor = tf.where(norm > limit, limit / norm, tf.ones_like(norm))
    return [g * tf.reshape(factor, [-1] + [1] * (g.shape.rank - 1)) for g in gradients]


@lru_cache(maxsize=_KEPT)
def predict_graph(structure: Structure) -> PredictFunction:
    """Return the traced function ``predict(weights, stats, inputs, weight_shapes, stat_shapes) -> outputs``.

    The inputs are (R, n, *row); the outputs are float32 of shape (R, n, K).
    """
    matrix = tf.TensorSpec([None, None], _F)
    vector = tf.TensorSpec([None], _I)

    @tf.function(
        input_signature=[matrix, matrix, _input_signature(structure.tensors), vector, vector],
        autograph=False,
    )
    def predict(
        weights: Tensor,
        stats: Tensor,
        rows: Mapping[str, Tensor],
        weight_shapes: Tensor,
        stat_shapes: Tensor,
    ) -> Tensor:
        outputs, _ = structure.forward(
            unpack(weights, weight_shapes, structure.weight_ranks),
            unpack(stats, stat_shapes, structure.stat_ranks),
            rows,
            training=False,
            dropout=tf.constant(0.0),
            seed=tf.zeros((2,), _I),
        )
        return outputs

    return predict
