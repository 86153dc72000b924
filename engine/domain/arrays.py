"""Names for arrays that many rooms pass on. Light."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

TargetValues: TypeAlias = NDArray[Any]
"""Of rows, shape (n,): places of their classes, int64, or the values of a regression, float64; the task says which."""

Predictions: TypeAlias = NDArray[np.float64]
"""Of rows: values, shape (n,), or probabilities of classes, shape (n, n_classes)."""

Cells: TypeAlias = NDArray[Any]
"""Of a column or an input, rows first, as a model takes them: numbers, codes, words (of type object) or pixels."""

InputArray: TypeAlias = NDArray[np.number]
"""Of a network: numbers, codes, tokens or pixels, rows first."""
