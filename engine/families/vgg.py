"""Blocks of 3 × 3 convolutions with pooling after each, twice the filters in each (Simonyan and Zisserman 2014).

Its space is `engine/domain/spaces/vgg.toml`.
"""

from __future__ import annotations

from ..kinds.image import network as parts
from ..kinds.image.input import ImageInput
from ..networks.building import Builder


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``n_blocks``, ``n_layers`` of a block, ``filters``, ``normalization``, ``dense`` and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    norm = str(net.params.get("normalization", "batch"))
    x = parts.pixels(net, net.only(ImageInput))
    for block in range(net.whole("n_blocks", 3)):
        for _ in range(net.whole("n_layers", 2)):
            x = parts.conv(net, x, net.whole("filters", 32) * 2**block, bias=norm == "none")
            x = parts.activation(net, parts.norm(net, x, norm), "relu")
        x = parts.pool(net, x)
    x = parts.dropout(net, parts.flatten(net, x))
    x = parts.activation(net, parts.dense(net, x, net.whole("dense", 128)), "relu")
    parts.dense(net, parts.dropout(net, x), net.shape.n_outputs)
