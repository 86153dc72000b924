"""Making a study: read the data, infer roles, check the request, and write both to the store.

Used by the terminal, the window's jobs and Python users; needs pyarrow, but not TensorFlow, and scikit-learn only for
the sample tables.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..storage.records import DatasetRecord, StudyRecord
from ..storage.store import Store
from .data.frames import table_from_pandas
from .data.reading import read_table
from .data.report import build_report
from .data.samples import load_sample
from .data.schema import TableSchema, infer_schema
from .data.splitting import draw_splits
from .data.table import Table
from .data.target import encode_target
from .errors import DataError, Message, SpecError
from .search.space import check_space
from .spec import ReadSpec, StudySpec

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table that was read, and what was noticed."""

    table: Table
    name: str
    source: str
    read: ReadSpec
    messages: tuple[Message, ...]
    suggested_target: str | None = None


def load(source: str | Path | pd.DataFrame, read: ReadSpec | None = None) -> Loaded:
    """Read a file, a sample table by name (``sample:iris``), or a pandas data frame.

    Raises
    ------
    DataError
        Where it cannot be read.
    """
    if isinstance(source, str) and source.startswith("sample:"):
        name = source.removeprefix("sample:")
        table, target = load_sample(name)
        return Loaded(table, name, source, ReadSpec(), (), target)
    if isinstance(source, str | Path):
        path = Path(source).expanduser()
        result = read_table(path, read or ReadSpec())
        return Loaded(result.table, path.stem, str(path.absolute()), result.read, result.messages)
    return Loaded(table_from_pandas(source), "data frame", "data frame", ReadSpec(), ())


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
        In state DRAFT.
    messages : tuple of Message
        What the user should know: rows dropped, cells that could not be read, …

    Raises
    ------
    DataError, SpecError
        Where the data cannot be used as asked.
    """
    loaded = load(source, read)
    schema = infer_schema(loaded.table, spec.target, spec.roles, loaded.read)
    target = encode_target(loaded.table, schema, spec.task)
    if not schema.features:
        raise DataError(
            "{name} has no column to learn from beside the target {target!r}; change a role, or the target.",
            name=loaded.name,
            target=spec.target,
        )
    spec = spec.resolved(target.task)
    _check(spec)
    splits = draw_splits(spec.split, target, loaded.table, schema, spec.seed)
    dataset = _keep(store, loaded, schema)
    study = store.create_study(
        name=name or f"{loaded.name} · {spec.target}",
        dataset_id=dataset.id,
        spec=spec.to_json(),
        metric=spec.metric,
        direction=spec.direction,
        task=spec.task,
    )
    store.set_split(study.id, store.artifacts.add(splits.to_npz_bytes()))
    return study, (*loaded.messages, *target.messages, *splits.messages)


def _check(spec: StudySpec) -> None:
    """Raise `SpecError` for what would otherwise come to light only when the study runs."""
    if spec.space is not None:
        check_space(spec.space)
        for family in spec.families:
            if family not in spec.space:
                raise SpecError(
                    "The search space has no table for the family {family!r}; add one, or leave the family out.",
                    family=family,
                )
    if spec.sampler == "gp" and importlib.util.find_spec("torch") is None:
        raise SpecError(
            "The gp sampler needs PyTorch, which is not installed; choose tpe, or install cupel[gp]."
        )


def _keep(store: Store, loaded: Loaded, schema: TableSchema) -> DatasetRecord:
    """Store a snapshot of the table: the study runs on it even when the file has moved or changed."""
    with tempfile.TemporaryDirectory(dir=store.workspace.path) as folder:
        path = Path(folder) / "table.parquet"
        loaded.table.to_parquet(path)
        size = path.stat().st_size
        sha256 = store.artifacts.add_file(path)
    report: Mapping[str, Any] = build_report(loaded.table, schema).to_json()
    return store.add_dataset(
        digest=loaded.table.digest(), name=loaded.name, source=loaded.source, n_rows=loaded.table.n_rows,
        n_columns=len(loaded.table.names), schema=schema.to_json(), report=report, table_sha256=sha256, size_bytes=size,
    )  # fmt: skip
