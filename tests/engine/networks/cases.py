"""Networks of every family, of every way that a family branches, and rows for them: what the tests here run through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.image.input import ImageInput
from cupel.engine.kinds.table.input import TableInput
from cupel.engine.kinds.text.input import TextInput
from cupel.engine.networks.inputs import InputShape
from cupel.engine.networks.network import Network
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

PLR = {"numeric_embedding": "periodic", "n_frequencies": 5, "frequency_scale": 0.5, "numeric_size": 4}
TABLE = InputShape(3, (TableInput(6, (5, 3), 4),), "multiclass")
NUMBERS = InputShape(1, (TableInput(5, (), 5),), "binary")
CODES = InputShape(1, (TableInput(0, (5, 3)),), "regression")
TEXT = InputShape(3, (TextInput(9, 40),), "multiclass")
IMAGE = InputShape(5, (ImageInput(16, 16, 3),), "multiclass")
GREY = InputShape(3, (ImageInput(28, 28, 1),), "multiclass")


TABLE_TEXT = InputShape(3, (TableInput(6, (5, 3), 4), TextInput(9, 40, name="story")), "multiclass")
ALL_KINDS = InputShape(
    1,
    (
        TableInput(6, (5, 3), 4),
        TextInput(9, 40, name="story"),
        TextInput(7, 30, name="title"),
        ImageInput(8, 8, 1, name="photo"),
    ),
    "binary",
)


@dataclass(frozen=True)
class Case:
    """A network, by what describes it."""

    family: str
    params: Mapping[str, Any]
    shape: InputShape

    @property
    def network(self) -> Network:
        """The network."""
        return build_network(self.family, {"dropout": 0.3, **self.params}, self.shape)


CASES: dict[str, Case] = {
    "mlp": Case("mlp", {"n_layers": 2, "width": 16}, NUMBERS),
    "mlp, linear": Case("mlp", {"n_layers": 0, "width": 16, "embedding_size": 3}, TABLE),
    "mlp, tapering, batch": Case(
        "mlp",
        {"n_layers": 3, "width": 20, "taper": 0.5, "normalization": "batch", "activation": "silu", "embedding_size": 3},
        TABLE,
    ),
    "mlp, residual, layer, periodic": Case(
        "mlp",
        {"n_layers": 3, "width": 12, "normalization": "layer", "residual": True, "activation": "gelu", **PLR}
        | {"embedding_size": 3},
        TABLE,
    ),
    "mlp, widths": Case("mlp", {"n_layers": 2, "width": 16, "widths": [8, 4], "activation": "tanh", **PLR}, NUMBERS),
    "mlp, codes": Case("mlp", {"n_layers": 1, "width": 8, "embedding_size": 2, "dropout": 0.0}, CODES),
    "realmlp": Case("realmlp", {"n_layers": 2, "width": 16, "embedding_size": 4, **PLR}, TABLE),
    "realmlp, plain": Case("realmlp", {"n_layers": 1, "width": 16, "activation": "mish"}, NUMBERS),
    "tabm": Case("tabm", {"n_layers": 2, "width": 16, "n_members": 4, "embedding_size": 4, **PLR}, TABLE),
    "tabm, binary": Case("tabm", {"n_layers": 1, "width": 12, "n_members": 3, "activation": "silu"}, NUMBERS),
    "tabm, codes": Case("tabm", {"n_layers": 1, "width": 12, "n_members": 3, "embedding_size": 3}, CODES),
    "ft_transformer": Case("ft_transformer", {"n_blocks": 2, "n_heads": 2, "head_size": 8}, TABLE),
    "ft_transformer, numbers": Case(
        "ft_transformer", {"n_blocks": 1, "n_heads": 2, "head_size": 4, "dropout": 0.0}, NUMBERS
    ),
    "ft_transformer, codes": Case("ft_transformer", {"n_blocks": 1, "n_heads": 4, "head_size": 4}, CODES),
    "bag": Case(
        "bag",
        {"embedding_size": 8, "n_layers": 1, "width": 12, "n_pairs": 64, "n_wide": 64, "pooling": "mean_max"},
        TEXT,
    ),
    "bag, linear": Case("bag", {"embedding_size": 6, "n_layers": 0, "pooling": "mean", "n_wide": 32}, TEXT),
    "bag, plain": Case("bag", {"embedding_size": 6, "n_layers": 2, "width": 8, "n_pairs": 32}, TEXT),
    "textcnn": Case("textcnn", {"embedding_size": 8, "widths": "2-4", "n_filters": 6, "dense_width": 8}, TEXT),
    "textcnn, one width": Case("textcnn", {"embedding_size": 8, "widths": "3", "n_filters": 6}, TEXT),
    "recurrent, gru": Case("recurrent", {"cell": "gru", "embedding_size": 8, "n_units": 5}, TEXT),
    "recurrent, lstm": Case("recurrent", {"cell": "lstm", "embedding_size": 8, "n_units": 5}, TEXT),
    "transformer": Case("transformer", {"n_heads": 2, "head_size": 8, "n_blocks": 2, "widening": 2}, TEXT),
    "cnn": Case("cnn", {"filters": 6, "dense": 12}, GREY),
    "cnn, batch": Case("cnn", {"filters": 6, "dense": 12, "normalization": "batch", "n_layers": 2}, IMAGE),
    "cnn, units": Case("cnn", {"filters": 8, "dense": 16, "units": {"conv_0": 4, "dense_0": 8}}, IMAGE),
    "vgg": Case("vgg", {"n_layers": 1, "filters": 6, "dense": 12, "n_blocks": 2}, IMAGE),
    "vgg, none": Case("vgg", {"n_layers": 2, "filters": 4, "dense": 8, "normalization": "none"}, IMAGE),
    "resnet": Case("resnet", {"filters": 6, "n_blocks": 2, "n_stages": 3}, IMAGE),
    "resnet, separable": Case("resnet", {"filters": 6, "n_blocks": 1, "separable": True, "dropout": 0.0}, IMAGE),
    "convnext": Case("convnext", {"filters": 8, "n_blocks": 1}, IMAGE),
    "mlp, all kinds": Case(
        "mlp", {"n_layers": 1, "width": 12, "normalization": "batch", "embedding_size": 3, **PLR}, ALL_KINDS
    ),
    "realmlp, table and text": Case(
        "realmlp", {"n_layers": 1, "width": 12, "embedding_size": 3, "text_size": 8, "text_pooling": "mean"}, TABLE_TEXT
    ),
    "tabm, all kinds": Case(
        "tabm",
        {"n_layers": 1, "width": 12, "n_members": 3, "embedding_size": 3, "image_layers": 1, "image_filters": 8},
        ALL_KINDS,
    ),
    "image_mlp": Case("image_mlp", {"n_layers": 2, "width": 16, "normalization": "batch"}, IMAGE),
}  # fmt: skip


def trained(network: Network, n: int = 2) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights (n, P) and stats (n, S) as those of trained networks: none is 0 or 1."""
    rng = np.random.default_rng(0)
    weights = network.weights.initial(list(range(1, n + 1)))
    weights += rng.normal(0, 0.05, weights.shape).astype(np.float32)
    stats = network.stats.initial([0] * n) + rng.uniform(0, 0.5, (n, network.stats.size))
    return weights, stats.astype(np.float32)


def rows_of(shape: InputShape, n: int = 6) -> Arrays:
    """Return n rows, each array of shape (1, n, …); of texts one is empty and one is as long as can be."""
    rng = np.random.default_rng(3)
    rows: Arrays = {}
    for one in shape.inputs:
        names = [tensor.name for tensor in one.tensors]
        if isinstance(one, ImageInput):
            rows[names[0]] = rng.integers(0, 256, (1, n, *one.size)).astype(np.uint8)
        elif isinstance(one, TextInput):
            tokens = rng.integers(1, one.n_words, (1, n, one.n_tokens)).astype(np.int32)
            tokens[:, ::2, 5:] = 0
            tokens[:, 2] = 0
            rows[names[0]] = tokens
        else:
            starts = np.cumsum([0, *one.cardinalities])[:-1]
            codes = [
                start + rng.integers(0, size, (1, n))
                for start, size in zip(starts, one.cardinalities, strict=True)
            ]
            rows[names[0]] = rng.normal(size=(1, n, one.n_numeric)).astype(np.float32)
            rows[names[1]] = (
                np.stack(codes, axis=2).astype(np.int32) if codes else np.zeros((1, n, 0), np.int32)
            )
    return rows
