"""What a model says of a study's holdout: ``python -m cupel.engine.deployment.holdout WORKSPACE STUDY_ID SHA256 OUT``.

A process of its own, as it imports TensorFlow. Started by `audit`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from ...storage.store import Store
from ..training.model import TrainedModel
from .out_of_fold import StudyRows


def main() -> None:
    """Predict, and write an ``.npy`` file."""
    workspace, study_id, sha256, out = sys.argv[1:]
    with Store.open(Path(workspace), "r") as store:
        rows = StudyRows.of(store, store.study(int(study_id)))
        model = TrainedModel.from_bytes(store.artifacts.read(sha256))
    np.save(out, model.predict(rows.table, rows.splits.holdout), allow_pickle=False)


if __name__ == "__main__":
    main()
