"""Running `convert` as a child process, and what it answers: the two ends of one job. Light; used by `assembly`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ExportError
from .certificate import last_line
from .waiting import WaitingProcess

TIMEOUT_S = 900.0
FAILED = 3
"""Exit code of `convert` where the user can mend what is wrong: the last line of its standard output says it."""
_LOG = 8000  # characters of what the process said that stay with an error


def converter() -> WaitingProcess:
    """Start a process that imports what conversions need, and waits for the job of `converted`."""
    return WaitingProcess([sys.executable, "-m", "cupel.engine.deployment.convert"])


def converted(job: Mapping[str, Any], work: Path, process: WaitingProcess | None = None) -> dict[str, Any]:
    """Convert a model in a child process; return what `convert.convert` does.

    Parameters
    ----------
    job : mapping
        See `convert.convert`.
    work : Path
        A folder for the job and its answer.
    process : WaitingProcess, optional
        A `converter` that was started before; a new one where not given.

    Raises
    ------
    ExportError
        Where a format cannot hold the networks, the process dies, or it takes longer than `TIMEOUT_S`.
    """
    path, answer = work / "job.json", work / "answer.json"
    path.write_text(json.dumps({**job, "answer": str(answer)}, ensure_ascii=False), encoding="utf-8")
    try:
        done = (process or converter()).run({"job": str(path)}, TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ExportError(
            "The conversion took longer than {seconds} seconds and was ended.", seconds=round(TIMEOUT_S)
        ) from error
    if done.returncode == 0 and answer.is_file():
        return json.loads(answer.read_text(encoding="utf-8"))
    if done.returncode == FAILED:
        said = json.loads(done.stdout.decode("utf-8", "replace").strip().splitlines()[-1])
        error = ExportError(said["template"], **said["args"])
    else:
        error = ExportError(
            "The conversion failed (exit code {code}): {reason}",
            code=done.returncode,
            reason=last_line(done.stderr),
        )
    error.add_note(done.stderr.decode("utf-8", "replace")[-_LOG:])
    raise error
