"""Normalizations over the batch as part of the layer before them: fewer operations and weights, the same outputs.

Needs NumPy only. Used by the families' `folded`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

import numpy as np

from .image_steps import Step
from .layout import Floats


def fold_norm(values: Mapping[str, Floats], layer: str, norm: str, epsilon: float) -> dict[str, Floats]:
    """Return kernel and bias of a layer that does what it and the batch normalization after it did.

    Parameters
    ----------
    values : mapping of str to ndarray
        All weights and stats of one network. A kernel's last axis is the channels that come out, or, of depthwise
        convolutions (height, width, channels, 1), the one before it.
    """
    kernel = values[f"{layer}/kernel"].astype(np.float64)
    scale = values[f"{norm}/gamma"] / np.sqrt(values[f"{norm}/moving_variance"].astype(np.float64) + epsilon)
    before = values.get(f"{layer}/bias", np.zeros(1, np.float32)) - values[f"{norm}/moving_mean"]
    is_depthwise = kernel.ndim == 4 and kernel.shape[3] == 1 and kernel.shape[2] == scale.size
    kernel *= scale[:, None] if is_depthwise else scale
    bias = values[f"{norm}/beta"] + before * scale
    return {f"{layer}/kernel": kernel.astype(np.float32), f"{layer}/bias": bias.astype(np.float32)}


def foldable(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """Return the names of each convolution and of the batch normalization right after it."""
    for step, following in zip_longest(steps, steps[1:]):
        if step.kind == "residual":
            yield from foldable(step.body)
            yield from foldable(step.shortcut)
        elif step.kind in ("conv", "depthwise") and following and following.kind == "batch_norm":
            yield step.name, following.name
