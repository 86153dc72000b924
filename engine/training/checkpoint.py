"""Checkpoints of a running trial: one `.npz` file, replaced as a whole, without any pickle."""

from __future__ import annotations

import logging
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def save_checkpoint(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write the arrays; a reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def load_checkpoint(path: Path) -> dict[str, NDArray[np.generic]] | None:
    """Return the arrays, or None where there is no checkpoint, or a damaged one: the trial then starts anew."""
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, zipfile.BadZipFile, EOFError, OSError):
        logging.getLogger(__name__).warning(
            "checkpoint %s is damaged; the trial starts anew", path, exc_info=True
        )
        return None
