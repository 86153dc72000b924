"""What predictions are worth where the data tell the target: called while a file is predicted, and by `comparison`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from ..bundled.input_column import Cell
from ..bundled.outputs import are_numbers
from ..bundled.predictor import Piece, Predictor
from ..bundled.spelling import NumberReader, Spelling
from ..data.target import label_finder
from ..domain.metrics import METRICS
from ..domain.predictions import ScoredRows

# Of probabilities, and of an order of them; all others of two or more classes are of what is decided.
_OF_PROBABILITIES = frozenset(
    {"roc_auc", "roc_auc_ovr", "average_precision", "top_k_accuracy", "log_loss", "brier_score"}
)
USUAL_METRIC = {"binary": "accuracy", "multiclass": "accuracy", "regression": "rmse"}
"""Of bundles that do not tell what their study was judged by."""


class TargetReader:
    """Reads cells of the target as a model's targets: places of classes, or values; NaN where it is neither.

    Parameters
    ----------
    labels : sequence of str
        Of the model; empty of a regression. What `label_finder` finds is the same label, and so are spellings of a
        number.
    decimal, thousands : str
        Of a regression, see `NumberReader`.
    """

    def __init__(self, labels: Sequence[str], decimal: str = ".", thousands: str = "") -> None:
        self._has_labels, self._find = bool(labels), label_finder(labels)
        known = ((_as_number(label), float(i)) for i, label in enumerate(labels))
        self._numbers: dict[float | None, float] = {n: place for n, place in known if n is not None}
        self._reader = NumberReader(decimal, thousands, Spelling())

    def __call__(self, cell: Cell) -> float:
        if not _is_given(cell):
            return np.nan
        value = _as_number(cell)
        if self._has_labels:
            place = self._find(str(cell).strip())
            return float(place) if place >= 0 else self._numbers.get(value, np.nan)
        if value is not None:
            return value
        written = self._reader.written(str(cell))
        return np.nan if written is None else written.value


def score_outputs(
    name: str, truth: NDArray[np.float64], outputs: NDArray[np.floating], said: NDArray[np.int64] | None
) -> float:
    """Return a metric of predictions; metrics of decisions see what is decided, by the bundle's threshold.

    Parameters
    ----------
    name : str
        Of `METRICS`.
    truth : ndarray of shape (n,), float64
        Targets; none is NaN.
    outputs : ndarray
        Probabilities (n, n_classes) or values (n,).
    said : ndarray of shape (n,), int64, or None
        Places of the classes that are decided; None of a regression.
    """
    if said is None:
        return METRICS[name](truth, outputs)
    return METRICS[name](truth.astype(np.int64), judged_outputs(name, outputs, said))


def judged_outputs(name: str, outputs: NDArray[np.floating], said: NDArray[np.int64]) -> NDArray[np.floating]:
    """Return what a metric of classes takes: the probabilities, or one-hot rows of what is decided."""
    return outputs if name in _OF_PROBABILITIES else np.eye(outputs.shape[1])[said]


class RowScore:
    """Gathers predictions of rows whose target the data tell, and scores them.

    Parameters
    ----------
    predictor : Predictor
        Its decimal sign and threshold are those of the bundle.
    metric : str
        That the study was judged by.
    """

    def __init__(self, predictor: Predictor, metric: str) -> None:
        self._predictor, self._metric = predictor, metric
        read = predictor.schema.read
        self._target = TargetReader(predictor.labels, read.decimal or ".", read.thousands or "")
        self._truth: list[NDArray[np.float64]] = []
        self._outputs: list[NDArray[np.floating]] = []
        self._n_odd, self._first_odd = 0, ""

    def add(self, piece: Piece, outputs: NDArray[np.floating]) -> None:
        """Take the predictions of the rows of a piece that could be read."""
        if piece.truth is None:
            return
        cells = [piece.truth[i] for i in np.flatnonzero(piece.good)]
        truth = np.array([self._target(cell) for cell in cells], np.float64)
        odd = [str(cells[i]) for i in np.flatnonzero(np.isnan(truth)) if _is_given(cells[i])]
        self._n_odd += len(odd)
        self._first_odd = self._first_odd or next(iter(odd), "")
        known = ~np.isnan(truth) & are_numbers(outputs)
        self._truth.append(truth[known])
        self._outputs.append(outputs[known])

    def result(self, *, is_training_file: bool) -> ScoredRows | None:
        """Return what was found; None where no target of a row is known.

        Parameters
        ----------
        is_training_file : bool
            Whether the rows are those that the model was trained on.
        """
        if not any(map(len, self._truth)) and not self._n_odd:
            return None
        truth = np.concatenate(self._truth)
        outputs = np.concatenate(self._outputs).astype(np.float64)
        said = self._predictor.decided(outputs) if self._predictor.labels else None
        value = score_outputs(self._metric, truth, outputs, said) if len(truth) else np.nan
        return ScoredRows(
            metric=self._metric,
            value=None if np.isnan(value) else float(value),
            n_rows=len(truth),
            n_wrong=None if said is None else int(np.sum(said != truth)),
            n_odd=self._n_odd,
            first_odd=self._first_odd,
            is_training_file=is_training_file,
        )


def _is_given(cell: Cell) -> bool:
    return cell is not None and cell == cell


def _as_number(cell: Cell) -> float | None:
    if not isinstance(cell, str | SupportsFloat):
        return None
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None
