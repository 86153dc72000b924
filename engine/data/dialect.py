"""How a text file is written: delimiter, quoting, header, decimal sign. Detected from its beginning.

`reading` uses it; nothing here types a column. Every detected setting can be overridden by a `ReadSpec`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ..bundled.numbers import MISSING
from ..bundled.records import csv_rows
from .arrow import pc
from .cells import parse_numbers

_CHUNK = 1 << 20
_ROWS = 2000
_DELIMITERS = (",", ";", "\t", "|")


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
