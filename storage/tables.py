"""The tables of the database as typed rows. Rows never leave storage: `rows.py` turns them into records.

Times are whole microseconds since 1970, UTC. JSON is text (see `codecs.py`). Big or binary values live in
tables of their own, so that listing trials never reads them. A change here needs a new file in
`migrations/versions`; `tests/storage/test_migrations.py` compares the two.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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
    created_us: Mapped[int] = mapped_column(BigInteger)


class DatasetRow(Row):
    """A data set."""

    __tablename__ = "datasets"
    __table_args__ = (UniqueConstraint("digest", "schema_sha256", name="uq_datasets_digest_schema"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    schema_sha256: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    created_us: Mapped[int] = mapped_column(BigInteger)
    n_rows: Mapped[int] = mapped_column(BigInteger)
    n_columns: Mapped[int] = mapped_column(BigInteger)
    schema: Mapped[str]
    report: Mapped[str]
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
    spec: Mapped[str]
    metric: Mapped[str]
    direction: Mapped[str]
    task: Mapped[str]
    state: Mapped[str]
    request: Mapped[str]
    n_workers_requested: Mapped[int | None]
    created_us: Mapped[int] = mapped_column(BigInteger)
    started_us: Mapped[int | None] = mapped_column(BigInteger)
    finished_us: Mapped[int | None] = mapped_column(BigInteger)
    elapsed_s: Mapped[float]
    heartbeat_us: Mapped[int | None] = mapped_column(BigInteger)
    stage: Mapped[str | None]
    engine_pid: Mapped[int | None]
    engine_identity: Mapped[str | None]
    split_sha256: Mapped[str | None]
    holdout_digest: Mapped[str | None]
    best_trial: Mapped[int | None]
    best_value: Mapped[float | None]
    best_baseline: Mapped[str | None]
    best_baseline_value: Mapped[float | None]
    result: Mapped[str]
    failure: Mapped[str | None]
    notes: Mapped[str]
    tags: Mapped[str]
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
    purpose: Mapped[str]
    at_us: Mapped[int] = mapped_column(BigInteger)


class DigestsRow(Row):
    """The digests of trials; thousands of trials share one row."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("digests", name="uq_digests_digests"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digests: Mapped[str]


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
    kind: Mapped[str]
    name: Mapped[str]
    family: Mapped[str]
    params: Mapped[str]
    state: Mapped[str]
    value: Mapped[float | None]
    value_std: Mapped[float | None]
    created_us: Mapped[int] = mapped_column(BigInteger)
    started_us: Mapped[int | None] = mapped_column(BigInteger)
    finished_us: Mapped[int | None] = mapped_column(BigInteger)
    epoch: Mapped[int | None]
    n_epochs: Mapped[int | None]
    worker: Mapped[str | None]
    digests_id: Mapped[int] = mapped_column(ForeignKey("digests.id"))
    user_attrs: Mapped[str]
    model_sha256: Mapped[str | None]
    same_as: Mapped[int | None]
    failure: Mapped[str | None]
    notes: Mapped[str]
    tags: Mapped[str]
    pinned: Mapped[bool]
    archived: Mapped[bool]
    requested: Mapped[str | None]


for _name in MEASURES:
    setattr(TrialRow, _name, mapped_column(BigInteger if _name in WHOLE else Double, nullable=True))


class FoldScoresRow(Row):
    """Scores of every metric on every replica of a trial."""

    __tablename__ = "fold_scores"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes]


class CurvesRow(Row):
    """Learning curves of a trial."""

    __tablename__ = "curves"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes]


class OutOfFoldRow(Row):
    """Out-of-fold predictions of a trial: here, or as an artifact where they are big."""

    __tablename__ = "out_of_fold"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes | None]
    artifact_sha256: Mapped[str | None]


class VariantRow(Row):
    """A compressed form of a trial's network."""

    __tablename__ = "variants"
    __table_args__ = (Index("ix_variants_trial", "trial_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"))
    name: Mapped[str]
    method: Mapped[str]
    state: Mapped[str]
    value: Mapped[float | None]
    value_std: Mapped[float | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    zip_bytes: Mapped[int | None] = mapped_column(BigInteger)
    latency_ms: Mapped[float | None]
    batch_latency_ms: Mapped[float | None]
    scores: Mapped[bytes | None]
    artifact_sha256: Mapped[str | None]
    failure: Mapped[str | None]
    created_us: Mapped[int] = mapped_column(BigInteger)
    measures: Mapped[str] = mapped_column(server_default="{}")


class ExportRow(Row):
    """An exported bundle."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_trial", "trial_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"))
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"))
    path: Mapped[str]
    created_us: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    certificate: Mapped[str]
    manifest: Mapped[str]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    failure: Mapped[str | None]
    pid: Mapped[int | None]
    pid_identity: Mapped[str | None]


class JobRow(Row):
    """A short piece of engine work."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    args: Mapped[str]
    state: Mapped[str]
    progress: Mapped[float]
    message: Mapped[str]
    result: Mapped[str]
    failure: Mapped[str | None]
    created_us: Mapped[int] = mapped_column(BigInteger)
    finished_us: Mapped[int | None] = mapped_column(BigInteger)
    pid: Mapped[int | None]
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
