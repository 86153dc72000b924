"""How a text file is written: delimiter, quoting, header, decimal sign. Detected from its beginning.

`reading` uses it; nothing here types a column. Every detected setting can be overridden by a `ReadSpec`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..bundled.numbers import MISSING
from ..bundled.records import BLANK, Quotes, column_names, csv_rows
from ..domain.spec import ReadSpec
from .arrow import pc
from .cells import parse_numbers

_CHUNK = 1 << 20
_ROWS = 2000
_AROUND = re.compile(r"[^\d+.,-]{0,5}([+-]?[\d.,' \u00a0]*\d)(?: ?[^\d\s.,-][^\d.,-]{0,11})?")
# Of the lines, how many have to have the same number of cells where they have blanks between them.
_REGULAR = 0.95
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
        quotes = detect_quotes(lines, delimiter)
        counts = Counter(len(row) for row in split_rows(lines, delimiter, quotes)[:_ROWS] if any(row))
        wide = {n: c for n, c in counts.items() if n > 1}
        if not wide:
            continue
        n_cells, n_lines = max(wide.items(), key=lambda item: (item[1], item[0]))
        score = (round(n_lines / sum(counts.values()), 2), n_cells, delimiter)
        if best is None or score > best:
            best = score
    found = best[2] if best is not None and best[0] >= 0.3 else None
    return BLANK if _is_between_blanks(lines, found) else found


def _is_between_blanks(lines: str, delimiter: str | None) -> bool:
    """Return whether cells have blanks between them, rather than a delimiter that divides lines too, or none.

    Every line has the same number of words then. Beside a delimiter they speak only where most of its cells are no
    words: where they hold several blanks in a row (``18.0   8   307.0<tab>"ford"``), or numbers with a decimal comma.
    """
    rows = [row for row in split_rows(lines, BLANK, detect_quotes(lines, BLANK))[:_ROWS] if row]
    if len(rows) < 2:
        return False
    widths = Counter(map(len, rows))
    width, n_lines = widths.most_common(1)[0]
    # A row of names may lack that of the rows' own names.
    if width < 2 or n_lines < max(_REGULAR * (len(rows) - 1), min(len(rows), 3)):
        return False
    if delimiter is None:
        return True
    if delimiter == "\t":
        start = lines.splitlines()[: len(rows)]
        return sum(bool(re.search(r"[^\s] {2,}[^\s]", line)) for line in start) >= _REGULAR * (len(start) - 1)
    words = [cell for row in rows for cell in row if delimiter in cell]
    return (
        delimiter == ","
        and len(words) >= 2 * (len(rows) - 1)
        and all(re.fullmatch(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?", word) for word in words)
    )


def detect_quotes(sample: str, delimiter: str) -> Quotes:
    """Return the sign that quotes cells, and the one before a quote within a cell, each empty where there is none.

    The sign is ``"``, or ``'`` where no cell opens with the other and every second line has a cell in such signs. It
    quotes nothing where many cells that open with it never close properly, nor where taking it for a quote joins lines
    of a file in which every line is a full row by itself.
    """
    if delimiter == BLANK:
        sample = sample.replace("\t", BLANK)
    start = sample[:_CHUNK]
    mark = re.escape(delimiter)
    sign = '"'
    if not re.search(rf'(?:^|{mark}) *"', start, re.MULTILINE):
        apart = re.findall(rf"(?:^|{mark}) *'(?:[^'\n]|'')*'(?= *(?:{mark}|\r|\n|\Z))", start, re.MULTILINE)
        if 2 * len(apart) < start.count("\n") + 1:
            return Quotes()
        sign = "'"
    quotes = Quotes(sign, "\\" if _has_escapes(start, delimiter, sign) else "")
    return quotes if _is_quoted(sample, delimiter, quotes) else Quotes("")


def quotes_of(read: ReadSpec, found: Quotes) -> Quotes:
    """Return how cells are quoted: as is asked for, else as was found."""
    if read.quoting is False or read.quote == "none":
        return Quotes("")
    escape = found.escape if read.escape is None else "" if read.escape == "none" else read.escape
    return Quotes(read.quote or found.sign or ('"' if read.quoting else ""), escape)


def _has_escapes(sample: str, delimiter: str, sign: str) -> bool:
    """Return whether a backslash stands before quotes within cells, and rows are no less regular read so.

    Before a doubled quote it is a part of the cell (JSON in CSV), and before the end of a cell too (``"C:\\"``).
    """
    mark = re.escape(delimiter)
    inside = rf"\\{sign}(?!{sign}| *(?:{mark}|\r|\n|\Z))"
    if not re.search(inside, sample):
        return False
    plain, escaped = (
        [len(row) for row in split_rows(sample, delimiter, quotes) if any(row)]
        for quotes in (Quotes(sign), Quotes(sign, "\\"))
    )
    return bool(escaped) and _regular(escaped) >= _regular(plain)


def _regular(widths: list[int]) -> float:
    """Return how many rows have the commonest number of cells, as a fraction; 0 for a single column."""
    width, n = Counter(widths).most_common(1)[0]
    return n / len(widths) if width > 1 else 0.0


def _is_quoted(sample: str, delimiter: str, quotes: Quotes) -> bool:
    mark, sign = re.escape(delimiter), quotes.sign
    part = rf"[^{sign}\\]|\\.|{sign}{sign}" if quotes.escape else f"[^{sign}]|{sign}{sign}"
    cells = re.finditer(
        rf"(?:^|{mark}) *{sign}(?:((?:{part})*+){sign}(?= *(?:{mark}|\r|\n|\Z)))?",
        sample,
        re.MULTILINE | re.DOTALL,
    )
    closed = [cell[1] for cell in cells]
    proper = [cell for cell in closed if cell is not None]
    if len(proper) < 0.9 * len(closed):
        return False
    if not any("\n" in cell or "\r" in cell for cell in proper):
        return True
    plain, quoted = (
        [len(row) for row in split_rows(sample[:_CHUNK], delimiter, one) if any(row)]
        for one in (Quotes(""), quotes)
    )
    width = max(set(plain), key=plain.count)
    same = plain.count(width) >= 0.99 * len(plain) and max(set(quoted), key=quoted.count) == width
    return not same or width == 1


def split_rows(sample: str, delimiter: str, quotes: Quotes) -> list[list[str]]:
    """Return the cells of the sample's rows, trimmed; stops where a row cannot be read."""
    rows: list[list[str]] = []
    try:
        reader = csv_rows(io.StringIO(sample, newline=""), delimiter, quotes)
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
    cells = [_core(cell) for row in body for cell in row if "," in cell or "." in cell]
    n_comma = sum(comma.match(cell) is not None for cell in cells)
    if n_comma == 0:
        return "."
    if n_comma == sum(bool(re.match(r"^\d+,\d{3}$", cell)) for cell in cells) and delimiter == ",":
        return "."
    return "," if n_comma > sum(point.match(cell) is not None for cell in cells) else "."


def _core(cell: str) -> str:
    """Return a cell without what may stand around a number: money, percent, a unit."""
    match = _AROUND.fullmatch(cell)
    return cell if match is None else match[1]


def detect_header(rows: Sequence[Sequence[str]], decimal: str, known: Sequence[str] = ()) -> bool:
    """Return whether the first row holds names.

    It does where it holds those that are `known`, such as that of a target, and does not where they are called as
    columns without a name are (``column_3``); else by how it differs, column by column, from the rows below.
    """
    if known and rows:
        given = set(column_names(rows[0]))
        if all(name in given for name in known):
            return True
        made_up = {f"column_{i + 1}" for i in range(len(rows[0]))}
        if all(name in made_up for name in known):
            return False
    if len(rows) < 2:
        return bool(rows) and not _numeric(list(rows[0]), decimal).any()
    first, body = rows[0], rows[1:]
    body = body[:_ROWS]
    counted = _counted(first)
    columns = [
        [cell, *(row[i] for row in body if i < len(row) and row[i] not in MISSING)]
        for i, cell in enumerate(first)
        if cell and i not in counted
    ]
    # All at once: of tens of thousands of columns, each by itself would take half of the time of reading them.
    are_numeric = _numeric([cell for column in columns for cell in column], decimal)
    votes = start = 0
    for cell, *present in columns:
        end = start + 1 + len(present)
        votes += _header_vote(cell, present, are_numeric[start:end])
        start = end
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


def has_spaced_quotes(sample: str, delimiter: str, sign: str) -> bool:
    """Return whether quoted cells come after blanks (``1, "a"``), where Arrow leaves the quotes on."""
    n_spaced = len(re.findall(rf"(?:^|{re.escape(delimiter)}) +{sign}", sample, re.MULTILINE))
    return n_spaced >= 0.2 * (sample.count("\n") + sample.count("\r") + 1)


def without_quotes(cells: pa.ChunkedArray, sign: str) -> pa.ChunkedArray:
    """Return cells trimmed and without the quotes around them."""
    return pc.replace_substring_regex(pc.utf8_trim_whitespace(cells), rf"^{sign}((?s:.*)){sign}$", r"\1")


def _counted(first: Sequence[str]) -> set[int]:
    """Return the places of whole numbers that go on one by one, as years and numbers of columns do.

    Only beside cells that are no numbers: they may be names, and speak neither for nor against it.
    """
    places = [i for i, cell in enumerate(first) if cell.isascii() and cell.isdigit()]
    values = [int(first[i]) for i in places]
    is_counted = len(places) > 1 and all(b - a == 1 for a, b in pairwise(values))
    return set(places) if is_counted and len(places) < len(first) else set()


def _header_vote(cell: str, present: list[str], are_numeric: NDArray[np.bool_]) -> int:
    """Return whether a cell is a name above others (1), one of them (-1), or it cannot be said (0).

    `are_numeric` says it of the cell, then of those that are `present` below.
    """
    if not present:
        return 0
    if float(np.mean(are_numeric[1:])) >= 0.8 or are_numeric[0]:
        return -1 if are_numeric[0] else 1
    if cell in present:
        return -1
    return 1 if len(set(present)) <= max(0.5 * len(present), 1) else 0


def _numeric(cells: list[str], decimal: str) -> NDArray[np.bool_]:
    return ~np.isnan(parse_numbers(pa.array(cells, pa.string()), decimal))
