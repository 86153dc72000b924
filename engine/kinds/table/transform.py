"""Fitted preprocessing of tables in training: what a bundle carries (`arithmetic.TableFit`), on a `Table`.

Built by `fit`, exported by `engine.deployment`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ....storage.records import Json
from ...data.columns import Rows, WordColumn
from ...data.table import Table, storage_error
from ...domain.arrays import Cells
from ...domain.stored import from_builtins
from ...networks.inputs import InputShape
from ..base import Preprocessing
from .arithmetic import CategoryFit, Features, TableFit
from .input import TableInput
from .spec import PreprocessingSpec


@dataclass(frozen=True, slots=True, eq=False)
class TablePreprocessing(TableFit, Preprocessing):
    """Preprocessing of one replica, fitted on its training rows.

    Attributes
    ----------
    spec : PreprocessingSpec
    """

    kind: ClassVar[str] = "table"
    spec: PreprocessingSpec

    @classmethod
    def of(cls, fit: TableFit, spec: PreprocessingSpec) -> TablePreprocessing:
        """Return the preprocessing that a fit and what it was asked for make.

        Parameters
        ----------
        fit : TableFit
            What was fitted on the training rows.
        spec : PreprocessingSpec
            What it was fitted by.

        Returns
        -------
        TablePreprocessing
        """
        return cls(fit.numeric, fit.dates, fit.indicators, fit.categories, spec.smooth_clip, spec)

    def shape(self, n_outputs: int) -> InputShape:
        """See `Preprocessing.shape`."""
        return InputShape(n_outputs, (TableInput(self.n_numeric, self.cardinalities, self.n_continuous),))

    def inputs(self, table: Table, rows: Rows) -> dict[str, Cells]:
        """See `Preprocessing.inputs`."""
        return dict(self.network_inputs(_Cells(table, rows)))

    def transform(self, table: Table, rows: Rows | None = None) -> Features:
        """Return the features of rows.

        Parameters
        ----------
        table : Table
            With all of `columns`; its vocabularies may differ from those of the table that was fitted on.
        rows : ndarray of shape (n,), int64, optional
            All rows where not given.

        Returns
        -------
        Features

        Raises
        ------
        DataError
            Where a column is not there or of another kind.
        """
        return self.features(_Cells(table, np.arange(table.n_rows) if rows is None else rows))

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict; floats survive exactly."""
        return {
            "kind": "table",
            "spec": self.spec.to_json(),
            "numeric": self.numeric.to_json(),
            "dates": self.dates.to_json(),
            "indicators": list(self.indicators),
            "categories": [c.to_json() for c in self.categories],
        }

    @classmethod
    def from_json(cls, data: Json) -> TablePreprocessing:
        """Rebuild what `to_json` gave.

        Parameters
        ----------
        data : mapping
            As it was stored, by this version or an older one.

        Returns
        -------
        TablePreprocessing
        """
        return cls.of(TableFit.from_json(data), from_builtins(PreprocessingSpec, data["spec"]))

    def to_json_bytes(self) -> bytes:
        """Return `to_json` as UTF-8 text with sorted keys: equal fits give equal bytes."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rows of a table; see `TableCells`. Codes are found once for each distinct cell."""

    table: Table
    rows: Rows

    @property
    def n_rows(self) -> int:
        return len(self.rows)

    def numbers(self, name: str) -> NDArray[np.float64]:
        return self.table.numbers(name, "number").numbers[self.rows]

    def dates(self, name: str) -> NDArray[np.float64]:
        return self.table.numbers(name, "date").numbers[self.rows]

    def codes(self, fit: CategoryFit) -> NDArray[np.int32]:
        column = self.table.cells(fit.name)
        if column.storage != fit.storage:
            raise storage_error(fit.name, fit.storage, column.storage)
        if isinstance(column, WordColumn):
            return fit.codes([*column.vocabulary, None])[column.codes[self.rows]]
        values, inverse = np.unique(column.numbers, return_inverse=True)
        return fit.codes(values.tolist())[inverse[self.rows]]
