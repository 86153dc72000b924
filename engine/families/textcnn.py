"""The TextCNN: convolutions of several widths over embedded tokens, and their maxima over the text.

Kim 2014, arXiv 1408.5882. Its space is `engine/domain/spaces/textcnn.toml`.
"""

from __future__ import annotations

from ..kinds.text.input import TextInput
from ..kinds.text.network import dropped, embedded_tokens, words
from ..networks.building import Builder
from ..networks.layers.activation import Activation
from ..networks.layers.dense import Dense
from ..networks.layers.tokens import Masked
from ..networks.layers.windows import WindowMaxima


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``embedding_size``, ``widths`` ("2-4", say, or "3"), ``n_filters`` (of each width), ``dense_width`` (0 for no
    hidden layer) and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    one = net.only(TextInput)
    first, _, last = str(net.params["widths"]).partition("-")
    widths = tuple(range(int(first), int(last or first) + 1))
    tokens, mask = embedded_tokens(net, one)
    vectors = words(net, one, tokens, net.whole("embedding_size"))
    vectors = net.add(Masked("seen"), vectors, dropped(net, one, mask))
    hidden = net.add(WindowMaxima("conv", widths, n_out=net.whole("n_filters")), vectors, mask)
    hidden = net.dropout(hidden, 0, "dropout")
    dense_width = net.whole("dense_width", 0)
    if dense_width:
        hidden = net.add(Activation("activation", "relu"), net.add(Dense("dense", n_out=dense_width), hidden))
        hidden = net.dropout(hidden, 1, "dropout_1")
    net.add(Dense("output", n_out=net.shape.n_outputs), hidden)
