"""The bag: the mean and the maximum of embeddings of tokens and of pairs of tokens, then dense layers.

Pairs that follow one another share a table by a hash, as in fastText (Joulin et al. 2017, arXiv 1607.01759). Beside it
a wide part (Cheng et al. 2016, arXiv 1606.07792) adds a weight of each token and pair to the outputs, as a linear model
does. Its space is `engine/domain/spaces/bag.toml`.
"""

from __future__ import annotations

from typing import Any

from ..kinds.text.input import TextInput
from ..kinds.text.network import dropped, embedded_tokens, words
from ..networks.building import Builder
from ..networks.layers.activation import Activation
from ..networks.layers.base import Value
from ..networks.layers.dense import Dense
from ..networks.layers.embedding import MOST_CODES, Embedding, PairEmbedding
from ..networks.layers.join import Add, Concat
from ..networks.layers.tokens import MaxOfTokens, MeanOfTokens, PairMask, RootSumOfTokens

# Outputs: with more the wide tables would be the largest of all.
_MOST_WIDE = 32


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``embedding_size``, ``pooling`` ("mean" or "mean_max"), ``n_pairs`` (rows of the table of pairs, 0 for none),
    ``n_layers``, ``width``, ``n_wide`` (rows of the wide part's table of pairs, 0 for no wide part) and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    one, n_outputs = net.only(TextInput), net.shape.n_outputs
    size, n_pairs, n_wide = (net.whole(name, 0) for name in ("embedding_size", "n_pairs", "n_wide"))
    knows_pairs = one.n_tokens > 1 and one.n_words <= MOST_CODES
    has_pairs, is_wide = n_pairs > 0 and knows_pairs, n_wide > 0 and knows_pairs and n_outputs <= _MOST_WIDE
    tokens, mask = embedded_tokens(net, one)
    mask = dropped(net, one, mask)
    both = net.add(PairMask("pair_mask"), mask) if has_pairs or is_wide else mask
    vectors = words(net, one, tokens, size)
    wide = _wide(net, one, tokens, both, n_wide) if is_wide else None
    if has_pairs:
        pairs = net.add(PairEmbedding("pairs", n_rows=n_pairs, n_out=size, scale=0.1), tokens)
        vectors = net.add(Concat("all_vectors", is_sequence=True), vectors, pairs)
    hidden = _pooled(net, vectors, both if has_pairs else mask)
    n_layers = net.whole("n_layers")
    for i in range(n_layers):
        hidden = net.dropout(hidden, i, f"dropout_{i}")
        hidden = net.add(Dense(f"dense_{i}", n_out=net.whole("width")), hidden)
        hidden = net.add(Activation(f"activation_{i}", "relu"), hidden)
    hidden = net.add(Dense("output", n_out=n_outputs), net.dropout(hidden, n_layers, "dropout"))
    if wide is not None:
        net.add(Add("with_wide"), hidden, wide)


def _wide(net: Builder, one: TextInput, tokens: Value, both: Value, n_rows: int) -> Value:
    settings: dict[str, Any] = {
        "n_out": net.shape.n_outputs,
        "initializer": "zeros",
        "decays": True,
        "is_whole": True,
    }
    singles = net.add(Embedding("singles", n_rows=one.n_words, **settings), tokens)
    pairs = net.add(PairEmbedding("wide", n_rows=n_rows, **settings), tokens)
    found = net.add(Concat("wide_vectors", is_sequence=True), singles, pairs)
    return net.add(RootSumOfTokens("wide_sum"), found, both)


def _pooled(net: Builder, vectors: Value, mask: Value) -> Value:
    mean = net.add(MeanOfTokens("mean"), vectors, mask)
    if net.params.get("pooling", "mean_max") != "mean_max":
        return mean
    return net.add(Concat("pooled"), mean, net.add(MaxOfTokens("max"), vectors, mask))
