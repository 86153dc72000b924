"""The transformer for texts: pre-norm encoder blocks over embedded tokens, and their mean over the text.

Vaswani et al. 2017, arXiv 1706.03762, with the normalization first (Xiong et al. 2020, arXiv 2002.04745) and learned
positions. Its space is `engine/domain/spaces/transformer.toml`.
"""

from __future__ import annotations

from ..kinds.text.input import TextInput
from ..kinds.text.network import embedded_tokens, words
from ..networks.building import Builder
from ..networks.layers.activation import Activation
from ..networks.layers.attention import Attention
from ..networks.layers.base import Value
from ..networks.layers.dense import Dense
from ..networks.layers.dropout import TokenDropout
from ..networks.layers.embedding import Positions
from ..networks.layers.join import Add
from ..networks.layers.norm import LayerNorm
from ..networks.layers.tokens import MeanOfTokens

_LAST_PLACE = 98


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``head_size``, ``n_heads`` (their product is the width), ``n_blocks``, ``widening`` (of the hidden layer in a
    block) and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    one, n_heads = net.only(TextInput), net.whole("n_heads")
    width = n_heads * net.whole("head_size")
    inner = width * net.whole("widening", 2)
    tokens, mask = embedded_tokens(net, one)
    hidden = net.add(Positions("positions"), words(net, one, tokens, width))
    hidden = _dropped(net, hidden, 0, "start")
    for b in range(net.whole("n_blocks")):
        value = net.add(LayerNorm(f"norm_{b}a"), hidden)
        value = net.add(Dense(f"heads_{b}", n_out=3 * width, n_parts=3), value)
        value = net.add(Attention(f"attention_{b}", n_heads, is_joint=True, is_masked=True), value, mask)
        value = net.add(Dense(f"joined_{b}", n_out=width), value)
        hidden = net.add(Add(f"attended_{b}"), hidden, _dropped(net, value, 2 * b + 1, f"{b}a"))
        value = net.add(Dense(f"wide_{b}", n_out=inner), net.add(LayerNorm(f"norm_{b}b"), hidden))
        value = net.add(Activation(f"activation_{b}", "gelu"), value)
        value = net.add(Dense(f"narrow_{b}", n_out=width), value)
        hidden = net.add(Add(f"added_{b}"), hidden, _dropped(net, value, 2 * b + 2, f"{b}b"))
    pooled = net.add(MeanOfTokens("mean"), net.add(LayerNorm("norm"), hidden), mask)
    net.add(Dense("output", n_out=net.shape.n_outputs), net.dropout(pooled, _LAST_PLACE, "dropout_end"))


def _dropped(net: Builder, value: Value, place: int, name: str) -> Value:
    return net.add(TokenDropout(f"dropout_{name}", place, 1.0, net.rate), value) if net.drops else value
