"""What networks take in: one or more inputs, each of a kind of data, and their tensors. Needs no TensorFlow.

The preprocessing says it; encoders (`encoders`) turn each kind into what a trunk reads.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import msgspec

from ...storage.records import Json
from ..domain.stored import from_builtins

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
    dtype : {"float32", "int32", "uint8"}
    """

    name: str
    rank: int
    dtype: str

    @property
    def is_image(self) -> bool:
        """Whether its rows are images."""
        return self.rank == 3


@dataclass(frozen=True, slots=True)
class TableInput:
    """Columns of numbers and categories.

    Attributes
    ----------
    n_numeric : int
        Width of the float32 tensor ``numeric``.
    cardinalities : tuple of int
        Number of codes of each embedded categorical column; the int32 tensor ``codes`` has one place for each, and the
        codes of a column come after those of the columns before it.
    n_continuous : int
        The first columns of ``numeric`` that are scaled numbers; the rest are indicators and one-hot columns.
    name : str
        Ends the names of tensors and layers where a network has several inputs: letters, digits and ``_``. Empty
        elsewhere.
    """

    kind: ClassVar[str] = "table"
    n_numeric: int = 0
    cardinalities: tuple[int, ...] = ()
    n_continuous: int = 0
    name: str = ""

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``numeric`` and ``codes``, either of which may have no columns."""
        return (
            InputTensor(_named("numeric", self.name), 1, "float32"),
            InputTensor(_named("codes", self.name), 1, "int32"),
        )

    @property
    def row_size(self) -> int:
        """Numbers of one row as a network first holds it."""
        return self.n_numeric + len(self.cardinalities)


@dataclass(frozen=True, slots=True)
class TextInput:
    """A text as codes of its tokens.

    Attributes
    ----------
    n_tokens : int
        Length of the int32 tensor ``tokens``; 0 is padding, which is at the end.
    n_words : int
        Different codes, that of padding among them.
    name : str
        See `TableInput`.
    """

    kind: ClassVar[str] = "text"
    vector_size: ClassVar[int] = 64
    n_tokens: int
    n_words: int
    name: str = ""

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``tokens``."""
        return (InputTensor(_named("tokens", self.name), 1, "int32"),)

    @property
    def row_size(self) -> int:
        """Numbers of one row as a network first holds it: each token becomes a vector of a usual size."""
        return self.vector_size * self.n_tokens


@dataclass(frozen=True, slots=True)
class ImageInput:
    """An image as bytes.

    Attributes
    ----------
    height, width, channels : int
        Of the uint8 tensor ``pixels``.
    name : str
        See `TableInput`.
    """

    kind: ClassVar[str] = "image"
    height: int
    width: int
    channels: int
    name: str = ""

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``pixels``."""
        return (InputTensor(_named("pixels", self.name), 3, "uint8"),)

    @property
    def row_size(self) -> int:
        """Numbers of one row."""
        return math.prod(self.size)

    @property
    def size(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return self.height, self.width, self.channels


Input = TableInput | TextInput | ImageInput
_KINDS: dict[str, type[Input]] = {one.kind: one for one in (TableInput, TextInput, ImageInput)}


def _named(tensor: str, name: str) -> str:
    return f"{tensor}_{name}" if name else tensor


@dataclass(frozen=True, slots=True)
class InputShape:
    """What a network takes in and gives.

    Attributes
    ----------
    n_outputs : int
        Classes for ``multiclass``; 1 for ``binary`` (a logit) and ``regression``.
    inputs : tuple of TableInput, TextInput or ImageInput
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
        """Return a JSON-ready dict."""
        inputs = [{"kind": one.kind, **dataclasses.asdict(one)} for one in self.inputs]
        return {"n_outputs": self.n_outputs, "inputs": inputs, "task": self.task}

    @classmethod
    def from_json(cls, data: Json) -> InputShape:
        """Rebuild a shape from `to_json`, or from what 0.1.0 stored, which knew one input and all its sizes by name.

        Parameters
        ----------
        data : mapping
            As it was stored, by this version or an older one.

        Returns
        -------
        InputShape
        """
        stored = from_builtins(_Stored, data)
        inputs = tuple(from_builtins(_KINDS[str(one["kind"])], one) for one in stored.inputs)
        return cls(stored.n_outputs, inputs or (stored.only_input(),), stored.task)


class _Stored(msgspec.Struct, frozen=True):
    """A shape as it is stored; all but the first three of version 0.1.0."""

    n_outputs: int
    task: str
    inputs: tuple[dict[str, object], ...] = ()
    pixels: tuple[int, ...] | None = None
    n_tokens: int = 0
    n_words: int = 0
    n_numeric: int = 0
    cardinalities: tuple[int, ...] = ()
    n_continuous: int = 0

    def only_input(self) -> Input:
        """Return the one input that networks of version 0.1.0 had."""
        if self.pixels:
            height, width, channels = self.pixels
            return ImageInput(height, width, channels)
        if self.n_tokens:
            return TextInput(self.n_tokens, self.n_words)
        return TableInput(self.n_numeric, self.cardinalities, self.n_continuous)
