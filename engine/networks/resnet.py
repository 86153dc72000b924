"""Residual networks in the style of CIFAR (He et al. 2016, arXiv 1603.05027), with plain or separable convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Network
from .image_builder import Builder
from .image_parts import ImageFamily
from .image_steps import Step
from .inputs import InputShape


class ResnetFamily(ImageFamily):
    """Builds residual networks; normalization comes before each convolution."""

    name = "resnet"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`. Reads ``n_stages``, ``n_blocks`` of a stage, ``filters``, ``separable``, ``dropout``."""
        made = Builder(shape, params)
        is_separable = bool(params.get("separable", False))
        made.conv(int(params.get("filters", 16)), bias=False)
        for stage in range(int(params.get("n_stages", 3))):
            for block in range(int(params.get("n_blocks", 2))):
                n_out = int(params.get("filters", 16)) * 2**stage
                stride = 2 if stage > 0 and block == 0 and min(made.height, made.width) > 2 else 1
                _block(made, n_out, stride, is_separable, changes=stage > 0 and block == 0)
        made.norm("batch", folds=False)
        made.activation("relu")
        made.mean()
        made.dropout(params)
        return made.network(self.name, params, shape)


def _block(made: Builder, n_out: int, stride: int, is_separable: bool, *, changes: bool) -> None:
    if changes:  # then both ways start from what is normalized
        made.norm("batch", folds=False)
        made.activation("relu")
    before = made.height, made.width, made.channels
    shortcut: list[Step] = []
    start = len(made.steps)
    if changes:
        made.conv(n_out, 1, stride=stride, bias=False)
        shortcut = made.taken(start)
        # The weights of the shortcut come after the body's in the order of computation: see below.
        placed = [made.weights.pop()]
        made.height, made.width, made.channels = before
    else:
        placed = []
        made.norm("batch", folds=False)
        made.activation("relu")
    _convolution(made, n_out, stride, is_separable)
    made.norm("batch")
    made.activation("relu")
    _convolution(made, n_out, 1, is_separable)
    made.weights += placed
    made.residual(made.taken(start), shortcut)


def _convolution(made: Builder, n_out: int, stride: int, is_separable: bool) -> None:
    if is_separable:
        made.depthwise(stride=stride, bias=False)
        made.conv(n_out, 1, bias=False)
    else:
        made.conv(n_out, stride=stride, bias=False)


FAMILY = ResnetFamily()
