"""Image files to predict, each a row. Bundles carry it along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import ModuleType

from ...bundled.beside import beside
from ...bundled.errors import InputError
from ...bundled.packing import damage_in, opener
from ...bundled.records import found_encoding, records
from ...bundled.schema import Dialect, InputSpec, Schema
from ...bundled.table_file import TableFile


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
    schema : Schema
        How these files are written, where they are as the training data were.
    """

    def __init__(self, paths: Sequence[Path], column: str, schema: Schema) -> None:
        self._column, self._schema = column, schema
        self.n_done = 0
        # Where its path begins, and its path, which is also what is printed.
        self._files: list[tuple[Path, str]] = []
        for path in paths:
            self._files += self._found(path)
        if not self._files:
            raise InputError(
                "{file} holds no images ({formats}).", file=str(paths[0]), formats=decoding().NAMES_OF_FORMATS
            )

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
        spec = InputSpec(self._column, self._column, "text")
        named = replace(self._schema, inputs=(spec,), target_position=None)
        try:
            file = TableFile(path, named, Dialect())
            if file.names is not None:
                return [cell for _, (cells,) in file.chunks() for cell in cells]
        except InputError:
            # A list of its own, perhaps without names.
            pass
        return self._in_any_column(path)

    def _in_any_column(self, path: Path) -> list[str]:
        trained = self._schema.read
        with damage_in(path.name):
            opened = opener(path)
            encoding = found_encoding(opened, trained.encoding or "utf-8", path.name)
            with opened() as stream:
                head = stream.readline().decode(encoding, "replace")
            delimiter = max(",;\t|", key=head.count)
            rows = [
                row for _, row in records(opened(), encoding, delimiter, Dialect().quotes(trained), path.name)
            ]
        is_image = decoding().is_image_name
        has_header = bool(rows) and not any(is_image(cell.strip()) for cell in rows[0])
        body = rows[1:] if has_header else rows
        place = next((i for row in body for i, cell in enumerate(row) if is_image(cell.strip())), None)
        if place is None:
            raise InputError(
                "{file} has no column of paths of images ({formats}).",
                file=path.name, formats=decoding().NAMES_OF_FORMATS,
            )  # fmt: skip
        return [row[place].strip() if place < len(row) else "" for row in body]
