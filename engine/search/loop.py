"""The search of one study, from the first proposal to the last trial: schedule, watch, record, tell.

Only the study's engine process runs it, and only it writes the study's trials.
"""

from __future__ import annotations

import logging
import time

from ...storage.records import Request, Stage, StudyState, TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..baselines import is_cheap
from ..domain.errors import CupelError
from ..domain.objectives import is_ruled_out
from ..domain.policy import Policy
from ..workers.messages import BaselineTask, TaskResult, TrialTask, WorkerTask
from ..workers.protocol import NoWorkersError, TaskDone, TaskProgress, WorkerLost, WorkerReady, Workers
from .budget import Budget
from .exporting import ExportProcesses
from .finishing import Finish
from .outcomes import Kept, end_trial, end_unstarted
from .pool import TaskPool
from .preparing import Prepared
from .running import Dropped, Patience, RunningTrial
from .schedule import Schedule
from .system import Heartbeat
from .wishes import Wishes

_log = logging.getLogger(__name__)


class StudyFailed(CupelError):  # noqa: N818 - as StudyState.FAILED
    """The search cannot go on."""


class SearchLoop:
    """Runs the trials of a study on its workers.

    Parameters
    ----------
    store, prepared, workers, budget, policy
        Of the study; the workers have been started before `run` is called.
    """

    def __init__(
        self, store: Store, prepared: Prepared, workers: Workers, budget: Budget, policy: Policy
    ) -> None:
        self._store, self._study_id, self._prepared = store, prepared.request.study_id, prepared
        self._workers, self._budget, self._policy = workers, budget, policy
        self._kept = Kept.of_study(store, prepared, policy.n_kept)
        self._pool = TaskPool(workers, policy)
        self._heartbeat = Heartbeat(store, self._study_id, budget, self._pool, policy)
        self._wishes = Wishes(store, prepared, workers, self._pool, budget, policy)
        self._exporting = ExportProcesses(budget, prepared.files.schema.packages)
        self._schedule = Schedule(store, prepared, budget, policy)
        # By the keys of their tasks.
        self._trials: dict[str, RunningTrial] = {}
        self._n_failed_in_row = 0
        self._over_since: float | None = None
        best = prepared.best(store)
        self._best = best.value if best else None

    def run(self) -> StudyState:
        """Run until the budget, the target or the user ends the search; then finish it."""
        while True:
            self._heartbeat.beat(sample=True)
            self._record_stage()
            self._wishes.read()
            if self._wishes.has_new_requests():
                self._schedule.take_requests()
            self._skip()
            is_stopped = self._wishes.request is Request.STOP
            is_over = is_stopped or self._is_over()
            if is_over and not self._trials and (is_stopped or not self._owes_baselines()):
                break
            if is_over:
                self._wind_up(stopped=is_stopped)
                self._fill(owed=not is_stopped)
            else:
                self._over_since = None
                if self._wishes.request is Request.RUN:
                    self._fill()
                    self._schedule.propose_ahead()
            self._listen()
            self._save_curves()
            if not self._budget.is_paused:
                self._pool.end_overdue()
            self._exporting.follow()
        # What was stopped in the middle of an epoch.
        self._store.requeue_running(self._study_id)
        return self._end(stopped=is_stopped)

    def close(self) -> None:
        """End the processes that were started for an export and not needed."""
        self._exporting.close()

    def _record_stage(self) -> None:
        if self._best is not None:
            self._heartbeat.enter(Stage.SEARCH)
        elif self._trials or self._pool.has_idle_worker:
            self._heartbeat.enter(Stage.FIRST_TRIAL)
        else:
            self._heartbeat.enter(Stage.WORKERS)

    # -- when it is over --------------------------------------------------------------------------------------------

    def _is_over(self) -> bool:
        budget = self._budget
        budget.is_time_over = budget.is_time_over or budget.search_left_s <= self._pace_s()
        if budget.is_time_over:
            return True
        return budget.is_reached(self._best) or (self._schedule.is_over and not self._trials)

    def _pace_s(self) -> float:
        """Return what the longest epoch of a running trial took: what one more may take."""
        return max((t.task.pace_s for t in self._trials.values() if t.is_search), default=0.0)

    def _owes_baselines(self) -> bool:
        """Whether a cheap baseline has not been run, and there is a worker that could."""
        return self._schedule.owes_baselines and self._pool.has_idle_worker

    def _wind_up(self, *, stopped: bool) -> None:
        """Have running trials end with what they have, and kill the workers of those that do not in time."""
        self._over_since = self._over_since or time.monotonic()
        grace_s = self._policy.stop_grace_s if stopped else self._pace_s() + self._budget.grace_s
        is_late = time.monotonic() - self._over_since > grace_s
        for trial in self._trials.values():
            if trial.is_search:
                self._pool.finish(trial.task)
            may_go_on = trial.is_owed and not stopped and self._budget.has_time_for_owed
            if is_late and not may_go_on:
                self._pool.kill(trial.task, Dropped.STOPPED if stopped else Dropped.LATE)

    def _end(self, *, stopped: bool) -> StudyState:
        _log.info("the search is over after %.1f s", self._budget.elapsed)
        self._store.set_study_state(self._study_id, StudyState.FINISHING)
        self._heartbeat.enter(Stage.FINAL_MODEL)
        # A stopped search may go on with those that wait.
        if not stopped:
            end_unstarted(self._store, self._study_id)
            if self._budget.exports and self._best is not None:
                self._exporting.start()
        finish = Finish(
            self._store,
            self._study_id,
            self._prepared,
            self._workers,
            self._pool,
            self._budget,
            self._policy,
            self._heartbeat,
            self._exporting,
        )
        finish.run(stopped=stopped)
        self._kept.sweep()
        self._heartbeat.beat_now()
        return StudyState.STOPPED if stopped else StudyState.DONE

    # -- starting trials --------------------------------------------------------------------------------------------

    def _fill(self, *, owed: bool | None = None) -> None:
        """Give every free worker a task; when the search is over, a baseline that it owes, or none."""
        if owed is False:
            return
        for worker in self._pool.free:
            trial = self._schedule.next_owed(worker) if owed else self._schedule.next(worker)
            if trial is None:
                return
            self._start(trial, worker)

    def _start(self, trial: TrialRecord, worker: str) -> None:
        if trial.kind is TrialKind.BASELINE:
            time_s = self._policy.trees_share * self._budget.baseline_left_s
            task: WorkerTask = BaselineTask(trial.id, trial.number, trial.name, time_s)
            # It says nothing while it is fitted.
            patience = Patience(silence_s=self._budget.baseline_s)
        else:
            task = TrialTask(trial.id, trial.number, trial.family, trial.params)
            patience = Patience(may_hang=True, why=Dropped.HUNG)
        key = f"trial-{trial.id}"
        running = self._pool.submit(key, worker, self._prepared.request, task, patience)
        is_search = trial.kind is not TrialKind.BASELINE
        self._trials[key] = RunningTrial(
            trial.id,
            trial.number,
            trial.kind,
            trial.n_epochs or 1,
            running,
            choice=self._prepared.epoch_choice(trial.params) if is_search else None,
            is_owed=not is_search and is_cheap(trial.name),
        )

    def _skip(self) -> None:
        for trial in self._trials.values():
            if trial.id not in self._wishes.skips or trial.task.dropped is not None:
                continue
            if trial.is_search:
                self._pool.drop(trial.task, Dropped.SKIPPED)
            else:
                # A baseline listens to nobody while it is fitted.
                self._pool.kill(trial.task, Dropped.SKIPPED)

    # -- what workers say -------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        for event in self._pool.events():
            match event:
                case TaskProgress():
                    self._progress(event)
                case TaskDone():
                    self._done(event)
                case WorkerReady():
                    self._budget.note_start(event.seconds)
                    _log.info("worker ready: %s", dict(event.devices))
                case WorkerLost():
                    _log.warning("worker lost: %s", event.reason)
                    if self._pool.never_starts:
                        raise NoWorkersError(
                            "The worker processes do not start: {reason}", reason=event.reason
                        )

    def _progress(self, event: TaskProgress) -> None:
        trial = self._trials[event.key]
        self._judge(trial, trial.add(event.progress.first_epoch, event.progress.curves))
        if trial.is_search and trial.epoch and trial.task.dropped is None:
            self._budget.note_network()

    def _judge(self, trial: RunningTrial, epochs: range) -> None:
        for epoch in epochs:
            is_wanted = trial.is_search and trial.task.dropped is None
            if is_wanted and self._schedule.should_prune(trial, epoch):
                trial.pruned_at = epoch
                self._pool.drop(trial.task, Dropped.PRUNED)

    def _save_curves(self) -> None:
        """Commit what running trials have told and nobody has stored yet."""
        now = time.monotonic()
        for trial in self._trials.values():
            if trial.epoch > trial.saved_epoch and now - trial.saved > self._policy.save_s:
                trial.saved, trial.saved_epoch = now, trial.epoch
                self._store.record_progress(
                    trial.id,
                    epoch=trial.epoch,
                    curves=trial.recorded_curves(),
                    peak_memory_bytes=trial.task.peak_bytes,
                )

    def _done(self, event: TaskDone) -> None:
        trial = self._trials[event.key]
        result = event.outcome if isinstance(event.outcome, TaskResult) else None
        # Messages may be slower than the result.
        if result is not None and result.curves is not None:
            curves = result.curves.values.swapaxes(0, 1)
            self._judge(trial, trial.add(trial.epoch, curves[trial.epoch :]))
        del self._trials[event.key]
        if trial.task.dropped is Dropped.STOPPED and (result is None or result.scores is None):
            # Goes on from its checkpoint when the study is resumed.
            return
        ended = end_trial(self._store, trial, event.outcome, self._kept)
        _log.info("trial %d: %s %s", ended.number, ended.state, ended.value)
        self._schedule.ended(ended, trial)
        self._note_best(ended)
        self._count_failures(ended)
        limit_bytes = self._prepared.files.memory_limit_bytes
        self._pool.replace_grown(event.worker, ended.peak_memory_bytes or 0, limit_bytes)

    def _note_best(self, trial: TrialRecord) -> None:
        if trial.kind is TrialKind.BASELINE or trial.state is not TrialState.COMPLETE or trial.value is None:
            return
        if self._best is None or self._prepared.spec.direction.is_better(trial.value, self._best):
            self._best = trial.value

    def _count_failures(self, trial: TrialRecord) -> None:
        if trial.state is not TrialState.FAIL or trial.kind is TrialKind.BASELINE or is_ruled_out(trial):
            self._n_failed_in_row = 0
            return
        self._n_failed_in_row += 1
        if self._policy.is_hopeless(self._n_failed_in_row, has_network=self._best is not None):
            raise StudyFailed(
                "The first {n} trials all failed, so the search was ended. The last one: {message}",
                n=self._n_failed_in_row,
                message=trial.failure.message if trial.failure else "",
            )
