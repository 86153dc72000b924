"""What every input of a model provides, whatever its cells are. Of what bundles carry along."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from .errors import InputError
from .schema import InputSpec, Schema

Cell = object
"""As a file or a program gives it: text, a number, a date, None, pixels; columns say which they take."""
CHUNK_ROWS = 8192
# Where they are not NumPy's.
_ONNX_NAMES = {"float32": "float", "float64": "double"}


class Remark:
    """What the user should know: a sentence, kept as a template and its values."""

    def __init__(self, template: str, **values: object) -> None:
        self.template, self.values = template, values

    def __str__(self) -> str:
        return self.template.format(**self.values)


def check_rows(rows: Sequence[Mapping[str, Cell]]) -> None:
    """Refuse rows that are no mappings from names of columns to cells.

    Raises
    ------
    InputError
        Where a row is something else.
    """
    odd = next((row for row in rows if not isinstance(row, Mapping)), None)
    if odd is not None:
        raise InputError(
            'A row is a dict, such as {{"age": 39}}, not {value!r} of the type {type}.',
            value=odd,
            type=type(odd).__name__,
        )


class FileRows(Protocol):
    """Files that are rows, one each."""

    @property
    def fraction(self) -> float:
        """How much has been read, in [0, 1]."""
        ...

    def thin(self, most: int) -> None:
        """Keep no more than `most` files, spread over all."""
        ...

    def chunks(self, n_rows: int = 256) -> Iterator[tuple[Path, list[str]]]:
        """Yield some files at a time: the folder or archive where their paths begin, and the paths."""
        ...


class InputColumn(ABC):
    """One input of a model: turns cells into what it takes.

    Parameters
    ----------
    spec : InputSpec
    schema : Schema
        All inputs, and which cells are missing.
    decimal : str
        The sign between whole numbers and fractions.

    Attributes
    ----------
    roles : tuple of str
        Of the columns that it is for; none of the one that is for all others.
    column, name : str
        Of the data, and of the input.
    key : str
        What a row that is a mapping calls it.
    role : str
    json_type : type
        Of a cell in JSON, ``str`` or ``float``.
    wanted : str
        What a cell in JSON must be, in words.
    preparation : str
        What other programs must do with a cell before the model takes it: a sentence.
    may_be_missing : bool
        Whether a cell in JSON may be null.
    has_spelling : bool
        Whether texts in JSON must be written in one way; see `is_spelled`.
    reads_files : bool
        Whether cells are files, which take a moment to read: paths of them, or in JSON their bytes as base64.
    is_pictured : bool
        Whether what the model takes of a cell is shown as a picture, not as text.
    lead : tuple of str
        Where it is the only input: what names the rows, as each is a file; empty where files are not rows.
    holds_texts : bool
        Whether cells are texts rather than categories, numbers, dates or images.
    most_rows : int
        Rows that are read at once.
    samples : str
        The archive of a bundle with the files that its sample rows name; empty where cells are no files.
    file_types : tuple of str
        Media types of the files, for those who send one over HTTP.
    tensor : str
        What the model takes of a cell, as ONNX names it: a text, a number, or numbers of the type and shape that
        schema.json says.
    cell_shape : tuple of int
        Of that.
    bad : list of (str, str)
        The files that could not be read, and why.
    n_unseen : int
        Cells with a category that the training data did not have.
    """

    roles: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    holds_texts: bool = False
    most_rows: int = CHUNK_ROWS
    json_type: type[str] | type[float] = str
    wanted: str = ""
    preparation: str = ""
    may_be_missing: bool = True
    has_spelling: bool = False
    reads_files: bool = False
    is_pictured: bool = False
    samples: str = ""
    file_types: tuple[str, ...] = ()

    def __init__(self, spec: InputSpec, schema: Schema, decimal: str) -> None:  # noqa: ARG002 - one signature for all
        self.column, self.name, self.key, self.role = spec.column, spec.name, spec.column, spec.role
        plain = "string" if spec.storage == "text" else "double"
        # Cells that are arrays say of what and how large.
        self.tensor = f"tensor({_ONNX_NAMES.get(spec.dtype, spec.dtype) if spec.shape else plain})"
        self.cell_shape = spec.shape or (1,)
        self.bad: list[tuple[str, str]] = []
        self.n_unseen = 0

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

    @abstractmethod
    def described(self) -> dict[str, object]:
        """Return what is said of the column where it is served; ``about`` says it in words."""

    @abstractmethod
    def shown(self, values: np.ndarray) -> str:
        """Return what the model takes of a cell, an array of shape (*row,), as text; empty where missing."""

    def is_spelled(self, text: str) -> bool:  # noqa: ARG002 - one signature for all columns
        """Return whether a text in JSON is written as it must be, where the column `has_spelling`."""
        return True

    def as_json(self, cell: str) -> Cell:
        """Return a cell of a CSV file as JSON has it, None where it is missing; of columns that read no files."""
        return cell or None

    def decoded(self, data: bytes) -> Cell:
        """Return the cell that the bytes of a file are, where the column `reads_files`.

        Raises
        ------
        InputError
            Where the file cannot be read.
        """
        raise NotImplementedError

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

    def file_rows(self, paths: Sequence[Path]) -> FileRows:
        """Return the files of folders and archives as rows, where `lead` says that they are such."""
        raise NotImplementedError
