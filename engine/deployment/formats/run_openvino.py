"""Predicts the rows of a CSV file with ``network.xml`` of this folder, as predict.py does with ``model.onnx``.

    pip install -r requirements_openvino.txt
    python predict_openvino.py DATA.csv -o OUT.csv

The raw columns become the network's inputs in preprocess.py, which needs NumPy only. Cupel copies this file into
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


class Model:
    """From raw columns to predictions; see ``predict.OnnxModel``."""

    name = "openvino"

    def __init__(self, folder: Path, preprocess: ModuleType) -> None:
        openvino = quiet_openvino()
        self.versions = {"openvino": metadata.version("openvino")}
        self._preprocessor = preprocess.Preprocessor(folder)
        self._run = openvino.Core().compile_model(
            str(folder / "network.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
        )

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        inputs = self._preprocessor.named_inputs(feeds)
        outputs = np.asarray(self._run({i.any_name: inputs[i.any_name] for i in self._run.inputs})[0])
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs


def quiet_openvino() -> ModuleType:
    """Import OpenVINO without the package that would tell its maker over the network, at each start, that it runs."""
    modules: Any = sys.modules
    # "not installed": OpenVINO has a substitute that does nothing.
    modules.setdefault("openvino_telemetry", None)
    return import_module("openvino")


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    sys.exit(import_module("predict").main(model=Model(here, import_module("preprocess"))))
