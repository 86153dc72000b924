"""What a network takes of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...networks.inputs import Input, InputTensor


@dataclass(frozen=True, slots=True)
class TableInput(Input):
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
    """

    kind: ClassVar[str] = "table"
    n_numeric: int = 0
    cardinalities: tuple[int, ...] = ()
    n_continuous: int = 0

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``numeric`` and ``codes``, either of which may have no columns."""
        return (
            InputTensor(self.called("numeric"), 1, "float32"),
            InputTensor(self.called("codes"), 1, "int32"),
        )

    @property
    def row_size(self) -> int:
        """Numbers of one row as a network first holds it."""
        return self.n_numeric + len(self.cardinalities)


INPUT = TableInput
