"""Fitted preprocessing: from a table's rows to the inputs of a network. Built by `fit`, exported by
`engine.deployment`.

All arithmetic is in float64 and uses only what has an exact ONNX form; the result is cast to float32 at the
end. Feature columns come in this order: numbers (or their bins), dates, indicators of what was missing,
one-hot blocks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..data.table import Rows, Table, canonical_text
from ..errors import DataError
from ..networks.inputs import InputShape
from .base import Preprocessing
from .spec import PreprocessingSpec

Floats = NDArray[np.float64]
SCALED_LIMIT = 1e6  # scaled numbers beyond it are cut off: float32 networks cannot use them
SMOOTH_CLIP = 3.0
DAY_S = 86400.0
WEEK_S = 7 * DAY_S
YEAR_S = 365.2425 * DAY_S
MONDAY_S = 3 * DAY_S  # 1970-01-01 was a Thursday


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


@dataclass(frozen=True, slots=True, eq=False)
class NumericFit:
    """Numeric columns, fitted. All arrays have the d columns first.

    Attributes
    ----------
    names : tuple of str
    fill : ndarray of shape (d,)
        What a missing number becomes.
    center, factor : ndarray of shape (d,)
        ``(x - center) * factor``.
    knots, levels : ndarray of shape (d, k), k at most 64
        Of quantile scaling: the value at each knot; k is 0 for other scalings.
    edges : ndarray of shape (d, n_bins + 1)
        Bin edges on the scaled numbers; width 0 without piecewise-linear encoding.
    n_bins : ndarray of shape (d,), int64
        Bins of each column that are alive; those after are dead and always 0.
    """

    names: tuple[str, ...]
    fill: Floats
    center: Floats
    factor: Floats
    knots: Floats
    levels: Floats
    edges: Floats
    n_bins: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DateFit:
    """Date columns, fitted: scaled time, then sine and cosine of the year, the week and (if `clock`) the day.

    Attributes
    ----------
    names : tuple of str
    center, factor : ndarray of shape (d,)
    clock : tuple of bool
        Whether the column has times of day.
    """

    names: tuple[str, ...]
    center: Floats
    factor: Floats
    clock: tuple[bool, ...]

    def width(self, i: int) -> int:
        """Number of feature columns of the i-th date."""
        return 7 if self.clock[i] else 5


@dataclass(frozen=True, slots=True)
class CategoryFit:
    """One categorical column, fitted.

    Attributes
    ----------
    name : str
    kind : {"number", "text", "date"}
        Of the raw column.
    keys : tuple of str or tuple of float
        Categories that were kept, key ``i`` has code ``offset + i``; floats for columns of numbers and dates.
    offset : int
        Codes before the keys: for missing (0, if any replica saw one) and other (if any replica saw one).
    missing_code, other_code : int
        -1 where this replica's training rows had none; one-hot columns are then all 0.
    width : int
        Number of codes, the same in all replicas.
    embedded : bool
    """

    name: str
    kind: Literal["number", "text", "date"]
    keys: tuple[str, ...] | tuple[float, ...]
    offset: int
    missing_code: int
    other_code: int
    width: int
    embedded: bool


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
        return InputShape(n_outputs, self.n_numeric, self.cardinalities, self.n_continuous)

    def inputs(self, table: Table, rows: Rows) -> dict[str, NDArray[Any]]:
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

        Raises
        ------
        DataError
            Where a column is not there or of another kind.
        """
        rows = np.arange(table.n_rows) if rows is None else rows
        parts: list[NDArray[Any]] = []
        missing: dict[str, NDArray[np.bool_]] = {}
        if self.numeric.names:
            cells = np.stack([_numbers(table, name, "number")[rows] for name in self.numeric.names], axis=1)
            missing |= dict(zip(self.numeric.names, np.isnan(cells).T, strict=True))
            parts.append(encode_numbers(cells, self.numeric, self.spec))
        for i, name in enumerate(self.dates.names):
            seconds = _numbers(table, name, "date")[rows]
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

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready dict; floats survive exactly."""
        numeric = {name: getattr(self.numeric, name).tolist() for name in _ARRAYS}
        return {
            "kind": "table",
            "spec": self.spec.to_json(),
            "numeric": {"names": list(self.numeric.names), "n_bins": self.numeric.n_bins.tolist(), **numeric},
            "dates": {
                "names": list(self.dates.names),
                "center": self.dates.center.tolist(),
                "factor": self.dates.factor.tolist(),
                "clock": list(self.dates.clock),
            },
            "indicators": list(self.indicators),
            "categories": [
                {name: getattr(c, name) for name in CategoryFit.__slots__} | {"keys": list(c.keys)}
                for c in self.categories
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TablePreprocessing:
        """Rebuild what `to_json` gave."""
        numeric, dates = data["numeric"], data["dates"]
        n = len(numeric["names"])
        arrays = {name: np.array(numeric[name], np.float64) for name in _ARRAYS}
        for name in ("knots", "levels", "edges"):
            arrays[name] = arrays[name].reshape(n, -1) if n else np.empty((0, 0))
        n_bins = np.array(numeric["n_bins"], np.int64)
        return cls(
            PreprocessingSpec(**data["spec"]),
            NumericFit(tuple(numeric["names"]), **arrays, n_bins=n_bins),
            DateFit(
                tuple(dates["names"]),
                np.array(dates["center"], np.float64),
                np.array(dates["factor"], np.float64),
                tuple(dates["clock"]),
            ),
            tuple(data["indicators"]),
            tuple(CategoryFit(**{**c, "keys": tuple(c["keys"])}) for c in data["categories"]),
        )

    def to_json_bytes(self) -> bytes:
        """Return `to_json` as UTF-8 text with sorted keys: equal fits give equal bytes."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False).encode()


_ARRAYS = ("fill", "center", "factor", "knots", "levels", "edges")


def encode_numbers(cells: Floats, fit: NumericFit, spec: PreprocessingSpec) -> Floats:
    """Return scaled and encoded numbers.

    Parameters
    ----------
    cells : ndarray of shape (n, d), float64
        NaN where missing.
    fit : NumericFit
    spec : PreprocessingSpec

    Returns
    -------
    ndarray of shape (n, d) or (n, d * n_bins), float64
    """
    scaled = scale_numbers(np.where(np.isnan(cells), fit.fill, cells), fit, spec)
    n_edges = fit.edges.shape[1]
    if n_edges == 0:
        return scaled
    low, width = fit.edges[:, :-1], np.diff(fit.edges, axis=1)
    slope = np.divide(1.0, width, out=np.zeros_like(width), where=width > 0)
    lower, upper = bin_limits(fit)
    part = np.empty((len(cells), *low.shape))
    for j in range(low.shape[0]):  # column by column: half the memory
        part[:, j] = np.clip((scaled[:, j, None] - low[j]) * slope[j], lower[j], upper[j])
    return part.reshape(len(cells), -1)


def bin_limits(fit: NumericFit) -> tuple[Floats, Floats]:
    """Return the limits of each bin's part, shape (d, n_bins): 0 and 1, but open at both ends of a column.

    The open ends stop at 1e6 in units of the bin, and dead bins are always 0.
    """
    bins = np.arange(fit.edges.shape[1] - 1)
    alive = bins < fit.n_bins[:, None]
    lower = np.where(alive & (bins == 0), -SCALED_LIMIT, 0.0)
    upper = np.where(bins == fit.n_bins[:, None] - 1, SCALED_LIMIT, np.where(alive, 1.0, 0.0))
    return lower, upper


def scale_numbers(cells: Floats, fit: NumericFit, spec: PreprocessingSpec) -> Floats:
    """Return scaled numbers of shape (n, d), float64; `cells` have no NaN."""
    if fit.knots.shape[1]:
        scaled = np.empty_like(cells)
        for j in range(cells.shape[1]):
            scaled[:, j] = np.interp(cells[:, j], fit.knots[j], fit.levels[j])
    else:
        with np.errstate(over="ignore"):  # cut off in the next line
            scaled = (cells - fit.center) * fit.factor
        scaled = np.clip(scaled, -SCALED_LIMIT, SCALED_LIMIT)
    return scaled / np.sqrt(1.0 + (scaled / SMOOTH_CLIP) ** 2) if spec.smooth_clip else scaled


def unfold_date(seconds: Floats, fit: DateFit, i: int) -> Floats:
    """Return the features of the i-th date column, shape (n, 5 or 7), float64; 0 where missing."""
    missing = np.isnan(seconds)
    moment = np.where(missing, fit.center[i], seconds)
    scaled = np.clip((moment - fit.center[i]) * fit.factor[i], -SCALED_LIMIT, SCALED_LIMIT)
    features = [scaled]
    periods = [(YEAR_S, 0.0), (WEEK_S, MONDAY_S)] + ([(DAY_S, 0.0)] if fit.clock[i] else [])
    for period, shift in periods:
        turns = (moment + shift) / period
        angle = 2 * np.pi * (turns - np.floor(turns))
        features += [np.sin(angle), np.cos(angle)]
    stacked = np.stack(features, axis=1)
    stacked[missing] = 0.0
    return stacked


def category_codes(table: Table, fit: CategoryFit) -> NDArray[np.int32]:
    """Return the codes of all rows of the table, shape (n_rows,), int32; -1 for a one-hot column that is all
    0."""
    column = table[fit.name]
    if column.kind != fit.kind:
        raise _kind_error(fit.name, fit.kind, column.kind)
    known = {key: fit.offset + i for i, key in enumerate(fit.keys)}
    if column.kind == "text":
        codes = [known.get(word, fit.other_code) for word in column.vocabulary]
        return np.array([*codes, fit.missing_code], np.int32)[column.codes]
    values, inverse = np.unique(column.numbers, return_inverse=True)
    codes = [fit.missing_code if v != v else known.get(v, fit.other_code) for v in values.tolist()]
    return np.array(codes, np.int32)[inverse]


def key_text(key: str | float) -> str:
    """Return a category's key as text, for people."""
    return key if isinstance(key, str) else canonical_text(key)


def _numbers(table: Table, name: str, kind: str) -> Floats:
    column = table[name]
    if column.kind != kind:
        raise _kind_error(name, kind, column.kind)
    return column.numbers


def _kind_error(name: str, wanted: str, found: str) -> DataError:
    return DataError(
        "Column {column!r} must hold {wanted} cells, but here it holds {found}; check its values and decimal "
        "sign.",
        column=name,
        wanted=wanted,
        found=found,
    )
