"""Blocks of 3 × 3 convolutions with pooling after each, twice the filters in each (Simonyan and Zisserman 2014)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Network
from .image_builder import Builder
from .image_parts import ImageFamily
from .inputs import InputShape


class VggFamily(ImageFamily):
    """Builds VGG-like networks."""

    name = "vgg"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``n_blocks``, ``n_layers`` of a block, ``filters``, ``normalization``, ``dense``, ``dropout``.
        """
        made = Builder(shape, params)
        norm = str(params.get("normalization", "batch"))
        for block in range(int(params.get("n_blocks", 3))):
            for _ in range(int(params.get("n_layers", 2))):
                made.conv(int(params.get("filters", 32)) * 2**block, bias=norm == "none")
                made.norm(norm)
                made.activation("relu")
            made.pool()
        made.flatten()
        made.dropout(params)
        made.dense(int(params.get("dense", 128)))
        made.activation("relu")
        made.dropout(params)
        return made.network(self.name, params, shape)


FAMILY = VggFamily()
