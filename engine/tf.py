"""The one door to TensorFlow and Keras, for the modules of `engine` that need them; heavy, for child processes.

Keras imports scikit-learn and pandas wherever they are installed, for wrappers that nothing here uses: a third of the
time that a worker or a conversion takes to start (docs/decisions/time.md).
"""

from __future__ import annotations

import sys

_NOT_NEEDED = tuple(name for name in ("pandas", "sklearn") if name not in sys.modules)
# `None` makes an import fail with ImportError, which Keras takes for "not installed".
sys.modules.update(dict.fromkeys(_NOT_NEEDED))  # pyright: ignore[reportCallIssue, reportArgumentType]
try:
    import keras
    import tensorflow as tf
finally:
    for name in _NOT_NEEDED:
        del sys.modules[name]

__all__ = ["keras", "tf"]
