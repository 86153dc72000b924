"""What the engine found in a data file (the result of an ``inspect`` job), typed for the window."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...engine.domain.kinds import DEFAULT_KIND

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of the file; `counts` are the bars of its histogram or its most frequent values."""

    name: str
    kind: str
    role: str
    n_missing: int
    n_unique: int
    minimum: float | str | None
    maximum: float | str | None
    mean: float | None
    examples: tuple[str, ...]
    counts: tuple[float, ...]
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing; `severity` is ``info``, ``warning`` or ``serious``."""

    severity: str
    code: str
    column: str | None
    message: Json

    def forbids(self, task: str) -> bool:
        """Whether no search can be started with this; what is wrong with a target may hold for the task that
        was found only.
        """
        wrong_target = self.code == "target" and task == "auto"
        return self.severity == "serious" and (wrong_target or self.code == "no_features")


@dataclass(frozen=True, slots=True)
class SplitFinding:
    """What speaks against folds drawn at random.

    Attributes
    ----------
    by : str
        ``order``, ``time``, ``group`` or ``name_part``: what the suggested folds follow; or ``duplicates``.
    column : str
        Of time or groups; of a part of names its number.
    gap : int
        Rows that the suggested folds leave out.
    key : str
        What an answer to it is called.
    message : mapping
        The sentences that tell it.
    """

    by: str
    column: str
    gap: int
    key: str
    message: Json


@dataclass(frozen=True, slots=True)
class Inspection:
    """A data file as it was read."""

    read: Json
    name: str
    n_rows: int
    n_columns: int
    size_bytes: int
    preview_columns: tuple[str, ...]
    preview_rows: tuple[tuple[str, ...], ...]
    columns: tuple[ColumnFacts, ...]
    findings: tuple[Finding, ...]
    messages: tuple[Json, ...]
    target: str | None
    task: str | None
    labels: tuple[tuple[str, int], ...]
    n_dropped: int
    kind: str = DEFAULT_KIND
    # Of images: PNG files and labels.
    thumbnails: tuple[tuple[bytes, str], ...] = ()
    # Of the cells.
    digest: str = ""
    # Rows of each official part: train, test.
    parts: tuple[tuple[str, int], ...] = ()
    # Those that must be answered, the gravest first.
    split_findings: tuple[SplitFinding, ...] = ()
    # Of the folds that were looked at.
    split_kind: str = ""

    def messages_for(self, part: str) -> tuple[Json, ...]:
        """Return what there is to say where `part` is the holdout (empty: rows drawn at random): no more that the
        part is there.
        """
        return tuple(one for one in self.messages if not part or _object(one, "args").get("part") != part)

    @classmethod
    def from_json(cls, data: Json) -> Inspection:
        """Take a job's result; what an older engine leaves out is empty."""
        preview: Json = data.get("preview") or {}
        return cls(
            read=data.get("read") or {},
            name=str(data.get("name", "")),
            n_rows=int(data.get("n_rows", 0)),
            n_columns=int(data.get("n_columns", 0)),
            size_bytes=int(data.get("size_bytes", 0)),
            preview_columns=tuple(preview.get("columns", ())),
            preview_rows=tuple(
                tuple("" if cell is None else str(cell) for cell in row) for row in preview.get("rows", ())
            ),
            columns=tuple(_column(column) for column in data.get("columns", ())),
            findings=tuple(
                Finding(
                    severity=str(f.get("severity", "info")),
                    code=str(f.get("code", "")),
                    column=f.get("column"),
                    message=f.get("message") or {},
                )
                for f in data.get("findings", ())
            ),
            messages=tuple(data.get("messages", ())),
            target=data.get("target"),
            task=data.get("task"),
            labels=tuple((str(label), int(count)) for label, count in data.get("labels") or ()),
            n_dropped=int(data.get("n_dropped") or 0),
            kind=str(data.get("kind") or DEFAULT_KIND),
            digest=str(data.get("digest") or ""),
            parts=tuple((str(name), int(n)) for name, n in _object(data, "parts").items()),
            split_findings=_split_findings(data.get("split_audit") or {}),
            split_kind=str(_object(data, "split_audit").get("kind", "")),
            thumbnails=tuple(
                (base64.b64decode(one["png"]), str(one["label"])) for one in data.get("thumbnails") or ()
            ),
        )


def _object(data: Json, key: str) -> Json:
    found: Json | None = data.get(key)
    return found or {}


def _split_findings(audit: Json) -> tuple[SplitFinding, ...]:
    return tuple(
        SplitFinding(
            by=str(look["by"]),
            column=str(look["column"]),
            gap=int(look["advised_gap"]),
            key=str(look["key"]),
            message=look["message"],
        )
        for look in audit.get("looks", ())
        if look.get("severity") == "serious"
    )


def _column(data: Json) -> ColumnFacts:
    top = tuple((str(value), int(count)) for value, count in data.get("top") or ())
    histogram: Json = data.get("histogram") or {}
    return ColumnFacts(
        name=str(data.get("name", "")),
        kind=str(data.get("kind", "")),
        role=str(data.get("role", "")),
        n_missing=int(data.get("n_missing") or 0),
        n_unique=int(data.get("n_unique") or 0),
        minimum=data.get("minimum"),
        maximum=data.get("maximum"),
        mean=data.get("mean"),
        examples=tuple(str(example) for example in data.get("examples") or ()),
        counts=tuple(float(count) for count in histogram.get("counts") or [count for _, count in top]),
        top=top,
    )
