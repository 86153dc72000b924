"""What bundles hold and say of the columns of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...data.columns import NumberColumn, Rows
from ...data.schema import ColumnSchema
from ...data.table import Table
from ...domain.arrays import Cells
from ..base import BundlePart, Measure, Preprocessing, TokenRule
from .transform import TablePreprocessing

_MOST_CATEGORIES = 10_000


class TablePart(BundlePart):
    """See `BundlePart`."""

    about: Mapping[str, str] = {
        "numeric": "Numbers: a missing one becomes `fill`; then (x - center) * factor, or the piecewise-linear map "
        "from `knots` to `levels`; then x / sqrt(1 + (x / 3)^2) where spec.smooth_clip; then, where there are `edges`, "
        "the part of each bin that x fills.",
        "dates": "Seconds since 1970 UTC: (x - center) * factor; sine and cosine of the year and the week, of the day "
        "too where `clock`; all 0 where missing.",
        "indicators": "Columns with one more input: 1 where missing.",
        "categories": "Key i has the code offset + i; one-hot, or, where `embedded`, an integer after those of the "
        "columns before it.",
    }

    def counted(self, role: str) -> tuple[str, ...]:
        """See `BundlePart.counted`."""
        return ("category",) if role == "categorical" else ("value",)

    def measures(self, tokens: TokenRule | None) -> dict[str, Measure]:  # noqa: ARG002
        """See `BundlePart.measures`."""
        return {"value": _same, "category": _same}

    def cells(self, table: Table, column: str, rows: Rows) -> Cells:
        """See `BundlePart.cells`."""
        cells = table.cells(column)
        if isinstance(cells, NumberColumn):
            return cells.numbers[rows]
        return np.array([*cells.vocabulary, ""], object)[cells.codes[rows]]

    def categories(
        self, table: Table, column: ColumnSchema, fitted: Sequence[Preprocessing]
    ) -> tuple[str | float, ...] | None:
        """Return all categories of the data, or, where they are very many, those that have a code of their own."""
        if column.role != "categorical":
            return None
        cells = table.cells(column.name)
        if isinstance(cells, NumberColumn):
            values = np.unique(cells.numbers[~cells.missing()])
            if len(values) <= _MOST_CATEGORIES:
                return tuple(values.tolist())
        elif len(cells.vocabulary) <= _MOST_CATEGORIES:
            return cells.vocabulary
        kept = {
            key
            for one in fitted
            if isinstance(one, TablePreprocessing)
            for c in one.categories
            if c.name == column.name
            for key in c.keys
        }
        # The keys of one column are all of one type.
        return tuple(sorted(kept))  # pyright: ignore[reportArgumentType]

    def private(self, roles: Sequence[str]) -> tuple[str, ...]:
        """See `BundlePart.private`."""
        if "categorical" in roles:
            return ("`schema.json` and `model.onnx` hold the categories of the data.",)
        return ()


def _same(values: Cells) -> Cells:
    return values


PART = TablePart()
