"""What Dask calls inside a worker process, and how it is set up. Called by `cluster` only."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Mapping

import msgspec
import numpy as np
from distributed import get_worker

from ..machine import private_bytes
from .gpus import use_gpu
from .messages import EpochProgress, Site, StudyRequest, TaskOutcome, WorkerTask
from .task import load_work, run_task

TOPIC = "cupel-progress"
# The memory is looked at so often: a worker that takes too much of it is ended before the machine suffers.
_MEMORY_EVERY_S = 0.1


def work(key: str, site: Site, study: StudyRequest, task: WorkerTask, name: str) -> TaskOutcome:
    """Run a task in this process, after saying which process it is; `name` is of the `Work`."""
    worker = get_worker()

    def send(progress: EpochProgress) -> None:
        worker.log_event(TOPIC, to_wire(key, progress))

    worker.log_event(TOPIC, {"key": key, "pid": os.getpid()})
    return run_task(site.files(study), task, send, load_work(name))


def to_wire(key: str, progress: EpochProgress) -> dict[str, object]:
    """Return plain values: Dask's events carry nothing else."""
    return {
        "key": key,
        "first_epoch": progress.first_epoch,
        "memory_bytes": progress.memory_bytes,
        "shape": list(progress.curves.shape),
        "curves": progress.curves.tobytes(),
    }


def from_wire(message: Mapping[str, object]) -> EpochProgress:
    """Return what `to_wire` was given."""
    sent = msgspec.convert(message, _Sent)
    curves = np.frombuffer(sent.curves, np.float32).reshape(sent.shape)
    return EpochProgress(sent.first_epoch, curves, sent.memory_bytes)


class _Sent(msgspec.Struct, frozen=True):
    """Progress as `to_wire` makes it."""

    first_epoch: int
    memory_bytes: int
    shape: tuple[int, ...]
    curves: bytes


def warm_up_worker(name: str, site: Site, place: int) -> Mapping[str, object]:
    """Import what tasks need, with the GPU of the `place`-th worker in sight; return the devices.

    From then on the process ends when it takes more memory than it may.
    """
    use_gpu(place)
    devices = load_work(name).warm_up(site.n_threads)
    if hasattr(os, "nice"):
        # The window and whatever else the user does come first, but not before somebody's first trial.
        os.nice(5)
    # The last that is registered is the first that is called.
    atexit.register(_end_at_once)
    threading.Thread(target=_end_beyond, args=(site.memory_limit_bytes,), name="memory", daemon=True).start()
    return devices


def _end_beyond(memory_limit_bytes: int) -> None:
    # Not Dask's limit, which counts mapped files too: a worker that streams large data would be killed for nothing.
    while private_bytes() <= memory_limit_bytes:
        time.sleep(_MEMORY_EVERY_S)
    print(f"The worker took more than its {memory_limit_bytes:,} bytes of memory and ends.", file=sys.stderr)
    sys.stderr.flush()
    os._exit(1)


def _end_at_once() -> None:
    """End this process when its worker has been closed.

    Taking TensorFlow down piece by piece takes seconds, for which the end of a search would wait; nothing is left to
    be written.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def dask_settings(n_threads: int) -> dict[str, object]:
    """Return Dask's configuration, for an engine whose workers have `n_threads` each."""
    return {
        # A task whose worker died fails: the engine decides.
        "distributed.scheduler.allowed-failures": 0,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": False,
        "distributed.comm.timeouts.connect": "60s",
        # Dask looks 15 s after a worker has died whether it is back, and closes for good what would have started it
        # again: also where it is back and has died once more, or takes longer to start on a busy machine. A study that
        # lost all of its workers so would wait for ever.
        "distributed.deploy.lost-worker-timeout": "365 days",
        # Hangs are the engine's to judge.
        "distributed.scheduler.worker-ttl": None,
        "distributed.nanny.pre-spawn-environ": _environment(n_threads),
        # No pages: nothing looks in but the engine.
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }


def _environment(n_threads: int) -> dict[str, str]:
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "KERAS_BACKEND": "tensorflow",
        "OMP_NUM_THREADS": str(n_threads),
        "OPENBLAS_NUM_THREADS": str(n_threads),
        "MKL_NUM_THREADS": str(n_threads),
        "PYTHONWARNINGS": "ignore",
        "PYTHONHASHSEED": "0",
        "MALLOC_TRIM_THRESHOLD_": "65536",
    }
