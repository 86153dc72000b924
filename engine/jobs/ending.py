"""How a process of ours is ended: it is asked, terminated, and then killed. Of children and of the service."""

from __future__ import annotations

import subprocess
from typing import Any


def end_process(process: subprocess.Popen[Any], *, asked_s: float = 0.0, terminated_s: float) -> None:
    """Wait for a process to end, and make it.

    Parameters
    ----------
    process : subprocess.Popen
    asked_s : float
        Seconds that it has, once it was asked to end, before it is terminated.
    terminated_s : float
        Seconds that it has after that before it is killed; a busy machine may need many.
    """
    for wait_s, end in ((asked_s, process.terminate), (terminated_s, process.kill)):
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            end()
        else:
            return
    process.wait()
