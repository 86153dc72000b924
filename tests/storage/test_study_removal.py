"""Deleting a study takes all that it alone needs, leaves what others need, and tells how much room that gives back."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from cupel.storage.errors import ConflictError, NotFoundError
from cupel.storage.records import (
    Curves,
    DatasetRecord,
    FoldScores,
    LookPurpose,
    StudyRecord,
    TrialKind,
    TrialOutcome,
    TrialState,
)
from cupel.storage.store import Store
from cupel.storage.trials import OOF_ARTIFACT_BYTES

# Large enough to be an artifact.
OOF = np.arange(OOF_ARTIFACT_BYTES // 4 + 2, dtype=np.float32)


def made_dataset(store: Store, name: str) -> DatasetRecord:
    return store.add_dataset(
        digest=name * 64, name=name, source=f"{name}.csv", n_rows=3, n_columns=2, schema={"columns": []}, report={},
        table_sha256=store.artifacts.add(f"the table {name}".encode()), size_bytes=11,
    )  # fmt: skip


def made_study(store: Store, name: str, data: DatasetRecord, shared: str) -> StudyRecord:
    """Return a study with a trial that has all there is, and a variant of the shared artifact."""
    study = store.create_study(
        name=name, dataset_id=data.id, spec={}, metric="accuracy", direction="maximize", task="binary"
    )
    trial = store.create_trial(study_id=study.id, number=0, kind=TrialKind.SEARCH, family="mlp", params={})
    store.start_trial(trial.id, "worker")
    store.finish_trial(
        trial.id,
        TrialOutcome(
            TrialState.COMPLETE,
            value=0.5,
            curves=Curves(("train_loss",), np.zeros((2, 9, 1), np.float32)),
            scores=FoldScores(("accuracy",), np.full((2, 1), 0.5), np.zeros(2)),
            oof=OOF + study.id,
            model_sha256=store.artifacts.add(f"model of {name}".encode()),
        ),
    )
    variant = store.add_variant(trial.id, name="int8", method={})
    store.finish_variant(variant.id, state=TrialState.COMPLETE, artifact_sha256=shared)
    store.request_trial(study.id, family="mlp", params={})
    log = store.workspace.study_log(study.id)
    log.write_text("log\n")
    return study


def files(store: Store) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in store.artifacts.files()}


def test_a_study_goes_with_what_it_alone_needs(store: Store) -> None:
    shared = store.artifacts.add(b"shared by both")
    data, other_data = made_dataset(store, "a"), made_dataset(store, "b")
    kept = made_study(store, "kept", data, shared)
    alike = made_study(store, "alike", data, shared)
    alone = made_study(store, "alone", other_data, shared)
    store.add_look("rows", study_id=alone.id, purpose=LookPurpose.SEARCH)
    store.add_job("measure_importance", {"study_id": alone.id})
    other_job = store.add_job("measure_importance", {"study_id": kept.id})
    before, sizes = files(store), store.study_sizes()
    freed = store.delete_study(alone.id)
    after = files(store)
    gone = {name: size for name, size in before.items() if name not in after}
    # Its predictions, its model and its data; beside them lie curves and scores in the database, and the log.
    assert len(gone) == 3
    assert freed == sizes[alone.id]
    assert sum(gone.values()) < freed < sum(gone.values()) + 1000
    with pytest.raises(NotFoundError):
        store.study(alone.id)
    with pytest.raises(NotFoundError):
        store.dataset(other_data.id)
    assert not store.workspace.study_log(alone.id).exists()
    assert [job.id for job in store.jobs()] == [other_job.id]
    assert len(store.looks("rows")) == 1
    assert store.check() == []
    # What both need stays until the last of them goes.
    store.delete_study(kept.id)
    assert store.dataset(data.id) == data
    assert store.artifacts.read(shared) == b"shared by both"
    (trial,) = store.trials(alike.id)
    found = store.out_of_fold(trial.id)
    assert found is not None
    assert np.array_equal(found, OOF + alike.id)
    assert store.delete_study(alike.id) > 0
    assert files(store) == {}
    assert store.studies(archived=None) == []
    assert store.check() == []


def test_a_study_that_runs_or_is_worked_on_stays(store: Store) -> None:
    study = made_study(store, "runs", made_dataset(store, "a"), store.artifacts.add(b"x"))
    store.claim_study(study.id, os.getpid())
    with pytest.raises(ConflictError, match="'runs' is running; stop it"):
        store.delete_study(study.id)
    store.release_study(study.id, study.state)
    job = store.add_job("compress", {"study_id": study.id})
    store.claim_job(os.getpid())
    with pytest.raises(ConflictError, match="'runs' is being worked on"):
        store.delete_study(study.id)
    store.finish_job(job.id, result={})
    assert store.delete_study(study.id) > 0


def test_another_process_reads_on_while_a_study_is_deleted(store: Store, tmp_path: Path) -> None:
    study = made_study(store, "read", made_dataset(store, "a"), store.artifacts.add(b"x"))
    with Store.open(tmp_path / "workspace", "r") as reader:
        before, revision = reader.data_version(), reader.revision()
        assert len(reader.trial_table(study.id)) == 1
        store.delete_study(study.id)
        assert reader.data_version() != before
        assert reader.revision() > revision
        with pytest.raises(NotFoundError):
            reader.trial_table(study.id)
        assert reader.study_sizes() == {}
