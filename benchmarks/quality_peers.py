"""The networks that `bench_quality.py` compares with: ``python quality_peers.py keras|realmlp JOB.npz PREDICTIONS.npz``.

Runs in a process of its own; RealMLP in an environment of its own, with pytabkit and PyTorch and without Cupel.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

EPOCHS, PATIENCE = 100, 15
# Keras takes a number, of which its annotations know nothing.
QUIET: Any = 0
METRICS = {"roc_auc": "1-auc_ovr", "accuracy": "class_error", "rmse": "rmse", "log_loss": "cross_entropy"}


def keras_mlp(job: dict[str, np.ndarray], k: int, rows: np.ndarray) -> np.ndarray:
    """Train two dense layers with Keras's defaults on a fold; return predictions of rows."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    keras.utils.set_random_seed(k)
    x, y, train, valid = job[f"x{k}"], job["y"], job[f"train{k}"], job[f"valid{k}"]
    is_regression, n_classes = str(job["task"]) == "regression", int(job["n_classes"])
    center, scale = (y[train].mean(), y[train].std()) if is_regression else (0, 1)
    last = keras.layers.Dense(1) if is_regression else keras.layers.Dense(n_classes, activation="softmax")
    layers = [keras.layers.Dense(128, activation="relu"), keras.layers.Dense(64, activation="relu"), last]
    model = keras.Sequential([keras.Input((x.shape[1],)), *layers])
    model.compile("adam", "mse" if is_regression else "sparse_categorical_crossentropy")
    stop = keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)
    targets = (y - center) / scale if is_regression else y
    model.fit(
        x[train], targets[train], validation_data=(x[valid], targets[valid]), epochs=EPOCHS, callbacks=[stop],
        verbose=QUIET,
    )  # fmt: skip
    found = model.predict(x[rows], verbose=QUIET, batch_size=1024)
    return found[:, 0] * scale + center if is_regression else found


def realmlp(job: dict[str, np.ndarray], k: int, rows: np.ndarray) -> np.ndarray:
    """Train RealMLP with its defaults on a fold; return predictions of rows.

    It takes no missing numbers: the median of the training part stands in, and a column says where.
    """
    import pandas as pd
    from pytabkit import (  # pyright: ignore[reportMissingImports] - of an environment of its own
        RealMLP_TD_Classifier,
        RealMLP_TD_Regressor,
    )

    train, valid, y = job[f"train{k}"], job[f"valid{k}"], job["y"]
    numbers = job.get(f"numbers{k}", job["numbers"])  # of texts each fold has its own
    missing = np.isnan(numbers)
    filled = np.where(missing, np.nan_to_num(np.nanmedian(numbers[train], axis=0)), numbers)
    columns: dict[str, Any] = {f"n{i}": filled[:, i] for i in range(filled.shape[1])}
    columns |= {f"m{i}": missing[:, i].astype(float) for i in np.flatnonzero(missing[train].any(axis=0))}
    categories = job["categories"]
    columns |= {f"c{i}": pd.Categorical(categories[:, i].astype(str)) for i in range(categories.shape[1])}
    frame = pd.DataFrame(columns)
    is_regression = str(job["task"]) == "regression"
    made = RealMLP_TD_Regressor if is_regression else RealMLP_TD_Classifier
    metric = METRICS.get(str(job["metric"]))
    model = made(device="cpu", random_state=k, n_threads=os.cpu_count(), val_metric_name=metric)
    model.fit(frame.iloc[train], y[train], frame.iloc[valid], y[valid])
    test = frame.iloc[rows]
    return np.asarray(model.predict(test).ravel() if is_regression else model.predict_proba(test))


def main() -> None:
    """Predict the validation rows of each fold, and the holdout with the mean over the folds."""
    peer = {"keras": keras_mlp, "realmlp": realmlp}[sys.argv[1]]
    with np.load(sys.argv[2]) as arrays:
        job = dict(arrays)
    predictions: dict[str, np.ndarray] = {}
    n_folds = sum(name.startswith("valid") for name in job)
    holdout = 0.0
    for k in range(n_folds):
        valid = job[f"valid{k}"]
        found = np.asarray(peer(job, k, np.concatenate([valid, job["holdout"]])), np.float64)
        predictions[f"valid{k}"] = found[: len(valid)]
        holdout = holdout + found[len(valid) :] / n_folds
    arrays: Any = predictions | {"holdout": np.asarray(holdout)}
    np.savez(sys.argv[3], **arrays)


if __name__ == "__main__":
    main()
