"""Making a study: read the data, infer roles, check the request, and write both to the store.

Used by the terminal, the window's jobs and Python users; needs pyarrow, but not TensorFlow, and scikit-learn only for
the sample tables.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..storage.records import NETWORKS, DatasetRecord, StudyRecord, TrialState
from ..storage.store import Store
from ..storage.workspace import SCRATCH
from .data.schema import TableSchema
from .data.table import TableFiles
from .data.target import positive_message
from .domain.comparable import ranked_together
from .domain.errors import Message, SpecError
from .domain.space_points import Start
from .domain.spec import ReadSpec, StudySpec
from .domain.split_findings import SplitAudit
from .domain.trial_facts import TrialFacts
from .inspection.report import DataReport, build_report
from .kinds.sources import Loaded, messages_of
from .splits.audit import audit_split
from .splits.near_duplicates import find_near_duplicates
from .splits.splitting import Splits, draw_splits
from .study_rows import SourceRows
from .workers.sharing import fewer_workers

if TYPE_CHECKING:
    import pandas as pd


def create_study(
    store: Store,
    source: str | Path | pd.DataFrame,
    spec: StudySpec,
    *,
    read: ReadSpec | None = None,
    name: str | None = None,
) -> tuple[StudyRecord, tuple[Message, ...]]:
    """Read the data and make a study of it, ready to run.

    Parameters
    ----------
    source : str, Path or DataFrame
        See `load`.
    spec : StudySpec
        Its task and metric may be left open (``auto``, ``""``).

    Returns
    -------
    study : StudyRecord
        In state DRAFT; its result holds the audit of its split, see `SplitAudit`.
    messages : tuple of Message
        What the user should know: rows dropped, cells that could not be read, …

    Raises
    ------
    DataError, SpecError
        Where the data cannot be used as asked.
    """
    return PlannedStudy.of(source, spec, read).create(store, name)


@dataclass(frozen=True, slots=True)
class PlannedStudy:
    """A study that can be made, of data that were read.

    Attributes
    ----------
    rows : SourceRows
    splits : Splits
    report : DataReport
    audit : SplitAudit
        Of its folds; what is unanswered in it should be answered before the study is made.
    """

    rows: SourceRows
    splits: Splits
    report: DataReport
    audit: SplitAudit

    @classmethod
    def of(cls, source: str | Path | pd.DataFrame, spec: StudySpec, read: ReadSpec | None) -> PlannedStudy:
        """Read the data, check the request and draw the folds; parameters and errors as of `create_study`."""
        rows = SourceRows.read(source, spec, read)
        table, schema, target, spec = rows.loaded.table, rows.schema, rows.target, rows.spec
        _check(spec)
        near = find_near_duplicates(table, schema, target.rows)
        return cls(
            rows,
            draw_splits(spec.split, target, table, schema, spec.seed, near),
            build_report(table, schema, target, spec.split, near),
            audit_split(table, schema, target, spec.split, near),
        )

    def create(self, store: Store, name: str | None = None) -> tuple[StudyRecord, tuple[Message, ...]]:
        """Write it to a store; what is returned is as of `create_study`."""
        loaded, spec = self.rows.loaded, self.rows.spec
        positive = positive_message(self.rows.target, spec.positive, spec.metric)
        said = (
            *loaded.messages,
            *messages_of(loaded.table, self.rows.schema),
            *self.rows.target.messages,
            *([positive] if positive else []),
        )
        dataset = _keep(store, loaded, self.rows.schema, self.report, said)
        study = store.create_study(
            name=name or f"{loaded.name} · {spec.target}",
            dataset_id=dataset.id,
            spec=spec.to_json(),
            metric=spec.metric,
            direction=spec.direction,
            task=spec.task,
        )
        store.set_split(study.id, store.artifacts.add(self.splits.to_npz_bytes()))
        store.set_result(study.id, {"split_audit": self.audit.to_json()})
        fewer = fewer_workers(spec.n_workers)
        return store.study(study.id), (*said, *self.splits.messages, *([fewer] if fewer else []))


def best_starts(store: Store, study: StudyRecord, n: int = 5) -> tuple[Start, ...]:
    """Return the values of a study's best trials, the best first, for `StudySpec.starts` of another."""
    trials = [t for t in store.trials(study.id, kinds=NETWORKS) if t.state is TrialState.COMPLETE]
    values = {t.id: TrialFacts.of(t).values for t in trials}
    # Scores of an older version, which were taken in another way, do not order those of this one.
    trials = [t for t in ranked_together(trials) if values[t.id] and t.same_as is None]
    trials.sort(key=lambda t: t.rank(study.direction))
    return tuple(Start(t.family, dict(values[t.id])) for t in trials[:n])


def start_messages(store: Store, study: StudyRecord, earlier: StudyRecord) -> list[Message]:
    """Return what should be known of a study that starts from an earlier one's best trials."""
    spec = StudySpec.of_study(study)
    n = sum(start.family in spec.families for start in spec.starts)
    if not n:
        return [
            Message(
                "The study {study!r} has no complete trial of the families {families}: nothing is taken over.",
                {"study": earlier.name, "families": ", ".join(spec.families)},
            )
        ]
    if store.dataset(study.dataset_id or 0).digest != store.dataset(earlier.dataset_id or 0).digest:
        return [
            Message(
                "The study {study!r} is of other data; its best {n} parameter sets are tried first all the same.",
                {"study": earlier.name, "n": n},
            )
        ]
    return []


def _check(spec: StudySpec) -> None:
    """Raise `SpecError` for what would otherwise come to light only when the study runs."""
    if spec.space is not None:
        for family in spec.families:
            if family not in spec.space.families:
                raise SpecError(
                    "The search space has no table for the family {family!r}; add one, or leave the family out.",
                    family=family,
                )
    if spec.sampler == "gp" and importlib.util.find_spec("torch") is None:
        raise SpecError(
            "The gp sampler needs PyTorch, which is not installed; choose tpe, or install cupel[gp]."
        )


def _keep(
    store: Store, loaded: Loaded, schema: TableSchema, report: DataReport, said: Sequence[Message]
) -> DatasetRecord:
    """Store a snapshot of the table: the study runs on it even when the file has moved or changed."""
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=store.workspace.path) as folder:
        files = TableFiles.save(loaded.table, Path(folder))
        size = sum(Path(path).stat().st_size for path in (files.table, *(a.path for a in files.arrays)))
        sha256 = store.artifacts.add_file(Path(files.table))
        arrays = {a.column: store.artifacts.add_file(Path(a.path)) for a in files.arrays}
        schema = schema.with_stored(arrays)
    return store.add_dataset(
        digest=loaded.table.digest(), name=loaded.name, source=loaded.source, n_rows=loaded.table.n_rows,
        n_columns=len(loaded.table.names), schema=schema.to_json(), table_sha256=sha256, size_bytes=size,
        report=report.to_json() | {"messages": [message.to_json() for message in said]},
    )  # fmt: skip
