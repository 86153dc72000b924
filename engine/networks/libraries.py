"""TensorFlow and Keras, for all modules of this room: what their operations give, no type checker can tell.

So both are of one type that says so, here and nowhere else, and what this room computes is checked around them.
"""

from __future__ import annotations

from typing import Any

import keras as _keras  # pyright: ignore[reportMissingTypeStubs]
import tensorflow as _tensorflow

tf: Any = _tensorflow
keras: Any = _keras
