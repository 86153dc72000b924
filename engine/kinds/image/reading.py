"""Reading images: class folders, ZIP archives of them, tables of paths, the IDX files of MNIST, NPZ arrays.

Each gives a table with a column of arrays (called by file name or number), and the target where there is one. Files
that cannot be read are left out and named in a message.
"""

from __future__ import annotations

import io
from pathlib import Path

from ...data.columns import Rows, WordColumn
from ...data.table import Table
from ...domain.errors import DataError, Message
from ...domain.spec import ReadSpec
from ..base import Columns, Reader, ReadTable
from .arrays import is_npz, read_idx_files, read_npz
from .common import pixels_of
from .decoding import NAMES_OF_FORMATS, as_shown
from .files import has_image, holds_image, path_column, read_folder, read_paths
from .idx import is_idx


class ImageReader(Reader):
    """See `Reader`."""

    needs = Message(
        "{name} has no images. Images come as a folder or ZIP archive with a folder for each class, IDX or NPZ files, "
        "or a table with a column of paths to image files; for a table of other columns leave the kind on auto."
    )

    def recognizes(self, path: Path) -> bool:
        """Whether a path is an IDX or NPZ file, or a folder or ZIP archive with images."""
        if path.is_dir():
            return is_idx(path) or has_image(path)
        if not path.is_file():
            return False
        return is_idx(path) or path.suffix.lower() == ".npz" or holds_image(path)

    def read(self, path: Path, read: ReadSpec) -> ReadTable:
        """See `Reader.read`.

        Raises
        ------
        DataError
            Where there is no image that can be read, or no room on the disk for the pixels of all.
        """
        if is_idx(path):
            return read_idx_files(path, read)
        if path.suffix.lower() == ".npz" or (path.is_file() and is_npz(path)):
            return read_npz(path, read)
        return read_folder(path, read)

    def in_table(self, path: Path, table: Table, read: ReadSpec) -> ReadTable | None:
        """See `Reader.in_table`; a column of paths, relative to the table's file, becomes one of images."""
        return read_paths(path, table, read)

    def file_column(self, table: Table, path: Path) -> WordColumn:
        """See `Reader.file_column`; the first that names some that are there."""
        column = path_column(table, path.parent)
        if column is None:
            raise DataError(
                "{file} has no column of paths of images ({formats}) that are there.",
                file=path.name,
                formats=NAMES_OF_FORMATS,
            )
        return column

    def pictures(self, table: Table, columns: Columns, rows: Rows) -> list[bytes]:
        """See `Reader.pictures`."""
        images = pixels_of(table, columns[0].name)
        shown: list[bytes] = []
        for row in rows.tolist():
            data, pixels = io.BytesIO(), images[row]
            as_shown(pixels).save(data, "png")
            shown.append(data.getvalue())
        return shown


READER = ImageReader()
