"""The Python API: the whole job in one call, on the same engine and store as the terminal and the window."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..storage.records import Request, StudyRecord, StudyState, TrialRecord
from ..storage.store import Store
from ..storage.workspace import default_workspace
from .domain.data_read import DataRead
from .domain.errors import CupelError, SpecError
from .domain.evidence import Claims, Estimate, Evidence, Verdict
from .domain.found import baseline_scores, best_of
from .domain.results import BestTrial, Scored, StudyResult
from .domain.resuming import More, extend
from .domain.spec import (
    DEFAULT_TRIALS,
    ReadSpec,
    spec_of,
)
from .domain.split_findings import SplitAudit
from .jobs.launch import launch_engine
from .watching import EngineState, EngineWatch

if TYPE_CHECKING:
    import pandas as pd

_POLL_S = 0.2


class SearchFailedError(CupelError):
    """The search ended without a network."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    study : StudyRecord
    trials : tuple of TrialRecord
    best : BestTrial or None
        None where no trial is complete.
    baselines : mapping of str to Scored
        By name.
    split_audit : SplitAudit or None
        What an audit of the folds found; where its `serious` is not empty, scores on them may be too good.
    evidence : Evidence or None
        The corrected score (``evidence.corrected``), and the verdict against each baseline (``evidence.verdicts``);
        None where no trial is complete.
    looks : int
        How often the rows of the holdout were looked at, over all studies of the workspace.
    export_path : Path or None
        The bundle, if one was written and its certificate passed.
    data : DataRead or None
        How the data were read (``data.read``), what should be known of that, and what was found in them.
    """

    study: StudyRecord
    trials: tuple[TrialRecord, ...]
    best: BestTrial | None
    baselines: Mapping[str, Scored]
    export_path: Path | None
    split_audit: SplitAudit | None
    evidence: Evidence | None
    looks: int
    data: DataRead | None

    @property
    def corrected(self) -> Estimate | None:
        """The score, corrected for having picked the best of many."""
        return Claims.of(self.evidence, self.looks).corrected

    @property
    def verdict(self) -> Mapping[str, Verdict]:
        """What the best trial is against each baseline."""
        return Claims.of(self.evidence, self.looks).verdict


def find_network(
    data: str | Path | pd.DataFrame,
    target: str,
    *,
    n_trials: int | None = None,
    timeout_s: float | None = None,
    workspace: str | Path | None = None,
    name: str | None = None,
    read: ReadSpec | None = None,
    on_trial: Callable[[TrialRecord], None] | None = None,
    **settings: Any,
) -> SearchResult:
    """Search networks for a table, and wait for the result.

    Parameters
    ----------
    data : path, ``sample:NAME`` or DataFrame
    target : str
    n_trials, timeout_s
        Budget; 50 trials where neither is given.
    workspace : path, optional
        ``~/Cupel`` where not given.
    on_trial : callable, optional
        Called with every trial that has ended, in this thread.
    **settings
        By their names in docs/settings.md: ``n_folds``, ``split``, ``gap``, ``metric``, ``sampler``, ``seed``, …; and
        ``roles``, ``space``, ``starts``, ``limits``, ``export_dir`` of `StudySpec`. Another ``seed`` keeps the folds,
        another ``split_seed`` draws others.

    Returns
    -------
    SearchResult

    Raises
    ------
    DataError, SpecError
        Where the data or a setting cannot be used.
    SearchFailedError
        Where the search failed, or its engine process was killed.
    """
    from .studies import create_study

    spec = spec_of(
        target,
        n_trials=DEFAULT_TRIALS if n_trials is None and timeout_s is None else n_trials,
        timeout_s=timeout_s,
        **settings,
    )
    place = Path(workspace) if workspace is not None else default_workspace().path
    with Store.open(place) as store:
        study, _ = create_study(store, data, spec, read=read, name=name)
        store.request(study.id, Request.RUN)
        pid = launch_engine(store.workspace.path, study.id)
        _wait(store, study.id, pid, on_trial)
        return _found(store, study.id)


def resume_study(
    study: str | int,
    *,
    n_trials: int | None = None,
    timeout_s: float | None = None,
    workspace: str | Path | None = None,
    on_trial: Callable[[TrialRecord], None] | None = None,
) -> SearchResult:
    """Go on with a study, one that is done with more trials or time, and wait for the result.

    Trials go on in their numbers; none is repeated. The result is written anew at the end, and the export made again.

    Parameters
    ----------
    study : str or int
        Name or number.
    n_trials, timeout_s
        More trials, and more seconds with final model and export inside, than it has used, in place of the limits that
        it had; a study that is not done may go on without either.
    workspace, on_trial
        See `find_network`; `on_trial` is called with the trials that end from now on.

    Returns
    -------
    SearchResult

    Raises
    ------
    SpecError
        Where a value is out of range, or the study is done and gets nothing more.
    NotFoundError
        Where there is no such study.
    ConflictError
        Where the study is to get more while its engine runs.
    SearchFailedError
        Where the search failed, or its engine process was killed.
    """
    more = More(n_trials, timeout_s)
    place = Path(workspace) if workspace is not None else default_workspace().path
    with Store.open(place) as store:
        found = store.find_study(str(study))
        if more.is_given:
            extend(store, found, more)
        elif found.state is StudyState.DONE:
            raise SpecError(
                "The study {study!r} is done; give it more with n_trials or timeout_s.", study=found.name
            )
        revision = store.revision()
        store.request(found.id, Request.RUN)
        pid = launch_engine(store.workspace.path, found.id)
        _wait(store, found.id, pid, on_trial, revision)
        return _found(store, found.id)


def _wait(
    store: Store, study_id: int, pid: int, on_trial: Callable[[TrialRecord], None] | None, revision: int = 0
) -> None:
    """Wait for the end; `on_trial` gets the trials that ended after `revision`."""
    watch = EngineWatch(store, study_id, pid)
    told = set[int]()
    while True:
        state = watch.state()
        now = store.revision()
        if on_trial and now != revision:
            for trial in store.trials(study_id, since_revision=revision):
                if trial.state.is_finished and trial.id not in told:
                    told.add(trial.id)
                    on_trial(trial)
        revision = now
        if state is EngineState.ENDED:
            return
        if state is EngineState.LOST:
            raise SearchFailedError(
                "The engine process was killed; `cupel resume {study}` goes on from its trials.",
                study=study_id,
            )
        time.sleep(_POLL_S)


def _found(store: Store, study_id: int) -> SearchResult:
    study = store.study(study_id)
    if study.state is StudyState.FAILED and study.failure is not None:
        raise SearchFailedError("The search failed: {message}", message=study.failure.message)
    result = StudyResult.of(study)
    export = result.export
    return SearchResult(
        study,
        tuple(store.trials(study_id)),
        best_of(store, study, result),
        baseline_scores(store, study, result),
        Path(export.path) if export is not None and export.passed else None,
        result.split_audit,
        result.evidence,
        study.n_looks,
        None if study.dataset_id is None else DataRead.of(store.dataset(study.dataset_id)),
    )
