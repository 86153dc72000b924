"""Each family for texts, 4,000 texts of 40 tokens in 5 folds: our training beside a script with Keras `fit` for each fold.

python benchmarks/bench_text.py [FAMILY …]

Both have the whole machine as it comes: Keras one fold after the other with all cores, ours one worker a core with a trial
each, as a search has them. Each side trains the same networks with the same batches for the same epochs from weights drawn
the same way (ours drops whole tokens beside); imports are not counted, tracing and compiling are. Beside it: seconds of an epoch of all folds on one thread,
trained as one and fold by fold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
from honest_epochs import honest_mean
from processes import share_out

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
N_ROWS, N_TOKENS, N_WORDS, N_FOLDS, N_EPOCHS, BATCH = 4000, 40, 5000, 5, 3, 32
BASE: dict[str, Any] = {"optimizer": "adamw", "weight_decay": 0.01, "batch_size": BATCH, "dropout": 0.2}
FAMILIES: dict[str, dict[str, Any]] = {
    "bag": {"embedding_size": 64, "n_layers": 1, "width": 64, "n_pairs": 0, "pooling": "mean_max"},
    "textcnn": {"embedding_size": 64, "widths": "3-5", "n_filters": 32, "dense_width": 0},
    "recurrent": {"cell": "gru", "embedding_size": 64, "n_units": 32},
    "transformer": {"n_heads": 4, "head_size": 16, "n_blocks": 1, "widening": 2},
}
RATES = (5e-4, 1e-3, 2e-3, 3e-3)  # one a trial


def problem() -> Any:
    """Return folds of texts of 1 to 40 tokens, whose class is told by how many of some words there are."""
    from cupel.engine.kinds.text.input import TextInput
    from cupel.engine.networks.inputs import InputShape
    from cupel.engine.statistics.epochs import fold_voters
    from cupel.engine.training.problem import Problem

    rng = np.random.default_rng(0)
    tokens = rng.zipf(1.3, (N_ROWS, N_TOKENS)).clip(1, N_WORDS - 1).astype(np.int32)
    lengths = rng.integers(1, N_TOKENS + 1, N_ROWS)
    tokens[np.arange(N_TOKENS) >= lengths[:, None]] = 0
    y = ((tokens % 7 == 3).sum(axis=1) > 0.12 * lengths).astype(np.int64)
    valid = tuple(np.sort(part) for part in np.array_split(rng.permutation(N_ROWS), N_FOLDS))
    return Problem(
        task="binary", n_classes=2, y=y, inputs={"tokens": np.stack([tokens] * N_FOLDS)},
        train=tuple(np.setdiff1d(np.arange(N_ROWS), part) for part in valid), valid=valid,
        voters=fold_voters(N_FOLDS, 1, in_order=False), target_mean=np.zeros(N_FOLDS),
        target_scale=np.ones(N_FOLDS),
        shape=InputShape(1, (TextInput(N_TOKENS, N_WORDS),), "binary"), preprocessings=(),
    )  # fmt: skip


def keras_fit(name: str) -> None:
    """Train all trials with Keras, fold by fold."""
    import keras
    from cupel.engine.families.registry import build_network
    from cupel.engine.networks.keras_form import to_keras

    data = problem()
    network = build_network(name, BASE | FAMILIES[name], data.shape)
    start, stats = network.weights.initial([0])[0], network.stats.initial([0])[0]
    x, began, trials = data.inputs["tokens"][0], time.perf_counter(), []
    for rate in RATES:
        scores, losses = [], []
        for train, valid in zip(data.train, data.valid, strict=True):
            model = to_keras(network, start, stats)
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
            model.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), loss, metrics=[accuracy])
            history = model.fit(
                x[train], data.y[train], BATCH, N_EPOCHS, validation_data=(x[valid], data.y[valid]), verbose=0
            )
            scores.append(history.history["val_binary_accuracy"])
            losses.append(history.history["val_loss"])
        trials.append(honest_mean(scores, losses))
    print(json.dumps({"seconds": time.perf_counter() - began, "score": float(np.mean(trials))}))


def ours(name: str, rates: list[float]) -> None:
    """Train some of the trials in this process with one thread, once told to."""
    from cupel.engine.training.devices import set_up_devices
    from cupel.engine.training.trainer import Trainer, TrainSpec

    set_up_devices(1)
    data, scores = problem(), []
    print("ready", flush=True)
    sys.stdin.readline()
    for rate in rates:
        params = BASE | FAMILIES[name] | {"learning_rate": rate, "schedule": "constant"}
        spec = TrainSpec(name, params, "accuracy", N_EPOCHS, seed=0, patience=None)
        scores.append(Trainer(data, spec).run().best_scores.mean())
    print(json.dumps({"score": float(np.mean(scores))}), flush=True)


def epochs(name: str) -> None:
    """Print seconds of an epoch on one thread, trained as one and fold by fold; the first one traces."""
    from cupel.engine.training.devices import set_up_devices
    from cupel.engine.training.trainer import Trainer, TrainSpec

    set_up_devices(1)
    data, found = problem(), {}
    for fused in (True, False):
        ends = [time.perf_counter()]
        spec = TrainSpec(name, BASE | FAMILIES[name], "accuracy", 4, seed=0, patience=None, fused=fused)
        Trainer(data, spec).run(
            lambda report, ends=ends: ends.append(time.perf_counter()) is None  # noqa: ARG005 - the observer's name for it
        )
        found["fused" if fused else "fold_by_fold"] = float(np.min(np.diff(ends)[1:]))
    print(json.dumps(found))


def whole_machine(name: str) -> dict[str, Any]:
    """Share the trials out among one process a core, and return seconds and mean score."""
    seconds, answers = share_out(__file__, ["--ours", name], RATES)
    return {"seconds": seconds, "score": float(np.mean([a["score"] for a in answers]))}


def child(*arguments: str) -> dict[str, Any]:
    """Run a part of this script in a process of its own."""
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--keras", name]:
            keras_fit(name)
        case ["--epochs", name]:
            epochs(name)
        case ["--ours", name, rates]:
            ours(name, json.loads(rates))
        case names:
            for name in names or FAMILIES:
                theirs, own, one = child("--keras", name), whole_machine(name), child("--epochs", name)
                print(
                    f"{name}: Keras fit {theirs['seconds']:.1f} s (accuracy {theirs['score']:.3f}), ours {own['seconds']:.1f} s "
                    f"({own['score']:.3f}): {theirs['seconds'] / own['seconds']:.1f}x; an epoch of all folds on one thread: "
                    f"as one {one['fused']:.2f} s, fold by fold {one['fold_by_fold']:.2f} s",
                    flush=True,
                )
