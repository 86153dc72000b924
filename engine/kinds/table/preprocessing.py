"""Tables: numbers, categories and dates, see `spec`, `fit` and `transform`."""

from __future__ import annotations

from collections.abc import Sequence

from ....storage.records import Json
from ...data.columns import Rows
from ...data.table import Table
from ...domain.params import Params
from ..base import Columns, PreprocessingKind
from .fit import fit_preprocessing
from .spec import PreprocessingSpec
from .transform import TablePreprocessing


class TableKind(PreprocessingKind):
    """See `PreprocessingKind`."""

    def digest(self, params: Params) -> str:
        """See `PreprocessingKind.digest`."""
        return table_spec(params).digest()

    def fit(
        self, table: Table, columns: Columns, train_rows: Sequence[Rows], params: Params
    ) -> tuple[TablePreprocessing, ...]:
        """See `PreprocessingKind.fit`."""
        return fit_preprocessing(table, columns, train_rows, table_spec(params))

    def from_json(self, data: Json) -> TablePreprocessing:
        """See `PreprocessingKind.from_json`."""
        return TablePreprocessing.from_json(data)


def table_spec(params: Params) -> PreprocessingSpec:
    """Return the preprocessing that a trial's parameters ask for.

    Parameters
    ----------
    params : mapping of str to value

    Returns
    -------
    PreprocessingSpec
    """
    encoding = "piecewise_linear" if params.get("numeric_embedding") == "piecewise_linear" else "none"
    return PreprocessingSpec.from_params({**params, "numeric_encoding": encoding})


KIND = TableKind()
