"""Compressing a trial's networks and writing down what each variant costs and gains: the door of this package.

Training, every conversion and the timing are child processes: what kills one of them makes its variant fail, with its
reason, and nothing else. Does not import TensorFlow.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ...storage.ranking import Direction
from ...storage.records import (
    Failure,
    FailureKind,
    FoldScores,
    LookPurpose,
    StudyRecord,
    TrialKind,
    TrialRecord,
    TrialState,
    VariantRecord,
)
from ...storage.store import Store
from ...storage.workspace import SCRATCH, disk_is_full
from ..domain.compression_plan import BASE, CONTROL, Form, forms_of, forms_where_lossy
from ..domain.compression_verdict import verdict
from ..domain.errors import CompressionError, Message
from ..domain.metrics import METRICS
from ..domain.spec import StudySpec
from ..domain.stored import encoded
from ..domain.variants import Difference, RowTimes, RuntimeFile, Sizes, VariantMeasures
from ..jobs.child import Job, run
from ..looks import note_look
from ..retrain import retrain_trial
from ..statistics.comparison import paired_difference
from .messages import (
    CONVERT,
    LATENCY,
    TRAIN,
    Begun,
    ConvertRequest,
    LatencyRequest,
    Subject,
    Trained,
    TrainedPlan,
    TrainRequest,
    VariantFile,
    Written,
)

A = TypeVar("A")
RUNTIMES = ("onnx", "litert")
_LEAST_EPOCHS, _MOST_EPOCHS = 6, 30
# Which fraction of all counts as done when networks are trained, and converted; and again where int8 loses too much.
# They pace the bar and nothing else.
_FIRST_ENDS, _FURTHER_ENDS = (0.5, 0.85), (0.9, 0.95)
Progress = Callable[[str, float], None]


def compress(
    store: Store,
    study_id: int,
    trial: int | str = "best",
    *,
    what: Sequence[str] = (),
    most_drop: float = 0.01,
    progress: Progress = lambda *_: None,
) -> list[VariantRecord]:
    """Make and measure the variants of a trial's fold networks, and record them.

    Parameters
    ----------
    trial : int or str
        A number, or ``"best"``.
    what : sequence of str
        Keys of `plan.WHAT`; none for all.
    most_drop : float
        Of the metric, that the user is ready to lose; the verdicts follow it.
    progress : callable
        Called with what is being done (``training``, a variant's name, ``timing``) and which fraction of all is done,
        which never falls; several times a second. What it raises ends the work, and nothing of it is left.

    Returns
    -------
    list of VariantRecord
        In the order of `plan.forms_of`; each COMPLETE or FAIL with its reason.

    Raises
    ------
    CompressionError
        Where the trial has no networks.
    SpecError
        For an unknown way in `what`.
    """
    forms = forms_of(what)
    study, record = trial_to_compress(store, study_id, trial)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=store.workspace.path) as folder:
        return LedgerRun(store, study, record, forms, Path(folder), most_drop, progress).run()


def trial_to_compress(store: Store, study_id: int, trial: int | str) -> tuple[StudyRecord, TrialRecord]:
    """Return a study and its trial, a number or ``"best"``.

    Raises
    ------
    CompressionError
        Where the trial has no networks.
    """
    study = store.study(study_id)
    number = study.best_trial if trial == "best" else int(trial)
    if number is None:
        raise CompressionError("The study {study!r} has no complete trial yet to compress.", study=study.name)
    record = store.trial_by_number(study_id, number)
    if record.kind is TrialKind.BASELINE or record.state is not TrialState.COMPLETE:
        raise CompressionError(
            "Trial {number} has no networks to compress: only complete trials that are no baselines have.",
            number=number,
        )
    return study, record


@dataclass(slots=True)
class Measured:
    """A form of which files were written, or were not.

    Attributes
    ----------
    trained : Trained
    model : str
        File of its networks, in the folder.
    files : dict of str to Written
        By runtime.
    times : dict of str to RowTimes
        By runtime.
    """

    trained: Trained
    model: str
    files: dict[str, Written] = field(default_factory=dict[str, Written])
    times: dict[str, RowTimes] = field(default_factory=dict[str, RowTimes])

    @property
    def onnx(self) -> Written | None:
        """The ONNX file with its scores, which is what counts; None where there is none."""
        file = self.files.get("onnx")
        return None if file is None or file.problem else file

    @property
    def reason(self) -> str | dict[str, object]:
        """Why there is no file: the JSON of a sentence, or what another program said."""
        if self.trained.failure is not None:
            return self.trained.failure.to_json()
        file = self.files.get("onnx")
        return file.problem if file is not None else ""

    def of_runtime(self, runtime: str) -> RuntimeFile:
        """Return what is stored of the file of a runtime."""
        file = self.files[runtime]
        if file.problem:
            return RuntimeFile(file.problem)
        times = self.times[runtime]
        return RuntimeFile(
            "", file.size_bytes, file.zip_bytes, file.most_difference, file.holdout,
            times.p50_ms_1, times.p95_ms_1, times.p50_ms_256, times.p95_ms_256,
        )  # fmt: skip

    def sizes(self) -> Sizes:
        """Return what the verdict compares, of the ONNX file."""
        file, times = self.files["onnx"], self.times["onnx"]
        return Sizes(file.size_bytes, file.zip_bytes, times.p50_ms_1, times.p50_ms_256)


@dataclass(slots=True)
class LedgerRun:
    """One run of the ledger in a folder of its own; `explore` builds on it."""

    store: Store
    study: StudyRecord
    trial: TrialRecord
    forms: tuple[Form, ...]
    folder: Path
    most_drop: float
    progress: Progress
    doing: str = "training"
    # Of all the work, in [0, 1]: what is done, and where the stage that runs began and will end.
    _done: float = 0.0
    _began: float = 0.0
    _end: float = 0.0

    def run(self) -> list[VariantRecord]:
        """Make, measure and record the variants."""
        subject = self.subject()
        found = self._made(subject, self.forms, 0, _FIRST_ENDS)
        if self._loses(found, Form(BASE, "int8")):
            found |= self._made(subject, forms_where_lossy(), len(found), _FURTHER_ENDS)
        return self.ended(found)

    def subject(self) -> Subject:
        """Return what is compressed; the trial's fold networks are trained anew where they were not kept."""
        model = self.folder / "base.npz"
        sha256 = self.trial.model_sha256
        if sha256 and self.store.artifacts.path(sha256).is_file():
            model.write_bytes(self.store.artifacts.read(sha256))
        else:
            model.write_bytes(retrain_trial(self.store, self.study, self.trial, self.tell))
        return Subject(str(self.store.workspace.path), self.study.id, str(self.folder), str(model))

    def ended(self, found: Mapping[Form, Measured]) -> list[VariantRecord]:
        """Time what was made, and record it."""
        self.stage("timing", 1.0)
        self._time(found)
        return self._recorded(found)

    def _made(
        self, subject: Subject, forms: Sequence[Form], first: int, ends: tuple[float, float]
    ) -> dict[Form, Measured]:
        """Train and convert; the names of the files begin with numbers from `first` on.

        `ends` says which fractions of all are done when networks are trained, and converted.
        """
        plans = list(dict.fromkeys(form.plan.name for form in forms))
        self.stage("training", ends[0])
        done: dict[int, Trained] = {}

        def take(part: TrainedPlan) -> None:
            done[part.place] = part.trained

        self.child(TRAIN, TrainRequest(subject, tuple(plans), self.n_epochs(), first), part=take)
        found: dict[Form, Measured] = {}
        for form in forms:
            place = plans.index(form.plan.name)
            found[form] = Measured(done[place], f"{first + place}.npz")
        return self.measured(subject, found, first, ends[1])

    def measured(
        self, subject: Subject, found: dict[Form, Measured], first: int, end: float
    ) -> dict[Form, Measured]:
        """Convert and score networks, and return them.

        Parameters
        ----------
        found : dict of Form to Measured
            Without files.
        first : int
            What the numbers in the names of the files begin with.
        end : float
            Which fraction of all is done then.
        """
        self.stage(self.doing, end)
        wanted = {
            f"{first + place}-{runtime}": (
                VariantFile(
                    f"{first + place}-{runtime}",
                    one.model,
                    form.number_format,
                    runtime,
                    form.name,
                    form.plan.floats,
                ),
                one,
            )
            for place, (form, one) in enumerate(found.items())
            for runtime in RUNTIMES
            if one.trained.failure is None
        }
        for name, file in self._converted(subject, [conversion for conversion, _ in wanted.values()]).items():
            conversion, one = wanted[name]
            one.files[conversion.runtime] = file
        return found

    def _loses(self, found: Mapping[Form, Measured], form: Form) -> bool:
        """Whether a form was made that loses more than the user is ready to lose."""
        base, one = found[self.forms[0]].onnx, found[form].onnx if form in found else None
        if base is None or one is None:
            return False
        return self._drop(base, one).mean > self.most_drop

    def n_epochs(self) -> int:
        """Return how many epochs networks are trained on."""
        return min(max((self.trial.epoch or 0) // 2, _LEAST_EPOCHS), _MOST_EPOCHS)

    def stage(self, doing: str, end: float) -> None:
        """Say that a stage begins, and which fraction of all is done at its end."""
        self._began, self._end = self._done, end
        self.doing = doing
        self.tell()

    def reach(self, fraction: float) -> None:
        """Say which fraction of the stage is done; what is done stays done."""
        self._done = max(self._done, self._began + (self._end - self._began) * min(fraction, 1.0))

    def tell(self) -> None:
        """Report how far the work is; what that raises ends it."""
        self.progress(self.doing, self._done)

    def child(
        self,
        job: Job[A],
        request: object,
        part: Callable[[Any], object] | None = None,
    ) -> A:
        """Have a child do a job; `progress` is called again and again, and ends it where it raises.

        Parameters
        ----------
        part : callable
            Called with each part of the answer.
        """

        def follow(fraction: float, _doing: str) -> None:
            self.reach(fraction)
            self.tell()
            self._check_disk()

        return run(job, request, follow, part)

    def _check_disk(self) -> None:
        """Raise `CompressionError` where the disk is full: all forms would fail for that alone, one by one."""
        if disk_is_full(self.folder):
            raise CompressionError(
                "The disk of {folder} is full; free some space there, then compress again.",
                folder=str(self.store.workspace.path),
            )

    def _converted(self, subject: Subject, wanted: Sequence[VariantFile]) -> dict[str, Written]:
        """Convert in child processes: one for all, and another for the rest where a conversion kills it."""
        found: dict[str, Written] = {}
        begun = ""

        def take(part: Begun | Written) -> None:
            nonlocal begun
            begun = part.name
            if isinstance(part, Written):
                found[part.name] = part
                self.doing = forms[part.name]
                self.reach(len(found) / len(wanted))
                self.tell()

        forms = {one.name: one.form for one in wanted}
        while left := tuple(one for one in wanted if one.name not in found):
            begun = ""
            try:
                self.child(CONVERT, ConvertRequest(subject, left), part=take)
            except CompressionError as error:
                # Only what a conversion did to its process is the conversion's own problem.
                if error.origin is None or not begun or begun in found:
                    raise
                found[begun] = Written(begun, problem=error.origin.message)
        return found

    def _time(self, found: Mapping[Form, Measured]) -> None:
        files = [file.file for one in found.values() for file in one.files.values() if not file.problem]
        times = self.child(LATENCY, LatencyRequest(str(self.folder), tuple(files)))
        for one in found.values():
            one.times |= {runtime: times[f.file] for runtime, f in one.files.items() if not f.problem}

    def _recorded(self, found: Mapping[Form, Measured]) -> list[VariantRecord]:
        base = found[self.forms[0]]
        if base.onnx is None:
            raise CompressionError(
                "The network as it is could not be converted: {reason}", reason=base.reason or "no file"
            )
        control = next((one for form, one in found.items() if form.plan == CONTROL), base)
        recorded = [self._record(form, one, base, control) for form, one in found.items()]
        if any(VariantMeasures.of(variant).holdout is not None for variant in recorded):
            note_look(self.store, self.study, LookPurpose.COMPRESSION)
        return recorded

    def _record(self, form: Form, one: Measured, base: Measured, control: Measured) -> VariantRecord:
        variant = self.store.add_variant(
            self.trial.id, name=form.name, method=encoded(form.plan.method(form.number_format))
        )
        file, plain = one.onnx, base.onnx
        if file is None or plain is None:
            message = Message("This variant could not be made: {reason}", {"reason": one.reason})
            failure = Failure.of(FailureKind.ERROR, message)
            return self.store.finish_variant(variant.id, state=TrialState.FAIL, failure=failure)
        fair = control if form.plan.is_tuned and form.plan != CONTROL else base
        drop, sizes = self._drop(fair.onnx or plain, file), one.sizes()
        message = None
        if form.plan not in (BASE, CONTROL) or form.number_format != "float32":
            message = verdict(sizes, base.sizes(), drop, file.sparsity, self.most_drop)
        measures = VariantMeasures(
            drop=drop,
            drop_from_trial=self._drop(plain, file),
            against=CONTROL.name if fair is control and fair is not base else BASE.name,
            holdout=file.holdout,
            n_parameters=file.n_parameters,
            sparsity=file.sparsity,
            model_sha256=self.store.artifacts.add((self.folder / one.model).read_bytes()),
            layers=file.layers,
            forms={runtime: one.of_runtime(runtime) for runtime in one.files},
            threshold=file.threshold,
            choice=one.trained.choice,
            blame=one.trained.blame,
            verdict=message,
        )
        scores = np.array(file.scores)
        of_metric = scores[:, file.metrics.index(self.study.metric)]
        return self.store.finish_variant(
            variant.id,
            state=TrialState.COMPLETE,
            value=float(of_metric.mean()),
            value_std=float(of_metric.std(ddof=1)) if len(of_metric) > 1 else None,
            size_bytes=file.size_bytes,
            zip_bytes=file.zip_bytes,
            latency_ms=sizes.latency_ms,
            batch_latency_ms=sizes.batch_latency_ms,
            scores=FoldScores(file.metrics, scores, np.full(len(scores), -1)),
            artifact_sha256=self.store.artifacts.add((self.folder / file.file).read_bytes()),
            measures=measures.to_json(),
        )

    def _drop(self, fair: Written, one: Written) -> Difference:
        """Return what a file loses against another one on the same folds; positive is a loss."""
        reference, scores = (
            np.array(file.scores)[:, file.metrics.index(self.study.metric)] for file in (fair, one)
        )
        n_folds = StudySpec.of_study(self.study).split.n_folds
        if METRICS[self.study.metric].direction is Direction.MINIMIZE:
            return paired_difference(scores, reference, n_folds=n_folds)
        return paired_difference(reference, scores, n_folds=n_folds)
