"""How a study's data were read, and what was found in them: what window, terminal and Python tell alike. Light."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ...storage.records import DatasetRecord, Json
from .errors import Message
from .inspections import Finding
from .spec import ReadSpec
from .stored import decoded, encoded


class _Report(msgspec.Struct, frozen=True):
    messages: tuple[Message, ...] = ()
    findings: tuple[Finding, ...] = ()


class _Schema(msgspec.Struct, frozen=True):
    read: ReadSpec = ReadSpec()


@dataclass(frozen=True, slots=True)
class DataRead:
    """How data were read.

    Attributes
    ----------
    read : ReadSpec
        Every guess about the file resolved; nothing where it was no text file.
    messages : tuple of Message
        What was left out, mended, or read in a way that one should know; none of version 0.1.
    findings : tuple of Finding
        What speaks against the data, the gravest first.
    """

    read: ReadSpec
    messages: tuple[Message, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, dataset: DatasetRecord) -> DataRead:
        """Return what is stored of a data set.

        Parameters
        ----------
        dataset : DatasetRecord

        Returns
        -------
        DataRead

        Raises
        ------
        WorkspaceError
            Where what is stored is damaged.
        """
        what = Message("The data set {name!r}", {"name": dataset.name})
        report = decoded(_Report, dataset.report, what)
        return cls(decoded(_Schema, dataset.schema, what).read, report.messages, report.findings)

    def to_json(self) -> Json:
        """Return what ``--json`` prints."""
        return {
            "read": encoded(self.read),
            "messages": [message.to_json() for message in self.messages],
            "findings": [encoded(finding) for finding in self.findings],
        }


def how_read(read: ReadSpec) -> Message | None:
    """Return in words how a text file was read, None of what is no table of text.

    Parameters
    ----------
    read : ReadSpec
        Resolved.

    Returns
    -------
    Message or None
    """
    if read.delimiter is None:
        return None
    names, data = Message("names"), Message("data")
    if read.format not in (None, "delimited"):
        return Message(
            "Read as {format} in {encoding} text: decimal sign {decimal!r}.",
            {
                "format": str(read.format).upper(),
                "encoding": read.encoding or "utf-8",
                "decimal": read.decimal or ".",
            },
        )
    return Message(
        "Read as {encoding} text: delimiter {delimiter!r}, first row {header}, quotes {quote}, escapes {escape}, "
        "decimal sign {decimal!r}, thousands {thousands!r}, lines skipped: {n:,}.",
        {
            "encoding": read.encoding or "utf-8",
            "delimiter": "blank" if read.delimiter == " " else read.delimiter,
            "header": (data if read.header is False else names).to_json(),
            "quote": read.quote or ("none" if read.quoting is False else '"'),
            "escape": read.escape or "none",
            "decimal": read.decimal or ".",
            "thousands": read.thousands or ("." if read.decimal == "," else ","),
            "n": read.skip_rows or 0,
        },
    )
