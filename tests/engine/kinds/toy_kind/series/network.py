"""What networks make of series: a layer of their own before the trunk. Imports TensorFlow."""

from __future__ import annotations

from ...networks.building import Builder
from ...networks.layers.activation import Activation
from ...networks.layers.base import Value
from ...networks.layers.dense import Dense
from .input import SeriesInput


def series_vector(net: Builder, one: SeriesInput) -> list[Value]:
    """Return some numbers of a series; how many is searched, see ``space.toml``."""
    size = net.whole("series_size", 16)
    hidden = net.add(Dense(one.called("filters"), n_out=size), net.input(one.tensors[0], one.length))
    return [net.add(Activation(one.called("filtered"), "relu"), hidden)]


ENCODER = series_vector
