"""The engine of one study: claims it, waits for its turn, runs the search, and says how it ended."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from ...storage.records import Failure, FailureKind, Request, Stage, StudyRecord, StudyState
from ...storage.store import Store
from ..domain.errors import Message
from ..domain.policy import POLICY, Policy
from ..domain.spec import StudySpec
from ..jobs.failures import failure_of
from ..looks import known_digest
from ..machine import is_busy
from ..manual_trials import take_up
from ..workers.cluster import Cluster
from ..workers.messages import Site
from ..workers.protocol import NoWorkersError, Workers
from ..workers.sharing import share_of
from .budget import Budget
from .preparing import prepare

_log = logging.getLogger(__name__)
_ACTIVE = (StudyState.RUNNING, StudyState.PAUSED, StudyState.FINISHING)


def _local_workers(site: Site, n_workers: int) -> Workers:
    return Cluster(site, n_workers, one_first=is_busy())


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What tests and tools may change of an engine.

    Attributes
    ----------
    workers : callable
        Makes the study's workers, which are not started yet: takes what each may use of this machine, and how many are
        wanted.
    policy : Policy
    clock : callable
        Of the time budget, in seconds.
    """

    workers: Callable[[Site, int], Workers] = _local_workers
    policy: Policy = POLICY
    clock: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class StudyRunner:
    """Runs one study; see `run`.

    Parameters
    ----------
    store : Store
        Open for writing.
    study_id : int
    settings : EngineSettings
    elapsed_s : float
        What the user has waited before this was made.
    """

    store: Store
    study_id: int
    settings: EngineSettings = field(default_factory=EngineSettings)
    elapsed_s: float = 0.0
    _since: float = field(default_factory=time.monotonic)
    # Waited for other studies, and for workers that did not start: no part of the budget.
    _idle_s: float = 0.0

    def run(self) -> StudyState:
        """Run the study until its budget, its target or the user ends it; return the state that it is left in.

        A study that has a live engine is left alone. A study that failed, was stopped or lost its engine goes on from
        its stored trials. Trials that the user asks for while the study is being finished run before this returns.
        """
        state = self._run_once()
        while state is StudyState.DONE and take_up(self.store, self.study_id):
            self.elapsed_s, self._idle_s, self._since = 0.0, 0.0, time.monotonic()
            state = self._run_once()
        return state

    def _run_once(self) -> StudyState:
        if not self.store.claim_study(self.study_id, os.getpid()):
            _log.info("study %d has an engine already", self.study_id)
            return self.store.study(self.study_id).state
        # The study is released first: nobody waits for processes to end.
        with ExitStack() as processes:
            try:
                state, failure = self._run(processes), None
            except Exception as error:  # noqa: BLE001 - whatever it was: the study says so, and can be resumed
                _log.exception("the engine failed")
                state, failure = StudyState.FAILED, failure_of(error)
                if not self.store.claim_study(self.study_id, os.getpid()):
                    # Another engine has taken the study over, and writes now.
                    return state
                # So that a resumed study takes them up.
                self.store.requeue_running(self.study_id)
            self.store.release_study(self.study_id, state, failure=failure)
        return state

    def _run(self, processes: ExitStack) -> StudyState:
        study = self.store.study(self.study_id)
        began = time.monotonic()
        if not self._wait_for_turn(study):
            return StudyState.STOPPED
        self._idle_s += time.monotonic() - began
        n_tries = 0
        while True:
            n_tries += 1
            began = time.monotonic()
            try:
                return self._search(study, processes)
            except NoWorkersError as error:
                _log.warning("no worker started at the attempt %d", n_tries, exc_info=True)
                processes.close()
                self.store.requeue_running(self.study_id)
                if not self._wait_for_workers(error, n_tries):
                    return StudyState.STOPPED
                self._idle_s += time.monotonic() - began

    def _search(self, study: StudyRecord, processes: ExitStack) -> StudyState:
        self.store.set_study_state(self.study_id, StudyState.RUNNING)
        self.store.set_stage(self.study_id, Stage.READING)
        policy = self.settings.policy
        share = share_of(self.store, StudySpec.of_study(study).n_workers, policy)
        workers = self.settings.workers(share.site, share.n_workers)
        processes.callback(workers.close)
        with ThreadPoolExecutor(1) as pool:
            # Takes seconds, in which the data are prepared and the store's trials taken up. So do the imports of the
            # loop, which are left until then.
            starting = pool.submit(workers.start)
            from .baseline_trials import begin_baselines
            from .loop import SearchLoop

            # The memory may change meanwhile; what the workers were given stands.
            prepared = prepare(self.store, study, policy, share)
            known_digest(self.store, self.store.study(study.id))
            spec = prepared.spec
            budget = Budget(
                spec.budget,
                spec.direction,
                study.elapsed_s + self.elapsed_s + time.monotonic() - self._since - self._idle_s,
                exports=spec.export_dir != "",
                clock=self.settings.clock,
                policy=policy,
            )
            begin_baselines(self.store, study.id, prepared)
            loop = SearchLoop(self.store, prepared, workers, budget, policy)
            processes.callback(loop.close)
            try:
                starting.result()
            except Exception as error:
                # Dask's own, of many types.
                raise NoWorkersError(
                    "The worker processes do not start: {reason}", reason=str(error) or type(error).__name__
                ) from error
        return loop.run()

    def _wait_for_workers(self, error: NoWorkersError, n_tries: int) -> bool:
        """Wait before workers are started again; after several attempts until the user says so.

        Returns
        -------
        bool
            Whether to go on; False where the user has stopped the study.
        """
        waits = self.settings.policy.worker_waits_s
        place = (n_tries - 1) % (len(waits) + 1)
        is_pause = place == len(waits)
        until = math.inf if is_pause else time.monotonic() + waits[place]
        if is_pause:
            message = Message(
                "No worker process starts, so the study is paused: {reason} Close other programs or free memory, then "
                "resume it.",
                {"reason": error.sentence.to_json()},
            )
            failure = Failure(FailureKind.ERROR, str(message), "", message.template, message.args)
            self.store.request(self.study_id, Request.PAUSE)
            self.store.set_study_state(self.study_id, StudyState.PAUSED, failure)
        while time.monotonic() < until:
            study = self.store.study(self.study_id)
            if study.request is Request.STOP:
                return False
            if is_pause and study.request is Request.RUN:
                break
            self.store.heartbeat(study.id, elapsed_s=study.elapsed_s, pid=os.getpid())
            time.sleep(self.settings.policy.queue_s)
        return True

    def _wait_for_turn(self, study: StudyRecord) -> bool:
        """Wait for the workspace's other running studies; return whether to run (False: stopped in the queue)."""
        if StudySpec.of_study(study).alongside:
            return True
        while True:
            if study.request is Request.STOP:
                return False
            others = [s for s in self.store.studies(archived=None) if s.id != study.id and s.state in _ACTIVE]
            if not any(self.store.engine_is_alive(s.id) for s in others):
                break
            if study.state is not StudyState.QUEUED:
                self.store.set_study_state(study.id, StudyState.QUEUED)
            if study.stage is not Stage.WAITING:
                self.store.set_stage(study.id, Stage.WAITING)
            self.store.heartbeat(study.id, elapsed_s=study.elapsed_s, pid=os.getpid())
            time.sleep(self.settings.policy.queue_s)
            study = self.store.study(study.id)
        return True


__all__ = ["EngineSettings", "StudyRunner"]
