"""The replicas of a trial while they train: groups that compute as one, the best so far, and both as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import InputArray
from ..statistics.epochs import EpochChoice
from ..tf import Tensor, tf
from .graphs import Data, State
from .problem import Problem
from .rows import DeviceRows, HostRows, RowStore

HostState = State[NDArray[np.float32]]


@dataclass(slots=True)
class ReplicaGroup:
    """Replicas that compute as one; the leading axis of state and rows follows `replicas`."""

    replicas: NDArray[np.int64]
    state: State[Tensor]
    rows: RowStore

    def keep(self, places: NDArray[np.int64]) -> ReplicaGroup:
        """Return the group of the replicas at `places` alone."""

        def take(x: Tensor) -> Tensor:
            return tf.gather(x, places)

        s = self.state
        state = State(take(s.weights), take(s.stats), tuple(take(x) for x in s.slots), s.count)
        return ReplicaGroup(self.replicas[places], state, self.rows.keep(places))


@dataclass(slots=True)
class BestEpochs:
    """Weights and validation outputs of the epoch that each of the R replicas keeps so far."""

    choice: EpochChoice
    weights: NDArray[np.float32]
    stats: NDArray[np.float32]
    outputs: list[NDArray[np.float32]]

    @classmethod
    def nothing(
        cls, choice: EpochChoice, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> BestEpochs:
        """Return what there is before the first epoch."""
        return cls(choice, weights.copy(), stats.copy(), [np.zeros((0, 1), np.float32)] * len(weights))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A training between two epochs: the replicas that still run with their state, the best, and the curves so far."""

    replicas: NDArray[np.int64]
    state: HostState
    best: BestEpochs
    # (R, epochs done, n_names).
    curves: NDArray[np.float32]


def make_groups(
    problem: Problem,
    replicas: NDArray[np.int64],
    state: HostState,
    *,
    fused: bool,
    balanced: bool,
    window_bytes: int | None = None,
) -> list[ReplicaGroup]:
    """Return one group of all replicas, or one a replica, on the device.

    With `window_bytes` the rows stay on the host, see `HostRows`.
    """
    if not len(replicas):
        return []
    targets, row_weights = problem.scaled_targets(), problem.row_weights(balanced)
    # What all replicas share is on the device once, for all groups.
    is_here = window_bytes is None
    shared = {name: tf.constant(x) for name, x in problem.inputs.items() if is_here and len(x) == 1}
    everyone = np.arange(len(replicas))
    groups: list[ReplicaGroup] = []
    for place in [everyone] if fused else everyone[:, None]:
        r = replicas[place]
        own = {name: x if len(x) == 1 else _blocks(x, r) for name, x in problem.inputs.items()}
        on_device = State(
            tf.constant(state.weights[place]),
            tf.constant(state.stats[place]),
            tuple(tf.constant(s[place]) for s in state.slots),
            tf.constant(state.count),
        )
        if window_bytes is None:
            inputs = {n: shared[n] if n in shared else tf.convert_to_tensor(x) for n, x in own.items()}
            data = Data(inputs, tf.convert_to_tensor(targets[r]), tf.convert_to_tensor(row_weights[r]))
            rows: RowStore = DeviceRows(data)
        else:
            rows = HostRows(own, targets[r], row_weights[r], window_bytes)
        groups.append(ReplicaGroup(r, on_device, rows))
    return groups


def _blocks(x: InputArray, replicas: NDArray[np.int64]) -> InputArray:
    """Return the blocks of some replicas; that of a single one is not copied, it may be mapped from a file."""
    first = int(replicas[0])
    return x[first : first + 1] if len(replicas) == 1 else x[replicas]


def to_arrays(
    groups: Sequence[ReplicaGroup], best: BestEpochs, curves: NDArray[np.float32]
) -> dict[str, NDArray[np.generic]]:
    """Return a snapshot as arrays by name, for a checkpoint."""
    arrays: dict[str, NDArray[np.generic]] = {
        "replicas": np.concatenate([g.replicas for g in groups]),
        "weights": np.concatenate([g.state.weights for g in groups]),
        "stats": np.concatenate([g.state.stats for g in groups]),
        "count": groups[0].state.count.numpy(),
        "curves": curves,
        "votes": best.choice.votes,
        "vote_losses": best.choice.losses,
        "epochs": best.choice.epochs,
        "best_weights": best.weights,
        "best_stats": best.stats,
    }
    for i in range(len(groups[0].state.slots)):
        arrays[f"slot_{i}"] = np.concatenate([g.state.slots[i] for g in groups])
    return arrays | {f"outputs_{r}": output for r, output in enumerate(best.outputs)}


def from_arrays(arrays: Mapping[str, NDArray[np.generic]], n_slots: int, choice: EpochChoice) -> Snapshot:
    """Rebuild what `to_arrays` wrote; `choice` is the one before the first epoch, and is changed."""

    def floats(name: str) -> NDArray[np.float32]:
        return np.asarray(arrays[name], np.float32)

    slots = tuple(floats(f"slot_{i}") for i in range(n_slots))
    curves = floats("curves")
    choice.votes, choice.losses = (np.asarray(arrays[k], np.float64) for k in ("votes", "vote_losses"))
    choice.epochs, choice.n_seen = np.asarray(arrays["epochs"], np.int64), curves.shape[1]
    outputs = [floats(f"outputs_{r}") for r in range(len(choice.epochs))]
    best = BestEpochs(choice, floats("best_weights"), floats("best_stats"), outputs)
    state = State(floats("weights"), floats("stats"), slots, floats("count"))
    return Snapshot(np.asarray(arrays["replicas"], np.int64), state, best, curves)
