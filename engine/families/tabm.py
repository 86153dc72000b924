"""The TabM: an MLP that is an ensemble of k MLPs in itself (Gorishniy et al. 2024, arXiv 2410.24210).

Its space is `engine/domain/spaces/tabm.toml`.
"""

from __future__ import annotations

from ..kinds.table.input import TableInput
from ..kinds.table.network import phased_columns, table_encoder
from ..networks.building import Builder
from ..networks.layers.activation import Activation
from ..networks.layers.members import MemberDense, MemberOutput
from .rows import row_vector


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``n_layers`` (at least 1), ``width``, ``n_members``, ``activation``, ``dropout``, and what `row_vector` and
    `phased_columns` read.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    params = net.params
    hidden = row_vector(net, {TableInput: table_encoder(phased_columns(1.0), lambda _: 1.0)})
    size = {"n_members": net.whole("n_members"), "n_out": net.whole("width")}
    for i in range(net.whole("n_layers")):
        layer = MemberDense(f"dense_{i}", f"in_{i}", f"out_{i}", is_first=i == 0, **size)
        hidden = net.add(layer, hidden)
        hidden = net.add(Activation(f"activation_{i}", str(params.get("activation", "relu"))), hidden)
        hidden = net.dropout(hidden, i, f"dropout_{i}")
    net.add(MemberOutput("output", net.shape.task, net.shape.n_outputs), hidden)
