"""Tries the model of a bundle in a child process, whose time and memory are limited: a bundle may come from anyone.

What can be seen in the file is refused before (`bundled.onnx_file`); what only shows when it runs, a crash, an
operation without end, more memory than there is, ends the child and not who asked. Light; the work imports what
predicts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..bundled.errors import InputError
from ..domain.errors import ExportError, Message
from ..jobs.child import Job, run
from ..jobs.work import Reporter
from .damage import unusable

_JOB = Job(
    "cupel.engine.deployment.probe:probe",
    int,
    failed=Message("The model of the bundle {folder} cannot be run: {reason}"),
    late=Message(
        "The model of the bundle {folder} gave no prediction within {seconds} seconds; do not use this bundle."
    ),
    error=ExportError,
    limit_s=120.0,
)
# Predicted by the child.
_ROWS = 8
# For what a model needs beside its own bytes, and for each of these.
_MEMORY, _MEMORY_OF_A_BYTE = 4 << 30, 16


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """A bundle, and how many bytes of memory its model may take."""

    folder: str
    memory_bytes: int


def run_probe(folder: Path) -> None:
    """Have a child process load the models of a bundle and predict its first sample rows.

    Raises
    ------
    ExportError
        Where that cannot be done, or takes too long or too much memory.
    """
    n_bytes = sum(file.stat().st_size for file in folder.glob("*.onnx"))
    request = ProbeRequest(str(folder.absolute()), _MEMORY + _MEMORY_OF_A_BYTE * n_bytes)
    run(_JOB.about(folder=str(folder)), request)


def probe(request: ProbeRequest, reporter: Reporter) -> int:  # noqa: ARG001 - as all work is called
    """Predict the first sample rows, and return how many there were.

    Parameters
    ----------
    request : ProbeRequest
    reporter : Reporter

    Returns
    -------
    int

    Raises
    ------
    ExportError
        Where a file of the bundle is not what it must be.
    """
    from ..bundled.predictor import Predictor

    folder = Path(request.folder)
    _limit_memory(request.memory_bytes)
    try:
        predictor = Predictor(folder)
        cells = predictor.sample_cells(_ROWS)
        feeds = predictor.sample_feeds(list(zip(*cells, strict=True)))
        predictor.run_arrays(feeds)
        if predictor.schema.folds is not None and predictor.schema.folds.file:
            predictor.run_folds(feeds)
    except InputError as error:
        raise unusable(folder, error) from error
    return len(cells)


def _limit_memory(n_bytes: int) -> None:
    """Let this process take no more than so many bytes beyond what it has; Windows has no such limit."""
    if os.name == "nt":
        return
    import resource

    import psutil

    most = psutil.Process().memory_info().vms + n_bytes
    _, highest = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, highest))
