"""The classic convolutional network of MNIST: convolutions with pooling between them, and a dense layer.

By default 32, 64 and 64 filters of 3 × 3, and 64 dense units (Chollet, Deep Learning with Python, 2021, chapter 8).
Its space is `engine/domain/spaces/cnn.toml`.
"""

from __future__ import annotations

from ..kinds.image import network as parts
from ..kinds.image.input import ImageInput
from ..networks.building import Builder


def describe(net: Builder) -> None:
    """Add the layers; reads ``n_layers``, ``filters``, ``normalization``, ``dense`` and ``dropout``.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    params = net.params
    filters, n_layers = net.whole("filters", 32), net.whole("n_layers", 3)
    norm = str(params.get("normalization", "none"))
    x = parts.pixels(net, net.only(ImageInput))
    for i in range(n_layers):
        n_left = n_layers - 1 - i
        # Without padding where the image is large enough for all that follows, as in the textbook.
        same = min(x.shape[:2]) < _needed(n_left)
        x = parts.conv(net, x, filters * (1 if i == 0 else 2), same=same, bias=norm == "none", he=False)
        x = parts.activation(net, parts.norm(net, x, norm), "relu")
        x = parts.pool(net, x) if n_left else x
    x = parts.dropout(net, parts.flatten(net, x))
    x = parts.activation(net, parts.dense(net, x, net.whole("dense", 64)), "relu")
    parts.dense(net, parts.dropout(net, x), net.shape.n_outputs)
    parts.crop(net)


def _needed(n_left: int) -> int:
    """Return how large an image must be for an unpadded convolution and `n_left` more with pooling before each."""
    size = 3
    for _ in range(n_left):
        size = 2 * size + 2
    return size
