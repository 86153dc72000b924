"""What every input of a model provides, whatever its cells are. Of what bundles carry along."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .errors import InputError
from .image_rows import ImageRows

Cell = object
"""As a file or a program gives it: text, a number, a date, None, pixels; columns say which they take."""
CHUNK_ROWS = 8192


class Remark:
    """What the user should know: a sentence, kept as a template and its values."""

    def __init__(self, template: str, **values: object) -> None:
        self.template, self.values = template, values

    def __str__(self) -> str:
        return self.template.format(**self.values)


class InputColumn(ABC):
    """One input of a model: turns cells into what it takes.

    Attributes
    ----------
    column, name : str
        Of the data, and of the input.
    storage : {"number", "date", "text", "image"}
        How cells are given.
    key : str
        What a row that is a mapping calls it.
    lead : tuple of str
        Where it is the only input: what names the rows, as each is a file; empty where files are not rows.
    holds_texts : bool
        Whether cells are texts rather than categories, numbers, dates or images.
    most_rows : int
        Rows that are read at once.
    """

    lead: tuple[str, ...] = ()
    holds_texts: bool = False
    most_rows: int = CHUNK_ROWS

    def __init__(self, column: str, name: str, storage: str, key: str) -> None:
        self.column, self.name, self.storage, self.key = column, name, storage, key

    @abstractmethod
    def read(self, cells: Sequence[Cell], lines: Sequence[int], place: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return what the model takes, an array of shape (n, *row), and which rows could be read, bool (n,).

        Parameters
        ----------
        lines : sequence of int
            At which the rows begin, to name them by.
        place : Path
            The folder or ZIP archive from which the paths of files go on.
        """

    @abstractmethod
    def remarks(self) -> list[Remark]:
        """Return what the user should know of the cells that were read."""

    def given(self, rows: Sequence[Mapping[str, Cell]]) -> list[Cell]:
        """Return the cells of rows that are mappings.

        Raises
        ------
        InputError
            Where a row has none, or one that cannot be read.
        """
        if not all(self.key in row for row in rows):
            raise InputError("A row has no value {column!r}; give None where it is missing.", column=self.key)
        return [row[self.key] for row in rows]

    def file_rows(self, paths: Sequence[Path]) -> ImageRows:
        """Return the files of folders and archives as rows, where `lead` says that they are such."""
        raise NotImplementedError
