"""Make the stored file of the present schema: ``python tests/storage/schemas/make.py``.

Run once for each new schema version, before its release; a file that is there is never made again.
"""

import tempfile
from pathlib import Path

import numpy as np
from cupel.storage.backends.sqlite.schema import HEAD
from cupel.storage.records import (
    Curves,
    Failure,
    FailureKind,
    FoldScores,
    JobState,
    LookPurpose,
    SystemSample,
    TrialKind,
    TrialOutcome,
    TrialState,
)
from cupel.storage.store import Store

FOLDER = Path(__file__).parent


def fill(store: Store) -> None:
    """Write at least one row into every table."""
    data = store.add_dataset(
        digest="d" * 64,
        name="iris",
        source="/data/iris.csv",
        n_rows=150,
        n_columns=5,
        schema={"columns": [{"name": "a", "kind": "float"}]},
        report={"missing": 0},
        table_sha256="t" * 64,
        size_bytes=4321,
    )
    study = store.create_study(
        name="鸢尾花 iris",
        dataset_id=data.id,
        spec={"target": "species", "seed": 0},
        metric="accuracy",
        direction="maximize",
        task="multiclass",
    )
    store.edit_study(study.id, notes="first", tags=["a", "b"], pinned=True)
    store.add_system_sample(study.id, SystemSample(1.0, 0.5, 1 << 30, 1 << 34, None, None))
    names = ("train_loss", "valid_loss")
    for number, state in enumerate((TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)):
        trial = store.create_trial(
            study_id=study.id,
            number=number,
            kind=TrialKind.SEARCH,
            family="mlp",
            params={"lr": 0.1 / (number + 1), "bad": float("nan")},
            n_epochs=4,
            digests={"data": "d", "split": "s", "metric": "m", "preprocessing": "p"},
        )
        store.start_trial(trial.id, "worker-0")
        store.finish_trial(
            trial.id,
            TrialOutcome(
                state,
                value=0.9 if state == TrialState.COMPLETE else None,
                value_std=0.01,
                scores=FoldScores(("accuracy",), np.linspace(0.88, 0.92, 5).reshape(5, 1), np.arange(5)),
                curves=Curves(names, np.arange(40, dtype=np.float32).reshape(5, 4, 2)),
                oof=np.arange(450, dtype=np.float32).reshape(150, 3),
                n_parameters=100,
                duration_s=1.5,
                failure=Failure(FailureKind.DIVERGED, "NaN.") if state == TrialState.FAIL else None,
                model_sha256="m" * 64,
            ),
        )
        variant = store.add_variant(trial.id, name="int8", method={"quantization": "int8"})
        store.finish_variant(variant.id, state=TrialState.COMPLETE, value=0.89, size_bytes=100)
        export = store.add_export(trial.id, "/exports/iris", variant.id)
        store.finish_export(
            export.id, state=JobState.DONE, certificate={"passed": True}, manifest={}, size_bytes=9
        )
    store.request_trial(
        study.id, family="mlp", params={"lr": 0.5, "seed": 7}, user_attrs={"values": {"lr": 0.5}}
    )
    store.add_look("r" * 64, study_id=study.id, purpose=LookPurpose.SEARCH)
    store.add_job("inspect", {"file": "/data/iris.csv"})


def main() -> None:
    """Write ``<revision>.sqlite`` beside this script."""
    target = FOLDER / f"{HEAD}.sqlite"
    if target.exists():
        raise SystemExit(f"{target.name} is there already; a released schema is frozen")
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
        fill(store)
        store.backup(target)


if __name__ == "__main__":
    main()
