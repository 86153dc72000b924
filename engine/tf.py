"""The one door to TensorFlow and Keras, for the modules of `engine` that need them; heavy, for child processes.

Keras imports scikit-learn and pandas wherever they are installed, for wrappers that nothing here uses: a quarter of the
time that a worker or a conversion takes to start (docs/decisions/time.md). What the operations of both give, no type
checker can tell: so they are of one type that says so, here and nowhere else, and what is computed is checked around
them.
"""

from __future__ import annotations

import sys
from typing import Any, TypeAlias

_NOT_NEEDED = tuple(name for name in ("pandas", "sklearn") if name not in sys.modules)
# `None` makes an import fail with ImportError, which Keras takes for "not installed".
sys.modules.update(dict.fromkeys(_NOT_NEEDED))  # pyright: ignore[reportCallIssue, reportArgumentType]
try:
    import keras as _keras  # pyright: ignore[reportMissingTypeStubs]
    import tensorflow as _tensorflow
finally:
    for name in _NOT_NEEDED:
        del sys.modules[name]

tf: Any = _tensorflow
keras: Any = _keras
Tensor: TypeAlias = Any
"""A ``tf.Tensor``."""
Variable: TypeAlias = Any
"""A ``tf.Variable``."""
TensorSpec: TypeAlias = Any
"""A ``tf.TensorSpec``."""
KerasModel: TypeAlias = Any
"""A ``keras.Model``."""
