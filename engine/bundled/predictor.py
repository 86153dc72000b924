"""The model of a bundle: from rows to predictions. Of what bundles carry along."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np

from .columns import column_of
from .errors import InputError
from .fold_networks import FoldNetworks
from .input_column import Cell, FileRows, check_rows
from .onnx_model import FormatModel, OnnxModel
from .outputs import Prediction, are_numbers, are_numbers_throughout, check_predictions, decided, without
from .records import written_delimiter
from .schema import Dialect, Schema
from .schema_file import read_schema
from .table_file import TableFile
from .table_formats import DELIMITED

SAMPLE_ROWS = "sample_rows.csv"
"""The rows that a bundle is proven on, where they are not files."""
_TEXT_ROWS, _TEXT_SIGNS = 512, 4_000_000
"""Of texts that are predicted at once."""
_SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows, in their order.

    Attributes
    ----------
    feeds : dict of str to ndarray
        What the model takes of the rows that could be read, by input name.
    good : ndarray of shape (n,), bool
        Which rows could be read.
    names : list of str or None
        How each row is called, where it is a file.
    truth : list or None
        The cell of the target of each row, where the data have it; None where it is missing.
    kept : sequence of sequence of str
        Of each column that is kept, its cells as they are spelled.
    """

    feeds: dict[str, np.ndarray]
    good: np.ndarray
    names: list[str] | None = None
    truth: list[Cell] | None = None
    kept: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is predicted of the rows of a `Piece` that could be read.

    Attributes
    ----------
    outputs : ndarray
        Probabilities (n, n_classes) or values (n,).
    within : list
        Of each row the two ends of its interval, or the labels of its set; empty where none were asked for.
    """

    outputs: np.ndarray
    within: list[list[float] | list[str]]


def nothing_to_keep(column: str) -> InputError:
    """Return the error of rows that are files, where columns are to be kept; `column` has the names of the files."""
    return InputError(
        "The rows are files, which have no columns to keep; their names are kept in the column {column!r}.",
        column=column,
    )


def _as_rows(rows: object) -> Sequence[Mapping[str, Cell]]:
    """Return rows as dicts, of a data frame of pandas too.

    Raises
    ------
    InputError
        Where they are something else.
    """
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        rows = cast("Any", rows).to_dict("records")
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
        raise InputError(
            'Rows are a list of dicts, such as [{{"age": 39}}], not {type}.', type=type(rows).__name__
        )
    given = cast("Sequence[Mapping[str, Cell]]", rows)
    check_rows(given)
    return given


class Predictor:
    """The model of a bundle.

    Parameters
    ----------
    folder : Path
    model : OnnxModel or the like, optional
        The file that predicts; ``model.onnx`` where not given.

    Attributes
    ----------
    schema : Schema
    columns : list of InputColumn
        The inputs, in the order of the schema; they count what they could not read.
    threshold : float or None
        Of two classes, the probability of the second one above which it is said; None for the most likely class.
    level : float or None
        Of the intervals that `header` and `rows` tell; see `use_interval`.
    kept : tuple of str
        Columns that stand before the predictions of a file; see `keep`.
    n_rows : int
        That `piece_rows` was given.
    n_numberless : int
        Among them those whose prediction is not a finite number; they have an empty one.
    numberless : list of int
        The first of them, from 1.

    Raises
    ------
    InputError
        Where a file of the bundle is not what it must be.
    """

    level: float | None = None
    kept: tuple[str, ...] = ()

    def __init__(self, folder: Path, model: FormatModel | None = None) -> None:
        self.folder = folder
        self.schema = read_schema(folder)
        self.labels = list(self.schema.labels)
        value = (self.schema.threshold or {"value": 0.5})["value"]
        self.threshold: float | None = None if value == 0.5 else float(str(value))
        self.model: FormatModel = OnnxModel(folder, self.schema) if model is None else model
        self._start(None)

    @property
    def lead(self) -> tuple[str, ...]:
        """The columns of a file of predictions that name the rows, where each row is a file; else none."""
        return self.columns[0].lead if len(self.columns) == 1 else ()

    @property
    def most_rows(self) -> int:
        """Rows that are read at once."""
        return min(column.most_rows for column in self.columns)

    @property
    def header(self) -> list[str]:
        """The columns of a file of predictions."""
        return [*self.lead, *self.kept, *self.output_columns]

    @property
    def output_columns(self) -> list[str]:
        """The columns of what `rows` returns."""
        further = [] if self.level is None else ["set"] if self.labels else ["low", "high"]
        return ["prediction", *(f"p_{label}" for label in self.labels), *further]

    @cached_property
    def fold_networks(self) -> FoldNetworks:
        """The networks of the folds; `InputError` says why there are none."""
        return FoldNetworks(self.folder, self.schema)

    def use_interval(self, level: float) -> None:
        """Tell intervals or sets of classes of this level with rows from now on.

        Raises
        ------
        InputError
            Where the bundle has none, or none of this level.
        """
        self.fold_networks.check_level(level)
        self.level = level

    def keep(self, names: Sequence[str]) -> None:
        """Have columns of the data stand before the predictions of a file from now on, as they are spelled there.

        Raises
        ------
        InputError
            Where the predictions have a column of that name, or rows are files, which have no columns.
        """
        if names and self.lead:
            raise nothing_to_keep(self.lead[0])
        taken = next((name for name in names if name in self.output_columns), None)
        if taken is not None:
            raise InputError(
                "The column {column!r} cannot be kept, as the predictions have one of that name.",
                column=taken,
            )
        self.kept = tuple(dict.fromkeys(names))

    def read_as(self, schema: Schema, decimal: str | None) -> None:
        """Read cells as a schema says from now on, with a decimal sign, and count anew what does not fit."""
        self.schema = schema
        self._start(decimal)

    def piece(
        self,
        cells: Sequence[Sequence[Cell]],
        lines: Sequence[int] | None = None,
        place: Path = Path(),
        names: list[str] | None = None,
        truth: list[Cell] | None = None,
        kept: Sequence[Sequence[str]] = (),
    ) -> Piece:
        """Return rows as the model takes them.

        Parameters
        ----------
        cells : sequence of sequence of Cell
            Of each input, in their order.
        lines : sequence of int, optional
            At which the rows begin.
        place : Path
            The folder or ZIP archive from which the paths of files go on.
        names, truth, kept
            See `Piece`.
        """
        lines = range(1, len(cells[0]) + 1) if lines is None else lines
        return self._piece(cells, lines, [place] * len(self.columns), names, truth, kept)

    def sample_feeds(self, cells: Sequence[Sequence[Cell]]) -> dict[str, np.ndarray]:
        """Return sample rows as the model takes them, from the cells of each input; see `sample_cells`."""
        places = [self.folder / column.samples for column in self.columns]
        return self._piece(cells, range(1, len(cells[0]) + 1), places).feeds

    def _piece(
        self,
        cells: Sequence[Sequence[Cell]],
        lines: Sequence[int],
        places: Sequence[Path],
        names: list[str] | None = None,
        truth: list[Cell] | None = None,
        kept: Sequence[Sequence[str]] = (),
    ) -> Piece:
        """Return rows as the model takes them; of each input the place is given from which paths of files go on."""
        read = [
            column.read(values, lines, place)
            for column, values, place in zip(self.columns, cells, places, strict=True)
        ]
        good = np.logical_and.reduce([each for _, each in read])
        feeds = {
            column.name: values if good.all() else values[good]
            for column, (values, _) in zip(self.columns, read, strict=True)
        }
        return Piece(feeds, good, names, truth, kept)

    def run_arrays(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the inputs."""
        pieces = [self._outputs(piece) for piece in self._pieces(feeds)]
        return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]

    def run_folds(self, feeds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return what `run_arrays` does, and what each network of a fold says: (n_networks, n, …)."""
        outputs: list[np.ndarray] = []
        folds: list[np.ndarray] = []
        for piece in self._pieces(feeds):
            mean, each = self.fold_networks(piece)
            outputs.append(mean if self.fold_networks.is_own else self._outputs(piece))
            folds.append(each)
        return np.concatenate(outputs), np.concatenate(folds, axis=1)

    def _outputs(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return what the model says of some rows, checked."""
        n_rows = len(next(iter(feeds.values())))
        return check_predictions(np.asarray(self.model(feeds)), n_rows, self.schema, self.model.name)

    def _pieces(self, feeds: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
        """Yield all rows at once; texts in pieces, as each is as wide as its longest."""
        n_rows = len(next(iter(feeds.values())))
        most = n_rows
        texts = [column.name for column in self.columns if column.holds_texts]
        if texts:
            longest = max((len(str(cell)) for name in texts for cell in feeds[name].flat), default=0)
            most = max(1, min(_TEXT_ROWS, _TEXT_SIGNS // max(longest, 1)))
        for start in range(0, max(n_rows, 1), max(most, 1)):
            yield {name: x[start : start + most] for name, x in feeds.items()}

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """Return the places of the classes (n,) that probabilities (n, n_classes) are said to be."""
        return decided(outputs, self.threshold)

    def outcome(self, piece: Piece) -> Outcome:
        """Return what is predicted of a piece, with the intervals that are told."""
        if not piece.good.any():
            return Outcome(np.empty((0, len(self.labels)) if self.labels else 0), [])
        if self.level is None:
            return Outcome(self.run_arrays(piece.feeds), [])
        outputs, folds = self.run_folds(piece.feeds)
        within = self.interval_of(outputs, folds, self.level)
        # Without all networks of the folds there is no interval, and a row is told as a whole or not at all.
        outputs[~are_numbers_throughout(outputs, folds)] = np.nan
        return Outcome(outputs, within)

    def rows(self, outcome: Outcome) -> list[list[str]]:
        """Return the rows of a file of predictions, with the intervals that are told; all empty where not a number."""
        rows = self.cells(outcome.outputs)
        if not outcome.within:
            return rows
        if not self.labels:
            more = [[repr(end) for end in pair] for pair in outcome.within]
        else:
            more = [[json.dumps(held, ensure_ascii=False)] for held in outcome.within]
        rows = [[*row, *cells] for row, cells in zip(rows, more, strict=True)]
        for place in np.flatnonzero(~are_numbers(outcome.outputs)):
            rows[place] = [""] * len(rows[place])
        return rows

    def interval_of(
        self, outputs: np.ndarray, folds: np.ndarray, level: float
    ) -> list[list[float] | list[str]]:
        """Return of each row the two ends of its interval, or the labels of its set, in their order."""
        scores = self.fold_networks.scores
        if not self.labels:
            low, high = scores.bounds(folds, level)
            return [list(pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]
        held = scores.sets(folds, level, self.decided(outputs))
        return [[self.labels[place] for place in np.flatnonzero(row)] for row in held]

    def cells(self, outputs: np.ndarray) -> list[list[str]]:
        """Return the rows of a file of predictions without intervals; empty where outputs are not numbers."""
        if not self.labels:
            return [[repr(float(value)) if np.isfinite(value) else ""] for value in outputs]
        rows = [
            [self.labels[i], *(f"{p:.9g}" for p in row)]
            for i, row in zip(self.decided(outputs), outputs.tolist(), strict=True)
        ]
        for place in np.flatnonzero(~are_numbers(outputs)):
            rows[place] = [""] * len(rows[place])
        return rows

    def piece_rows(self, piece: Piece, outcome: Outcome | None = None) -> list[list[str]]:
        """Return the rows of a file of predictions for a piece; what could not be read has an empty one.

        Parameters
        ----------
        piece : Piece
        outcome : Outcome, optional
            Of the piece, where it is known already.
        """
        found = iter(self.rows(self.outcome(piece) if outcome is None else outcome))
        empty = [""] * len(self.output_columns)
        rows = [next(found) if good else empty for good in piece.good.tolist()]
        self._count(piece.good, rows)
        before = [*([] if piece.names is None else [piece.names]), *piece.kept]
        if not before:
            return rows
        return [[*cells, *row] for *cells, row in zip(*before, rows, strict=True)]

    def predict(
        self, rows: Sequence[Mapping[str, Cell]], interval: float | None = None, keep: Sequence[str] = ()
    ) -> list[Prediction]:
        """Return ``prediction``, and of classes ``p_<label>``, of rows given as column name → value, or a data frame.

        With the level of an interval also ``low`` and ``high``, or the ``set`` of classes; with columns to keep also
        what the rows say of them. Images are paths of files,
        or bytes of the shape that ``schema.json`` gives; alone they are called ``image``. All is None where the model
        gives no number.
        """
        rows = _as_rows(rows)
        if not rows:
            return []
        absent = next((name for name in keep if not all(name in row for row in rows)), None)
        if absent is not None:
            raise InputError("A row has no value {column!r} to keep.", column=absent)
        found = self.named(self.piece([column.given(rows) for column in self.columns]).feeds, interval)
        return [{**{name: row[name] for name in keep}, **one} for row, one in zip(rows, found, strict=True)]

    def named(self, feeds: Mapping[str, np.ndarray], interval: float | None = None) -> list[Prediction]:
        """Return what `predict` does, for arrays by the names of the inputs."""
        if interval is None:
            return self._named(self.run_arrays(feeds))
        self.fold_networks.check_level(interval)
        outputs, folds = self.run_folds(feeds)
        ends = self.interval_of(outputs, folds, interval)
        found = self._named(outputs)
        for row, end in zip(found, ends, strict=True):
            row |= {"set": list(map(str, end))} if self.labels else {"low": end[0], "high": end[1]}
        return without(found, ~are_numbers_throughout(outputs, folds))

    def _named(self, outputs: np.ndarray) -> list[Prediction]:
        gone = ~are_numbers(outputs)
        if not self.labels:
            return without([{"prediction": float(value)} for value in outputs], gone)
        shares = [f"p_{label}" for label in self.labels]
        named = [dict(zip(shares, row, strict=True)) for row in outputs.tolist()]
        decided = zip(self.decided(outputs), named, strict=True)
        return without([{"prediction": self.labels[i], **row} for i, row in decided], gone)

    def predict_table(self, file: TableFile) -> Iterator[list[list[str]]]:
        """Yield rows of a file of predictions for the rows of a file, piece by piece; paths go on from its folder."""
        for lines, cells in file.chunks(self.most_rows):
            n_inputs = len(self.columns)
            kept = cells[n_inputs : n_inputs + len(self.kept)]
            yield self.piece_rows(self.piece(cells[:n_inputs], lines, file.path.parent, kept=kept))

    def predict_files(self, files: FileRows) -> Iterator[list[list[str]]]:
        """Yield the same for files that are rows."""
        for place, names in files.chunks(self.most_rows):
            yield self.piece_rows(self.piece([names], place=place, names=names))

    def sample_cells(self, most: int) -> list[tuple[str, ...]]:
        """Return the cells of each input of the first sample rows, row by row; files lie in ``InputColumn.samples``.

        Raises
        ------
        InputError
            Where the bundle has none that can be read.
        """
        if self.lead:
            samples = self.columns[0].samples
            files = self.columns[0].file_rows([self.folder / samples])
            _, names = next(files.chunks(most), (None, []))
            rows = [(name,) for name in names]
        else:
            samples = SAMPLE_ROWS
            dialect = Dialect(
                encoding="utf-8", delimiter=written_delimiter(self.schema.read.delimiter), format=DELIMITED
            )
            _, cells = next(TableFile(self.folder / samples, self.schema, dialect).chunks(most), (None, []))
            rows = list(zip(*cells, strict=True))
        if not rows:
            raise InputError(
                "The bundle's file {file} has no sample row; copy or export the bundle again.", file=samples
            )
        return rows

    def _start(self, decimal: str | None) -> None:
        """Count anew from here on, with columns that read numbers with a decimal sign."""
        sign = decimal or self.schema.read.decimal or "."
        self.columns = [column_of(spec, self.schema, sign) for spec in self.schema.inputs]
        self.n_rows = self.n_numberless = 0
        self.numberless: list[int] = []

    def _count(self, good: np.ndarray, rows: Sequence[Sequence[str]]) -> None:
        """Count rows that were predicted, and those among them that have no number."""
        for number, (is_good, row) in enumerate(zip(good.tolist(), rows, strict=True), start=self.n_rows + 1):
            if is_good and not any(row):
                self.n_numberless += 1
                if self.n_numberless <= _SHOWN_ROWS:
                    self.numberless.append(number)
        self.n_rows += len(rows)
