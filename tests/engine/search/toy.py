"""A toy in place of training: what `Work` is asked for, without TensorFlow; all else is the real worker's.

What it should do wrong is read from the environment variable CUPEL_TOY as JSON, by trial number: ``{"kill": [2],
"hang": [3], "memory": [4], "diverge": [5], "busy": {"6": 3.0}, "epoch_s": 0.01, "long": [9], "hold": "path",
"baseline_s": 1, "kill_after": {"2": 0.001}, "kill_final": "path", "at_exit": "path", "eat": [7],
"most_bytes": 1e9, "map": ["path", 8]}``.
``busy`` makes a trial compute for so many seconds without a word; ``long`` gives it more epochs than anybody waits for.
``kill_after`` kills the worker so many seconds after a trial's result was handed over, maybe before it is fetched.
``hold`` makes a trial wait in its third epoch for as long as the file is there; ``kill_final`` kills the worker that
makes the final model, for as long as the file has lines, taking one away each time; ``at_exit`` is a file that is
written where a worker process takes its libraries down; ``eat`` takes ``most_bytes`` of
memory, and ``map`` reads all of a mapped file.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from cupel.engine.data.target import encode_target
from cupel.engine.domain.errors import Message, RuledOut
from cupel.engine.domain.metrics import metrics_for
from cupel.engine.domain.results import FinalModel, OuterFolds
from cupel.engine.domain.trial_facts import TrialFacts
from cupel.engine.splits.splitting import Splits
from cupel.engine.training.curves import CURVE_NAMES
from cupel.engine.training.reports import EpochReport
from cupel.engine.training.schedules import trial_epochs
from cupel.engine.workers.messages import (
    BaselineTask,
    FinalTask,
    HoldoutTask,
    StudyFiles,
    TaskResult,
    TrialTask,
)
from cupel.engine.workers.reporter import TrainingReporter
from cupel.engine.workers.task import Work
from cupel.storage.records import Curves, FoldScores

N_FOLDS = 5
_MANY = 1_000_000
_N_THREADS = 4


def warm_up(n_threads: int) -> dict[str, object]:
    if "at_exit" in _wrong():
        atexit.register(Path(_wrong()["at_exit"]).touch)
    return {"gpus": [], "n_threads": n_threads}


def baseline(files: StudyFiles, task: BaselineTask) -> TaskResult:
    time.sleep(_wrong().get("baseline_s", 0.0))
    n = _splits(files).n_replicas
    scores = _scores(files, np.full(n, 0.6), np.full(n, -1))
    return TaskResult(0.01, 1, scores, out_of_fold=_out_of_fold(files, 0.6, task.number))


def holdout(files: StudyFiles, task: HoldoutTask) -> TaskResult:
    return TaskResult(0.01, 1, holdout={files.metric: 0.5})


def final(files: StudyFiles, task: FinalTask) -> TaskResult:
    _maybe_die()
    final = FinalModel("ensemble", Message(""), OuterFolds(task.most_outer), 1)
    return TaskResult(0.01, 1, model=b"model", final=final, holdout={files.metric: 0.5})


def _wrong() -> dict[str, Any]:
    wrong: dict[str, Any] = json.loads(os.environ.get("CUPEL_TOY", "{}"))
    return wrong


def _maybe_die() -> None:
    file = Path(_wrong().get("kill_final", "nothing"))
    lines = file.read_text().splitlines() if file.exists() else []
    if lines:
        file.write_text("\n".join(lines[1:]))
        os.kill(os.getpid(), signal.SIGKILL)


def quality(params: dict[str, object]) -> float:
    """Return the score that a parameter set reaches: best at a width of 100 and a learning rate of 0.003."""
    width, rate = float(str(params["width"])), float(str(params["learning_rate"]))
    return 0.95 - 0.1 * abs(np.log(width / 100)) - 0.1 * abs(np.log(rate / 0.003))


def n_parameters(params: Mapping[str, Any]) -> int:
    """Return the size that a toy's network would have; less is beyond the best width."""
    return 10 * int(params["width"])


def trial(files: StudyFiles, task: TrialTask, reporter: TrainingReporter) -> TaskResult:
    wrong = _wrong()
    if task.number in wrong.get("kill", ()):
        os.kill(os.getpid(), signal.SIGKILL)
    if task.number in wrong.get("eat", ()):
        eaten: list[np.ndarray] = []
        while sum(array.nbytes for array in eaten) < wrong["most_bytes"]:
            eaten.append(np.ones(1 << 20))
        threading.Event().wait()  # for whoever ends this process
    if task.number in wrong.get("map", ()):
        mapped = np.memmap(wrong["map"][0], np.uint8, "r")
        assert mapped.sum() == 0
        _compute(1.0)
    if task.number in wrong.get("memory", ()):
        raise MemoryError
    if task.number in wrong.get("diverge", ()):
        raise FloatingPointError("The loss became nan in epoch 1.")
    most = files.limits.parameters
    if most is not None and n_parameters(task.params) > most:
        raise RuledOut("The network would have more than the {most:,} parameters allowed.", most=most)
    best = quality(dict(task.params))
    scores = best + 0.01 * (np.arange(_splits(files).n_replicas) % N_FOLDS)
    curves = []
    is_long = task.number in wrong.get("long", ())
    for epoch in range(_MANY if is_long else trial_epochs(task.params, files.max_epochs)):
        now = scores - 0.5 / (epoch + 1)
        curves.append(np.stack([1 / (now + 2), 1 / (now + 2), now], axis=1).astype(np.float32))
        time.sleep(wrong.get("epoch_s", 0.0))
        if epoch == 2:
            _compute(wrong.get("busy", {}).get(str(task.number), 0.0))
            if task.number in wrong.get("hang", ()):
                threading.Event().wait()
            while "hold" in wrong and Path(wrong["hold"]).exists():
                time.sleep(0.02)
        if not reporter(EpochReport(epoch, curves[-1])):
            break
    reporter.flush()
    if str(task.number) in wrong.get("kill_after", {}):
        threading.Timer(wrong["kill_after"][str(task.number)], os.kill, (os.getpid(), signal.SIGKILL)).start()
    return TaskResult(
        0.01 * len(curves), 1, _scores(files, now, np.full(len(now), len(curves) - 1)),
        Curves(CURVE_NAMES, np.stack(curves, axis=1)), n_parameters=n_parameters(task.params),
        size_bytes=4 * n_parameters(task.params) + 1000, latency_ms=0.01 * n_parameters(task.params),
        model=b"model-%d" % task.number, out_of_fold=_out_of_fold(files, best, task.number),
        facts=TrialFacts(truncated=reporter.is_truncated, path="fused"),
    )  # fmt: skip


def _splits(files: StudyFiles) -> Splits:
    return Splits.from_npz_bytes(Path(files.splits).read_bytes())


def _out_of_fold(files: StudyFiles, quality: float, number: int) -> np.ndarray:
    """Return predictions of the validation rows that are right as often as `quality` says."""
    target = encode_target(files.table.load(), files.schema, files.task, files.positive)
    rng = np.random.default_rng(number + 10)
    parts = []
    for rows in _splits(files).valid:
        y = target.at(rows)
        wrong = rng.random(len(y)) >= quality
        said = np.where(wrong, (y + 1) % target.n_classes, y)
        parts.append(np.eye(target.n_classes)[said].ravel())
    return np.concatenate(parts).astype(np.float32)


def _scores(files: StudyFiles, column: np.ndarray, epochs: np.ndarray) -> FoldScores:
    names = metrics_for(files.task)
    return FoldScores(names, np.repeat(column[:, None], len(names), axis=1), epochs)


def _compute(seconds: float) -> None:
    """Use the processor for so long, without a word; in several threads, as TensorFlow does, also on a busy machine."""
    end = time.monotonic() + seconds
    data = bytes(1 << 20)

    def work() -> None:
        while time.monotonic() < end:
            hashlib.sha256(data).digest()  # lets the other threads run

    threads = [threading.Thread(target=work) for _ in range(_N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


TOY = Work(warm_up, trial, baseline, holdout, final)
