"""What a model says of a study's holdout: the work of a child process, as it imports TensorFlow."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from ...storage.store import Store
from ..jobs.work import Reporter
from ..study_rows import StudyRows
from ..training.model import TrainedModel
from .study_audit import HoldoutRequest

_PARTS = 20


def predict_holdout(request: HoldoutRequest, reporter: Reporter) -> None:
    """Predict, and write an ``.npy`` file."""
    with Store.open(Path(request.workspace), "r") as store:
        rows = StudyRows(store, store.study(request.study_id))
        table, holdout = rows.table, rows.splits.holdout
        model = TrainedModel.from_bytes(store.artifacts.read(request.model_sha256))
    parts = np.array_split(holdout, min(_PARTS, len(holdout)))
    predictions = []
    for n_done, part in enumerate(parts):
        reporter.progress(n_done / len(parts))
        predictions.append(model.predict(table, part))
    np.save(request.out, np.concatenate(predictions), allow_pickle=False)
