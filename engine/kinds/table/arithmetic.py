"""From columns of numbers, dates and categories to what a network takes.

Training computes with it, and bundles carry it.

All arithmetic is in float64 and uses only what has an exact ONNX form; the result is cast to float32 at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ...bundled.arrays import Arrays, Floats, Json, Raw

# Scaled numbers beyond it are cut off: float32 networks cannot use them.
SCALED_LIMIT = 1e6
SMOOTH_CLIP = 3.0
DAY_S = 86400.0
WEEK_S = 7 * DAY_S
YEAR_S = 365.2425 * DAY_S
# 1970-01-01 was a Thursday.
MONDAY_S = 3 * DAY_S


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

    @classmethod
    def from_json(cls, data: Json) -> NumericFit:
        """Rebuild what `to_json` gave."""
        n = len(data["names"])
        arrays = {name: np.array(data[name], np.float64) for name in _ARRAYS}
        for name in ("knots", "levels", "edges"):
            arrays[name] = arrays[name].reshape(n, -1) if n else np.empty((0, 0))
        return cls(tuple(data["names"]), **arrays, n_bins=np.array(data["n_bins"], np.int64))

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict; floats survive exactly."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return {"names": list(self.names), "n_bins": self.n_bins.tolist(), **arrays}


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

    @classmethod
    def from_json(cls, data: Json) -> DateFit:
        """Rebuild what `to_json` gave."""
        center, factor = (np.array(data[name], np.float64) for name in ("center", "factor"))
        return cls(tuple(data["names"]), center, factor, tuple(data["clock"]))

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict; floats survive exactly."""
        return {
            "names": list(self.names),
            "center": self.center.tolist(),
            "factor": self.factor.tolist(),
            "clock": list(self.clock),
        }

    def width(self, i: int) -> int:
        """Number of feature columns of the i-th date."""
        return 7 if self.clock[i] else 5


@dataclass(frozen=True, slots=True)
class CategoryFit:
    """One categorical column, fitted.

    Attributes
    ----------
    name : str
    storage : {"number", "text", "date"}
        Of the raw column; in JSON it is ``kind``.
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
    storage: Literal["number", "text", "date"]
    keys: tuple[str, ...] | tuple[float, ...]
    offset: int
    missing_code: int
    other_code: int
    width: int
    embedded: bool

    @classmethod
    def from_json(cls, data: Json) -> CategoryFit:
        """Rebuild what `to_json` gave."""
        others = {name: value for name, value in data.items() if name not in ("kind", "keys")}
        return cls(**others, storage=data["kind"], keys=tuple(data["keys"]))

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict."""
        data = asdict(self)
        return {"name": data.pop("name"), "kind": data.pop("storage"), **data, "keys": list(self.keys)}

    def codes(self, cells: Sequence[object]) -> NDArray[np.int32]:
        """Return the codes of cells, shape (n,); None, NaN and empty text are missing.

        -1 stands for a one-hot column that is all 0.
        """
        known: dict[object, int] = {key: self.offset + i for i, key in enumerate(self.keys)}
        return np.array(
            [
                self.missing_code
                if cell is None or cell == "" or cell != cell
                else known.get(cell, self.other_code)
                for cell in cells
            ],
            np.int32,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Inputs of a network for n rows of a table.

    Attributes
    ----------
    numeric : ndarray of shape (n, n_numeric), float32, C-contiguous
    codes : ndarray of shape (n, n_codes), int32
        Of embedded categorical columns, each in ``[0, cardinality)``.
    """

    numeric: NDArray[np.float32]
    codes: NDArray[np.int32]


class TableCells(Protocol):
    """Raw cells of n rows of a table."""

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        ...

    def numbers(self, name: str) -> Floats:
        """Return the cells of a column of numbers, shape (n,), NaN where missing."""
        ...

    def dates(self, name: str) -> Floats:
        """Return the cells of a column of dates, seconds since 1970 UTC, shape (n,), NaN where missing."""
        ...

    def codes(self, fit: CategoryFit) -> NDArray[np.int32]:
        """Return the codes of a column of categories, shape (n,), as `CategoryFit.codes` does."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TableFit:
    """The columns of a table, fitted: the one description of what a network takes of them.

    Attributes
    ----------
    numeric : NumericFit
    dates : DateFit
    indicators : tuple of str
        Columns (numbers, then dates) that have an indicator.
    categories : tuple of CategoryFit
    smooth_clip : bool
        Whether scaled numbers are bent so that none is beyond 3.
    """

    numeric: NumericFit
    dates: DateFit
    indicators: tuple[str, ...]
    categories: tuple[CategoryFit, ...]
    smooth_clip: bool

    @classmethod
    def from_json(cls, data: Json) -> TableFit:
        """Rebuild the description from the JSON of a preprocessing of tables, which may say more."""
        return TableFit(
            NumericFit.from_json(data["numeric"]),
            DateFit.from_json(data["dates"]),
            tuple(data["indicators"]),
            tuple(CategoryFit.from_json(c) for c in data["categories"]),
            data["spec"]["smooth_clip"],
        )

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

    def features(self, cells: TableCells) -> Features:
        """Return the features of rows: numbers (or their bins), dates, indicators of missing cells, one-hot blocks."""
        parts: list[NDArray[np.generic]] = []
        missing: dict[str, NDArray[np.bool_]] = {}
        if self.numeric.names:
            numbers = np.stack([cells.numbers(name) for name in self.numeric.names], axis=1)
            missing |= dict(zip(self.numeric.names, np.isnan(numbers).T, strict=True))
            parts.append(encode_numbers(numbers, self.numeric, self.smooth_clip))
        for i, name in enumerate(self.dates.names):
            seconds = cells.dates(name)
            missing[name] = np.isnan(seconds)
            parts.append(unfold_date(seconds, self.dates, i))
        if self.indicators:
            parts.append(np.stack([missing[name] for name in self.indicators], axis=1))
        codes: list[NDArray[np.int32]] = []
        for fit in self.categories:
            code = cells.codes(fit)
            if fit.embedded:
                codes.append(code)
            else:
                parts.append(code[:, None] == np.arange(fit.width, dtype=np.int32))
        numeric = np.empty((cells.n_rows, self.n_numeric), np.float32)
        at = 0
        for part in parts:
            numeric[:, at : at + part.shape[1]] = part
            at += part.shape[1]
        stacked = np.stack(codes, axis=1) if codes else np.empty((cells.n_rows, 0), np.int32)
        return Features(numeric, np.ascontiguousarray(stacked))

    def network_inputs(self, cells: TableCells) -> dict[str, NDArray[np.generic]]:
        """Return what a network takes of rows: ``numeric``, and ``codes`` of one table of embeddings."""
        features = self.features(cells)
        return {"numeric": features.numeric, "codes": features.codes + self.code_offsets}


_ARRAYS = ("fill", "center", "factor", "knots", "levels", "edges")


def encode_numbers(cells: Floats, fit: NumericFit, smooth_clip: bool) -> Floats:
    """Return scaled and encoded numbers.

    Parameters
    ----------
    cells : ndarray of shape (n, d), float64
        NaN where missing.
    fit : NumericFit
    smooth_clip : bool
        Whether scaled numbers are bent so that none is beyond 3.

    Returns
    -------
    ndarray of shape (n, d) or (n, d * n_bins), float64
    """
    scaled = scale_numbers(np.where(np.isnan(cells), fit.fill, cells), fit, smooth_clip)
    n_edges = fit.edges.shape[1]
    if n_edges == 0:
        return scaled
    low, width = fit.edges[:, :-1], np.diff(fit.edges, axis=1)
    slope = np.divide(1.0, width, out=np.zeros_like(width), where=width > 0)
    lower, upper = bin_limits(fit)
    part = np.empty((len(cells), *low.shape))
    # Column by column: half the memory.
    for j in range(low.shape[0]):
        part[:, j] = np.clip((scaled[:, j, None] - low[j]) * slope[j], lower[j], upper[j])
    return part.reshape(len(cells), -1)


def bin_limits(fit: NumericFit) -> tuple[Floats, Floats]:
    """Return the limits of each bin's part, shape (d, n_bins): 0 and 1, but open at both ends of a column.

    The open ends stop at 1e6 in units of the bin, and dead bins are always 0.

    Parameters
    ----------
    fit : NumericFit

    Returns
    -------
    lower, upper : ndarrays of shape (d, n_bins), float64
    """
    bins = np.arange(int(fit.edges.shape[1]) - 1)
    alive = bins < fit.n_bins[:, None]
    lower = np.where(alive & (bins == 0), -SCALED_LIMIT, 0.0)
    upper = np.where(bins == fit.n_bins[:, None] - 1, SCALED_LIMIT, np.where(alive, 1.0, 0.0))
    return lower, upper


def scale_numbers(cells: Floats, fit: NumericFit, smooth_clip: bool) -> Floats:
    """Return scaled numbers.

    Parameters
    ----------
    cells : ndarray of shape (n, d), float64
        Without NaN.
    fit : NumericFit
    smooth_clip : bool
        Whether they are squashed into (-3, 3).

    Returns
    -------
    ndarray of shape (n, d), float64
    """
    if fit.knots.shape[1]:
        scaled = np.empty_like(cells)
        for j in range(cells.shape[1]):
            scaled[:, j] = np.interp(cells[:, j], fit.knots[j], fit.levels[j])
    else:
        # Cut off in the next line.
        with np.errstate(over="ignore"):
            scaled = (cells - fit.center) * fit.factor
        scaled = np.clip(scaled, -SCALED_LIMIT, SCALED_LIMIT)
    return scaled / np.sqrt(1.0 + (scaled / SMOOTH_CLIP) ** 2) if smooth_clip else scaled


def unfold_date(seconds: Floats, fit: DateFit, i: int) -> Floats:
    """Return the features of the i-th date column; 0 where the date is missing.

    Parameters
    ----------
    seconds : ndarray of shape (n,), float64
        Since 1970; NaN where missing.
    fit : DateFit
    i : int

    Returns
    -------
    ndarray of shape (n, 5 or 7), float64
        The moment, scaled, and sine and cosine of its place in the year, the week and, where dates have times, the day.
    """
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


@dataclass(frozen=True, slots=True)
class _RawCells:
    """Raw columns of shape (n, 1), by name; see `TableCells`."""

    raw: Raw

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.raw.values())))

    def numbers(self, name: str) -> Floats:
        return self.raw[name][:, 0]

    def dates(self, name: str) -> Floats:
        return self.raw[name][:, 0]

    def codes(self, fit: CategoryFit) -> NDArray[np.int32]:
        return fit.codes(self.raw[fit.name][:, 0].tolist())


def table_inputs(fitted: Json, raw: Raw) -> Arrays:
    """Return what a network takes of raw columns; see `Arithmetic`.

    Parameters
    ----------
    fitted : Json
        Of `TableFit.to_json`.
    raw : Raw
        Columns of shape (n, 1), by name.

    Returns
    -------
    Arrays
        ``numeric``, float32, and ``codes``, int32, of shape (n, width).
    """
    return TableFit.from_json(fitted).network_inputs(_RawCells(raw))


INPUTS = table_inputs
