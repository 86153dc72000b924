"""Which GPUs there are, without importing TensorFlow. Untried on a machine that has one."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess

_log = logging.getLogger(__name__)


def gpu_names() -> tuple[str, ...]:
    """Return the GPUs that a worker may be given, as CUDA names them: by number, or as the environment lists them."""
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is not None:
        return tuple(name.strip() for name in listed.split(",") if name.strip() not in ("", "-1"))
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    try:
        done = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        _log.warning("nvidia-smi does not answer; no GPU is used", exc_info=True)
        return ()
    return tuple(str(i) for i, line in enumerate(done.stdout.splitlines()) if line.startswith("GPU"))


def use_gpu(place: int) -> None:
    """Let this process see one GPU alone, the `place`-th in turn; before TensorFlow is imported."""
    names = gpu_names()
    if names:
        os.environ["CUDA_VISIBLE_DEVICES"] = names[place % len(names)]
