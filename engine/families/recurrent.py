"""A bidirectional GRU or LSTM over embedded tokens, and the mean and maximum of its states.

Its space is `engine/domain/spaces/recurrent.toml`.
"""

from __future__ import annotations

from ..kinds.text.input import TextInput
from ..kinds.text.network import embedded_tokens, words
from ..networks.building import Builder
from ..networks.layers.dense import Dense
from ..networks.layers.dropout import TokenDropout
from ..networks.layers.join import Concat
from ..networks.layers.recurrent import Bidirectional
from ..networks.layers.tokens import MaxOfTokens, MeanOfTokens


def describe(net: Builder) -> None:
    """Add the layers; reads ``cell``, ``embedding_size``, ``n_units`` (of each direction) and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    one = net.only(TextInput)
    tokens, mask = embedded_tokens(net, one)
    vectors = words(net, one, tokens, net.whole("embedding_size"))
    if net.drops:
        vectors = net.add(TokenDropout("dropout_tokens", 1, 0.5, net.rate), vectors)
    cell = str(net.params.get("cell", "gru"))
    states = net.add(Bidirectional("states", cell=cell, n_out=net.whole("n_units")), vectors, mask)
    mean = net.add(MeanOfTokens("mean"), states, mask)
    pooled = net.add(Concat("pooled"), mean, net.add(MaxOfTokens("max"), states, mask))
    net.add(Dense("output", n_out=net.shape.n_outputs), net.dropout(pooled, 0, "dropout"))
