"""Series, scaled by the mean and the spread of the training rows."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ....storage.records import Json
from ...data.columns import Rows
from ...data.table import Table
from ...domain.arrays import Cells
from ...domain.params import Params
from ...domain.stored import from_builtins
from ...networks.inputs import InputShape
from ..base import Columns, Preprocessing, PreprocessingKind
from .arithmetic import series_inputs
from .input import SeriesInput
from .reading import values_of


@dataclass(frozen=True, slots=True)
class SeriesPreprocessing(Preprocessing):
    """See `Preprocessing`."""

    kind: ClassVar[str] = "series"
    column: str
    length: int
    center: float
    factor: float

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Preprocessing.columns`."""
        return (self.column,)

    def shape(self, n_outputs: int) -> InputShape:
        """See `Preprocessing.shape`."""
        return InputShape(n_outputs, (SeriesInput(self.length),))

    def inputs(self, table: Table, rows: Rows) -> dict[str, Cells]:
        """See `Preprocessing.inputs`."""
        return dict(series_inputs(self.to_json(), {self.column: values_of(table, self.column)[rows]}))

    def to_json(self) -> dict[str, object]:
        """See `Preprocessing.to_json`."""
        return {"kind": "series", **dataclasses.asdict(self)}


class SeriesKind(PreprocessingKind):
    """See `PreprocessingKind`."""

    def digest(self, params: Params) -> str:
        """See `PreprocessingKind.digest`."""
        return hashlib.sha256(b"series").hexdigest()

    def fit(
        self, table: Table, columns: Columns, train_rows: Sequence[Rows], params: Params
    ) -> tuple[SeriesPreprocessing, ...]:
        """See `PreprocessingKind.fit`."""
        name, values = columns[0].name, values_of(table, columns[0].name)
        parts = [values[rows] for rows in train_rows]
        return tuple(
            SeriesPreprocessing(name, values.shape[1], float(x.mean()), 1.0 / (float(x.std()) or 1.0))
            for x in parts
        )

    def from_json(self, data: Json) -> SeriesPreprocessing:
        """See `PreprocessingKind.from_json`."""
        return from_builtins(SeriesPreprocessing, data)


KIND = SeriesKind()
