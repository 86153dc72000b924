"""Engines whose workers do a toy's work, for tests."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cupel.engine.domain.policy import Policy
from cupel.engine.search.runner import EngineSettings, StudyRunner
from cupel.engine.workers.cluster import Cluster
from cupel.engine.workers.messages import Site
from cupel.storage.records import StudyState
from cupel.storage.store import Store

TOY = "tests.engine.search.toy:TOY"
ROOT = Path(__file__).parents[3]


def toy_workers(site: Site, n_workers: int) -> Cluster:
    """Return real worker processes that train nothing."""
    return Cluster(site, n_workers, work=TOY)


def toy_settings(clock: Callable[[], float] = time.monotonic, **numbers: float) -> EngineSettings:
    """Return the settings of an engine with such workers, and with other numbers than `POLICY`'s."""
    return EngineSettings(toy_workers, Policy(**numbers), clock)  # type: ignore[arg-type]


def run(store: Store, study_id: int, **settings: Any) -> StudyState:
    """Run a study to its end; see `toy_settings`."""
    return StudyRunner(store, study_id, toy_settings(**settings)).run()


def wait_for(condition: Callable[[], bool], engine: subprocess.Popen[bytes] | InThread) -> None:
    """Wait until the condition holds, at most for as long as the engine runs."""
    while not condition():
        has_ended = engine.poll() is not None
        assert not has_ended or condition(), "the engine ended"
        threading.Event().wait(0.02)


class Clock:
    """The clock of a time budget, which a test moves on when it has seen what it waited for."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


class InThread:
    """An engine in a thread of this process, for tests that talk to it while it runs."""

    def __init__(self, store: Store, study_id: int, **settings: object) -> None:
        self.state: StudyState | None = None
        self._thread = threading.Thread(target=self._run, args=(store, study_id, settings))
        self._thread.start()

    def _run(self, store: Store, study_id: int, settings: dict[str, object]) -> None:
        self.state = run(store, study_id, **settings)

    def poll(self) -> StudyState | None:
        """Return how it ended; None while it runs, as `subprocess.Popen.poll`."""
        return None if self._thread.is_alive() else self.state or StudyState.FAILED

    def join(self) -> StudyState | None:
        self._thread.join()
        return self.state
