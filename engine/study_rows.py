"""The rows of a study, and what fold networks said of those that they had not seen.

The one place where the schema, table, target and splits of a study come from: of a source `SourceRows` has them, of a
study in the store `StudyRows`, which is handed on to whoever needs some of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..storage.records import DatasetRecord, StudyRecord, TrialRecord
from ..storage.store import Store
from .data.schema import TableSchema
from .data.table import ArrayFile, Table, TableFiles
from .data.target import Target, encode_target, positive_class
from .domain.errors import DataError, ExportError
from .domain.kinds import AUTO, kinds_of
from .domain.spec import ReadSpec, StudySpec
from .kinds.registry import reader_of
from .kinds.sources import Loaded, load, named_columns
from .splits.splitting import Splits

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SourceRows:
    """The rows of a source, as a study of them has them.

    Attributes
    ----------
    loaded : Loaded
    schema : TableSchema
    target : Target
    spec : StudySpec
        What was asked, with task, metric and kind of data.
    """

    loaded: Loaded
    schema: TableSchema
    target: Target
    spec: StudySpec

    @classmethod
    def read(cls, source: str | Path | pd.DataFrame, spec: StudySpec, read: ReadSpec | None) -> SourceRows:
        """Read a source as it is asked for.

        Raises
        ------
        DataError, SpecError
            Where the data cannot be used as asked.
        """
        loaded = load(source, read, named_columns(spec.target, spec.roles, spec.task))
        schema = loaded.schema(spec.target, spec.roles, spec.kind)
        target = encode_target(loaded.table, schema, spec.task)
        if not schema.features:
            raise _without_features(loaded, schema, spec)
        spec = spec.resolved(target.task, schema.kind)
        positive = positive_class(target, spec.positive, spec.metric)
        spec = dataclasses.replace(spec, positive=positive)
        return cls(loaded, schema, target.with_positive(positive), spec)


def _without_features(loaded: Loaded, schema: TableSchema, spec: StudySpec) -> DataError:
    if spec.kind not in (AUTO, loaded.kind):
        return DataError(reader_of(kinds_of(spec.kind)[0]).needs.template, name=loaded.name)
    return DataError(
        "{name} has no column to learn from beside the target {target!r} (the others are: {columns}); change a "
        "role, or the target.",
        name=loaded.name,
        target=spec.target,
        columns=", ".join(f"{c.name} = {c.role}" for c in schema.columns if c.role != "target")[:200] or "–",
    )


@dataclass(frozen=True, eq=False)
class StudyRows:
    """The rows of a study; each part is read from the store when it is first asked for, and once.

    Attributes
    ----------
    store : Store
    study : StudyRecord
        What is read of it, its data and its splits, does not change once it runs.
    """

    store: Store
    study: StudyRecord

    @cached_property
    def dataset(self) -> DatasetRecord:
        """The study's data set."""
        return self.store.dataset(self.study.dataset_id or 0)

    @cached_property
    def schema(self) -> TableSchema:
        """The columns with their roles."""
        return TableSchema.from_json(self.dataset.schema)

    @cached_property
    def files(self) -> TableFiles:
        """Where the table is stored.

        Raises
        ------
        StoreError
            Where a file is missing or damaged.
        """
        artifacts = self.store.artifacts
        arrays = tuple(
            ArrayFile(name, str(artifacts.checked_path(array.sha256)), self.schema[name].role)
            for name, array in self.schema.arrays.items()
        )
        return TableFiles(str(artifacts.checked_path(self.dataset.table_sha256)), arrays)

    @cached_property
    def table(self) -> Table:
        """The table; arrays such as the pixels of images are mapped, not read."""
        return self.files.load()

    @cached_property
    def target(self) -> Target:
        """The target of the rows that have one."""
        return encode_target(
            self.table, self.schema, self.study.task, StudySpec.of_study(self.study).positive
        )

    @property
    def has_splits(self) -> bool:
        """Whether the rows were divided already."""
        return self.study.split_sha256 is not None

    @cached_property
    def splits(self) -> Splits:
        """How the rows are divided.

        Raises
        ------
        ExportError
            Where the study has no folds yet.
        """
        if self.study.split_sha256 is None:
            raise ExportError(
                "The study {study!r} has no folds yet; start its search.", study=self.study.name
            )
        return Splits.from_npz_bytes(self.store.artifacts.read(self.study.split_sha256))

    def out_of_fold(self, trial: TrialRecord) -> tuple[Floats, ...]:
        """Return by replica the predictions of its validation rows: probabilities (n, n_classes), or values (n,).

        Raises
        ------
        ExportError
            Where the trial has none.
        """
        stored = self.store.out_of_fold(trial.id)
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
