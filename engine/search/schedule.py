"""What is tried next, and what the sampler and the pruner know: all rebuilt from the store when a study is resumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...storage.records import TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..baselines import BASELINES
from ..training.curves import CURVE_NAMES
from .budget import Budget
from .outcomes import end_as_copy
from .preparing import Prepared
from .pruning import FoldTest, make_pruner
from .running import RunningTrial, running_bests, running_means
from .sampling import PastTrial, Proposal, Search

_MOST_REPEATS = 25  # proposals in a row that were tried before: the space is exhausted
_SCORE = CURVE_NAMES.index("valid_score")


class Schedule:
    """The trials of a study that wait, and the sampler that proposes more."""

    def __init__(self, store: Store, study_id: int, prepared: Prepared, budget: Budget) -> None:
        self._store, self._study_id, self._prepared, self._budget = store, study_id, prepared, budget
        self._maximize = prepared.spec.direction == "maximize"
        self._waiting: list[TrialRecord] = []
        self._tried: dict[str, int] = {}
        self._n_repeats = self._next_number = 0
        self._is_exhausted = False
        spec = prepared.spec
        self._fold_test = FoldTest(maximize=self._maximize) if spec.pruner == "wilcoxon" else None
        self._search = Search(
            space=prepared.space, families=spec.families, task=spec.task, metric=spec.metric, direction=spec.direction,
            sampler=spec.sampler, seed=spec.seed, pruner=make_pruner(spec.pruner, spec.max_epochs),
        )  # fmt: skip
        self._restore()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be started."""
        may_start = self._budget.may_start(self._next_number) and not self._is_exhausted
        return not may_start and not self._waiting

    def next(self) -> TrialRecord | None:
        """Return a trial in state WAITING; None where nothing more is to be started."""
        if self._waiting:
            return self._waiting.pop(0)
        while not self._is_exhausted and self._budget.may_start(self._next_number):
            proposal = self._search.ask(self._next_number)
            if proposal is None:
                self._is_exhausted = True
                return None
            self._next_number += 1
            trial = self._store.create_trial(
                study_id=self._study_id, number=proposal.number, kind=TrialKind.SEARCH, family=proposal.family,
                params=proposal.params, n_epochs=self._prepared.spec.max_epochs, digests=self._prepared.digests,
                user_attrs={"values": dict(proposal.values)},
            )  # fmt: skip
            if not self._repeat(proposal, trial):
                return trial
        return None

    def should_prune(self, running: RunningTrial, epoch: int) -> bool:
        """Tell the scores of a running trial after `epoch`; return whether to give it up."""
        scores = np.stack(running.curves[: epoch + 1], axis=1)[:, :, _SCORE]
        value = float(running_means(scores, self._maximize)[-1])
        if self._fold_test:
            return self._fold_test.should_prune(epoch, running_bests(scores, self._maximize)[:, -1])
        return self._search.report(running.number, epoch, value)

    def ended(self, trial: TrialRecord, running: RunningTrial) -> None:
        """Tell how a trial ended."""
        if trial.kind is not TrialKind.SEARCH:
            return
        self._search.tell(trial.number, trial.state, trial.value)
        if trial.state is TrialState.COMPLETE:
            scores = np.stack(running.curves, axis=1)[:, :, _SCORE] if running.curves else None
            self._complete(trial, scores)

    def _complete(self, trial: TrialRecord, scores: Any) -> None:
        if not trial.user_attrs.get("truncated") and "same_as" not in trial.user_attrs:
            self._tried.setdefault(_configuration(trial.family, trial.params), trial.id)
            self._budget.note_duration(trial.duration_s or 0.0)
        if self._fold_test and scores is not None:
            self._fold_test.finished(running_bests(scores, self._maximize).T, trial.value or 0.0)

    def _restore(self) -> None:
        """Take up the store's trials; those that a crash left unfinished wait again."""
        self._store.requeue_running(self._study_id)
        trials = self._store.trials(self._study_id)
        curves = self._store.curves_of([t.id for t in trials])
        past: list[PastTrial] = []
        for trial in trials:
            if not trial.state.is_finished:
                self._waiting.append(trial)
            if trial.kind is not TrialKind.SEARCH:
                continue
            scores = curves[trial.id].values[:, :, _SCORE] if trial.id in curves else None
            steps: Any = () if scores is None else running_means(scores, self._maximize)
            if trial.state is TrialState.COMPLETE:
                self._complete(trial, scores)
            values = trial.user_attrs.get("values", {})
            is_copy = "same_as" in trial.user_attrs
            past.append(
                PastTrial(
                    trial.number, trial.family, values, trial.state, trial.value, () if is_copy else steps
                )
            )
        self._search.restore(past)
        self._next_number = max((p.number for p in past), default=-1) + 1
        self._add_baselines({t.name for t in trials if t.kind is TrialKind.BASELINE})

    def _add_baselines(self, have: set[str]) -> None:
        missing = [(i, n) for i, n in enumerate(BASELINES) if n not in have and self._prepared.spec.baselines]
        self._waiting += [
            self._store.create_trial(
                study_id=self._study_id, number=-1 - i, kind=TrialKind.BASELINE, family="baseline", params={},
                name=name, digests=self._prepared.digests,
            )
            for i, name in missing
        ]  # fmt: skip

    def _repeat(self, proposal: Proposal, trial: TrialRecord) -> bool:
        """End a trial at once with the result of an equal one; training is deterministic, so it would be the same."""
        same = self._tried.get(_configuration(proposal.family, proposal.params))
        if same is None:
            self._n_repeats = 0
            return False
        ended = end_as_copy(self._store, trial, self._store.trial(same))
        self._search.tell(proposal.number, ended.state, ended.value)
        self._n_repeats += 1
        self._is_exhausted = self._n_repeats >= _MOST_REPEATS
        return True


def _configuration(family: str, params: Mapping[str, Any]) -> str:
    return repr((family, sorted(params.items())))
