"""Images: the pixels as they were read; the networks scale them. Nothing is fitted, so all replicas share them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....storage.records import Json
from ...data.columns import ArrayColumn, Rows
from ...data.table import Table
from ...domain.arrays import Cells
from ...domain.errors import DataError
from ...domain.params import Params
from ...domain.stored import from_builtins
from ...networks.inputs import InputShape
from ..base import Columns, Preprocessing, PreprocessingKind
from .input import ImageInput


@dataclass(frozen=True, slots=True)
class ImagePreprocessing(Preprocessing):
    """See `Preprocessing`.

    Attributes
    ----------
    column : str
        The column that names the images.
    height, width, channels : int
        Of every image.
    dtype : {"uint8", "uint16"}
        Of its pixels.
    """

    kind: ClassVar[str] = "image"
    column: str
    height: int
    width: int
    channels: int
    dtype: str = "uint8"

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Preprocessing.columns`."""
        return (self.column,)

    def shape(self, n_outputs: int) -> InputShape:
        """See `Preprocessing.shape`."""
        return InputShape(n_outputs, (ImageInput(self.height, self.width, self.channels, self.dtype),))

    def inputs(self, table: Table, rows: Rows) -> dict[str, Cells]:
        """See `Preprocessing.inputs`; where all rows are asked for in order, nothing is copied."""
        images = table[self.column]
        if not isinstance(images, ArrayColumn) or images.values.shape[1:] != (
            self.height, self.width, self.channels,
        ):  # fmt: skip
            raise DataError(
                "The images must be {width} × {height} pixels with {channels} channels.",
                width=self.width,
                height=self.height,
                channels=self.channels,
            )
        is_all = len(rows) == table.n_rows and bool((rows == np.arange(table.n_rows)).all())
        return {"pixels": images.values if is_all else images.values[rows]}

    def to_json(self) -> dict[str, object]:
        """See `Preprocessing.to_json`."""
        return {
            "kind": "image",
            "column": self.column,
            "height": self.height,
            "width": self.width,
            "channels": self.channels,
            **({} if self.dtype == "uint8" else {"dtype": self.dtype}),
        }


class ImageKind(PreprocessingKind):
    """See `PreprocessingKind`."""

    is_shared = True

    def digest(self, params: Params) -> str:  # noqa: ARG002 - nothing depends on them
        """See `PreprocessingKind.digest`."""
        return hashlib.sha256(b"image").hexdigest()

    def fit(
        self,
        table: Table,  # noqa: ARG002 - one signature for all kinds
        columns: Columns,
        train_rows: Sequence[Rows],
        params: Params,  # noqa: ARG002
    ) -> tuple[ImagePreprocessing, ...]:
        """See `PreprocessingKind.fit`."""
        array = columns[0].array
        assert array is not None  # noqa: S101 - the role belongs to arrays alone
        height, width, channels = array.shape
        fitted = ImagePreprocessing(columns[0].name, height, width, channels, array.dtype)
        return (fitted,) * len(train_rows)

    def from_json(self, data: Json) -> ImagePreprocessing:
        """See `PreprocessingKind.from_json`."""
        return from_builtins(ImagePreprocessing, data)


KIND = ImageKind()
