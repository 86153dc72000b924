"""Smaller networks from a description of what the axes of their weights are, where layers are no plain chain.

An axis is a row of segments, each of one *dimension* of the network: ``("embedding", "embedding")`` are the inputs of a
filter over two tokens. Cutting a dimension cuts every axis that has it. Needs NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .layout import Floats, Layout
from .shrinking import important_units, units_left

Axes = Mapping[str, Sequence[Sequence[str]]]
"""By the name of a weight, for each of its axes the dimensions of its segments; an empty one is left alone."""
Chosen = Mapping[str, NDArray[np.int64]]
"""By the name of a dimension, the places of it that stay."""
_NO_COUNTS: Mapping[str, int] = MappingProxyType({})


def cut(
    values: Mapping[str, Floats], axes: Axes, sizes: Mapping[str, int], chosen: Chosen
) -> dict[str, Floats]:
    """Return the weights of one network without the places of its dimensions that are not chosen.

    Parameters
    ----------
    sizes : mapping of str to int
        Of every dimension, as it is.
    """
    smaller = dict(values)
    for name, segments in axes.items():
        value = values[name]
        for axis, dimensions in enumerate(segments):
            if dimensions:
                starts = np.cumsum([0, *(sizes[d] for d in dimensions)])
                places = [start + chosen[d] for start, d in zip(starts, dimensions, strict=False)]
                value = np.take(value, np.concatenate(places), axis=axis)
        smaller[name] = value
    return smaller


def importance(values: Mapping[str, Floats], axes: Axes, dimension: str, sizes: Mapping[str, int]) -> Floats:
    """Return how much each place of a dimension matters: what comes in times what goes out, shape (size,).

    Weights of two or more axes count: as coming in where the dimension is their last axis, else as going out.
    """
    incoming, outgoing = np.zeros(sizes[dimension]), np.zeros(sizes[dimension])
    for name, segments in axes.items():
        for axis, dimensions in enumerate(segments):
            if len(segments) < 2 or dimension not in dimensions:
                continue
            others = tuple(i for i in range(len(segments)) if i != axis)
            along = np.square(values[name].astype(np.float64)).sum(axis=others)
            total = incoming if axis == len(segments) - 1 else outgoing
            parts = np.split(along, np.cumsum([sizes[d] for d in dimensions])[:-1])
            for d, part in zip(dimensions, parts, strict=True):
                if d == dimension:
                    total += part
    return np.sqrt(incoming * outgoing).astype(np.float32)


def cut_all(
    layout: Layout,
    weights: Floats,
    axes: Axes,
    keep: float,
    *,
    known: Callable[[Mapping[str, Floats]], Chosen] = lambda _: {},
    counts: Mapping[str, int] = _NO_COUNTS,
) -> list[dict[str, Floats]]:
    """Return the weights by name of R smaller networks, each without the places that matter least in it.

    Parameters
    ----------
    weights : ndarray of shape (R, P), float32
    keep : float
        Fraction of every dimension that stays, see `units_left`.
    known : callable
        Returns the places of some dimensions that stay in one network.
    counts : mapping of str to int
        How many places of some dimensions stay.
    """
    sizes = _sizes(layout, axes)
    networks: list[dict[str, Floats]] = []
    for row in weights:
        values = layout.unpack(row)
        chosen = dict(known(values))
        for d in sizes.keys() - chosen.keys():
            n = counts.get(d, units_left(sizes[d], keep))
            chosen[d] = important_units(importance(values, axes, d, sizes), n)
        networks.append(cut(values, axes, sizes, chosen))
    return networks


def _sizes(layout: Layout, axes: Axes) -> dict[str, int]:
    """Return the size of every dimension: from axes of it alone, then from those where all others are known."""
    shapes = {w.name: w.shape for w in layout.weights}
    whole = [
        (dimensions, shapes[name][axis])
        for name, segments in axes.items()
        for axis, dimensions in enumerate(segments)
        if dimensions
    ]
    sizes: dict[str, int] = {}
    for dimensions, size in sorted(whole, key=lambda one: len(set(one[0]))):
        unknown = [d for d in dimensions if d not in sizes]
        if unknown:
            known = sum(sizes[d] for d in dimensions if d in sizes)
            sizes[unknown[0]] = (size - known) // len(unknown)
    return sizes


def choose_in_heads(scores: Floats, n_heads: int, keep: float) -> NDArray[np.int64]:
    """Return the places of attention heads that stay, the same number in each head."""
    size = len(scores) // n_heads
    n = units_left(size, keep)
    return np.concatenate(
        [h * size + important_units(scores[h * size : (h + 1) * size], n) for h in range(n_heads)]
    )
