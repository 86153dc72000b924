"""What is tried next, and what the sampler and the pruner know: all rebuilt from the store when a study is resumed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...storage.records import TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..baselines import is_cheap
from ..domain.objectives import costs_of, is_ruled_out
from ..domain.params import EPOCHS, SEED, Params, number_in
from ..domain.policy import Policy
from ..domain.stored import encoded
from ..domain.trial_facts import TrialFacts
from ..statistics.epochs import chosen_scores
from ..training.curves import CURVE_NAMES
from ..training.schedules import patience_of, trial_epochs
from .budget import Budget
from .outcomes import end_as_copy
from .preparing import Prepared
from .pruning import FoldTest, make_pruner, progress_step
from .running import RunningTrial
from .sampling import PastTrial, Proposal, Search

_log = logging.getLogger(__name__)
_LOSS, _SCORE = CURVE_NAMES.index("valid_loss"), CURVE_NAMES.index("valid_score")


class Schedule:
    """The trials of a study that wait, and the sampler that proposes more."""

    def __init__(self, store: Store, prepared: Prepared, budget: Budget, policy: Policy) -> None:
        self._store, self._study_id, self._prepared = store, prepared.request.study_id, prepared
        self._budget, self._policy = budget, policy
        self._waiting: list[TrialRecord] = []
        self._tried: dict[str, int] = {}
        # Of networks, the user's own among them.
        self._n_started = 0
        self._n_copies = self._next_number = self._n_ruled_out = self._n_ruled_in_row = 0
        self._is_exhausted = False
        # Asked already, not recorded: nothing is lost with it.
        self._ahead: Proposal | None = None
        spec = prepared.spec
        self._costs = tuple(name for name in spec.objectives if name != "score")
        pruner = "none" if self._costs else spec.pruner
        if pruner != spec.pruner:
            _log.info("there are several objectives: no trial is given up early, the pruner is off")
        self._prunes = pruner != "none"
        self._fold_test = FoldTest(prepared.spec.direction) if pruner == "wilcoxon" else None
        self._search = Search(
            space=prepared.space,
            families=spec.families,
            task=spec.task,
            metric=spec.metric,
            direction=spec.direction,
            sampler=spec.sampler,
            seed=spec.seed,
            pruner=make_pruner(pruner, spec.max_epochs),
            starts=spec.starts,
            n_costs=len(self._costs),
        )
        self._restore()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be started."""
        return not self._may_ask and not self._waiting

    @property
    def _may_ask(self) -> bool:
        """Whether the budget allows another proposal; those that a limit rules out are not counted."""
        return not self._is_exhausted and self._budget.may_start(self._n_started - self._n_ruled_out)

    def next(self, worker: str) -> TrialRecord | None:
        """Return a trial that was recorded as RUNNING on `worker`; None where nothing more is to be started.

        First come the cheap baselines, and where there is a time budget then the first trial, before a baseline that
        takes longer.
        """
        is_first = self._next_number == 0 and self._budget.spec.timeout_s is not None and self._may_ask
        if self._waiting and not (
            is_first and self._waiting[0].kind is TrialKind.BASELINE and not _is_cheap(self._waiting[0])
        ):
            return self._start_waiting(0, worker)
        while self._may_ask:
            proposal, self._ahead = self._ahead or self._ask(), None
            if proposal is None:
                self._is_exhausted = True
                return None
            self._n_started += 1
            trial = self._record(proposal, worker)
            if not self._repeat(proposal, trial):
                return trial
        return None

    @property
    def owes_baselines(self) -> bool:
        """Whether baselines wait that are to be run although the search is over; when its time is, the cheap ones.

        They may overrun the time a little, as an export may, and no more.
        """
        return self._owed() is not None

    def next_owed(self, worker: str) -> TrialRecord | None:
        """Return such a baseline, recorded as RUNNING on `worker`, or None."""
        place = self._owed()
        return None if place is None else self._start_waiting(place, worker)

    def _owed(self) -> int | None:
        places = (
            i
            for i, t in enumerate(self._waiting)
            if t.kind is TrialKind.BASELINE
            and (not self._budget.is_time_over or (_is_cheap(t) and self._budget.has_time_for_owed))
        )
        return next(places, None)

    def _start_waiting(self, place: int, worker: str) -> TrialRecord:
        trial = self._waiting.pop(place)
        return self._store.start_trial(trial.id, worker, self._prepared.digests)

    def _ask(self) -> Proposal | None:
        """Ask for the next parameter set; where the time is short, the first one is small and trains for few epochs."""
        if self._next_number > 0 or not self._budget.is_short:
            return self._ask_next()
        self._search.begin_small()
        proposal = self._ask_next()
        if proposal is None:
            return None
        most = self._prepared.spec.max_epochs
        n_epochs = self._budget.first_epochs(trial_epochs(proposal.params, most))
        return replace(proposal, params={**proposal.params, EPOCHS: n_epochs / most})

    def _ask_next(self) -> Proposal | None:
        proposal = self._search.ask(self._next_number)
        if proposal is not None:
            self._next_number += 1
        return proposal

    def _record(self, proposal: Proposal, worker: str) -> TrialRecord:
        return self._store.create_trial(
            study_id=self._study_id,
            number=proposal.number,
            kind=TrialKind.SEARCH,
            family=proposal.family,
            params=proposal.params,
            n_epochs=trial_epochs(proposal.params, self._prepared.spec.max_epochs),
            digests=self._prepared.digests,
            user_attrs=encoded(
                TrialFacts(proposal.values, small_first=self._search.begins_small and proposal.number == 0)
            ),
            worker=worker,
        )

    def propose_ahead(self) -> None:
        """Ask for the next proposal while trials run, so that no worker waits for it.

        It does not know how the running trials end, as with one worker more. A search that is resumed asks at the same
        point; a sampler that is replayed (see `Search`) is asked only when a worker is free.
        """
        if self._next_number == 0 and self._budget.spec.timeout_s is not None:
            # How the first one is chosen depends on the time that is left when a worker is ready.
            return
        if self._ahead is None and not self._waiting and self._may_ask and self._search.is_stateless:
            self._ahead = self._ask_next()

    def should_prune(self, running: RunningTrial, epoch: int) -> bool:
        """Tell the scores of a running trial after `epoch`; return whether to give it up.

        The first epoch of several is not told: of a large batch of data, a short schedule or augmented images it says
        little, and yet a trial of few epochs would be at a rung of the others by then. What the user asked for is
        trained to its end.
        """
        if not self._prunes or running.kind is TrialKind.MANUAL or (epoch == 0 and running.n_epochs > 1):
            return False
        step = progress_step(epoch, running.n_epochs, self._prepared.spec.max_epochs)
        scores = running.scores[epoch]
        if self._fold_test:
            return self._fold_test.should_prune(step, scores)
        return self._search.report(running.number, step, float(scores.mean()))

    def ended(self, trial: TrialRecord, running: RunningTrial) -> None:
        """Tell how a trial ended."""
        if trial.kind is TrialKind.BASELINE:
            return
        if trial.kind is TrialKind.MANUAL:
            self._tell_own(trial)
        else:
            self._search.tell(trial.number, _state_for_sampler(trial), trial.value, self._costs_of(trial))
        self._count_ruled_out(trial)
        if trial.state is TrialState.COMPLETE:
            self._complete(trial, np.stack(running.scores, axis=1) if running.scores else None)

    def _count_ruled_out(self, trial: TrialRecord) -> None:
        if not trial.state.is_finished:
            return
        is_out = is_ruled_out(trial)
        self._n_ruled_out += is_out
        self._n_ruled_in_row = self._n_ruled_in_row + 1 if is_out else 0
        if self._n_ruled_in_row == self._policy.most_ruled_out:
            _log.warning(
                "%d trials in a row were ruled out by the limits: the search ends", self._n_ruled_in_row
            )
            self._is_exhausted = True

    def _complete(self, trial: TrialRecord, scores: NDArray[np.float64] | None) -> None:
        if not TrialFacts.of(trial).truncated and trial.same_as is None:
            self._tried.setdefault(_configuration(trial.family, trial.params), trial.id)
            self._budget.note_duration(trial.duration_s or 0.0)
        if self._fold_test and scores is not None:
            steps = self._steps(trial, scores.shape[1])
            self._fold_test.finished(steps, scores.T, trial.value or 0.0)

    def _steps(self, trial: TrialRecord, n_known: int) -> list[int]:
        n, most = trial.n_epochs or n_known, self._prepared.spec.max_epochs
        return [progress_step(epoch, n, most) for epoch in range(n_known)]

    def _costs_of(self, trial: TrialRecord) -> tuple[float, ...]:
        """Return what the sampler is told beside the score of a complete trial."""
        if trial.state is not TrialState.COMPLETE:
            return ()
        costs = costs_of(trial)
        return tuple(float(costs[name] or 1.0) for name in self._costs)

    def _restore(self) -> None:
        """Take up the store's trials; those that a crash left unfinished wait again."""
        self._store.requeue_running(self._study_id)
        trials = self._store.trials(self._study_id)
        curves = self._store.curves_of([t.id for t in trials])
        past: list[PastTrial] = []
        own: list[TrialRecord] = []
        facts = {trial.id: TrialFacts.of(trial) for trial in trials}
        if any(found.small_first for found in facts.values()):
            self._search.begin_small()
        for trial in trials:
            if not trial.state.is_finished:
                self._waiting.append(trial)
            if trial.kind is TrialKind.BASELINE:
                continue
            self._next_number = max(self._next_number, trial.number + 1)
            self._n_started += 1
            # One that waits is scored as today; one that was scored in an older way tells the sampler nothing.
            if trial.state.is_finished and not self._prepared.is_comparable(trial):
                continue
            self._count_ruled_out(trial)
            scores = self._scores(trial, curves[trial.id].values) if trial.id in curves else None
            steps: dict[int, float] = {}
            if scores is not None and trial.same_as is None:
                means = scores.mean(axis=0).tolist()
                steps = dict(zip(self._steps(trial, len(means)), means, strict=True))
                # See `should_prune`.
                if steps and (trial.n_epochs or len(means)) > 1:
                    del steps[next(iter(steps))]
            if trial.state is TrialState.COMPLETE:
                self._complete(trial, scores)
            if trial.kind is TrialKind.SEARCH:
                past.append(self._past(trial, facts[trial.id], steps))
            else:
                own.append(trial)
        self.take_requests()
        self._restore_search(past)
        for trial in own:
            self._tell_own(trial)

    def _tell_own(self, trial: TrialRecord) -> None:
        """Tell a finished trial of the user's, where the search could have proposed it."""
        could_be = SEED not in trial.params and number_in(trial.params, EPOCHS, 1.0) <= 1.0
        if trial.state.is_finished and could_be:
            self._search.add(self._past(trial, TrialFacts.of(trial), {}))

    def _past(self, trial: TrialRecord, facts: TrialFacts, steps: Mapping[int, float]) -> PastTrial:
        return PastTrial(
            trial.number,
            trial.family,
            facts.values,
            _state_for_sampler(trial),
            trial.value,
            steps,
            trial.same_as is not None,
            self._costs_of(trial),
        )

    def take_requests(self) -> None:
        """Have the trials that the user asked for wait for a worker: before further proposals."""
        for asked in self._store.trial_requests(self._study_id):
            trial = self._store.create_trial(
                study_id=self._study_id,
                number=self._next_number,
                kind=TrialKind.MANUAL,
                family=asked.family,
                params=asked.params,
                n_epochs=trial_epochs(asked.params, self._prepared.spec.max_epochs),
                digests=self._prepared.digests,
                user_attrs=asked.user_attrs,
                request=asked.id,
            )
            _log.info("trial %d was asked for by the user", trial.number)
            self._next_number += 1
            self._n_started += 1
            self._waiting.append(trial)
        self._waiting.sort(key=_turn)

    def _scores(self, trial: TrialRecord, curves: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what was judged after each epoch, (R, n_epochs), as `RunningTrial.scores`."""
        return chosen_scores(
            curves[:, :, _SCORE],
            curves[:, :, _LOSS],
            self._prepared.voters,
            direction=self._prepared.spec.direction,
            patience=patience_of(trial.params),
        )

    def _restore_search(self, past: Sequence[PastTrial]) -> None:
        past = sorted(past, key=lambda p: p.number)
        if past and past[-1].state.is_finished and not past[-1].is_copy:
            self._search.restore(past[:-1])
            self._search.ask_again(past[-1])
            # As it was asked then: before it was known how the last trial ends.
            self.propose_ahead()
            self._search.tell_again(past[-1])
        else:
            self._search.restore(past)

    def _repeat(self, proposal: Proposal, trial: TrialRecord) -> bool:
        """End a trial at once with the result of an equal one; training is deterministic, so it would be the same."""
        same = self._tried.get(_configuration(proposal.family, proposal.params))
        if same is None:
            self._n_copies = 0
            return False
        ended = end_as_copy(self._store, trial, self._store.trial(same))
        self._search.tell(proposal.number, ended.state, ended.value, self._costs_of(ended))
        self._n_copies += 1
        self._is_exhausted = self._n_copies >= self._policy.most_copies
        return True


def _is_cheap(trial: TrialRecord) -> bool:
    return trial.kind is TrialKind.BASELINE and is_cheap(trial.name)


def _turn(trial: TrialRecord) -> int:
    """Return when a waiting trial is run: cheap baselines, then what was begun before, then other baselines."""
    return 0 if _is_cheap(trial) else 2 if trial.kind is TrialKind.BASELINE else 1


def _state_for_sampler(trial: TrialRecord) -> TrialState:
    """Return the state that the sampler is told: what was ruled out is the worst there is, not nothing at all."""
    return TrialState.PRUNED if is_ruled_out(trial) else trial.state


def _configuration(family: str, params: Params) -> str:
    return repr((family, sorted(params.items())))
