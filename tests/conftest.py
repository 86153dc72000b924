"""For all tests."""

from __future__ import annotations

import os

# Some import ONNX Runtime before anything of Cupel; see `cupel.engine`.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
