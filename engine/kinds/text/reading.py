"""Reading texts: a folder of text files, or the text columns of a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...data.table import Table
from ...domain.errors import Message
from ...domain.spec import ReadSpec
from ..base import Columns, Reader, ReadTable
from .folder import is_text_folder, read_text_folder


class TextReader(Reader):
    """See `Reader`."""

    needs = Message(
        "{name} has no column of texts. Texts come as a folder of text files with a folder for each class, or a table "
        "with a column of sentences; for a table of other columns leave the kind on auto."
    )

    def recognizes(self, path: Path) -> bool:
        """Whether a folder has a sub-folder with a text file in it, and no table beside it.

        Parameters
        ----------
        path : Path

        Returns
        -------
        bool
        """
        return is_text_folder(path)

    def read(self, path: Path, read: ReadSpec) -> ReadTable:
        """See `Reader.read`.

        Parameters
        ----------
        path : Path
        read : ReadSpec
            How the file is read; what is None is detected.

        Returns
        -------
        ReadTable
        """
        return read_text_folder(path, read)

    def messages(self, table: Table, columns: Columns) -> tuple[Message, ...]:
        """Return a message on rows without any text, where there are such rows.

        Parameters
        ----------
        table : Table
        columns : sequence of ColumnSchema
            Those of the kind of data.

        Returns
        -------
        tuple of Message
        """
        n_empty = int(np.logical_and.reduce([table[c.name].missing() for c in columns]).sum())
        if not n_empty:
            return ()
        return (
            Message(
                "Rows without any text: {n:,} of {n_rows:,}; they are kept, and predicted as an empty text.",
                {"n": n_empty, "n_rows": table.n_rows},
            ),
        )


READER = TextReader()
