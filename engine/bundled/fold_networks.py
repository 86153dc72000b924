"""The networks of the folds, of which intervals are made. Of what bundles carry along."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .errors import InputError
from .onnx_model import OnnxModel, intervals
from .schema import Schema


class FoldNetworks:
    """What intervals are made of: the networks of the folds, each by itself, and how far off they were.

    Raises
    ------
    InputError
        Where the bundle has none.
    """

    def __init__(self, folder: Path, schema: Schema) -> None:
        told = schema.folds
        if told is None:
            raise InputError(
                "This bundle has no prediction intervals: it was made before there were any; export it again."
            )
        if told.reason is not None:
            template, values = told.reason
            raise InputError(template, **values)
        self.scores = intervals().ConformityScores.load(folder / intervals().FILE)
        # Whether it is these networks that predict, too.
        self.is_own: bool = told.file == "model.onnx"
        self._model = OnnxModel(folder, told.file, told.outputs)

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean over the networks, and of each, (n_networks, n) or (n_networks, n, n_classes)."""
        mean, *folds = self._model.outputs(feeds)
        return mean, np.stack(folds).reshape(len(folds), *mean.shape)

    def check_level(self, level: float) -> None:
        """Raise `InputError` where there are no intervals of a level."""
        if not 0.0 < level < 1.0:
            raise InputError("The level {level} is not between 0 and 1; give 0.9 for 90 %.", level=level)
        if not self.scores.is_enough(level):
            raise InputError(
                "The level {level} needs more rows than the {n:,} that the model learnt from; the highest is {most}.",
                level=level, n=self.scores.n_rows, most=math.floor(self.scores.highest_level * 1e4) / 1e4,
            )  # fmt: skip
