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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil

from ..storage.errors import StoreError
from ..storage.records import Failure, FailureKind, JobRecord, JobState
from ..storage.store import Store
from .domain.errors import CupelError, Message
from .domain.forecasts import Forecast, ForecastRequest
from .domain.spec import ReadSpec, SplitSpec, StudySpec
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
_LEAST_TOLD = 0.01  # of a job: writing makes every viewer read again


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
        from .data import inspect as _  # noqa: F401 - warm: the first job then starts at once

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
        result = _JOBS[job.kind](store, job)
        store.finish_job(job.id, result=result)
    except _Cancelled:
        _log.info("job %d was cancelled", job.id)
    except Exception as error:  # noqa: BLE001 - the window must hear of every failure, typed
        _log.exception("job %d (%s) failed", job.id, job.kind)
        store.finish_job(job.id, failure=_failure(error))


class _Cancelled(Exception):  # noqa: N818 - not an error
    pass


class _Telling:
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


def _failure(error: Exception) -> Failure:
    if isinstance(error, StoreError):
        return Failure(FailureKind.BAD_INPUT, str(error), "", error.template, dict(error.args_))
    return failure_of(error)


def _source(args: Mapping[str, Any]) -> str:
    return f"sample:{args['sample']}" if args.get("sample") else str(args["path"])


def _read(args: Mapping[str, Any]) -> ReadSpec:
    read = dict(args.get("read") or {})
    read["missing"] = tuple(read.get("missing") or ())
    return ReadSpec(**read)


def _inspect(store: Store, job: JobRecord) -> Mapping[str, Any]:
    from .data.inspect import inspect_file

    args = job.args
    sizes = {(data.n_rows, data.n_columns) for data in store.datasets()}
    roles = dict(args.get("roles") or {})
    split = SplitSpec(**args.get("split", {}))
    return inspect_file(_source(args), _read(args), roles, args.get("target"), split=split, known_sizes=sizes)


def _create_study(store: Store, job: JobRecord) -> Mapping[str, Any]:
    from .studies import best_starts, create_study

    spec = StudySpec.from_json(job.args["spec"])
    if job.args.get("warm_start") is not None:
        spec = dataclasses.replace(spec, starts=best_starts(store, store.study(int(job.args["warm_start"]))))
    study, messages = create_study(
        store, _source(job.args), spec, read=_read(job.args), name=job.args.get("name") or None
    )
    return {"study_id": study.id, "messages": [m.to_json() for m in messages]}


def _forecast(store: Store, job: JobRecord) -> Mapping[str, Any]:
    spec = StudySpec.from_json(job.args["spec"])
    tell = _Telling(store, job)
    found = run(
        _FORECAST, ForecastRequest(_source(job.args), _read(job.args), spec), lambda f, _: tell("", f)
    )
    return {**msgspec.to_builtins(found), "messages": [m.to_json() for m in found.messages]}


def _export(store: Store, job: JobRecord) -> Mapping[str, Any]:
    from .deployment.export import export_model

    args = job.args
    out = Path(args["out"]) if args.get("out") else None
    export = export_model(
        store,
        int(args["study_id"]),
        args.get("trial", "best"),
        out,
        variant=str(args.get("variant") or ""),
        formats=tuple(args.get("formats") or ()),
        licence=str(args.get("licence") or ""),
        threshold=args.get("threshold") or "",
    )
    return {"export_id": export.id, "path": export.path}


def _threshold(store: Store, job: JobRecord) -> Mapping[str, Any]:
    """Fit the threshold that an export of a trial's networks would take, and say what it brings."""
    from .deployment.export import network_trial
    from .deployment.telling import stage
    from .deployment.threshold import TUNED, threshold_of

    tell = _Telling(store, job)
    tell("reading", 0.0)
    study = store.study(int(job.args["study_id"]))
    trial = network_trial(store, study.id, int(job.args["trial"]))
    found = threshold_of(store, study, trial, None, TUNED, stage(tell, "fitting", 0.0, 1.0))
    return {} if found is None else dataclasses.asdict(found)


def _audit(store: Store, job: JobRecord) -> Mapping[str, Any]:
    from .audit.study_audit import StudyAudit

    args = job.args
    audit = StudyAudit(
        store,
        int(args["study_id"]),
        args.get("trial", "best"),
        positive=str(args.get("positive") or ""),
        threshold=args.get("threshold") or "",
        progress=_Telling(store, job),
    )
    return audit.by(str(args["by"]))


def _compress(store: Store, job: JobRecord) -> Mapping[str, Any]:
    from .compression.explore import Limits, blame_layers, choose_variants
    from .compression.ledger import compress

    args, tell = job.args, _Telling(store, job)

    def progress(doing: str, n_done: int, n_steps: int) -> None:
        tell(doing, n_done / n_steps)

    study_id, trial = int(args["study_id"]), args.get("trial", "best")
    most_drop = float(args.get("most_drop", 0.01))
    more: dict[str, Any] = {}
    if args.get("mode") == "choose":
        limits = Limits(most_drop, args.get("most_bytes"), args.get("most_ms"))
        timeout_s = args.get("timeout_s")
        choice = choose_variants(
            store, study_id, trial, limits=limits, timeout_s=timeout_s, progress=progress
        )
        variants = choice.variants
        more = {
            "chosen": choice.chosen.name if choice.chosen else None, "n_tried": choice.n_tried,
            "nested": choice.nested,
        }  # fmt: skip
    elif args.get("mode") == "blame":
        how = str(args.get("how") or "int4")
        variants = blame_layers(
            store, study_id, trial, how=how, most_drop=most_drop, progress=progress
        ).variants
    else:
        what = tuple(args.get("what") or ())
        variants = compress(store, study_id, trial, what=what, most_drop=most_drop, progress=progress)
    return {"trial_id": variants[0].trial_id, "variants": [variant.id for variant in variants], **more}


def _predict(store: Store, job: JobRecord) -> Mapping[str, Any]:
    from .inference.predicting import predict_file
    from .inference.preview import preview

    tell = _Telling(store, job)
    bundle, data, interval = Path(job.args["bundle"]), Path(job.args["data"]), job.args.get("interval")
    with output_file(str(job.args["out"]), "predictions.csv") as out:
        result = predict_file(bundle, data, out, progress=lambda done: tell("", done), interval=interval)
    return {**result.to_json(), "out": str(out), "preview": preview(bundle, data, interval)}


_JOBS: dict[str, Callable[[Store, JobRecord], Mapping[str, Any]]] = {
    "inspect": _inspect,
    "create_study": _create_study,
    "forecast": _forecast,
    "export": _export,
    "threshold": _threshold,
    "audit": _audit,
    "compress": _compress,
    "predict": _predict,
}


if __name__ == "__main__":
    sys.exit(main())
