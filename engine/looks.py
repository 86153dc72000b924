"""How often the rows of a holdout were looked at: over all studies of the workspace, over compression and audits too.

A score on rows that no search saw is only clean as long as nobody chooses by it (Dwork et al. 2015, doi
10.1126/science.aaa9375). A second study of the same file holds out the same rows, or some of them; so the looks belong
to the rows.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..storage.artifacts import Artifacts
from ..storage.errors import ArtifactError
from ..storage.records import LookPurpose, StudyRecord
from ..storage.store import Store
from .domain.errors import DataError
from .domain.results import StudyResult
from .domain.study_list import list_studies
from .splits.splitting import Splits


def rows_digest(dataset_digest: str, holdout: NDArray[np.int64]) -> str:
    """Return what names held out rows of a data set: a sha256 (hex); empty where there are none."""
    if not len(holdout):
        return ""
    sha = hashlib.sha256(dataset_digest.encode())
    sha.update(np.sort(holdout).astype("<i8").tobytes())
    return sha.hexdigest()


def note_look(store: Store, study: StudyRecord, purpose: LookPurpose) -> None:
    """Record that something was scored on a study's holdout; nothing where it has none.

    Studies of older versions noted no looks: one of theirs is noted now where its result has a score of these rows.
    """
    digest = known_digest(store, study)
    if not digest:
        return
    for other in list_studies(store, archived=None).studies:
        if other.record.holdout_digest is None and _has_looked(other.result):
            known_digest(store, other.record)
    for rows in (digest, *_overlapping(store, study, digest)):
        store.add_look(rows, study_id=study.id, purpose=purpose)


def known_digest(store: Store, study: StudyRecord) -> str:
    """Return what names a study's held out rows, recorded where it is not known yet; empty where there are none."""
    if study.holdout_digest is not None or study.split_sha256 is None or study.dataset_id is None:
        return study.holdout_digest or ""
    # Without its folds nobody can score anything on them any more.
    digest = rows_digest(store.dataset(study.dataset_id).digest, _holdout(store, study))
    is_new = not any(s.holdout_digest == digest for s in store.studies(archived=None))
    note_holdout(store, study, digest)
    if is_new and digest:
        for other, looked in _overlapping(store, study, digest).items():
            # Those at holdouts that overlap with the other one are not looks at these rows.
            for look in store.looks(other):
                if look.study_id is None or look.study_id in looked:
                    store.add_look(digest, study_id=look.study_id, purpose=look.purpose)
    return digest


def _overlapping(store: Store, study: StudyRecord, digest: str) -> dict[str, set[int]]:
    """Return other holdouts of the same data that share rows with a study's, and the studies that have them."""
    if study.dataset_id is None:
        return {}
    rows = _holdout(store, study)
    data = store.dataset(study.dataset_id).digest
    found: dict[str, set[int]] = {}
    shares: dict[str, bool] = {}
    for other in store.studies(archived=None):
        theirs = other.holdout_digest
        if not theirs or theirs == digest or other.dataset_id is None:
            continue
        if theirs not in shares:
            is_same = store.dataset(other.dataset_id).digest == data
            shares[theirs] = is_same and bool(np.isin(_holdout(store, other), rows).any())
        if shares[theirs]:
            found.setdefault(theirs, set()).add(other.id)
    return found


def _holdout(store: Store, study: StudyRecord) -> NDArray[np.int64]:
    """Return the rows that a study holds out; none where its folds are lost."""
    if study.split_sha256 is None:
        return np.empty(0, np.int64)
    try:
        return _holdout_of(store.artifacts, study.split_sha256)
    except (ArtifactError, DataError):
        return np.empty(0, np.int64)


# An artifact never changes, and a process looks often: at each variant of a trial for one, at each holdout of the data.
@lru_cache(maxsize=256)
def _holdout_of(artifacts: Artifacts, split_sha256: str) -> NDArray[np.int64]:
    return Splits.from_npz_bytes(artifacts.read(split_sha256)).holdout


def note_holdout(store: Store, study: StudyRecord, digest: str) -> None:
    """Record for the first time what names a study's held out rows, and the look that an older version had at them."""
    store.set_holdout(study.id, digest)
    if digest and _has_looked(StudyResult.of(study)):
        store.add_look(digest, study_id=study.id, purpose=LookPurpose.SEARCH)


def _has_looked(result: StudyResult) -> bool:
    """Whether the end of a study's search scored its final model on the holdout."""
    return result.best is not None and bool(result.best.holdout)
