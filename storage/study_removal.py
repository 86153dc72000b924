"""Deleting a study with all that it alone needs, and how much room that gives back. Reached through `Store`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.orm import Session

from .artifact_refs import is_needed
from .base import StoreBase, bumped, get_study
from .codecs import decode_object
from .errors import ConflictError, UnusableStoreError
from .records import JobState
from .studies import is_held
from .tables import (
    ArtifactRefRow,
    CurvesRow,
    DatasetRow,
    FoldScoresRow,
    JobRow,
    OutOfFoldRow,
    StudyRow,
    TrialRow,
    VariantRow,
)


class StudyRemovalStore(StoreBase):
    """What a study takes up, and how it is deleted."""

    def study_sizes(self) -> dict[int, int]:
        """Return how many bytes deleting each study would give back, by its id.

        Artifacts that no other study needs, its log, and its larger cells, whose room the database uses again.
        """
        with self._read() as session:
            needed_by = _studies_by_artifact(session)
            sizes = _cell_bytes(session)
            ids = list(session.scalars(select(StudyRow.id)))
        for sha256, studies in needed_by.items():
            if len(studies) == 1:
                sizes[next(iter(studies))] += self._artifact_bytes(sha256)
        return {study_id: sizes[study_id] + self._log_bytes(study_id) for study_id in ids}

    def delete_study(self, study_id: int) -> int:
        """Delete a study for good: its trials, models, variants, log, and its data where no other study needs them.

        Bundles that were exported stay where they are. Looks at a holdout are still counted: who has seen the rows does
        not forget them.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        int
            The bytes that this gives back, see `study_sizes`.

        Raises
        ------
        NotFoundError
            If there is none with this id.
        ConflictError
            If a live engine has it, or a job for it is going on.
        """
        with self._write() as session:
            row = get_study(session, study_id)
            _refuse_busy(session, row)
            freed = _cell_bytes(session, study_id)[study_id] + self._log_bytes(study_id)
            dataset_id = row.dataset_id
            artifacts = set(session.scalars(_refs_of(study_id)))
            _delete_refs(session, study_id)
            _delete_jobs(session, study_id)
            # Its trials, and what is theirs, go with it.
            session.execute(delete(StudyRow).where(StudyRow.id == study_id))
            artifacts |= _delete_unused_dataset(session, dataset_id)
            bumped(session)
            session.flush()
            # Still inside the transaction: nobody can name one meanwhile.
            for sha256 in artifacts:
                if not is_needed(session, sha256):
                    freed += self._artifact_bytes(sha256)
                    self.artifacts.delete(sha256)
            self.workspace.study_log(study_id).unlink(missing_ok=True)
        return freed

    def _artifact_bytes(self, sha256: str) -> int:
        try:
            return self.artifacts.path(sha256).stat().st_size
        # It was lost, which `check` tells.
        except FileNotFoundError:
            return 0

    def _log_bytes(self, study_id: int) -> int:
        try:
            return self.workspace.study_log(study_id).stat().st_size
        # Its engine never ran.
        except FileNotFoundError:
            return 0


def _trial_ids(study_id: int) -> Select[int]:
    return select(TrialRow.id).where(TrialRow.study_id == study_id)


def _is_of_study(study_id: int) -> ColumnElement[bool]:
    """Return whether a reference is of a study, its trials or their variants."""
    ref = ArtifactRefRow
    variants = select(VariantRow.id).where(VariantRow.trial_id.in_(_trial_ids(study_id)))
    return or_(
        (ref.owner == "study") & (ref.owner_id == study_id),
        (ref.owner == "trial") & ref.owner_id.in_(_trial_ids(study_id)),
        (ref.owner == "variant") & ref.owner_id.in_(variants),
    )


def _refs_of(study_id: int) -> Select[str]:
    return select(ArtifactRefRow.sha256).where(_is_of_study(study_id)).distinct()


def _delete_refs(session: Session, study_id: int) -> None:
    session.execute(delete(ArtifactRefRow).where(_is_of_study(study_id)))


def _delete_unused_dataset(session: Session, dataset_id: int | None) -> set[str]:
    """Delete a data set that no study has; return the artifacts that it named."""
    if dataset_id is None:
        return set()
    users = select(StudyRow.id).where(StudyRow.dataset_id == dataset_id).limit(1)
    if session.scalars(users).first() is not None:
        return set()
    of_data = (ArtifactRefRow.owner == "dataset") & (ArtifactRefRow.owner_id == dataset_id)
    named = set(session.scalars(select(ArtifactRefRow.sha256).where(of_data)))
    session.execute(delete(ArtifactRefRow).where(of_data))
    session.execute(delete(DatasetRow).where(DatasetRow.id == dataset_id))
    return named


def _refuse_busy(session: Session, row: StudyRow) -> None:
    if is_held(row):
        raise ConflictError(
            "The study {name!r} is running; stop it, or wait for its end, before it is deleted.",
            name=row.name,
        )
    going = select(JobRow).where(JobRow.state == JobState.RUNNING)
    if any(_study_of(job) == row.id for job in session.scalars(going)):
        raise ConflictError(
            "The study {name!r} is being worked on; wait for the end of that, or cancel it, before it is deleted.",
            name=row.name,
        )


def _delete_jobs(session: Session, study_id: int) -> None:
    """Delete the jobs of a study: another one may get its id."""
    for job in session.scalars(select(JobRow)).all():
        if _study_of(job) == study_id:
            session.delete(job)


def _study_of(job: JobRow) -> object:
    # Decoded only where it can name one; a damaged cell names none.
    if '"study_id"' not in job.args:
        return None
    try:
        return decode_object(job.args).get("study_id")
    except UnusableStoreError:
        return None


def _studies_by_artifact(session: Session) -> Mapping[str, set[int]]:
    """Return which studies need each artifact, directly or as their data."""
    ref = ArtifactRefRow
    of_study = select(ref.sha256, ref.owner_id).where(ref.owner == "study")
    of_data = (
        select(ref.sha256, StudyRow.id)
        .join(StudyRow, StudyRow.dataset_id == ref.owner_id)
        .where(ref.owner == "dataset")
    )
    of_trials = (
        select(ref.sha256, TrialRow.study_id)
        .join(TrialRow, TrialRow.id == ref.owner_id)
        .where(ref.owner == "trial")
    )
    of_variants = (
        select(ref.sha256, TrialRow.study_id)
        .join(VariantRow, VariantRow.id == ref.owner_id)
        .join(TrialRow, TrialRow.id == VariantRow.trial_id)
        .where(ref.owner == "variant")
    )
    found: dict[str, set[int]] = defaultdict(set)
    for statement in (of_study, of_data, of_trials, of_variants):
        for sha256, study_id in session.execute(statement.distinct()):
            found[sha256].add(study_id)
    return found


def _cell_bytes(session: Session, study_id: int | None = None) -> defaultdict[int, int]:
    """Return the bytes of curves, scores and predictions in the database, by study."""
    sizes = defaultdict[int, int](int)
    for kept in (CurvesRow, FoldScoresRow, OutOfFoldRow):
        statement = (
            select(TrialRow.study_id, func.sum(func.length(kept.data)))
            .join(TrialRow, TrialRow.id == kept.trial_id)
            .group_by(TrialRow.study_id)
        )
        if study_id is not None:
            statement = statement.where(TrialRow.study_id == study_id)
        for found, n_bytes in session.execute(statement):
            sizes[found] += int(n_bytes or 0)
    return sizes
