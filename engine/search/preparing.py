"""What must be there before the first trial: the data as stored, the splits drawn once, the space made to fit."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...storage.records import StudyRecord, TrialKind, TrialRecord
from ...storage.store import Store
from ..domain.comparable import SCORING
from ..domain.params import Params
from ..domain.policy import POLICY, Policy
from ..domain.space import Space, space_for
from ..domain.space_fit import adapt_space
from ..domain.spec import StudySpec
from ..splits.splitting import Splits
from ..statistics.epochs import EpochChoice
from ..training.schedules import patience_of
from ..workers.messages import StudyFiles, StudyRequest
from ..workers.sharing import Share, fewer_workers, most_workers, share_of, study_request

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
        return EpochChoice.begin(self.voters, direction=self.spec.direction, patience=patience_of(params))


def prepare(
    store: Store, study: StudyRecord, policy: Policy = POLICY, share: Share | None = None
) -> Prepared:
    """Load the study's data and splits, and say what its workers have.

    `share` is what they were given; None asks this machine what it has for them now.

    Raises
    ------
    CupelError
        Where the data do not allow what was asked.
    """
    spec, request = StudySpec.of_study(study), study_request(store, study)
    dataset = store.dataset(study.dataset_id or 0)
    schema = request.schema
    splits = Splits.from_npz_bytes(store.artifacts.path(request.splits_sha256).read_bytes())
    space = space_for(spec.space, spec.families, schema.kinds)
    share = share or share_of(store, spec.n_workers, policy)
    fewer = fewer_workers(spec.n_workers, policy)
    if fewer is not None:
        _log.warning("%s", fewer)
    return Prepared(
        spec=spec,
        space=adapt_space(
            space,
            n_rows=max(len(rows) for rows in splits.train),
            max_epochs=spec.max_epochs,
            n_numbers=schema.n_numbers,
        ),
        request=request,
        files=share.site.files(request),
        digests={
            "data": dataset.digest,
            "split": splits.digest(),
            "metric": hashlib.sha256(spec.metric.encode()).hexdigest(),
            "scoring": SCORING,
        },
        voters=splits.voters,
        is_ordered=splits.is_ordered,
        has_holdout=len(splits.holdout) > 0,
        n_workers=share.n_workers,
        most_workers=most_workers(policy),
    )
