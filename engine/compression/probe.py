"""What a compressed network would score and need, without writing its file: for searches over many of them.

Called by the child processes `choose` and `blame`. Weights are rounded here as the files round them, so that the
score of float32, float16 and int4 is that of the file; int8 files also round activations, which only `ledger` measures.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...storage.store import Store
from ..domain.metrics import METRICS
from ..networks.folding import folded
from ..networks.network import Network
from ..training.devices import set_up_devices
from ..training.losses import to_predictions
from ..training.model import TrainedModel
from ..training.quantizing import channel_axes, layer_of
from ..training.trainer import predict
from ..workers.context import StudyContext, context_of
from ..workers.costs import file_bytes, row_latency_ms
from ..workers.sharing import study_files
from .layers import as_stored
from .messages import Subject

_FLOAT_BYTES = 4
_BITS = {"int8": 8, "int4": 4}
# Of the operations that quantize what enters a layer, about.
_INT8_BYTES = 1000
# Of the bytes of floats, in float16.
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Probe:
    """A trial's networks, and the data of its study.

    Attributes
    ----------
    base : TrainedModel
        The fold networks.
    """

    context: StudyContext
    base: TrainedModel

    def scores(
        self,
        model: TrainedModel,
        number_format: str = "float32",
        floats: Collection[str] = (),
        folds: Sequence[int] | None = None,
    ) -> NDArray[np.float64]:
        """Return the study's metric of each fold's network on its own validation rows, shape (R,).

        Parameters
        ----------
        floats : collection of str
            Layers whose weights stay floats.
        folds : sequence of int, optional
            Those to score; None for all.
        """
        network = model.network
        weights = as_stored(network.weights, model.weights, number_format, floats)
        problem, metric = self.context.problem(model.params), METRICS[self.context.files.metric]
        found: list[float] = []
        for r in range(model.n_networks) if folds is None else folds:
            rows = problem.valid[r]
            output = predict(network, weights[r : r + 1], model.stats[r : r + 1], problem.rows(r, rows))[0]
            values = problem.unscaled(r, to_predictions(model.task, output))
            found.append(metric(problem.y[rows], values))
        return np.array(found)

    def fold_losses(self, reference: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the loss of each fold against scores of the same folds; positive is worse."""
        sign = METRICS[self.context.files.metric].direction.sign
        return np.asarray(sign * (reference - scores))

    def losses(self, reference: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
        """Return the mean of `fold_losses`."""
        return float(np.mean(self.fold_losses(reference, scores)))


def probe_of(subject: Subject) -> Probe:
    """Return the networks and data of what is compressed."""
    return Probe(*opened(subject))


def opened(subject: Subject) -> tuple[StudyContext, TrainedModel]:
    """Set the devices up, and return the data and the fold networks of what is compressed."""
    with Store.open(Path(subject.workspace), "r") as store:
        files = study_files(store, store.study(subject.study_id))
    set_up_devices(files.n_threads)
    return context_of(files), TrainedModel.from_bytes(Path(subject.model).read_bytes())


def bytes_of(network: Network, number_format: str, floats: Collection[str] = ()) -> int:
    """Return the bytes of a network's ONNX file, in few bits to within 2 kB."""
    size, network = file_bytes(network), shipped(network)
    if number_format == "float16":
        return size - round(_FLOAT_BYTES * network.weights.size * _HALF)
    if number_format not in _BITS:
        return size
    axes = channel_axes(network.weights, floats)
    for weight in network.weights.weights:
        if weight.name in axes:
            scales = _FLOAT_BYTES * weight.shape[axes[weight.name]]
            size -= weight.size * _FLOAT_BYTES - weight.size * _BITS[number_format] // 8 - scales
            size += _INT8_BYTES if number_format == "int8" and len(weight.shape) == 2 else 0
    return size


def shipped(network: Network) -> Network:
    """Return a network as files have it: normalizations over the batch are part of other layers."""
    return folded(network, network.weights.initial([0]), network.stats.initial([0])).network


def layer_bytes(network: Network, number_format: str) -> dict[str, int]:
    """Return by layer how many bytes a number format spares; layers that cannot be rounded are left out."""
    found: dict[str, int] = {}
    axes = channel_axes(network.weights)
    for weight in network.weights.weights:
        if weight.name in axes:
            scales = _FLOAT_BYTES * weight.shape[axes[weight.name]]
            spared = weight.size * _FLOAT_BYTES - weight.size * _BITS[number_format] // 8 - scales
            found[layer_of(weight.name)] = found.get(layer_of(weight.name), 0) + spared
    return found


def latency_of(network: Network) -> float:
    """Return the milliseconds of one row in float32; few bits take about as long (docs/decisions/few-bits.md)."""
    return row_latency_ms(network)
