"""A column of images: files, or their pixels, as the model takes them. Bundles carry it along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from ...bundled.errors import InputError, damaged_in_bundle
from ...bundled.input_column import Cell, InputColumn, Remark
from ...bundled.schema import InputSpec, Schema
from ...bundled.schema_file import SCHEMA_FILE
from .file_rows import ImageRows, decoding

_SHOWN_FILES = 5
_MOST_CHANNELS = 4
_PIXEL_TYPES = ("uint8", "uint16")


class ImageColumn(InputColumn):
    """See `InputColumn`; paths of image files are taken, and their pixels.

    Attributes
    ----------
    shape : tuple of int
        Height, width and channels that every image gets.
    dtype : str
        Of its pixels.
    """

    roles = ("image",)
    lead = ("image",)
    most_rows = 256
    wanted = "an image file as base64"
    may_be_missing = False
    reads_files = True
    is_pictured = True
    samples = "sample_images.zip"
    file_types = ("image/png", "image/jpeg", "image/bmp", "image/webp", "image/tiff")

    def __init__(self, spec: InputSpec, schema: Schema, decimal: str) -> None:
        super().__init__(spec, schema, decimal)
        if len(schema.inputs) == 1:
            # Rows are files then, and have no column.
            self.key = spec.name
        self._schema = schema
        self.shape = spec.shape or (0, 0, 0)
        if len(self.shape) != 3 or self.shape[2] > _MOST_CHANNELS:
            reason = (
                f"the shape {list(self.shape)} of {spec.column!r} is not height, width, channels of an image"
            )
            raise damaged_in_bundle(SCHEMA_FILE, reason)
        if spec.dtype not in _PIXEL_TYPES:
            raise damaged_in_bundle(SCHEMA_FILE, f"{spec.dtype} are no pixels of {spec.column!r}")
        height, width, channels = self.shape
        self.dtype = spec.dtype
        of_pixel = f"{channels} bytes" if spec.dtype == "uint8" else f"{channels} numbers of 16 bits"
        size = f"{height} x {width} pixels of {of_pixel}"
        self.preparation = f"An image is resized to {size} first: ../decoding.py says how."

    def read(self, cells: Sequence[Cell], lines: Sequence[int], place: Path) -> tuple[np.ndarray, np.ndarray]:
        """See `InputColumn.read`."""
        kind = decoding()
        values, good = np.zeros((len(cells), *self.shape), self.dtype), np.ones(len(cells), bool)
        with kind.ImageFiles(place, names=()) as files:
            for i, (cell, line) in enumerate(zip(cells, lines, strict=True)):
                if isinstance(cell, np.ndarray):
                    values[i] = cell
                    continue
                try:
                    values[i] = files.pixels(_path(cell), *self.shape, self.dtype)
                except kind.BadImageError as error:
                    good[i] = False
                    self.bad.append((str(cell or f"line {line}"), str(error)))
        return values, good

    def decoded(self, data: bytes) -> np.ndarray:
        """See `InputColumn.decoded`; the pixels."""
        try:
            pixels: np.ndarray = decoding().decoded_bytes(data, *self.shape, self.dtype)
        except decoding().BadImageError as error:
            raise InputError("{reason}", reason=str(error)) from error
        return pixels

    def described(self) -> dict[str, object]:
        """See `InputColumn.described`."""
        height, width, channels = self.shape
        about = f"A {decoding().NAMES_OF_FORMATS} file as base64; it is resized to {height} × {width} pixels."
        size = {"height": height, "width": width, "channels": channels}
        return {"column": self.key, "type": "image", **size, "about": about}

    def shown(self, values: np.ndarray) -> str:
        """See `InputColumn.shown`; the size, as the picture itself says more."""
        return " × ".join(map(str, values.shape))

    def remarks(self) -> list[Remark]:
        """See `InputColumn.remarks`."""
        if not self.bad:
            return []
        shown = "; ".join(f"{name}: {reason}" for name, reason in self.bad[:_SHOWN_FILES])
        more = "; …" if len(self.bad) > _SHOWN_FILES else ""
        return [
            Remark(
                "Images that cannot be read, and have an empty row: {n:,} ({files}).",
                n=len(self.bad),
                files=shown + more,
            )
        ]

    def given(self, rows: Sequence[Mapping[str, Cell]]) -> list[Cell]:
        """See `InputColumn.given`; pixels, read from the files where paths are given."""
        return [self._given(row.get(self.key)) for row in rows]

    def file_rows(self, paths: Sequence[Path]) -> ImageRows:
        """See `InputColumn.file_rows`."""
        return ImageRows(paths, self.column, self._schema)

    def _given(self, value: Cell) -> np.ndarray:
        if isinstance(value, np.ndarray):
            given = cast("np.ndarray", value)
            if given.dtype == self.dtype and given.shape == self.shape:
                return given
        if not isinstance(value, str | Path):
            raise InputError(
                "A row has no value {column!r}; give the path of a file, or {dtype} numbers of shape {shape}.",
                column=self.key, dtype=self.dtype, shape=self.shape,
            )  # fmt: skip
        with decoding().ImageFiles(Path(value).parent, names=()) as files:
            try:
                pixels: np.ndarray = files.pixels(Path(value).name, *self.shape, self.dtype)
            except decoding().BadImageError as error:
                raise InputError(
                    "{file} cannot be read: {reason}.", file=str(value), reason=str(error)
                ) from error
        return pixels


def _path(cell: Cell) -> str:
    if not isinstance(cell, str | Path) or not str(cell).strip():
        raise decoding().BadImageError("no file is named")
    return str(cell).strip()


COLUMN = ImageColumn
