"""The process that does the window's jobs: ``python -m cupel.engine.service WORKSPACE [PARENT_PID]``.

It takes jobs from the store, one after the other, and writes their results there. It ends with the window that started
it. What needs TensorFlow runs in child processes.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from ..storage.records import JobRecord, JobState, VariantRecord
from ..storage.store import Store
from .domain.errors import CupelError, Message
from .domain.forecasts import Forecast, ForecastRequest
from .domain.group_audits import GroupAudit
from .domain.importance import Importance
from .domain.inspections import Inspection
from .domain.predictions import PredictedRows
from .domain.requests import (
    AuditGroups,
    CompressedTrial,
    CompressTrial,
    CreatedStudy,
    CreateStudy,
    ExportedTrial,
    ExportTrial,
    FitThreshold,
    Inspect,
    JobRequest,
    MeasureImportance,
    PredictRows,
    WriteTrials,
    WrittenTrials,
    request_of,
)
from .domain.stored import encoded
from .domain.thresholds import Threshold
from .domain.variants import Difference, VariantLimits
from .jobs.child import Job, run
from .jobs.failures import failure_of
from .outputs import output_file

_log = logging.getLogger(__name__)
_POLL_S = 0.1
_FORECAST = Job(
    "cupel.engine.forecast:forecast",
    Forecast,
    failed=Message("The forecast failed, some networks of the space may be too large: {reason}"),
    late=Message("The forecast took longer than {seconds} s; the search itself can be started."),
    error=CupelError,
    limit_s=300.0,
    environment={"TF_CPP_MIN_LOG_LEVEL": "3"},
)
# Of a job: writing makes every viewer read again.
_LEAST_TOLD = 0.01


def main(argv: list[str] | None = None) -> int:
    """Serve until the parent ends."""
    parser = argparse.ArgumentParser(prog="cupel.engine.service")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("parent", type=int, nargs="?")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _end)
    with Store.open(args.workspace) as store:
        store.fail_dead_jobs()
        from .inspection import inspect as _  # noqa: F401 - warm: the first job then starts at once

        version = -1
        while args.parent is None or psutil.pid_exists(args.parent):
            if store.data_version() == version:
                time.sleep(_POLL_S)
                continue
            version = store.data_version()
            while (job := store.claim_job(os.getpid())) is not None:
                run_job(store, job)
    return 0


def _end(*_: object) -> None:
    """End as an exception does: child processes are ended, and folders of half a job removed."""
    sys.exit(0)


def run_job(store: Store, job: JobRecord) -> None:
    """Do one job and record its result or its failure."""
    try:
        answer = _answer(store, request_of(job), _JobProgress(store, job))
        store.finish_job(job.id, result=encoded(answer))
    except _Cancelled:
        _log.info("job %d was cancelled", job.id)
    except Exception as error:  # noqa: BLE001 - the window must hear of every failure, typed
        _log.exception("job %d (%s) failed", job.id, job.kind)
        store.finish_job(job.id, failure=failure_of(error))


class _Cancelled(Exception):  # noqa: N818 - not an error
    pass


class _JobProgress:
    """Tells the window how far a job is; raises `_Cancelled` where that is no longer wanted.

    It may be called as often as work likes: what is being done is told at once, fractions a few times a second.
    """

    def __init__(self, store: Store, job: JobRecord) -> None:
        self._store, self._job = store, job
        self._doing, self._fraction, self._looked = "", -1.0, 0.0

    def __call__(self, doing: str, fraction: float) -> None:
        is_new = doing != self._doing
        if not is_new and time.monotonic() - self._looked < _POLL_S:
            return
        self._looked = time.monotonic()
        if is_new or fraction - self._fraction >= _LEAST_TOLD:
            self._doing, self._fraction = doing, fraction
            if not self._store.update_job(self._job.id, progress=fraction, message=doing):
                raise _Cancelled
        elif self._store.job(self._job.id).state is JobState.CANCELLED:
            raise _Cancelled


def _answer(store: Store, request: JobRequest, progress: _JobProgress) -> object:
    """Do what is asked; return the answer."""
    match request:
        case Inspect():
            return _inspect(store, request)
        case CreateStudy():
            return _create_study(store, request)
        case ForecastRequest():
            return run(_FORECAST, request, lambda fraction, _: progress("", fraction))
        case ExportTrial():
            return _export(store, request)
        case FitThreshold():
            return _fit_threshold(store, request, progress)
        case AuditGroups():
            return _audit(store, request, progress)
        case CompressTrial():
            return _compress(store, request, progress)
        case MeasureImportance():
            return _importance(store, request, progress)
        case PredictRows():
            return _predict(request, progress)
        case WriteTrials():
            return _write_trials(store, request, progress)


def _inspect(store: Store, request: Inspect) -> Inspection:
    from .inspection.inspect import inspect_file

    sizes = {(data.n_rows, data.n_columns) for data in store.datasets()}
    return inspect_file(
        request.source,
        request.read,
        request.roles,
        request.target,
        split=request.split,
        kind=request.kind,
        known_sizes=sizes,
    )


def _create_study(store: Store, request: CreateStudy) -> CreatedStudy:
    from .studies import PlannedStudy, best_starts

    spec = request.spec
    if request.warm_start is not None:
        spec = dataclasses.replace(spec, starts=best_starts(store, store.study(request.warm_start)))
    planned = PlannedStudy.of(request.source, spec, request.read)
    if planned.audit.unanswered:
        return CreatedStudy(None, split_audit=planned.audit)
    study, messages = planned.create(store, request.name or None)
    return CreatedStudy(study.id, messages)


def _importance(store: Store, request: MeasureImportance, progress: _JobProgress) -> Importance:
    from .search.importance import importance_of_study

    return importance_of_study(store, request.study_id, progress)


def _write_trials(store: Store, request: WriteTrials, progress: _JobProgress) -> WrittenTrials:
    from .trial_files import write_trials

    known = {trial.id: trial for trial in store.trials(request.study_id)}
    trials = [known[trial_id] for trial_id in request.trial_ids if trial_id in known]
    path = write_trials(store, trials, request.out, lambda fraction: progress("writing", fraction))
    return WrittenTrials(str(path), len(trials))


def _export(store: Store, request: ExportTrial) -> ExportedTrial:
    from .deployment.export import export_model

    export = export_model(
        store,
        request.study_id,
        request.trial,
        Path(request.out) if request.out else None,
        variant=request.variant,
        formats=request.formats,
        licence=request.licence,
        threshold=request.threshold,
    )
    return ExportedTrial(export.id, export.path)


def _fit_threshold(store: Store, request: FitThreshold, progress: _JobProgress) -> Threshold:
    """Fit the threshold that an export of a trial's networks would take, and say what it brings."""
    from .deployment.export import network_trial
    from .deployment.telling import stage
    from .deployment.threshold import TUNED, threshold_of
    from .study_rows import StudyRows

    progress("reading", 0.0)
    study = store.study(request.study_id)
    trial = network_trial(store, study.id, request.trial)
    found = threshold_of(StudyRows(store, study), trial, None, TUNED, stage(progress, "fitting", 0.0, 1.0))
    assert found is not None  # noqa: S101 - only two classes have a fitted one, or it is refused
    return found


def _audit(store: Store, request: AuditGroups, progress: _JobProgress) -> GroupAudit:
    from .audit.study_audit import StudyAudit

    audit = StudyAudit(
        store,
        request.study_id,
        request.trial,
        positive=request.positive,
        threshold=request.threshold,
        progress=progress,
    )
    return audit.by(request.by)


def _compress(store: Store, request: CompressTrial, progress: _JobProgress) -> CompressedTrial:
    from .compression.explore import blame_layers, choose_variants
    from .compression.ledger import compress

    study_id, trial, most_drop = request.study_id, request.trial, request.most_drop
    if request.mode == "choose":
        limits = VariantLimits(most_drop, request.most_bytes, request.most_ms)
        choice = choose_variants(
            store, study_id, trial, limits=limits, timeout_s=request.timeout_s, progress=progress
        )
        name = choice.chosen.name if choice.chosen else None
        return _measured(choice.variants, name, choice.n_tried, choice.nested)
    if request.mode == "blame":
        blamed = blame_layers(store, study_id, trial, how=request.how, most_drop=most_drop, progress=progress)
        return _measured(blamed.variants)
    return _measured(
        compress(store, study_id, trial, what=request.what, most_drop=most_drop, progress=progress)
    )


def _measured(
    variants: Sequence[VariantRecord],
    chosen: str | None = None,
    n_tried: int = 0,
    nested: Difference | None = None,
) -> CompressedTrial:
    ids = tuple(variant.id for variant in variants)
    return CompressedTrial(variants[0].trial_id, ids, chosen, n_tried, nested)


def _predict(request: PredictRows, progress: _JobProgress) -> PredictedRows:
    from .bundled.records import names_of
    from .inference.predicting import predict_file
    from .inference.preview import preview

    bundle, data, interval = Path(request.bundle), Path(request.data), request.interval
    with output_file(request.out, "predictions.csv") as out:
        result = predict_file(
            bundle, data, out, progress=lambda done: progress("", done), interval=interval,
            keep=names_of([request.keep]),
        )  # fmt: skip
    shown = preview(bundle, data, interval)
    return PredictedRows(**msgspec.structs.asdict(result), out=str(out), preview=shown)


if __name__ == "__main__":
    sys.exit(main())
