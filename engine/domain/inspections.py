"""What is found in a data file before there is a study, as a type: the answer to an ``inspect`` job. Light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from .errors import Message
from .kinds import Storage
from .spec import ReadSpec
from .split_findings import SplitAudit
from .stored import encoded

Severity = Literal["info", "warning", "serious"]


@dataclass(frozen=True, slots=True)
class ArraySchema:
    """The arrays of a column: the shape of each, and, once stored, the sha256 of the file of all; and their type."""

    shape: tuple[int, ...]
    sha256: str = ""
    dtype: str = "uint8"


class DataPreview(msgspec.Struct, frozen=True):
    """The first rows, as text; an empty cell is empty."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Thumbnail(msgspec.Struct, frozen=True):
    """A row as a picture: a PNG file, in base64 as JSON, and its target."""

    png: bytes
    label: str


class Histogram(msgspec.Struct, frozen=True):
    """How many cells lie between edges, one more of which there is."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class ColumnFacts(msgspec.Struct, frozen=True, omit_defaults=True, rename={"storage": "kind"}):
    """One column of the file. In JSON its storage is called ``kind``, as it was in version 0.1.0.

    Attributes
    ----------
    name : str
    storage : {"number", "text", "date"}
    role, n_missing, n_unique, minimum, maximum, mean, examples, date_format, array
        See `data.schema.ColumnSchema`.
    histogram : Histogram or None
        Of numbers and dates; None where all cells are missing.
    top : tuple of (str, int) or None
        Cells and rows, the commonest first; None where there is a histogram.
    """

    name: str
    storage: Storage
    role: str
    n_missing: int
    n_unique: int
    minimum: float | None
    maximum: float | None
    mean: float | None
    examples: tuple[str, ...]
    date_format: str
    array: ArraySchema | None = None
    histogram: Histogram | None = None
    top: tuple[tuple[str, int], ...] | None = None

    @property
    def counts(self) -> tuple[int, ...]:
        """The bars of the histogram, else the rows of the commonest cells."""
        return self.histogram.counts if self.histogram is not None else tuple(n for _, n in self.top or ())


class Finding(msgspec.Struct, frozen=True):
    """One thing to know of the data.

    Attributes
    ----------
    severity : {"info", "warning", "serious"}
    code : str
        What was found, for filtering: ``missing``, ``leakage``, …
    column : str or None
    message : Message
    """

    severity: Severity
    code: str
    column: str | None
    message: Message


class Inspection(msgspec.Struct, frozen=True):
    """What is found in a file.

    Attributes
    ----------
    read : ReadSpec
        How it was read.
    name : str
    kind : str
        Of the data.
    families : tuple of str
        Those for the kind.
    n_rows, n_columns, size_bytes : int
    digest : str
        Empty where no data set that is known has this size: it takes a pass over all cells and pixels.
    preview : DataPreview
    thumbnails : tuple of Thumbnail
        Of rows that have pictures.
    columns : tuple of ColumnFacts
    findings : tuple of Finding
        Of the split first, then of the data, the gravest first.
    split_audit : SplitAudit or None
        None without a target.
    messages : tuple of Message
    target : str or None
    task : str or None
        None where the target cannot be used; a finding says why.
    labels : tuple of (str, int)
        Labels and rows.
    n_dropped : int
        Rows without a target.
    parts : mapping of str to int
        Rows of each official part.
    """

    read: ReadSpec
    name: str
    kind: str
    families: tuple[str, ...]
    n_rows: int
    n_columns: int
    size_bytes: int
    digest: str
    preview: DataPreview
    thumbnails: tuple[Thumbnail, ...]
    columns: tuple[ColumnFacts, ...]
    findings: tuple[Finding, ...]
    split_audit: SplitAudit | None
    messages: tuple[Message, ...]
    target: str | None
    task: str | None
    labels: tuple[tuple[str, int], ...]
    n_dropped: int
    parts: Mapping[str, int]

    def to_json(self) -> dict[str, object]:
        """Return what ``cupel inspect --json`` prints; the audit of the split has its sentences there."""
        audit = None if self.split_audit is None else self.split_audit.to_json()
        return {**encoded(self), "split_audit": audit}
