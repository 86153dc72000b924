"""What a network takes of series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...networks.inputs import Input, InputTensor


@dataclass(frozen=True, slots=True)
class SeriesInput(Input):
    """`length` numbers, the float32 tensor ``series``."""

    kind: ClassVar[str] = "series"
    length: int

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``series``."""
        return (InputTensor(self.called("series"), 1, "float32"),)

    @property
    def row_size(self) -> int:
        """Numbers of one row."""
        return self.length


INPUT = SeriesInput
