"""The search of one study, from the first proposal to the last trial: ask, schedule, watch, record, tell.

Only the study's engine process runs it, and only it writes the study's trials.
"""

from __future__ import annotations

import logging
import os
import queue
import time
from typing import Any

import numpy as np

from ...storage.records import Request, StudyState, TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..baselines import BASELINES
from ..errors import CupelError
from ..training.curves import CURVE_NAMES
from ..workers.cluster import Cluster, Event, TaskDone, WorkerLost, WorkerReady
from ..workers.messages import BaselineTask, Control, Progress, TrialTask
from .budget import Budget
from .finishing import Finish
from .outcomes import Kept, end_trial
from .preparing import Prepared
from .running import RunningTrial, running_bests, running_means
from .sampling import FoldTest, PastTrial, Proposal, Search, make_pruner
from .system import SystemWatch

_log = logging.getLogger(__name__)
_POLL_S = 0.25
_SAVE_S = 0.5  # curves of a running trial are committed at most this often
_HEARTBEAT_S = 2.0
_MOST_FAILURES = 5  # in a row, with nothing complete: the search itself is wrong
_MOST_REPEATS = 25  # proposals in a row that were tried before: the space is exhausted
_SCORE = CURVE_NAMES.index("valid_score")


class StudyFailed(CupelError):  # noqa: N818 - as StudyState.FAILED
    """The search cannot go on."""


class SearchLoop:
    """Runs the trials of a study on its workers.

    Parameters
    ----------
    store, study_id, prepared, cluster, budget, kept
        Of the study; the cluster has been started before `run` is called.
    hang_s : float
        A trial that is silent for longer, and for ten times its longest silence so far, is killed.
    """

    def __init__(
        self,
        store: Store,
        study_id: int,
        prepared: Prepared,
        cluster: Cluster,
        budget: Budget,
        kept: Kept,
        hang_s: float,
    ) -> None:
        self.store, self.study_id = store, study_id
        self._prepared, self._cluster, self._budget, self._kept = prepared, cluster, budget, kept
        self._hang_s = hang_s
        self._maximize = prepared.spec.direction == "maximize"
        self._running: dict[str, RunningTrial] = {}
        self._waiting: list[TrialRecord] = []
        self._tried: dict[str, int] = {}
        self._n_failed_in_row = self._n_repeats = self._next_number = self._revision = 0
        self._is_exhausted = False
        self._fold_test = FoldTest(maximize=self._maximize) if prepared.spec.pruner == "wilcoxon" else None
        self._search = self._restored()

    def run(self) -> StudyState:
        """Run until the budget, the target or the user ends the search; then finish it."""
        watch = SystemWatch(self.store, self.study_id, self._budget)
        beat = 0.0
        request = Request.RUN
        while True:
            self._cluster.refresh()
            if time.monotonic() - beat > _HEARTBEAT_S:
                beat = time.monotonic()
                self.store.heartbeat(self.study_id, elapsed_s=self._budget.elapsed, pid=os.getpid())
                watch.sample(self._cluster.pids().values())
            request = self._obey(request)
            over = request is Request.STOP or self._is_over()
            if request is Request.RUN and not over:
                self._fill()
            if over and not self._running:
                break
            if over:
                self._finish_running()
            self._listen()
            self._look_for_hangs()
        return self._end(stopped=request is Request.STOP)

    def _is_over(self) -> bool:
        best = self.store.study(self.study_id).best_value
        if self._budget.search_left_s <= 0 or self._budget.is_reached(best):
            return True
        may_start = self._budget.may_start(self._next_number) and not self._is_exhausted
        return not may_start and not self._waiting and not self._running

    def _end(self, *, stopped: bool) -> StudyState:
        self.store.set_study_state(self.study_id, StudyState.FINISHING)
        finish = Finish(self.store, self.study_id, self._prepared, self._cluster, self._budget, self._kept)
        finish.run(stopped=stopped)
        self.store.heartbeat(self.study_id, elapsed_s=self._budget.elapsed, pid=os.getpid())
        return StudyState.STOPPED if stopped else StudyState.DONE

    # -- what the user asks -----------------------------------------------------------------------------------------

    def _obey(self, before: Request) -> Request:
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
        wanted = study.n_workers_requested or self._prepared.n_workers
        if wanted != self._cluster.n_workers or self._cluster.is_shrinking:
            self._cluster.scale(wanted)
        self._skip_asked()
        return study.request

    def _skip_asked(self) -> None:
        revision = self.store.revision()
        if revision == self._revision:
            return
        for trial in self.store.trials(self.study_id, since_revision=self._revision):
            running = self._running.get(_key(trial))
            if trial.requested == "skip" and running and not running.dropped:
                self._drop(running, "skipped")
        self._revision = revision

    def _tell_all(self, control: Control) -> None:
        for running in self._running.values():
            self._cluster.control(running.key, running.id, control)

    def _finish_running(self) -> None:
        for running in self._running.values():
            if not running.dropped:
                self._cluster.control(running.key, running.id, Control.FINISH)

    def _drop(self, running: RunningTrial, why: str) -> None:
        running.dropped = why
        self._cluster.control(running.key, running.id, Control.DROP)

    # -- starting trials --------------------------------------------------------------------------------------------

    def _restored(self) -> Search:
        """Rebuild the sampler from the store; trials that a crash left unfinished are waiting again."""
        prepared, spec = self._prepared, self._prepared.spec
        pruner = "none" if spec.pruner == "wilcoxon" else spec.pruner
        search = Search(
            space=prepared.space, families=spec.families, task=spec.task, metric=spec.metric, direction=spec.direction,
            sampler=spec.sampler, seed=spec.seed, pruner=make_pruner(pruner, spec.max_epochs),
        )  # fmt: skip
        self.store.requeue_running(self.study_id)
        trials = self.store.trials(self.study_id)
        curves = self.store.curves_of([t.id for t in trials])
        past: list[PastTrial] = []
        for trial in trials:
            if not trial.state.is_finished:
                self._waiting.append(trial)
            if trial.kind is not TrialKind.SEARCH:
                continue
            steps: Any = ()
            if trial.id in curves:
                scores = curves[trial.id].values[:, :, _SCORE]
                steps = running_means(scores, self._maximize)
                if self._fold_test and trial.state is TrialState.COMPLETE:
                    self._fold_test.finished(running_bests(scores, self._maximize).T, trial.value or 0.0)
            values = trial.user_attrs.get("values", {})
            past.append(PastTrial(trial.number, trial.family, values, trial.state, trial.value, steps))
            if trial.state is TrialState.COMPLETE:
                self._tried.setdefault(_configuration(trial.family, trial.params), trial.id)
                self._budget.note_duration(trial.duration_s or 0.0)
        search.restore(past)
        self._next_number = max((p.number for p in past), default=-1) + 1
        have = {t.name for t in trials if t.kind is TrialKind.BASELINE}
        if spec.baselines:
            for i, name in enumerate(BASELINES):
                if name not in have:
                    self._waiting.append(self._create_baseline(-1 - i, name))
        return search

    def _create_baseline(self, number: int, name: str) -> TrialRecord:
        return self.store.create_trial(
            study_id=self.study_id, number=number, kind=TrialKind.BASELINE, family="baseline", params={}, name=name,
            digests=self._prepared.digests,
        )  # fmt: skip

    def _fill(self) -> None:
        """Give every idle worker a task."""
        for address in self._cluster.idle:
            if self._cluster.n_running >= self._cluster.n_workers:
                return
            trial = self._waiting.pop(0) if self._waiting else self._propose()
            if trial is None:
                return
            self._start(trial, address)

    def _propose(self) -> TrialRecord | None:
        while not self._is_exhausted and self._budget.may_start(self._next_number):
            proposal = self._search.ask(self._next_number)
            if proposal is None:
                self._is_exhausted = True
                return None
            self._next_number += 1
            trial = self.store.create_trial(
                study_id=self.study_id, number=proposal.number, kind=TrialKind.SEARCH, family=proposal.family,
                params=proposal.params, n_epochs=self._prepared.spec.max_epochs, digests=self._prepared.digests,
                user_attrs={"values": dict(proposal.values)},
            )  # fmt: skip
            if not self._repeat(proposal, trial):
                return trial
        return None

    def _repeat(self, proposal: Proposal, trial: TrialRecord) -> bool:
        """End a trial at once with the result of an equal one; training is deterministic, so it would be the same."""
        same = self._tried.get(_configuration(proposal.family, proposal.params))
        if same is None:
            self._n_repeats = 0
            return False
        ended = end_trial(self.store, trial, copy_of=self.store.trial(same))
        self._search.tell(proposal.number, ended.state, ended.value)
        self._n_repeats += 1
        self._is_exhausted = self._n_repeats >= _MOST_REPEATS
        return True

    def _start(self, trial: TrialRecord, address: str) -> None:
        running = RunningTrial(trial.id, trial.number, _key(trial), trial.kind is not TrialKind.BASELINE)
        self.store.start_trial(trial.id, address)
        self._running[running.key] = running
        if trial.kind is TrialKind.BASELINE:
            task: Any = BaselineTask(trial.id, trial.number, trial.name)
        else:
            task = TrialTask(trial.id, trial.number, trial.family, trial.params)
        self._cluster.submit(running.key, address, self._prepared.files, task)

    # -- listening ----------------------------------------------------------------------------------------------------

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
                    _log.info("worker ready: %s", dict(event.devices))
                    return
                case WorkerLost():
                    _log.warning("worker lost: %s", event.reason)

    def _progress(self, progress: Progress) -> None:
        running = self._running.get(f"trial-{progress.trial_id}")
        if running is None:
            return
        for epoch in running.take(progress):
            if running.is_search and not running.dropped and self._should_prune(running, epoch):
                running.pruned_at = epoch
                self._drop(running, "pruned")
        if time.monotonic() - running.saved > _SAVE_S:
            running.saved = time.monotonic()
            self.store.record_progress(
                running.id,
                epoch=running.epoch,
                curves=running.recorded_curves(CURVE_NAMES),
                peak_memory_bytes=running.peak_bytes,
            )

    def _should_prune(self, running: RunningTrial, epoch: int) -> bool:
        scores = np.stack(running.curves[: epoch + 1], axis=1)[:, :, _SCORE]
        value = float(running_means(scores, self._maximize)[-1])
        if self._fold_test:
            return self._fold_test.should_prune(epoch, running_bests(scores, self._maximize)[:, -1])
        return self._search.report(running.number, epoch, value)

    def _done(self, event: TaskDone) -> None:
        running = self._running.pop(event.key, None)
        self._cluster.done(event.key)
        if running is None:
            return
        trial = end_trial(
            self.store, self.store.trial(running.id), running=running, outcome=event.outcome, kept=self._kept
        )
        _log.info("trial %d: %s %s", trial.number, trial.state, trial.value)
        if trial.kind is TrialKind.SEARCH:
            self._search.tell(trial.number, trial.state, trial.value)
            if trial.state is TrialState.COMPLETE:
                self._tried.setdefault(_configuration(trial.family, trial.params), trial.id)
                if self._fold_test:
                    scores = np.stack(running.curves, axis=1)[:, :, _SCORE]
                    self._fold_test.finished(running_bests(scores, self._maximize).T, trial.value or 0.0)
        if trial.duration_s and trial.state is TrialState.COMPLETE and trial.kind is not TrialKind.BASELINE:
            self._budget.note_duration(trial.duration_s)
        self._count_failures(trial)
        if (trial.peak_memory_bytes or 0) > self._prepared.files.memory_limit_bytes / 2:
            self._cluster.recycle(event.address)

    def _count_failures(self, trial: TrialRecord) -> None:
        if trial.state is not TrialState.FAIL or trial.kind is TrialKind.BASELINE:
            self._n_failed_in_row = 0
            return
        self._n_failed_in_row += 1
        study = self.store.study(self.study_id)
        if self._n_failed_in_row >= _MOST_FAILURES and study.best_trial is None:
            raise StudyFailed(
                "The first {n} trials all failed, so the search was ended. The last one: {message}",
                n=self._n_failed_in_row,
                message=trial.failure.message if trial.failure else "",
            )

    def _look_for_hangs(self) -> None:
        for running in self._running.values():
            silence = time.monotonic() - running.heard
            limit = max(self._hang_s, 10.0 * running.longest_silence)
            if (
                running.is_search
                and silence > limit
                and not self._budget.is_paused
                and running.dropped != "hung"
            ):
                running.dropped = "hung"
                _log.warning(
                    "trial %d has been silent for %.0f s; its worker is killed", running.number, silence
                )
                self._cluster.kill(running.key)


def _key(trial: TrialRecord) -> str:
    return f"trial-{trial.id}"


def _configuration(family: str, params: Any) -> str:
    return repr((family, sorted(params.items())))
