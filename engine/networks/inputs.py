"""What networks take in: the inputs of each kind of data, and their sizes. Needs no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

Inputs = Mapping[str, Any]
"""What R replicas compute on, by the name of the input: arrays or tensors of shape (R, B, *row)."""


@dataclass(frozen=True, slots=True)
class NetworkInput:
    """One input of a network: its name, the number of dimensions of one row of it, and its dtype."""

    name: str
    rank: int
    dtype: str


NUMERIC = NetworkInput("numeric", 1, "float32")
CODES = NetworkInput("codes", 1, "int32")
TOKENS = NetworkInput("tokens", 1, "int32")
PIXELS = NetworkInput("pixels", 3, "uint8")
TOKEN_SIZE = 64  # numbers of a usual vector


@dataclass(frozen=True, slots=True)
class InputShape:
    """What the preprocessing hands to a network: the inputs of one kind of data.

    Attributes
    ----------
    n_outputs : int
        Classes for ``multiclass``; 1 for ``binary`` (a logit) and ``regression``.
    n_numeric : int
        Of a table: width of the float32 input.
    cardinalities : tuple of int
        Of a table: number of codes of each embedded categorical column.
    n_continuous : int
        The first columns of the float32 input that are scaled numbers; the rest are indicators and one-hot columns.
    n_tokens, n_words : int
        Of texts: tokens of a row (0 is padding), and different tokens.
    pixels : tuple of int
        Of images: (height, width, channels).
    task : {"", "binary", "multiclass", "regression"}
        Empty where nobody needs it.
    """

    n_outputs: int
    n_numeric: int = 0
    cardinalities: tuple[int, ...] = ()
    n_continuous: int = 0
    n_tokens: int = 0
    n_words: int = 0
    pixels: tuple[int, ...] = ()
    task: str = ""

    @property
    def inputs(self) -> tuple[NetworkInput, ...]:
        """The inputs, in the order of a network's Keras form."""
        table = (NUMERIC, CODES) if self.n_numeric or self.cardinalities else ()
        texts = (TOKENS,) if self.n_tokens else ()
        return (*table, *texts, *((PIXELS,) if self.pixels else ()))

    @property
    def row_size(self) -> int:
        """Numbers in one row as a network first holds it; each token becomes a vector."""
        tokens = TOKEN_SIZE * self.n_tokens
        return self.n_numeric + len(self.cardinalities) + tokens + math.prod(self.pixels or (0,))

    @classmethod
    def joined(cls, shapes: Sequence[InputShape]) -> InputShape:
        """Return the shape of a network that takes the inputs of several kinds of data at once."""
        named = {
            f.name: getattr(shape, f.name) for shape in shapes for f in fields(cls) if getattr(shape, f.name)
        }
        return cls(**named)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> InputShape:
        """Rebuild a shape from `dataclasses.asdict`."""
        lists = {name: tuple(data[name]) for name in ("cardinalities", "pixels")}
        return cls(**{**data, **lists})
