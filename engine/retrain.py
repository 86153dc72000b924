"""Training a trial again whose networks were not kept: training is deterministic, so the same come out.

The child, ``python -m cupel.engine.retrain WORKSPACE STUDY_ID TRIAL OUT``, imports TensorFlow; the caller does not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ..storage.records import StudyRecord, TrialRecord
from ..storage.store import Store
from .errors import ExportError
from .search.preparing import prepare

_SLOWER = 20.0  # than the trial was, at most
_START_S = 120.0
_POLL_S = 0.1


def retrain_trial(
    store: Store, study: StudyRecord, trial: TrialRecord, look: Callable[[], object] = lambda: None
) -> bytes:
    """Return the fold networks of a complete trial, `TrainedModel.to_bytes`.

    Parameters
    ----------
    look : callable
        Called several times a second while it trains; what it raises ends the training.

    Raises
    ------
    ExportError
        Where the training fails or takes much longer than it did.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model.npz"
        command = [sys.executable, "-m", "cupel.engine.retrain", str(store.workspace.path), str(study.id)]
        limit_s = _START_S + _SLOWER * (trial.duration_s or 0.0)
        with (
            tempfile.TemporaryFile() as log,
            subprocess.Popen(
                [*command, str(trial.number), str(out)],
                stdout=log,
                stderr=log,
                env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            ) as child,
        ):
            try:
                end = time.monotonic() + limit_s
                while child.poll() is None:
                    look()
                    if time.monotonic() > end:
                        raise ExportError(
                            "Training trial {number} again took longer than {seconds} s and was given up.",
                            number=trial.number,
                            seconds=round(limit_s),
                        )
                    time.sleep(_POLL_S)
            finally:
                child.kill()  # does nothing where it has ended
            if child.returncode != 0:
                log.seek(0)
                raise ExportError(
                    "Trial {number} could not be trained again: {reason}",
                    number=trial.number,
                    reason=log.read().decode("utf-8", "replace").strip()[-300:],
                )
        return out.read_bytes()


def main(argv: list[str] | None = None) -> int:
    """Train the trial and write its networks."""
    parser = argparse.ArgumentParser(prog="cupel.engine.retrain")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("study", type=int)
    parser.add_argument("trial", type=int)
    parser.add_argument("out", type=Path)
    args = parser.parse_args(argv)
    with Store.open(args.workspace, "r") as store:
        files = prepare(store, store.study(args.study)).files
        trial = store.trial_by_number(args.study, args.trial)
    from .training.devices import set_up_devices
    from .training.model import TrainedModel
    from .training.trainer import Trainer
    from .workers.context import context_of
    from .workers.trial_task import train_spec

    set_up_devices(files.n_threads)
    context = context_of(files)
    problem = context.problem(trial.params)
    result = Trainer(problem, train_spec(context, problem, trial.family, trial.params)).run()
    args.out.write_bytes(TrainedModel.from_training(problem, result, context.target.labels).to_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
