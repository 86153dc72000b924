"""What a model family provides: networks whose R replicas compute as one.

A network has two halves. Its *structure* is what the traced TensorFlow graph depends on (the number of layers, the
activation, …) and is hashable: a graph is traced once for each structure and serves every width, batch size, number of
replicas and hyperparameter value. Its *layouts* give the sizes. A new family is one module beside `mlp` and one line in
`registry`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..domain.errors import CompressionError
from .inputs import Inputs, InputShape
from .layout import Floats, Layout
from .shrinking import packed


class Structure(ABC):
    """The hashable half of a network: its computation for R replicas at once.

    Attributes
    ----------
    has_members : bool
        Whether it is an ensemble in itself, whose k members are trained each on its own loss (see `forward`).
    """

    __slots__ = ()
    has_members: ClassVar[bool] = False

    @abstractmethod
    def forward(
        self,
        weights: Sequence[tf.Tensor],
        stats: Sequence[tf.Tensor],
        inputs: Inputs,
        *,
        training: bool,
        dropout: tf.Tensor,
        seed: tf.Tensor,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Compute the outputs of R replicas, each on its own batch.

        Parameters
        ----------
        weights, stats : sequences of tensors
            Each of shape (R, *shape), in the order of the layouts. Stats are what is not trained by gradients
            (moving means and variances).
        inputs : mapping of str to tensor
            By the names of `InputShape.inputs`; ``numeric`` float32 (R, B, n_numeric), ``codes`` int32 (R, B, n_codes),
            ``tokens`` int32 (R, B, n_tokens), ``pixels`` uint8 (R, B, height, width, channels).
        training : bool
            Static: dropout and batch statistics are active.
        dropout : float32 scalar
        seed : int32 tensor of shape (2,)
            For dropout masks. One mask serves all replicas (common random numbers), so that training folds one by
            one or together gives the same scores.

        Returns
        -------
        outputs : float32 tensor of shape (R, B, n_outputs)
            While a structure with members trains, (R, k B, n_outputs): all rows of the first member, then the next.
        new_stats : list of tensors, as `stats`
        """


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Smaller networks: the params that describe them, their weights (R, P) and stats (R, S)."""

    params: Mapping[str, Any]
    weights: Floats
    stats: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """One network of some family: structure, sizes, and its way to Keras.

    Attributes
    ----------
    structure : Structure
    weights, stats : Layout
    params : mapping
        The hyperparameters that it was built from.
    shape : InputShape
    width : int
        Numbers that lie between two layers for one row, where they are many: then fewer rows are predicted at once.
    """

    family: str
    structure: Structure
    weights: Layout
    stats: Layout
    params: Mapping[str, Any]
    shape: InputShape
    width: int = 0

    @property
    def n_parameters(self) -> int:
        """Trainable parameters of one replica."""
        return self.weights.size

    def values(self, weights: Floats, stats: Floats) -> dict[str, Floats]:
        """Return weights (P,) and stats (S,) of one replica by name, as views."""
        return {**self.weights.unpack(weights), **self.stats.unpack(stats)}


class Family(ABC):
    """A model family: builds networks from hyperparameters, and Keras models from trained weights.

    Attributes
    ----------
    name : str
    kind : {"table", "image", "text"}
        The data it is for.
    fuses : bool
        Whether R replicas compute faster as one than one after the other; ARCHITECTURE.md has the figures.
    """

    name: str
    kind: str = "table"
    fuses: bool = True

    @abstractmethod
    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """Return the network that `params` describe."""

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """Return R smaller networks: the units that matter least are removed, each network's own.

        Parameters
        ----------
        weights, stats : ndarrays of shape (R, P) and (R, S), float32
        keep : float
            Fraction of the units of every hidden layer that stay, in (0, 1]; rounded up to multiples of four.

        Raises
        ------
        CompressionError
            Where the family has no such form.
        """
        raise CompressionError(
            "Networks of the family {family!r} cannot be made smaller by removing units; choose sparsification or "
            "quantization.",
            family=self.name,
        )

    def rebuilt(
        self, network: Network, changed: Mapping[str, Any], values: Sequence[Mapping[str, Floats]]
    ) -> Shrunk:
        """Return networks with other params, for `shrink` and `folded`.

        Parameters
        ----------
        changed : mapping
            The params that differ; ``n_words`` is that of the inputs too.
        values : sequence of mappings of str to ndarray
            Weights and stats of each replica by name, in their new sizes.
        """
        params = {**network.params, **changed}
        shape = replace(network.shape, n_words=changed["n_words"]) if "n_words" in changed else network.shape
        built = self.build(params, shape)
        return Shrunk(params, packed(built.weights, values), packed(built.stats, values))

    def folded(self, network: Network, weights: Floats, stats: Floats) -> Shrunk:
        """Return R networks that compute the same with fewer operations, for prediction alone.

        Normalizations over the batch become part of the layer before them, where nothing else reads it.

        Parameters
        ----------
        weights, stats : ndarrays of shape (R, P) and (R, S), float32
        """
        return Shrunk(network.params, weights, stats)

    @abstractmethod
    def to_keras(self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]) -> Any:
        """Return a `keras.Model` with the given flat weights (size,) and stats (size,) that computes the same outputs.

        Its inputs have the names of `InputShape.inputs`; one of width 0 is left out.
        """
