"""The rows of a study, and what fold networks said of those that they had not seen. For thresholds and audits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..storage.records import DatasetRecord, StudyRecord, TrialRecord
from ..storage.store import Store
from .data.schema import TableSchema
from .data.table import ArrayFile, Table, TableFiles
from .data.target import Target, encode_target
from .domain.errors import ExportError
from .splits.splitting import Splits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class StudyRows:
    """The rows of a study.

    Attributes
    ----------
    table : Table
    target : Target
    splits : Splits
    """

    table: Table
    target: Target
    splits: Splits

    @classmethod
    def of(cls, store: Store, study: StudyRecord) -> StudyRows:
        """Read them from the store.

        Raises
        ------
        ExportError
            Where the study has no folds yet.
        """
        if study.split_sha256 is None:
            raise ExportError("The study {study!r} has no folds yet; start its search.", study=study.name)
        dataset = store.dataset(study.dataset_id or 0)
        table = stored_table(store, dataset)
        target = encode_target(table, TableSchema.from_json(dataset.schema), study.task)
        return cls(table, target, Splits.from_npz_bytes(store.artifacts.read(study.split_sha256)))

    def out_of_fold(self, store: Store, trial: TrialRecord) -> tuple[Floats, ...]:
        """Return by replica the predictions of its validation rows: probabilities (n, n_classes), or values (n,).

        Raises
        ------
        ExportError
            Where the trial has none.
        """
        stored = store.out_of_fold(trial.id)
        width = max(self.target.n_classes, 1)
        if stored is None or stored.size != width * sum(len(rows) for rows in self.splits.valid):
            raise ExportError(
                "Trial {number} has no predictions of the rows that its networks had not seen; choose a complete one.",
                number=trial.number,
            )
        return self.by_replica(stored, self.splits.valid)

    def by_replica(self, stored: NDArray[np.float32], valid: Sequence[Ints]) -> tuple[Floats, ...]:
        """Divide predictions of validation rows, one replica after the other, among the replicas."""
        width = max(self.target.n_classes, 1)
        ends = np.cumsum([width * len(rows) for rows in valid])
        parts = np.split(stored.ravel().astype(np.float64), ends[:-1])
        return tuple(part.reshape(-1, width) if self.target.n_classes else part for part in parts)


def stored_table(store: Store, dataset: DatasetRecord) -> Table:
    """Return the table of a data set; arrays such as the pixels of images are mapped, not read."""
    return table_files(store, dataset).load()


def table_files(store: Store, dataset: DatasetRecord) -> TableFiles:
    """Return where the table of a data set is stored.

    Raises
    ------
    StoreError
        Where a file is missing or damaged.
    """
    schema = TableSchema.from_json(dataset.schema)
    arrays = tuple(
        ArrayFile(name, str(store.artifacts.checked_path(array.sha256)), schema[name].role)
        for name, array in schema.arrays.items()
    )
    return TableFiles(str(store.artifacts.checked_path(dataset.table_sha256)), arrays)
