"""Folds that train on what comes first and are validated on what follows. Used by `splitting`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.columns import Column, NumberColumn, Rows
from ..data.target import Target
from ..domain.errors import DataError, Message
from ..domain.spec import SplitSpec


@dataclass(frozen=True, slots=True, eq=False)
class OrderedParts:
    """Rows of the search and the holdout, and of one repeat of the folds; see `Splits`."""

    development: Rows
    holdout: Rows
    train: tuple[Rows, ...]
    valid: tuple[Rows, ...]
    messages: tuple[Message, ...] = ()


def by_order(spec: SplitSpec, target: Target, copies: NDArray[np.int64]) -> OrderedParts:
    """Cut the rows in the order of the file.

    Parameters
    ----------
    spec : SplitSpec
    target : Target
    copies : ndarray of shape (n,), int64
        Rows with the same number are near-duplicates: such a row is left out of what is trained on before the other
        one is judged.

    Raises
    ------
    DataError
        Where there are too few rows for the folds and the gap.
    """
    order = np.arange(len(target.rows))
    n_held = round(spec.holdout * len(order))
    places = target.rows

    def before(start: int) -> int:
        return int(np.searchsorted(places, places[start] - spec.gap)) if start < len(places) else start

    start = len(order) - n_held
    end = before(start)
    bounds = [round(k * end / (spec.n_folds + 1)) for k in range(1, spec.n_folds + 1)] + [end]
    if min(np.diff([0, *bounds])) <= 0:
        raise DataError(
            "The rows are too few for {n_folds} folds in the order of the file with a gap of {gap:,} rows; use fewer "
            "folds, a smaller gap or a smaller holdout.",
            n_folds=spec.n_folds,
            gap=spec.gap,
        )
    return _parts(spec, target, order, bounds, start, [before(bound) for bound in bounds[:-1]], copies)


def by_time(spec: SplitSpec, target: Target, column: Column, copies: NDArray[np.int64]) -> OrderedParts:
    """Cut the rows by the moments of a column: block k + 1 after blocks 0 … k; the holdout comes last of all.

    Raises
    ------
    DataError
        As `by_order`, and where the column holds text, lacks moments, or has too few different ones.
    """
    if not isinstance(column, NumberColumn):
        raise DataError("Column {column!r} holds text and cannot order rows in time.", column=column.name)
    times = column.numbers[target.rows]
    n_missing = int(np.isnan(times).sum())
    if n_missing:
        raise DataError(
            "Column {column!r} has the role time, but not every row has a value in it (missing: {n:,}); fill "
            "them in or choose other folds.",
            column=column.name,
            n=n_missing,
        )
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    n_held = round(spec.holdout * len(order))
    start = _moment(ordered, len(order) - n_held)

    def before(bound: int) -> int:
        return _moment(ordered, max(bound - spec.gap, 0)) if bound < len(ordered) else bound

    end = before(start)
    bounds = [
        _moment(ordered[:end], round(k * end / (spec.n_folds + 1))) for k in range(1, spec.n_folds + 1)
    ] + [end]
    if end <= 0 or (spec.holdout > 0 and start == len(order)) or min(np.diff([0, *bounds])) <= 0:
        raise DataError(
            "Column {column!r} has too few different times for {n_folds} folds; use fewer.",
            column=column.name,
            n_folds=spec.n_folds,
        )
    return _parts(spec, target, order, bounds, start, [before(bound) for bound in bounds[:-1]], copies)


def _parts(
    spec: SplitSpec,
    target: Target,
    order: NDArray[np.int64],
    bounds: list[int],
    start: int,
    ends: list[int],
    copies: NDArray[np.int64],
) -> OrderedParts:
    """Return the parts of ordered rows.

    Parameters
    ----------
    bounds : list of int, of length n_folds + 1
        Where each validation part begins, and where the last one ends.
    start : int
        Where the holdout begins.
    ends : list of int, of length n_folds
        Where the training part of each fold ends: the gap before its validation part.
    """
    held = order[start:]
    development = _without_copies(order[: bounds[-1]], held, copies)
    train: list[Rows] = []
    valid: list[Rows] = []
    for k in range(spec.n_folds):
        judged = np.intersect1d(order[bounds[k] : bounds[k + 1]], development)
        fitted = _without_copies(np.intersect1d(order[: ends[k]], development), judged, copies)
        if not len(judged) or not len(fitted):
            raise DataError(
                "A gap of {gap:,} rows leaves no rows to train on before fold {fold}; use a smaller gap, or fewer "
                "folds.",
                gap=spec.gap,
                fold=k + 1,
            )
        train.append(fitted)
        valid.append(judged)
    messages = _check_classes(target, train)
    rows = target.rows
    return OrderedParts(
        np.sort(rows[development]),
        np.sort(rows[held]),
        tuple(rows[part] for part in train),
        tuple(rows[part] for part in valid),
        messages,
    )


def _without_copies(
    rows: NDArray[np.int64], others: NDArray[np.int64], copies: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return rows that are no near-duplicates of others."""
    return rows[~np.isin(copies[rows], copies[others])]


def _check_classes(target: Target, train: list[NDArray[np.int64]]) -> tuple[Message, ...]:
    """Return what to say of classes that the first rows lack."""
    if target.task == "regression":
        return ()
    counts = [np.bincount(target.values[part], minlength=target.n_classes) for part in train]
    if np.count_nonzero(counts[0]) < 2:
        alone = sum(np.count_nonzero(count) < 2 for count in counts)
        return (
            Message(
                "Folds that train on the class {value!r} alone: {n} of {n_folds}. The rows seem to be sorted by the "
                "target; then choose folds that do not follow their order.",
                {"value": target.labels[int(counts[0].argmax())], "n": alone, "n_folds": len(train)},
            ),
        )
    return tuple(
        Message(
            "The first fold trains without the class {value!r}, which occurs only later.",
            {"value": target.labels[c]},
        )
        for c in np.flatnonzero(counts[0] == 0)[:3].tolist()
    )


def _moment(ordered: NDArray[np.float64], position: int) -> int:
    """Move a bound back to where a new time begins, so that one moment is never on both sides of it."""
    if position >= len(ordered):
        return len(ordered)
    return int(np.searchsorted(ordered, ordered[position], side="left"))
