"""Networks of every family with weights that are all those of a trained one, and rows for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.table.input import TableInput
from cupel.engine.kinds.text.input import TextInput
from cupel.engine.networks.inputs import InputShape
from cupel.engine.networks.network import Network
from cupel.engine.training.trainer import predict


def made(name: str, params: dict[str, Any], shape: InputShape, n: int = 2) -> tuple[Network, Any, Any]:
    """Return networks whose weights and statistics are all those of a trained one: none is 0 or 1."""
    rng = np.random.default_rng(0)
    network = build_network(name, params, shape)
    weights = network.weights.initial(list(range(n)))
    weights += rng.normal(0, 0.05, weights.shape).astype(np.float32)
    stats = (network.stats.initial([0] * n) + rng.uniform(0, 0.5, (n, network.stats.size))).astype(np.float32)
    return network, weights, stats


def outputs(network: Network, weights: Any, stats: Any, rows: dict[str, Any]) -> np.ndarray:
    """Return the outputs of each network by itself."""
    return np.concatenate(
        [predict(network, weights[r : r + 1], stats[r : r + 1], rows) for r in range(len(weights))]
    )


TEXTS = InputShape(3, (TextInput(9, 40),))


TABLE = InputShape(3, (TableInput(6, (5, 3), 4),), "multiclass")


TABLE_OF_NUMBERS = InputShape(1, (TableInput(6, (), 6),), "binary")


OTHERS: list[tuple[str, dict[str, Any], InputShape]] = [
    ("bag", {"embedding_size": 16, "n_layers": 1, "width": 16, "n_pairs": 64, "n_wide": 64}, TEXTS),
    ("bag", {"embedding_size": 16, "n_layers": 0, "pooling": "mean"}, TEXTS),
    ("textcnn", {"embedding_size": 16, "widths": "2-3", "n_filters": 16, "dense_width": 16}, TEXTS),
    ("textcnn", {"embedding_size": 16, "widths": "3", "n_filters": 16}, TEXTS),
    ("recurrent", {"cell": "gru", "embedding_size": 16, "n_units": 16}, TEXTS),
    ("recurrent", {"cell": "lstm", "embedding_size": 16, "n_units": 16}, TEXTS),
    ("transformer", {"n_heads": 2, "head_size": 16, "n_blocks": 2, "widening": 2}, TEXTS),
    ("realmlp", {"n_layers": 2, "width": 32, "embedding_size": 4}, TABLE),
    ("tabm", {"n_layers": 2, "width": 32, "n_members": 4, "embedding_size": 4}, TABLE),
    ("ft_transformer", {"n_blocks": 2, "n_heads": 2, "head_size": 16}, TABLE),
]


def rows_of(shape: InputShape) -> dict[str, Any]:
    """Return some rows of a kind of data, with a leading axis of one replica."""
    rng = np.random.default_rng(3)
    (one,) = shape.inputs
    if isinstance(one, TextInput):
        tokens = rng.integers(1, one.n_words, (1, 8, one.n_tokens)).astype(np.int32)
        tokens[:, ::2, 5:] = 0
        return {"tokens": tokens}
    assert isinstance(one, TableInput)
    codes = np.stack([rng.integers(0, 5, (1, 8)), 5 + rng.integers(0, 3, (1, 8))], axis=2).astype(np.int32)
    return {"numeric": rng.normal(size=(1, 8, one.n_numeric)).astype(np.float32), "codes": codes}
