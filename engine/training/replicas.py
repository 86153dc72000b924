"""The replicas of a trial while they train: groups that compute as one, the best so far, and both as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..statistics.epochs import EpochChoice
from .graphs import Data, State
from .problem import Problem
from .rows import DeviceRows, HostRows, RowStore


@dataclass(slots=True)
class Group:
    """Replicas that compute as one; the leading axis of state and rows follows `replicas`."""

    replicas: NDArray[np.int64]
    state: State
    rows: RowStore

    def keep(self, places: NDArray[np.int64]) -> Group:
        """Return the group of the replicas at `places` alone."""

        def take(x: Any) -> Any:
            return tf.gather(x, places)

        s = self.state
        state = State(take(s.weights), take(s.stats), tuple(take(x) for x in s.slots), s.count)
        return Group(self.replicas[places], state, self.rows.keep(places))


@dataclass(slots=True)
class Best:
    """Weights and validation outputs of the epoch that each of the R replicas keeps so far."""

    choice: EpochChoice
    weights: NDArray[np.float32]
    stats: NDArray[np.float32]
    outputs: list[NDArray[np.float32]]

    @classmethod
    def nothing(cls, choice: EpochChoice, weights: NDArray[np.float32], stats: NDArray[np.float32]) -> Best:
        """Return what there is before the first epoch."""
        return cls(choice, weights.copy(), stats.copy(), [np.zeros((0, 1), np.float32)] * len(weights))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A training between two epochs: the replicas that still run with their state, the best, and the curves so far."""

    replicas: NDArray[np.int64]
    state: State
    best: Best
    curves: NDArray[np.float32]  # (R, epochs done, n_names)


def make_groups(
    problem: Problem,
    replicas: NDArray[np.int64],
    state: State,
    *,
    fused: bool,
    balanced: bool,
    window_bytes: int | None = None,
) -> list[Group]:
    """Return one group of all replicas, or one a replica, on the device.

    With `window_bytes` the rows stay on the host, see `HostRows`.
    """
    if not len(replicas):
        return []
    targets, row_weights = problem.scaled_targets(), problem.row_weights(balanced)
    # What all replicas share is on the device once, for all groups.
    inputs: dict[str, Any] = {
        name: tf.constant(x) if len(x) == 1 and window_bytes is None else x
        for name, x in problem.inputs.items()
    }
    everyone = np.arange(len(replicas))
    groups: list[Group] = []
    for place in [everyone] if fused else everyone[:, None]:
        r = replicas[place]
        own = {name: x if len(x) == 1 else _blocks(x, r) for name, x in inputs.items()}
        part = (state.weights[place], state.stats[place], tuple(s[place] for s in state.slots), state.count)
        on_device: Any = tf.nest.map_structure(tf.constant, part)
        if window_bytes is None:
            data = Data(own, targets[r], row_weights[r])
            rows: RowStore = DeviceRows(tf.nest.map_structure(tf.convert_to_tensor, data))
        else:
            rows = HostRows(own, targets[r], row_weights[r], window_bytes)
        groups.append(Group(r, State(*on_device), rows))
    return groups


def _blocks(x: NDArray[Any], replicas: NDArray[np.int64]) -> NDArray[Any]:
    """Return the blocks of some replicas; that of a single one is not copied, it may be mapped from a file."""
    first = int(replicas[0])
    return x[first : first + 1] if len(replicas) == 1 else x[replicas]


def to_arrays(groups: Sequence[Group], best: Best, curves: NDArray[np.float32]) -> dict[str, Any]:
    """Return a snapshot as arrays by name, for a checkpoint."""
    arrays: dict[str, Any] = {
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


def from_arrays(arrays: Mapping[str, Any], n_slots: int, choice: EpochChoice) -> Snapshot:
    """Rebuild what `to_arrays` wrote; `choice` is the one before the first epoch, and is changed."""
    slots = tuple(arrays[f"slot_{i}"] for i in range(n_slots))
    choice.votes, choice.losses, choice.epochs = arrays["votes"], arrays["vote_losses"], arrays["epochs"]
    choice.n_seen = arrays["curves"].shape[1]
    outputs = [arrays[f"outputs_{r}"] for r in range(len(choice.epochs))]
    best = Best(choice, arrays["best_weights"], arrays["best_stats"], outputs)
    state = State(arrays["weights"], arrays["stats"], slots, np.float32(arrays["count"]))
    return Snapshot(arrays["replicas"], state, best, arrays["curves"])
