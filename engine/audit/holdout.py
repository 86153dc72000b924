"""What a model says of a study's holdout: ``python -m cupel.engine.audit.holdout WORKSPACE STUDY_ID SHA256 OUT``.

A process of its own, as it imports TensorFlow. Started by `audit`, which reads in OUT's folder how far it is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from ...storage.store import Store
from ..study_rows import StudyRows
from ..training.model import TrainedModel

_PARTS = 20


def main() -> None:
    """Predict, and write an ``.npy`` file; after each part of the rows the fraction that is done, beside it."""
    workspace, study_id, sha256, out = sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    with Store.open(Path(workspace), "r") as store:
        rows = StudyRows.of(store, store.study(study_id))
        model = TrainedModel.from_bytes(store.artifacts.read(sha256))
    parts = np.array_split(rows.splits.holdout, min(_PARTS, len(rows.splits.holdout)))
    said = []
    for n_done, part in enumerate(parts):
        _tell(out, n_done / len(parts))
        said.append(model.predict(rows.table, part))
    np.save(out, np.concatenate(said), allow_pickle=False)


def _tell(out: Path, fraction: float) -> None:
    partial = out.with_suffix(".partial")
    partial.write_text(str(fraction))
    partial.replace(out.with_suffix(".fraction"))


if __name__ == "__main__":
    main()
