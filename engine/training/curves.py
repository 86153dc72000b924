"""The names of the learning curves; free of TensorFlow, for the engine process."""

from __future__ import annotations

CURVE_NAMES = ("train_loss", "valid_loss", "valid_score")
"""Loss on the training part, loss on the validation part (without smoothing and row weights), the study's metric."""
