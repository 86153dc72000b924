"""What a layer is: a frozen description with a name, and its interpretations.

A layer describes what is computed once; `weights` says what it owns, `forward` computes R replicas in TensorFlow,
`to_keras` and `to_onnx` give its exported forms, `cut` says which axes of its weights belong together when units are
removed. A new layer is one module here with these.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ...tf import tf
from ..inputs import Tensor
from ..layout import Floats, Weight

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

_T = TypeVar("_T", bound="Layer")


@dataclass(frozen=True, slots=True)
class Value:
    """What flows between layers.

    Attributes
    ----------
    name : str
        Of the layer that gives it, or of an input tensor.
    shape : tuple of int
        Of one row; tokens of a text count as many as there can be.
    """

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Length of the last axis."""
        return self.shape[-1]

    @property
    def n_numbers(self) -> int:
        """Numbers of one row."""
        return math.prod(self.shape)


def sized(default: Any) -> Any:
    """Declare a field of a layer that its traced graph does not depend on: sizes, initial values, rates.

    `Layer.bare` sets it back to the default, so that no computation of replicas can lean on it.

    Parameters
    ----------
    default : object

    Returns
    -------
    object
    """
    return field(default=default, metadata={"is_sized": True})


@dataclass(slots=True)
class Replicas:
    """What a pass of R replicas through a network needs beside its inputs.

    Attributes
    ----------
    values : mapping of str to tensor
        Weights and stats by name, each of shape (R, *shape).
    training : bool
        Static: dropout and batch statistics are active.
    rate : float32 scalar
        Of dropout.
    seed : int32 tensor of shape (2,)
    moved : dict of str to tensor
        Stats that a batch has changed.
    """

    values: Mapping[str, Tensor]
    training: bool
    rate: Tensor
    seed: Tensor
    moved: dict[str, Tensor]

    def seed_of(self, place: int) -> Tensor:
        """Return the seed of the random numbers of one place in the network.

        Parameters
        ----------
        place : int
            From 0.

        Returns
        -------
        tensor
        """
        return self.seed + tf.constant([0, place])


@dataclass(frozen=True, slots=True)
class Layer(ABC):
    """A layer of a network.

    Attributes
    ----------
    name : str
        Unique in the network; begins the names of its weights, and is that of the Keras layer.
    fuses : bool
        Whether R replicas compute faster as one than one after the other; where not, R is always 1. ARCHITECTURE.md has
        the figures.
    has_members : bool
        Whether it gives the outputs of an ensemble in the network, whose k members are trained each on its own loss:
        while training (R, k B, n_outputs), all rows of the first member, then the next.
    is_maximum : bool
        Whether it gives the largest of some numbers, so that it may come before a layer that `rises`.
    """

    fuses: ClassVar[bool] = True
    has_members: ClassVar[bool] = False
    is_maximum: ClassVar[bool] = False
    name: str

    @property
    def rises(self) -> bool:
        """Whether it takes each number by itself, and a larger one never gives a smaller one."""
        return False

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """Return what is trained, by the sizes of the inputs.

        Parameters
        ----------
        *inputs : Value
            What enters, of a row.

        Returns
        -------
        tuple of Weight
        """
        return ()

    def stats(self, *inputs: Value) -> tuple[Weight, ...]:
        """Return what follows the batches without gradients, such as moving means.

        Parameters
        ----------
        *inputs : Value
            What enters, of a row.

        Returns
        -------
        tuple of Weight
        """
        return ()

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """Return the shape of one row of what comes out: by default that of the first input.

        Parameters
        ----------
        *inputs : Value
            What enters, of a row.

        Returns
        -------
        tuple of int
        """
        return inputs[0].shape

    def n_held(self, output: Value, *inputs: Value) -> int:
        """Return how many numbers lie in memory for one row, where it has several vectors.

        Parameters
        ----------
        output : Value
        *inputs : Value
            What enters, of a row.

        Returns
        -------
        int
        """
        return output.n_numbers if len(output.shape) == 2 else 0

    @abstractmethod
    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """Compute R replicas at once: tensors of shape (R, B, *row).

        Must not read a field that is `sized`: the graph is traced once for all sizes.

        Parameters
        ----------
        run : Replicas
            The pass of the replicas.
        *inputs : tensor
            Of shape (R, B, *row).

        Returns
        -------
        tensor
        """

    @abstractmethod
    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """Return what comes out as a symbolic tensor of a Keras model, of shape (B, *row).

        Parameters
        ----------
        form : KerasForm
        *inputs : tensor
            Of shape (R, B, *row).

        Returns
        -------
        tensor
        """

    @abstractmethod
    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """Add nodes to an ONNX graph, and return the name of what comes out.

        Parameters
        ----------
        graph : OnnxGraph
        *inputs : Value
            What enters, of a row.

        Returns
        -------
        str
        """

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """Say what the axes of the weights are, and return the path of what comes out: by default nothing changes.

        Parameters
        ----------
        cutting : Cutting
        *inputs : Path

        Returns
        -------
        Path
        """
        return inputs[0]

    def pooled(self, pool: Layer) -> Layer | None:
        """Return the layer that gives what a maximum after it does, of fewer numbers, where there is one.

        Parameters
        ----------
        pool : Layer
            One that `is_maximum`.

        Returns
        -------
        Layer or None
        """
        return None

    def merged(self, following: Layer) -> Layer | None:
        """Return one layer that does what this and the one after it do, where there is one, for prediction alone.

        Parameters
        ----------
        following : Layer

        Returns
        -------
        Layer or None
        """
        return None

    def merged_values(self, following: Layer, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return the weights that change in `merged`, by name, of all weights and stats of one replica.

        Parameters
        ----------
        following : Layer
        values : mapping of str to ndarray of float

        Returns
        -------
        dict of str to ndarray of float
        """
        return {}

    def bare(self: _T) -> _T:
        """Return the layer without what a traced graph does not depend on."""
        changes = {f.name: f.default for f in fields(self) if f.metadata.get("is_sized")}
        return replace(self, **changes) if changes else self
