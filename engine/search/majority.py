"""The baseline that is always there: class shares or the mean, scored by the engine where no worker came to it."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np

from ...storage.records import FoldScores, TrialKind, TrialOutcome, TrialState
from ...storage.store import Store
from ..baselines import fit_baseline
from ..data.schema import TableSchema
from ..data.target import encode_target
from ..domain.metrics import METRICS, metrics_for
from ..splits.splitting import Splits
from .preparing import Prepared

NAME = "majority"


def score_majority(store: Store, study_id: int, prepared: Prepared) -> None:
    """Score the majority baseline of a study on its folds, if it waits still; takes a moment and no TensorFlow."""
    waiting = [
        t
        for t in store.trials(study_id, kinds=[TrialKind.BASELINE])
        if t.name == NAME and t.state is TrialState.WAITING
    ]
    for trial in waiting:
        outcome = _scored(prepared)
        # A fold of one class has no score.
        if outcome.value is not None and not math.isnan(outcome.value):
            store.finish_trial(trial.id, outcome)


def _scored(prepared: Prepared) -> TrialOutcome:
    started, files = time.monotonic(), prepared.files
    schema = TableSchema.from_json(files.schema)
    table = files.table.load()
    target = encode_target(table, schema, files.task)
    splits = Splits.from_npz_bytes(Path(files.splits).read_bytes())
    y = np.full(table.n_rows, -1, dtype=target.values.dtype)
    y[target.rows] = target.values
    names = metrics_for(target.task)
    rows: list[list[float]] = []
    out_of_fold: list[np.ndarray] = []
    for train, valid in zip(splits.train, splits.valid, strict=True):
        predicted = fit_baseline(NAME, table, schema, target, train, seed=files.seed).predict(valid)
        rows.append([METRICS[name](y[valid], predicted) for name in names])
        out_of_fold.append(predicted.ravel())
    values = np.array(rows)
    column = values[:, names.index(files.metric)]
    return TrialOutcome(
        TrialState.COMPLETE,
        float(column.mean()),
        float(column.std(ddof=1)) if len(column) > 1 else None,
        FoldScores(names, values, np.full(len(rows), -1)),
        oof=np.concatenate(out_of_fold).astype(np.float32),
        duration_s=time.monotonic() - started,
    )
