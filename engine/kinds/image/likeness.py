"""Which images are alike: nearly the same grey levels. See `LIKENESS`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import normalize  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

from ...data.columns import Rows, WordColumn
from ...data.table import Table
from ...machine import n_cores
from ..base import Columns, Likeness
from ..near_duplicates import Ints, NearDuplicates, counted_sets, hashes_of, joined_sets
from ..quick import Goal, Neighbours
from .common import Pixels, pixels_of
from .name_parts import parts_of_names
from .thumbs import image_thumbs, mean_differences

_IMAGE_TOLERANCE = 4.0
"""Grey levels of 255, of each cell of a thumb."""
_IMAGE_DIFFERENCE, _IMAGE_SHARE = 3.0, 0.1
"""Mean over all pixels: grey levels, and of the spread of the thumb."""


class ImageLikeness(Likeness):
    """Images are compared by 8 × 8 means within 4 grey levels, then by all pixels.

    Those may differ by 3 levels on average, and a tenth of their spread.
    """

    def near_duplicates(self, table: Table, columns: Columns, rows: Rows) -> NearDuplicates:
        """See `Likeness.near_duplicates`."""
        return _of_images(pixels_of(table, columns[0].name), rows)

    def quick_baseline(self, table: Table, columns: Columns, rows: Rows, goal: Goal) -> Neighbours:
        """See `Likeness.quick_baseline`."""
        return Neighbours(_alikeness(pixels_of(table, columns[0].name)[rows]), goal)

    def parts_of_names(self, table: Table, columns: Columns) -> tuple[WordColumn, ...]:
        """See `Likeness.parts_of_names`."""
        return parts_of_names(table.cells(columns[0].name))


def _of_images(pixels: Pixels, rows: Rows) -> NearDuplicates:
    thumbs = image_thumbs(pixels)[rows]

    def apart(first: Ints, second: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        near = alone[first] == alone[second]
        near &= (np.abs(thumbs[first] - thumbs[second]) <= _IMAGE_TOLERANCE).all(axis=1)
        most = np.minimum(_IMAGE_DIFFERENCE, _IMAGE_SHARE * spread[first[near]])
        near[near] = mean_differences(pixels, rows[first[near]], rows[second[near]]) <= most
        return near, np.zeros(len(near), bool)

    spread = thumbs.std(axis=1)
    # One image without a picture is no copy of another.
    alone = np.where(spread < _IMAGE_TOLERANCE, np.arange(len(rows)), -1)
    cells = [thumbs[:, i].astype(np.float64) / _IMAGE_TOLERANCE for i in range(thumbs.shape[1])]
    # Thumbs may be equal where the images are not: rows begin alone, and all pixels decide.
    sets, _ = joined_sets(
        np.arange(len(rows)).astype(np.uint64), hashes_of([alone], len(rows)), cells, apart, 1
    )
    return counted_sets(sets, 0.0)


def _alikeness(pixels: Pixels) -> NDArray[np.float32]:
    """Return cosines of small grey copies, from each of which its mean and the mean copy are taken."""
    thumbs = image_thumbs(pixels)
    thumbs -= thumbs.mean(axis=0)
    thumbs -= thumbs.mean(axis=1, keepdims=True)
    with threadpool_limits(n_cores()):
        inputs = np.asarray(normalize(thumbs))
        return inputs @ inputs.T


LIKENESS = ImageLikeness()
