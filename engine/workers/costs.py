"""What the network of a trial will cost, found out in a worker before the network is trained.

Parameters follow from the layouts. The file is the ONNX one in float32 that `cupel compress` measures too, written of
the untrained network, which takes a few milliseconds. The latency is that of this file, on one thread of ONNX Runtime:
values make no difference to it; it is kept for the life of the worker. The memory is an estimate.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from ..domain.errors import RuledOut
from ..domain.params import number_in
from ..domain.spec import LimitsSpec
from ..machine import private_bytes
from ..networks.folding import folded
from ..networks.network import Network
from ..networks.onnx_graph import to_onnx
from ..training.optimizers import OPTIMIZERS
from ..training.problem import Problem
from ..training.trainer import TrainSpec

_FLOAT_BYTES = 4
_WARM_UP, _ROUNDS, _RUNS = 10, 7, 20
# Of a round: what takes long needs few runs.
_LEAST_S = 0.02
# Copies of what lies between layers: forward, backward, and what is being computed.
_ROUND_TRIPS = 3

_latencies_ms: dict[object, float] = {}


@dataclass(frozen=True, slots=True)
class Costs:
    """What a network costs; None is not asked for."""

    n_parameters: int
    size_bytes: int | None
    latency_ms: float | None


def costs_before_training(
    network: Network, problem: Problem, spec: TrainSpec, limits: LimitsSpec, *, sizes: bool, latencies: bool
) -> Costs:
    """Return the costs of a trial's network, the cheap ones to find out first.

    Parameters
    ----------
    sizes, latencies : bool
        Whether bytes and milliseconds are wanted although there is no limit of them.

    Raises
    ------
    RuledOut
        Where one is over its limit.
    """
    n = network.n_parameters
    if limits.parameters is not None and n > limits.parameters:
        raise RuledOut(
            "The network would have {n:,} parameters, more than the {most:,} allowed; it was not trained.",
            n=n,
            most=limits.parameters,
        )
    if limits.memory_bytes is not None:
        need = private_bytes() + training_bytes(network, problem, spec)
        if need > limits.memory_bytes:
            raise RuledOut(
                "Training would take about {n:,} bytes of memory, more than the {most:,} allowed; it was not done.",
                n=need,
                most=limits.memory_bytes,
            )
    size = latency = None
    if sizes or limits.size_bytes is not None:
        size = _size(network, limits.size_bytes)
    if latencies or limits.latency_ms is not None:
        latency = row_latency_ms(network)
    if limits.latency_ms is not None and latency is not None and latency > limits.latency_ms:
        raise RuledOut(
            "The network would take {n:.3g} ms for one row, more than the {most:.3g} ms allowed; it was not trained.",
            n=latency,
            most=limits.latency_ms,
        )
    return Costs(n, size, latency)


def _size(network: Network, most: int | None) -> int:
    """Return the bytes of the network's file; where the weights alone are too many nothing is converted."""
    size = _weight_bytes(network)
    if most is None or size <= most:
        size = file_bytes(network)
    if most is not None and size > most:
        raise RuledOut(
            "The network would need a file of {n:,} bytes, more than the {most:,} allowed; it was not trained.",
            n=size,
            most=most,
        )
    return size


def file_bytes(network: Network) -> int:
    """Return the bytes of a network's ONNX file in float32."""
    return _untrained(network).ByteSize()


def row_latency_ms(network: Network) -> float:
    """Return the milliseconds that ONNX Runtime takes for one row on one thread: the best of some rounds' medians.

    Other processes make a round slower, never quicker.
    """
    key = network.family, network.structure, network.shape, network.weights.weights
    if key not in _latencies_ms:
        found = _timed(_untrained(network).SerializeToString())
        # More digits would be the weather's.
        _latencies_ms[key] = float(f"{found:.2g}")
    return _latencies_ms[key]


def training_bytes(network: Network, problem: Problem, spec: TrainSpec) -> int:
    """Return an estimate of the bytes that training all folds takes beside what the process has already.

    Weights of every fold with what the optimizer remembers, the first and the best ones; for the folds that are
    computed at once these as variables and as they are after the epoch, with gradients; the rows once more inside
    TensorFlow; and the outputs of every layer for a batch. A test compares it with what a process took.
    """
    n = problem.n_replicas
    at_once = n if spec.fused else 1
    slots = OPTIMIZERS[str(spec.params.get("optimizer", "adamw"))].n_slots
    weights = _FLOAT_BYTES * network.weights.size * (n * (3 + slots) + at_once * (2 * (1 + slots) + 2))
    batch = min(int(number_in(spec.params, "batch_size", 64)), max(len(rows) for rows in problem.train))
    numbers = network.shape.row_size + network.n_held + network.n_computed
    activations = _FLOAT_BYTES * at_once * batch * numbers * _ROUND_TRIPS
    return weights + activations + problem.size_bytes


def _weight_bytes(network: Network) -> int:
    return _FLOAT_BYTES * (network.weights.size + network.stats.size)


def _untrained(network: Network) -> onnx.ModelProto:
    """Return the ONNX model of a network as it would be exported."""
    made = folded(network, network.weights.initial([0]), network.stats.initial([0]))
    return to_onnx(made.network, made.weights[0], made.stats[0])


def _timed(data: bytes) -> float:
    import onnxruntime

    options: Any = onnxruntime.SessionOptions()  # pyright: ignore[reportAttributeAccessIssue] - of a compiled module
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    inputs = {i.name: _one_row(i.shape, i.type) for i in session.get_inputs()}
    for _ in range(_WARM_UP):
        session.run(None, inputs)
    rounds: list[float] = []
    for _ in range(_ROUNDS):
        times: list[float] = []
        while len(times) < _RUNS and (not times or sum(times) < _LEAST_S):
            began = time.perf_counter()
            session.run(None, inputs)
            times.append(time.perf_counter() - began)
        rounds.append(1000.0 * float(np.median(times)))
    return min(rounds)


def _one_row(shape: list[Any], kind: str) -> Any:
    """Return a row of ones: of an input of token numbers it is a text without any padding."""
    dtypes = {
        "tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(uint16)": np.uint16,
    }  # fmt: skip
    return np.ones([n if isinstance(n, int) else 1 for n in shape], dtypes[kind])
