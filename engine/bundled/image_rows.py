"""Images to predict, each a row. Of what bundles carry along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .onnx_model import decoding
from .predictor import Predictor


class ImageRows:
    """Images to predict: folders, ZIP archives, image files, and CSV files of paths; each image is a row."""

    def __init__(self, paths: Sequence[Path], schema: Mapping[str, Any]) -> None:
        self._size: list[int] = schema["images"]
        self._column: str = schema["inputs"][0]["column"]
        self.n_done = 0
        self.bad: list[tuple[str, str]] = []
        self._sources: list[tuple[Any, str, str]] = []  # files, name in them, name to print
        for path in paths:
            self._add(path)
        if not self._sources:
            raise InputError("{file} holds no images (PNG, JPEG or BMP).", file=str(paths[0]))

    @property
    def fraction(self) -> float:
        """How much has been read, in [0, 1]."""
        return self.n_done / len(self._sources)

    def _add(self, path: Path) -> None:
        kind = decoding()
        if not path.exists():
            raise InputError(
                "{file} cannot be read: {reason}.", file=str(path), reason="there is no such file"
            )
        if path.is_file() and path.suffix.lower() in (".csv", ".tsv", ".txt"):
            for name in self._listed(path):
                file = path.parent / name
                self._sources.append((kind.ImageFiles(file), file.name, name))
            return
        files = kind.ImageFiles(path)
        if path.is_file() and not files.names:
            raise InputError(
                "{file} is no image, and no folder, ZIP archive or CSV file of images.", file=str(path)
            )
        self._sources += [(files, name, name) for name in files.names]

    def _listed(self, path: Path) -> list[str]:
        """Return the paths that a CSV file names: of the column as in training, or the first that looks like it."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError) as error:
            raise InputError("{file} cannot be read: {reason}.", file=str(path), reason=str(error)) from error
        head = text.partition("\n")[0]
        delimiter = max(",;\t|", key=head.count)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
        is_image = decoding().is_image_name
        has_header = bool(rows) and not any(is_image(cell.strip()) for cell in rows[0])
        names = [" ".join(cell.split()) for cell in rows[0]] if has_header else []
        body = rows[1:] if has_header else rows
        first = next((i for row in body for i, cell in enumerate(row) if is_image(cell.strip())), None)
        place = names.index(self._column) if self._column in names else first
        if place is None:
            raise InputError("{file} has no column of paths of images (PNG, JPEG or BMP).", file=path.name)
        return [row[place].strip() if place < len(row) else "" for row in body]

    def thin(self, most: int) -> None:
        """Keep no more than `most` images, spread over all."""
        self._sources = self._sources[:: max(1, -(-len(self._sources) // most))]

    def pixels(self, n_rows: int = 256) -> Iterator[tuple[list[str], list[np.ndarray | None]]]:
        """Yield the names and the pixels of images, some at a time; None of those that cannot be read."""
        for start in range(0, len(self._sources), n_rows):
            chosen = self._sources[start : start + n_rows]
            yield (
                [shown for _, _, shown in chosen],
                [self._read(files, name, shown) for files, name, shown in chosen],
            )

    def pieces(self, predictor: Predictor, n_rows: int = 256) -> Iterator[list[list[str]]]:
        """Yield rows of a file of predictions; an image that cannot be read has an empty one."""
        for names, pixels in self.pixels(n_rows):
            good = [x for x in pixels if x is not None]
            found = iter(predictor.rows({"image": np.stack(good)}) if good else [])
            empty = [""] * (len(predictor.header) - 1)
            yield [
                [shown, *(empty if x is None else next(found))]
                for shown, x in zip(names, pixels, strict=True)
            ]

    def _read(self, files: Any, name: str, shown: str) -> np.ndarray | None:
        self.n_done += 1
        try:
            return files.pixels(name, *self._size)
        except decoding().BadImageError as error:
            self.bad.append((shown, str(error)))
            return None
