"""Further repeats of the folds for the finalists: what decides between the best few, before anything is called better.

The best of many trials on one division into folds is partly the luckiest on it. The best few, and the baselines, are
trained once more on folds that are drawn anew; the repeats of a trial ride together on the replica axis.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...storage.errors import ArtifactError
from ...storage.records import FoldScores, TrialKind, TrialRecord
from ...storage.store import Store
from ..domain.errors import Message
from ..domain.policy import Policy
from ..domain.results import FurtherRepeats
from ..domain.trial_facts import TrialFacts
from ..splits.splitting import further_repeats
from ..statistics.comparison import name_in_repeats
from ..study_rows import StudyRows
from ..workers.messages import BaselineTask, StudyRequest, TaskResult, TrialTask, WorkerTask
from .preparing import Prepared

Floats = NDArray[np.float64]

_PREFIX = "repeat-"


@dataclass(frozen=True, slots=True, eq=False)
class Repeated:
    """What further repeats gave of one trial or baseline.

    Attributes
    ----------
    scores : ndarray of shape (R,), float64
        Of the study's metric, on the further replicas.
    out_of_fold : ndarray, float32
        Of their validation rows, one replica after the other.
    """

    scores: Floats
    out_of_fold: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Repeats:
    """Further repeats of a study.

    Attributes
    ----------
    splits_sha256 : str
        Artifact with their folds; empty where there are none.
    found : mapping of str to Repeated
        By ``"12"`` for a trial, or the name of a baseline.
    why_none : Message or None
    """

    splits_sha256: str = ""
    found: Mapping[str, Repeated] = field(default_factory=dict[str, Repeated])
    why_none: Message | None = None

    def save(self, store: Store) -> FurtherRepeats | None:
        """Store them as an artifact; return what a study's result says of them, with all scores."""
        if not self.found:
            return None
        arrays: dict[str, NDArray[np.floating]] = {}
        for name, repeated in self.found.items():
            arrays[f"scores/{name}"], arrays[f"out_of_fold/{name}"] = repeated.scores, repeated.out_of_fold
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **arrays)
        scores = {name: tuple(repeated.scores.tolist()) for name, repeated in self.found.items()}
        return FurtherRepeats(self.splits_sha256, store.artifacts.add(file.getvalue()), scores)

    @classmethod
    def load(cls, store: Store, saved: FurtherRepeats | None) -> Repeats:
        """Return what `save` stored; nothing where its file is gone: finalists are then trained again."""
        if saved is None:
            return cls()
        try:
            data = store.artifacts.read(saved.sha256)
        except ArtifactError:
            return cls()
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            names = [name.removeprefix("scores/") for name in file.files if name.startswith("scores/")]
            found = {n: Repeated(file[f"scores/{n}"], file[f"out_of_fold/{n}"]) for n in names}
        return cls(saved.splits_sha256, found)


@dataclass(frozen=True, slots=True)
class RepeatsPlan:
    """The further repeats that are worth their time.

    Attributes
    ----------
    request : StudyRequest
        With the further folds, and another seed.
    tasks : mapping of str to Task
        By key, see `name_of`.
    n_repeats : int
        Further ones.
    """

    request: StudyRequest
    tasks: Mapping[str, WorkerTask]
    n_repeats: int


def key_of(name: str) -> str:
    """Return the key of a task for a trial or baseline, as `Repeats.found` names it."""
    return _PREFIX + name


def name_of(key: str) -> str:
    """Return the name that `key_of` made a key of."""
    return key.removeprefix(_PREFIX)


def plan_repeats(
    store: Store,
    prepared: Prepared,
    rows: StudyRows,
    complete: Sequence[TrialRecord],
    baselines: Sequence[TrialRecord],
    policy: Policy,
    *,
    time_left_s: float,
    search_work: float,
    known: Collection[str] = (),
) -> RepeatsPlan | Message:
    """Choose the finalists, and draw the folds of their further repeats.

    Parameters
    ----------
    rows : StudyRows
    complete : sequence of TrialRecord
        Complete trials that may be ranked with one another, copies left out, the best first.
    baselines : sequence of TrialRecord
        Complete ones.
    policy : Policy
    time_left_s : float
        That all of it may take, on all workers; infinite for no limit.
    search_work : float
        Of the whole search, see `search_work`: a part of it is the limit for all finalists but the first.
    known : collection of str
        Names, see `Repeats.found`, whose repeats are there already and cost nothing.

    Returns
    -------
    Plan, or Message
        A sentence that says why there are no further repeats.
    """
    spec = prepared.spec
    further = policy.n_repeats - spec.split.n_repeats
    if spec.n_finalists == 0:
        return Message("No finalists were asked for, so that there are no further repeats.")
    if prepared.is_ordered:
        return Message("Folds in order cannot be drawn again, so that there are no further repeats.")
    if further <= 0:
        return Message("All trials were judged on {n} repeats of the folds.", {"n": spec.split.n_repeats})
    # What a trial cost in the search, so many times its further repeats cost.
    times = further / spec.split.n_repeats
    tasks: dict[str, WorkerTask] = {}
    left_s, left_work = time_left_s, policy.repeats_work * search_work
    for trial in complete[: policy.n_finalists(len(complete), spec.n_finalists)]:
        # One that the end of the search cut short would be trained in another way now.
        if TrialFacts.of(trial).truncated:
            break
        if name_in_repeats(trial) not in known:
            left_s -= times * (trial.duration_s or 0.0) / prepared.n_workers
        # What is known already counts, so that a search that goes on chooses as one that never stopped.
        left_work -= times * policy.work(trial.epoch or 0, trial.n_parameters or 0)
        if left_s < 0 or (left_work < 0 and tasks):
            break
        tasks[key_of(name_in_repeats(trial))] = TrialTask(trial.id, trial.number, trial.family, trial.params)
    if not tasks:
        return Message("There was no time to judge finalists on further repeats of the folds.")
    further_folds = further_repeats(rows.splits, rows.target, further, spec.split_seed)
    if further_folds is None:
        return Message(
            "The folds of this study were drawn by an older version, so there are no further repeats."
        )
    for baseline in baselines:
        if baseline.name not in known:
            left_s -= times * (baseline.duration_s or 0.0) / prepared.n_workers
        if left_s >= 0:
            tasks[key_of(baseline.name)] = BaselineTask(baseline.id, baseline.number, baseline.name)
    sha256 = store.artifacts.add(further_folds.to_npz_bytes())
    request = dataclasses.replace(prepared.request, splits_sha256=sha256, seed=spec.seed + 1)
    return RepeatsPlan(request, tasks, further)


def search_work(trials: Sequence[TrialRecord], policy: Policy) -> float:
    """Return the training work of all trials of a search, see `Policy.work`.

    Parameters
    ----------
    trials : sequence of TrialRecord
        All of them; baselines and copies cost nothing here. The weights of those that were given up are not known:
        the median of the others stands for them.
    """
    own = [t for t in trials if t.kind is not TrialKind.BASELINE and t.same_as is None]
    known = [t.n_parameters for t in own if t.n_parameters is not None]
    typical = float(np.median(known)) if known else 0.0
    return sum(policy.work(t.epoch or 0, typical if t.n_parameters is None else t.n_parameters) for t in own)


def repeated(result: TaskResult, metric: str) -> Repeated | None:
    """Return what a task for further repeats gave; None where a fold has no score."""
    scores: FoldScores | None = result.scores
    if scores is None or result.out_of_fold is None:
        return None
    column = scores.values[:, scores.metrics.index(metric)]
    return Repeated(column, result.out_of_fold) if np.isfinite(column).all() else None
