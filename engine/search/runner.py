"""The engine of one study: claims it, waits for its turn, runs the search, and says how it ended."""

from __future__ import annotations

import dataclasses
import logging
import os
import threading
import time
from dataclasses import dataclass, field

from ...storage.records import Failure, Request, StudyRecord, StudyState
from ...storage.store import Store
from ..errors import CupelError
from ..workers.cluster import Cluster
from ..workers.task import failure_of
from .budget import Budget
from .loop import SearchLoop, StudyFailed
from .outcomes import Kept
from .preparing import prepare

_log = logging.getLogger(__name__)
_QUEUE_POLL_S = 0.5
_ACTIVE = (StudyState.RUNNING, StudyState.PAUSED, StudyState.FINISHING)


@dataclass(frozen=True, slots=True)
class Settings:
    """What tests and tools may change of an engine."""

    hang_s: float = 300.0  # without a sign of life, and ten times the longest silence so far
    scheduler: str | None = None  # address of an existing Dask cluster
    runner: str = "cupel.engine.workers.task"  # what workers run; tests have a toy


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
        What the user has waited before this process started, at a first start.
    """

    store: Store
    study_id: int
    settings: Settings = field(default_factory=Settings)
    elapsed_s: float = 0.0

    def run(self) -> StudyState:
        """Run the study until its budget, its target or the user ends it; return the state that it is left in.

        A study that has a live engine is left alone. A study that failed, was stopped or lost its engine goes on from
        its stored trials.
        """
        if not self.store.claim_study(self.study_id, os.getpid()):
            _log.info("study %d has an engine already", self.study_id)
            return self.store.study(self.study_id).state
        failure: Failure | None = None
        try:
            state = self._run()
        except CupelError as error:
            _log.exception("the search failed")
            state, failure = StudyState.FAILED, failure_of(error)
        except Exception as error:
            _log.exception("the engine failed")
            self.store.release_study(self.study_id, StudyState.FAILED, failure=failure_of(error))
            raise
        self.store.release_study(self.study_id, state, failure=failure)
        return state

    def _run(self) -> StudyState:
        study = self.store.study(self.study_id)
        if not self._wait_for_turn(study):
            return StudyState.STOPPED
        self.store.set_study_state(self.study_id, StudyState.RUNNING)
        prepared = prepare(self.store, study)
        spec = prepared.spec
        budget = Budget(
            spec.budget, spec.direction, study.elapsed_s or self.elapsed_s, exports=spec.export_dir != ""
        )
        files = dataclasses.replace(prepared.files, runner=self.settings.runner)
        prepared = dataclasses.replace(prepared, files=files)
        cluster = Cluster(
            prepared.n_workers,
            files.n_threads,
            files.memory_limit_bytes,
            self.settings.scheduler,
            self.settings.runner,
        )
        starting = threading.Thread(target=cluster.start, name="cluster-start")
        starting.start()  # takes seconds, in which the trials of the store are taken up
        try:
            kept = Kept.of_study(self.store, self.study_id, maximize=spec.direction == "maximize")
            loop = SearchLoop(
                self.store, self.study_id, prepared, cluster, budget, kept, self.settings.hang_s
            )
            starting.join()
            return loop.run()
        finally:
            starting.join()
            cluster.close()

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
            self.store.heartbeat(study.id, elapsed_s=study.elapsed_s, pid=os.getpid())
            time.sleep(_QUEUE_POLL_S)
            study = self.store.study(study.id)
        return True


__all__ = ["Settings", "StudyFailed", "StudyRunner"]
