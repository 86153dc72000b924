"""How the bytes of a text table become rows of cells; for training and for bundles. Needs Python alone."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from .errors import InputError

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BYTES = 1 << 20


class Quotes(NamedTuple):
    """How cells are quoted.

    Attributes
    ----------
    sign : str
        Around a cell; empty where cells are not quoted.
    escape : str
        Before a sign that is part of a quoted cell; empty where such a sign is doubled.
    """

    sign: str = '"'
    escape: str = ""


BLANK = " "
"""As a delimiter: any number of blanks and tabs, also before the first cell and after the last."""
# The longest cell in signs; the csv module allows 131,072 where nothing is said.
csv.field_size_limit(2**31 - 1)


def csv_rows(lines: Iterable[str], delimiter: str, quotes: Quotes) -> Any:
    """Return a reader of rows of cells (`csv.reader`); blanks after a delimiter are no part of a cell."""
    if delimiter == BLANK:
        lines = (line.replace("\t", BLANK).strip(" \r\n") + "\n" for line in lines)
    if not quotes.sign:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, skipinitialspace=True)
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quotes.sign,
        escapechar=quotes.escape or None,
        skipinitialspace=True,
    )


def delimiter_of(word: str | None) -> str | None:
    """Return the delimiter that a word or sign names on a command line: ``tab``, ``blank``, ``;``."""
    return {"\\t": "\t", "tab": "\t", "blank": BLANK, "blanks": BLANK}.get(word or "", word)


def names_of(lists: Iterable[str]) -> list[str]:
    """Return the names in lists with commas; a name that has a comma itself stands in quotes."""
    return [name.strip() for row in csv.reader(lists, skipinitialspace=True) for name in row if name.strip()]


def written_delimiter(delimiter: str | None) -> str:
    """Return the delimiter of the sample rows of data that had one: cells between blanks can be empty in no other."""
    return "\t" if delimiter == BLANK else delimiter or ","


def column_names(cells: Sequence[str], *, fill: bool = True) -> list[str]:
    """Return distinct names of a header's cells.

    Parameters
    ----------
    fill : bool
        Whether a blank one is called ``column_1``, …; else it stays blank.
    """
    given = [" ".join(cell.split()) or (f"column_{i + 1}" if fill else "") for i, cell in enumerate(cells)]
    return [name if wanted else "" for name, wanted in zip(distinct(given), given, strict=True)]


def distinct(given: Iterable[str]) -> list[str]:
    """Return names of which none comes twice: a later one of the same name ends in ``_2``, ``_3``, …"""
    names: list[str] = []
    taken: set[str] = set()
    # What is free only grows: of 30,000 columns of one name each would be tried against all before it.
    suffixes: dict[str, int] = {}
    for base in given:
        name = base
        while name in taken:
            suffixes[base] = suffixes.get(base, 1) + 1
            name = f"{base}_{suffixes[base]}"
        names.append(name)
        taken.add(name)
    return names


def found_encoding(opened: Callable[[], BinaryIO], trained: str, file: str) -> str:
    """Return the encoding of a file: as a mark at its beginning says, UTF-8, or that of the training data.

    Raises
    ------
    InputError
        Where the file is empty, or is no UTF-8 although the training data were.
    """
    with opened() as stream:
        head = stream.read(_BYTES)
        if not head.strip():
            raise InputError("{file} is empty; give a file with a header and rows.", file=file)
        for bom, encoding in BOMS:
            if head.startswith(bom):
                return encoding
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while head:
                decoder.decode(head)
                head = stream.read(_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            if not trained.lower().startswith(("utf", "ascii")):
                return trained
            raise InputError(
                "{file} is not UTF-8 text; give its encoding, for instance latin-1 or gb18030.", file=file
            ) from None
    return "utf-8"


def records(
    raw: BinaryIO, encoding: str, delimiter: str, quotes: Quotes, file: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of every record of a stream that is not an empty line.

    Raises
    ------
    InputError
        Where the bytes cannot be read as such text.
    """
    line = 1
    try:
        with io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
            reader = csv_rows(text, delimiter, quotes)
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1
    except (UnicodeError, LookupError, csv.Error) as error:
        raise InputError(
            "{file}, line {row}, cannot be read as {encoding} text: {reason}; check encoding and delimiter.",
            file=file, row=line, encoding=encoding, reason=str(error),
        ) from error  # fmt: skip
