"""How a text file is laid out: its format, its names, where its table begins, and how its cells are read.

Used by `textfile` only. What was asked for is taken; the rest is found at the beginning of the file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from ..bundled.json_rows import JsonRows
from ..bundled.records import Quotes, column_names
from ..bundled.table_formats import DELIMITED, Rows, format_of, rows_of
from ..domain.errors import DataError, Message
from ..domain.spec import ReadSpec
from . import dialect
from .encoding import Scan

# Rows by which a header is told.
_SAMPLE_ROWS = 5000
_OTHER = {",": ".", ".": ","}


@dataclass(frozen=True, slots=True, eq=False)
class FileLayout:
    """How a text file is laid out.

    Attributes
    ----------
    read : ReadSpec
        Every setting resolved.
    names : list of str
        Of the columns.
    quotes : Quotes
    header_cells : list of str or None
        Of the row of names of a delimited file; None where it has none.
    n_preamble : int
        Lines before the table.
    unquote : bool
        Whether quotes stay on cells after blanks, and are to be taken off.
    rows : Rows or None
        Of a file that is not delimited.
    messages : tuple of Message
    """

    read: ReadSpec
    names: list[str]
    quotes: Quotes
    header_cells: list[str] | None = None
    n_preamble: int = 0
    unquote: bool = False
    rows: Rows | None = None
    messages: tuple[Message, ...] = ()


def layout_of(
    file: str, opened: Callable[[], BinaryIO], scan: Scan, asked: ReadSpec, known: Collection[str]
) -> FileLayout:
    """Return how a file is laid out.

    Parameters
    ----------
    file : str
        Its name.
    opened : callable
        Opens it, unpacked.
    scan : Scan
    asked : ReadSpec
        What is not to be found.
    known : collection of str
        Columns that the user names.

    Returns
    -------
    FileLayout

    Raises
    ------
    DataError
        Where it has no rows or a single column, or what was asked for is none.
    InputError
        Where its JSON or ARFF cannot be read.
    """
    form = asked.format or format_of(scan.sample)
    if form == DELIMITED:
        return _delimited(file, scan, asked, known)
    return _of_rows(file, form, rows_of(form, opened, scan.encoding, file), scan, asked, known)


def _of_rows(
    file: str, form: str, rows: Rows, scan: Scan, asked: ReadSpec, known: Collection[str]
) -> FileLayout:
    """Return the layout of a file in JSON or ARFF."""
    first = [cells for _, cells in islice(rows.rows(), _SAMPLE_ROWS)]
    n_columns = max(map(len, first)) if rows.names is None else len(rows.names)
    decimal = asked.decimal or dialect.detect_decimal(first[1:], ";")
    header = rows.names is not None or asked.header
    if header is None:
        header = dialect.detect_header(first, decimal, tuple(known))
    read = dataclasses.replace(
        asked,
        format=form,
        delimiter=",",
        encoding=scan.encoding,
        decimal=decimal,
        header=header,
        quoting=True,
        quote='"',
        escape="none",
        thousands=asked.thousands or _OTHER[decimal],
        skip_rows=0,
    )
    names = _names(first[0] if header else [], n_columns)
    return FileLayout(read, names, Quotes(), rows=rows, messages=_of_json(file, rows))


def _of_json(file: str, rows: Rows) -> tuple[Message, ...]:
    said: list[Message] = []
    if isinstance(rows, JsonRows) and rows.is_nested:
        said.append(
            Message(
                "{file}: objects within objects became columns of their own, called like address.city.",
                {"file": file},
            )
        )
    if isinstance(rows, JsonRows) and rows.lists:
        said.append(
            Message(
                "{file}: columns that hold lists, which cannot be used, and were left out: {columns}.",
                {"file": file, "columns": ", ".join(rows.lists)},
            )
        )
    return tuple(said)


def _delimited(file: str, scan: Scan, asked: ReadSpec, known: Collection[str]) -> FileLayout:
    sample = scan.sample
    named = dialect.named_delimiter(sample)
    delimiter = _checked(file, asked.delimiter or named or dialect.detect_delimiter(sample))
    quotes = dialect.quotes_of(asked, dialect.detect_quotes(sample, delimiter))
    skipped = asked.skip_rows or 0
    rows = dialect.split_rows(sample, delimiter, quotes)[: skipped + _SAMPLE_ROWS]
    widths = [len(row) for row in rows[skipped:] if any(row)]
    if not widths:
        raise DataError("{file} has no rows; choose a file with data.", file=file)
    n_columns = max(set(widths), key=lambda n: (widths.count(n), n))
    n_preamble = next(
        i
        for i, row in enumerate(rows)
        if i >= skipped and len(row) == n_columns and any(row) and not (i == 0 and named is not None)
    )
    body = [row for row in rows[n_preamble:] if len(row) == n_columns and any(row)]
    decimal = asked.decimal or _OTHER.get(asked.thousands or "") or dialect.detect_decimal(body, delimiter)
    if asked.header is not False:
        short = dialect.short_header(rows[skipped:n_preamble], body, decimal)
        if short is not None:
            n_preamble -= 1
            body = [short, *body]
    header = dialect.detect_header(body, decimal, tuple(known)) if asked.header is None else asked.header
    read = dataclasses.replace(
        asked,
        format=DELIMITED,
        delimiter=delimiter,
        encoding=scan.encoding,
        decimal=decimal,
        header=header,
        quoting=bool(quotes.sign),
        quote=quotes.sign or "none",
        escape=quotes.escape or "none",
        thousands=asked.thousands or _OTHER[decimal],
        skip_rows=n_preamble,
    )
    left_out = Message("{file}: lines left out before the table: {n:,}.", {"file": file, "n": n_preamble})
    return FileLayout(
        read,
        _names(body[0][:n_columns] if header else [], n_columns),
        quotes,
        body[0] if header else None,
        n_preamble,
        unquote=bool(quotes.sign) and dialect.has_spaced_quotes(sample, delimiter, quotes.sign),
        messages=(left_out,) if n_preamble else (),
    )


def _checked(file: str, delimiter: str | None) -> str:
    if delimiter is None:
        raise DataError(
            "{file} has a single column; a table needs a target and at least one more column (give the delimiter if "
            "it is an unusual one).",
            file=file,
        )
    if len(delimiter) != 1 or not delimiter.isascii():
        raise DataError("The delimiter {delimiter!r} must be one ASCII character.", delimiter=delimiter)
    return delimiter


def _names(given: list[str], n_columns: int) -> list[str]:
    return column_names([*given, *[""] * (n_columns - len(given))])
