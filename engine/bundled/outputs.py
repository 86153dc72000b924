"""What a model says of rows: whether it has the right shape, is a number, and which class it means.

Of what bundles carry along: needs NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .errors import InputError
from .input_column import Cell
from .schema import Schema

Prediction = dict[str, Cell]
"""``prediction``, and of classes ``p_<label>``; with an interval ``low`` and ``high``, or the ``set`` of classes."""


def check_predictions(outputs: np.ndarray, n_rows: int, schema: Schema, form: str) -> np.ndarray:
    """Return what a model of a format predicts of n rows, where it has the shape that the schema says.

    Raises
    ------
    InputError
        Where it has not.
    """
    wanted = (n_rows, len(schema.labels)) if schema.labels else (n_rows,)
    if outputs.shape != wanted or outputs.dtype.kind != "f":
        raise InputError(
            "The model in the format {format!r} gives {found} of type {type} for {n:,} rows, not {wanted} numbers as "
            "schema.json says; copy or export the bundle again.",
            format=form, found=times(outputs.shape), type=str(outputs.dtype), n=n_rows, wanted=times(wanted),
        )  # fmt: skip
    return outputs


def decided(outputs: np.ndarray, threshold: float | None) -> np.ndarray:
    """Return the places of the classes (n,) that probabilities (n, n_classes) are said to be.

    With a threshold, which is for two classes, the second one where its probability is above it; else the likeliest.
    """
    if threshold is None:
        return outputs.argmax(axis=1)
    return (outputs[:, 1].astype(np.float64) > threshold).astype(np.int64)


def are_numbers(outputs: np.ndarray) -> np.ndarray:
    """Return which rows of outputs, of shape (n,) or (n, …), are finite throughout, bool (n,)."""
    return np.asarray(np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1))


def are_numbers_throughout(outputs: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return which rows have numbers throughout, in the outputs (n, …) and those of all folds (n_networks, n, …)."""
    return are_numbers(outputs) & are_numbers(np.moveaxis(folds, 1, 0))


def without(found: list[Prediction], gone: np.ndarray) -> list[Prediction]:
    """Return predictions with None in the place of all that is said of rows that are gone."""
    for place in np.flatnonzero(gone):
        found[int(place)].update(dict.fromkeys(found[int(place)]))
    return found


def times(shape: Sequence[object]) -> str:
    """Return a shape as a sentence has it."""
    return " × ".join(map(str, shape)) or "one value"
