"""The search of one study, from the first proposal to the last trial: schedule, watch, record, tell.

Only the study's engine process runs it, and only it writes the study's trials.
"""

from __future__ import annotations

import logging
import math
import os
import queue
import time
from typing import Any

from ...storage.records import Request, Stage, StudyState, TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..baselines import CHEAP_BASELINES
from ..deployment.helpers import Helpers
from ..domain.errors import CupelError
from ..domain.objectives import is_ruled_out
from ..training.curves import CURVE_NAMES
from ..workers.cluster import Cluster, Event, TaskDone, WorkerLost, WorkerReady
from ..workers.messages import BaselineTask, Control, Progress, TaskResult, TrialTask
from .budget import Budget
from .finishing import Finish
from .majority import score_majority
from .outcomes import Kept, end_trial, end_unstarted
from .preparing import Prepared
from .running import RunningTrial
from .schedule import Schedule
from .system import SystemWatch

_log = logging.getLogger(__name__)
_POLL_S = 0.25
_SAVE_S = 0.5  # curves of a running trial are committed at most this often
_HEARTBEAT_S = 2.0
_ASK_S = 0.2  # what the user wants is looked up at most this often
_TREES_SHARE = 0.7  # of the time that a baseline may take: then trees end with what they have
_MOST_GROWTH_BYTES = 2 << 30  # of a worker since its first trial
_LOOK = (
    0.2  # of the time that a trial may be silent: then its worker is watched for so long, whether it computes
)
_MOST_SILENCE = 10.0  # times as long, and a trial is killed although its worker computes
_MOST_FAILURES = 5  # in a row, with nothing complete: the search itself is wrong
_MOST_LOST = 3  # workers in a row that did not get warm


class StudyFailed(CupelError):  # noqa: N818 - as StudyState.FAILED
    """The search cannot go on."""


class SearchLoop:
    """Runs the trials of a study on its workers.

    Parameters
    ----------
    store, study_id, prepared, cluster, budget, kept
        Of the study; the cluster has been started before `run` is called.
    hang_s : float
        A trial that is silent for longer, and for ten times its longest silence so far, is killed, unless its worker
        computes: an epoch of many rows on a busy machine is long.
    stop_grace_s : float
        What a trial has, when the user stops the study, to end its epoch; then it is left for a later resume.
    """

    def __init__(
        self,
        store: Store,
        study_id: int,
        prepared: Prepared,
        cluster: Cluster,
        budget: Budget,
        kept: Kept,
        *,
        hang_s: float,
        stop_grace_s: float,
    ) -> None:
        self.store, self.study_id = store, study_id
        self._prepared, self._cluster, self._budget, self._kept = prepared, cluster, budget, kept
        self._hang_s, self._stop_grace_s = hang_s, stop_grace_s
        self._running: dict[str, RunningTrial] = {}
        self._n_failed_in_row = self._n_lost_in_row = 0
        self._beat = 0.0
        self._asked = -math.inf
        best = prepared.best(store)
        self._best = best.value if best else None
        self._first_peaks: dict[str, int] = {}  # memory after the first trial, by worker address
        self._over_since: float | None = None
        self._watch = SystemWatch(store, study_id, budget)
        self._schedule = Schedule(store, study_id, prepared, budget)
        self._helpers: Helpers | None = None
        self._stage: Stage | None = None

    def run(self) -> StudyState:
        """Run until the budget, the target or the user ends the search; then finish it."""
        request = Request.RUN
        while True:
            self._cluster.refresh()
            self._live()
            request = self._obey(request)
            is_over = request is Request.STOP or self._is_over()
            if is_over and not self._running and (request is Request.STOP or not self._owes_baselines()):
                break
            if is_over:
                self._wind_up(stopped=request is Request.STOP)
                self._fill(owed=request is not Request.STOP)
            else:
                self._over_since = None
                if request is Request.RUN:
                    self._fill()
                    self._schedule.look_ahead()
            self._listen()
            self._save_curves()
            self._look_for_hangs()
            self._prepare_export()
        self.store.requeue_running(self.study_id)  # what was stopped in the middle of an epoch
        return self._end(stopped=request is Request.STOP)

    def _start_helpers(self) -> None:
        """Start the export's processes: most of its time are their imports, and other work goes on meanwhile."""
        if self._helpers is None:
            self._helpers = Helpers.start(images=self._prepared.files.pixels is not None)

    def close(self) -> None:
        """End the processes that were started for an export and not needed."""
        if self._helpers is not None:
            self._helpers.close()

    def _owes_baselines(self) -> bool:
        """Whether a cheap baseline has not been run, and there is a worker that could."""
        return self._schedule.owes_baselines and bool(self._cluster.idle)

    def _prepare_export(self) -> None:
        """Start the processes of the export in time, and note how long they took."""
        if self._budget.prepares_export:
            self._start_helpers()
            self._budget.note_preparing()
            _log.info("the export's processes are started after %.1f s", self._budget.elapsed)
        elif self._helpers is not None and self._helpers.seconds is not None:
            self._budget.note_prepared(self._helpers.seconds)

    def _live(self) -> None:
        if time.monotonic() - self._beat > _HEARTBEAT_S:
            self._beat = time.monotonic()
            self.store.heartbeat(self.study_id, elapsed_s=self._budget.elapsed, pid=os.getpid())
            self._watch.sample(self._cluster.pids().values())
        self._tell_stage()

    def _tell_stage(self) -> None:
        stage = Stage.WORKERS
        if self._best is not None:
            stage = Stage.SEARCH
        elif self._running or self._cluster.idle:
            stage = Stage.FIRST_TRIAL
        if stage is not self._stage and self._stage is not Stage.SEARCH:
            self._stage = stage
            _log.info("%s after %.1f s", stage, self._budget.elapsed)
            self.store.set_stage(self.study_id, stage)

    def _is_over(self) -> bool:
        budget = self._budget
        budget.is_time_over = budget.is_time_over or budget.search_left_s <= self._pace_s()
        if budget.is_time_over:
            return True
        return budget.is_reached(self._best) or (self._schedule.is_over and not self._running)

    def _pace_s(self) -> float:
        """Return what the longest epoch of a running trial took: what one more may take."""
        return max((r.pace for r in self._running.values() if r.is_search), default=0.0)

    def _wind_up(self, *, stopped: bool) -> None:
        """Tell running trials to end with what they have, and kill the workers of those that do not in time."""
        self._over_since = self._over_since or time.monotonic()
        grace = self._stop_grace_s if stopped else self._pace_s() + self._budget.grace_s
        is_late = time.monotonic() - self._over_since > grace
        for running in self._running.values():
            if running.is_search and not running.is_finishing and not running.dropped:
                running.is_finishing = True
                self._cluster.control(running.key, running.id, Control.FINISH)
            if running.is_owed and not stopped:
                continue
            if is_late and self._cluster.kill(running.key) and not running.dropped:
                running.dropped = "stopped" if stopped else "late"

    def _end(self, *, stopped: bool) -> StudyState:
        _log.info("the search is over after %.1f s", self._budget.elapsed)
        self.store.set_study_state(self.study_id, StudyState.FINISHING)
        self.store.set_stage(self.study_id, Stage.FINAL_MODEL)
        if not stopped:  # a stopped search may go on with those that wait
            score_majority(self.store, self.study_id, self._prepared)
            end_unstarted(self.store, self.study_id)
            if self._budget.exports and self._best is not None:
                self._start_helpers()
        finish = Finish(self.store, self.study_id, self._prepared, self._cluster, self._budget, self._helpers)
        finish.run(stopped=stopped)
        self._kept.sweep()
        self.store.heartbeat(self.study_id, elapsed_s=self._budget.elapsed, pid=os.getpid())
        return StudyState.STOPPED if stopped else StudyState.DONE

    # -- what the user asks -----------------------------------------------------------------------------------------

    def _obey(self, before: Request) -> Request:
        if time.monotonic() - self._asked < _ASK_S:
            return before
        self._asked = time.monotonic()
        study = self.store.study(self.study_id)
        if study.request is not before:
            _log.info("asked to %s", study.request)
            if study.request is Request.PAUSE:
                self._budget.pause()
                self._tell_all(Control.PAUSE)
                self.store.set_study_state(self.study_id, StudyState.PAUSED)
            elif before is Request.PAUSE:
                self._budget.go_on()
                self._tell_all(Control.CONTINUE)
                self.store.set_study_state(self.study_id, StudyState.RUNNING)
        wanted, most = study.n_workers_requested or self._prepared.n_workers, self._prepared.most_workers
        if wanted > most:
            _log.warning("%d workers were asked for; the memory allows %d", wanted, most)
            wanted = most
            self.store.request_workers(self.study_id, most)  # so that viewers show what runs
        if wanted != self._cluster.n_workers or self._cluster.is_shrinking:
            self._cluster.scale(wanted)
        self._skip_asked()
        return study.request

    def _skip_asked(self) -> None:
        asked = set(self.store.skips_asked(self.study_id)) if self._running else set[int]()
        for running in self._running.values():
            if running.id in asked and not running.dropped:
                self._drop(running, "skipped")

    def _tell_all(self, control: Control) -> None:
        for running in self._running.values():
            running.heard = time.monotonic()  # a pause is no silence
            if not running.dropped:
                self._cluster.control(running.key, running.id, control)

    def _drop(self, running: RunningTrial, why: str) -> None:
        running.dropped = why
        if running.is_search:
            self._cluster.control(running.key, running.id, Control.DROP)
        else:
            self._cluster.kill(running.key)  # a baseline hears nothing while it is fitted

    # -- starting trials --------------------------------------------------------------------------------------------

    def _fill(self, *, owed: bool | None = None) -> None:
        """Give every idle worker a task; when the search is over, a baseline that it owes, or none."""
        for address in self._cluster.idle:
            if self._cluster.n_running >= self._cluster.n_workers or owed is False:
                return
            trial = self._schedule.next_owed(address) if owed else self._schedule.next(address)
            if trial is None:
                return
            self._start(trial, address)

    def _start(self, trial: TrialRecord, address: str) -> None:
        running = RunningTrial(trial.id, trial.number, _key(trial), trial.kind, trial.n_epochs or 1)
        self._running[running.key] = running
        if running.is_search:
            running.choice = self._prepared.epoch_choice(trial.params)
        if trial.kind is TrialKind.BASELINE:
            running.is_owed = trial.name in CHEAP_BASELINES
            task: Any = BaselineTask(
                trial.id, trial.number, trial.name, _TREES_SHARE * self._budget.baseline_left_s
            )
        else:
            task = TrialTask(trial.id, trial.number, trial.family, trial.params)
        self._cluster.submit(running.key, address, self._prepared.files, task)

    # -- listening --------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Deal with what workers say, for a moment."""
        end = time.monotonic() + _POLL_S
        while True:
            try:
                event: Event = self._cluster.events.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                return
            match event:
                case Progress():
                    self._progress(event)
                case TaskDone():
                    self._done(event)
                    return  # a worker is idle: fill it
                case WorkerReady():
                    self._n_lost_in_row = 0
                    self._budget.note_start(event.seconds)
                    _log.info("worker ready: %s", dict(event.devices))
                    return
                case WorkerLost():
                    self._lost(event)

    def _lost(self, event: WorkerLost) -> None:
        _log.warning("worker lost: %s", event.reason)
        self._n_lost_in_row += 1
        if self._n_lost_in_row >= _MOST_LOST * self._cluster.n_workers and not self._running:
            raise StudyFailed("The worker processes do not start: {reason}", reason=event.reason)

    def _progress(self, progress: Progress) -> None:
        running = self._running.get(f"trial-{progress.trial_id}")
        if running is None:
            return
        running.hear(progress.memory_bytes)
        self._judge(running, running.take(progress.first_epoch, progress.curves))
        if running.is_search and running.epoch and not running.dropped:
            self._budget.note_network()

    def _save_curves(self) -> None:
        """Commit what running trials have told and nobody has stored yet."""
        now = time.monotonic()
        for running in self._running.values():
            if running.epoch > running.saved_epoch and now - running.saved > _SAVE_S:
                running.saved, running.saved_epoch = now, running.epoch
                self.store.record_progress(
                    running.id,
                    epoch=running.epoch,
                    curves=running.recorded_curves(CURVE_NAMES),
                    peak_memory_bytes=running.peak_bytes,
                )

    def _judge(self, running: RunningTrial, epochs: range) -> None:
        for epoch in epochs:
            if running.is_search and not running.dropped and self._schedule.should_prune(running, epoch):
                running.pruned_at = epoch
                self._drop(running, "pruned")

    def _done(self, event: TaskDone) -> None:
        running = self._running.get(event.key)
        self._cluster.done(event.key)
        if running is None:
            return
        result = event.outcome if isinstance(event.outcome, TaskResult) else None
        if result is not None and result.curves is not None:  # messages may be slower than the result
            n_known = running.epoch
            curves = result.curves.values.swapaxes(0, 1)
            self._judge(running, running.take(n_known, curves[n_known:]))
        del self._running[event.key]
        if running.dropped == "stopped" and (result is None or result.scores is None):
            return  # goes on from its checkpoint when the study is resumed
        trial = end_trial(self.store, running, event.outcome, self._kept)
        _log.info("trial %d: %s %s", trial.number, trial.state, trial.value)
        self._schedule.ended(trial, running)
        self._note_best(trial)
        self._count_failures(trial)
        self._recycle_if_grown(event.address, trial.peak_memory_bytes or 0)

    def _recycle_if_grown(self, address: str, peak_bytes: int) -> None:
        """Replace a worker that has grown much since its first trial; TensorFlow gives no memory back."""
        first = self._first_peaks.setdefault(address, peak_bytes)
        if peak_bytes > min(self._prepared.files.memory_limit_bytes / 2, first + _MOST_GROWTH_BYTES):
            del self._first_peaks[address]
            self._cluster.recycle(address)

    def _note_best(self, trial: TrialRecord) -> None:
        if trial.kind is TrialKind.BASELINE or trial.state is not TrialState.COMPLETE or trial.value is None:
            return
        better = max if self._prepared.spec.direction == "maximize" else min
        self._best = trial.value if self._best is None else better(self._best, trial.value)

    def _count_failures(self, trial: TrialRecord) -> None:
        if trial.state is not TrialState.FAIL or trial.kind is TrialKind.BASELINE or is_ruled_out(trial):
            self._n_failed_in_row = 0
            return
        self._n_failed_in_row += 1
        if self._n_failed_in_row >= _MOST_FAILURES and self._best is None:
            raise StudyFailed(
                "The first {n} trials all failed, so the search was ended. The last one: {message}",
                n=self._n_failed_in_row,
                message=trial.failure.message if trial.failure else "",
            )

    def _look_for_hangs(self) -> None:
        if self._budget.is_paused:
            return
        now = time.monotonic()
        for running in self._running.values():
            limit = max(self._hang_s, 10.0 * running.longest_silence)
            if not running.is_search:
                limit = self._budget.baseline_s
            is_silent = now - running.heard > limit and running.dropped not in ("hung", "late", "stopped")
            if is_silent and running.is_search and now - running.heard < _MOST_SILENCE * limit:
                cpu_s = self._cluster.cpu_s(running.key)
                is_silent = cpu_s is not None and not running.computes(cpu_s, _LOOK * limit)
            if is_silent and self._cluster.kill(running.key):
                running.dropped = "hung" if running.is_search else "late"
                _log.warning("%s has been silent for %.0f s and was killed", running.key, now - running.heard)


def _key(trial: TrialRecord) -> str:
    return f"trial-{trial.id}"
