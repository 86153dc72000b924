"""Raw rows that a bundle is proven on: real rows, and made-up ones that training never saw, as cells of a CSV file.

Used by `convert`, in the child process that also computes what the rows must give.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..bundled.predictor import SAMPLE_ROWS
from ..bundled.records import written_delimiter
from ..data.columns import (
    Column,
    DateColumn,
    Rows,
    WordColumn,
    canonical_text,
    cells_of,
)
from ..data.schema import TableSchema
from ..data.table import Table
from ..domain.kinds import CATEGORY_ROLES, KINDS, kind_of_role
from ..domain.spec import ReadSpec
from ..kinds.base import SampleCells
from ..kinds.registry import bundle_part_of

# Columns that are made missing or unseen one at a time.
_ALONE = 24
_MOST = 1e300
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KINDS = ("missing", "unseen", "low", "high", "below", "above")


def write_samples(
    folder: Path, table: Table, schema: TableSchema, columns: Sequence[str], rows: Rows
) -> tuple[Table, int]:
    """Write rows of a table, followed by made-up ones, as files that a bundle is proven on.

    Made up are: all cells missing, all categories unseen, all numbers at the ends of their range and one range beyond,
    the first real row with one cell missing or unseen, and cells that are strange to their kind, such as texts of other
    languages or images of other sizes.

    Returns
    -------
    samples : Table
        The columns of all these rows as training reads them.
    n_made_up : int
    """
    parts = {name: bundle_part_of(kind_of_role(schema[name].role)) for name in columns}
    rows = rows[: min(part.most_samples for part in parts.values())]
    cells = [name for name in columns if not KINDS[kind_of_role(schema[name].role)].has_files]
    categories = [name for name in columns if schema[name].role in CATEGORY_ROLES]
    plan: list[tuple[str, str | None]] = [(kind, None) for kind in _KINDS if cells]
    plan += [("missing", name) for name in cells[:_ALONE]]
    plan += [("unseen", name) for name in categories[:_ALONE]]
    plan += [(cell, name) for name in columns for cell in parts[name].strange_cells]
    base = np.full(len(plan), rows[0], np.int64)
    made: list[Column] = []
    for name in columns:
        changes = tuple(
            (len(rows) + i, what) for i, (what, place) in enumerate(plan) if place in (None, name)
        )
        of_column = SampleCells(table, schema[name], np.r_[rows, base], len(rows), changes, schema.read)
        made.append(parts[name].sample_column(folder, of_column))
    samples = Table(tuple(made), len(rows) + len(plan))
    if cells:
        write_sample_rows(folder / SAMPLE_ROWS, samples, schema.read)
    return samples, len(plan)


def write_sample_rows(path: Path, table: Table, read: ReadSpec) -> None:
    """Write the table as a CSV file with a header, in UTF-8 and otherwise in the dialect of the training data."""
    is_quoted = read.quoting is not False
    quoting, sign = (csv.QUOTE_MINIMAL, read.quote or '"') if is_quoted else (csv.QUOTE_NONE, None)
    escape = None if not is_quoted or read.escape in (None, "none") else read.escape
    cells = [_spelled(column, read.decimal or ".") for column in table]
    names = list(table.names)
    # An empty cell alone would be an empty line, which is no row.
    if len(names) == 1:
        names.append("row" if names[0] != "row" else "number")
        cells.append([str(i + 1) for i in range(table.n_rows)])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(
            stream,
            delimiter=written_delimiter(read.delimiter),
            quoting=quoting,
            quotechar=sign,
            escapechar=escape,
            lineterminator="\n",
        )
        writer.writerow(names)
        writer.writerows(zip(*cells, strict=True))


def spell_date(seconds: float, date_format: str) -> str:
    """Return a moment as `engine.data.dates` reads it; the time is added where the format lacks it."""
    if date_format[:2] in ("%H", "%I"):
        hour, rest = divmod(round(seconds % 86400.0), 3600)
        return f"{hour:02d}:{rest // 60:02d}:{rest % 60:02d}"
    # Others than with numbers and English months are told in ISO, which is read in every column.
    if any(sign in date_format for sign in ("%Y-%b", "%Y%m")):
        date_format = "%Y-%m-%d"
    day, time_s = divmod(seconds, 86400.0)
    year, month, number = str(np.datetime64(int(day), "D")).split("-")
    head, _, clock = (date_format or "%Y-%m-%d").partition(" %H" if " %H" in date_format else " %I")
    signs = {"%Y": year, "%y": year[-2:], "%m": month, "%d": number, "%b": _MONTHS[int(month) - 1]}
    text = head
    for sign, value in signs.items():
        text = text.replace(sign, value)
    if not clock and time_s == 0:
        return text
    whole, fraction = divmod(time_s, 1.0)
    hour, minute, second = int(whole) // 3600, int(whole) // 60 % 60, int(whole) % 60
    text += f" {hour:02d}:{minute:02d}:{second:02d}" + (f"{fraction:.6f}"[1:] if fraction else "")
    return text + (" +0000" if "%z" in clock else "")


def _spelled(column: Column, decimal: str) -> list[str]:
    cells = cells_of(column)
    if isinstance(cells, WordColumn):
        return [cells.vocabulary[code] if code >= 0 else "" for code in cells.codes.tolist()]
    if isinstance(cells, DateColumn):
        return ["" if s != s else spell_date(s, cells.date_format) for s in cells.numbers.tolist()]
    return ["" if v != v else canonical_text(v).replace(".", decimal) for v in cells.numbers.tolist()]
