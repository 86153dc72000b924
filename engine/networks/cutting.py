"""Smaller networks: units that matter least are removed. Needs NumPy only, but for the layers.

Layers say which dimensions (`dimensions`) the axes of their weights are, see `Layer.cut`. Values that are added up
share them, so that the same units go from all that write to a value and all that read it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..domain.params import ParamValue
from .dimensions import Dimension, Path, Segments, words_left
from .inputs import InputShape
from .layers.base import Layer
from .layout import Floats, WeightLayout
from .network import Network

_Number = TypeVar("_Number", bound=np.generic)


class Cutting:
    """One walk through a network: layers tell it what their axes are.

    Parameters
    ----------
    network : Network
    values : mapping of str to ndarray
        All weights and stats of one replica.
    keep : float
        Fraction of the units of every dimension that stay, in (0, 1]; rounded up to multiples of four.
    """

    def __init__(self, network: Network, values: Mapping[str, Floats], keep: float) -> None:
        self.values, self._network, self._keep = values, network, keep
        self._dimensions: list[Dimension] = []
        self._roots: list[int] = []
        self._cuts: list[tuple[str, int, Segments]] = []
        self._after: list[Callable[[dict[str, Floats], Mapping[int, int]], None]] = []
        self._units: dict[str, Segments] = {}
        self._rows: dict[str, str] = {}
        self._words: dict[str, int] = {}
        self._walk()

    def _walk(self) -> None:
        paths = self._input_paths(self._network.shape)
        for node in self._network.nodes:
            paths[node.name] = node.layer.cut(self, *(paths[name] for name in node.inputs))
        for d in paths[self._network.nodes[-1].name].segments:
            self._root(d).is_whole = True

    def _input_paths(self, shape: InputShape) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for one in shape.inputs:
            for tensor in one.tensors:
                value = self._network.values.get(tensor.name)
                if value is None:
                    continue
                if n_words := one.vocabulary_size:
                    words = self._dimension(n_words, n_first=words_left(n_words, self._keep))
                    self._words[one.param("n_words")] = words
                    paths[tensor.name] = replace(self.path(()), codes=words)
                elif tensor.dtype == "int32":
                    paths[tensor.name] = self.path(())
                else:
                    paths[tensor.name] = self.path((self._dimension(value.size, is_whole=True),))
        return paths

    # -- what layers tell ---------------------------------------------------------------------------------------

    def units(self, layer: Layer, n: int, n_parts: int = 1, *, is_whole: bool = False) -> Segments:
        """Return new dimensions: what a layer of `n` outputs gives, in parts of equal size.

        Parameters
        ----------
        layer : Layer
        n, n_parts : int
        is_whole : bool

        Returns
        -------
        sequence of (str, int)
        """
        out = tuple(self._dimension(n // n_parts, is_whole=is_whole) for _ in range(n_parts))
        self._units[layer.name] = out
        return out

    def whole(self, layer: Layer) -> Path:
        """Return the path of what a layer gives where no unit of it may go.

        Parameters
        ----------
        layer : Layer

        Returns
        -------
        Path
        """
        return self.path((self._dimension(self.size_of(layer), is_whole=True),))

    def size_of(self, layer: Layer) -> int:
        """Return the length of the last axis of what a layer gives.

        Parameters
        ----------
        layer : Layer

        Returns
        -------
        int
        """
        return self._network.values[layer.name].size

    def path(self, segments: Segments, *origin: str) -> Path:
        """Return the path of a value that was just made, by weights that have the same last axis.

        Parameters
        ----------
        segments : sequence of (str, int)
        *origin : str
            What went wrong in the other process.

        Returns
        -------
        Path
        """
        size = sum(self._root(d).size for d in segments)
        return Path(segments, np.ones(size), np.zeros(size, bool), None, origin)

    def matrix(self, name: str, reads: Path, writes: Segments) -> None:
        """Tell of a weight whose last axis but one reads a value, and whose last axis makes one.

        Parameters
        ----------
        name : str
        reads : Path
        writes : sequence of (str, int)
        """
        weight = self.values[name]
        self._cuts += [(name, weight.ndim - 2, reads.segments), (name, weight.ndim - 1, writes)]
        square = np.square(weight.astype(np.float64))
        sent = reads.scale**2 * square.sum(axis=tuple(i for i in range(weight.ndim) if i != weight.ndim - 2))
        for d, part, is_normal in zip(
            reads.segments,
            self._parts(sent, reads.segments),
            self._parts(reads.is_normal, reads.segments),
            strict=True,
        ):
            self._root(d).sent.append((part, is_normal))
        self._receive(square, writes)

    def table(self, name: str, rows: int | None, writes: Segments) -> None:
        """Tell of a table whose rows are picked, of a vocabulary `rows` perhaps, and whose last axis makes a value.

        Parameters
        ----------
        name : str
        rows : int or None
            At most so many rows; None for all.
        writes : sequence of (str, int)
        """
        if rows is not None:
            self._cuts.append((name, 0, (rows,)))
        self._cuts.append((name, self.values[name].ndim - 1, writes))
        self._receive(np.square(self.values[name].astype(np.float64)), writes)

    def vector(self, name: str, segments: Segments, axis: int = 0) -> None:
        """Tell of a weight that belongs to the units of a value, along one of its axes.

        Parameters
        ----------
        name : str
        segments : sequence of (str, int)
        axis : int
        """
        self._cuts.append((name, axis % self.values[name].ndim, segments))

    def normalized(self, path: Path, gamma: str) -> Path:
        """Return the path of a value that was normalized, and multiplied by the weight `gamma`.

        Parameters
        ----------
        path : Path
        gamma : str

        Returns
        -------
        Path
        """
        return replace(
            path, scale=np.abs(self.values[gamma]), is_normal=np.ones(len(path.scale), bool), origin=()
        )

    def scaled(self, path: Path, factors: NDArray[np.floating]) -> Path:
        """Return the path of a value that was multiplied by factors of these sizes.

        Parameters
        ----------
        path : Path
        factors : ndarray of float

        Returns
        -------
        Path
        """
        return replace(path, scale=path.scale * factors, origin=())

    def tied(self, *paths: Path) -> Path:
        """Return the path of values that are added up or multiplied: the same units go from all.

        Parameters
        ----------
        *paths : Path

        Returns
        -------
        Path
        """
        first, *others = paths
        for other in others:
            for a, b in zip(first.segments, other.segments, strict=True):
                self._tie(a, b)
        return replace(first, origin=())

    def multiplied(self, one: Path, other: Path) -> None:
        """Say that the products of two values alone are read: their units matter as much as what both receive.

        Parameters
        ----------
        one, other : Path
        """
        for a, b in zip(one.segments, other.segments, strict=True):
            received = np.asarray(self._root(b).received)
            self._root(b).received = 0.0
            self._root(a).sent.append((received, np.zeros(len(received), bool)))
            self._tie(a, b)

    def joined(self, *paths: Path) -> Path:
        """Return the path of values one after the other.

        Parameters
        ----------
        *paths : Path

        Returns
        -------
        Path
        """
        return Path(
            tuple(d for one in paths for d in one.segments),
            np.concatenate([one.scale for one in paths]),
            np.concatenate([one.is_normal for one in paths]),
        )

    def in_heads(self, path: Path, n_heads: int) -> None:
        """Say that the units are those of attention heads, one head after the other.

        Parameters
        ----------
        path : Path
        n_heads : int
            Of the attention.
        """
        for d in path.segments:
            self._root(d).n_heads = n_heads

    def scale_back(self, path: Path) -> None:
        """Multiply what makes a value by the root of the fraction that is left: a product of such values is divided by
        the root of the size of a head.

        Parameters
        ----------
        path : Path
        """

        def scale(values: dict[str, Floats], sizes: Mapping[int, int]) -> None:
            (d,) = path.segments
            for name in path.origin:
                writes = next(
                    s for n, axis, s in reversed(self._cuts) if n == name and axis == values[name].ndim - 1
                )
                start = sum(sizes[one] for one in writes[: path.place])
                factor = np.float32(math.sqrt(sizes[d] / self._root(d).size))
                values[name] = values[name].copy()
                values[name][..., start : start + sizes[d]] *= factor

        self._after.append(scale)

    def scale_by_root(self, name: str, reads: Segments) -> None:
        """Multiply a weight by the root of the fraction of its inputs that is left: it is divided by their number's.

        Parameters
        ----------
        name : str
        reads : sequence of (str, int)
        """

        def scale(values: dict[str, Floats], sizes: Mapping[int, int]) -> None:
            left, before = sum(sizes[d] for d in reads), sum(self._root(d).size for d in reads)
            values[name] = values[name] * np.float32(math.sqrt(left / before))

        self._after.append(scale)

    def halve(self, layer: Layer, name: str) -> None:
        """Halve a table of hashed rows as often as `keep` is a half, while its rows are even in number.

        A place modulo half the rows is the place modulo all of them, modulo half: the two rows that meet are added up,
        as most rows have never been used.

        Parameters
        ----------
        layer : Layer
        name : str
        """

        def halved(values: dict[str, Floats], sizes: Mapping[int, int]) -> None:  # noqa: ARG001
            table = values[name]
            for _ in range(round(-math.log2(self._keep))):
                if len(table) % 2:
                    break
                table = table[: len(table) // 2] + table[len(table) // 2 :]
            values[name] = table

        self._after.append(halved)
        self._rows[f"{layer.name}/rows"] = name

    # -- what comes of it ---------------------------------------------------------------------------------------

    def result(self) -> tuple[dict[str, Floats], dict[str, ParamValue]]:
        """Return the weights and stats that are left by name, and the params that change."""
        chosen = {d: self._root(d).chosen(self._keep) for d in set(self._roots)}
        of = {d: chosen[root] for d, root in enumerate(self._roots)}
        sizes = {d: len(places) for d, places in of.items()}
        smaller = dict(self.values)
        for name, axis, segments in self._cuts:
            starts = np.cumsum([0, *(self._root(d).size for d in segments)])
            places = [start + of[d] for start, d in zip(starts, segments, strict=False)]
            smaller[name] = np.take(smaller[name], np.concatenate(places), axis=axis)
        for change in self._after:
            change(smaller, sizes)
        units = {
            name: sum(sizes[d] for d in segments)
            for name, segments in self._units.items()
            if not any(self._root(d).is_whole for d in segments)
        }
        units |= {name: len(smaller[table]) for name, table in self._rows.items()}
        return smaller, {"units": units, **{name: sizes[d] for name, d in self._words.items()}}

    def _dimension(self, size: int, *, is_whole: bool = False, n_first: int | None = None) -> int:
        self._dimensions.append(Dimension(size, is_whole, n_first=n_first))
        self._roots.append(len(self._roots))
        return len(self._roots) - 1

    def _root(self, d: int) -> Dimension:
        return self._dimensions[self._roots[d]]

    def _tie(self, a: int, b: int) -> None:
        kept, gone = self._roots[a], self._roots[b]
        if kept != gone:
            self._dimensions[kept].join(self._dimensions[gone])
            self._roots = [kept if root == gone else root for root in self._roots]

    def _parts(self, along: NDArray[_Number], segments: Segments) -> list[NDArray[_Number]]:
        return np.split(along, np.cumsum([self._root(d).size for d in segments])[:-1])

    def _receive(self, square: NDArray[np.float64], writes: Segments) -> None:
        along = square.sum(axis=tuple(range(square.ndim - 1)))
        for d, part in zip(writes, self._parts(along, writes), strict=True):
            self._root(d).received = self._root(d).received + part


def packed(layout: WeightLayout, networks: Sequence[Mapping[str, Floats]]) -> Floats:
    """Return the weights by name of R networks as one matrix (R, size).

    Parameters
    ----------
    layout : WeightLayout
    networks : sequence of mapping of str to ndarray of float

    Returns
    -------
    ndarray of float
    """
    rows = [
        np.concatenate([values[w.name].ravel() for w in layout.weights]) if layout.weights else np.zeros(0)
        for values in networks
    ]
    return np.stack(rows).astype(np.float32)
