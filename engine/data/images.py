"""Reading images: class folders, ZIP archives of them, tables of paths, the IDX files of MNIST, NPZ arrays.

Each gives a `Table` with a column for the image (its name or number), the target where there is one, and the pixels.
Files that cannot be read are left out and named in a message. The door to `image_files` and `image_arrays`, used by
`sources`.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from ..domain.spec import ReadSpec
from .idx import is_idx
from .image_arrays import is_npz, read_idx_files, read_npz
from .image_files import has_image, read_folder
from .image_table import ReadImages
from .table import Table

_THUMBNAILS = 60


def is_image_source(path: Path) -> bool:
    """Whether a path is an IDX or NPZ file, a ZIP archive, or a folder with images."""
    if path.is_dir():
        return is_idx(path) or has_image(path)
    return path.is_file() and (is_idx(path) or path.suffix.lower() in (".zip", ".npz"))


def read_images(path: Path, read: ReadSpec) -> ReadImages:
    """Read what `is_image_source` found.

    Raises
    ------
    DataError
        Where there is no image that can be read, or no room on the disk for the pixels of all.
    """
    if is_idx(path):
        return read_idx_files(path, read)
    if path.suffix.lower() == ".npz" or (path.is_file() and is_npz(path)):
        return read_npz(path, read)
    return read_folder(path, read)


def thumbnails(table: Table, target: str | None) -> list[dict[str, str]]:
    """Return some images with their targets, spread over the table, as PNG files in base64; none of other data."""
    if not table.arrays or not table.n_rows:
        return []
    images = table.arrays[0].values
    rows = np.unique(np.linspace(0, table.n_rows - 1, min(_THUMBNAILS, table.n_rows)).astype(np.int64))
    labels = table[target].raw(rows) if target is not None else [""] * len(rows)
    shown: list[dict[str, str]] = []
    for row, label in zip(rows.tolist(), labels, strict=True):
        data = io.BytesIO()
        pixels = images[row]
        Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(data, "png")
        shown.append(
            {"png": base64.b64encode(data.getvalue()).decode(), "label": "" if label is None else str(label)}
        )
    return shown
