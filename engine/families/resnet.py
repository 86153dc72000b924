"""Residual networks in the style of CIFAR (He et al. 2016, arXiv 1603.05027), with plain or separable convolutions.

Normalization comes before each convolution. Its space is `engine/domain/spaces/resnet.toml`.
"""

from __future__ import annotations

from ..kinds.image import network as parts
from ..kinds.image.input import ImageInput
from ..networks.building import Builder
from ..networks.layers.base import Value
from ..networks.layers.pool import MeanPool


def describe(net: Builder) -> None:
    """Add the layers; reads ``n_stages``, ``n_blocks`` of a stage, ``filters``, ``separable`` and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    params = net.params
    filters, is_separable = net.whole("filters", 16), bool(params.get("separable", False))
    x = parts.conv(net, parts.pixels(net, net.only(ImageInput)), filters, bias=False)
    for stage in range(net.whole("n_stages", 3)):
        for block in range(net.whole("n_blocks", 2)):
            changes = stage > 0 and block == 0
            stride = 2 if changes and min(x.shape[:2]) > 2 else 1
            x = _block(net, x, filters * 2**stage, stride, is_separable, changes=changes)
    x = parts.activation(net, parts.norm(net, x, "batch"), "relu")
    x = net.add(MeanPool(net.numbered("mean")), x)
    parts.dense(net, parts.dropout(net, x), net.shape.n_outputs)


def _block(net: Builder, x: Value, n_out: int, stride: int, is_separable: bool, *, changes: bool) -> Value:
    normal = parts.activation(net, parts.norm(net, x, "batch"), "relu")
    # Named before the body, but its weights lie after those of the body.
    shortcut = net.numbered("conv") if changes else ""
    body = _convolution(net, normal, n_out, stride, is_separable)
    body = parts.activation(net, parts.norm(net, body, "batch"), "relu")
    body = _convolution(net, body, n_out, 1, is_separable)
    if changes:
        # Both ways start from what is normalized.
        x = parts.conv(net, normal, n_out, 1, stride=stride, bias=False, name=shortcut)
    return parts.add(net, x, body)


def _convolution(net: Builder, x: Value, n_out: int, stride: int, is_separable: bool) -> Value:
    if not is_separable:
        return parts.conv(net, x, n_out, stride=stride, bias=False)
    return parts.conv(net, parts.depthwise(net, x, stride=stride, bias=False), n_out, 1, bias=False)
