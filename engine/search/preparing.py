"""What must be there before the first trial: the data as stored, the splits drawn once, the space made to fit."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...storage.records import StudyRecord, TrialKind, TrialRecord
from ...storage.store import Store
from ..data.schema import TableSchema
from ..domain.comparable import SCORING
from ..domain.errors import Message, SpecError
from ..domain.params import Params
from ..domain.space import Space, completed_space, default_space
from ..domain.space_fit import adapt_space
from ..domain.spec import StudySpec
from ..machine import free_memory_bytes, n_cores
from ..splits.splitting import Splits
from ..statistics.epochs import EpochChoice
from ..training.schedules import patience_of
from ..workers.gpus import gpu_names
from ..workers.messages import Site, StudyFiles, StudyRequest
from .policy import POLICY, Policy

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A study that is ready to run.

    Attributes
    ----------
    spec : StudySpec
    space : dict
        Adapted to the data.
    request : StudyRequest
        What workers are told of it.
    files : StudyFiles
        The same on this machine.
    digests : dict
        Of its trials.
    voters : tuple of int64 arrays
        By replica, those that choose its epoch.
    is_ordered : bool
        Whether the folds follow one another.
    has_holdout : bool
    n_workers, most_workers : int
        Those that are started, and those that the memory allows.
    """

    spec: StudySpec
    space: Space
    request: StudyRequest
    files: StudyFiles
    digests: dict[str, str]
    voters: tuple[NDArray[np.int64], ...]
    is_ordered: bool
    has_holdout: bool
    n_workers: int
    most_workers: int

    def is_comparable(self, trial: TrialRecord) -> bool:
        """Whether a trial may be ranked with those of today: its data, split, metric and way of scoring are equal.

        Baselines have no epochs to choose, so that older ones are comparable.
        """
        ignored = {"scoring"} if trial.kind is TrialKind.BASELINE else set[str]()
        return all(trial.digests.get(k) == v for k, v in self.digests.items() if k not in ignored)

    def best(self, store: Store) -> TrialRecord | None:
        """Return the best trial of the study, unless it was scored in an older way."""
        study = store.study(self.files.study_id)
        if study.best_trial is None:
            return None
        trial = store.trial_by_number(study.id, study.best_trial)
        return trial if self.is_comparable(trial) else None

    def epoch_choice(self, params: Params) -> EpochChoice:
        """Return the choice of the folds' epochs of a trial, before its first epoch."""
        return EpochChoice.begin(
            self.voters, maximize=self.spec.direction == "maximize", patience=patience_of(params)
        )


def prepare(store: Store, study: StudyRecord, policy: Policy = POLICY) -> Prepared:
    """Load the study's data and splits, and say how many workers with how many threads.

    Raises
    ------
    CupelError
        Where the data do not allow what was asked.
    """
    spec = StudySpec.of_study(study)
    dataset = store.dataset(study.dataset_id or 0)
    schema = TableSchema.from_json(dataset.schema)
    for sha256 in (dataset.table_sha256, *(array.sha256 for array in schema.arrays.values())):
        store.artifacts.checked_path(sha256)
    if study.split_sha256 is None:
        raise SpecError("The study {study!r} has no folds; create it anew.", study=study.name)
    splits_path = store.artifacts.checked_path(study.split_sha256)
    splits = Splits.from_npz_bytes(splits_path.read_bytes())
    space = default_space(spec.families) if spec.space is None else completed_space(spec.space)
    n_workers, n_threads = share_out(spec.n_workers, policy)
    fewer = fewer_workers(spec.n_workers, policy)
    if fewer is not None:
        _log.warning("%s", fewer)
    request = StudyRequest(
        study_id=study.id,
        table_sha256=dataset.table_sha256,
        splits_sha256=study.split_sha256,
        schema=dataset.schema,
        task=spec.task,
        metric=spec.metric,
        seed=spec.seed,
        split_seed=spec.split_seed,
        max_epochs=spec.max_epochs,
        limits=spec.limits,
        objectives=spec.objectives,
        fused={"auto": None, "fused": True, "fold_by_fold": False}[spec.path],
    )
    return Prepared(
        spec=spec,
        space=adapt_space(
            space,
            n_rows=max(len(rows) for rows in splits.train),
            max_epochs=spec.max_epochs,
            n_numbers=schema.n_numbers,
        ),
        request=request,
        files=site_of(store, n_workers, n_threads, policy).files(request),
        digests={
            "data": dataset.digest,
            "split": splits.digest(),
            "metric": hashlib.sha256(spec.metric.encode()).hexdigest(),
            "scoring": SCORING,
        },
        voters=splits.voters,
        is_ordered=splits.is_ordered,
        has_holdout=len(splits.holdout) > 0,
        n_workers=n_workers,
        most_workers=most_workers(policy),
    )


def site_of(store: Store, n_workers: int, n_threads: int, policy: Policy = POLICY) -> Site:
    """Return where workers on this machine find the files of a store, and what each of so many may use."""
    return Site(
        artifacts=str(store.artifacts.folder),
        checkpoints=str(store.workspace.checkpoints),
        n_threads=n_threads,
        memory_limit_bytes=memory_share(n_workers, policy),
    )


def memory_share(n_workers: int, policy: Policy = POLICY) -> int:
    """Return the bytes that each worker may use, of what is free now."""
    return int(policy.memory_fraction * free_memory_bytes() / n_workers)


def share_out(n_workers: int | None, policy: Policy = POLICY) -> tuple[int, int]:
    """Return the number of workers, at most so many as the memory allows, and of threads for each.

    Where the user does not say how many: one a GPU, or one a core; one thread a worker suits small networks best.
    """
    cores = n_cores()
    workers = min(n_workers or len(gpu_names()) or cores, most_workers(policy))
    return workers, max(1, cores // workers)


def fewer_workers(n_workers: int | None, policy: Policy = POLICY) -> Message | None:
    """Return a sentence where the memory that is free now does not allow so many workers."""
    most = most_workers(policy)
    if n_workers is None or n_workers <= most:
        return None
    return Message(
        "The memory that is free now is enough for {n} of the {wanted} workers asked for, so no more are started; "
        "close other programs, or ask for fewer.",
        {"n": most, "wanted": n_workers},
    )


def most_workers(policy: Policy = POLICY) -> int:
    """Return how many workers the memory that is free now allows."""
    return max(1, memory_share(1, policy) // policy.worker_bytes)
