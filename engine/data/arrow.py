"""Arrow's compute functions, typed as Any: pyarrow makes them at import, where no type checker sees them."""

from __future__ import annotations

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
