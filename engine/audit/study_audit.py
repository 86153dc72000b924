"""``cupel audit`` of a study: how a trial treats the groups of a column, on rows that its networks had not seen.

These are its out-of-fold predictions and, where there is one, the holdout. What was found is kept in the study's
result, and stands on the model card of later exports. `bundle_audit` does the same of a bundle and the rows of a file.
Does not import TensorFlow.
"""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...storage.records import LookPurpose, TrialRecord, TrialState
from ...storage.store import Store
from ..data.table import Table
from ..deployment.export import network_trial
from ..deployment.telling import Progress, Share, nobody, stage
from ..deployment.threshold import threshold_of
from ..domain.arrays import TargetValues
from ..domain.errors import DataError, ExportError, Message
from ..domain.group_audits import KEY, AuditPart, GroupAudit, model_of
from ..domain.results import StudyResult
from ..domain.spec import StudySpec
from ..domain.stored import encoded
from ..domain.thresholds import USUAL
from ..jobs.child import Job, run
from ..looks import note_look
from ..study_rows import StudyRows
from .fairness import groups_of
from .group_audit import AuditSubject, audited

_HOLDOUT = Job(
    "cupel.engine.audit.holdout:predict_holdout",
    type(None),
    failed=Message("The holdout could not be predicted: {reason}"),
    late=Message("Predicting the holdout took longer than {seconds} seconds."),
    error=ExportError,
    limit_s=900.0,
)
# Which part of the work is done by then.
_READ, _FITTED, _PREDICTED = 0.05, 0.2, 0.7


@dataclass(frozen=True, slots=True)
class HoldoutRequest:
    """Whose predictions of a study's holdout are wanted.

    Attributes
    ----------
    workspace : str
    study_id : int
    model_sha256 : str
        Artifact with the networks.
    out : str
        The ``.npy`` file that gets them.
    """

    workspace: str
    study_id: int
    model_sha256: str
    out: str


@dataclass(frozen=True, slots=True, eq=False)
class AuditedPart:
    """Rows of the table, what is true of them, and what the model says.

    Attributes
    ----------
    model : str
        What tells the model of the holdout from another one; empty elsewhere.
    """

    name: str
    rows: NDArray[np.int64]
    y: TargetValues
    predictions: NDArray[np.float64]
    model: str = ""


class Audit(ABC):
    """The audit of one model by any columns; what the model says is computed once, when it is first needed."""

    def __init__(self, asked: AuditSubject, table: Table, target: str, progress: Progress) -> None:
        self._asked = asked
        self._table = table
        self._target = target
        self._progress = progress

    def by(self, column: str) -> GroupAudit:
        """Return what is counted in the groups of a column.

        Parameters
        ----------
        column : str
            Of the data; the model need not use it.

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
        asked, parts = self._asked, self._parts
        share = (1.0 - _PREDICTED) / len(parts)
        found: list[AuditPart] = []
        for place, part in enumerate(parts):
            first = _PREDICTED + place * share
            tell = stage(self._progress, "counting", first, first + share)
            counted = audited(asked, grouping, part.rows, part.y, part.predictions, part.name, tell)
            found.append(msgspec.structs.replace(counted, model=part.model))
        return GroupAudit(
            by=column,
            task=asked.task,
            positive=asked.positive or None,
            threshold=asked.threshold if asked.task == "binary" else None,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            messages=tuple(self.messages()),
            parts=tuple(found),
        )

    def messages(self) -> Sequence[Message]:
        """Return what is to be said of rows that were left out."""
        return ()

    @property
    @abstractmethod
    def _parts(self) -> Sequence[AuditedPart]:
        """What the model says of rows that it had not seen."""


class StudyAudit(Audit):
    """The audit of a trial of a study: of its out-of-fold predictions and, where there is one, the holdout.

    Parameters
    ----------
    trial : int or str
        A number, or ``"best"``.
    positive : str
        The class that rates are about; of two classes the second one by default.
    threshold
        As for `export.export_model`.
    variant : str
        A compressed form of the trial's networks, which is refused: what it says of unseen rows is not stored.
    progress
        Called with ``reading``, ``fitting`` (a threshold), ``holdout``, ``counting`` or ``keeping``, several times a
        second. What it raises ends the work and its processes; nothing is kept then.

    Raises
    ------
    ExportError
        Where the trial has no networks, positive class or threshold are none, or a variant is named.
    """

    def __init__(
        self,
        store: Store,
        study_id: int,
        trial: int | str = "best",
        *,
        positive: str = "",
        threshold: str | float = "",
        variant: str = "",
        progress: Progress = nobody,
    ) -> None:
        study = store.study(study_id)
        number = study.best_trial if trial == "best" else _number(trial)
        if number is None:
            raise ExportError("The study {study!r} has no complete trial yet to audit.", study=study.name)
        self._store = store
        self._study = study
        self._trial = network_trial(store, study_id, number)
        if variant:
            raise _not_of_variants(store, self._trial, variant)
        progress("reading", 0.0)
        fitting = stage(progress, "fitting", _READ, _FITTED)
        self._rows = StudyRows(store, study)
        decided = threshold_of(self._rows, self._trial, None, threshold, fitting)
        progress("reading", _FITTED)
        target = self._rows.target
        asked = AuditSubject.of(
            target.task, target.labels, positive, USUAL if decided is None else decided.value
        )
        super().__init__(asked, self._rows.table, StudySpec.of_study(study).target, progress)

    def by(self, column: str) -> GroupAudit:
        """Return what `Audit.by` does with the trial, and keep it in the study's result."""
        number = self._trial.number
        found = msgspec.structs.replace(super().by(column), trial=number)
        # The last moment to give it up.
        self._progress("keeping", 1.0)
        self._store.add_to_result(self._study.id, KEY, f"{number}/{column}", encoded(found))
        return found

    @cached_property
    def _parts(self) -> Sequence[AuditedPart]:
        rows, splits = self._rows, self._rows.splits
        places, predictions = _mean_by_row(splits.valid, rows.out_of_fold(self._trial))
        parts = [AuditedPart("out_of_fold", places, rows.target.at(places), predictions)]
        sha256 = self._holdout_model()
        if sha256:
            tell = stage(self._progress, "holdout", _FITTED, _PREDICTED)
            said = _held_out(self._store, self._study.id, sha256, tell)
            note_look(self._store, self._study, LookPurpose.AUDIT)
            truth = rows.target.at(splits.holdout)
            parts.append(AuditedPart("holdout", splits.holdout, truth, said, model_of(sha256)))
        return parts

    def _holdout_model(self) -> str:
        """Return the digest of what predicts the holdout: of the best trial the final model, else the trial's own.

        Empty where there is no holdout, or the networks were not kept.
        """
        result = StudyResult.of(self._study)
        is_best = result.best is not None and result.best.trial == self._trial.number
        sha256 = (result.model_sha256 if is_best else "") or self._trial.model_sha256 or ""
        is_there = bool(sha256) and self._store.artifacts.path(sha256).is_file()
        return sha256 if is_there and len(self._rows.splits.holdout) else ""


def _not_of_variants(store: Store, trial: TrialRecord, name: str) -> ExportError:
    names = [v.name for v in store.variants(trial.id) if v.state is TrialState.COMPLETE]
    if name not in names:
        return ExportError(
            "Trial {number} has no variant {variant!r}; it has: {choices}. Compress it first.",
            number=trial.number,
            variant=name,
            choices=", ".join(dict.fromkeys(names)) or "-",
        )
    return ExportError(
        "Of the variant {variant!r} of trial {number} the scores are stored, not what it says of each row; export it "
        "(cupel export … --trial {number} --variant …), then audit the bundle on rows that it was not trained on "
        "(cupel audit BUNDLE --data FILE --by COLUMN).",
        variant=name,
        number=trial.number,
    )


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


def _held_out(store: Store, study_id: int, sha256: str, tell: Share) -> NDArray[np.float64]:
    """Return what networks say of the holdout. TensorFlow computes it, in a child that ends where `tell` raises."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "predictions.npy"
        request = HoldoutRequest(str(store.workspace.path), study_id, sha256, str(out))
        run(_HOLDOUT, request, progress=lambda fraction, _: tell(fraction))
        return np.load(out, allow_pickle=False)
