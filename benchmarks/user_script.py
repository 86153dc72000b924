"""The script that a user would write: Optuna, and Keras `fit` for each fold. Printed as JSON: seconds, trials, scores.

Run by `bench_search.py` in a process of its own: ``python user_script.py PROBLEM.npz CONFIGS.json [tuner]``. The
configurations are those that Cupel tried, so that both do the same work.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

started = time.monotonic()
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from honest_epochs import honest_mean  # noqa: E402

if os.environ.get("BENCH_THREADS"):
    tf.config.threading.set_intra_op_parallelism_threads(int(os.environ["BENCH_THREADS"]))
    tf.config.threading.set_inter_op_parallelism_threads(int(os.environ["BENCH_THREADS"]))

DATA = np.load(sys.argv[1])
JOB = json.loads(Path(sys.argv[2]).read_text())
N_FOLDS, EPOCHS = JOB["n_folds"], JOB["epochs"]
# Keras takes a number, of which its annotations know nothing.
QUIET: Any = 0


def build(params: dict, n_in: int, n_classes: int) -> keras.Model:
    layers: list = [keras.Input((n_in,))]
    for i in range(params["n_layers"]):
        layers.append(keras.layers.Dense(max(4, round(params["width"] * params["taper"] ** i))))
        layers += [keras.layers.BatchNormalization(momentum=0.9), keras.layers.Activation("relu")]
        layers.append(keras.layers.Dropout(params["dropout"]))
    model = keras.Sequential([*layers, keras.layers.Dense(n_classes)])
    model.compile(
        keras.optimizers.AdamW(params["learning_rate"], weight_decay=params["weight_decay"]),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def cross_validate(params: dict) -> float:
    scores, losses = [], []
    for k in range(N_FOLDS):
        x, y, train, valid = (DATA[f"{name}{k}"] for name in ("x", "y", "train", "valid"))
        keras.utils.set_random_seed(k)
        model = build(params, x.shape[1], JOB["n_classes"])
        history = model.fit(
            x[train],
            y[train],
            epochs=EPOCHS,
            batch_size=params["batch_size"],
            validation_data=(x[valid], y[valid]),
            verbose=QUIET,
        )
        scores.append(history.history["val_accuracy"])
        losses.append(history.history["val_loss"])
        keras.backend.clear_session()
    return honest_mean(scores, losses)


def with_optuna() -> list[float]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize")
    for params in JOB["configs"]:
        study.enqueue_trial(params)

    def objective(trial: optuna.Trial) -> float:
        return cross_validate(
            {
                "n_layers": trial.suggest_int("n_layers", 1, 4), "width": trial.suggest_int("width", 4, 1024),
                "taper": trial.suggest_float("taper", 0.1, 1.0), "dropout": trial.suggest_float("dropout", 0.0, 0.9),
                "learning_rate": trial.suggest_float("learning_rate", 1e-6, 1.0),
                "weight_decay": trial.suggest_float("weight_decay", 1e-9, 1.0),
                "batch_size": trial.suggest_int("batch_size", 1, 4096),
            }
        )  # fmt: skip

    study.optimize(objective, n_trials=len(JOB["configs"]))
    return [float(t.value or 0.0) for t in study.trials]


def with_keras_tuner() -> list[float]:
    import keras_tuner  # pyright: ignore[reportMissingImports] - of the environment of the benches

    scores: list[float] = []

    class FoldTuner(keras_tuner.Tuner):
        """KerasTuner as its documentation shows it for other evaluations: `run_trial` returns the score."""

        def run_trial(self, trial, *_):
            scores.append(
                cross_validate(
                    JOB["configs"][trial.hyperparameters.Int("configuration", 0, len(JOB["configs"]) - 1)]
                )
            )
            return {"score": scores[-1]}

    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.Int("configuration", 0, len(JOB["configs"]) - 1)
    with tempfile.TemporaryDirectory() as folder:
        oracle = keras_tuner.oracles.GridSearchOracle(
            objective=keras_tuner.Objective("score", "max"),
            max_trials=len(JOB["configs"]),
            hyperparameters=hyperparameters,
        )
        FoldTuner(oracle=oracle, hypermodel=None, directory=folder).search()
    return scores


values = with_keras_tuner() if sys.argv[3:] == ["tuner"] else with_optuna()
print(json.dumps({"seconds": time.monotonic() - started, "scores": values}))
