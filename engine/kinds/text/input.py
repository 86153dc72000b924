"""What a network takes of texts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from ...networks.inputs import Input, InputTensor


@dataclass(frozen=True, slots=True)
class TextInput(Input):
    """A text as codes of its tokens.

    Attributes
    ----------
    n_tokens : int
        Length of the int32 tensor ``tokens``; 0 is padding, which is at the end.
    n_words : int
        Different codes, that of padding among them; the most frequent words have the lowest.
    """

    kind: ClassVar[str] = "text"
    vector_size: ClassVar[int] = 64
    n_tokens: int
    n_words: int

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``tokens``."""
        return (InputTensor(self.called("tokens"), 1, "int32"),)

    @property
    def row_size(self) -> int:
        """Numbers of one row as a network first holds it: each token becomes a vector of a usual size."""
        return self.vector_size * self.n_tokens

    @property
    def vocabulary_size(self) -> int:
        """See `Input.vocabulary_size`."""
        return self.n_words

    def with_vocabulary(self, n_words: int) -> TextInput:
        """See `Input.with_vocabulary`."""
        return dataclasses.replace(self, n_words=n_words)


INPUT = TextInput
