"""How a text file is written: encoding, delimiter, quoting, header, decimal sign. Detected from its bytes.

`reading` uses it; nothing here types a column. Every detected setting can be overridden by a `ReadSpec`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from ..bundled.numbers import MISSING
from ..bundled.records import BOMS, csv_rows
from ..domain.errors import DataError
from .arrow import pc
from .cells import parse_numbers

_CHUNK = 1 << 20
_SAMPLE = 4 << 20
_LEGACY_SAMPLE = 8 << 20
_ROWS = 2000
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a pass over all bytes of a file found.

    Attributes
    ----------
    encoding : str
        A Python codec that decodes the whole file.
    sample : str
        The beginning of the file, whole lines (all of it where it is small).
    n_line_ends : int
    """

    encoding: str
    sample: str
    n_line_ends: int


def scan_file(file: str, opened: Callable[[], BinaryIO], encoding: str | None) -> Scan:
    """Decide the encoding, decode the file once from end to end with it, and keep its beginning.

    Raises
    ------
    DataError
        Where the file is empty, not text, or the given `encoding` is unknown or does not fit.
    """
    with opened() as stream:
        head = stream.read(_CHUNK)
    _check_text(file, head, encoding)
    if encoding is None:
        encoding = next((name for bom, name in BOMS if head.startswith(bom)), None) or _utf16(head) or "utf-8"
        failure = _decode(opened, encoding)
        if isinstance(failure, Scan):
            return failure
        encoding = _legacy_encoding(opened)
    else:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise DataError(
                "{encoding!r} is not a known encoding; use utf-8, gb18030 or latin-1, for instance.",
                encoding=encoding,
            ) from error
    scanned = _decode(opened, encoding)
    if isinstance(scanned, Scan):
        return scanned
    raise DataError(
        "{file} is not {encoding} text: line {row} cannot be decoded; choose another encoding.",
        file=file,
        encoding=encoding,
        row=scanned,
    )


def named_delimiter(sample: str) -> str | None:
    """Return the delimiter that a first line such as ``sep=;`` names (Excel writes and reads it), or None."""
    found = re.match(r"sep=(.)\r?\n", sample, re.IGNORECASE)
    return found[1] if found else None


def detect_delimiter(sample: str) -> str | None:
    """Return the delimiter that divides most lines into the same number of cells, or None for a single
    column."""
    lines = sample[: _CHUNK // 4]
    best: tuple[float, int, str] | None = None
    for delimiter in _DELIMITERS:
        counts = Counter(len(row) for row in split_rows(lines, delimiter, quoting=True)[:_ROWS] if any(row))
        wide = {n: c for n, c in counts.items() if n > 1}
        if not wide:
            continue
        n_cells, n_lines = max(wide.items(), key=lambda item: (item[1], item[0]))
        score = (round(n_lines / sum(counts.values()), 2), n_cells, delimiter)
        if best is None or score > best:
            best = score
    return best[2] if best is not None and best[0] >= 0.3 else None


def detect_quoting(sample: str, delimiter: str) -> bool:
    """Return whether ``"`` quotes cells.

    It does not where many cells that open with one never close it properly, nor where taking it for a quote joins
    lines of a file in which every line is a full row by itself.
    """
    mark = re.escape(delimiter)
    cells = re.finditer(
        rf'(?:^|{mark}) *"(?:((?:[^"]|"")*+)"(?= *(?:{mark}|\r|\n|\Z)))?', sample, re.MULTILINE
    )
    closed = [cell[1] for cell in cells]
    proper = [cell for cell in closed if cell is not None]
    if len(proper) < 0.9 * len(closed):
        return False
    if not any("\n" in cell or "\r" in cell for cell in proper):
        return True
    plain, quoted = (
        [len(row) for row in split_rows(sample[:_CHUNK], delimiter, quoting) if any(row)]
        for quoting in (False, True)
    )
    width = max(set(plain), key=plain.count)
    same = plain.count(width) >= 0.99 * len(plain) and max(set(quoted), key=quoted.count) == width
    return not same or width == 1


def split_rows(sample: str, delimiter: str, quoting: bool) -> list[list[str]]:
    """Return the cells of the sample's rows, trimmed; stops where a row cannot be read."""
    rows: list[list[str]] = []
    try:
        reader = csv_rows(io.StringIO(sample, newline=""), delimiter, quoting=quoting)
        rows.extend([cell.strip() for cell in row] for row in reader)
    except csv.Error:
        # A cell beyond the csv module's limit: the rows before it are a sample too.
        return rows
    return rows


def detect_decimal(body: Sequence[Sequence[str]], delimiter: str) -> str:
    """Return ``","`` where more cells can only be read with a decimal comma than with a decimal point."""
    comma = re.compile(r"^[+-]?(?:\d*,(?:\d{1,2}|\d{4,})|0,\d+|\d{1,3}(?:[. ]\d{3})+,\d+)(?:[eE][+-]?\d+)?$")
    point = re.compile(
        r"^[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|0\.\d+|\d{4,}\.\d+|\d{1,3}(?:[, ]\d{3})+\.\d+)(?:[eE][+-]?\d+)?$"
    )
    cells = [cell for row in body for cell in row]
    n_comma = sum(comma.match(cell) is not None for cell in cells)
    if n_comma == 0:
        return "."
    if n_comma == sum(bool(re.match(r"^\d+,\d{3}$", cell)) for cell in cells) and delimiter == ",":
        return "."
    return "," if n_comma > sum(point.match(cell) is not None for cell in cells) else "."


def detect_header(rows: Sequence[Sequence[str]], decimal: str) -> bool:
    """Return whether the first row holds names: by how it differs, column by column, from the rows below."""
    if len(rows) < 2:
        return bool(rows) and not _numeric(list(rows[0]), decimal).any()
    first, body = rows[0], rows[1:]
    votes = sum(
        _header_vote(cell, [row[i] for row in body if i < len(row)], decimal) for i, cell in enumerate(first)
    )
    if votes != 0:
        return votes > 0
    named = [cell for cell in first if cell]
    return len(named) == len(set(named)) and len(named) > 0 and not _numeric(named, decimal).any()


def short_header(
    before: Sequence[list[str]], body: Sequence[Sequence[str]], decimal: str
) -> list[str] | None:
    """Return a header that is one cell shorter than the rows, made up to their length, or None.

    The row right before the table is one if it has names only. The cell that it lacks is the last where the
    rows end in a delimiter, else the first (row names, as R writes them).
    """
    if not before or len(body[0]) < 3 or len(before[-1]) != len(body[0]) - 1:
        return None
    if not all(before[-1]) or _numeric(before[-1], decimal).any():
        return None
    return [*before[-1], ""] if not any(row[-1] for row in body) else ["", *before[-1]]


def has_spaced_quotes(sample: str, delimiter: str) -> bool:
    """Return whether quoted cells come after blanks (``1, "a"``), where Arrow leaves the quotes on."""
    n_spaced = len(re.findall(rf'(?:^|{re.escape(delimiter)}) +"', sample, re.MULTILINE))
    return n_spaced >= 0.2 * (sample.count("\n") + sample.count("\r") + 1)


def without_quotes(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return cells trimmed and without the quotes around them."""
    return pc.replace_substring_regex(pc.utf8_trim_whitespace(cells), r'^"((?s:.*))"$', r"\1")


def _header_vote(cell: str, below: list[str], decimal: str) -> int:
    present = [value for value in below if value not in MISSING]
    if not present or not cell:
        return 0
    numeric_body = float(np.mean(_numeric(present, decimal))) >= 0.8
    numeric_cell = bool(_numeric([cell], decimal)[0])
    if numeric_body or numeric_cell:
        return -1 if numeric_cell else 1
    if cell in present:
        return -1
    return 1 if len(set(present)) <= max(0.5 * len(present), 1) else 0


def _numeric(cells: list[str], decimal: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return ~np.isnan(parse_numbers(pa.array(cells, pa.string()), decimal))


def _check_text(file: str, head: bytes, encoding: str | None) -> None:
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise DataError("{file} is empty; choose a file with a header and rows.", file=file)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DataError(
            "{file} is a workbook or an archive, not a table; save it as CSV or Parquet first.", file=file
        )
    wide = (encoding or "").lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    if (
        b"\x00" in head
        and not wide
        and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        and not _utf16(head)
    ):
        raise DataError("{file} is a binary file, not a table; choose a CSV, TSV or Parquet file.", file=file)


def _utf16(head: bytes) -> str | None:
    """Recognise UTF-16 without a byte order mark by its zero bytes on one side."""
    head = head[: len(head) // 2 * 2]
    zero = np.frombuffer(head, np.uint8).reshape(-1, 2) == 0
    even, odd = zero.mean(axis=0) if len(zero) else (0.0, 0.0)
    if odd > 0.3 and even < 0.01:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.01 else None


def _decode(opened: Callable[[], BinaryIO], encoding: str) -> Scan | int:
    """Decode the whole file; on failure return the 1-based line that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    kept: list[str] = []
    n_kept = n_ends = 0
    ended_cr = more = False
    with opened() as stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return n_ends + chunk[: error.start].count(b"\n") + 1
            n_ends += _line_ends(text, ended_cr)
            ended_cr = text.endswith("\r") if text else ended_cr
            if n_kept < _SAMPLE:
                kept.append(text)
                n_kept += len(text)
            elif text:
                more = True
            if not chunk:
                break
    sample = "".join(kept).removeprefix("\ufeff")
    if more:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    return Scan(encoding, sample, n_ends)


def _line_ends(text: str, ended_cr: bool) -> int:
    """Count line ends of any kind; a line feed right after a carriage return of the text before is not one
    more."""
    n = text.count("\n") - (1 if ended_cr and text.startswith("\n") else 0)
    n_cr = text.count("\r")
    return n + (n_cr - text.count("\r\n") if n_cr else 0)


def _legacy_encoding(opened: Callable[[], BinaryIO]) -> str:
    """Tell GB18030 from Western text, which often decodes as GB18030 by accident.

    Chinese text is made of pairs of high bytes within GB 2312 that follow one another; Western accents stand
    alone between ASCII letters.
    """
    with opened() as stream:
        data = stream.read(_LEGACY_SAMPLE)
    runs = re.findall(rb"[\x80-\xff]+", data)
    paired = sum(
        len(run) for run in runs if len(run) % 2 == 0 and re.fullmatch(rb"(?:[\xa1-\xf7][\xa1-\xfe])+", run)
    )
    total = sum(map(len, runs))
    if total and paired >= 0.7 * total and _decode_ok(opened, "gb18030"):
        return "gb18030"
    return "cp1252" if _decode_ok(opened, "cp1252") else "latin-1"


def _decode_ok(opened: Callable[[], BinaryIO], encoding: str) -> bool:
    return isinstance(_decode(opened, encoding), Scan)
