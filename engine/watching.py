"""Watching a study's engine process from outside: does it run, has the study ended, was the process killed?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import psutil

from ..storage.store import Store


class EngineState(Enum):
    """What has become of an engine."""

    RUNS = "runs"
    # It said how the study ended.
    ENDED = "ended"
    # It was killed; the study can be resumed.
    LOST = "lost"


@dataclass(slots=True)
class EngineWatch:
    """Watches the engine of a study.

    Parameters
    ----------
    store : Store
    study_id : int
    pid : int
        Of the process that `launch_engine` started. Where the study had an engine already, that one is watched.
    """

    store: Store
    study_id: int
    pid: int
    _has_begun: bool = False

    def state(self) -> EngineState:
        """Return what has become of the engine."""
        # Asked first: what a process that has ended wrote is then there to be read.
        runs = _runs(self.pid)
        study = self.store.study(self.study_id)
        if study.engine_pid is None:
            if study.state.is_ended and (self._has_begun or not runs):
                return EngineState.ENDED
            return EngineState.RUNS if runs else EngineState.LOST
        self._has_begun = True
        if runs or self.store.engine_is_alive(self.study_id):
            return EngineState.RUNS
        # Another's engine may have ended well since it was read.
        study = self.store.study(self.study_id)
        return EngineState.ENDED if study.engine_pid is None and study.state.is_ended else EngineState.LOST


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
