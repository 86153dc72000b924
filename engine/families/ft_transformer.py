"""The FT-Transformer: each column a token, and attention between them (Gorishniy et al., arXiv 2106.11959).

Blocks normalize first; the last one computes only what the CLS token reads. Its space is
`engine/domain/spaces/ft_transformer.toml`.
"""

from __future__ import annotations

from ..kinds.table.input import TableInput
from ..kinds.table.network import categories
from ..networks.building import Builder
from ..networks.layers.activation import Activation
from ..networks.layers.attention import Attention
from ..networks.layers.base import Value
from ..networks.layers.columns import ClassToken, ColumnTokens
from ..networks.layers.dense import Dense
from ..networks.layers.join import Add, Concat, First, Gate
from ..networks.layers.norm import LayerNorm


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``n_blocks`` (at least 1), ``n_heads``, ``head_size`` (their product is the size of a token), ``widening`` (of
    the hidden layer in a block) and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    n_blocks, n_heads = net.whole("n_blocks"), net.whole("n_heads")
    size = n_heads * net.whole("head_size")
    inner = max(4, round(size * net.number("widening", 4 / 3)))
    tokens = _tokens(net, size)
    for i in range(n_blocks):
        is_last = i == n_blocks - 1
        normal = net.add(LayerNorm(f"norm_{i}"), tokens) if i else tokens
        asking = net.add(First(f"asking_{i}"), normal) if is_last else normal
        if is_last:
            tokens = net.add(First(f"collecting_{i}"), tokens)
        heads = [
            net.add(Dense(f"{name}_{i}", n_out=size), x)
            for name, x in (("query", asking), ("key", normal), ("value", normal))
        ]
        mixed = net.add(
            Dense(f"mixed_{i}", n_out=size), net.add(Attention(f"attention_{i}", n_heads), *heads)
        )
        tokens = net.add(Add(f"attended_{i}"), tokens, net.dropout(mixed, 2 * i, f"dropout_{i}a"))
        gate = net.add(
            Dense(f"gate_{i}", n_out=2 * inner, n_parts=2), net.add(LayerNorm(f"middle_{i}"), tokens)
        )
        hidden = net.dropout(net.add(Gate(f"gated_{i}"), gate), 2 * i + 1, f"dropout_{i}b")
        tokens = net.add(Add(f"added_{i}"), tokens, net.add(Dense(f"back_{i}", n_out=size), hidden))
    normal = net.add(LayerNorm("last"), net.add(First("collected", is_vector=True), tokens))
    net.add(Dense("output", n_out=net.shape.n_outputs), net.add(Activation("activation", "relu"), normal))


def _tokens(net: Builder, size: int) -> Value:
    """Return the columns as vectors, the CLS token the first."""
    one, limit = net.only(TableInput), size**-0.5
    numeric, codes = one.tensors
    rows = net.input(numeric, one.n_numeric) if one.n_numeric else net.input(codes, len(one.cardinalities))
    parts = [net.add(ClassToken("cls", n_out=size, limit=limit), rows)]
    if one.n_numeric:
        parts.append(net.add(ColumnTokens("tokens", n_out=size, limit=limit), rows))
    if one.cardinalities:
        parts.append(categories(net, one, size, initializer="uniform", scale=limit))
    return net.add(Concat("all_tokens", is_sequence=True), *parts)
