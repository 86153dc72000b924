"""The MLP: dense layers with normalization, dropout, residual connections and embeddings.

Its space is `engine/domain/spaces/mlp.toml`.
"""

from __future__ import annotations

from ..networks.building import Builder
from ..networks.layers.activation import Activation
from ..networks.layers.base import Value
from ..networks.layers.dense import Dense
from ..networks.layers.join import Add
from ..networks.layers.norm import BatchNorm, LayerNorm
from .rows import row_vector


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``n_layers`` (0 is a linear model), ``width``, ``taper``, ``activation``, ``normalization`` ("none", "batch"
    or "layer"), ``residual``, ``dropout``, ``compute_dtype``, ``widths`` (of each layer, in place of ``width`` and
    ``taper``), ``numeric_embedding`` with ``n_frequencies``, ``frequency_scale`` and ``numeric_size``, and what
    `row_vector` reads.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    dense_layers(net, row_vector(net))


def dense_layers(net: Builder, hidden: Value) -> None:
    """Add the hidden layers after a vector, and the output.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    hidden : Value
    """
    params = net.params
    kind, normalization = str(params.get("activation", "relu")), str(params.get("normalization", "none"))
    dtype, is_residual = str(params.get("compute_dtype", "float32")), bool(params.get("residual", False))
    for i, width in enumerate(_widths(net, is_residual)):
        value = net.add(Dense(f"dense_{i}", dtype, n_out=width), hidden)
        if normalization != "none":
            value = net.add(
                BatchNorm(f"norm_{i}") if normalization == "batch" else LayerNorm(f"norm_{i}"), value
            )
        value = net.add(Activation(f"activation_{i}", kind), value)
        value = net.dropout(value, i, f"dropout_{i}")
        # All layers have the same width then.
        hidden = net.add(Add(f"add_{i}"), hidden, value) if is_residual and i else value
    net.add(Dense("output", dtype, n_out=net.shape.n_outputs), hidden)


def _widths(net: Builder, is_residual: bool) -> list[int]:
    taper = 1.0 if is_residual else net.number("taper", 1.0)
    n_layers, width = net.whole("n_layers"), net.whole("width")
    widths = net.params.get("widths")
    if isinstance(widths, list):
        return widths
    return [max(4, round(width * taper**i)) for i in range(n_layers)]
