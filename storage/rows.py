"""From rows to records. For modules of storage only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from .codecs import decode_json, decode_object, decode_scores, encode_json
from .errors import DamagedStudyError, UnusableStoreError
from .records import (
    DatasetRecord,
    ExportRecord,
    Failure,
    FailureKind,
    JobRecord,
    JobState,
    Request,
    Stage,
    StudyRecord,
    StudyState,
    SystemSample,
    TrialKind,
    TrialRecord,
    TrialState,
    VariantRecord,
)
from .tables import DatasetRow, ExportRow, JobRow, StudyRow, SystemSampleRow, TrialRow, VariantRow
from .trial_columns import MEASURES, TrialMeasures, measures_of

T = TypeVar("T")


def now_us() -> int:
    """Return the present in microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def to_time(time_us: int) -> datetime:
    """Return a time of the database as an aware datetime in UTC.

    Parameters
    ----------
    time_us : int
        Microseconds since 1970, UTC.

    Returns
    -------
    datetime
    """
    return datetime.fromtimestamp(time_us / 1e6, UTC)


def _maybe_time(time_us: int | None) -> datetime | None:
    return None if time_us is None else to_time(time_us)


def encode_failure(failure: Failure | None) -> str | None:
    """Return a failure as text for the database.

    Parameters
    ----------
    failure : Failure or None

    Returns
    -------
    str or None
    """
    if failure is None:
        return None
    return encode_json(
        {
            "kind": failure.kind,
            "message": failure.message,
            "traceback": failure.traceback,
            "template": failure.template,
            "args": failure.args,
        }
    )


def decode_failure(text: str | None) -> Failure | None:
    """Return what `encode_failure` was given.

    Parameters
    ----------
    text : str or None
        As it is stored; None where there is none.

    Returns
    -------
    Failure or None

    Raises
    ------
    UnusableStoreError
        If the text is damaged.
    """
    if text is None:
        return None
    data = decode_object(text)
    try:
        return Failure(
            FailureKind(data["kind"]), data["message"], data["traceback"], data["template"], data["args"]
        )
    except (KeyError, ValueError) as error:
        raise UnusableStoreError(
            "A stored failure is damaged ({reason}); restore the workspace from a backup.", reason=str(error)
        ) from error


def encode_tags(tags: tuple[str, ...] | list[str]) -> str:
    """Return tags as text: trimmed, without doubles and empty ones, sorted.

    Parameters
    ----------
    tags : tuple of str or list of str

    Returns
    -------
    str
    """
    return encode_json(sorted({tag.strip() for tag in tags} - {""}))


def decode_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a text.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str
    """
    return () if text == "[]" else tuple(decode_json(text))


def dataset_record(row: DatasetRow) -> DatasetRecord:
    """Return a data set's record.

    Parameters
    ----------
    row : DatasetRow

    Returns
    -------
    DatasetRecord
    """
    return DatasetRecord(
        id=row.id,
        digest=row.digest,
        name=row.name,
        source=row.source,
        created_at=to_time(row.created_us),
        n_rows=row.n_rows,
        n_columns=row.n_columns,
        schema=decode_object(row.schema),
        report=decode_object(row.report),
        table_sha256=row.table_sha256,
        size_bytes=row.size_bytes,
    )


def study_record(
    row: StudyRow, n_trials: Mapping[str, int], n_ruled_out: int = 0, n_looks: int = 0
) -> StudyRecord:
    """Return a study's record.

    Parameters
    ----------
    row : StudyRow
    n_trials : mapping of str to int
        How many of its trials are in a state, for each that any of them is in.
    n_ruled_out : int
    n_looks : int
        At its holdout.

    Returns
    -------
    StudyRecord

    Raises
    ------
    DamagedStudyError
        If something in the row is no value of its column.
    """

    def read(column: str, decode: Callable[[str], T], text: str) -> T:
        try:
            return decode(text)
        except (UnusableStoreError, ValueError) as error:
            raise _damaged(row.name, column, error) from error

    def maybe(column: str, decode: Callable[[str], T], text: str | None) -> T | None:
        return read(column, decode, text) if text else None

    counts = {read("state of a trial", TrialState, state): n for state, n in n_trials.items()}
    return StudyRecord(
        id=row.id,
        name=row.name,
        dataset_id=row.dataset_id,
        spec=read("spec", decode_object, row.spec),
        metric=row.metric,
        direction=row.direction,
        task=row.task,
        state=read("state", StudyState, row.state),
        request=read("request", Request, row.request),
        n_workers_requested=row.n_workers_requested,
        created_at=to_time(row.created_us),
        started_at=_maybe_time(row.started_us),
        finished_at=_maybe_time(row.finished_us),
        elapsed_s=row.elapsed_s,
        heartbeat_at=_maybe_time(row.heartbeat_us),
        engine_pid=row.engine_pid,
        split_sha256=row.split_sha256,
        holdout_digest=row.holdout_digest,
        n_looks=n_looks,
        best_trial=row.best_trial,
        best_value=row.best_value,
        result=read("result", decode_object, row.result),
        failure=maybe("failure", decode_failure, row.failure),
        notes=row.notes,
        tags=read("tags", decode_tags, row.tags),
        pinned=row.pinned,
        archived=row.archived,
        n_trials=dict.fromkeys(TrialState, 0) | counts,
        n_ruled_out=n_ruled_out,
        stage=maybe("stage", Stage, row.stage),
        best_baseline=row.best_baseline,
        best_baseline_value=row.best_baseline_value,
        revision=row.revision,
    )


def _damaged(study: str, column: str, error: UnusableStoreError | ValueError) -> DamagedStudyError:
    known: Mapping[str, object] = error.sentence.args if isinstance(error, UnusableStoreError) else {}
    return DamagedStudyError(
        "The study {study!r} is damaged: what is stored as its {column} cannot be read ({reason}); restore the "
        "workspace from a backup.",
        study=study,
        column=column,
        reason=str(known.get("reason", error)),
    )


def trial_measures(row: TrialRow) -> TrialMeasures:
    """Return what is measured of a trial.

    Parameters
    ----------
    row : TrialRow

    Returns
    -------
    TrialMeasures
    """
    return TrialMeasures(**{name: getattr(row, name) for name in MEASURES})


def put_measures(row: TrialRow, measures: Mapping[str, float | None]) -> None:
    """Write what was measured of a trial; the measures that are not named stay as they are.

    Parameters
    ----------
    row : TrialRow
    measures : mapping of str to int or float or None
        By the names of `TrialMeasures`.
    """
    for name, value in measures.items():
        setattr(row, name, value)


def trial_record(row: TrialRow, digests: str) -> TrialRecord:
    """Return a trial's record; `digests` is the text that its row refers to.

    Parameters
    ----------
    row : TrialRow
    digests : str
        Of data, split, preprocessing and metric.

    Returns
    -------
    TrialRecord
    """
    return TrialRecord(
        id=row.id,
        study_id=row.study_id,
        number=row.number,
        kind=TrialKind(row.kind),
        name=row.name,
        family=row.family,
        params=decode_object(row.params),
        state=TrialState(row.state),
        value=row.value,
        value_std=row.value_std,
        created_at=to_time(row.created_us),
        started_at=_maybe_time(row.started_us),
        finished_at=_maybe_time(row.finished_us),
        epoch=row.epoch,
        n_epochs=row.n_epochs,
        worker=row.worker,
        digests=decode_object(digests),
        user_attrs=decode_object(row.user_attrs),
        failure=decode_failure(row.failure),
        notes=row.notes,
        tags=decode_tags(row.tags),
        pinned=row.pinned,
        archived=row.archived,
        requested=row.requested,
        revision=row.revision,
        model_sha256=row.model_sha256,
        same_as=row.same_as,
        **measures_of(trial_measures(row)),
    )


def variant_record(row: VariantRow) -> VariantRecord:
    """Return a variant's record.

    Parameters
    ----------
    row : VariantRow

    Returns
    -------
    VariantRecord
    """
    return VariantRecord(
        id=row.id,
        trial_id=row.trial_id,
        name=row.name,
        method=decode_object(row.method),
        state=TrialState(row.state),
        value=row.value,
        value_std=row.value_std,
        size_bytes=row.size_bytes,
        zip_bytes=row.zip_bytes,
        latency_ms=row.latency_ms,
        batch_latency_ms=row.batch_latency_ms,
        scores=None if row.scores is None else decode_scores(row.scores),
        artifact_sha256=row.artifact_sha256,
        failure=decode_failure(row.failure),
        created_at=to_time(row.created_us),
        measures=decode_object(row.measures),
    )


def export_record(row: ExportRow) -> ExportRecord:
    """Return an export's record.

    Parameters
    ----------
    row : ExportRow

    Returns
    -------
    ExportRecord
    """
    return ExportRecord(
        id=row.id,
        trial_id=row.trial_id,
        variant_id=row.variant_id,
        path=row.path,
        created_at=to_time(row.created_us),
        state=JobState(row.state),
        certificate=decode_object(row.certificate),
        manifest=decode_object(row.manifest),
        size_bytes=row.size_bytes,
        failure=decode_failure(row.failure),
    )


def job_record(row: JobRow) -> JobRecord:
    """Return a job's record.

    Parameters
    ----------
    row : JobRow

    Returns
    -------
    JobRecord
    """
    return JobRecord(
        id=row.id,
        kind=row.kind,
        args=decode_object(row.args),
        state=JobState(row.state),
        progress=row.progress,
        message=row.message,
        result=decode_object(row.result),
        failure=decode_failure(row.failure),
        created_at=to_time(row.created_us),
        finished_at=_maybe_time(row.finished_us),
        revision=row.revision,
    )


def system_sample(row: SystemSampleRow) -> SystemSample:
    """Return a sample.

    Parameters
    ----------
    row : SystemSampleRow

    Returns
    -------
    SystemSample
    """
    return SystemSample(
        time_s=row.time_s,
        cpu_fraction=row.cpu_fraction,
        memory_bytes=row.memory_bytes,
        memory_total_bytes=row.memory_total_bytes,
        gpu_fraction=row.gpu_fraction,
        gpu_memory_bytes=row.gpu_memory_bytes,
    )
