"""A small ConvNeXt (Liu et al. 2022, arXiv 2201.03545): large depthwise convolutions, layer normalization, GELU.

Without layer scale and stochastic depth, which only deep networks need.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Network
from .image_builder import Builder
from .image_parts import ImageFamily
from .inputs import InputShape


class ConvnextFamily(ImageFamily):
    """Builds small ConvNeXts."""

    name = "convnext"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``n_stages``, ``n_blocks`` of a stage, ``filters``, ``kernel``, ``expansion``, ``dropout``.
        """
        made = Builder(shape, params)
        filters, kernel = int(params.get("filters", 32)), int(params.get("kernel", 5))
        is_large = min(made.height, made.width) >= 16
        made.conv(filters, 2 if is_large else 3, stride=2 if is_large else 1)
        made.norm("layer")
        for stage in range(int(params.get("n_stages", 2))):
            if stage > 0:
                made.norm("layer")
                made.conv(filters * 2**stage, 2, stride=2)
            for _ in range(int(params.get("n_blocks", 2))):
                start, n = len(made.steps), made.channels
                made.depthwise(kernel)
                made.norm("layer")
                made.conv(n * int(params.get("expansion", 2)), 1)
                made.activation("gelu")
                made.conv(n, 1, he=False)
                made.residual(made.taken(start), [])
        made.mean()
        made.norm("layer")
        made.dropout(params)
        return made.network(self.name, params, shape)


FAMILY = ConvnextFamily()
