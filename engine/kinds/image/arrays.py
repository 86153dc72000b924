"""Images that are numbers: IDX files and NPZ arrays. Used by `images`."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from PIL import Image

from ...data.columns import ArrayColumn, NumberColumn, WordColumn
from ...data.schema import SPLIT_COLUMN as SPLIT
from ...data.scratch import row_chunks
from ...data.table import Table
from ...domain.errors import DataError, Message
from ...domain.spec import ReadSpec
from ..base import ReadTable
from .common import (
    IMAGE,
    IMAGE_ROLE,
    LABEL,
    Pixels,
    common_size,
    official_message,
    read_into_room,
    room,
    size_message,
)
from .decoding import as_pixels
from .idx import idx_parts, read_idx
from .input import MOST_SHADES

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_idx_files(path: Path, read: ReadSpec) -> ReadTable:
    """Read IDX files of images and of their labels.

    Parameters
    ----------
    path : Path
    read : ReadSpec
        How the file is read; what is None is detected.

    Returns
    -------
    ReadTable

    Raises
    ------
    DataError
        Where they are damaged, or do not belong together.
    """
    parts = idx_parts(path)
    images: list[NDArray[Any]] = []
    labels: list[NDArray[Any]] = []
    for _, image_file, label_file in parts:
        x, y = read_idx(image_file), read_idx(label_file)
        if len(x) != len(y):
            raise DataError(
                "{file} has {n:,} images and {labels} has {n_labels:,} labels; they do not belong together.",
                file=image_file.name,
                n=len(x),
                labels=label_file.name,
                n_labels=len(y),
            )
        images.append(x)
        labels.append(y)
    size = sum(file.stat().st_size for _, *files in parts for file in files)
    return _from_arrays(path.name, images, labels, [part for part, _, _ in parts], read, size)


def is_npz(path: Path) -> bool:
    """Whether a ZIP archive holds nothing but arrays.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def read_npz(path: Path, read: ReadSpec) -> ReadTable:
    """Read the arrays of an NPZ file.

    Parameters
    ----------
    path : Path
    read : ReadSpec
        How the file is read; what is None is detected.

    Returns
    -------
    ReadTable

    Raises
    ------
    DataError
        Where it is damaged or holds no pairs of images and labels.
    """
    try:
        arrays = _arrays_of(path)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        if "allow_pickle" in str(error) and zipfile.is_zipfile(path):
            raise DataError(
                "{file} holds Python objects, which could run code and are not read; save its arrays as numbers or "
                "texts.",
                file=path.name,
            ) from error
        if not zipfile.is_zipfile(path):
            raise DataError("{file} is damaged or no NPZ file; make it again.", file=path.name) from error
        raise DataError("{file} cannot be read: {reason}.", file=path.name, reason=str(error)) from error
    pairs = [
        (part, arrays[x], arrays[y])
        for part, x, y in (
            ("train", "x_train", "y_train"), ("test", "x_test", "y_test"), ("train", "x", "y"),
            ("train", "images", "labels"), ("train", "train_images", "train_labels"),
            ("test", "test_images", "test_labels"),
        )
        if x in arrays and y in arrays
    ]  # fmt: skip
    if not pairs:
        raise DataError(
            "{file} has the arrays {arrays}; it needs x and y, or x_train, y_train, x_test and y_test.",
            file=path.name,
            arrays=", ".join(sorted(arrays)) or "—",
        )
    for part, x, y in pairs:
        if len(x) != len(y.reshape(-1)):
            raise DataError(
                "{file} has {n:,} images and {n_labels:,} labels in its part {part}; they do not belong together.",
                file=path.name, n=len(x), n_labels=y.size, part=part,
            )  # fmt: skip
    return _from_arrays(
        path.name, [x for _, x, _ in pairs], [y.reshape(-1) for _, _, y in pairs], [p for p, _, _ in pairs], read,
        path.stat().st_size,
    )  # fmt: skip


def _arrays_of(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an NPZ file; one of numbers that would fill much of the free memory lies on the disk."""
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                read_header = _HEADERS.get(npy.read_magic(stream))
                found = read_header(stream) if read_header else None
                if found is not None and found[2].kind in "biuf":
                    shape, is_fortran, dtype = found
                    array, n_bytes = read_into_room(stream, shape[::-1] if is_fortran else shape, dtype)
                    if n_bytes != array.nbytes:
                        raise ValueError(f"{name} has {n_bytes:,} bytes of numbers for {array.nbytes:,}")
                    arrays[Path(name).stem.lower()] = array.T if is_fortran else array
                    continue
            with archive.open(name) as stream:
                arrays[Path(name).stem.lower()] = npy.read_array(stream, allow_pickle=False)
    return arrays


def _from_arrays(
    source: str,
    images: list[NDArray[Any]],
    labels: list[NDArray[Any]],
    parts: list[str],
    read: ReadSpec,
    size_bytes: int,
) -> ReadTable:
    messages: list[Message] = []
    stacked = [_stacked(source, x) for x in images]
    is_deep = any(map(_is_deep, stacked))
    whole = [_as_shades(source, x, messages, is_deep=is_deep) for x in stacked]
    if len({x.shape[1:] for x in whole}) > 1:
        raise DataError("{file}: the images of its parts differ in size; give them one by one.", file=source)
    height, width, channels = whole[0].shape[1:]
    n = sum(len(x) for x in whole)
    if not n:
        raise DataError("{file} holds no images.", file=source)
    size = common_size(np.array([height]), np.array([width]), read, source)
    pixels = whole[0]
    if size != (height, width):
        pixels = room((n, *size, channels), pixels.dtype)
        for place, x in enumerate(image for part in whole for image in part):
            pixels[place] = as_pixels(
                Image.fromarray(x[..., 0] if channels == 1 else x), *size, channels, pixels.dtype.name
            )
        messages += size_message(np.array([height]), np.array([width]), *size)
    elif len(whole) > 1:
        pixels = room((n, *size, channels), pixels.dtype)
        place = 0
        for part in whole:
            pixels[place : place + len(part)] = part
            place += len(part)
    columns = [
        ArrayColumn(NumberColumn(IMAGE, np.arange(1.0, n + 1.0)), pixels, IMAGE_ROLE),
        _label_column(np.concatenate(labels)),
    ]
    if len(set(parts)) > 1:
        split = [part for part, x in zip(parts, whole, strict=True) for _ in range(len(x))]
        columns.append(WordColumn.of_words(SPLIT, split))
        messages += official_message(split)
    return ReadTable(Table(tuple(columns), n), tuple(messages), size_bytes, LABEL)


def _stacked(source: str, x: NDArray[Any]) -> NDArray[Any]:
    """Return images as (n, height, width, 1 or 3)."""
    if x.ndim == 3:
        x = x[..., None]
    if x.ndim != 4 or x.shape[3] not in (1, 3):
        raise DataError(
            "{file}: an array of shape {shape} is not one of images; it must be (images, height, width), or with 1 "
            "or 3 channels as the last dimension.",
            file=source,
            shape=str(x.shape),
        )
    return x


def _is_deep(x: NDArray[Any]) -> bool:
    """Whether images have whole numbers beyond bytes, of one channel, as those of 16 bits have."""
    is_whole = x.dtype.kind in "iu" and x.dtype != np.uint8 and x.shape[3] == 1
    return is_whole and 255 < x.max(initial=0) <= MOST_SHADES["uint16"]


def _as_shades(source: str, x: NDArray[Any], messages: list[Message], *, is_deep: bool) -> Pixels:
    """Return images as uint8, or as uint16 where one of their parts is deep."""
    if (x.dtype == np.uint8 and not is_deep) or not x.size:
        return x.astype(np.uint16 if is_deep else np.uint8, copy=False)
    if x.dtype.kind not in "biuf":
        raise DataError(
            "{file}: the images are of type {dtype}, not numbers.", file=source, dtype=str(x.dtype)
        )
    low, high = float(np.min(x)), float(np.max(x))
    if not (low >= 0 and high <= MOST_SHADES["uint16" if is_deep else "uint8"]):
        raise DataError(
            "{file}: the images hold values from {low} to {high}; give bytes from 0 to 255, whole numbers to "
            "65535 of one channel, or numbers from 0 to 1.",
            file=source,
            low=round(low, 4),
            high=round(high, 4),
        )
    scale = 255.0 if high <= 1.0 else 1.0
    if is_deep:
        scale = 1.0
        messages.append(
            Message(
                "The images held values from {low} to {high}; they are kept, and 65535 is white.",
                {"low": low, "high": high},
            )
        )
    else:
        messages.append(
            Message(
                "The images held values from {low} to {high}; they are kept as 256 shades.",
                {"low": low, "high": high},
            )
        )
    shades = room(x.shape, np.uint16 if is_deep else np.uint8)
    for rows in row_chunks(x):
        shades[rows] = np.rint(x[rows] * scale)
    return shades


def _label_column(y: NDArray[Any]) -> NumberColumn | WordColumn:
    if y.dtype.kind in "biuf":
        return NumberColumn(LABEL, y.astype(np.float64))
    return WordColumn.of_words(LABEL, [str(word) for word in y.tolist()])
