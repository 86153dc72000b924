"""Cupel's engine, and its small Python API.

>>> from cupel.engine import find_network
>>> found = find_network("table.csv", target="price", timeout_s=120)        # doctest: +SKIP
>>> found.best, found.baselines, found.export_path                     # doctest: +SKIP

Importing this package is cheap: what is heavy is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import SearchResult, find_network, resume_study
    from .domain.spec import BudgetSpec, ReadSpec, SplitSpec, StudySpec
    from .inference.predicting import predict_file
    from .studies import create_study

# ONNX Runtime for Linux tells its maker over the network that it runs unless this is set when it is imported (1.31).
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "BudgetSpec",
    "ReadSpec",
    "SearchResult",
    "SplitSpec",
    "StudySpec",
    "create_study",
    "find_network",
    "predict_file",
    "resume_study",
]

_PLACES = {
    "BudgetSpec": ".domain.spec",
    "SearchResult": ".api",
    "ReadSpec": ".domain.spec",
    "SplitSpec": ".domain.spec",
    "StudySpec": ".domain.spec",
    "create_study": ".studies",
    "find_network": ".api",
    "predict_file": ".inference.predicting",
    "resume_study": ".api",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name], __name__), name)
