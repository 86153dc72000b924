"""What is inside the layers of networks: zeros, and the histograms of their weights before and after. NumPy only.

Called by `convert` and `blame`.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ..domain.variants import LayerWeights
from ..networks.layout import WeightLayout
from ..training.quantizing import Quantizer, channel_axes, layer_of

N_BINS = 64
# The largest ones are told of.
_MOST_LAYERS = 48
# Of 8 bits the files use 7, see `files.onnx_bytes`.
_BITS = {
    "int8": 7,
    "int8_static": 7,
    "int16": 8,
    "int4": 4,
}

Floats = NDArray[np.float32]


def as_stored(
    layout: WeightLayout, weights: Floats, number_format: str, floats: Collection[str] = ()
) -> NDArray[np.float32]:
    """Return weights (R, P) as they are once a file of a number format has rounded them."""
    if number_format == "float16":
        return weights.astype(np.float16).astype(np.float32)
    if number_format in _BITS:
        return Quantizer(layout, _BITS[number_format], tuple(floats)).rounded(weights)
    return weights


def matrices(layout: WeightLayout, weights: Floats) -> dict[str, Floats]:
    """Return by layer its matrices and filters, those of all R networks as one flat array; small ones too."""
    found: dict[str, list[Floats]] = {}
    for flat in weights:
        values = layout.unpack(flat)
        for name in channel_axes(layout):
            found.setdefault(layer_of(name), []).append(values[name].ravel())
    return {layer: np.concatenate(parts) for layer, parts in found.items()}


def describe_layers(before: dict[str, Floats], after: dict[str, Floats]) -> list[LayerWeights]:
    """Return what is stored of the layers of a variant.

    Parameters
    ----------
    before, after : dict of str to ndarray of shape (n,)
        From `matrices`; a layer that has lost units has fewer weights after. A layer may be missing before.

    Returns
    -------
    list of LayerWeights
        In the order of the network, with histograms of `N_BINS`.
    """
    largest = sorted(after, key=lambda layer: -len(after[layer]))[:_MOST_LAYERS]
    told: list[LayerWeights] = []
    for layer, values in after.items():
        if layer not in largest or not len(values):
            continue
        old = before.get(layer, values[:0])
        most = float(max(np.abs(values).max(), np.abs(old).max(initial=0.0))) or 1.0
        ends = (-most, most)
        counts = (tuple(np.histogram(x, N_BINS, ends)[0].tolist()) for x in (old, values))
        told.append(LayerWeights(layer, len(values), float(np.mean(values == 0)), most, *counts))
    return told
