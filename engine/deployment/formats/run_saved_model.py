"""Predicts the rows of a CSV file with ``saved_model`` of this folder, as predict.py does with ``model.onnx``.

    pip install -r requirements_saved_model.txt
    python predict_saved_model.py DATA.csv -o OUT.csv

Its signature ``serving_default`` takes the inputs of the network, not the raw columns: preprocess.py makes them, and
needs NumPy only. Cupel copies this file into bundles: it imports nothing of Cupel. A SavedModel is a program: one that
could read or write files, or call Python, is refused.
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

UNSAFE = {
    "DebugIdentityV2", "DumpTensor", "EagerPyFunc", "MatchingFiles", "PrintV2", "PyFunc", "PyFuncStateless", "ReadFile",
    "WriteFile",
}  # fmt: skip


class Model:
    """From raw columns to predictions; see ``predict.OnnxModel``."""

    name = "saved_model"

    def __init__(self, folder: Path, preprocess: ModuleType) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
        path = folder / "saved_model"
        found = sorted(operations(path) & UNSAFE)
        if found:
            raise ValueError(
                f"The SavedModel could reach outside of itself by {', '.join(found)}; do not use it."
            )
        tf: Any = import_module("tensorflow")
        self._tf = tf
        self.versions = {"tensorflow": metadata.version("tensorflow")}
        self._preprocessor = preprocess.Preprocessor(folder)
        # Kept: the signature does not keep it.
        self._loaded = tf.saved_model.load(str(path))
        self._run = self._loaded.signatures["serving_default"]

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        inputs = self._preprocessor.named_inputs(feeds)
        wanted = self._run.structured_input_signature[1]
        found = self._run(**{name: self._tf.constant(inputs[name]) for name in wanted})
        outputs = np.asarray(next(iter(found.values())))
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs


def operations(path: Path) -> set[str]:
    """Return the operations of a SavedModel; nothing of it is run."""
    messages: Any = import_module("tensorflow.core.protobuf.saved_model_pb2")
    saved = messages.SavedModel()
    saved.ParseFromString((path / "saved_model.pb").read_bytes())
    found: set[str] = set()
    for graph in saved.meta_graphs:
        found |= {node.op for node in graph.graph_def.node}
        found |= {node.op for function in graph.graph_def.library.function for node in function.node_def}
    return found


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    sys.exit(import_module("predict").main(model=Model(here, import_module("preprocess"))))
