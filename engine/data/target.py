"""The target column as a network learns it: class indices with labels, or numbers; and which rows have
one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import TargetValues
from ..domain.errors import DataError, Message, SpecError
from ..domain.metrics import ONE_SIDED
from .columns import Column, DateColumn, NumberColumn, Rows, WordColumn, canonical_text
from .schema import TableSchema
from .table import Table

_MAX_NUMBER_CLASSES = 20
_MAX_CLASSES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The target of the rows that have one.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    labels : tuple of str
        Of the classes, in natural order; empty for regression.
    values : ndarray of shape (n,)
        int64 class indices, or float64 numbers.
    rows : ndarray of shape (n,), int64
        Their positions in the table, ascending.
    n_dropped : int
        Rows of the table without a target.
    messages : tuple of Message
    """

    task: Literal["binary", "multiclass", "regression"]
    labels: tuple[str, ...]
    values: TargetValues
    rows: Rows
    n_dropped: int
    messages: tuple[Message, ...] = ()

    @property
    def n_classes(self) -> int:
        """Number of classes; 0 for regression."""
        return len(self.labels)

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Return (label, rows) of every class; empty for regression."""
        if self.task == "regression":
            return ()
        return tuple(
            zip(self.labels, np.bincount(self.values, minlength=len(self.labels)).tolist(), strict=True)
        )

    def at(self, rows: Rows) -> TargetValues:
        """Return the values of table rows, all of which must have a target."""
        return self.values[np.searchsorted(self.rows, rows)]

    def with_positive(self, label: str) -> Target:
        """Return the same rows with a class of two as the second one; any other name changes nothing."""
        if len(self.labels) != 2 or label != self.labels[0]:
            return self
        return dataclasses.replace(self, labels=self.labels[::-1], values=1 - self.values)


def encode_target(table: Table, schema: TableSchema, task: str = "auto", positive: str = "") -> Target:
    """Encode the column whose role is target.

    Parameters
    ----------
    positive : str
        Of two classes, the one that comes second; in the order of their names where empty.

    Raises
    ------
    DataError
        Where there is no target, it is a date, no row has one, all rows have the same one, there are more than 1,000
        classes, or more than 20 and more than half as many as rows, or the task does not fit the cells.
    """
    chosen = schema.target
    if chosen is None:
        raise DataError("No target column was chosen; choose the column to predict.")
    column = table.cells(chosen.name)
    if isinstance(column, DateColumn):
        raise DataError(
            "The target {column!r} is a date; choose a column of numbers or classes.", column=column.name
        )
    rows = np.flatnonzero(~column.missing())
    n_dropped = table.n_rows - len(rows)
    if len(rows) == 0:
        raise DataError(
            "The target {column!r} is missing in every row; choose another target.", column=column.name
        )
    messages: list[Message] = []
    if n_dropped:
        messages.append(
            Message(
                "Rows left out because they have no {column!r}: {n:,} of {n_rows:,}.",
                {"n": n_dropped, "n_rows": table.n_rows, "column": column.name},
            )
        )
    decided = decide_task(column) if task == "auto" else task
    if decided == "regression":
        return _numbers(column, rows, n_dropped, messages)
    labels, values = class_labels(column, rows)
    _check_classes(column.name, labels, len(rows), decided)
    decided = "binary" if len(labels) == 2 else "multiclass"
    messages += _class_messages(column.name, labels)
    return Target(decided, labels, values, rows, n_dropped, tuple(messages)).with_positive(positive)


def positive_class(target: Target, asked: str, metric: str) -> str:
    """Return the positive class of a study: the one asked for, else the rarer one where the metric tells them apart.

    Parameters
    ----------
    target : Target
    asked : str
        As the user spells it; empty where nothing was said.
    metric : str

    Returns
    -------
    str
        Empty where there is none.

    Raises
    ------
    SpecError
        Where the class that is asked for is none of two.
    """
    if asked and target.task != "binary":
        raise SpecError("A positive class is for a target of two classes; leave {value!r} out.", value=asked)
    if asked:
        plain = (label for label in target.labels if plain_label(label) == plain_label(asked))
        found = asked if asked in target.labels else next(plain, None)
        if found is None:
            raise SpecError(
                "The positive class {value!r} is no class of the target; choose one of {choices}.",
                value=asked,
                choices=", ".join(target.labels),
            )
        return found
    if target.task != "binary" or metric not in ONE_SIDED:
        return ""
    (first, n_first), (second, n_second) = target.counts()
    return first if n_first < n_second else second


def positive_message(target: Target, positive: str, metric: str) -> Message | None:
    """Return which class a metric is of; None where it is of none.

    Parameters
    ----------
    target : Target
    positive : str
    metric : str

    Returns
    -------
    Message or None
    """
    if not positive:
        return None
    return Message(
        "The positive class is {positive!r}, with {n:,} of {n_rows:,} rows: {metric} is of it. --positive CLASS says "
        "another one.",
        {
            "positive": positive,
            "n": dict(target.counts())[positive],
            "n_rows": len(target.values),
            "metric": metric,
        },
    )


def decide_task(column: NumberColumn | WordColumn) -> Literal["binary", "multiclass", "regression"]:
    """Return the task of a target: numbers are classes where they are whole and few, or only two."""
    labels: int
    if isinstance(column, WordColumn):
        labels = len(np.unique(column.codes[column.codes >= 0]))
    else:
        known = column.numbers[~column.missing()]
        values = np.unique(known)
        labels = len(values)
        whole = bool(np.all(values == np.floor(values)))
        if labels > 2 and not (whole and labels <= min(_MAX_NUMBER_CLASSES, max(2.0, 0.1 * len(known)))):
            return "regression"
    return "binary" if labels == 2 else "multiclass"


def class_labels(column: NumberColumn | WordColumn, rows: Rows) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the labels of the given rows in natural order, and class indices of shape (n,), int64."""
    if isinstance(column, NumberColumn):
        values, inverse = np.unique(column.numbers[rows], return_inverse=True)
        return tuple(canonical_text(v) for v in values), inverse.astype(np.int64)
    used, inverse = np.unique(column.codes[rows], return_inverse=True)
    words = [column.vocabulary[i] for i in used.tolist()]
    order = sorted(range(len(words)), key=lambda i: natural_key(words[i]))
    rank = np.empty(len(words), np.int64)
    rank[order] = np.arange(len(words))
    return tuple(words[i] for i in order), rank[inverse]


def natural_key(text: str) -> tuple[tuple[int, float, str], ...]:
    """Return a sort key by which ``"item 2"`` comes before ``"item 10"``."""
    parts = re.split(r"(\d+)", text)
    return (
        *((0, float(p), "") if p.isdigit() and p.isascii() else (1, 0.0, p) for p in parts if p),
        (2, 0.0, text),
    )


def match_labels(column: Column, labels: Sequence[str]) -> NDArray[np.int64]:
    """Return class indices of another file's target cells, shape (n,), int64: -1 where missing or unknown.

    What is the same is what `label_finder` finds.
    """
    codes, words = column.categories()
    index = list(map(label_finder(labels), words))
    return np.array([*index, -1], np.int64)[codes]


def label_finder(labels: Sequence[str]) -> Callable[[str], int]:
    """Return what finds the place of a text among labels, -1 where it is none of them.

    Labels that differ only in case, spaces or a full stop at the end are the same (``">50K."`` and
    ``">50K"``).
    """
    exact = {label: i for i, label in enumerate(labels)}
    loose = {plain_label(label): i for i, label in enumerate(labels)}
    return lambda text: exact.get(text, loose.get(plain_label(text), -1))


def plain_label(label: str) -> str:
    """Return a label without case, spaces around and full stops at the end."""
    return label.strip().rstrip(".").strip().casefold()


def _numbers(
    column: NumberColumn | WordColumn, rows: Rows, n_dropped: int, messages: list[Message]
) -> Target:
    if isinstance(column, WordColumn):
        raise DataError(
            "The target {column!r} is text, for instance {value!r}, and cannot be a regression target; "
            "choose "
            "classification or another column.",
            column=column.name,
            value=column.vocabulary[int(column.codes[rows[0]])],
        )
    values = column.numbers[rows].copy()
    if values.min() == values.max():
        raise DataError(
            "The target {column!r} is {value} in every row, so there is nothing to predict; choose another column, or "
            "add rows with other values.",
            column=column.name,
            value=canonical_text(values[0]),
        )
    return Target("regression", (), values, rows, n_dropped, tuple(messages))


def _check_classes(name: str, labels: tuple[str, ...], n_rows: int, task: str) -> None:
    if len(labels) < 2:
        raise DataError(
            "The target {column!r} has one class only, {value!r}, so there is nothing to predict; choose another "
            "column, or add rows of another class.",
            column=name,
            value=next(iter(labels)),
        )
    if len(labels) > _MAX_CLASSES or (len(labels) > 20 and len(labels) > 0.5 * n_rows):
        raise DataError(
            "The target {column!r} has {n:,} classes in {n_rows:,} rows; choose a column with fewer, or "
            "regression.",
            column=name,
            n=len(labels),
            n_rows=n_rows,
        )
    if task == "binary" and len(labels) > 2:
        raise DataError(
            "The target {column!r} has {n:,} classes, not two; choose multiclass.", column=name, n=len(labels)
        )


def _class_messages(name: str, labels: tuple[str, ...]) -> list[Message]:
    messages: list[Message] = []
    alike: dict[str, str] = {}
    for label in labels:
        other = alike.setdefault(plain_label(label), label)
        if other != label:
            messages.append(
                Message(
                    "Classes {first!r} and {second!r} of {column!r} look like one class spelled twice.",
                    {"first": other, "second": label, "column": name},
                )
            )
    return messages
