"""What networks make of images: layers, one after the other, with the names that stored weights have.

Names count the layers of a kind: ``conv_0``, ``conv_1``, ``norm_0``, … Imports TensorFlow.
"""

from __future__ import annotations

from dataclasses import replace

from ...networks.building import Builder
from ...networks.layers.activation import Activation
from ...networks.layers.base import Layer, Value
from ...networks.layers.conv import Conv, Depthwise, Pixels
from ...networks.layers.dense import Dense
from ...networks.layers.join import Add, Flatten
from ...networks.layers.norm import BatchNorm, LayerNorm
from ...networks.layers.pool import MaxPool, MeanPool
from .input import MOST_SHADES, ImageInput


def pixels(net: Builder, one: ImageInput) -> Value:
    """Return an image as numbers from 0 to 1.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : ImageInput

    Returns
    -------
    Value
    """
    return net.add(
        Pixels(one.called("scaled"), most=MOST_SHADES[one.dtype]), net.input(one.tensors[0], *one.size)
    )


def conv(
    net: Builder,
    value: Value,
    n_out: int,
    size: int = 3,
    *,
    stride: int = 1,
    same: bool = True,
    bias: bool = True,
    he: bool = True,
    name: str = "",
) -> Value:
    """Add a convolution.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value
    n_out : int
        Units of the layer.
    size : int
    stride : int
        In pixels.
    same : bool
    bias : bool
        Whether it has one.
    he : bool
    name : str

    Returns
    -------
    Value
    """
    name = name or net.numbered("conv")
    return net.add(Conv(name, stride, same, bias, n_out=n_out, kernel_size=size, he=he), value)


def depthwise(net: Builder, value: Value, size: int = 3, *, stride: int = 1, bias: bool = True) -> Value:
    """Add a convolution of each channel by itself.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value
    size : int
    stride : int
        In pixels.
    bias : bool
        Whether it has one.

    Returns
    -------
    Value
    """
    return net.add(Depthwise(net.numbered("depthwise"), stride, True, bias, kernel_size=size), value)


def norm(net: Builder, value: Value, kind: str) -> Value:
    """Add a normalization of the channels, ``batch`` or ``layer``; ``none`` adds nothing.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value
    kind : str

    Returns
    -------
    Value
    """
    if kind == "none":
        return value
    name = net.numbered("norm")
    return net.add(BatchNorm(name) if kind == "batch" else LayerNorm(name), value)


def activation(net: Builder, value: Value, kind: str) -> Value:
    """Add an activation.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value
    kind : str

    Returns
    -------
    Value
    """
    return net.add(Activation(net.numbered(kind), kind), value)


def pool(net: Builder, value: Value) -> Value:
    """Add a pooling by the maximum of 2 × 2, where the image is not smaller than that.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value

    Returns
    -------
    Value
    """
    return net.add(MaxPool(net.numbered("pool")), value) if min(value.shape[:2]) >= 2 else value


def add(net: Builder, value: Value, body: Value) -> Value:
    """Add a residual connection.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value, body : Value

    Returns
    -------
    Value
    """
    return net.add(Add(net.numbered("add")), value, body)


def flatten(net: Builder, value: Value) -> Value:
    """Put all numbers into one row.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value

    Returns
    -------
    Value
    """
    return net.add(Flatten(net.numbered("flatten")), value)


def dense(net: Builder, value: Value, n_out: int) -> Value:
    """Add a dense layer.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value
    n_out : int
        Units of the layer.

    Returns
    -------
    Value
    """
    return net.add(Dense(net.numbered("dense"), n_out=n_out), value)


def dropout(net: Builder, value: Value) -> Value:
    """Add dropout, where the params ask for it.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    value : Value

    Returns
    -------
    Value
    """
    if not net.drops:
        return value
    name = net.numbered("dropout")
    return net.dropout(value, int(name.removeprefix("dropout_")) + 1, name)


def crop(net: Builder) -> None:
    """Cut off the rows and columns at the end of an image that no output depends on, see `Pixels.crop`.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    flows = [node.layer for node in net.nodes if not isinstance(node.layer, BatchNorm | Activation | Pixels)]
    n_first = next((i for i, one in enumerate(flows) if not isinstance(one, Conv | MaxPool)), len(flows))
    first = flows[:n_first]
    if any(isinstance(one, Conv) and (one.same or one.stride > 1) for one in first) or any(
        isinstance(node.layer, BatchNorm) for node in net.nodes
    ):
        # A padded border, or a statistic over all places, depends on everything.
        return
    height, width, _ = net.only(ImageInput).size
    cut = _rest(first, height), _rest(first, width)
    net.change(lambda layer: replace(layer, crop=cut) if isinstance(layer, Pixels) else layer)


def _rest(layers: list[Layer], side: int) -> int:
    """Return how many places at the end of a side no output of layers one after the other depends on."""
    size = side
    for layer in layers:
        size = size - layer.kernel_size + 1 if isinstance(layer, Conv) else size // 2
    for layer in reversed(layers):
        size = size + layer.kernel_size - 1 if isinstance(layer, Conv) else 2 * size
    return side - size


def image_vector(net: Builder, one: ImageInput) -> list[Value]:
    """Return a vector of an image: the means of the last of ``image_layers`` of twice as many filters each.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    one : ImageInput

    Returns
    -------
    list of Value
    """
    value = pixels(net, one)
    n_filters = net.whole("image_filters", 16)
    for i in range(net.whole("image_layers", 2)):
        value = conv(net, value, n_filters * 2**i)
        value = net.add(Activation(net.numbered("relu"), "relu"), value)
        value = pool(net, value)
    return [net.add(MeanPool(net.numbered("mean")), value)]


ENCODER = image_vector
