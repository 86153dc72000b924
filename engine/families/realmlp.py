"""The RealMLP: an MLP by the recipe of Holzmüller et al. 2024 (arXiv 2407.04491).

Its parts: periodic embeddings of the numbers that keep the number itself (PBLD), a learnable factor for every input,
the neural tangent parametrization, activations whose strength is learned, and learning rates of their own for each of
these. Schedules and preprocessing are in `engine/domain/spaces/realmlp.toml`.
"""

from __future__ import annotations

from ..kinds.table.input import TableInput
from ..kinds.table.network import phased_columns, table_encoder
from ..networks.building import Builder
from ..networks.layers.activation import StrengthActivation
from ..networks.layers.dense import TangentDense
from ..networks.layers.join import Scale
from .rows import row_vector

# Factors of the learning rate, as in the paper.
_BIAS_RATE, _STRENGTH_RATE, _EMBEDDING_RATE = 0.1, 0.1, 0.1


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``n_layers`` (at least 1), ``width``, ``activation``, ``dropout``, what `row_vector` and `phased_columns`
    read, and ``scale_rate`` and ``first_rate``, factors of the learning rate of the inputs' factors and of the first
    layer.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    params = net.params
    hidden = row_vector(net, {TableInput: table_encoder(phased_columns(_EMBEDDING_RATE), lambda _: 1.0)})
    hidden = net.add(Scale("scale", rate=net.number("scale_rate", 6.0)), hidden)
    for i in range(net.whole("n_layers")):
        rate = net.number("first_rate", 1.0) if i == 0 else 1.0
        layer = TangentDense(f"dense_{i}", n_out=net.whole("width"), rate=rate, bias_rate=_BIAS_RATE)
        hidden = net.add(layer, hidden)
        kind = str(params.get("activation", "selu"))
        hidden = net.add(StrengthActivation(f"strength_{i}", kind, rate=_STRENGTH_RATE), hidden)
        hidden = net.dropout(hidden, i, f"dropout_{i}")
    output = TangentDense(
        "output",
        n_out=net.shape.n_outputs,
        initializer="zeros",
        bias_initializer="zeros",
        bias_rate=_BIAS_RATE,
    )
    net.add(output, hidden)
