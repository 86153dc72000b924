"""Processor seconds of an epoch of every family, all folds of a small problem; beside another checkout's, in turns in one run.

python benchmarks/bench_families.py [--beside FOLDER] [FAMILY …]

Two processes train the same networks on one thread each and take turns, an epoch or more at a time, so that whatever else
the machine does is the same for both. The figure is the quickest epoch of each: other processes make one slower, never
quicker. The first epoch traces the graph and is told by itself. FOLDER is a checkout of another version of this
repository, from which the second process takes all code.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
FOLD_BY_FOLD = ("cnn", "resnet", "vgg", "convnext")
ROUNDS, LEAST_S = 8, 0.6  # of a turn
BASE: dict[str, Any] = {"optimizer": "adamw", "weight_decay": 0.01, "batch_size": 64, "dropout": 0.2}
TABLE = {"n_layers": 2, "width": 96, "embedding_size": 6}
FAMILIES: dict[str, dict[str, Any]] = {
    "realmlp": {**TABLE, "numeric_embedding": "periodic", "n_frequencies": 16, "frequency_scale": 0.3, "numeric_size": 4},
    "tabm": {**TABLE, "n_members": 8},
    "mlp": {**TABLE, "normalization": "layer", "activation": "gelu"},
    "ft_transformer": {"n_blocks": 2, "n_heads": 4, "head_size": 8},
    "bag": {"embedding_size": 32, "n_layers": 1, "width": 64, "n_pairs": 2000, "n_wide": 30000, "pooling": "mean_max"},
    "textcnn": {"embedding_size": 48, "widths": "1-3", "n_filters": 40},
    "transformer": {"n_heads": 4, "head_size": 16, "n_blocks": 1, "widening": 2},
    "recurrent": {"cell": "gru", "embedding_size": 32, "n_units": 24},
    "cnn": {"filters": 16},
    "resnet": {"filters": 8, "n_blocks": 1},
    "vgg": {"filters": 8, "n_layers": 1},
    "convnext": {"filters": 16, "n_blocks": 1},
    "image_mlp": {"n_layers": 2, "width": 128, "normalization": "batch"},
}  # fmt: skip


def problem(kind: str) -> Any:
    """Return three folds of rows of a kind of data."""
    from cupel.engine.training.problem import build_problem

    image, text = _preprocessing("image"), _preprocessing("text")
    rng = np.random.default_rng(0)
    n = {"table": 3000, "text": 1200, "image": 600}[kind]
    y = rng.integers(0, 3, n)
    fitted: Any
    if kind == "image":
        fitted = image.ImagePreprocessing("image", 28, 28, 1)
        inputs = [{"pixels": rng.integers(0, 256, (n, 28, 28, 1), np.uint8)}]
    elif kind == "text":
        tokens = rng.zipf(1.3, (n, 40)).clip(1, 4999).astype(np.int32)
        tokens[np.arange(40) >= rng.integers(1, 41, n)[:, None]] = 0
        fitted = text.TextPreprocessing(("text",), "word", 40, 5000, ())
        inputs = [{"tokens": tokens}] * 3
    else:
        fitted = _Table()
        codes = np.stack([rng.integers(0, 8, n), 8 + rng.integers(0, 5, n)], axis=1).astype(np.int32)
        inputs = [{"numeric": rng.normal(size=(n, 20)).astype(np.float32), "codes": codes}] * 3
    part = rng.permutation(n) % 3
    return build_problem(
        task="multiclass", n_classes=3, y=y, inputs=inputs, preprocessings=(fitted,) * 3,
        train=[np.flatnonzero(part != k) for k in range(3)], valid=[np.flatnonzero(part == k) for k in range(3)],
    )  # fmt: skip


def _preprocessing(kind: str) -> Any:
    """Return the module that prepares a kind of data; until version 0.2 it lay elsewhere."""
    try:
        return importlib.import_module(f"cupel.engine.kinds.{kind}.preprocessing")
    except ModuleNotFoundError:
        return importlib.import_module(f"cupel.engine.preprocessing.{kind}")


class _Table:
    """Stands for the preprocessing of a table of 20 numbers and two categories."""

    def shape(self, n_outputs: int) -> Any:
        from cupel.engine.networks import inputs

        # What an older checkout has takes the numbers themselves.
        InputShape: Any = inputs.InputShape  # noqa: N806 - a class
        try:
            from cupel.engine.kinds.table.input import TableInput
        except ImportError:
            return InputShape(n_outputs, 20, (8, 5), 20)
        return InputShape(n_outputs, (TableInput(20, (8, 5), 20),))


def serve() -> None:
    """Train when told to, ``family epochs`` a line; answer with the seconds of each epoch."""
    from cupel.engine.domain.families import FAMILY_KINDS
    from cupel.engine.training.devices import set_up_devices
    from cupel.engine.training.trainer import Trainer, TrainSpec

    set_up_devices(1)
    problems = {kind: problem(kind) for kind in ("table", "text", "image")}
    print("ready", flush=True)
    for line in sys.stdin:
        name, n_epochs = line.split()
        kind = FAMILY_KINDS[name]
        params = BASE | FAMILIES[name] | {"learning_rate": 1e-3}
        fused = name not in FOLD_BY_FOLD
        spec = TrainSpec(name, params, "accuracy", int(n_epochs), seed=0, patience=None, fused=fused)
        ends = [time.process_time()]
        Trainer(problems[kind], spec).run(
            lambda report, ends=ends: ends.append(time.process_time()) is None  # noqa: ARG005 - the observer's name for it
        )
        print(json.dumps(np.diff(ends).tolist()), flush=True)


class Side:
    """A process that trains with the code of one checkout."""

    def __init__(self, folder: Path | None, scratch: Path) -> None:
        environment = dict(os.environ)
        if folder is not None:
            rooms = scratch / "cupel"
            rooms.mkdir()
            for room in ("engine", "gui", "resources", "storage"):
                (rooms / room).symlink_to(folder.resolve() / room)
            environment["PYTHONPATH"] = str(scratch)
        command = [sys.executable, str(Path(__file__).resolve()), "--serve"]
        self._process: Any = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._line()

    def _line(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a process that trains has ended")
        return line

    def epochs(self, name: str, n: int) -> list[float]:
        """Return the seconds of n epochs."""
        self._process.stdin.write(f"{name} {n}\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def measure(sides: list[Side], name: str) -> None:
    """Let the sides take turns, and print the fastest epoch of each."""
    first = [side.epochs(name, 3) for side in sides]
    n = max(2, round(LEAST_S / min(first[0][1:])))
    best = [min(one[1:]) for one in first]
    for turn in range(ROUNDS):
        for i in sorted(range(len(sides)), reverse=turn % 2 == 1):
            best[i] = min(best[i], *sides[i].epochs(name, n)[1:])
    text = f"{name:<15} {1000 * best[0]:8.2f} ms an epoch, the first {first[0][0]:5.2f} s"
    if len(sides) > 1:
        text += f"   beside {1000 * best[1]:8.2f} ms, {first[1][0]:5.2f} s   ratio {best[0] / best[1]:.3f}"
    print(text, flush=True)


def main() -> None:
    """Measure every family, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--beside", type=Path)
    parser.add_argument("families", nargs="*")
    arguments = parser.parse_args()
    if arguments.serve:
        return serve()
    with tempfile.TemporaryDirectory() as scratch:
        folders = [None, arguments.beside] if arguments.beside else [None]
        sides = [Side(folder, Path(scratch)) for folder in folders]
        for name in arguments.families or FAMILIES:
            measure(sides, name)
        for side in sides:
            side.close()
    return None


if __name__ == "__main__":
    main()
