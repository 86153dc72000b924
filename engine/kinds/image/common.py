"""What the readers of images share: the size that all get, room for the pixels, columns, and what to say of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...data.columns import ArrayColumn
from ...data.scratch import row_chunks, scratch_array
from ...data.table import Table
from ...domain.errors import DataError, Message
from ...domain.spec import ReadSpec
from ...machine import free_memory_bytes

IMAGE, LABEL = "image", "label"
IMAGE_ROLE = "image"
"""The role of a column of images."""

# Files that a message names.
_NAMED = 5
# Of a side, where the user does not say.
MOST_PIXELS = 64
_LEAST_PIXELS = 2
# Of what is free: more pixels than that lie in a mapped file.
_MEMORY_FRACTION = 0.25
Pixels = NDArray[np.uint8 | np.uint16]


class Bytes(Protocol):
    """A file, zipped or not, that is open for reading."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes.

        Parameters
        ----------
        size : int
            At most so many.

        Returns
        -------
        bytes
            Fewer at the end, then none.
        """
        ...


def pixels_of(table: Table, column: str) -> Pixels:
    """Return the pixels of the images of a table.

    Parameters
    ----------
    table : Table
    column : str

    Returns
    -------
    ndarray of shape (n, height, width, channels), uint8 or uint16
    """
    images = table[column]
    assert isinstance(images, ArrayColumn)  # noqa: S101 - the role belongs to arrays alone
    return images.values


def common_size(
    heights: NDArray[np.int64], widths: NDArray[np.int64], read: ReadSpec, source: str
) -> tuple[int, int]:
    """Return the height and width that all images get: the medians, at most `MOST_PIXELS`, or what was asked for.

    Parameters
    ----------
    heights : ndarray of int64
        In pixels, shape (n,).
    widths : ndarray of int64
        In pixels, shape (n,).
    read : ReadSpec
        How the file is read; what is None is detected.
    source : str

    Returns
    -------
    tuple of (int, int)

    Raises
    ------
    DataError
        Where there is no image.
    """
    height, width = float(np.median(heights)), float(np.median(widths))
    if min(height, width) < _LEAST_PIXELS:
        raise DataError(
            "The images of {file} are {width} × {height} pixels, which is too small to see anything; give larger ones.",
            file=source,
            width=round(width),
            height=round(height),
        )
    if read.image_size is not None:
        return read.image_size, read.image_size
    scale = min(1.0, MOST_PIXELS / max(height, width))
    return max(_LEAST_PIXELS, round(height * scale)), max(_LEAST_PIXELS, round(width * scale))


def room(shape: tuple[int, ...], dtype: DTypeLike = np.uint8) -> NDArray[Any]:
    """Return room for pixels: in the memory, or on the disk where they would fill much of what is free.

    Parameters
    ----------
    shape : tuple of int
        Rows first.
    dtype : DTypeLike

    Returns
    -------
    ndarray
    """
    if math.prod(shape) * np.dtype(dtype).itemsize > _MEMORY_FRACTION * free_memory_bytes():
        return scratch_array(shape, dtype)
    return np.zeros(shape, dtype)


def read_into_room(stream: Bytes, shape: tuple[int, ...], dtype: DTypeLike) -> tuple[NDArray[Any], int]:
    """Return the array whose bytes a stream gives, and how many there were; at most one more than it needs is read.

    Parameters
    ----------
    stream : binary stream
    shape : tuple of int
        Rows first.
    dtype : DTypeLike

    Returns
    -------
    tuple of (ndarray, int)
    """
    array = room(shape, dtype)
    n_read = 0
    for rows in row_chunks(array):
        part = array[rows].reshape(-1).view(np.uint8)
        data = stream.read(part.size)
        part[: len(data)] = np.frombuffer(data, np.uint8)
        n_read += len(data)
    return array, n_read + len(stream.read(1))


def size_message(
    heights: NDArray[np.int64], widths: NDArray[np.int64], height: int, width: int
) -> list[Message]:
    """Return what to say where images were resized.

    Parameters
    ----------
    heights : ndarray of int64
        In pixels, shape (n,).
    widths : ndarray of int64
        In pixels, shape (n,).
    height : int
        In pixels.
    width : int
        In pixels.

    Returns
    -------
    list of Message
    """
    if (heights == height).all() and (widths == width).all():
        return []
    return [
        Message(
            "Images of {low_width} × {low_height} to {high_width} × {high_height} pixels were resized to "
            "{width} × {height}.",
            {
                "low_width": int(widths.min()), "low_height": int(heights.min()), "high_width": int(widths.max()),
                "high_height": int(heights.max()), "width": width, "height": height,
            },
        )
    ]  # fmt: skip


def official_message(parts: Any) -> list[Message]:
    """Return what to say where there is a test part.

    Parameters
    ----------
    parts : object

    Returns
    -------
    list of Message
    """
    n = sum(part == "test" for part in parts)
    if not n:
        return []
    return [
        Message(
            'The data have a test part ({n:,} images); the holdout can be these ("test") or rows drawn at random.',
            {"n": n, "part": "test"},
        )
    ]


def told_files(files: Mapping[str, str] | Sequence[str]) -> str:
    """Return the first of some files, for a sentence, with what is said of each where it is a mapping.

    Parameters
    ----------
    files : mapping of str to str, or sequence of str

    Returns
    -------
    str
    """
    names = sorted(files) if isinstance(files, Mapping) else list(files)
    shown = [f"{name}: {files[name]}" if isinstance(files, Mapping) else name for name in names[:_NAMED]]
    separator = "; " if isinstance(files, Mapping) else ", "
    return separator.join([*shown, "…"] if len(names) > _NAMED else shown)
