"""Which layers cost the score, and which should be spared: the work of a child of `explore`.

Each layer is compressed alone, without training on, and scored. The rescue then spares layers,
those with the most blame for each byte first, until what is lost on all folds is within the limit.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..domain.variants import Blame, BlamedLayers, Rescue, RescueStep
from ..jobs.work import Reporter
from ..training.model import TrainedModel
from ..training.quantizing import channel_axes, layer_of
from .messages import BlameRequest
from .probe import Probe, layer_bytes, probe_of

# Validation rows of all folds times layers, up to which every fold is scored.
_CHEAP = 200_000
# A weight loses at least so much of the largest blame, or its sign would be noise.
_OF_LARGEST = 0.01


@dataclass(frozen=True, slots=True)
class Way:
    """One way to compress without training on: a number format, or zeros.

    Attributes
    ----------
    number_format : str
        ``int8`` or ``int4``; ``float32`` where weights become zeros.
    sparsity : float
        Fraction of each layer's weights, the smallest, that become 0.
    """

    number_format: str
    sparsity: float = 0.0

    def scores(
        self, probe: Probe, spared: tuple[str, ...], folds: list[int] | None = None
    ) -> NDArray[np.float64]:
        """Return the scores of the folds when all layers but `spared` are compressed."""
        return probe.scores(self.model(probe.base, spared), self.number_format, spared, folds)

    def model(self, base: TrainedModel, spared: tuple[str, ...]) -> TrainedModel:
        """Return the networks with zeros in all layers but `spared`; as they are without sparsity."""
        if not self.sparsity:
            return base
        layout, weights = base.network.weights, base.weights.copy()
        for flat in weights:
            for name, value in layout.unpack(flat).items():
                if name in channel_axes(layout, spared):
                    value[np.abs(value) <= np.quantile(np.abs(value), self.sparsity)] = 0.0
        return dataclasses.replace(base, weights=weights)

    def spared_bytes(self, base: TrainedModel) -> dict[str, int]:
        """Return by layer the bytes that compressing it takes from the file, or from the zipped one of zeros."""
        network = base.network
        if not self.sparsity:
            return layer_bytes(network, self.number_format)
        sizes = n_weights(base)
        return {layer: round(4 * 0.9 * self.sparsity * n) for layer, n in sizes.items()}


def n_weights(model: TrainedModel) -> dict[str, int]:
    """Return by layer how many weights can be rounded or set to 0."""
    layout, found = model.network.weights, dict[str, int]()
    axes = channel_axes(layout)
    for weight in layout.weights:
        if weight.name in axes:
            layer = layer_of(weight.name)
            found[layer] = found.get(layer, 0) + weight.size
    return found


def blame_of_layers(probe: Probe, way: Way, reporter: Reporter) -> tuple[list[Blame], int]:
    """Return the blame of every layer, and on how many folds it was found: on one where all would take long."""
    sizes, spared = n_weights(probe.base), way.spared_bytes(probe.base)
    rows = sum(len(valid) for valid in probe.context.splits.valid)
    folds = None if rows * len(sizes) <= _CHEAP else [0]
    whole = probe.scores(probe.base, folds=folds)
    found: list[Blame] = []
    for place, layer in enumerate(sizes):
        others = tuple(name for name in sizes if name != layer)
        drop = probe.losses(whole, way.scores(probe, others, folds))
        found.append(Blame(layer, drop, sizes[layer], spared.get(layer, 0)))
        reporter.progress((place + 1) / (2 * len(sizes)))
    return found, probe.base.n_networks if folds is None else 1


def rescue(probe: Probe, way: Way, blames: list[Blame], most_drop: float, reporter: Reporter) -> Rescue:
    """Return which layers to spare."""
    whole = probe.scores(probe.base)

    def drop(spared: tuple[str, ...]) -> float:
        return probe.losses(whole, way.scores(probe, spared))

    least = _OF_LARGEST * max((abs(one.drop) for one in blames), default=0.0)
    order = sorted(blames, key=lambda one: -max(one.drop, least) / max(one.spared_bytes, 1))
    spared: list[str] = []
    drop_of_all = now = drop(())
    steps: list[RescueStep] = []
    for one in order:
        if now <= most_drop:
            break
        spared.append(one.layer)
        now = drop(tuple(spared))
        steps.append(RescueStep(one.layer, now))
        reporter.progress(0.5 + len(spared) / (2 * len(order)))
    sizes = {one.layer: one.spared_bytes for one in blames}
    # What a later one made needless.
    for layer in sorted(spared, key=lambda name: -sizes[name]):
        fewer = tuple(name for name in spared if name != layer)
        if len(spared) > 1 and drop(fewer) <= most_drop:
            spared = list(fewer)
            now = drop(fewer)
    return Rescue(tuple(spared), now, drop_of_all, tuple(steps), is_within=now <= most_drop)


def blame(request: BlameRequest, reporter: Reporter) -> BlamedLayers:
    """Find the blame and the rescue, and write the networks."""
    probe, way = probe_of(request.subject), Way(request.number_format, request.sparsity)
    blames, n_folds = blame_of_layers(probe, way, reporter)
    saved = rescue(probe, way, blames, request.most_drop, reporter)
    for name, spared in (("all", ()), ("rescue", saved.spared)):
        file = Path(request.subject.folder) / f"{name}.npz"
        file.write_bytes(way.model(probe.base, spared).to_bytes())
    return BlamedLayers(tuple(blames), n_folds, saved)
