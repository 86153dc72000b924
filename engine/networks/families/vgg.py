"""Blocks of 3 × 3 convolutions with pooling after each, twice the filters in each (Simonyan and Zisserman 2014).

Its space is `engine/domain/spaces/vgg.toml`.
"""

from __future__ import annotations

from .. import image_parts as parts
from ..building import Builder
from ..inputs import ImageInput


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``n_blocks``, ``n_layers`` of a block, ``filters``, ``normalization``, ``dense`` and ``dropout``.
    """
    params, norm = net.params, str(net.params.get("normalization", "batch"))
    x = parts.pixels(net, net.only(ImageInput))
    for block in range(int(params.get("n_blocks", 3))):
        for _ in range(int(params.get("n_layers", 2))):
            x = parts.conv(net, x, int(params.get("filters", 32)) * 2**block, bias=norm == "none")
            x = parts.activation(net, parts.norm(net, x, norm), "relu")
        x = parts.pool(net, x)
    x = parts.dropout(net, parts.flatten(net, x))
    x = parts.activation(net, parts.dense(net, x, int(params.get("dense", 128))), "relu")
    parts.dense(net, parts.dropout(net, x), net.shape.n_outputs)
