"""What the window shows of a file before a study, found in a process of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from ..data.schema import ColumnSchema, TableSchema
from ..data.table import Table
from ..data.target import Target, encode_target
from ..domain.errors import DataError, Message
from ..domain.families import families_of
from ..domain.inspections import ColumnFacts, DataPreview, Finding, Histogram, Inspection, Thumbnail
from ..domain.kinds import AUTO
from ..domain.spec import ReadSpec, SplitSpec
from ..domain.split_findings import SplitAudit
from ..kinds.registry import reader_of
from ..kinds.sources import Loaded, load, messages_of, named_columns
from ..splits.audit import audit_split
from ..splits.near_duplicates import find_near_duplicates
from ..splits.splitting import official_parts
from .guess import suggest_target
from .report import Distribution, build_report

_PREVIEW_ROWS = 50
_THUMBNAILS = 60
_MAX_LABELS = 100
_USUAL_SPLIT = SplitSpec()


def inspect_file(
    source: str | Path,
    read: ReadSpec | None = None,
    roles: Mapping[str, str] | None = None,
    target: str | None = None,
    *,
    split: SplitSpec = _USUAL_SPLIT,
    kind: str = AUTO,
    known_sizes: Collection[tuple[int, int]] = (),
) -> Inspection:
    """Describe a file.

    Parameters
    ----------
    source : path, or ``"sample:NAME"``
    read, roles, target
        What the user has chosen so far; the rest is detected, the target suggested.
    split : SplitSpec
        The folds that are looked at, see `audit_split`.
    kind : str
        What the data are taken for, such as ``table+text``; ``auto`` is decided from the columns.
    known_sizes : collection of (int, int)
        Rows and columns of data sets that these data may be equal to.

    Returns
    -------
    Inspection

    Raises
    ------
    DataError
        Where the file cannot be read, or `roles` or `target` name no column.
    """
    loaded = load(source, read, named_columns(target, roles or {}))
    table = loaded.table
    chosen = target or loaded.suggested_target or suggest_target(table, roles or {})
    schema = loaded.schema(chosen, roles, kind)
    encoded: Target | None = None
    if chosen is not None:
        try:
            encoded = encode_target(table, schema)
        except DataError:
            # build_report meets the same error and reports it as a finding.
            encoded = None
    near = find_near_duplicates(table, schema, encoded.rows) if encoded is not None else None
    audit = audit_split(table, schema, encoded, split, near) if encoded is not None else None
    report = build_report(table, schema, encoded, split, near)
    return Inspection(
        read=loaded.read,
        name=loaded.name,
        kind=schema.kind,
        families=families_of(schema.kind),
        n_rows=table.n_rows,
        n_columns=len(table.columns),
        size_bytes=loaded.size_bytes,
        digest=table.digest() if (table.n_rows, len(table.columns)) in known_sizes else "",
        preview=_preview(table),
        thumbnails=_thumbnails(table, schema),
        columns=tuple(_facts(column, report.pictures[column.name]) for column in schema.columns),
        findings=(*_split_findings(audit), *report.findings),
        split_audit=audit,
        messages=_messages(loaded, schema, encoded),
        target=chosen,
        task=encoded.task if encoded else None,
        labels=encoded.counts()[:_MAX_LABELS] if encoded else (),
        n_dropped=encoded.n_dropped if encoded else 0,
        parts=official_parts(table),
    )


def _split_findings(audit: SplitAudit | None) -> list[Finding]:
    """Return what speaks against the folds, as findings of the report."""
    if audit is None:
        return []
    return [
        Finding(
            "serious" if look.severity == "serious" else "warning",
            "split",
            look.column if look.by in ("time", "group") else None,
            look.message(),
        )
        for look in audit.findings
    ]


def _thumbnails(table: Table, schema: TableSchema) -> tuple[Thumbnail, ...]:
    """Return some rows as pictures with their targets, spread over the table; none where rows have no picture."""
    if not table.n_rows:
        return ()
    rows = np.unique(np.linspace(0, table.n_rows - 1, min(_THUMBNAILS, table.n_rows)).astype(np.int64))
    target = schema.target
    labels = table[target.name].raw(rows) if target is not None else [""] * len(rows)
    for one in schema.inputs:
        pictures = reader_of(one.kind).pictures(table, one.columns, rows)
        if pictures:
            return tuple(
                Thumbnail(png, "" if label is None else str(label))
                for png, label in zip(pictures, labels, strict=True)
            )
    return ()


def _preview(table: Table) -> DataPreview:
    rows = np.arange(min(_PREVIEW_ROWS, table.n_rows))
    cells = [column.raw(rows) for column in table]
    shown = (tuple("" if cell is None else str(cell) for cell in row) for row in zip(*cells, strict=True))
    return DataPreview(tuple(table.names), tuple(shown))


def _facts(column: ColumnSchema, picture: Distribution) -> ColumnFacts:
    histogram = Histogram(picture.edges, picture.counts) if picture.edges else None
    return ColumnFacts(
        column.name,
        column.storage,
        column.role,
        column.n_missing,
        column.n_unique,
        column.minimum,
        column.maximum,
        column.mean,
        column.examples,
        column.date_format,
        column.array,
        histogram,
        picture.top if histogram is None else None,
    )


def _messages(loaded: Loaded, schema: TableSchema, target: Target | None) -> tuple[Message, ...]:
    return loaded.messages + messages_of(loaded.table, schema) + (target.messages if target else ())
