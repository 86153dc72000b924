"""Reading images: class folders, ZIP archives of them, tables of paths, the IDX files of MNIST, NPZ arrays.

Each gives a `Table` with a column for the image (its name or number), the target where there is one, and the pixels.
Files that cannot be read are left out and named in a message. Used by `sources`.
"""

from __future__ import annotations

import base64
import io
import math
import os
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image

from ..deployment.decoding import BadImageError, ImageFiles, as_pixels, is_image_name
from ..errors import DataError, Message
from ..spec import ReadSpec
from .idx import idx_parts, is_idx, read_idx
from .schema import SPLIT_COLUMN as SPLIT
from .scratch import scratch_array, take_mapped
from .table import Column, Table, canonical_text, text_column

IMAGE, LABEL = "image", "label"
MOST_PIXELS = 64  # of a side, where the user does not say
_LEAST_PIXELS = 2
_THUMBNAILS = 60
_NAMED = 5  # files that a message names
_MEMORY_FRACTION = 0.25  # of what is free: more pixels than that lie in a mapped file
_PARTS = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "val": "valid", "valid": "valid", "validation": "valid",
}  # fmt: skip
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ReadImages:
    """What was read.

    Attributes
    ----------
    table : Table
    messages : tuple of Message
    size_bytes : int
        Of the files.
    target : str or None
        The column of labels.
    """

    table: Table
    messages: tuple[Message, ...]
    size_bytes: int
    target: str | None = LABEL


def is_image_source(path: Path) -> bool:
    """Whether a path is an IDX or NPZ file, a ZIP archive, or a folder with images."""
    if path.is_dir():
        return is_idx(path) or _has_image(path)
    return path.is_file() and (is_idx(path) or path.suffix.lower() in (".zip", ".npz"))


def read_images(path: Path, read: ReadSpec) -> ReadImages:
    """Read what `is_image_source` found.

    Raises
    ------
    DataError
        Where there is no image that can be read, or no room on the disk for the pixels of all.
    """
    if is_idx(path):
        return _read_idx(path, read)
    if path.suffix.lower() == ".npz" or (path.is_file() and _is_npz(path)):
        return _read_npz(path, read)
    return _read_folder(path, read)


def read_paths(path: Path, table: Table, read: ReadSpec) -> ReadImages | None:
    """Return the images that a column of a table names, relative to the table's file; None where none does.

    Raises
    ------
    DataError
        Where none of them can be read, or none is there and the table has nothing else to learn from.
    """
    name = _path_column(table, path.parent)
    if name is None:
        _check_paths(path, table)
        return None
    column = table[name]
    with _Listed(path.parent, column.vocabulary) as files:
        pixels, bad, messages = _decoded(files, list(column.vocabulary), read, path.name)
    place = np.full(len(column.vocabulary) + 1, -1, np.int64)  # the last for cells without a path
    good = [i for i, word in enumerate(column.vocabulary) if word not in bad]
    place[good] = np.arange(len(good))
    rows = np.flatnonzero(place[column.codes] >= 0)
    n_without = int((column.codes < 0).sum())
    if n_without:
        messages.append(
            Message(
                "Rows left out because they name no image: {n:,} of {n_rows:,}.",
                {"n": n_without, "n_rows": table.n_rows},
            )
        )
    whole = table.take(rows)
    found = Table(whole.columns, whole.n_rows, take_mapped(pixels, place[column.codes[rows]]), name)
    return ReadImages(found, tuple(messages), path.stat().st_size + int(pixels.nbytes), None)


# -- files ----------------------------------------------------------------------------------------------------------


class _Listed(ImageFiles):
    """Image files that a table names."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder, self._archive = folder, None
        self.names = list(names)


def _has_image(folder: Path) -> bool:
    return any(is_image_name(f.name) and f.is_file() for f in folder.rglob("*"))


def _read_folder(path: Path, read: ReadSpec) -> ReadImages:
    if path.is_file() and not zipfile.is_zipfile(path):
        raise DataError("{file} is damaged or no ZIP archive; make it again.", file=path.name)
    with ImageFiles(path) as files:
        labels, parts = _classes(files.names)
        names = [name for name in files.names if name in labels]
        if not names:
            raise DataError(
                "{file} has no images in sub-folders; put the images (PNG, JPEG or BMP) of each class into a folder "
                "of its own.",
                file=path.name,
            )
        pixels, bad, messages = _decoded(files, names, read, path.name)
    stray = len(files.names) - len(names)
    if stray:
        messages.append(Message("Images left out because they are in no class folder: {n:,}.", {"n": stray}))
    kept = [name for name in names if name not in bad]
    columns = [_texts(IMAGE, kept), _labels([labels[name] for name in kept])]
    if parts:
        columns.append(_texts(SPLIT, [parts[name] for name in kept]))
        messages += _official(parts.values())
    size = path.stat().st_size if path.is_file() else sum((path / name).stat().st_size for name in names)
    return ReadImages(Table(tuple(columns), len(kept), pixels, IMAGE), tuple(messages), size)


def _classes(names: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the class folder of each file, and its part where the folders above are called train, test, …"""
    folders = {name: name.split("/")[:-1] for name in names if "/" in name}
    while (
        folders and all(len(f) > 1 for f in folders.values()) and len({f[0] for f in folders.values()}) == 1
    ):
        folders = {name: f[1:] for name, f in folders.items()}
    is_parted = bool(folders) and all(len(f) > 1 and f[0].lower() in _PARTS for f in folders.values())
    labels = {name: f[1 if is_parted else 0] for name, f in folders.items()}
    return labels, {name: _PARTS[f[0].lower()] for name, f in folders.items()} if is_parted else {}


def _decoded(
    files: ImageFiles, names: list[str], read: ReadSpec, source: str
) -> tuple[Pixels, set[str], list[Message]]:
    """Return the pixels of the images that can be read, the names of the others, and what to say."""
    bad: dict[str, str] = {}

    def look(name: str) -> tuple[int, int, bool] | None:
        try:
            return files.look(name)
        except BadImageError as error:
            bad[name] = str(error)
            return None

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        looks = [found for found in pool.map(look, names, chunksize=64) if found is not None]
        if not looks:
            raise _nothing(source, bad)
        heights, widths = np.array([(h, w) for h, w, _ in looks]).T
        height, width = _common_size(heights, widths, read, source)
        channels = 3 if any(is_colour for _, _, is_colour in looks) else 1
        good = [name for name in names if name not in bad]
        pixels = _empty((len(good), height, width, channels))

        def decode(place: int) -> None:
            try:
                pixels[place] = files.pixels(good[place], height, width, channels)
            except BadImageError as error:
                bad[good[place]] = str(error)

        list(pool.map(decode, range(len(good)), chunksize=64))
    whole = [i for i, name in enumerate(good) if name not in bad]
    if not whole:
        raise _nothing(source, bad)
    if len(whole) < len(good):
        pixels = take_mapped(pixels, np.array(whole))
    return pixels, set(bad), [*_bad_message(bad, len(names)), *_size_message(heights, widths, height, width)]


def _nothing(source: str, bad: dict[str, str]) -> DataError:
    name, reason = min(bad.items())
    return DataError(
        "None of the images of {file} can be read, for instance {name}: {reason}.",
        file=source,
        name=name,
        reason=reason,
    )


def _bad_message(bad: dict[str, str], n_images: int) -> list[Message]:
    if not bad:
        return []
    shown = "; ".join(f"{name}: {bad[name]}" for name in sorted(bad)[:_NAMED])
    more = "; …" if len(bad) > _NAMED else ""
    return [
        Message(
            "Images that cannot be read and are left out: {n:,} of {n_images:,} ({files}).",
            {"n": len(bad), "n_images": n_images, "files": shown + more},
        )
    ]


# -- arrays ---------------------------------------------------------------------------------------------------------


def _read_idx(path: Path, read: ReadSpec) -> ReadImages:
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


def _is_npz(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def _read_npz(path: Path, read: ReadSpec) -> ReadImages:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name.lower(): file[name] for name in file.files}
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


def _from_arrays(
    source: str,
    images: list[NDArray[Any]],
    labels: list[NDArray[Any]],
    parts: list[str],
    read: ReadSpec,
    size_bytes: int,
) -> ReadImages:
    messages: list[Message] = []
    whole = [_as_bytes(source, x, messages) for x in images]
    if len({x.shape[1:] for x in whole}) > 1:
        raise DataError("{file}: the images of its parts differ in size; give them one by one.", file=source)
    height, width, channels = whole[0].shape[1:]
    n = sum(len(x) for x in whole)
    if not n:
        raise DataError("{file} holds no images.", file=source)
    size = _common_size(np.array([height]), np.array([width]), read, source)
    pixels = whole[0]
    if size != (height, width):
        pixels = _empty((n, *size, channels))
        for place, x in enumerate(image for part in whole for image in part):
            pixels[place] = as_pixels(Image.fromarray(x[..., 0] if channels == 1 else x), *size, channels)
        messages += _size_message(np.array([height]), np.array([width]), *size)
    elif len(whole) > 1:
        pixels = np.concatenate(whole)
    columns = [
        Column(IMAGE, "number", numbers=np.arange(1.0, n + 1.0)),
        _label_column(np.concatenate(labels)),
    ]
    if len(set(parts)) > 1:
        split = [part for part, x in zip(parts, whole, strict=True) for _ in range(len(x))]
        columns.append(_texts(SPLIT, split))
        messages += _official(split)
    return ReadImages(Table(tuple(columns), n, pixels, IMAGE), tuple(messages), size_bytes)


def _as_bytes(source: str, x: NDArray[Any], messages: list[Message]) -> Pixels:
    """Return images as uint8 (n, height, width, 1 or 3)."""
    if x.ndim == 3:
        x = x[..., None]
    if x.ndim != 4 or x.shape[3] not in (1, 3):
        raise DataError(
            "{file}: an array of shape {shape} is not one of images; it must be (images, height, width), or with 1 "
            "or 3 channels as the last dimension.",
            file=source,
            shape=str(x.shape),
        )
    if x.dtype == np.uint8 or not x.size:
        return x.astype(np.uint8)
    if x.dtype.kind not in "biuf":
        raise DataError(
            "{file}: the images are of type {dtype}, not numbers.", file=source, dtype=str(x.dtype)
        )
    low, high = float(np.min(x)), float(np.max(x))
    if not (low >= 0 and high <= 255):
        raise DataError(
            "{file}: the images hold values from {low} to {high}; give bytes from 0 to 255, or numbers from 0 to 1.",
            file=source,
            low=round(low, 4),
            high=round(high, 4),
        )
    scale = 255.0 if high <= 1.0 else 1.0
    messages.append(
        Message(
            "The images held values from {low} to {high}; they are kept as 256 shades.",
            {"low": low, "high": high},
        )
    )
    return np.rint(x * scale).astype(np.uint8)


def thumbnails(table: Table, target: str | None) -> list[dict[str, str]]:
    """Return some images with their targets, spread over the table, as PNG files in base64; none of other data."""
    if table.pixels is None or not table.n_rows:
        return []
    rows = np.unique(np.linspace(0, table.n_rows - 1, min(_THUMBNAILS, table.n_rows)).astype(np.int64))
    labels = table[target].raw(rows) if target is not None else [""] * len(rows)
    shown: list[dict[str, str]] = []
    for row, label in zip(rows.tolist(), labels, strict=True):
        data = io.BytesIO()
        pixels = table.pixels[row]
        Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(data, "png")
        shown.append(
            {"png": base64.b64encode(data.getvalue()).decode(), "label": "" if label is None else str(label)}
        )
    return shown


# -- shared ---------------------------------------------------------------------------------------------------------


def _common_size(
    heights: NDArray[np.int64], widths: NDArray[np.int64], read: ReadSpec, source: str
) -> tuple[int, int]:
    """Return the height and width that all images get: the medians, at most `MOST_PIXELS`, or what was asked for."""
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


def _empty(shape: tuple[int, ...]) -> Pixels:
    """Return room for pixels: in the memory, or on the disk where they would fill much of what is free."""
    if math.prod(shape) > _MEMORY_FRACTION * psutil.virtual_memory().available:
        return scratch_array(shape, np.uint8)
    return np.zeros(shape, np.uint8)


def _size_message(
    heights: NDArray[np.int64], widths: NDArray[np.int64], height: int, width: int
) -> list[Message]:
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


def _official(parts: Any) -> list[Message]:
    n = sum(part == "test" for part in parts)
    if not n:
        return []
    return [
        Message(
            "The data have a test part ({n:,} images); the holdout can be these (“test”) or rows drawn at random.",
            {"n": n},
        )
    ]


def _texts(name: str, words: Sequence[str]) -> Column:
    distinct, codes = np.unique(np.array(words, object).astype(str), return_inverse=True)
    return text_column(name, codes.astype(np.int32), distinct.tolist())


def _labels(words: Sequence[str]) -> Column:
    """Return the labels of class folders: numbers where all their names are."""
    distinct = set(words)
    if all(
        w.removeprefix("-").replace(".", "", 1).isdecimal() and canonical_text(float(w)) == w
        for w in distinct
    ):
        return Column(LABEL, "number", numbers=np.array([float(w) for w in words]))
    return _texts(LABEL, words)


def _label_column(y: NDArray[Any]) -> Column:
    if y.dtype.kind in "biuf":
        return Column(LABEL, "number", numbers=y.astype(np.float64))
    return _texts(LABEL, [str(word) for word in y.tolist()])


def _path_column(table: Table, folder: Path) -> str | None:
    """Return the text column whose cells are called like images, if some of them are there."""
    for column in table:
        if any((folder / word).is_file() for word in _image_names(column)):
            return column.name
    return None


def _image_names(column: Column) -> list[str]:
    """Return some cells of a column that are called like images, if nearly all of its cells are."""
    if column.kind != "text" or not column.vocabulary:
        return []
    sample = column.vocabulary[:: max(1, len(column.vocabulary) // 200)]
    named = [word for word in sample if is_image_name(Path(word).name)]
    return named if len(named) >= 0.9 * len(sample) else []


def _check_paths(path: Path, table: Table) -> None:
    """Refuse a table of nothing but a target and names of images that are not there."""
    named = {column.name: names[0] for column in table if (names := _image_names(column))}
    if named and len(table.columns) <= len(named) + 1:
        column, name = next(iter(named.items()))
        raise DataError(
            "Column {column!r} of {file} names images, for instance {name}, but none of them is there; give their "
            "paths from the folder of this file on.",
            column=column,
            file=path.name,
            name=name,
        )
