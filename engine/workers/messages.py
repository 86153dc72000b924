"""What the engine and its workers say to each other: frozen, typed, and copied between processes.

The engine hands a `StudyRequest` and a `WorkerTask` to its `Workers` (see `protocol`), which give a task the
`StudyFiles` of the machine where it runs; while it works it sends `EpochProgress`; it ends with a `TaskResult` or a
`Failure`. Needs NumPy only.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...storage.artifacts import Artifacts
from ...storage.records import Curves, Failure, FoldScores
from ...storage.trial_columns import TrialMeasures
from ..data.schema import TableSchema
from ..data.table import ArrayFile, TableFiles
from ..domain.params import Params
from ..domain.results import FinalModel, Scores
from ..domain.spec import LimitsSpec, StudySpec
from ..domain.trial_facts import TrialFacts


class Control(StrEnum):
    """What the engine tells a worker about a running trial; obeyed between two epochs."""

    CONTINUE = "continue"
    PAUSE = "pause"
    FINISH = "finish"
    """End now and keep what there is."""
    DROP = "drop"
    """End now; the result is not wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTraining:
    """What all tasks of a study have in common, wherever they run.

    Attributes
    ----------
    study_id : int
    schema : TableSchema
    task, metric : str
    seed : int
        Of training.
    split_seed : int
        Of the split, and of the baselines, which another seed of training leaves as they are.
    max_epochs : int
    limits : LimitsSpec
    objectives : tuple of str
    fused : bool or None
        Whether all folds train as one; None where a worker chooses by its memory.
    """

    study_id: int
    schema: TableSchema
    task: str
    metric: str
    seed: int
    max_epochs: int
    split_seed: int = 0
    positive: str = ""
    limits: LimitsSpec = field(default_factory=LimitsSpec)
    objectives: tuple[str, ...] = ("score",)
    fused: bool | None = None

    @classmethod
    def of(cls, spec: StudySpec, schema: TableSchema, study_id: int = 0) -> StudyTraining:
        """Return what tasks are told of what was asked; `schema` is of the data."""
        return StudyTraining(
            study_id=study_id,
            schema=schema,
            task=spec.task,
            metric=spec.metric,
            seed=spec.seed,
            split_seed=spec.split_seed,
            positive=spec.positive,
            max_epochs=spec.max_epochs,
            limits=spec.limits,
            objectives=spec.objectives,
            fused={"auto": None, "fused": True, "fold_by_fold": False}[spec.path],
        )

    def shared(self) -> dict[str, Any]:
        """Return these fields by name, for a type that has others beside them."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(StudyTraining)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRequest(StudyTraining):
    """What the engine tells workers of a study: its files are named by their digests.

    Attributes
    ----------
    table_sha256 : str
        Of the Parquet snapshot.
    splits_sha256 : str
        Those of arrays, such as the pixels of images, are in the schema.
    """

    table_sha256: str
    splits_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFiles(StudyTraining):
    """What a task sees of a study, on the machine where it runs.

    Attributes
    ----------
    table : TableFiles
    splits : str
        Path.
    checkpoints : str
        Folder.
    n_threads : int
    memory_limit_bytes : int
        Of the process.
    """

    table: TableFiles
    splits: str
    checkpoints: str
    n_threads: int
    memory_limit_bytes: int


@dataclass(frozen=True, slots=True)
class Site:
    """Where workers of one machine find the files of studies, and what each of them may use.

    Attributes
    ----------
    artifacts, checkpoints : str
        Folders.
    n_threads : int
    memory_limit_bytes : int
    """

    artifacts: str
    checkpoints: str
    n_threads: int
    memory_limit_bytes: int

    def files(self, study: StudyRequest) -> StudyFiles:
        """Return a study as tasks see it here."""
        artifacts = Artifacts(Path(self.artifacts), writable=False)
        arrays = tuple(
            ArrayFile(name, str(artifacts.path(array.sha256)), study.schema[name].role)
            for name, array in study.schema.arrays.items()
        )
        return StudyFiles(
            **study.shared(),
            table=TableFiles(str(artifacts.path(study.table_sha256)), arrays),
            splits=str(artifacts.path(study.splits_sha256)),
            checkpoints=str(self.checkpoints_of(study.study_id)),
            n_threads=self.n_threads,
            memory_limit_bytes=self.memory_limit_bytes,
        )

    def checkpoints_of(self, study_id: int) -> Path:
        """Return the folder of a study's checkpoints."""
        return Path(self.checkpoints) / f"study-{study_id:04d}"

    def clear_checkpoints(self, study_id: int, keep: Collection[int]) -> None:
        """Delete the checkpoints of a study's trials but those whose ids are in `keep`."""
        folder = self.checkpoints_of(study_id)
        kept = {_checkpoint(folder, trial_id) for trial_id in keep}
        for file in folder.glob("*"):
            if file not in kept:
                file.unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def checkpoint_path(files: StudyFiles, trial_id: int) -> Path:
    """Return where a trial keeps its checkpoint."""
    return _checkpoint(Path(files.checkpoints), trial_id)


def _checkpoint(folder: Path, trial_id: int) -> Path:
    return folder / f"trial-{trial_id}.npz"


@dataclass(frozen=True, slots=True)
class TrialTask:
    """Train and score one parameter set on every fold."""

    trial_id: int
    number: int
    family: str
    params: Params


@dataclass(frozen=True, slots=True)
class BaselineTask:
    """Fit and score a baseline on every fold; what grows with its time ends with what it has after `time_s`."""

    trial_id: int
    number: int
    name: str
    time_s: float = math.inf


@dataclass(frozen=True, slots=True)
class HoldoutTask:
    """Fit a baseline on all development rows and score it on the holdout."""

    name: str


@dataclass(frozen=True, slots=True)
class FinalTask:
    """Decide between one network on all development rows and the ensemble of fold networks, and score on the holdout.

    Attributes
    ----------
    model : bytes or None
        The trial's fold networks (`TrainedModel.to_bytes`); None where they were not kept: they are trained again.
    best_epochs : tuple of int
        0-based, one a replica.
    trial_s : float
        What the trial took.
    time_left_s : float
        What the evidence may cost; infinite for no limit.
    most_outer : int
        Outer folds of the evidence at most, each of which costs about a trial; 0 where the search was too small.
    """

    family: str
    params: Params
    model: bytes | None
    best_epochs: tuple[int, ...]
    trial_s: float
    time_left_s: float
    most_outer: int = 5


WorkerTask = TrialTask | BaselineTask | HoldoutTask | FinalTask


@dataclass(frozen=True, slots=True)
class EpochProgress:
    """Epochs that a running trial has finished since its last message.

    Attributes
    ----------
    first_epoch : int
        From 0.
    curves : float32 array of shape (n, R, n_names)
    memory_bytes : int
        Of the worker, now.
    """

    first_epoch: int
    curves: NDArray[np.float32]
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class TaskResult(TrialMeasures):
    """What a task gave, with what it measured.

    Attributes
    ----------
    scores : FoldScores or None
    curves : Curves or None
    out_of_fold : float32 array or None
        Of the validation rows of all replicas, one replica after the other.
    model : bytes or None
        `TrainedModel.to_bytes`.
    facts : TrialFacts
        What else is known of a trial or baseline.
    final : FinalModel or None
        Of a `FinalTask`.
    holdout : mapping of str to float, or None
        Every metric on the holdout, of a `FinalTask` or `HoldoutTask`.
    """

    duration_s: float = 0.0
    peak_memory_bytes: int = 0
    scores: FoldScores | None = None
    curves: Curves | None = None
    out_of_fold: NDArray[np.float32] | None = None
    model: bytes | None = None
    facts: TrialFacts = field(default_factory=TrialFacts)
    final: FinalModel | None = None
    holdout: Scores | None = None


TaskOutcome = TaskResult | Failure
