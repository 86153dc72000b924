"""Predicts the rows of a CSV file with ``network.keras`` of this folder, as predict.py does with ``model.onnx``.

    pip install -r requirements_keras.txt
    python predict_keras.py DATA.csv -o OUT.csv

The raw columns become the network's inputs in preprocess.py, which needs NumPy only. Cupel copies this file into
bundles: it imports nothing of Cupel. A file with code in it (a Lambda layer) is refused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np


class Model:
    """From raw columns to predictions; see ``predict.OnnxModel``."""

    name = "keras"

    def __init__(self, folder: Path, preprocess: ModuleType) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
        os.environ["KERAS_BACKEND"] = "tensorflow"
        models: Any = import_module("keras").models
        self.versions = {name: metadata.version(name) for name in ("keras", "tensorflow")}
        self._preprocessor = preprocess.Preprocessor(folder)
        self._model = models.load_model(folder / "network.keras", compile=False, safe_mode=True)

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        inputs = self._preprocessor.named_inputs(feeds)
        wanted = [inputs[i.name] for i in self._model.inputs]
        outputs = np.asarray(self._model(wanted if len(wanted) > 1 else wanted[0], training=False))
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    sys.exit(import_module("predict").main(model=Model(here, import_module("preprocess"))))
