"""What Dask calls inside a worker process, and how it is set up. Called by `cluster` only."""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from distributed import get_worker

from ..machine import private_bytes
from .gpus import use_gpu
from .messages import TOPIC, Progress, StudyFiles, Task, TaskOutcome

_LOOK_EVERY_S = 0.1  # at the memory


def work(key: str, files: StudyFiles, task: Task) -> TaskOutcome:
    """Run a task in this process, after saying which process it is."""
    worker = get_worker()

    def send(progress: Progress) -> None:
        worker.log_event(TOPIC, progress.to_wire())

    worker.log_event(TOPIC, {"started": key, "pid": os.getpid()})
    outcome: TaskOutcome = importlib.import_module(files.runner).run_task(files, task, send)
    return outcome


def warm_up_worker(runner: str, n_threads: int, place: int, memory_limit_bytes: int) -> Mapping[str, Any]:
    """Import what tasks need, with the GPU of the `place`-th worker in sight; return the devices.

    From then on the process ends when it takes more memory than it may.
    """
    use_gpu(place)
    devices: Mapping[str, Any] = importlib.import_module(runner).warm_up(n_threads)
    if hasattr(os, "nice"):
        os.nice(
            5
        )  # the window and whatever else the user does come first, but not before somebody's first trial
    atexit.register(_end_at_once)  # the last that is registered is the first that is called
    threading.Thread(target=_end_beyond, args=(memory_limit_bytes,), name="memory", daemon=True).start()
    return devices


def _end_beyond(memory_limit_bytes: int) -> None:
    # Not Dask's limit, which counts mapped files too: a worker that streams large data would be killed for nothing.
    while private_bytes() <= memory_limit_bytes:
        time.sleep(_LOOK_EVERY_S)
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


def dask_settings(n_threads: int) -> dict[str, Any]:
    """Return Dask's configuration, for an engine whose workers have `n_threads` each."""
    return {
        "distributed.scheduler.allowed-failures": 0,  # a task whose worker died fails: the engine decides
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": False,
        "distributed.comm.timeouts.connect": "60s",
        "distributed.scheduler.worker-ttl": None,  # hangs are the engine's to judge
        "distributed.nanny.pre-spawn-environ": _environment(n_threads),
        "distributed.scheduler.http.routes": [],  # no pages: nothing looks in but the engine
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
