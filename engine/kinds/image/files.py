"""Images that are files: by class in folders or ZIP archives, or named by a column of a table. Used by `images`."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ...bundled.packing import members
from ...data.columns import ArrayColumn, Column, DateColumn, NumberColumn, WordColumn, canonical_text
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
    told_files,
)
from .decoding import NAMES_OF_FORMATS, BadImageError, ImageFiles, Look, is_image_name

# Of distinct cells, those that are looked at, and how many of them have to name images.
_SAMPLE, _NEARLY_ALL = 200, 0.9
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
    with ImageFiles(path, encoding=read.encoding) as files:
        labels, parts = _classes(files.names)
        names = [name for name in files.names if name in labels]
        if not names:
            raise DataError(
                "{file} has no images in sub-folders; put the images ({formats}) of each class into a folder of its "
                "own.",
                file=path.name,
                formats=NAMES_OF_FORMATS,
            )
        pixels, bad, messages = _decoded(files, names, read, path.name)
    messages += _left_out(path.name, files, labels)
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
    if not any(is_image_name(word) for word in column.vocabulary[:_SAMPLE]):
        values = {"column": column.name}
        messages.append(Message("Column {column!r} names the images without their ending.", values))
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
    columns = tuple(images if c.name == column.name else c.take(rows) for c in table)
    found = Table(columns, len(rows))
    return ReadTable(found, tuple(messages), path.stat().st_size + int(pixels.nbytes), None)


def _left_out(file: str, files: ImageFiles, labels: Mapping[str, str]) -> list[Message]:
    """Return what to say of the files of a folder or archive that are not among the images, and of their names."""
    said: list[Message] = []
    stray = [name for name in files.names if name not in labels]
    if stray:
        values = {"n": len(stray), "files": told_files(stray)}
        said.append(Message("Images left out because they are in no class folder: {n:,} ({files}).", values))
    if files.others:
        values = {"n": len(files.others), "files": told_files(files.others), "formats": NAMES_OF_FORMATS}
        said.append(
            Message("Files left out because they are no images ({formats}): {n:,} ({files}).", values)
        )
    if files.encoding:
        values = {"file": file, "encoding": files.encoding}
        said.append(
            Message(
                "{file}: the names of its files are read as {encoding}; --encoding says another one.", values
            )
        )
    return said


def _classes(names: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the class folder of each file, and its part where the folders above are called train, test, …

    Of parts, those without class folders are left out: what is to be predicted often lies beside what is labelled.
    """
    folders = {name: name.split("/")[:-1] for name in names if "/" in name}
    while (
        folders and all(len(f) > 1 for f in folders.values()) and len({f[0] for f in folders.values()}) == 1
    ):
        folders = {name: f[1:] for name, f in folders.items()}
    is_parted = bool(folders) and all(f[0].lower() in _PARTS for f in folders.values())
    if not is_parted:
        return {name: f[0] for name, f in folders.items()}, {}
    folders = {name: f for name, f in folders.items() if len(f) > 1}
    parts = {name: _PARTS[f[0].lower()] for name, f in folders.items()}
    return {name: f[1] for name, f in folders.items()}, parts if len(set(parts.values())) > 1 else {}


def _decoded(
    files: ImageFiles, names: list[str], read: ReadSpec, source: str
) -> tuple[Pixels, set[str], list[Message]]:
    """Return the pixels of the images that can be read, the names of the others, and what to say."""
    bad: dict[str, str] = {}

    def look(name: str) -> Look | None:
        try:
            return files.look(name)
        except BadImageError as error:
            bad[name] = str(error)
            return None

    with ThreadPoolExecutor(n_cores()) as pool:
        looks = [found for found in pool.map(look, names, chunksize=64) if found is not None]
        if not looks:
            raise _nothing(source, bad)
        heights, widths = np.array([(one.height, one.width) for one in looks]).T
        height, width = common_size(heights, widths, read, source)
        channels, dtype, messages = _form_of(looks)
        good = [name for name in names if name not in bad]
        pixels = room((len(good), height, width, channels), dtype)
        several = [name for name, one in zip(good, looks, strict=True) if one.n_pictures > 1]

        def decode(place: int) -> None:
            try:
                pixels[place] = files.pixels(good[place], height, width, channels, dtype)
            except BadImageError as error:
                bad[good[place]] = str(error)

        list(pool.map(decode, range(len(good)), chunksize=64))
    whole = [i for i, name in enumerate(good) if name not in bad]
    if not whole:
        raise _nothing(source, bad)
    if len(whole) < len(good):
        pixels = take_mapped(pixels, np.array(whole))
    messages = [*_bad_message(bad, len(names)), *size_message(heights, widths, height, width), *messages]
    if several:
        values = {"n": len(several), "files": told_files(several)}
        messages.append(
            Message("Files of several pictures, of which the first is read: {n:,} ({files}).", values)
        )
    return pixels, set(bad), messages


def _form_of(looks: Sequence[Look]) -> tuple[int, str, list[Message]]:
    """Return the channels and the type of the pixels of all images, and what to say of them."""
    n_deep = sum(one.is_deep for one in looks)
    values = {"n": n_deep, "n_images": len(looks)}
    if any(one.has_colours for one in looks):
        told = Message(
            "Images of 16 bits a pixel among coloured ones, which are kept as 256 shades: {n:,} of {n_images:,}.",
            values,
        )
        return 3, "uint8", [told] if n_deep else []
    told = Message("Images of 16 bits a pixel, which are kept: {n:,} of {n_images:,}.", values)
    return 1, "uint16" if n_deep else "uint8", [told] if n_deep else []


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
    return [
        Message(
            "Images that cannot be read and are left out: {n:,} of {n_images:,} ({files}).",
            {"n": len(bad), "n_images": n_images, "files": told_files(bad)},
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
    """Return the column whose cells name images, if some of them are there.

    They are called like images, or else nearly all of them are so with an ending.

    Parameters
    ----------
    table : Table
    folder : Path

    Returns
    -------
    WordColumn or None
    """
    with ImageFiles(folder, names=()) as files:
        for column in table:
            if isinstance(column, WordColumn) and any(map(files.found, _image_names(column))):
                return column
        if not _has_image_near(folder):
            return None
        for column in table:
            words = _some_words(column)
            if words and sum(map(bool, map(files.found, words))) >= _NEARLY_ALL * len(words):
                return _as_words(column)
    return None


def _has_image_near(folder: Path) -> bool:
    """Whether there is an image in a folder, or in a folder of it."""
    inner = sorted(folder.iterdir())
    return any(is_image_name(f.name) for f in inner) or any(
        is_image_name(f.name) for one in inner if one.is_dir() for f in one.iterdir()
    )


def _some_words(column: Column) -> list[str]:
    """Return some distinct cells of a column of words, or of whole numbers, as they name files."""
    if isinstance(column, WordColumn):
        return list(column.vocabulary[:: max(1, len(column.vocabulary) // _SAMPLE)])
    if not isinstance(column, NumberColumn) or isinstance(column, DateColumn):
        return []
    numbers = np.unique(column.numbers[~np.isnan(column.numbers)])
    return [canonical_text(number) for number in numbers[:: max(1, len(numbers) // _SAMPLE)].tolist()]


def _as_words(column: Column) -> WordColumn:
    if isinstance(column, WordColumn):
        return column
    assert isinstance(column, NumberColumn)  # noqa: S101 - others have no words
    there = ~column.missing()
    distinct, places = np.unique(column.numbers[there], return_inverse=True)
    codes = np.full(len(column), -1, np.int32)
    codes[there] = places
    return WordColumn.of_codes(column.name, codes, [canonical_text(number) for number in distinct.tolist()])


def _image_names(column: Column) -> list[str]:
    """Return some cells of a column that are called like images, if nearly all of its cells are."""
    sample = _some_words(column) if isinstance(column, WordColumn) else []
    named = [word for word in sample if is_image_name(Path(word).name)]
    return named if len(named) >= _NEARLY_ALL * len(sample) else []


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
