"""What bundles hold and say of images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...data.columns import ArrayColumn, Rows
from ...data.table import Table
from ..base import BundlePart, Measure, SampleCells, TokenRule, spread_out
from . import decoding
from .column import ImageColumn
from .common import Pixels, pixels_of
from .samples import MADE_UP, write_image_samples

_MOST_IMAGES = 5_000


class ImagePart(BundlePart):
    """See `BundlePart`."""

    files = (Path(decoding.__file__),)
    strange_cells = MADE_UP
    most_samples = 100
    alone = "image"
    samples = ImageColumn.samples
    samples_hold = "images of the data"
    data = "IMAGES (a folder, ZIP archive, image files, or a CSV file of paths)"
    takes = (
        "images as bytes of shape (N, height, width, channels), as `decoding.py` makes them of files; it scales them "
        "itself."
    )
    about: Mapping[str, str] = {
        "image": "Bytes (height, width, channels) as decoding.py makes them of files; networks scale them.",
    }

    def counted(self, role: str) -> tuple[str, ...]:  # noqa: ARG002
        """See `BundlePart.counted`."""
        return ("brightness", "contrast")

    def measures(self, tokens: TokenRule | None) -> dict[str, Measure]:  # noqa: ARG002
        """See `BundlePart.measures`."""
        return {
            "brightness": lambda pixels: pixels.reshape(len(pixels), -1).mean(axis=1),
            "contrast": lambda pixels: pixels.reshape(len(pixels), -1).std(axis=1),
        }

    def cells(self, table: Table, column: str, rows: Rows) -> Pixels:
        """See `BundlePart.cells`."""
        return np.asarray(pixels_of(table, column)[spread_out(rows, _MOST_IMAGES)])

    def sample_column(self, folder: Path, samples: SampleCells) -> ArrayColumn:
        """See `BundlePart.sample_column`."""
        return write_image_samples(folder, samples)


PART = ImagePart()
