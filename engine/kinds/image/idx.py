"""The IDX files of MNIST and of sets in its form, plain or gzip: images and labels, training and test part together.

Used by `images`. The format is LeCun's: two zero bytes, the type of a number, the number of dimensions, each dimension
as a big-endian 32-bit integer, and the numbers.
"""

from __future__ import annotations

import gzip
import math
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...domain.errors import DataError
from .common import Bytes, read_into_room

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_TEST = re.compile(r"t10k|test", re.IGNORECASE)
_ENDS = re.compile(r"(?:[-.]idx\d)?[-.]u?byte(?:\.gz)?$|\.idx(?:\.gz)?$", re.IGNORECASE)


def is_idx(path: Path) -> bool:
    """Whether a file is called like an IDX file, or a folder holds one.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
    """
    if path.is_dir():
        return any(_is_images(file) for file in path.iterdir())
    return path.is_file() and _ENDS.search(path.name) is not None


def idx_parts(path: Path) -> list[tuple[str, Path, Path]]:
    """Return (part, images, labels) of the set that a file or folder belongs to; part is ``train`` or ``test``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of tuple of (str, Path, Path)

    Raises
    ------
    DataError
        Where the labels of a file of images are missing.
    """
    folder = path if path.is_dir() else path.parent
    found: list[tuple[str, Path, Path]] = []
    for images in sorted(file for file in folder.iterdir() if _is_images(file)):
        if not path.is_dir() and _stem(images.name) != _stem(path.name):
            # Of another set in the same folder.
            continue
        labels = _labels_of(images)
        if labels is None:
            raise DataError(
                "The labels of {file} are not beside it; put the file of labels (…labels…idx1…) into the same folder.",
                file=images.name,
            )
        found.append(("test" if _TEST.search(images.name) else "train", images, labels))
    if not found:
        raise DataError(
            "{file} has no file of images beside it (…images…idx3…); put both into one folder.",
            file=path.name,
        )
    return sorted(found, key=lambda part: part[0] == "test")


def read_idx(path: Path) -> NDArray[Any]:
    """Return the array of an IDX file; one that would fill much of the free memory lies on the disk.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ndarray

    Raises
    ------
    DataError
        Where it is none, or damaged.
    """
    try:
        with path.open("rb") as stream:
            is_gzip = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path) if is_gzip else path.open("rb") as stream:
            dtype, shape = _head(stream, path.name)
            size = math.prod(shape) * dtype.itemsize
            n_bytes = size if is_gzip else path.stat().st_size - stream.tell()
            # Else no room is made for what is not there.
            if n_bytes == size:
                array, n_bytes = read_into_room(stream, shape, dtype)
                if n_bytes == size:
                    return array
    except (OSError, EOFError, zlib.error) as error:
        raise DataError("{file} cannot be read: {reason}.", file=path.name, reason=str(error)) from error
    raise DataError(
        "{file} is damaged: it says {expected:,} bytes of numbers and has {n:,}; download it again.",
        file=path.name,
        expected=size,
        n=n_bytes,
    )


def _head(stream: Bytes, name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Return type and shape of the numbers that follow."""
    head = stream.read(4)
    dtype = _TYPES.get(head[2]) if len(head) == 4 and head[:2] == b"\0\0" else None
    sizes = stream.read(4 * head[3]) if dtype is not None else b""
    if dtype is None or not 1 <= head[3] <= 4 or len(sizes) < 4 * head[3]:
        raise DataError(
            "{file} is not an IDX file; its first bytes are {value}.",
            file=name,
            value=(head + sizes[:8]).hex(),
        )
    return np.dtype(dtype), tuple(np.frombuffer(sizes, ">u4").tolist())


def _is_images(file: Path) -> bool:
    return file.is_file() and _ENDS.search(file.name) is not None and "images" in file.name.lower()


def _labels_of(images: Path) -> Path | None:
    wanted = _plain(images.name.lower().replace("images", "labels"))
    return next((f for f in sorted(images.parent.iterdir()) if _plain(f.name.lower()) == wanted), None)


def _plain(name: str) -> str:
    """Return a name without its end: the labels may be zipped where the images are not."""
    return _ENDS.sub("", name)


def _stem(name: str) -> str:
    """Return what the files of one set have in common."""
    return re.sub(r"t10k|test|train|images|labels|[-_.]", "", _plain(name.lower()))
