"""Starting engine processes, detached from whoever asks."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ...storage.workspace import Workspace
from .ending import end_process

# That the service has: a machine may be too busy for it to answer.
_TERMINATED_S = 10.0


def launch_engine(workspace: Path, study_id: int, *, elapsed_s: float = 0.0) -> int:
    """Start the engine process of a study and return its process id.

    It runs on when the caller ends. If the study has a live engine already, the new one ends at once.

    Parameters
    ----------
    workspace : Path
        Its folder.
    study_id : int
        Of the study in the store.
    elapsed_s : float
        Active seconds so far.

    Returns
    -------
    int
    """
    command = ["-m", "cupel.engine.run", str(workspace), str(study_id), "--elapsed", f"{elapsed_s:.2f}"]
    return _detached(workspace, command, f"engine-{study_id:04d}.log").pid


@dataclass(slots=True)
class ServiceProcess:
    """The warm process that does the window's jobs (inspect, forecast, export, …)."""

    workspace: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def ensure(self) -> None:
        """Start it if it does not run."""
        if self._process is None or self._process.poll() is not None:
            self._process = _detached(
                self.workspace,
                ["-m", "cupel.engine.service", str(self.workspace), str(os.getpid())],
                "service.log",
            )

    def stop(self) -> None:
        """End it; a job that it was doing is failed by the next one to start."""
        if self._process is not None:
            end_process(self._process, terminated_s=_TERMINATED_S)


def _detached(workspace: Path, arguments: list[str], log: str) -> subprocess.Popen[bytes]:
    logs = Workspace(workspace).logs
    logs.mkdir(parents=True, exist_ok=True)
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    with (logs / log).open("ab") as stream:
        return subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            creationflags=flags,
        )
