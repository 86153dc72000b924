"""All that the window shows of a file before a study: one JSON-able dict. Run in a short-lived engine
process."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError, Message
from ..spec import ReadSpec
from .reading import ReadResult, read_table
from .report import build_report
from .samples import load_sample
from .schema import TableSchema, infer_schema
from .table import Table
from .target import Target, encode_target

SAMPLE_PREFIX = "sample:"
_PREVIEW_ROWS = 50
_MAX_LABELS = 100
_TARGET_NAMES = (
    "target",
    "label",
    "labels",
    "class",
    "y",
    "outcome",
    "response",
    "species",
    "survived",
    "churn",
    "diagnosis",
    "income",
    "price",
    "saleprice",
    "median_house_value",
    "mpg",
    "quality",
)


def load_source(source: str | Path, read: ReadSpec | None = None) -> tuple[ReadResult, str | None]:
    """Read a file, or the sample ``"sample:NAME"``; return it and, for a sample, its target column.

    Raises
    ------
    DataError
        As `read_table` and `load_sample` do.
    """
    if isinstance(source, str) and source.startswith(SAMPLE_PREFIX):
        table, target = load_sample(source.removeprefix(SAMPLE_PREFIX))
        return ReadResult(table, ReadSpec(), ()), target
    return read_table(source, read), None


def inspect_file(
    source: str | Path,
    read: ReadSpec | None = None,
    roles: Mapping[str, str] | None = None,
    target: str | None = None,
) -> dict[str, Any]:
    """Describe a file.

    Parameters
    ----------
    source : path, or ``"sample:NAME"``
    read, roles, target
        What the user has chosen so far; the rest is detected, the target suggested.

    Returns
    -------
    dict
        ``read``, ``name``, ``n_rows``, ``n_columns``, ``size_bytes``, ``preview`` (``columns``, ``rows`` of
        text), ``columns`` (each with ``histogram`` or ``top``), ``findings``, ``messages``, ``target``,
        ``task`` (None where the target cannot be used; a finding says why), ``labels`` ([label, rows], …),
        ``n_dropped``.

    Raises
    ------
    DataError
        Where the file cannot be read, or `roles` or `target` name no column.
    """
    result, sample_target = load_source(source, read)
    table = result.table
    chosen = target or sample_target or suggest_target(table, roles or {})
    schema = infer_schema(table, chosen, roles, result.read)
    encoded: Target | None = None
    if chosen is not None:
        try:
            encoded = encode_target(table, schema)
        except DataError:
            encoded = None  # build_report meets the same error and reports it as a finding
    report = build_report(table, schema, encoded)
    is_file = sample_target is None
    return {
        "read": dataclasses.asdict(result.read),
        "name": Path(source).name.split(".")[0] if is_file else str(source).removeprefix(SAMPLE_PREFIX),
        "n_rows": table.n_rows,
        "n_columns": len(table.columns),
        "size_bytes": Path(source).stat().st_size if is_file else 8 * table.n_rows * len(table.columns),
        "preview": _preview(table),
        "columns": _columns(schema, report.to_json()["pictures"]),
        "findings": [finding.to_json() for finding in report.findings],
        "messages": [message.to_json() for message in _messages(result, encoded)],
        "target": chosen,
        "task": encoded.task if encoded else None,
        "labels": [list(pair) for pair in encoded.counts()[:_MAX_LABELS]] if encoded else [],
        "n_dropped": encoded.n_dropped if encoded else 0,
    }


def suggest_target(table: Table, roles: Mapping[str, str]) -> str | None:
    """Return the column that is most likely the target: by name, else the last one that could be."""
    given = [name for name, role in roles.items() if role == "target"]
    if given:
        return given[0]
    by_name = {name.lower().replace(" ", ""): name for name in reversed(table.names)}
    for name in _TARGET_NAMES:
        if name in by_name:
            return by_name[name]
    schema = infer_schema(table)
    usable = [c.name for c in schema.columns if c.role in ("numeric", "categorical") and c.n_unique > 1]
    return usable[-1] if usable else None


def _preview(table: Table) -> dict[str, Any]:
    rows = np.arange(min(_PREVIEW_ROWS, table.n_rows))
    cells = [column.raw(rows) for column in table]
    shown = [["" if cell is None else str(cell) for cell in row] for row in zip(*cells, strict=True)]
    return {"columns": list(table.names), "rows": shown}


def _columns(schema: TableSchema, pictures: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {**dataclasses.asdict(c), "examples": list(c.examples), **pictures[c.name]} for c in schema.columns
    ]


def _messages(result: ReadResult, target: Target | None) -> tuple[Message, ...]:
    return result.messages + (target.messages if target else ())
