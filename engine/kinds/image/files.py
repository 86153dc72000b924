"""Images that are files: by class in folders or ZIP archives, or named by a column of a table. Used by `images`."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ...bundled.packing import members
from ...data.columns import ArrayColumn, Column, NumberColumn, WordColumn, canonical_text
from ...data.schema import SPLIT_COLUMN as SPLIT
from ...data.scratch import take_mapped
from ...data.table import Table
from ...domain.errors import DataError, Message
from ...domain.spec import ReadSpec
from ...machine import n_cores
from ..base import ReadTable
from .common import (
    IMAGE,
    IMAGE_ROLE,
    LABEL,
    Pixels,
    common_size,
    official_message,
    room,
    size_message,
)
from .decoding import BadImageError, ImageFiles, is_image_name

# Files that a message names.
_NAMED = 5
_PARTS = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "val": "valid", "valid": "valid", "validation": "valid",
}  # fmt: skip


def has_image(folder: Path) -> bool:
    """Whether there is an image file in a folder or below.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    bool
    """
    return any(is_image_name(f.name) and f.is_file() for f in folder.rglob("*"))


def holds_image(file: Path) -> bool:
    """Whether a file is a ZIP archive, whole or not, with an image in it.

    Parameters
    ----------
    file : Path

    Returns
    -------
    bool
    """
    if not zipfile.is_zipfile(file):
        return False
    return any(is_image_name(name) for name in members(file))


def read_folder(path: Path, read: ReadSpec) -> ReadTable:
    """Read a folder or ZIP archive of class folders.

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
        As `images.read_images`.
    """
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
    columns: list[Column] = [
        ArrayColumn(WordColumn.of_words(IMAGE, kept), pixels, IMAGE_ROLE),
        _labels([labels[name] for name in kept]),
    ]
    if parts:
        columns.append(WordColumn.of_words(SPLIT, [parts[name] for name in kept]))
        messages += official_message(parts.values())
    size = path.stat().st_size if path.is_file() else sum((path / name).stat().st_size for name in kept)
    return ReadTable(Table(tuple(columns), len(kept)), tuple(messages), size, LABEL)


def read_paths(path: Path, table: Table, read: ReadSpec) -> ReadTable | None:
    """Return the images that a column of a table names, relative to the table's file; None where none does.

    Parameters
    ----------
    path : Path
    table : Table
    read : ReadSpec
        How the file is read; what is None is detected.

    Returns
    -------
    ReadTable or None

    Raises
    ------
    DataError
        Where none of them can be read, or none is there and the table has nothing else to learn from.
    """
    column = path_column(table, path.parent)
    if column is None:
        _check_paths(path, table)
        return None
    with ImageFiles(path.parent, column.vocabulary) as files:
        pixels, bad, messages = _decoded(files, list(column.vocabulary), read, path.name)
    # The last place is for cells without a path.
    place = np.full(len(column.vocabulary) + 1, -1, np.int64)
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
    images = ArrayColumn(column.take(rows), take_mapped(pixels, place[column.codes[rows]]), IMAGE_ROLE)
    columns = tuple(images if c is column else c.take(rows) for c in table)
    found = Table(columns, len(rows))
    return ReadTable(found, tuple(messages), path.stat().st_size + int(pixels.nbytes), None)


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

    with ThreadPoolExecutor(n_cores()) as pool:
        looks = [found for found in pool.map(look, names, chunksize=64) if found is not None]
        if not looks:
            raise _nothing(source, bad)
        heights, widths = np.array([(h, w) for h, w, _ in looks]).T
        height, width = common_size(heights, widths, read, source)
        channels = 3 if any(is_colour for _, _, is_colour in looks) else 1
        good = [name for name in names if name not in bad]
        pixels = room((len(good), height, width, channels))

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
    return pixels, set(bad), [*_bad_message(bad, len(names)), *size_message(heights, widths, height, width)]


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


def _labels(words: Sequence[str]) -> NumberColumn | WordColumn:
    """Return the labels of class folders: numbers where all their names are."""
    distinct = set(words)
    if all(
        w.removeprefix("-").replace(".", "", 1).isdecimal() and canonical_text(float(w)) == w
        for w in distinct
    ):
        return NumberColumn(LABEL, np.array([float(w) for w in words]))
    return WordColumn.of_words(LABEL, words)


def path_column(table: Table, folder: Path) -> WordColumn | None:
    """Return the column whose cells are called like images, if some of them are there.

    Parameters
    ----------
    table : Table
    folder : Path

    Returns
    -------
    WordColumn or None
    """
    for column in table:
        if isinstance(column, WordColumn) and any((folder / word).is_file() for word in _image_names(column)):
            return column
    return None


def _image_names(column: Column) -> list[str]:
    """Return some cells of a column that are called like images, if nearly all of its cells are."""
    if not isinstance(column, WordColumn) or not column.vocabulary:
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
