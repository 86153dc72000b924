"""What a network takes of images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from ...networks.inputs import Input, InputTensor

MOST_SHADES = {"uint8": 255.0, "uint16": 65535.0}
"""White, by the type of pixels."""


@dataclass(frozen=True, slots=True)
class ImageInput(Input):
    """An image as whole numbers.

    Attributes
    ----------
    height, width, channels : int
        Of the tensor ``pixels``.
    dtype : {"uint8", "uint16"}
        Of it.
    """

    kind: ClassVar[str] = "image"
    height: int
    width: int
    channels: int
    dtype: str = "uint8"

    @property
    def tensors(self) -> tuple[InputTensor, ...]:
        """``pixels``."""
        return (InputTensor(self.called("pixels"), 3, self.dtype, is_image=True),)

    @property
    def row_size(self) -> int:
        """Numbers of one row."""
        return math.prod(self.size)

    @property
    def size(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return self.height, self.width, self.channels

    def to_json(self) -> dict[str, object]:
        """See `Input.to_json`; bytes, which version 0.2 knew alone, are not said."""
        data = Input.to_json(self)
        if self.dtype == "uint8":
            del data["dtype"]
        return data


INPUT = ImageInput
