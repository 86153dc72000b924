"""The classic convolutional network of MNIST: convolutions with pooling between them, and a dense layer.

By default 32, 64 and 64 filters of 3 × 3, and 64 dense units (Chollet, Deep Learning with Python, 2021, chapter 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Network
from .image_builder import Builder
from .image_parts import ImageFamily
from .inputs import InputShape


class CnnFamily(ImageFamily):
    """Builds classic convolutional networks."""

    name = "cnn"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`. Reads ``n_layers``, ``filters``, ``normalization``, ``dense``, ``dropout``."""
        made = Builder(shape, params)
        filters = int(params.get("filters", 32))
        n_layers, norm = int(params.get("n_layers", 3)), str(params.get("normalization", "none"))
        for i in range(n_layers):
            is_last = i == n_layers - 1
            # Without padding where the image is large enough for all that follows, as in the textbook.
            left = n_layers - 1 - i
            same = min(made.height, made.width) < _needed(left)
            made.conv(filters * (1 if i == 0 else 2), same=same, bias=norm == "none", he=False)
            made.norm(norm)
            made.activation("relu")
            if not is_last:
                made.pool()
        made.flatten()
        made.dropout(params)
        made.dense(int(params.get("dense", 64)))
        made.activation("relu")
        made.dropout(params)
        return made.network(self.name, params, shape)


def _needed(n_left: int) -> int:
    """Return how large an image must be for an unpadded convolution and `n_left` more with pooling before each."""
    size = 3
    for _ in range(n_left):
        size = 2 * size + 2
    return size


FAMILY = CnnFamily()
