"""The rows of a file or folder, piece by piece, as the model of a bundle takes them: for predicting and comparing.

The cells are read by the code that every bundle ships (`engine.bundled`), so that `cupel predict` and a bundle's own
predict.py give the same rows; here the encoding and the decimal sign of an unlike file are detected too, and Parquet
and folders of texts are read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..bundled.errors import InputError
from ..bundled.input_column import Cell, Remark
from ..bundled.predictor import Piece, Predictor, nothing_to_keep
from ..bundled.remarks import remarks
from ..bundled.schema import Dialect, Schema
from ..bundled.table_file import TableFile, check_kept, without_column
from ..bundled.table_formats import DELIMITED
from ..data import dialect
from ..data.columns import CellForm, WordColumn
from ..data.encoding import scan_table
from ..data.reading import starts_as_parquet
from ..data.unfolding import damage_told, unpacked
from ..domain.errors import DataError, Message
from ..domain.kinds import kind_of_role
from ..domain.spec import ReadSpec
from ..kinds.base import CellFiles
from ..kinds.registry import reader_of

# What versions 0.1 and 0.2 read text as that is not in Unicode.
_FEW_ENCODINGS = ("gb18030", "cp1252", "latin-1")


class Source(ABC):
    """Where rows come from.

    Attributes
    ----------
    lead : tuple of str
        The columns of a file of predictions that name the rows.
    columns : tuple of str or None
        The names of the data's columns, where they have some.
    """

    lead: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor
        self._most = 0

    @abstractmethod
    def pieces(self) -> Iterator[Piece]:
        """Yield the rows; from the start again each time."""

    @property
    @abstractmethod
    def fraction(self) -> float:
        """How much has been read, in [0, 1]."""

    def thin(self, most: int) -> None:
        """Say that no more than `most` rows are wanted: of files, some of all are read from now on."""
        self._most = most

    def messages(self) -> list[Message]:
        """Return what the user should know of the rows that were read."""
        return _messages(remarks(self.predictor, None))


def open_source(
    predictor: Predictor, data: Path, read: ReadSpec | None = None, target: str | None = None
) -> Source:
    """Open a data file, a folder or an archive for a model, with the columns that it is to keep (`Predictor.keep`).

    Parameters
    ----------
    target : str, optional
        A column that is read too, where the data have it.

    Raises
    ------
    DataError
        Where it cannot be read, or lacks a column of the model.
    """
    try:
        if predictor.lead:
            return _Files(predictor, data)
        if data.is_dir() and len(predictor.columns) == 1:
            files = reader_of(kind_of_role(predictor.columns[0].role)).cell_files(data)
            if files is not None:
                if predictor.kept:
                    raise nothing_to_keep(_Cells.lead[0])
                return _Cells(predictor, files)
        with damage_told(data), data.open("rb") as stream:
            is_parquet = starts_as_parquet(stream.read(5))
        if is_parquet:
            return _Parquet(predictor, data, target)
        return _Csv(predictor, data, read or ReadSpec(), target)
    except InputError as error:
        raise DataError(error.template, **error.values) from error


class _Csv(Source):
    """A text file, read as the training data were, but in its own encoding, and if it is unlike its decimal sign."""

    def __init__(self, predictor: Predictor, data: Path, read: ReadSpec, target: str | None) -> None:
        super().__init__(predictor)
        schema = predictor.schema.with_missing(read.missing)
        opened = unpacked(data)
        scan = scan_table(data.name, opened, read.encoding)
        if _is_of_few_encodings(schema) and scan.encoding not in (*_FEW_ENCODINGS, "utf-8"):
            scan = scan_table(data.name, opened, read.encoding or schema.read.encoding)
        schema = schema.with_thousands(read.thousands)
        told = Dialect(
            read.delimiter,
            scan.encoding,
            read.decimal,
            read.header,
            read.quoting,
            read.quote,
            read.escape,
            skip_rows=read.skip_rows,
            format=read.format,
        )
        self._file = file = TableFile(data, schema, told, target, predictor.kept, opened)
        decimal = read.decimal
        trained = schema.read.delimiter or ",", schema.read.format or DELIMITED
        if decimal is None and file.format == DELIMITED and (file.delimiter, file.format) != trained:
            rows = dialect.split_rows(scan.sample, file.delimiter, told.quotes(schema.read))
            decimal = dialect.detect_decimal(rows[1:], file.delimiter)
        predictor.read_as(schema, decimal)
        self.columns = None if file.names is None else tuple(file.names)
        self._missing = frozenset(schema.missing)
        self._done = 0.0

    def pieces(self) -> Iterator[Piece]:
        """See `Source.pieces`."""
        n_inputs = len(self.predictor.columns)
        n_known = n_inputs + len(self.predictor.kept)
        for lines, cells in self._file.chunks(self.predictor.most_rows):
            truth: list[Cell] | None = None
            if len(cells) > n_known:
                truth = [None if cell in self._missing else cell for cell in cells[n_known]]
            kept = cells[n_inputs:n_known]
            yield self.predictor.piece(
                cells[:n_inputs], lines, self._file.path.parent, truth=truth, kept=kept
            )

    @property
    def fraction(self) -> float:
        """See `Source.fraction`."""
        # The file is closed before its last rows are predicted.
        self._most = max(self._most, self._file.fraction)
        return self._most

    def messages(self) -> list[Message]:
        """See `Source.messages`."""
        return _messages(remarks(self.predictor, self._file))


class _Parquet(Source):
    def __init__(self, predictor: Predictor, data: Path, target: str | None) -> None:
        super().__init__(predictor)
        self._data, self._n_done, self._n_rows, self._target = data, 0, 1, target
        # Only here: text files do without.
        import pyarrow.parquet as pq

        wanted = [spec.column for spec in predictor.schema.inputs]
        try:
            with pq.ParquetFile(data) as stream:
                names = list(stream.schema_arrow.names)
                self._n_rows = max(stream.metadata.num_rows, 1)
        except pa.ArrowInvalid as error:
            raise _damaged(data, error) from error
        self.columns = tuple(names)
        absent = next((name for name in wanted if name not in names), None)
        if absent is not None:
            raise without_column(data.name, names, absent)
        check_kept(data.name, names, predictor.kept)
        if target not in names:
            self._target = None

    @property
    def fraction(self) -> float:
        """See `Source.fraction`."""
        return min(1.0, self._n_done / self._n_rows)

    def pieces(self) -> Iterator[Piece]:
        """See `Source.pieces`."""
        import pyarrow.parquet as pq

        from ..data.frames import table_from_arrow

        inputs = self.predictor.schema.inputs
        forms = {spec.column: CellForm(spec.storage, spec.date_format, spec.spelling) for spec in inputs}
        kept = self.predictor.kept
        further = dict.fromkeys(
            name for name in (*kept, self._target) if name is not None and name not in forms
        )
        self._n_done = 0
        try:
            with pq.ParquetFile(self._data) as stream:
                for batch in stream.iter_batches(self.predictor.most_rows, columns=[*forms, *further]):
                    table, _ = table_from_arrow(pa.Table.from_batches([batch.select(list(forms))]), forms, {})
                    cells: list[Sequence[Cell]] = []
                    for spec in inputs:
                        column = table.cells(spec.column)
                        if isinstance(column, WordColumn):
                            words = [*column.vocabulary, None]
                            cells.append([words[code] for code in column.codes.tolist()])
                        else:
                            cells.append(column.numbers.tolist())
                    truth = batch.column(self._target).to_pylist() if self._target is not None else None
                    said = [_as_text(batch.column(name)) for name in kept]
                    piece = self.predictor.piece(cells, place=self._data.parent, truth=truth, kept=said)
                    self._n_done += len(batch)
                    yield piece
        except pa.ArrowInvalid as error:
            raise _damaged(self._data, error) from error


class _Files(Source):
    """Files that are rows; where a folder of them is called like a class, that is their truth."""

    def __init__(self, predictor: Predictor, data: Path) -> None:
        super().__init__(predictor)
        self.lead = predictor.lead
        self._files = predictor.columns[0].file_rows([data])

    @property
    def fraction(self) -> float:
        """See `Source.fraction`."""
        return self._files.fraction

    def pieces(self) -> Iterator[Piece]:
        """See `Source.pieces`."""
        self.predictor.read_as(self.predictor.schema, None)
        for place, names in self._files.chunks(self.predictor.most_rows):
            truth = _labels_of(names, self.predictor.labels)
            yield self.predictor.piece([names], place=place, names=names, truth=truth)

    def thin(self, most: int) -> None:
        """See `Source.thin`."""
        self._files.thin(most)


class _Cells(Source):
    """Files that are the one cell of a row; a folder of them that is called like a class is their truth."""

    lead = ("file",)

    def __init__(self, predictor: Predictor, files: CellFiles) -> None:
        super().__init__(predictor)
        self._files = files

    @property
    def fraction(self) -> float:
        """See `Source.fraction`."""
        return self._files.fraction

    def pieces(self) -> Iterator[Piece]:
        """See `Source.pieces`."""
        for names, cells in self._files.chunks():
            good = np.array([cell is not None for cell in cells])
            feeds = self.predictor.piece([[cell for cell in cells if cell is not None]]).feeds
            yield Piece(feeds, good, names, _labels_of(names, self.predictor.labels))

    def thin(self, most: int) -> None:
        """See `Source.thin`."""
        self._files.thin(most)

    def messages(self) -> list[Message]:
        """See `Source.messages`."""
        return [*super().messages(), *self._files.messages()]


def _as_text(cells: pa.Array) -> list[str]:
    """Return cells of Parquet as text; a missing one is empty."""
    return ["" if cell is None else str(cell) for cell in cells.to_pylist()]


def _is_of_few_encodings(schema: Schema) -> bool:
    """Return whether a model was trained by a version that knew few encodings, on text from before UTF-8."""
    is_old = all(spec.spelling is None for spec in schema.inputs)
    return is_old and schema.read.encoding in _FEW_ENCODINGS


def _labels_of(names: list[str], labels: list[str]) -> list[Cell] | None:
    """Return the class that the innermost folder of each file is called like; None where none is of a class."""
    known = set(labels)
    found: list[Cell] = [
        next((part for part in reversed(name.split("/")[:-1]) if part in known), None) for name in names
    ]
    return found if any(label is not None for label in found) else None


def _messages(said: list[Remark]) -> list[Message]:
    return [Message(remark.template, remark.values) for remark in said]


def _damaged(data: Path, error: Exception) -> DataError:
    return DataError("{file} is damaged or not Parquet: {reason}.", file=data.name, reason=str(error))
