"""What a study or the window reads: a file, a folder, a sample table by name, or a data frame, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain.errors import DataError, Message
from ..domain.kinds import AUTO
from ..domain.spec import ReadSpec
from .frames import table_from_pandas
from .image_files import read_paths
from .image_table import ReadImages
from .images import is_image_source, read_images
from .reading import read_table
from .samples import load_sample
from .table import Table
from .text_folder import LABEL, is_text_folder, read_text_folder

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_PREFIX = "sample:"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table that was read, and what was noticed."""

    table: Table
    name: str
    source: str
    read: ReadSpec
    messages: tuple[Message, ...]
    size_bytes: int
    suggested_target: str | None = None
    kind: str = AUTO

    def kind_as_asked(self, asked: str) -> str:
        """Return the kind of data: as the user says, else what the source can only be, else ``auto``."""
        return self.kind if asked == AUTO else asked


def load(source: str | Path | pd.DataFrame, read: ReadSpec | None = None) -> Loaded:
    """Read a file, a folder of images or texts, a sample table by name (``sample:iris``), or a pandas data frame.

    Raises
    ------
    DataError
        Where it cannot be read.
    """
    if isinstance(source, str) and source.startswith(SAMPLE_PREFIX):
        name = source.removeprefix(SAMPLE_PREFIX)
        table, target = load_sample(name)
        return Loaded(table, name, source, ReadSpec(), (), _size(table), target)
    if isinstance(source, str | Path):
        try:
            return _from_disk(Path(source).expanduser(), read)
        except OSError as error:  # a file that vanishes while it is read, a folder that may not be entered
            raise DataError(
                "{file} cannot be read: {reason}.",
                file=str(error.filename or source),
                reason=error.strerror or str(error),
            ) from error
    table = table_from_pandas(source)
    return Loaded(table, "data frame", "data frame", ReadSpec(), (), _size(table))


def _from_disk(path: Path, read: ReadSpec | None) -> Loaded:
    if is_image_source(path):
        return _images(path, read_images(path, read or ReadSpec()), read or ReadSpec())
    if is_text_folder(path):
        found = read_text_folder(path, read)
        place = path.absolute()
        return Loaded(
            found.table, place.name, str(place), found.read, found.messages, found.size_bytes, LABEL, "text"
        )
    result = read_table(path, read or ReadSpec())
    images = read_paths(path, result.table, result.read)
    if images is not None:
        return _images(path, images, result.read, result.messages)
    size = path.stat().st_size
    return Loaded(result.table, path.stem, str(path.absolute()), result.read, result.messages, size)


def _images(path: Path, found: ReadImages, read: ReadSpec, before: tuple[Message, ...] = ()) -> Loaded:
    place = path.absolute()
    name = place.name if path.is_dir() else place.stem
    return Loaded(
        found.table, name, str(place), read, before + found.messages, found.size_bytes, found.target
    )


def _size(table: Table) -> int:
    return 8 * table.n_rows * len(table.columns)
