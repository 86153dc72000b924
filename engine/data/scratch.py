"""Arrays too large for the memory: mapped from a temporary file that is gone when nobody uses the array any more."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..domain.errors import DataError

S = TypeVar("S", bound=np.generic)
_CHUNK_BYTES = 64 << 20
_SMALL_BYTES = 256 << 20


def scratch_array(shape: tuple[int, ...], dtype: DTypeLike, folder: Path | None = None) -> NDArray[Any]:
    """Return an array of zeros that lies in a file without a name.

    Parameters
    ----------
    shape : tuple of int
    dtype : dtype
    folder : Path, optional
        On whose disk; by default the system's folder for temporary files.

    Raises
    ------
    DataError
        Where the disk has no room for it.
    """
    place = folder or Path(tempfile.gettempdir())
    size, free = math.prod(shape) * np.dtype(dtype).itemsize, shutil.disk_usage(place).free
    if size > free:
        raise DataError(
            "The data need {size_gb} GB on the disk of {folder}, and {free_gb} GB are free; make room, choose smaller "
            "images, or set TMPDIR to a folder on a larger disk.",
            size_gb=round(size / 1e9, 1),
            folder=str(place),
            free_gb=round(free / 1e9, 1),
        )
    if size == 0:
        return np.zeros(shape, dtype)
    # The mapping keeps it alive.
    with tempfile.TemporaryFile(dir=place) as file:
        return np.memmap(file, dtype, "w+", shape=shape)


def row_chunks(array: NDArray[np.generic]) -> Iterator[slice]:
    """Yield slices of the first axis of some megabytes each."""
    n_rows = max(1, _CHUNK_BYTES // max(array[:1].nbytes, 1))
    for start in range(0, len(array), n_rows):
        yield slice(start, min(start + n_rows, len(array)))


def take_mapped(array: NDArray[S], rows: NDArray[np.int64]) -> NDArray[S]:
    """Return ``array[rows]``; of a large mapped array it is mapped too, and never whole in the memory."""
    if not isinstance(array, np.memmap) or len(rows) * array[:1].nbytes <= _SMALL_BYTES:
        return array[rows]
    if len(rows) == len(array) and bool((rows == np.arange(len(rows))).all()):
        return array
    taken = scratch_array((len(rows), *array.shape[1:]), array.dtype)
    for part in row_chunks(taken):
        taken[part] = array[rows[part]]
    return taken
