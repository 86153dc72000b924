"""What the engine and its workers say to each other: frozen, typed, and copied between processes.

A worker gets a `StudyFiles` and a `Task`; while it works it sends `Progress`; it ends with a `TaskResult` or a
`Failure`. Needs NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Curves, Failure, FoldScores
from ..domain.params import Params
from ..domain.results import FinalModel, Scores
from ..domain.spec import LimitsSpec
from ..domain.trial_facts import TrialFacts

TOPIC = "cupel-progress"


class Control(StrEnum):
    """What the engine tells a worker about a running trial; obeyed between two epochs."""

    CONTINUE = "continue"
    PAUSE = "pause"
    FINISH = "finish"  # end now and keep what there is
    DROP = "drop"  # end now; the result is not wanted


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """Where a worker finds what a study trains on; the same for all its tasks."""

    study_id: int
    table: str  # path of the Parquet snapshot
    splits: str  # path of the splits
    schema: Mapping[str, Any]
    task: str
    metric: str
    seed: int
    max_epochs: int
    n_threads: int
    checkpoints: str  # folder
    memory_limit_bytes: int
    pixels: str | None = None  # path of the images' pixels
    limits: LimitsSpec = field(default_factory=LimitsSpec)
    objectives: tuple[str, ...] = ("score",)
    fused: bool | None = None  # None: chosen by memory
    split_seed: int = (
        0  # of the split, and of the baselines, which another seed of training leaves as they are
    )
    runner: str = "cupel.engine.workers.task"  # module with `warm_up` and `run_task`; tests have a toy


def checkpoint_path(files: StudyFiles, trial_id: int) -> Path:
    """Return where a trial keeps its checkpoint."""
    return Path(files.checkpoints) / f"trial-{trial_id}.npz"


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
        Outer folds of the evidence at most; each costs about a trial.
    """

    family: str
    params: Params
    model: bytes | None
    best_epochs: tuple[int, ...]
    trial_s: float
    time_left_s: float
    most_outer: int = 5


Task = TrialTask | BaselineTask | HoldoutTask | FinalTask


@dataclass(frozen=True, slots=True)
class Progress:
    """Epochs that a running trial has finished since its last message."""

    trial_id: int
    pid: int
    first_epoch: int
    curves: NDArray[np.float32]  # (n, R, n_names)
    memory_bytes: int

    def to_wire(self) -> dict[str, Any]:
        """Return plain values; Dask's events carry nothing else."""
        return {
            "trial_id": self.trial_id,
            "pid": self.pid,
            "first_epoch": self.first_epoch,
            "memory_bytes": self.memory_bytes,
            "shape": list(self.curves.shape),
            "curves": self.curves.tobytes(),
        }

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> Progress:
        """Rebuild a message."""
        n, n_replicas, n_names = data["shape"]
        curves = np.frombuffer(data["curves"], np.float32).reshape(n, n_replicas, n_names)
        return cls(data["trial_id"], data["pid"], data["first_epoch"], curves, data["memory_bytes"])


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a task gave.

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

    duration_s: float
    peak_memory_bytes: int
    scores: FoldScores | None = None
    curves: Curves | None = None
    out_of_fold: NDArray[np.float32] | None = None
    n_parameters: int | None = None
    size_bytes: int | None = None
    latency_ms: float | None = None
    model: bytes | None = None
    facts: TrialFacts = field(default_factory=TrialFacts)
    final: FinalModel | None = None
    holdout: Scores | None = None


TaskOutcome = TaskResult | Failure
