"""The MNIST CNN, 6,000 images in 3 folds: our training beside a script that calls Keras `fit` for each fold.

python benchmarks/bench_images.py [IDX FOLDER]

Both have the whole machine as it comes: Keras one network after the other with all cores, ours one worker a core with a
trial each, as a search has them. Each side trains the same configurations (same network, optimizer, batches, epochs);
imports are not counted, tracing and compiling are. Without a folder the images are noise, which costs the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from honest_epochs import honest_mean
from processes import share_out

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
N_ROWS, N_FOLDS, N_EPOCHS, BATCH = 6000, 3, 5, 64
RATES = (5e-4, 1e-3, 2e-3, 3e-3)  # one a trial


def images(folder: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels uint8 (n, 28, 28, 1) and labels."""
    if not folder:
        rng = np.random.default_rng(0)
        return rng.integers(0, 256, (N_ROWS, 28, 28, 1), np.uint8), rng.integers(0, 10, N_ROWS)
    from cupel.engine.domain.spec import ReadSpec
    from cupel.engine.kinds.image.reading import READER

    table = READER.read(Path(folder), ReadSpec()).table
    return table.arrays[0].values[:N_ROWS], table.numbers("label").numbers[:N_ROWS].astype(np.int64)


def folds() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return training and validation rows."""
    part = np.random.default_rng(0).permutation(N_ROWS) % N_FOLDS
    return [(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in range(N_FOLDS)]


def keras_fit(folder: str) -> None:
    """Train all trials with Keras, fold by fold, and print seconds a trial."""
    import keras

    x, y = images(folder)
    keras.utils.set_random_seed(0)
    began, busy, trials = time.perf_counter(), time.process_time(), []
    for rate in RATES:
        scores, losses = [], []
        for train, valid in folds():
            layers = keras.layers
            model = keras.Sequential(
                [
                    keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Conv2D(32, 3, activation="relu"),
                    layers.MaxPooling2D(), layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
                    layers.Conv2D(64, 3, activation="relu"), layers.Flatten(), layers.Dense(64, activation="relu"),
                    layers.Dense(10, activation="softmax"),
                ]
            )  # fmt: skip
            model.compile(
                keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
            )
            history = model.fit(
                x[train],
                y[train],
                BATCH,
                N_EPOCHS,
                validation_data=(x[valid], y[valid]),
                verbose=0,  # pyright: ignore[reportArgumentType]
            )
            scores.append(history.history["val_accuracy"])
            losses.append(history.history["val_loss"])
        trials.append(honest_mean(scores, losses))
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - busy}
    print(json.dumps({**spent, "score": float(np.mean(trials))}))


def ours(folder: str, rates: list[float]) -> None:
    """Train some of the trials in this process with one thread, once told to; print seconds."""
    from cupel.engine.kinds.image.preprocessing import ImagePreprocessing
    from cupel.engine.training.devices import set_up_devices
    from cupel.engine.training.problem import build_problem
    from cupel.engine.training.trainer import Trainer, TrainSpec

    set_up_devices(1)
    x, y = images(folder)
    parts = folds()
    fitted = ImagePreprocessing("image", 28, 28, 1)
    problem = build_problem(
        task="multiclass", n_classes=10, y=y, inputs=[{"pixels": x}], preprocessings=(fitted,) * N_FOLDS,
        train=[train for train, _ in parts], valid=[valid for _, valid in parts],
    )  # fmt: skip
    print("ready", flush=True)
    sys.stdin.readline()
    busy, scores = time.process_time(), []
    for rate in rates:
        params = {"optimizer": "adam", "learning_rate": rate, "batch_size": BATCH, "schedule": "constant"}
        spec = TrainSpec("cnn", params, "accuracy", N_EPOCHS, seed=0, fused=False)
        scores.append(Trainer(problem, spec).run().best_scores.mean())
    print(json.dumps({"cpu": time.process_time() - busy, "score": float(np.mean(scores))}), flush=True)


def search(folder: str) -> dict[str, Any]:
    """Share the trials out among one process a core, and return seconds and mean score."""
    seconds, found = share_out(__file__, ["--ours", folder], RATES)
    score = float(np.mean([f["score"] for f in found]))
    return {"seconds": seconds, "cpu": sum(f["cpu"] for f in found), "score": score}


def main() -> None:
    """Print both, and how many times faster ours is."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--keras"]:
        return keras_fit(arguments[1])
    if arguments[:1] == ["--ours"]:
        return ours(arguments[1], json.loads(arguments[2]))
    folder = arguments[0] if arguments else ""
    done = subprocess.run(
        [sys.executable, __file__, "--keras", folder], capture_output=True, text=True, check=True
    )
    theirs, own = json.loads(done.stdout.splitlines()[-1]), search(folder)
    print(
        f"MNIST CNN, {N_ROWS:,} images, {N_FOLDS} folds, {N_EPOCHS} epochs, {len(RATES)} trials, {os.cpu_count()} cores"
    )
    for name, found in (("Keras fit per fold", theirs), ("Cupel", own)):
        print(
            f"  {name:<20} {found['seconds'] / len(RATES):6.2f} s a trial ({found['cpu'] / len(RATES):.2f} s of processor)"
            f"   mean accuracy {found['score']:.4f}"
        )
    print(
        f"  -> {theirs['seconds'] / own['seconds']:.1f}x, of processor time {theirs['cpu'] / own['cpu']:.1f}x"
    )
    return None


if __name__ == "__main__":
    main()
