"""Predicts the rows of a CSV file with the LiteRT networks of this folder, as predict.py does with ``model.onnx``.

    pip install -r requirements_litert.txt
    python predict_litert.py DATA.csv -o OUT.csv

The raw columns become the networks' inputs in preprocess.py, which needs NumPy only. Cupel copies this file into
bundles: it imports nothing of Cupel.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

# In the order of their numbers.
FILES = "network*.tflite"


class Model:
    """From raw columns to predictions; see ``predict.OnnxModel``."""

    name = "litert"

    def __init__(self, folder: Path, preprocess: ModuleType) -> None:
        interpreter: Any = import_module("ai_edge_litert.interpreter").Interpreter
        self.versions = {"ai-edge-litert": metadata.version("ai-edge-litert")}
        self._preprocessor = preprocess.Preprocessor(folder)
        files = sorted(folder.glob(FILES), key=lambda file: (len(file.name), file.name))
        self._runners: list[Any] = [
            interpreter(model_path=str(file)).get_signature_runner() for file in files
        ]

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        inputs = self._preprocessor.inputs(feeds)
        outputs = [_run(runner, x) for runner, x in zip(self._runners, inputs, strict=True)]
        return self._preprocessor.predictions(outputs)


def _run(runner: Any, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    wanted = runner.get_input_details()
    outputs = runner(**{name: inputs[name] for name in wanted})
    return np.asarray(next(iter(outputs.values())))


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    sys.exit(import_module("predict").main(model=Model(here, import_module("preprocess"))))
