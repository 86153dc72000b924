"""What preprocessing of any kind of data provides: a fit for each replica, and rows as a network takes them in.

A kind of data is one module in this folder with a ``KIND``, named in `engine.domain.families.DATA_KINDS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from ..data.schema import TableSchema
from ..data.table import Rows, Table
from ..networks.inputs import InputShape


class Preprocessing(ABC):
    """Preprocessing of one replica, fitted on its training rows."""

    __slots__ = ()

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Names of the raw columns that are used."""

    @abstractmethod
    def shape(self, n_outputs: int) -> InputShape:
        """Return what a network takes in; the same in all replicas."""

    @abstractmethod
    def inputs(self, table: Table, rows: Rows) -> dict[str, NDArray[Any]]:
        """Return rows as a network takes them in: arrays of shape (n, *row) by the names of `InputShape.tensors`.

        Raises
        ------
        DataError
            Where a column is not there or of another kind.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready dict with the ``kind`` of data; floats survive exactly."""


class PreprocessingKind(ABC):
    """How one kind of data is preprocessed.

    Attributes
    ----------
    is_shared : bool
        Whether all replicas see the same rows, because nothing is fitted; `fit` then returns equal ones.
    """

    is_shared: bool = False

    @abstractmethod
    def digest(self, params: Mapping[str, Any]) -> str:
        """Return the sha256 (hex) of the settings in a trial's params that the preprocessing depends on."""

    @abstractmethod
    def fit(
        self, table: Table, schema: TableSchema, train_rows: Sequence[Rows], params: Mapping[str, Any]
    ) -> tuple[Preprocessing, ...]:
        """Fit one `Preprocessing` for each replica, on its training rows (positions in the table) alone.

        Raises
        ------
        DataError
            Where no column can be used.
        """

    @abstractmethod
    def from_json(self, data: Mapping[str, Any]) -> Preprocessing:
        """Rebuild what `Preprocessing.to_json` gave."""
