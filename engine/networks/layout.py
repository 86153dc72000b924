"""How the weights of one network lie in one flat vector, so that R networks are one (R, size) matrix.

Part of the heavy engine's networks; needs NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight of a network.

    Attributes
    ----------
    name : str
        ``layer/weight``, the layer's name being that of the Keras layer it becomes.
    shape : tuple of int
    initializer : {"glorot_uniform", "he_normal", "zeros", "ones", "normal", "uniform", "signs"}
        ``uniform`` is symmetric around 0, ``signs`` are -1 and 1.
    scale : float
        Standard deviation of ``normal``, limit of ``uniform``.
    decays : bool
        Whether weight decay applies: to matrices, not to biases, normalizations and embeddings.
    rate : float
        Factor of the learning rate.
    """

    name: str
    shape: tuple[int, ...]
    initializer: str = "zeros"
    scale: float = 1.0
    decays: bool = False
    rate: float = 1.0

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    def initial(self, rng: np.random.Generator) -> Floats:
        """Draw an initial value (Glorot and Bengio 2010; He et al. 2015).

        Parameters
        ----------
        rng : Generator
            Source of chance.

        Returns
        -------
        ndarray of float
        """
        if self.initializer == "zeros":
            return np.zeros(self.shape, np.float32)
        if self.initializer == "ones":
            return np.ones(self.shape, np.float32)
        if self.initializer == "normal":
            return rng.normal(0.0, self.scale, self.shape).astype(np.float32)
        if self.initializer == "uniform":
            return rng.uniform(-self.scale, self.scale, self.shape).astype(np.float32)
        if self.initializer == "signs":
            return rng.choice(np.array([-1.0, 1.0], np.float32), self.shape)
        fan_in, fan_out = self.shape[-2], self.shape[-1]
        if self.initializer == "he_normal":
            return rng.normal(0.0, math.sqrt(2.0 / fan_in), self.shape).astype(np.float32)
        limit = math.sqrt(6.0 / (fan_in + fan_out))
        return rng.uniform(-limit, limit, self.shape).astype(np.float32)


@dataclass(frozen=True, slots=True)
class WeightLayout:
    """An ordered set of weights and their places in a flat vector."""

    weights: tuple[Weight, ...]

    @property
    def size(self) -> int:
        """Numbers in one flat vector."""
        return sum(w.size for w in self.weights)

    @property
    def ranks(self) -> tuple[int, ...]:
        """The number of dimensions of each weight; the traced graph depends on these, not on the sizes."""
        return tuple(len(w.shape) for w in self.weights)

    def shapes(self) -> NDArray[np.int32]:
        """Return all shapes, one after the other, as one int32 vector."""
        return np.array([n for w in self.weights for n in w.shape], np.int32)

    def initial(self, seeds: Sequence[int]) -> Floats:
        """Draw initial values for one network a seed: shape (len(seeds), size).

        Parameters
        ----------
        seeds : sequence of int
            One for each network.

        Returns
        -------
        ndarray of float
        """
        rows: list[Floats] = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            parts = [w.initial(rng).ravel() for w in self.weights]
            rows.append(np.concatenate(parts) if parts else np.zeros(0, np.float32))
        return np.stack(rows)

    def unpack(self, flat: NDArray[np.floating]) -> dict[str, Floats]:
        """Return the weights by name of one flat vector of shape (size,).

        Parameters
        ----------
        flat : ndarray of float
            All weights one after the other, shape (n_weights,) or (n, n_weights).

        Returns
        -------
        dict of str to ndarray of float
        """
        values: dict[str, Floats] = {}
        start = 0
        for w in self.weights:
            values[w.name] = flat[start : start + w.size].reshape(w.shape)
            start += w.size
        return values
