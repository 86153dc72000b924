"""Small grey copies of images, for finding those that look alike. Used by `near_duplicates` and `split_audit`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...data.scratch import row_chunks
from .common import Pixels
from .input import MOST_SHADES

_CELLS = 8
_PAIRS_AT_ONCE = 1000
_WHITE = 255.0


def image_thumbs(pixels: Pixels) -> NDArray[np.float32]:
    """Return the mean grey levels of a grid of cells, shape (n, at most 64), float32 in [0, 255].

    Parameters
    ----------
    pixels : ndarray of shape (n, height, width, channels), uint8 or uint16
        Perhaps mapped from a file; it is read once, in parts.

    Returns
    -------
    ndarray of float32
    """
    height, width, n_channels = pixels.shape[1:]
    rows, columns = _cells(height), _cells(width)
    weights = np.repeat(np.einsum("hi,wj->hwij", rows, columns), n_channels, axis=1) / n_channels
    weights = weights.reshape(height * width * n_channels, -1).astype(np.float32)
    thumbs = np.zeros((len(pixels), weights.shape[1]), np.float32)
    for part in row_chunks(pixels):
        thumbs[part] = pixels[part].reshape(-1, len(weights)).astype(np.float32) @ weights
    return thumbs * np.float32(_WHITE / MOST_SHADES[pixels.dtype.name])


def mean_differences(
    pixels: Pixels, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean absolute difference of pairs of images in 256 grey levels, shape (n_pairs,), float64.

    Parameters
    ----------
    pixels : ndarray of uint8 or uint16
        Shape (n, height, width, channels).
    first, second : ndarray of int64

    Returns
    -------
    ndarray of float64
    """
    found = np.empty(len(first))
    for start in range(0, len(first), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        apart = np.abs(pixels[first[part]].astype(np.int32) - pixels[second[part]])
        found[part] = apart.mean(axis=(1, 2, 3))
    return found * (_WHITE / MOST_SHADES[pixels.dtype.name])


def _cells(size: int) -> NDArray[np.float64]:
    """Return for each pixel of an axis and each cell the share that it has in the cell's mean."""
    n_cells = min(_CELLS, size)
    cell = np.arange(size) * n_cells // size
    inside = cell[:, None] == np.arange(n_cells)
    return inside / inside.sum(axis=0)
