"""Runs a model.onnx, and what lies beside it. Of what bundles carry along: needs onnxruntime."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from .beside import beside
from .errors import InputError


class FormatModel(Protocol):
    """What predicts: a file of a bundle, in one of its formats.

    Attributes
    ----------
    name : str
        Of the format.
    versions : dict
        Of what runs it.
    """

    name: str
    versions: dict[str, str]

    def __call__(self, feeds: Mapping[str, np.ndarray], /) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        ...


class OnnxModel:
    """The bundle's ``model.onnx``: from raw columns to predictions. Other formats have such a class of their own.

    Attributes
    ----------
    name : str
        Of the format.
    versions : dict
        Of what runs it.
    """

    name = "onnx"

    def __init__(self, folder: Path, file: str = "model.onnx", further: Sequence[str] = ()) -> None:
        # On its import it would begin to tell its maker of us.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        try:
            runtime = importlib.import_module("onnxruntime")
        except ModuleNotFoundError as error:
            raise InputError(
                "predict.py needs {name}: pip install -r requirements.txt", name=error.name
            ) from error
        self.versions = {"onnxruntime": str(runtime.__version__)}
        model: str | bytes = str(folder / file)
        if further:
            model = intervals().with_outputs((folder / file).read_bytes(), further)
        self._session: Any = runtime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        return self.outputs(feeds)[0]

    def outputs(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Return the same, followed by the `further` values of the graph that were named."""
        return [np.asarray(output) for output in self._session.run(None, dict(feeds))]


@cache
def intervals() -> ModuleType:
    """Return the module beside this one that makes intervals; a bundle without them has none."""
    return beside("intervals", Path(__file__))
