"""What stored models and checkpoints rely on: names, shapes, order and first draws of weights, outputs, dropout masks.

`listing.json` was written by the code of 0.1.0 and must not change for a network that it lists. For a new one:
``python -m tests.engine.networks.test_listing`` adds it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from cupel.engine.networks.layout import WeightLayout
from cupel.engine.training.packing import unpack
from cupel.engine.training.trainer import predict

from .cases import CASES, Case, rows_of, trained

FILE = Path(__file__).with_name("listing.json")
KNOWN: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}


def listed(layout: WeightLayout) -> list[list[Any]]:
    return [
        [w.name, list(w.shape), w.initializer, float(f"{w.scale:.9g}"), w.decays, w.rate]
        for w in layout.weights
    ]


def some(values: Any) -> list[float]:
    """Return up to sixteen numbers, spread over an array."""
    flat = np.asarray(values, np.float64).ravel()
    places = np.unique(np.linspace(0, flat.size - 1, 16).round().astype(int)) if flat.size else []
    return [float(f"{x:.7g}") for x in flat[places]]


def training_outputs(case: Case) -> tuple[Any, Any]:
    """Return outputs and stats of one step of training: with dropout masks, and normalized over the batch."""
    network = case.network
    weights, stats = trained(network, 1)
    tensors = [
        unpack(tf.constant(flat), tf.constant(layout.shapes()), layout.ranks)
        for flat, layout in ((weights, network.weights), (stats, network.stats))
    ]
    rows = {name: tf.constant(x) for name, x in rows_of(case.shape).items()}
    outputs, moved = network.structure.forward(
        *tensors, rows, training=True, dropout=tf.constant(0.3), seed=tf.constant([7, 11])
    )
    return outputs.numpy(), np.concatenate([np.ravel(x) for x in moved]) if moved else np.zeros(0)


def description(case: Case) -> dict[str, Any]:
    network = case.network
    weights, stats = trained(network, 1)
    outputs, moved = training_outputs(case)
    return {
        "weights": listed(network.weights),
        "stats": listed(network.stats),
        "first": some(network.weights.initial([1])),
        "outputs": some(predict(network, weights, stats, rows_of(case.shape))),
        "in training": some(outputs),
        "moved": some(moved),
    }


@pytest.mark.parametrize("name", CASES)
def test_a_network_is_what_stored_weights_and_checkpoints_are_of(name: str) -> None:
    known, found = KNOWN[name], description(CASES[name])
    for key in ("weights", "stats"):
        assert found[key] == known[key]
    np.testing.assert_allclose(found["first"], known["first"], rtol=1e-6)
    for key in ("outputs", "in training", "moved"):
        size = max(np.abs(known[key]), default=1.0)
        np.testing.assert_allclose(found[key], known[key], rtol=1e-4, atol=1e-4 * size, err_msg=key)


if __name__ == "__main__":
    new = {name: description(case) for name, case in CASES.items() if name not in KNOWN}
    lines = [f"{json.dumps(name)}: {json.dumps(found)}" for name, found in {**KNOWN, **new}.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
