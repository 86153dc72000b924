"""The plain network of textbooks for images: all pixels in one row, and dense layers; 784-128-10 for MNIST.

Its space is `engine/domain/spaces/image_mlp.toml`.
"""

from __future__ import annotations

from ..kinds.image.input import ImageInput
from ..kinds.image.network import pixels
from ..networks.building import Builder
from ..networks.layers.join import Flatten
from .mlp import dense_layers


def describe(net: Builder) -> None:
    """Add the layers; reads what `mlp.dense_layers` reads.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    """
    dense_layers(net, net.add(Flatten("flat"), pixels(net, net.only(ImageInput))))
