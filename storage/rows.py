"""From rows to records. For modules of storage only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

from .cells import decode_failure, decode_tags, to_time
from .codecs import decode_object, decode_scores
from .damage import UNREADABLE, Damage, readable, reason_of, sound
from .errors import DamagedRowError, DamagedStudyError
from .ranking import Direction
from .records import (
    DatasetRecord,
    ExportRecord,
    Failure,
    JobRecord,
    JobState,
    Json,
    Request,
    Stage,
    StudyRecord,
    StudyState,
    SystemSample,
    TrialKind,
    TrialRecord,
    TrialRequest,
    TrialState,
    VariantRecord,
)
from .tables import (
    DatasetRow,
    ExportRow,
    JobRow,
    StudyRow,
    SystemSampleRow,
    TrialRequestRow,
    TrialRow,
    VariantRow,
)
from .trial_columns import MEASURES, TrialMeasures, measures_of


def _maybe_time(time_us: int | None) -> datetime | None:
    return None if time_us is None else to_time(time_us)


def dataset_record(row: DatasetRow) -> DatasetRecord:
    """Return a data set's record.

    Parameters
    ----------
    row : DatasetRow

    Returns
    -------
    DatasetRecord

    Raises
    ------
    DamagedRowError
        If something in the row is no value of its column.
    """
    return sound(row, _dataset)


def _dataset(row: DatasetRow) -> DatasetRecord:
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
    row: StudyRow,
    n_trials: Mapping[str, int],
    n_ruled_out: int = 0,
    n_looks: int = 0,
    n_requested: int = 0,
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
    n_requested : int
        Trials that the user asked for and no engine has taken up.

    Returns
    -------
    StudyRecord

    Raises
    ------
    DamagedStudyError
        If something in the row is no value of its column.
    """

    counts = dict.fromkeys(TrialState, 0)
    for state, n in n_trials.items():
        # What is damaged counts as failed, as `trial_record` tells it.
        counts[TrialState(state) if state in set(TrialState) else TrialState.FAIL] += n
    try:
        return sound(row, lambda whole: _study(whole, counts, n_ruled_out, n_looks, n_requested))
    except DamagedRowError as error:
        raise DamagedStudyError(
            "The study {study!r} is damaged: what is stored as its {column} (table studies, id {id}) cannot be read "
            "({reason}); restore the workspace from a backup.",
            study=study_name(row),
            column=error.sentence.args["column"],
            id=row.id,
            reason=error.sentence.args["reason"],
        ) from error


def study_name(row: StudyRow) -> str:
    """Return what a study is called, also where its name is damaged.

    Parameters
    ----------
    row : StudyRow

    Returns
    -------
    str
    """
    # What SQLite gives need not be what the column takes.
    name = cast("object", row.name)
    return name if isinstance(name, str) else f"study {row.id}"


def _study(
    row: StudyRow, n_trials: Mapping[TrialState, int], n_ruled_out: int, n_looks: int, n_requested: int
) -> StudyRecord:
    return StudyRecord(
        id=row.id,
        name=row.name,
        dataset_id=row.dataset_id,
        spec=decode_object(row.spec),
        metric=row.metric,
        direction=Direction(row.direction),
        task=row.task,
        state=StudyState(row.state),
        request=Request(row.request),
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
        n_requested=n_requested,
        best_trial=row.best_trial,
        best_value=row.best_value,
        result=decode_object(row.result),
        failure=decode_failure(row.failure or None),
        notes=row.notes,
        tags=decode_tags(row.tags),
        pinned=row.pinned,
        archived=row.archived,
        n_trials=n_trials,
        n_ruled_out=n_ruled_out,
        stage=Stage(row.stage) if row.stage else None,
        best_baseline=row.best_baseline,
        best_baseline_value=row.best_baseline_value,
        revision=row.revision,
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


def trial_request(row: TrialRequestRow) -> TrialRequest:
    """Return the record of a trial that the user asks for.

    Parameters
    ----------
    row : TrialRequestRow

    Returns
    -------
    TrialRequest

    Raises
    ------
    DamagedRowError
        If something in the row is no value of its column.
    """
    return sound(
        row,
        lambda whole: TrialRequest(
            id=whole.id,
            study_id=whole.study_id,
            family=whole.family,
            params=decode_object(whole.params),
            user_attrs=decode_object(whole.user_attrs),
            created_at=to_time(whole.created_us),
        ),
    )


def trial_record(row: TrialRow, digests: str | None) -> TrialRecord:
    """Return a trial's record; of a damaged one what is left of it, as failed.

    Parameters
    ----------
    row : TrialRow
    digests : str or None
        Of data, split, preprocessing and metric: the text that the trial's row refers to, None where there is none.

    Returns
    -------
    TrialRecord
    """
    known, lost = _digests(row, digests)
    record = readable(row, lambda whole: _trial(whole, known), _failed_trial)
    return record if lost is None else _failed_trial(record, lost.failure())


def _digests(row: TrialRow, text: str | None) -> tuple[Json, Damage | None]:
    if text is None:
        why = f"there is no row {row.digests_id} of the table digests"
        return {}, Damage("trials", "digests_id", row.id, why)
    try:
        return decode_object(text), None
    except UNREADABLE as error:
        return {}, Damage("digests", "digests", row.digests_id, reason_of(error))


def _failed_trial(record: TrialRecord, failure: Failure) -> TrialRecord:
    return replace(record, state=TrialState.FAIL, failure=failure)


def _trial(row: TrialRow, digests: Json) -> TrialRecord:
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
        digests=digests,
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
    """Return a variant's record; of a damaged one what is left of it, as failed.

    Parameters
    ----------
    row : VariantRow

    Returns
    -------
    VariantRecord
    """
    return readable(row, _variant, _failed_variant)


def _failed_variant(record: VariantRecord, failure: Failure) -> VariantRecord:
    return replace(record, state=TrialState.FAIL, failure=failure)


def _variant(row: VariantRow) -> VariantRecord:
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
    """Return an export's record; of a damaged one what is left of it, as failed.

    Parameters
    ----------
    row : ExportRow

    Returns
    -------
    ExportRecord
    """
    return readable(row, _export, _failed_export)


def _failed_export(record: ExportRecord, failure: Failure) -> ExportRecord:
    return replace(record, state=JobState.FAILED, failure=failure)


def _export(row: ExportRow) -> ExportRecord:
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
    """Return a job's record; of a damaged one what is left of it, as failed.

    Parameters
    ----------
    row : JobRow

    Returns
    -------
    JobRecord
    """
    return readable(row, _job, _failed_job)


def _failed_job(record: JobRecord, failure: Failure) -> JobRecord:
    return replace(record, state=JobState.FAILED, failure=failure)


def _job(row: JobRow) -> JobRecord:
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
    return sound(row, _sample)


def _sample(row: SystemSampleRow) -> SystemSample:
    return SystemSample(
        time_s=row.time_s,
        cpu_fraction=row.cpu_fraction,
        memory_bytes=row.memory_bytes,
        memory_total_bytes=row.memory_total_bytes,
        gpu_fraction=row.gpu_fraction,
        gpu_memory_bytes=row.gpu_memory_bytes,
    )
