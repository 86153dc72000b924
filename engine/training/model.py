"""A trained model: the networks of a trial with their preprocessing, as one artifact without any pickle."""

from __future__ import annotations

import dataclasses
import io
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.table import Table
from ..domain.params import Params
from ..families.registry import build_network
from ..kinds.base import Preprocessing
from ..kinds.joined import preprocessing_from_json
from ..kinds.shapes import shape_from_json
from ..networks.inputs import InputShape
from ..networks.network import Network
from .losses import to_predictions
from .problem import Problem
from .trainer import TrainResult, predict, predict_rows

FORMAT = 3
"""Since 3 the shape is a list of inputs; all are read."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """One network, or an ensemble of networks whose predictions are averaged, each with its own preprocessing.

    Attributes
    ----------
    family, params, shape
        What `build_network` needs.
    task : {"binary", "multiclass", "regression"}
    labels : tuple of str
        Class labels; empty for a regression.
    weights, stats : ndarrays of shape (R, P) and (R, S), float32
    target_mean, target_scale : ndarrays of shape (R,), float64
    preprocessings : tuple of R Preprocessing
    """

    family: str
    params: Params
    shape: InputShape
    task: str
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    stats: NDArray[np.float32]
    target_mean: NDArray[np.float64]
    target_scale: NDArray[np.float64]
    preprocessings: tuple[Preprocessing, ...]

    @classmethod
    def from_training(cls, problem: Problem, result: TrainResult, labels: tuple[str, ...]) -> TrainedModel:
        """Return the model of all replicas of a training."""
        return cls(
            result.network.family,
            result.network.params,
            problem.shape,
            problem.task,
            labels,
            result.weights,
            result.stats,
            problem.target_mean,
            problem.target_scale,
            problem.preprocessings,
        )

    @property
    def n_networks(self) -> int:
        return len(self.weights)

    def only(self, place: int) -> TrainedModel:
        """Return the model of one of the networks alone."""
        part = slice(place, place + 1)
        return dataclasses.replace(
            self, weights=self.weights[part], stats=self.stats[part], target_mean=self.target_mean[part],
            target_scale=self.target_scale[part], preprocessings=self.preprocessings[part],
        )  # fmt: skip

    @property
    def network(self) -> Network:
        return build_network(self.family, self.params, self.shape)

    def predict(self, table: Table, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return probabilities (n, n_classes), or values (n,) of a regression: the mean over the networks."""
        # At once, so that as many rows as there are need no more memory.
        n = predict_rows(self.network)
        parts = [self._predict(table, rows[i : i + n]) for i in range(0, max(len(rows), 1), n)]
        return np.concatenate(parts)

    def _predict(self, table: Table, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        network, total = self.network, 0.0
        for r, preprocessing in enumerate(self.preprocessings):
            inputs = {name: x[None] for name, x in preprocessing.inputs(table, rows).items()}
            output = predict(network, self.weights[r : r + 1], self.stats[r : r + 1], inputs)[0]
            predictions = to_predictions(self.task, output)
            if self.task == "regression":
                predictions = predictions * self.target_scale[r] + self.target_mean[r]
            total = total + predictions
        return np.asarray(total) / self.n_networks

    def to_bytes(self) -> bytes:
        """Return the model as an `.npz` file's bytes."""
        meta = {
            "format": FORMAT,
            "family": self.family,
            "params": dict(self.params),
            "shape": self.shape.to_json(),
            "task": self.task,
            "labels": list(self.labels),
            "preprocessings": [p.to_json() for p in self.preprocessings],
        }
        file = io.BytesIO()
        np.savez_compressed(
            file, meta=np.frombuffer(json.dumps(meta).encode(), np.uint8), weights=self.weights, stats=self.stats,
            target_mean=self.target_mean, target_scale=self.target_scale,
        )  # fmt: skip
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> TrainedModel:
        """Rebuild a model."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            meta = json.loads(file["meta"].tobytes())
            return cls(
                meta["family"],
                meta["params"],
                shape_from_json(meta["shape"]),
                meta["task"],
                tuple(meta["labels"]),
                file["weights"],
                file["stats"],
                file["target_mean"],
                file["target_scale"],
                tuple(preprocessing_from_json(p) for p in meta["preprocessings"]),
            )
