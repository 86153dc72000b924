"""Training a trial again whose networks were not kept: training is deterministic, so the same come out.

The child imports TensorFlow; the caller does not.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..storage.records import StudyRecord, TrialRecord
from ..storage.store import Store
from .domain.errors import ExportError, Message
from .jobs.child import Job, run
from .jobs.work import Reporter
from .training.reports import EpochReport
from .workers.sharing import study_files

# Times as long as the trial took, at most, beside what a process needs to start.
_SLOWER, _START_S = 20.0, 120.0


@dataclass(frozen=True, slots=True)
class RetrainRequest:
    """Which trial is trained again.

    Attributes
    ----------
    workspace : str
    study_id, number : int
    out : str
        The file that its networks are written to, `TrainedModel.to_bytes`.
    """

    workspace: str
    study_id: int
    number: int
    out: str


_RETRAIN = Job(
    "cupel.engine.retrain:retrain",
    type(None),
    failed=Message("The trial could not be trained again: {reason}"),
    late=Message("Training the trial again took longer than {seconds} s and was given up."),
    error=ExportError,
    environment={"TF_CPP_MIN_LOG_LEVEL": "3"},
)


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
    job = dataclasses.replace(_RETRAIN, limit_s=_START_S + _SLOWER * (trial.duration_s or 0.0))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model.npz"
        request = RetrainRequest(str(store.workspace.path), study.id, trial.number, str(out))
        run(job, request, progress=lambda *_: look())
        return out.read_bytes()


def retrain(request: RetrainRequest, reporter: Reporter) -> None:
    """Train the trial and write its networks."""
    with Store.open(Path(request.workspace), "r") as store:
        files = study_files(store, store.study(request.study_id))
        trial = store.trial_by_number(request.study_id, request.number)
    from .training.devices import set_up_devices
    from .training.model import TrainedModel
    from .training.trainer import Trainer
    from .workers.context import context_of
    from .workers.trial_task import train_spec

    set_up_devices(files.n_threads)
    context = context_of(files)
    problem = context.problem(trial.params)
    trainer = Trainer(problem, train_spec(context, problem, trial.family, trial.params))

    def observe(report: EpochReport) -> bool:
        reporter.progress(report.epoch / max(trial.n_epochs or 1, 1))
        return True

    model = TrainedModel.from_training(problem, trainer.run(observe), context.target.labels)
    Path(request.out).write_bytes(model.to_bytes())
