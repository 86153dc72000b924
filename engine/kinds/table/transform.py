"""Fitted preprocessing: from a table's rows to the inputs of a network. Built by `fit`, exported by
`engine.deployment`.

The arithmetic is that of `arithmetic`, which bundles carry along.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ....storage.records import Json
from ...bundled.preprocess import DateFit, NumericFit, encode_numbers, unfold_date
from ...data.columns import Rows, Storage, WordColumn
from ...data.table import Table, storage_error
from ...domain.arrays import Cells
from ...domain.stored import from_builtins
from ...networks.inputs import InputShape, TableInput
from ..base import Preprocessing
from .spec import PreprocessingSpec


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Inputs of a network for n rows.

    Attributes
    ----------
    numeric : ndarray of shape (n, n_numeric), float32, C-contiguous
    codes : ndarray of shape (n, n_codes), int32
        Of embedded categorical columns, each in ``[0, cardinality)``.
    """

    numeric: NDArray[np.float32]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CategoryFit:
    """One categorical column, fitted.

    Attributes
    ----------
    name : str
    storage : {"number", "text", "date"}
        Of the raw column.
    keys : tuple of str or tuple of float
        Categories that were kept, key ``i`` has code ``offset + i``; floats for columns of numbers and dates.
    offset : int
        Codes before the keys: for missing (0, if any replica saw one) and other (if any replica saw one).
    missing_code, other_code : int
        Where this replica's training rows had no missing cell, that of "other"; where they had no "other" either, that
        of the commonest category if `embedded`, else -1: one-hot columns are then all 0.
    width : int
        Number of codes, the same in all replicas.
    embedded : bool
    """

    name: str
    storage: Storage
    keys: tuple[str | float, ...]
    offset: int
    missing_code: int
    other_code: int
    width: int
    embedded: bool

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict; the storage is called ``kind`` there."""
        data = dataclasses.asdict(self)
        return {"name": data.pop("name"), "kind": data.pop("storage"), **data, "keys": list(self.keys)}

    @classmethod
    def from_json(cls, data: Json) -> CategoryFit:
        """Rebuild what `to_json` gave.

        Parameters
        ----------
        data : mapping
            As it was stored, by this version or an older one.

        Returns
        -------
        CategoryFit
        """
        return from_builtins(cls, {**data, "storage": data["kind"]})


@dataclass(frozen=True, slots=True, eq=False)
class TablePreprocessing(Preprocessing):
    """Preprocessing of one replica, fitted on its training rows.

    Attributes
    ----------
    spec : PreprocessingSpec
    numeric : NumericFit
    dates : DateFit
    indicators : tuple of str
        Columns (numbers, then dates) that have an indicator.
    categories : tuple of CategoryFit
    """

    kind: ClassVar[str] = "table"
    spec: PreprocessingSpec
    numeric: NumericFit
    dates: DateFit
    indicators: tuple[str, ...]
    categories: tuple[CategoryFit, ...]

    @property
    def n_numeric(self) -> int:
        """Columns of `Features.numeric`, the same in all replicas."""
        bins = self.numeric.edges.shape[1] - 1
        numbers = len(self.numeric.names) * (bins if bins > 0 else 1)
        dates = sum(self.dates.width(i) for i in range(len(self.dates.names)))
        return (
            numbers + dates + len(self.indicators) + sum(c.width for c in self.categories if not c.embedded)
        )

    @property
    def n_continuous(self) -> int:
        """Leading columns of `Features.numeric` that are scaled numbers; 0 with piecewise-linear encoding."""
        return 0 if self.numeric.edges.shape[1] > 1 else len(self.numeric.names)

    @property
    def cardinalities(self) -> tuple[int, ...]:
        """Number of codes of each embedded column, the same in all replicas."""
        return tuple(c.width for c in self.categories if c.embedded)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the raw columns that are used."""
        return self.numeric.names + self.dates.names + tuple(c.name for c in self.categories)

    @property
    def code_offsets(self) -> NDArray[np.int32]:
        """What is added to the codes of each embedded column so that they do not overlap in one table of embeddings."""
        return np.cumsum([0, *self.cardinalities], dtype=np.int32)[:-1]

    def shape(self, n_outputs: int) -> InputShape:
        """See `Preprocessing.shape`."""
        return InputShape(n_outputs, (TableInput(self.n_numeric, self.cardinalities, self.n_continuous),))

    def inputs(self, table: Table, rows: Rows) -> dict[str, Cells]:
        """See `Preprocessing.inputs`."""
        features = self.transform(table, rows)
        return {"numeric": features.numeric, "codes": features.codes + self.code_offsets}

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
        rows = np.arange(table.n_rows) if rows is None else rows
        parts: list[NDArray[np.number | np.bool_]] = []
        missing: dict[str, NDArray[np.bool_]] = {}
        if self.numeric.names:
            cells = np.stack(
                [table.numbers(name, "number").numbers[rows] for name in self.numeric.names], axis=1
            )
            missing |= dict(zip(self.numeric.names, np.isnan(cells).T, strict=True))
            parts.append(encode_numbers(cells, self.numeric, self.spec.smooth_clip))
        for i, name in enumerate(self.dates.names):
            seconds = table.numbers(name, "date").numbers[rows]
            missing[name] = np.isnan(seconds)
            parts.append(unfold_date(seconds, self.dates, i))
        if self.indicators:
            parts.append(np.stack([missing[name] for name in self.indicators], axis=1))
        codes: list[NDArray[np.int32]] = []
        for fit in self.categories:
            code = category_codes(table, fit)[rows]
            if fit.embedded:
                codes.append(code)
            else:
                parts.append(code[:, None] == np.arange(fit.width, dtype=np.int32))
        numeric = np.empty((len(rows), self.n_numeric), np.float32)
        at = 0
        for part in parts:
            numeric[:, at : at + part.shape[1]] = part
            at += part.shape[1]
        stacked = np.stack(codes, axis=1) if codes else np.empty((len(rows), 0), np.int32)
        return Features(numeric, np.ascontiguousarray(stacked))

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
        return cls(
            from_builtins(PreprocessingSpec, data["spec"]),
            NumericFit.from_json(data["numeric"]),
            DateFit.from_json(data["dates"]),
            tuple(data["indicators"]),
            tuple(CategoryFit.from_json(c) for c in data["categories"]),
        )

    def to_json_bytes(self) -> bytes:
        """Return `to_json` as UTF-8 text with sorted keys: equal fits give equal bytes."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False).encode()


def category_codes(table: Table, fit: CategoryFit) -> NDArray[np.int32]:
    """Return the codes of all rows of the table, shape (n_rows,), int32; -1 for a one-hot column that is all
    0.

    Parameters
    ----------
    table : Table
    fit : CategoryFit

    Returns
    -------
    ndarray of int32

    Raises
    ------
    DataError
        Where the column is of another type than the one that was fitted on.
    """
    column = table.cells(fit.name)
    if column.storage != fit.storage:
        raise storage_error(fit.name, fit.storage, column.storage)
    known = {key: fit.offset + i for i, key in enumerate(fit.keys)}
    if isinstance(column, WordColumn):
        codes = [known.get(word, fit.other_code) for word in column.vocabulary]
        return np.array([*codes, fit.missing_code], np.int32)[column.codes]
    values, inverse = np.unique(column.numbers, return_inverse=True)
    codes = [fit.missing_code if v != v else known.get(v, fit.other_code) for v in values.tolist()]
    return np.array(codes, np.int32)[inverse]
