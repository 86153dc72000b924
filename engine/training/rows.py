"""Where the rows of a problem lie while replicas train: on the device, or, where they are too many, on the host.

Rows on the host (arrays, mostly mapped from a file) reach the device in windows: the rows of as many steps of an epoch
as fit into some megabytes, the next window being read while the device computes. The batches, and with them the
results, are the same in both ways (a test). Used by `replicas` and `trainer`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import InputArray
from ..tf import Tensor, tf
from .graphs import Data, take_rows

WINDOW_BYTES = 64 << 20

Ints = NDArray[np.int64]
Order = NDArray[np.int32]
_Host = Mapping[str, InputArray]


@dataclass(frozen=True, slots=True)
class Window:
    """Some steps of an epoch: `order` (n_steps, R, B) are positions in the rows of `data`."""

    first: int
    data: Data[Tensor]
    order: Tensor


class RowStore(Protocol):
    """Rows, one block a replica of a group (or one for all)."""

    def windows(self, order: Order) -> Iterator[Window]:
        """Yield the steps of an epoch; `order` int32 (n_steps, R, B) are positions in all rows."""
        ...

    def inputs(self, rows: Ints) -> Mapping[str, Tensor]:
        """Return the inputs of `rows` (R, n) on the device."""
        ...

    def keep(self, places: Ints) -> RowStore:
        """Return the rows of the replicas at `places` alone."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceRows:
    """All rows on the device: an epoch is one window."""

    data: Data[Tensor]

    def windows(self, order: Order) -> Iterator[Window]:
        """See `RowStore.windows`."""
        yield Window(0, self.data, tf.constant(order))

    def inputs(self, rows: Ints) -> Mapping[str, Tensor]:
        """See `RowStore.inputs`."""
        return take_rows(self.data.inputs, tf.constant(rows, tf.int32))

    def keep(self, places: Ints) -> DeviceRows:
        """See `RowStore.keep`."""
        own = {n: tf.gather(x, places) if x.shape[0] != 1 else x for n, x in self.data.inputs.items()}
        targets, row_weights = (tf.gather(x, places) for x in (self.data.targets, self.data.row_weights))
        return DeviceRows(Data(own, targets, row_weights))


@dataclass(frozen=True, slots=True)
class HostRows:
    """Rows that stay where they are.

    Attributes
    ----------
    source : mapping of str to ndarray (R or 1, n, *row)
    targets, row_weights : ndarrays of shape (R, n), float32
    window_bytes : int
        Of the inputs that a window brings to the device; two windows are there at once.
    """

    source: _Host
    targets: NDArray[np.float32]
    row_weights: NDArray[np.float32]
    window_bytes: int

    def windows(self, order: Order) -> Iterator[Window]:
        """See `RowStore.windows`."""
        row_bytes = sum(x[:, :1].nbytes for x in self.source.values())
        n_steps = max(1, int(self.window_bytes // max(row_bytes * order[0].size, 1)))
        starts = range(0, len(order), n_steps)
        with ThreadPoolExecutor(1, thread_name_prefix="rows") as pool:
            ahead = pool.submit(self._window, order, 0, n_steps)
            for start in starts:
                window = ahead.result()
                if start + n_steps < len(order):
                    ahead = pool.submit(self._window, order, start + n_steps, n_steps)
                yield window

    def inputs(self, rows: Ints) -> Mapping[str, Tensor]:
        """See `RowStore.inputs`."""
        return {
            name: tf.constant(np.stack([x[r if len(x) > 1 else 0][of_one] for r, of_one in enumerate(rows)]))
            for name, x in self.source.items()
        }

    def keep(self, places: Ints) -> HostRows:
        """See `RowStore.keep`."""
        own = {name: np.take(x, places, axis=0) if len(x) > 1 else x for name, x in self.source.items()}
        return HostRows(own, self.targets[places], self.row_weights[places], self.window_bytes)

    def _window(self, order: Order, first: int, n_steps: int) -> Window:
        # Each row once, in the order of the file: a disk reads neighbours together.
        rows, places = np.unique(order[first : first + n_steps], return_inverse=True)
        inputs = {
            name: tf.constant(np.stack([block[rows] for block in x])) for name, x in self.source.items()
        }
        data = Data(inputs, tf.constant(self.targets[:, rows]), tf.constant(self.row_weights[:, rows]))
        order_there = places.reshape(order[first : first + n_steps].shape)
        return Window(first, data, tf.constant(order_there, tf.int32))
