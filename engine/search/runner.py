"""The engine of one study: claims it, waits for its turn, runs the search, and says how it ended."""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from ...storage.records import Request, Stage, StudyRecord, StudyState
from ...storage.store import Store
from ..domain.spec import StudySpec
from ..jobs.failures import failure_of
from ..looks import known_digest
from ..machine import is_busy
from ..workers.cluster import Cluster
from .budget import Budget
from .outcomes import Kept
from .preparing import memory_share, prepare, share_out

_log = logging.getLogger(__name__)
_QUEUE_POLL_S = 0.5
_ACTIVE = (StudyState.RUNNING, StudyState.PAUSED, StudyState.FINISHING)


@dataclass(frozen=True, slots=True)
class Settings:
    """What tests and tools may change of an engine."""

    hang_s: float = 300.0  # without a sign of life, and ten times the longest silence so far
    stop_grace_s: float = 8.0  # for an epoch to end when the user stops the study
    runner: str = "cupel.engine.workers.task"  # what workers run; tests have a toy
    clock: Callable[[], float] = time.monotonic  # of the time budget, in seconds


@dataclass(slots=True)
class StudyRunner:
    """Runs one study; see `run`.

    Parameters
    ----------
    store : Store
        Open for writing.
    study_id : int
    settings : Settings
    elapsed_s : float
        What the user has waited before this was made.
    """

    store: Store
    study_id: int
    settings: Settings = field(default_factory=Settings)
    elapsed_s: float = 0.0
    _since: float = field(default_factory=time.monotonic)

    def run(self) -> StudyState:
        """Run the study until its budget, its target or the user ends it; return the state that it is left in.

        A study that has a live engine is left alone. A study that failed, was stopped or lost its engine goes on from
        its stored trials.
        """
        if not self.store.claim_study(self.study_id, os.getpid()):
            _log.info("study %d has an engine already", self.study_id)
            return self.store.study(self.study_id).state
        with ExitStack() as processes:  # the study is released first: nobody waits for processes to end
            try:
                state, failure = self._run(processes), None
            except Exception as error:  # noqa: BLE001 - whatever it was: the study says so, and can be resumed
                _log.exception("the engine failed")
                state, failure = StudyState.FAILED, failure_of(error)
                if not self.store.claim_study(self.study_id, os.getpid()):
                    return state  # another engine has taken the study over, and writes now
                self.store.requeue_running(self.study_id)  # so that a resumed study takes them up
            self.store.release_study(self.study_id, state, failure=failure)
        return state

    def _run(self, processes: ExitStack) -> StudyState:
        study = self.store.study(self.study_id)
        queued = time.monotonic()
        if not self._wait_for_turn(study):
            return StudyState.STOPPED
        queued = time.monotonic() - queued
        self.store.set_study_state(self.study_id, StudyState.RUNNING)
        self.store.set_stage(self.study_id, Stage.READING)
        n_workers, n_threads = share_out(StudySpec.from_json(study.spec).n_workers)
        memory_limit_bytes = memory_share(n_workers)
        cluster = Cluster(n_workers, n_threads, memory_limit_bytes, self.settings.runner, one_first=is_busy())
        processes.callback(cluster.close)
        with ThreadPoolExecutor(1) as pool:
            # Takes seconds, in which the data are prepared and the store's trials taken up. So do the imports of the
            # loop, which are left until then.
            starting = pool.submit(cluster.start)
            from .loop import SearchLoop

            prepared = prepare(self.store, study)
            known_digest(self.store, self.store.study(study.id))
            spec = prepared.spec
            files = dataclasses.replace(
                prepared.files,
                runner=self.settings.runner,
                n_threads=n_threads,
                memory_limit_bytes=memory_limit_bytes,
            )
            prepared = dataclasses.replace(prepared, files=files, n_workers=n_workers)
            budget = Budget(
                spec.budget,
                spec.direction,
                study.elapsed_s + self.elapsed_s + time.monotonic() - self._since - queued,
                exports=spec.export_dir != "",
                clock=self.settings.clock,
            )
            kept = Kept.of_study(self.store, prepared)
            loop = SearchLoop(
                self.store, self.study_id, prepared, cluster, budget, kept,
                hang_s=self.settings.hang_s, stop_grace_s=self.settings.stop_grace_s,
            )  # fmt: skip
            processes.callback(loop.close)
            starting.result()
        return loop.run()

    def _wait_for_turn(self, study: StudyRecord) -> bool:
        """Wait for the workspace's other running studies; return whether to run (False: stopped in the queue)."""
        while not study.spec.get("alongside", False):
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
            time.sleep(_QUEUE_POLL_S)
            study = self.store.study(study.id)
        return True


__all__ = ["Settings", "StudyRunner"]
