"""The tables of the database as typed rows. Rows never leave storage: `rows.py` turns them into records.

Of each column stands here how its cells are read (`holds`), where they are more than a number or a word, so that
`damage.py` can tell which are damaged. Times are whole microseconds since 1970, UTC. JSON is text (see `codecs.py`).
Big or binary values live in tables of their own, so that listing trials never reads them. A change here needs a new
file in `migrations/versions`; `tests/storage/test_migrations.py` compares the two.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .cells import amount, decode_failure, decode_tags, holds, one_of, process_id, to_time
from .codecs import decode_array, decode_curves, decode_object, decode_scores
from .ranking import Direction
from .records import JobState, LookPurpose, Request, Stage, StudyState, TrialKind, TrialState
from .trial_columns import MEASURES, WHOLE


class Row(DeclarativeBase):
    """Base of all rows; ``int`` is 64 bits wide, ``str`` has no length."""

    type_annotation_map = {str: Text(), bytes: LargeBinary()}  # noqa: RUF012 (SQLAlchemy's own attribute)


class StoreRow(Row):
    """The one row about the store itself."""

    __tablename__ = "store"

    # Always 1.
    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))


class DatasetRow(Row):
    """A data set."""

    __tablename__ = "datasets"
    __table_args__ = (UniqueConstraint("digest", "schema_sha256", name="uq_datasets_digest_schema"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    schema_sha256: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))
    n_rows: Mapped[int] = mapped_column(BigInteger)
    n_columns: Mapped[int] = mapped_column(BigInteger)
    schema: Mapped[str] = mapped_column(info=holds(decode_object))
    report: Mapped[str] = mapped_column(info=holds(decode_object))
    table_sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)


class StudyRow(Row):
    """A study."""

    __tablename__ = "studies"
    __table_args__ = (UniqueConstraint("name", name="uq_studies_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("datasets.id"))
    spec: Mapped[str] = mapped_column(info=holds(decode_object))
    metric: Mapped[str]
    direction: Mapped[str] = mapped_column(info=holds(one_of(*Direction)))
    task: Mapped[str]
    state: Mapped[str] = mapped_column(info=holds(StudyState))
    request: Mapped[str] = mapped_column(info=holds(Request))
    n_workers_requested: Mapped[int | None]
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))
    started_us: Mapped[int | None] = mapped_column(BigInteger, info=holds(to_time))
    finished_us: Mapped[int | None] = mapped_column(BigInteger, info=holds(to_time))
    elapsed_s: Mapped[float] = mapped_column(info=holds(amount))
    heartbeat_us: Mapped[int | None] = mapped_column(BigInteger, info=holds(to_time))
    stage: Mapped[str | None] = mapped_column(info=holds(Stage))
    engine_pid: Mapped[int | None] = mapped_column(info=holds(process_id))
    engine_identity: Mapped[str | None]
    split_sha256: Mapped[str | None]
    holdout_digest: Mapped[str | None]
    best_trial: Mapped[int | None]
    best_value: Mapped[float | None]
    best_baseline: Mapped[str | None]
    best_baseline_value: Mapped[float | None]
    result: Mapped[str] = mapped_column(info=holds(decode_object))
    failure: Mapped[str | None] = mapped_column(info=holds(decode_failure))
    notes: Mapped[str]
    tags: Mapped[str] = mapped_column(info=holds(decode_tags))
    pinned: Mapped[bool]
    archived: Mapped[bool]


class LookRow(Row):
    """A score on rows that were held out."""

    __tablename__ = "looks"
    __table_args__ = (Index("ix_looks_rows", "rows_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rows_digest: Mapped[str]
    study_id: Mapped[int | None] = mapped_column(
        ForeignKey("studies.id", ondelete="SET NULL", name="fk_looks_study")
    )
    purpose: Mapped[str] = mapped_column(info=holds(LookPurpose))
    at_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))


class DigestsRow(Row):
    """The digests of trials; thousands of trials share one row."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("digests", name="uq_digests_digests"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digests: Mapped[str] = mapped_column(info=holds(decode_object))


class TrialRow(Row):
    """A trial; `TrialMeasures` has further columns of it."""

    __tablename__ = "trials"
    __table_args__ = (
        UniqueConstraint("study_id", "number", name="uq_trials_study_number"),
        Index("ix_trials_study_revision", "study_id", "revision"),
        Index("ix_trials_study_kind_state", "study_id", "kind", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(info=holds(TrialKind))
    name: Mapped[str]
    family: Mapped[str]
    params: Mapped[str] = mapped_column(info=holds(decode_object))
    state: Mapped[str] = mapped_column(info=holds(TrialState))
    value: Mapped[float | None]
    value_std: Mapped[float | None]
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))
    started_us: Mapped[int | None] = mapped_column(BigInteger, info=holds(to_time))
    finished_us: Mapped[int | None] = mapped_column(BigInteger, info=holds(to_time))
    epoch: Mapped[int | None]
    n_epochs: Mapped[int | None]
    worker: Mapped[str | None]
    digests_id: Mapped[int] = mapped_column(ForeignKey("digests.id"))
    user_attrs: Mapped[str] = mapped_column(info=holds(decode_object))
    model_sha256: Mapped[str | None]
    same_as: Mapped[int | None]
    failure: Mapped[str | None] = mapped_column(info=holds(decode_failure))
    notes: Mapped[str]
    tags: Mapped[str] = mapped_column(info=holds(decode_tags))
    pinned: Mapped[bool]
    archived: Mapped[bool]
    requested: Mapped[str | None]


for _name in MEASURES:
    _type = BigInteger if _name in WHOLE else Double
    setattr(TrialRow, _name, mapped_column(_type, nullable=True, info=holds(amount)))


class TrialRequestRow(Row):
    """A trial that the user asks for."""

    __tablename__ = "trial_requests"
    __table_args__ = (Index("ix_trial_requests_study", "study_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id", ondelete="CASCADE"))
    family: Mapped[str]
    params: Mapped[str] = mapped_column(info=holds(decode_object))
    user_attrs: Mapped[str] = mapped_column(info=holds(decode_object))
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))


class FoldScoresRow(Row):
    """Scores of every metric on every replica of a trial."""

    __tablename__ = "fold_scores"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes] = mapped_column(info=holds(decode_scores))


class CurvesRow(Row):
    """Learning curves of a trial."""

    __tablename__ = "curves"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes] = mapped_column(info=holds(decode_curves))


class OutOfFoldRow(Row):
    """Out-of-fold predictions of a trial: here, or as an artifact where they are big."""

    __tablename__ = "out_of_fold"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes | None] = mapped_column(info=holds(decode_array))
    artifact_sha256: Mapped[str | None]


class VariantRow(Row):
    """A compressed form of a trial's network."""

    __tablename__ = "variants"
    __table_args__ = (Index("ix_variants_trial", "trial_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"))
    name: Mapped[str]
    method: Mapped[str] = mapped_column(info=holds(decode_object))
    state: Mapped[str] = mapped_column(info=holds(TrialState))
    value: Mapped[float | None]
    value_std: Mapped[float | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    zip_bytes: Mapped[int | None] = mapped_column(BigInteger)
    latency_ms: Mapped[float | None]
    batch_latency_ms: Mapped[float | None]
    scores: Mapped[bytes | None] = mapped_column(info=holds(decode_scores))
    artifact_sha256: Mapped[str | None]
    failure: Mapped[str | None] = mapped_column(info=holds(decode_failure))
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))
    measures: Mapped[str] = mapped_column(server_default="{}", info=holds(decode_object))


class ExportRow(Row):
    """An exported bundle."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_trial", "trial_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"))
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"))
    path: Mapped[str]
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))
    state: Mapped[str] = mapped_column(info=holds(JobState))
    certificate: Mapped[str] = mapped_column(info=holds(decode_object))
    manifest: Mapped[str] = mapped_column(info=holds(decode_object))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    failure: Mapped[str | None] = mapped_column(info=holds(decode_failure))
    pid: Mapped[int | None] = mapped_column(info=holds(process_id))
    pid_identity: Mapped[str | None]


class JobRow(Row):
    """A short piece of engine work."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    args: Mapped[str] = mapped_column(info=holds(decode_object))
    state: Mapped[str] = mapped_column(info=holds(JobState))
    progress: Mapped[float]
    message: Mapped[str]
    result: Mapped[str] = mapped_column(info=holds(decode_object))
    failure: Mapped[str | None] = mapped_column(info=holds(decode_failure))
    created_us: Mapped[int] = mapped_column(BigInteger, info=holds(to_time))
    finished_us: Mapped[int | None] = mapped_column(BigInteger, info=holds(to_time))
    pid: Mapped[int | None] = mapped_column(info=holds(process_id))
    pid_identity: Mapped[str | None]


class ArtifactRefRow(Row):
    """That a row needs an artifact; see `artifact_refs`."""

    __tablename__ = "artifact_refs"
    __table_args__ = (Index("ix_artifact_refs_sha256", "sha256"),)

    owner: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)


class SystemSampleRow(Row):
    """What the machine did at one moment of a study."""

    __tablename__ = "system_samples"
    __table_args__ = (Index("ix_system_samples_study_time", "study_id", "time_s"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id", ondelete="CASCADE"))
    time_s: Mapped[float]
    cpu_fraction: Mapped[float]
    memory_bytes: Mapped[int] = mapped_column(BigInteger)
    memory_total_bytes: Mapped[int] = mapped_column(BigInteger)
    gpu_fraction: Mapped[float | None]
    gpu_memory_bytes: Mapped[int | None] = mapped_column(BigInteger)


TABLES = tuple(Row.metadata.sorted_tables)
"""All of them, those that others refer to first."""
