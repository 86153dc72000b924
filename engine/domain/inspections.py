"""What is found in a data file before there is a study, as a type: the answer to an ``inspect`` job. Light.

As JSON it has the keys that ``cupel inspect --json`` prints.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .errors import Message
from .spec import ReadSpec
from .split_findings import SplitAudit
from .stored import encoded


class Preview(msgspec.Struct, frozen=True):
    """The first rows, as text; an empty cell is empty."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Thumbnail(msgspec.Struct, frozen=True):
    """A row as a picture: a PNG file in base64, and its target."""

    png: str
    label: str


class DataFinding(msgspec.Struct, frozen=True):
    """One thing to know of the data.

    Attributes
    ----------
    severity : {"info", "warning", "serious"}
    code : str
    column : str or None
    message : Message
    """

    severity: str
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
    preview : Preview
    thumbnails : tuple of Thumbnail
        Of rows that have pictures.
    columns : tuple of mapping
        The facts of each column (see `ColumnSchema`), with ``histogram`` or ``top``.
    findings : tuple of DataFinding
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
    preview: Preview
    thumbnails: tuple[Thumbnail, ...]
    columns: tuple[Mapping[str, object], ...]
    findings: tuple[DataFinding, ...]
    split_audit: SplitAudit | None
    messages: tuple[Message, ...]
    target: str | None
    task: str | None
    labels: tuple[tuple[str, int], ...]
    n_dropped: int
    parts: Mapping[str, int]

    def to_json(self) -> dict[str, object]:
        """Return what is stored and printed."""
        audit = None if self.split_audit is None else self.split_audit.to_json()
        return {**encoded(self), "split_audit": audit}
