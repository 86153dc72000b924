"""Removing whole filters of networks for images: which channels matter least, and the smaller weights.

Channels that a residual connection adds up stay or go together. A channel matters as much as what it sends on, see
`shrinking`; where several layers read it, by the root of the sum of squares. Needs NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_steps import Step
from .layout import Floats
from .shrinking import important_units, units_left


@dataclass(frozen=True, slots=True)
class ShrunkSteps:
    """One smaller network.

    Attributes
    ----------
    values : dict of str to ndarray
        Its weights and stats by name.
    units : dict of str to int
        By the name of each convolution and dense layer but the last, how many outputs it has.
    """

    values: dict[str, Floats]
    units: dict[str, int]


def shrink_steps(
    steps: Sequence[Step], values: Mapping[str, Floats], n_channels: int, keep: float
) -> ShrunkSteps:
    """Return a network without the channels that matter least.

    Parameters
    ----------
    values : mapping of str to ndarray
        All weights and stats of one network.
    n_channels : int
        Of the images.
    keep : float
        Fraction of the channels of each layer that stay, in (0, 1].
    """
    walk = _Walk(values, [_Group(n_channels, is_whole=True)])
    last = walk.steps(steps, _Path(0, np.ones(n_channels)))
    walk.groups[last.group].is_whole = True
    chosen = [group.chosen(keep) for group in walk.groups]
    smaller = dict(values)
    units: dict[str, int] = {}
    for layer in walk.layers:
        into, out = chosen[layer.reads], chosen[layer.writes]
        kernel = values[f"{layer.name}/kernel"]
        blocks = kernel.reshape(-1, walk.groups[layer.reads].size, kernel.shape[-1])[:, into][:, :, out]
        shape = (*kernel.shape[:2], len(into), len(out)) if kernel.ndim == 4 else (-1, len(out))
        smaller[f"{layer.name}/kernel"] = blocks.reshape(shape)
        if f"{layer.name}/bias" in values:
            smaller[f"{layer.name}/bias"] = values[f"{layer.name}/bias"][out]
        if layer.writes != last.group:
            units[layer.name] = len(out)
    for name, group in walk.channelwise:
        for key in ("gamma", "beta", "moving_mean", "moving_variance", "bias"):
            if f"{name}/{key}" in values:
                smaller[f"{name}/{key}"] = values[f"{name}/{key}"][chosen[group]]
        if f"{name}/kernel" in values:
            smaller[f"{name}/kernel"] = values[f"{name}/kernel"][:, :, chosen[group]]
    return ShrunkSteps(smaller, units)


@dataclass(slots=True)
class _Group:
    """Channels that stay or go together; `sent` holds the squared importance that each reader gives them."""

    size: int
    is_whole: bool = False
    received: Any = 0.0  # squared norm of the incoming weights
    sent: list[tuple[NDArray[Any], bool]] = field(default_factory=list[Any])

    def chosen(self, keep: float) -> NDArray[np.int64]:
        if self.is_whole:
            return np.arange(self.size)
        scores = sum(
            (s if is_normal else s * self.received for s, is_normal in self.sent), np.zeros(self.size)
        )
        return important_units(np.sqrt(scores).astype(np.float32), units_left(self.size, keep))


@dataclass(frozen=True, slots=True)
class _Path:
    """Where a walk is: the channels, by what they were multiplied since they were made, and whether normalized."""

    group: int
    scale: NDArray[Any]
    is_normal: bool = False


@dataclass(frozen=True, slots=True)
class _Layer:
    name: str
    reads: int
    writes: int


@dataclass(slots=True)
class _Walk:
    values: Mapping[str, Floats]
    groups: list[_Group]
    layers: list[_Layer] = field(default_factory=list[Any])
    channelwise: list[tuple[str, int]] = field(default_factory=list[Any])

    def steps(self, steps: Sequence[Step], path: _Path, writes: int | None = None) -> _Path:
        """Walk; the last layer writes into the group `writes`, where one is given."""
        ends = [i for i, step in enumerate(steps) if step.kind in ("conv", "dense")][-1:]
        for i, step in enumerate(steps):
            path = self._step(step, path, writes if [i] == ends else None)
        return path

    def _step(self, step: Step, path: _Path, writes: int | None) -> _Path:
        if step.kind in ("conv", "dense"):
            return self._layer(step.name, path, writes)
        if step.kind == "depthwise":
            self.channelwise.append((step.name, path.group))
            sizes = np.linalg.norm(self.values[f"{step.name}/kernel"][..., 0], axis=(0, 1))
            return replace(path, scale=path.scale * sizes)
        if step.kind in ("batch_norm", "layer_norm"):
            self.channelwise.append((step.name, path.group))
            return replace(path, scale=np.abs(self.values[f"{step.name}/gamma"]), is_normal=True)
        if step.kind == "residual":
            after = self.steps(step.shortcut, path)
            self.steps(step.body, path, after.group)
            return after
        return path

    def _layer(self, name: str, path: _Path, writes: int | None) -> _Path:
        kernel = self.values[f"{name}/kernel"]
        blocks = kernel.reshape(-1, self.groups[path.group].size, kernel.shape[-1])
        outgoing = path.scale**2 * np.square(blocks).sum(axis=(0, 2))
        self.groups[path.group].sent.append((outgoing, path.is_normal))
        if writes is None:
            self.groups.append(_Group(kernel.shape[-1]))
            writes = len(self.groups) - 1
        self.groups[writes].received = self.groups[writes].received + np.square(blocks).sum(axis=(0, 1))
        self.layers.append(_Layer(name, path.group, writes))
        return _Path(writes, np.ones(kernel.shape[-1]))
