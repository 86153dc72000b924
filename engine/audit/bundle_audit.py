"""``cupel audit`` of a bundle: how it treats the groups of a column, on the rows of a file that has the target.

onnxruntime only, and the code that the bundle ships; see `study_audit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bundled.input_column import Cell, InputColumn
from ..bundled.outputs import are_numbers
from ..data.columns import CellForm, Column, NumberColumn
from ..data.reading import read_table
from ..data.target import match_labels
from ..deployment.bundle import Bundle
from ..deployment.telling import Progress, nobody, stage
from ..domain.errors import DataError, Message
from ..domain.kinds import kind_of_role
from ..domain.spec import ReadSpec
from ..domain.thresholds import USUAL
from ..kinds.registry import reader_of
from .group_audit import AuditSubject
from .study_audit import Audit, AuditedPart

# Images that a message names.
_NAMED = 5
# Which part of the work is done by then.
_READ, _PREDICTED = 0.1, 0.7


class BundleAudit(Audit):
    """The audit of a bundle on a file that has the target; its own threshold decides.

    Parameters
    ----------
    data : Path
        As for `predicting.predict_file`, with the target and the columns to group by; of a bundle for images a table
        with the paths of image files from its folder on.
    progress
        As of `study_audit.StudyAudit`, with ``reading``, ``file`` and ``counting``.

    Raises
    ------
    ExportError
        Where the bundle is none or was changed, or the positive class is none.
    DataError
        Where the file cannot be read, or lacks a column.
    """

    def __init__(
        self,
        path: Path,
        data: Path,
        *,
        positive: str = "",
        read: ReadSpec | None = None,
        progress: Progress = nobody,
    ) -> None:
        self._bundle = Bundle.open(path)
        self._data = data
        self._n_numberless = 0
        self._predictor = predictor = self._bundle.predictor()
        threshold = USUAL if predictor.threshold is None else predictor.threshold
        asked = AuditSubject.of(self._bundle.task, self._bundle.labels, positive, threshold)
        if data.is_dir() and predictor.lead:
            raise DataError(
                "{file} is a folder; a bundle for images is audited on a table of their paths, targets and groups.",
                file=str(data),
            )
        progress("reading", 0.0)
        forms = {
            spec.column: CellForm(spec.storage, spec.date_format, spec.spelling)
            for spec in predictor.schema.inputs
            if not predictor.lead
        }
        table = read_table(data, read, forms).table
        super().__init__(asked, table, self._bundle.manifest.target, progress)

    def messages(self) -> Sequence[Message]:
        """See `Audit.messages`."""
        said: list[Message] = []
        if self._n_numberless:
            said.append(
                Message(
                    "Rows whose prediction is not a number and that are left out: {n:,}; the model may be damaged.",
                    {"n": self._n_numberless},
                )
            )
        bad = self._bad
        if bad:
            shown = "; ".join(f"{name}: {reason}" for name, reason in list(bad.items())[:_NAMED])
            more = "; …" if len(bad) > _NAMED else ""
            said.append(
                Message(
                    "Images that cannot be read and are left out: {n:,} of {n_images:,} ({files}).",
                    {"n": len(bad), "n_images": self._table.n_rows, "files": shown + more},
                )
            )
        return said

    @cached_property
    def _parts(self) -> Sequence[AuditedPart]:
        y = _truth(self._table[self._target], self._bundle)
        known = np.flatnonzero(~np.isnan(y))
        if not len(known):
            raise DataError(
                "No row of {file} has a {column!r} that the model knows.",
                file=self._data.name,
                column=self._target,
            )
        tell = stage(self._progress, "file", _READ, _PREDICTED)
        said: list[NDArray[np.generic]] = []
        places: list[NDArray[np.int64]] = []
        columns = [self._column(column) for column in self._predictor.columns]
        for start in range(0, len(known), self._predictor.most_rows):
            rows = known[start : start + self._predictor.most_rows]
            cells = [_cells(column, rows) for column in columns]
            piece = self._predictor.piece(cells, place=self._data.parent)
            if piece.good.any():
                outputs = self._predictor.run_arrays(piece.feeds)
                fine = are_numbers(outputs)
                self._n_numberless += int((~fine).sum())
                if fine.any():
                    places.append(rows[piece.good][fine])
                    said.append(outputs[fine])
            tell((start + len(rows)) / len(known))
        if not places and self._n_numberless:
            raise DataError(
                "No prediction for the rows of {file} is a number; the model may be damaged.",
                file=self._data.name,
            )
        if not places:
            name, reason = next(iter(self._bad.items()))
            raise DataError(
                "None of the images of {file} can be read, for instance {name}: {reason}.",
                file=self._data.name,
                name=name,
                reason=reason,
            )
        rows = np.concatenate(places)
        truth = y[rows] if self._asked.task == "regression" else y[rows].astype(np.int64)
        return [AuditedPart("file", rows, truth, np.concatenate(said).astype(np.float64))]

    @property
    def _bad(self) -> dict[str, str]:
        """The images that could not be read, and why."""
        return dict(bad for column in self._predictor.columns for bad in column.bad)

    def _column(self, given: InputColumn) -> Column:
        """Return the column of an input: as in training, or of files the first that names some."""
        if not given.reads_files or given.column in self._table:
            return self._table[given.column]
        return reader_of(kind_of_role(given.role)).file_column(self._table, self._data)


def _cells(column: Column, rows: NDArray[np.int64]) -> Sequence[Cell]:
    """Return cells as `Predictor.piece` takes them: numbers, dates as seconds, text."""
    return column.numbers[rows].tolist() if isinstance(column, NumberColumn) else column.raw(rows)


def _truth(column: Column, bundle: Bundle) -> NDArray[np.float64]:
    """Return class places or values of a file's target, NaN where missing or unknown."""
    if bundle.labels:
        places = match_labels(column, bundle.labels).astype(np.float64)
        return np.where(places < 0, np.nan, places)
    if not isinstance(column, NumberColumn):
        raise DataError("The column {column!r} holds text; the model predicts numbers.", column=column.name)
    return column.numbers
