"""A small ConvNeXt (Liu et al. 2022, arXiv 2201.03545): large depthwise convolutions, layer normalization, GELU.

Without layer scale and stochastic depth, which only deep networks need. Its space is
`engine/domain/spaces/convnext.toml`.
"""

from __future__ import annotations

from ..kinds.image import network as parts
from ..kinds.image.input import ImageInput
from ..networks.building import Builder
from ..networks.layers.base import Value
from ..networks.layers.pool import MeanPool


def describe(net: Builder) -> None:
    """Add the layers.

    Reads ``n_stages``, ``n_blocks`` of a stage, ``filters``, ``kernel``, ``expansion`` and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    filters = net.whole("filters", 32)
    x = parts.pixels(net, net.only(ImageInput))
    is_large = min(x.shape[:2]) >= 16
    x = parts.conv(net, x, filters, 2 if is_large else 3, stride=2 if is_large else 1)
    x = parts.norm(net, x, "layer")
    for stage in range(net.whole("n_stages", 2)):
        if stage > 0:
            x = parts.conv(net, parts.norm(net, x, "layer"), filters * 2**stage, 2, stride=2)
        for _ in range(net.whole("n_blocks", 2)):
            x = parts.add(net, x, _body(net, x))
    x = net.add(MeanPool(net.numbered("mean")), x)
    parts.dense(net, parts.dropout(net, parts.norm(net, x, "layer")), net.shape.n_outputs)


def _body(net: Builder, x: Value) -> Value:
    wide = parts.norm(net, parts.depthwise(net, x, net.whole("kernel", 5)), "layer")
    wide = parts.conv(net, wide, x.size * net.whole("expansion", 2), 1)
    return parts.conv(net, parts.activation(net, wide, "gelu"), x.size, 1, he=False)
