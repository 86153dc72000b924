"""The networks of the folds, of which intervals are made. Of what bundles carry along."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError, damaged_in_bundle, too_large_in_bundle
from .onnx_model import OnnxModel, intervals
from .outputs import check_predictions
from .packing import damage_in
from .schema import Schema

# Of the scores, unpacked: of very many only some are kept.
_MOST_BYTES = 1 << 30


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
        file = folder / intervals().FILE
        with damage_in(file.name):
            self.scores = _scores(file)
        if self.scores.n_networks != len(told.outputs):
            raise InputError(
                "The bundle's file {file} is of {n:,} networks, and schema.json names the outputs of {m:,}; copy or "
                "export the bundle again.",
                file=file.name, n=self.scores.n_networks, m=len(told.outputs),
            )  # fmt: skip
        # Whether it is these networks that predict, too.
        self.is_own: bool = told.file == "model.onnx"
        self._schema = schema
        self._model = OnnxModel(folder, schema, told.file, told.outputs)

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean over the networks, and of each, (n_networks, n) or (n_networks, n, n_classes)."""
        mean, *folds = self._model.outputs(feeds)
        n_rows = len(next(iter(feeds.values())))
        mean, *each = [
            check_predictions(
                one.reshape(mean.shape) if one.size == mean.size else one,
                n_rows,
                self._schema,
                self._model.name,
            )
            for one in (mean, *folds)
        ]
        return mean, np.stack(each)

    def check_level(self, level: float) -> None:
        """Raise `InputError` where there are no intervals of a level."""
        if not 0.0 < level < 1.0:
            raise InputError("The level {level} is not between 0 and 1; give 0.9 for 90 %.", level=level)
        if not self.scores.is_enough(level):
            raise InputError(
                "The level {level} needs more rows than the {n:,} that the model learnt from; the highest is {most}.",
                level=level, n=self.scores.n_rows, most=math.floor(self.scores.highest_level * 1e4) / 1e4,
            )  # fmt: skip


def _scores(file: Path) -> Any:
    """Return the conformity scores in a file of a bundle."""
    with zipfile.ZipFile(file) as archive:
        n_bytes = sum(info.file_size for info in archive.infolist())
    if n_bytes > _MOST_BYTES:
        raise too_large_in_bundle(file.name, n_bytes, _MOST_BYTES)
    try:
        return intervals().ConformityScores.load(file)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise damaged_in_bundle(file.name, str(error)) from error
