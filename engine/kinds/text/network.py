"""What networks make of texts: tokens as vectors, and vectors of whole texts. Imports TensorFlow."""

from __future__ import annotations

from ...networks.building import Builder
from ...networks.layers.base import Value
from ...networks.layers.dropout import MaskDropout
from ...networks.layers.embedding import Embedding
from ...networks.layers.join import Concat
from ...networks.layers.tokens import Mask, MaxOfTokens, MeanOfTokens, Tokens
from .input import TextInput

# Of random numbers, apart from those of trunks.
_TOKENS_PLACE = 99


def embedded_tokens(net: Builder, one: TextInput) -> tuple[Value, Value]:
    """Return the tokens of a text and their mask.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : TextInput

    Returns
    -------
    tuple of (Value, Value)
    """
    trimmed = net.add(Tokens(one.called("trimmed")), net.input(one.tensors[0], one.n_tokens))
    return trimmed, net.add(Mask(one.called("mask")), trimmed)


def dropped(net: Builder, one: TextInput, mask: Value) -> Value:
    """Return the mask with half the rate of dropout of its tokens taken out, where the params ask for dropout.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : TextInput
    mask : Value

    Returns
    -------
    Value
    """
    if not net.drops:
        return mask
    place = _TOKENS_PLACE + net.shape.inputs.index(one)
    return net.add(MaskDropout(one.called("kept"), place, 0.5), mask)


def words(net: Builder, one: TextInput, tokens: Value, size: int, scale: float = 0.1) -> Value:
    """Return a vector of `size` numbers for each token.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : TextInput
    tokens : Value
        Codes of tokens, of a row.
    size : int
    scale : float

    Returns
    -------
    Value
    """
    return net.add(Embedding(one.called("embedding"), n_rows=one.n_words, n_out=size, scale=scale), tokens)


def text_vector(net: Builder, one: TextInput) -> list[Value]:
    """Return a vector of a text: the mean of its words and, unless ``text_pooling`` is "mean", their maxima.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : TextInput

    Returns
    -------
    list of Value
    """
    tokens, mask = embedded_tokens(net, one)
    mask = dropped(net, one, mask)
    vectors = words(net, one, tokens, net.whole("text_size", 32))
    mean = net.add(MeanOfTokens(one.called("mean")), vectors, mask)
    if net.params.get("text_pooling", "mean_max") == "mean":
        return [mean]
    highest = net.add(MaxOfTokens(one.called("max")), vectors, mask)
    return [net.add(Concat(one.called("pooled")), mean, highest)]


ENCODER = text_vector
