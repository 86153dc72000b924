"""The trials of baselines: recorded when a search begins, and the one scored at once that needs no worker."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from ...storage.records import FoldScores, TrialKind, TrialOutcome, TrialState
from ...storage.store import Store
from ..baselines import MAJORITY, baseline_names, fit_baseline
from ..data.target import encode_target
from ..domain.metrics import METRICS, metrics_for
from ..splits.splitting import Splits
from .outcomes import spread_over_folds, without_score
from .preparing import Prepared


def begin_baselines(store: Store, study_id: int, prepared: Prepared) -> None:
    """Record the baselines that a study has not, and score the one that takes a moment and no worker.

    So there is something to compare with, whatever comes of the time.
    """
    known = store.trials(study_id, kinds=[TrialKind.BASELINE])
    have = {t.name for t in known}
    wanted = baseline_names(prepared.request.schema) if prepared.spec.baselines else ()
    missing = [
        store.create_trial(
            study_id=study_id,
            number=-1 - i,
            kind=TrialKind.BASELINE,
            family="baseline",
            params={},
            name=name,
            digests=prepared.digests,
        )
        for i, name in enumerate(wanted)
        if name not in have
    ]
    for trial in (*known, *missing):
        if trial.name == MAJORITY and trial.state is TrialState.WAITING:
            store.start_trial(trial.id, "engine", prepared.digests)
            store.finish_trial(trial.id, _scored(prepared))


def _scored(prepared: Prepared) -> TrialOutcome:
    started, files = time.monotonic(), prepared.files
    schema = files.schema
    table = files.table.load()
    target = encode_target(table, schema, files.task, files.positive)
    splits = Splits.from_npz_bytes(Path(files.splits).read_bytes())
    y = np.full(table.n_rows, -1, dtype=target.values.dtype)
    y[target.rows] = target.values
    names = metrics_for(target.task)
    rows: list[list[float]] = []
    out_of_fold: list[np.ndarray] = []
    for train, valid in zip(splits.train, splits.valid, strict=True):
        predicted = fit_baseline(MAJORITY, table, schema, target, train, seed=files.seed).predict(valid)
        rows.append([METRICS[name](y[valid], predicted) for name in names])
        out_of_fold.append(predicted.ravel())
    values = np.array(rows)
    column = values[:, names.index(files.metric)]
    scores, duration_s = FoldScores(names, values, np.full(len(rows), -1)), time.monotonic() - started
    if np.isnan(column).any():
        return without_score(scores, duration_s)
    return TrialOutcome(
        TrialState.COMPLETE,
        float(column.mean()),
        spread_over_folds(column),
        scores,
        oof=np.concatenate(out_of_fold).astype(np.float32),
        duration_s=duration_s,
    )
