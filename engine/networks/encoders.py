"""Encoders: from each input of a network to what its trunk reads. Families put them together.

A trunk of dense layers reads one vector of a row (`row_vector`): the columns of its table, and, where a row has texts
and images too, a vector of each.
"""

from __future__ import annotations

from collections.abc import Callable

from .building import Builder
from .image_parts import conv, pixels, pool
from .inputs import ImageInput, TableInput, TextInput
from .layers.activation import Activation
from .layers.base import Value
from .layers.columns import PeriodicColumns, PhasedColumns
from .layers.dropout import MaskDropout
from .layers.embedding import Embedding
from .layers.join import Concat, Flatten
from .layers.pool import MeanPool
from .layers.tokens import Mask, MaxOfTokens, MeanOfTokens, Tokens

# Of random numbers, apart from those of trunks.
_TOKENS_PLACE = 99


def joined(net: Builder, name: str, values: list[Value]) -> Value:
    """Return values one after the other; a single one as it is.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    name : str
    values : list of Value

    Returns
    -------
    Value
    """
    return net.add(Concat(name), *values) if len(values) > 1 else values[0]


def ended(name: str, input_name: str) -> str:
    """Return the name of a layer that belongs to an input, which may have a name of its own.

    Parameters
    ----------
    name, input_name : str

    Returns
    -------
    str
    """
    return f"{name}_{input_name}" if input_name else name


# -- tables ---------------------------------------------------------------------------------------------------------


def periodic_columns(net: Builder, one: TableInput, numeric: Value) -> Value:
    """Return the numbers of a table, the scaled ones as PLR where the params ask for it.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : TableInput
    numeric : Value

    Returns
    -------
    Value
    """
    if not _is_periodic(net, one):
        return numeric
    layer = PeriodicColumns(
        ended("periodic", one.name),
        ended("frequencies", one.name),
        n_columns=one.n_continuous,
        n_waves=net.whole("n_frequencies"),
        size=net.whole("numeric_size"),
        sigma=net.number("frequency_scale"),
    )
    return net.add(layer, numeric)


def phased_columns(rate: float) -> Callable[[Builder, TableInput, Value], Value]:
    """Return what gives the numbers of a table, the scaled ones as PBLD too where the params ask for it.

    Parameters
    ----------
    rate : float
        Factor of the learning rate of the embeddings.

    Returns
    -------
    callable
    """

    def columns(net: Builder, one: TableInput, numeric: Value) -> Value:
        if not _is_periodic(net, one):
            return numeric
        layer = PhasedColumns(
            ended("periodic", one.name),
            ended("frequencies", one.name),
            n_columns=one.n_continuous,
            n_waves=net.whole("n_frequencies"),
            # An embedded number has itself beside it.
            size=net.whole("numeric_size") - 1,
            sigma=net.number("frequency_scale"),
            rate=rate,
        )
        return net.add(layer, numeric)

    return columns


def _is_periodic(net: Builder, one: TableInput) -> bool:
    return net.params.get("numeric_embedding") == "periodic" and one.n_continuous > 0


def categories(
    net: Builder,
    one: TableInput,
    size: int,
    *,
    initializer: str = "normal",
    scale: float = 1.0,
    is_whole: bool = False,
) -> Value:
    """Return a vector of `size` numbers for each category of a table, from one table of embeddings.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : TableInput
    size : int
    initializer, scale
        Of the embeddings, see `Weight`.
    is_whole : bool
        Whether no number goes when units are removed.

    Returns
    -------
    Value
    """
    codes = net.input(one.tensors[1], len(one.cardinalities))
    name, n_rows = ended("embedding", one.name), sum(one.cardinalities)
    layer = Embedding(
        name, n_rows=n_rows, n_out=size, initializer=initializer, scale=scale, is_whole=is_whole
    )
    return net.add(layer, codes)


# -- texts ----------------------------------------------------------------------------------------------------------


def tokens_of(net: Builder, one: TextInput) -> tuple[Value, Value]:
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
    trimmed = net.add(Tokens(ended("trimmed", one.name)), net.input(one.tensors[0], one.n_tokens))
    return trimmed, net.add(Mask(ended("mask", one.name)), trimmed)


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
    return net.add(MaskDropout(ended("kept", one.name), place, 0.5), mask)


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
    return net.add(
        Embedding(ended("embedding", one.name), n_rows=one.n_words, n_out=size, scale=scale), tokens
    )


# -- rows of several inputs -----------------------------------------------------------------------------------------


def row_vector(
    net: Builder, columns: Callable[[Builder, TableInput, Value], Value], scale: Callable[[int], float]
) -> Value:
    """Return a row as one vector: of tables the numbers and embedded categories, of texts and images a vector of each.

    Reads ``embedding_size`` where there are embedded categories, ``text_size`` and ``text_pooling`` ("mean" or
    "mean_max") of texts, ``image_filters`` and ``image_layers`` of images.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    columns : callable
        Gives what becomes of the numbers of a table.
    scale : callable
        Standard deviation of the embeddings of categories at the start, by their size.

    Returns
    -------
    Value
    """
    parts: list[Value] = []
    for one in net.shape.inputs:
        if isinstance(one, TableInput):
            parts += _table_vectors(net, one, columns, scale)
        elif isinstance(one, TextInput):
            parts.append(_text_vector(net, one))
        else:
            # The type checker refuses any other input here.
            parts.append(_image_vector(net, one))
    return joined(net, "inputs", parts)


def _table_vectors(
    net: Builder,
    one: TableInput,
    columns: Callable[[Builder, TableInput, Value], Value],
    scale: Callable[[int], float],
) -> list[Value]:
    parts: list[Value] = []
    if one.n_numeric:
        parts.append(columns(net, one, net.input(one.tensors[0], one.n_numeric)))
    if one.cardinalities:
        size = net.whole("embedding_size")
        vectors = categories(net, one, size, scale=scale(size), is_whole=True)
        parts.append(net.add(Flatten(ended("embedding_flat", one.name)), vectors))
    return parts


def _text_vector(net: Builder, one: TextInput) -> Value:
    tokens, mask = tokens_of(net, one)
    mask = dropped(net, one, mask)
    vectors = words(net, one, tokens, net.whole("text_size", 32))
    mean = net.add(MeanOfTokens(ended("mean", one.name)), vectors, mask)
    if net.params.get("text_pooling", "mean_max") == "mean":
        return mean
    highest = net.add(MaxOfTokens(ended("max", one.name)), vectors, mask)
    return net.add(Concat(ended("pooled", one.name)), mean, highest)


def _image_vector(net: Builder, one: ImageInput) -> Value:
    value = pixels(net, one)
    n_filters = net.whole("image_filters", 16)
    for i in range(net.whole("image_layers", 2)):
        value = conv(net, value, n_filters * 2**i)
        value = net.add(Activation(net.numbered("relu"), "relu"), value)
        value = pool(net, value)
    return net.add(MeanPool(net.numbered("mean")), value)
