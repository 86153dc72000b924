"""Fitting preprocessing: one fit per replica, each on its own training rows only, all with the same output
widths.

Widths (bins, one-hot blocks, cardinalities, which columns have an indicator) are the maximum over the
replicas, and what a replica lacks is dead: always 0. So the replicas of a trial can be trained as one tensor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs]

from ...data.columns import NumberColumn, Rows, WordColumn
from ...data.table import Table
from ..base import Columns
from .arithmetic import (
    SCALED_LIMIT,
    SMOOTH_CLIP,
    CategoryFit,
    DateFit,
    Floats,
    NumericFit,
    TableFit,
)
from .spec import PreprocessingSpec
from .transform import TablePreprocessing

_N_KNOTS = 64
# Quantile scaling ends at the normal quantiles of 0.001 and 0.999.
_TAIL = 1e-3
# With embeddings, columns of at most so many categories stay one-hot.
_FEW_CATEGORIES = 3


def fit_preprocessing(
    table: Table, columns: Columns, train_rows: Sequence[Rows], spec: PreprocessingSpec
) -> tuple[TablePreprocessing, ...]:
    """Fit one `TablePreprocessing` per replica.

    Parameters
    ----------
    table : Table
    columns : sequence of ColumnSchema
        Their roles numeric, categorical and date say how they are used.
    train_rows : sequence of ndarray of int64
        The training rows of each replica, positions in the table.
    spec : PreprocessingSpec

    Returns
    -------
    tuple of TablePreprocessing

    Raises
    ------
    DataError
        Where a column of numbers or dates holds something else.
    """
    roles = {c.name: c.role for c in columns}
    numeric = [table.numbers(name) for name, role in roles.items() if role == "numeric"]
    dates = [table.numbers(name) for name, role in roles.items() if role == "date"]
    categorical = [table.cells(name) for name, role in roles.items() if role == "categorical"]
    numeric_fits = _fit_numeric(numeric, train_rows, spec)
    date_fits = _fit_dates(dates, train_rows)
    indicators = _indicators([*numeric, *dates], train_rows) if spec.indicators else ()
    category_fits = [_fit_category(column, train_rows, spec) for column in categorical]
    return tuple(
        TablePreprocessing.of(
            TableFit(
                numeric_fits[i],
                date_fits[i],
                indicators,
                tuple(fits[i] for fits in category_fits),
                spec.smooth_clip,
            ),
            spec,
        )
        for i in range(len(train_rows))
    )


def _indicators(columns: list[NumberColumn], train_rows: Sequence[Rows]) -> tuple[str, ...]:
    masks = [(c.name, c.missing()) for c in columns]
    return tuple(name for name, mask in masks if mask.any() and any(mask[rows].any() for rows in train_rows))


@dataclass(frozen=True, slots=True)
class _Scale:
    """One number column, fitted on one replica."""

    fill: float = 0.0
    center: float = 0.0
    factor: float = 1.0
    knots: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()
    edges: tuple[float, ...] = ()


def _fit_numeric(
    columns: list[NumberColumn], train_rows: Sequence[Rows], spec: PreprocessingSpec
) -> list[NumericFit]:
    names = tuple(c.name for c in columns)
    scales: list[list[_Scale]] = [[] for _ in train_rows]
    for column in columns:
        # NaN last; each replica's sorted values are a part of it.
        order = np.argsort(column.numbers, kind="stable")
        order = order[: len(order) - int(np.isnan(column.numbers).sum())]
        for i, rows in enumerate(train_rows):
            chosen = np.zeros(len(column), bool)
            chosen[rows] = True
            scales[i].append(_fit_scale(column.numbers[order[chosen[order]]], spec))
    widest_knots = max((len(s.knots) for row in scales for s in row), default=0)
    widest_edges = max((len(s.edges) for row in scales for s in row), default=0)
    if spec.numeric_encoding == "none":
        widest_edges = 0
    return [
        NumericFit(
            names,
            np.array([s.fill for s in row]),
            np.array([s.center for s in row]),
            np.array([s.factor for s in row]),
            _padded([s.knots for s in row], widest_knots),
            _padded([s.levels for s in row], widest_knots),
            _padded([s.edges for s in row], widest_edges),
            np.array([max(len(s.edges) - 1, 0) for s in row], np.int64),
        )
        for row in scales
    ]


def _padded(rows: list[tuple[float, ...]], width: int) -> Floats:
    """Return rows of one width: the last value is repeated, which adds parts of width 0."""
    return np.array([[*row, *([row[-1] if row else 0.0] * (width - len(row)))] for row in rows]).reshape(
        len(rows), width
    )


def _fit_scale(values: Floats, spec: PreprocessingSpec) -> _Scale:
    """Fit one column on its present training values, sorted."""
    knots: Floats = np.empty(0)
    levels: Floats = np.empty(0)
    # Nothing is known: every number becomes 0.
    if len(values) == 0:
        edges = (0.0, 1.0) if spec.numeric_encoding != "none" else ()
        flat = ((0.0,), (0.0,)) if spec.scaling == "quantile" else ((), ())
        return _Scale(factor=0.0, knots=flat[0], levels=flat[1], edges=edges)
    mean = float(np.mean(values))
    fill = mean if spec.impute == "mean" else _quantile(values, 0.5)
    if spec.scaling == "standard":
        deviation = float(np.std(values))
        center, factor = mean, 1.0 / deviation if deviation > 1e-12 * max(abs(mean), 1e-300) else 0.0
    elif spec.scaling == "robust":
        center, factor = _quantile(values, 0.5), _robust_factor(values)
    else:
        center, factor = 0.0, 1.0
        knots, levels = _normal_knots(values)
    if not (np.isfinite(factor) and np.isfinite(center) and np.isfinite(fill)):
        center, factor, fill = float(values[len(values) // 2]), 0.0, float(values[len(values) // 2])
    edges: tuple[float, ...] = ()
    if spec.numeric_encoding == "piecewise_linear":
        edges = _bin_edges(values, center, factor, knots, levels, spec)
    return _Scale(fill, center, factor, tuple(knots.tolist()), tuple(levels.tolist()), edges)


def _quantile(values: Floats, q: float) -> float:
    """Return a quantile of sorted values, by linear interpolation."""
    at = q * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (values[high] - values[low]) * (at - low))


def _robust_factor(values: Floats) -> float:
    """1 / interquartile range, else 2 / range, else 0 (RealMLP, arXiv 2407.04491, appendix on
    preprocessing)."""
    spread = _quantile(values, 0.75) - _quantile(values, 0.25)
    if spread > 0:
        return 1.0 / spread
    full = float(values[-1] - values[0])
    return 2.0 / full if full > 0 else 0.0


def _normal_knots(values: Floats) -> tuple[Floats, Floats]:
    """Return at most 64 distinct values and the normal quantiles of their ranks; equal values share the mean
    rank."""
    knots = _landmarks(values, _N_KNOTS)
    first = np.searchsorted(values, knots, side="left")
    last = np.searchsorted(values, knots, side="right")
    rank = np.clip((first + last) / 2 / len(values), _TAIL, 1 - _TAIL)
    return knots, ndtri(rank)


def _landmarks(values: Floats, n: int) -> Floats:
    """Return at most `n` distinct values, ascending, the least and the greatest among them.

    Values that are as frequent as a whole quantile get one each; the others are the quantiles of what is left. Plain
    quantiles would fall on the frequent ones alone where, say, nine of ten numbers are 0.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= n:
        return distinct
    frequent = counts * (n - 1) >= len(values)
    frequent[[0, -1]] = True
    left = np.repeat(distinct[~frequent], counts[~frequent])
    n_left = n - int(frequent.sum())
    if n_left < 1 or not len(left):
        return distinct[frequent]
    at = np.round(np.arange(1, n_left + 1) / (n_left + 1) * (len(left) - 1)).astype(np.int64)
    return np.unique(np.concatenate([distinct[frequent], left[at]]))


def _bin_edges(
    values: Floats, center: float, factor: float, knots: Floats, levels: Floats, spec: PreprocessingSpec
) -> tuple[float, ...]:
    """Return quantile bin edges on the scaled numbers, at least two."""
    raw = _landmarks(values, spec.n_bins + 1)
    # Cut off in the next line, as the numbers themselves are.
    with np.errstate(over="ignore"):
        scaled = np.interp(raw, knots, levels) if len(knots) else (raw - center) * factor
    scaled = np.clip(scaled, -SCALED_LIMIT, SCALED_LIMIT)
    if spec.smooth_clip:
        scaled = scaled / np.sqrt(1.0 + (scaled / SMOOTH_CLIP) ** 2)
    edges = np.unique(scaled)
    # A bin of no width would make steps of its numbers.
    keep = np.r_[True, np.diff(edges) > 1e-9]
    edges = edges[keep]
    return tuple(edges.tolist()) if len(edges) > 1 else (float(edges[0]), float(edges[0]) + 1.0)


def _fit_dates(columns: list[NumberColumn], train_rows: Sequence[Rows]) -> list[DateFit]:
    names = tuple(c.name for c in columns)
    used = np.unique(np.concatenate(train_rows)) if columns else np.empty(0, np.int64)
    clock = tuple(bool(np.any(_present(c.numbers[used]) % 86400.0 != 0)) for c in columns)
    fits: list[DateFit] = []
    for rows in train_rows:
        parts = [_present(c.numbers[rows]) for c in columns]
        center = np.array([float(np.mean(p)) if len(p) else 0.0 for p in parts])
        spread = np.array([float(np.std(p)) if len(p) else 0.0 for p in parts])
        # Of equal times the mean is off by a rounding error: that is no spread.
        factor = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-12 * np.abs(center))
        fits.append(DateFit(names, center, factor, clock))
    return fits


def _present(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _fit_category(
    column: NumberColumn | WordColumn, train_rows: Sequence[Rows], spec: PreprocessingSpec
) -> list[CategoryFit]:
    codes, labels = column.categories()
    if isinstance(column, WordColumn):
        keys: tuple[str, ...] | tuple[float, ...] = labels
    else:
        keys = tuple(np.unique(_present(column.numbers)).tolist())
    counts = [np.bincount(codes[rows] + 1, minlength=len(keys) + 1) for rows in train_rows]
    limits = [_least_rows(spec, len(rows)) for rows in train_rows]
    frequent = [np.flatnonzero(c[1:] >= limit) for c, limit in zip(counts, limits, strict=True)]
    embedded = spec.categorical_encoding == "embedding" and max(map(len, frequent)) > _FEW_CATEGORIES
    if not embedded:
        frequent = [_most(kept, c[1:], spec.max_onehot) for kept, c in zip(frequent, counts, strict=True)]
    others = [int(c[1:].sum() - c[1:][kept].sum()) > 0 for kept, c in zip(frequent, counts, strict=True)]
    with_missing = any(c[0] > 0 for c in counts)
    with_other = any(others)
    offset = int(with_missing) + int(with_other)
    width = max(offset + max(map(len, frequent)), 1)
    fits: list[CategoryFit] = []
    for c, kept, other in zip(counts, frequent, others, strict=True):
        missing_code = 0 if c[0] > 0 else -1
        other_code = int(with_missing) if other else -1
        # An embedding that was never trained is noise: the commonest category stands in.
        if embedded:
            common = offset + int(np.argmax(c[1:][kept])) if len(kept) else 0
            other_code = other_code if other else common
            missing_code = missing_code if c[0] > 0 else other_code
        elif missing_code < 0 and other:
            missing_code = other_code
        fits.append(
            CategoryFit(
                column.name,
                column.storage,
                tuple(keys[k] for k in kept.tolist()),  # type: ignore[arg-type]
                offset,
                missing_code,
                other_code,
                width,
                embedded,
            )
        )
    return fits


def _least_rows(spec: PreprocessingSpec, n_rows: int) -> float:
    least = spec.min_frequency * n_rows if 0 < spec.min_frequency < 1 else float(spec.min_frequency)
    return max(least, 1.0)


def _most(kept: NDArray[np.int64], counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    if len(kept) <= most:
        return kept
    return np.sort(kept[np.argsort(-counts[kept], kind="stable")[:most]])
