"""What programs call arrays and what was fitted. Of what bundles carry along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[np.generic]]
"""What a network takes, by the names of its inputs."""
Raw = Mapping[str, NDArray[Any]]
"""Raw columns: numbers, text or pixels, by name."""
Json = Mapping[str, Any]
"""What was fitted, as JSON has it."""
