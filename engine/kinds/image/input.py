"""What a network takes of images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from ...networks.inputs import Input, InputTensor


@dataclass(frozen=True, slots=True)
class ImageInput(Input):
    """An image as bytes.

    Attributes
    ----------
    height, width, channels : int
        Of the uint8 tensor ``pixels``.
    """

    kind: ClassVar[str] = "image"
    height: int
    width: int
    channels: int

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``pixels``."""
        return (InputTensor(self.called("pixels"), 3, "uint8", is_image=True),)

    @property
    def row_size(self) -> int:
        """Numbers of one row."""
        return math.prod(self.size)

    @property
    def size(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return self.height, self.width, self.channels


INPUT = ImageInput
