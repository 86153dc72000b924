"""What networks take in: one or more inputs, each of a kind of data, and their tensors. Needs no TensorFlow.

Each kind of data has a class of its own for what a network takes of it (``input`` in its folder, see `kinds.base`); the
preprocessing makes it.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeAlias

Tensor: TypeAlias = Any
"""Of TensorFlow, or a symbolic one of Keras: neither tells a type checker what its operations give."""

Inputs = Mapping[str, Tensor]
"""What R replicas compute on, by the name of the tensor: arrays or tensors of shape (R, B, *row)."""


@dataclass(frozen=True, slots=True)
class InputTensor:
    """One tensor that a network takes in.

    Attributes
    ----------
    name : str
    rank : int
        The number of dimensions of one row.
    dtype : {"float32", "int32", "uint8", "uint16"}
    is_image : bool
        Whether its rows are images, which training may turn, shift and mix.
    """

    name: str
    rank: int
    dtype: str
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Input(ABC):
    """What a network takes of one kind of data; a kind's own class has its sizes.

    Attributes
    ----------
    kind : str
    name : str
        Ends the names of tensors and layers where a network has several inputs: letters, digits and ``_``. Empty
        elsewhere.
    """

    kind: ClassVar[str]
    name: str = field(default="", kw_only=True)

    @property
    @abstractmethod
    def tensors(self) -> tuple[InputTensor, ...]:
        """Its tensors, called by `called`; one that has no columns may be among them."""

    @property
    @abstractmethod
    def row_size(self) -> int:
        """Numbers of one row as a network first holds it, for the costs of a network."""

    @property
    def vocabulary_size(self) -> int:
        """Different codes in its tensors, of which the most frequent words have the lowest; 0 without such.

        The highest of them may go when networks are made smaller, see `with_vocabulary`.
        """
        return 0

    def with_vocabulary(self, n_words: int) -> Self:
        """Return the input with fewer codes, where it has such.

        Parameters
        ----------
        n_words : int

        Returns
        -------
        Input
        """
        raise NotImplementedError

    def named(self, name: str) -> Self:
        """Return the input with another name.

        Parameters
        ----------
        name : str

        Returns
        -------
        Input
        """
        return dataclasses.replace(self, name=name)

    def called(self, name: str) -> str:
        """Return what a tensor or a layer that belongs to this input is called.

        Parameters
        ----------
        name : str
            What it is called where there is one input.

        Returns
        -------
        str
        """
        return f"{name}_{self.name}" if self.name else name

    def param(self, name: str) -> str:
        """Return the param of a network that says a size of this input, which the preprocessing of its kind reads too.

        Parameters
        ----------
        name : str

        Returns
        -------
        str
        """
        return name if self.name == self.kind else self.called(name)

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict with the ``kind``."""
        sizes = dataclasses.asdict(self)
        name = sizes.pop("name")
        return {"kind": self.kind, **sizes, "name": name}


@dataclass(frozen=True, slots=True)
class InputShape:
    """What a network takes in and gives.

    Attributes
    ----------
    n_outputs : int
        Classes for ``multiclass``; 1 for ``binary`` (a logit) and ``regression``.
    inputs : tuple of Input
        Of distinct names.
    task : {"", "binary", "multiclass", "regression"}
        Empty where nobody needs it.
    """

    n_outputs: int
    inputs: tuple[Input, ...]
    task: str = ""

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """All tensors, in the order of the inputs."""
        return tuple(tensor for one in self.inputs for tensor in one.tensors)

    @property
    def row_size(self) -> int:
        """Numbers of one row as a network first holds it."""
        return sum(one.row_size for one in self.inputs)

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict, which `kinds.shapes` reads."""
        return {
            "n_outputs": self.n_outputs,
            "inputs": [one.to_json() for one in self.inputs],
            "task": self.task,
        }
