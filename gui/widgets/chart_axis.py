"""An axis of a chart, whose numbers are written as everywhere else in the window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

from ...engine.domain import formatting
from ..charts.spec import Axis

# Numbers along an axis of logarithms.
_MOST_POWERS = 6
# Words along an axis of words.
_MOST_NAMES = 14
_GAP_PX = 8


class AxisItem(pg.AxisItem):
    """An axis as an `Axis` says."""

    def __init__(self, orientation: str) -> None:
        self._axis = Axis()
        self._decimals = 0
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)

    def show_axis(self, axis: Axis) -> None:
        """Write numbers in another way from now on."""
        before = self._axis
        is_same = (before.numbers, before.names) == (
            axis.numbers,
            axis.names,
        ) and before.written is axis.written
        self._axis = axis
        if not is_same:
            # It keeps what it has drawn.
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802, N803
        if self._axis.numbers == "powers":
            return [(1.0, _round_powers(minVal, maxVal))]
        if self._axis.names:
            first, last = max(math.ceil(minVal), 0), min(math.floor(maxVal), len(self._axis.names) - 1)
            step = max(math.ceil((last - first + 1) / _MOST_NAMES), 1)
            return [(1.0, [float(place) for place in range(first, last + 1, step)])]
        # The third level is never labelled, only drawn.
        levels = super().tickValues(minVal, maxVal, size)[:2]
        if self._axis.numbers == "whole":
            levels = [(spacing, values) for spacing, values in levels if spacing >= 1]
            # So near that even the coarsest step is a part of one.
            if not levels:
                levels = [(1.0, [float(n) for n in range(math.ceil(minVal), math.floor(maxVal) + 1)])]
        labelled = [spacing for spacing, values in levels if values]
        self._decimals = max((_decimals(spacing) for spacing in labelled), default=0)
        return levels

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: N802, ARG002
        axis = self._axis
        if axis.names:
            return [self._fitting(axis.names[round(value)], len(values)) for value in values]
        if axis.numbers == "powers":
            written = axis.written or formatting.plain
            return [written(10.0**value) for value in values]
        if axis.numbers == "clock":
            return [formatting.clock(value) for value in values]
        return [formatting.number(value, self._decimals) for value in values]

    def _fitting(self, name: str, n_names: int) -> str:
        """Return a name, cut to what it has room for where names stand side by side."""
        if self.orientation != "bottom":
            return name
        style: Any = self.style
        font = style["tickFont"] or QFont()
        room = max(int(self.geometry().width() / max(n_names, 1)) - _GAP_PX, _GAP_PX)
        return QFontMetrics(font).elidedText(name, Qt.TextElideMode.ElideRight, room)


def _round_powers(low: float, high: float) -> list[float]:
    """Return the logarithms of round numbers in a range: of 1, 2 and 5 times powers of ten, or of powers alone."""
    whole = range(math.floor(low) - 1, math.ceil(high) + 1)
    fine = [k + math.log10(step) for k in whole for step in (1, 2, 5)]
    coarse = [float(k) for k in whole]
    fine, coarse = ([v for v in values if low <= v <= high] for values in (fine, coarse))
    return fine if len(fine) <= _MOST_POWERS else coarse


def _decimals(spacing: float) -> int:
    return min(max(0, int(np.ceil(-np.log10(spacing) - 1e-9))), 6) if spacing > 0 else 0
