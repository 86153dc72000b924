"""``cupel audit`` of a bundle: how it treats the groups of a column, on the rows of a file that has the target.

onnxruntime only, and the code that the bundle ships; see `study_audit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bundled.decoding import BadImageError, ImageFiles
from ..bundled.predictor import Predictor
from ..data.columns import Column, NumberColumn
from ..data.reading import read_table
from ..data.table import Table
from ..data.target import match_labels
from ..deployment.bundle import Bundle
from ..deployment.telling import Progress, nobody, stage
from ..domain.errors import DataError, Message
from ..domain.spec import ReadSpec
from ..domain.thresholds import USUAL
from ..kinds.image.files import path_column
from .group_audit import Asked
from .study_audit import Audit, Part

_CHUNK_ROWS = 8192
_CHUNK_IMAGES = 256
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
        self._bad: dict[str, str] = {}
        self._predictor = predictor = Predictor(self._bundle.path)
        threshold = USUAL if predictor.threshold is None else predictor.threshold
        asked = Asked.of(self._bundle.task, self._bundle.labels, positive, threshold)
        if predictor.image_size and data.is_dir():
            raise DataError(
                "{file} is a folder; a bundle for images is audited on a table of their paths, targets and groups.",
                file=str(data),
            )
        progress("reading", 0.0)
        kinds = {}
        if not predictor.image_size:
            inputs = predictor.schema["inputs"]
            kinds = {spec["column"]: (spec["kind"], spec["date_format"]) for spec in inputs}
        table = read_table(data, read, kinds).table
        super().__init__(asked, table, self._bundle.manifest.target, progress)

    def messages(self) -> Sequence[Message]:
        """See `Audit.messages`."""
        if not self._bad:
            return ()
        shown = "; ".join(f"{name}: {reason}" for name, reason in list(self._bad.items())[:_NAMED])
        more = "; …" if len(self._bad) > _NAMED else ""
        return (
            Message(
                "Images that cannot be read and are left out: {n:,} of {n_images:,} ({files}).",
                {"n": len(self._bad), "n_images": self._table.n_rows, "files": shown + more},
            ),
        )

    @cached_property
    def _parts(self) -> Sequence[Part]:
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
        pieces = self._images(known) if self._predictor.image_size else self._cells(known)
        for done, rows, predictions in pieces:
            places.append(rows)
            said.append(predictions)
            tell(done / len(known))
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
        return [Part("file", rows, truth, np.concatenate(said).astype(np.float64))]

    def _cells(
        self, known: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.generic]]]:
        """Yield how many rows are done, some rows, and what the model says of them."""
        columns = [self._table[spec["column"]] for spec in self._predictor.schema["inputs"]]
        for start in range(0, len(known), _CHUNK_ROWS):
            rows = known[start : start + _CHUNK_ROWS]
            yield start + len(rows), rows, self._predictor.run([_cells(column, rows) for column in columns])

    def _images(
        self, known: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.generic]]]:
        """Yield the same for the images that a column names; what cannot be read is left out, and said in the end."""
        (spec,) = self._predictor.schema["inputs"]
        paths = _named_images(self._table, spec["column"], self._data)
        for start in range(0, len(known), _CHUNK_IMAGES):
            rows = known[start : start + _CHUNK_IMAGES]
            read = [self._pixels(str(name or "")) for name in paths.raw(rows)]
            good = np.array([x is not None for x in read])
            if good.any():
                stacked = np.stack([x for x in read if x is not None])
                yield start + len(rows), rows[good], self._predictor.run_arrays({spec["name"]: stacked})

    def _pixels(self, name: str) -> NDArray[np.uint8] | None:
        height, width, channels = self._predictor.image_size or (0, 0, 0)
        file = self._data.parent / name
        try:
            return ImageFiles(file).pixels(file.name, height, width, channels)
        except BadImageError as error:
            self._bad[name] = str(error)
            return None


def _named_images(table: Table, trained: str, data: Path) -> Column:
    """Return the column of the images' paths: called as in training, else the first that names images."""
    column = table[trained] if trained in table else path_column(table, data.parent)
    if column is None:
        raise DataError(
            "{file} has no column of paths of images (PNG, JPEG or BMP) that are there.", file=data.name
        )
    return column


def _cells(column: Column, rows: NDArray[np.int64]) -> Sequence[object]:
    """Return cells as `Predictor.run` takes them: numbers, dates as seconds, text."""
    return column.numbers[rows].tolist() if isinstance(column, NumberColumn) else column.raw(rows)


def _truth(column: Column, bundle: Bundle) -> NDArray[np.float64]:
    """Return class places or values of a file's target, NaN where missing or unknown."""
    if bundle.labels:
        places = match_labels(column, bundle.labels).astype(np.float64)
        return np.where(places < 0, np.nan, places)
    if not isinstance(column, NumberColumn):
        raise DataError("The column {column!r} holds text; the model predicts numbers.", column=column.name)
    return column.numbers
