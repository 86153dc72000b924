"""``cupel audit``: how a model treats the groups of a column, on rows that it had not seen.

Of a study the out-of-fold predictions of a trial and, where there is one, the holdout; of a bundle the rows of a file.
What was found of a study is kept in its result, and stands on the model card of later exports. Does not import
TensorFlow.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...storage.records import StudyRecord, TrialRecord
from ...storage.store import Store
from ..compression.thresholds import USUAL
from ..data.reading import read_table
from ..data.table import Column, Table
from ..data.target import match_labels
from ..errors import DataError, ExportError
from ..spec import ReadSpec
from .bundle import Bundle
from .certificate import last_line
from .export import network_trial
from .fairness import groups_of
from .group_audit import Asked, audited
from .out_of_fold import StudyRows
from .standalone import Predictor
from .threshold import threshold_of

KEY = "audits"
_CHUNK_ROWS = 8192
_HOLDOUT_TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Rows of the table, what is true of them, and what the model says."""

    name: str
    rows: NDArray[np.int64]
    y: NDArray[Any]
    predictions: NDArray[np.float64]


class _Audit(ABC):
    """The audit of one model by any columns; what the model says is computed once, when it is first needed."""

    def __init__(self, asked: Asked, table: Table, target: str) -> None:
        self._asked = asked
        self._table = table
        self._target = target

    def by(self, column: str) -> dict[str, Any]:
        """Return what is counted in the groups of a column.

        Parameters
        ----------
        column : str
            Of the data; the model need not use it.

        Returns
        -------
        dict
            ``by``, ``task``, ``positive``, ``threshold``, ``created_at``, ``parts`` (see `group_audit.audited`).

        Raises
        ------
        DataError
            Where the column is not there, is the target, or has hardly two rows alike.
        ExportError
            Where there are no predictions.
        """
        if column == self._target:
            raise DataError(
                "The column {column!r} is the target; choose another one for the groups.", column=column
            )
        grouping = groups_of(self._table[column])
        asked = self._asked
        return {
            "by": column,
            "task": asked.task,
            "positive": asked.positive or None,
            "threshold": asked.threshold if asked.task == "binary" else None,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "parts": [
                audited(asked, grouping, part.rows, part.y, part.predictions, part.name)
                for part in self._parts
            ],
        }

    @property
    @abstractmethod
    def _parts(self) -> Sequence[_Part]:
        """What the model says of rows that it had not seen."""


class StudyAudit(_Audit):
    """The audit of a trial of a study: of its out-of-fold predictions and, where there is one, the holdout.

    Parameters
    ----------
    trial : int or str
        A number, or ``"best"``.
    positive : str
        The class that rates are about; of two classes the second one by default.
    threshold
        As for `export.export_model`.

    Raises
    ------
    ExportError
        Where the trial has no networks, or positive class or threshold are none.
    """

    def __init__(
        self,
        store: Store,
        study_id: int,
        trial: int | str = "best",
        *,
        positive: str = "",
        threshold: str | float = "",
    ) -> None:
        study = store.study(study_id)
        number = study.best_trial if trial == "best" else _number(trial)
        if number is None:
            raise ExportError("The study {study!r} has no complete trial yet to audit.", study=study.name)
        self._store = store
        self._study = study
        self._trial = network_trial(store, study_id, number)
        decided = threshold_of(store, study, self._trial, None, threshold)
        self._rows = StudyRows.of(store, study)
        target = self._rows.target
        asked = Asked.of(target.task, target.labels, positive, USUAL if decided is None else decided.value)
        super().__init__(asked, self._rows.table, str(study.spec["target"]))

    def by(self, column: str) -> dict[str, Any]:
        """Return what `_Audit.by` does with ``trial`` and ``is_kept``, and keep it in the study's result.

        It is not kept where the study is running.
        """
        number = self._trial.number
        found = {**super().by(column), "trial": number}
        is_kept = not self._store.engine_is_alive(self._study.id)
        if is_kept:
            self._store.add_to_result(self._study.id, KEY, f"{number}/{column}", found)
        return {**found, "is_kept": is_kept}

    @cached_property
    def _parts(self) -> Sequence[_Part]:
        rows, splits = self._rows, self._rows.splits
        places, predictions = _mean_by_row(splits.valid, rows.out_of_fold(self._store, self._trial))
        parts = [_Part("out_of_fold", places, rows.target.at(places), predictions)]
        holdout = _holdout(self._store, self._study, self._trial, rows)
        if holdout is not None:
            parts.append(_Part("holdout", splits.holdout, rows.target.at(splits.holdout), holdout))
        return parts


class BundleAudit(_Audit):
    """The audit of a bundle for a table or texts on a file that has the target; its own threshold decides.

    Raises
    ------
    ExportError
        Where the bundle is none, was changed, or is for images, or the positive class is none.
    DataError
        Where the file cannot be read, or lacks a column.
    """

    def __init__(self, path: Path, data: Path, *, positive: str = "", read: ReadSpec | None = None) -> None:
        self._bundle = Bundle.open(path)
        self._data = data
        self._predictor = predictor = Predictor(self._bundle.path)
        if predictor.image_size:
            raise ExportError("A bundle for images is not audited on a file; audit its study.")
        threshold = USUAL if predictor.threshold is None else predictor.threshold
        asked = Asked.of(self._bundle.task, self._bundle.labels, positive, threshold)
        kinds = {spec["column"]: (spec["kind"], spec["date_format"]) for spec in predictor.schema["inputs"]}
        table = read_table(data, read, kinds).table
        super().__init__(asked, table, str(self._bundle.manifest["target"]))

    @cached_property
    def _parts(self) -> Sequence[_Part]:
        y = _truth(self._table[self._target], self._bundle)
        known = np.flatnonzero(~np.isnan(y))
        if not len(known):
            raise DataError(
                "No row of {file} has a {column!r} that the model knows.",
                file=self._data.name,
                column=self._target,
            )
        columns = [self._table[spec["column"]] for spec in self._predictor.schema["inputs"]]
        pieces = [
            self._predictor.run([_cells(column, known[i : i + _CHUNK_ROWS]) for column in columns])
            for i in range(0, len(known), _CHUNK_ROWS)
        ]
        truth = y[known] if self._asked.task == "regression" else y[known].astype(np.int64)
        return [_Part("file", known, truth, np.concatenate(pieces).astype(np.float64))]


def _number(trial: int | str) -> int:
    try:
        return int(trial)
    except ValueError:
        raise ExportError('The trial is {value!r}; give its number or "best".', value=trial) from None


def _mean_by_row(
    valid: Sequence[NDArray[np.int64]], predictions: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows that are in a validation part, and the mean of what the repeats said of each."""
    rows, place = np.unique(np.concatenate(list(valid)), return_inverse=True)
    values = np.concatenate(list(predictions))
    total = np.zeros((len(rows), *values.shape[1:]))
    np.add.at(total, place, values)
    n = np.bincount(place).reshape(-1, *[1] * (values.ndim - 1))
    return rows, total / n


def _cells(column: Column, rows: NDArray[np.int64]) -> Sequence[Any]:
    """Return cells as `Predictor.run` takes them: numbers, dates as seconds, text."""
    return column.raw(rows) if column.kind == "text" else column.numbers[rows].tolist()


def _truth(column: Column, bundle: Bundle) -> NDArray[np.float64]:
    """Return class places or values of a file's target, NaN where missing or unknown."""
    if bundle.labels:
        places = match_labels(column, bundle.labels).astype(np.float64)
        return np.where(places < 0, np.nan, places)
    if column.kind == "text":
        raise DataError("The column {column!r} holds text; the model predicts numbers.", column=column.name)
    return column.numbers


def _holdout(
    store: Store, study: StudyRecord, trial: TrialRecord, rows: StudyRows
) -> NDArray[np.float64] | None:
    """Return what the networks say of the holdout: the final model of the best trial, or the trial's own.

    None where there is no holdout, or the networks were not kept. TensorFlow computes it, in a child process.
    """
    final = study.result if study.result.get("best", {}).get("trial") == trial.number else {}
    sha256 = final.get("model_sha256") or trial.user_attrs.get("model_sha256")
    if not len(rows.splits.holdout) or not sha256 or not store.artifacts.path(sha256).is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "predictions.npy"
        command = [sys.executable, "-m", "cupel.engine.deployment.holdout", str(store.workspace.path)]
        try:
            done = subprocess.run(
                [*command, str(study.id), sha256, str(out)], capture_output=True, check=False,
                timeout=_HOLDOUT_TIMEOUT_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise ExportError(
                "Predicting the holdout took longer than {seconds} seconds.",
                seconds=round(_HOLDOUT_TIMEOUT_S),
            ) from error
        if done.returncode != 0 or not out.is_file():
            raise ExportError("The holdout could not be predicted: {reason}", reason=last_line(done.stderr))
        return np.load(out, allow_pickle=False)
