"""Image files to predict, each a row. Bundles carry it along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import ModuleType

from ...bundled.beside import beside
from ...bundled.errors import InputError


@cache
def decoding() -> ModuleType:
    """Return the module beside this one that reads images; a bundle for other data has none."""
    return beside("decoding", Path(__file__))


class ImageRows:
    """The images of folders, ZIP archives, image files, and CSV files of paths; each image is a row.

    Parameters
    ----------
    paths : sequence of Path
    column : str
        The column of the training data that named the images, to look for in CSV files.
    """

    def __init__(self, paths: Sequence[Path], column: str) -> None:
        self._column = column
        self.n_done = 0
        # Where its path begins, and its path, which is also what is printed.
        self._files: list[tuple[Path, str]] = []
        for path in paths:
            self._files += self._found(path)
        if not self._files:
            raise InputError("{file} holds no images (PNG, JPEG or BMP).", file=str(paths[0]))

    @property
    def fraction(self) -> float:
        """How much has been read, in [0, 1]."""
        return self.n_done / len(self._files)

    def thin(self, most: int) -> None:
        """Keep no more than `most` images, spread over all."""
        self._files = self._files[:: max(1, -(-len(self._files) // most))]

    def chunks(self, n_rows: int = 256) -> Iterator[tuple[Path, list[str]]]:
        """Yield some images at a time: the folder or archive where their paths begin, and the paths."""
        self.n_done = 0
        for place, files in groupby(self._files, itemgetter(0)):
            names = [name for _, name in files]
            for start in range(0, len(names), n_rows):
                chosen = names[start : start + n_rows]
                self.n_done += len(chosen)
                yield place, chosen

    def _found(self, path: Path) -> list[tuple[Path, str]]:
        kind = decoding()
        if not path.exists():
            raise InputError(
                "{file} cannot be read: {reason}.", file=str(path), reason="there is no such file"
            )
        if path.is_file() and path.suffix.lower() in (".csv", ".tsv", ".txt"):
            return [(path.parent, name) for name in self._listed(path)]
        with kind.ImageFiles(path) as files:
            if path.is_file() and not files.names:
                raise InputError(
                    "{file} is no image, and no folder, ZIP archive or CSV file of images.", file=str(path)
                )
            return [(files.place, name) for name in files.names]

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
