"""What networks make of tables: embedded numbers and categories. Imports TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

from ...networks.building import Builder
from ...networks.layers.base import Value
from ...networks.layers.columns import PeriodicColumns, PhasedColumns
from ...networks.layers.embedding import Embedding
from ...networks.layers.join import Flatten
from ..base import Encoder
from .input import TableInput

ColumnsEncoder = Callable[[Builder, TableInput, Value], Value]
"""What becomes of the numbers of a table."""


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
        one.called("periodic"),
        one.called("frequencies"),
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
            one.called("periodic"),
            one.called("frequencies"),
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
    name, n_rows = one.called("embedding"), sum(one.cardinalities)
    layer = Embedding(
        name, n_rows=n_rows, n_out=size, initializer=initializer, scale=scale, is_whole=is_whole
    )
    return net.add(layer, codes)


def table_encoder(columns: ColumnsEncoder, scale: Callable[[int], float]) -> Encoder:
    """Return what gives the vectors of a table: its numbers, and its embedded categories, of ``embedding_size``.

    Parameters
    ----------
    columns : callable
        Gives what becomes of the numbers.
    scale : callable
        Standard deviation of the embeddings of categories at the start, by their size.

    Returns
    -------
    Encoder
    """

    def vectors(net: Builder, one: TableInput) -> list[Value]:
        parts: list[Value] = []
        if one.n_numeric:
            parts.append(columns(net, one, net.input(one.tensors[0], one.n_numeric)))
        if one.cardinalities:
            size = net.whole("embedding_size")
            embedded = categories(net, one, size, scale=scale(size), is_whole=True)
            parts.append(net.add(Flatten(one.called("embedding_flat")), embedded))
        return parts

    return vectors


ENCODER = table_encoder(periodic_columns, lambda size: size**-0.5)
