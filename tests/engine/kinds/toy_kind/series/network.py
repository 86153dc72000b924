"""What networks make of series: a layer of their own before the trunk. Imports TensorFlow."""

from __future__ import annotations

from ...networks.building import Builder
from ...networks.layers.activation import Activation
from ...networks.layers.base import Value
from ...networks.layers.dense import Dense
from .input import SeriesInput


def series_vector(net: Builder, one: SeriesInput) -> list[Value]:
    """Return sixteen numbers of a series."""
    hidden = net.add(Dense(one.called("filters"), n_out=16), net.input(one.tensors[0], one.length))
    return [net.add(Activation(one.called("filtered"), "relu"), hidden)]


ENCODER = series_vector
