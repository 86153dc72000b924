"""The parts of file names, which often say where an image comes from: ``patient7_slide2.png``. Light.

The name of a file without its folders and its ending is cut at everything that is no letter or digit, and between
letters and digits: ``cats/patient7-left.png`` has the parts ``patient``, ``7`` and ``left``.
"""

from __future__ import annotations

import re

import numpy as np

from ..domain.errors import DataError
from .columns import WordColumn
from .schema import TableSchema
from .table import Table

_PART = re.compile(r"[^\W\d_]+|\d+")


def parts_of_names(table: Table, schema: TableSchema) -> tuple[WordColumn, ...]:
    """Return the parts of the names of images as columns of text, in the order in which they are read.

    Returns
    -------
    tuple of WordColumn
        None where there are no images, or where names have different numbers of parts.
    """
    names = table.cells(next(iter(schema.arrays))) if schema.arrays else None
    if not isinstance(names, WordColumn):
        return ()
    parts = [_PART.findall(name.rsplit("/", 1)[-1].rsplit(".", 1)[0]) for name in names.vocabulary]
    if len({len(part) for part in parts}) != 1:
        return ()
    columns: list[WordColumn] = []
    for i in range(len(parts[0])):
        words = sorted({part[i] for part in parts})
        places = {word: k for k, word in enumerate(words)}
        codes = np.array([*(places[part[i]] for part in parts), -1], np.int32)[names.codes]
        columns.append(WordColumn.of_codes(f"{names.name}[{i + 1}]", codes, words))
    return tuple(columns)


def name_part_column(table: Table, schema: TableSchema, part: int) -> WordColumn:
    """Return a part of the names of images, counted from 1.

    Raises
    ------
    DataError
        Where names have no such part, or not all of them as many parts.
    """
    columns = parts_of_names(table, schema)
    if not 1 <= part <= len(columns):
        raise DataError(
            "Part {part} of the file names cannot be a group: all names must have as many parts, and these have {n} "
            "that all share.",
            part=part,
            n=len(columns),
        )
    return columns[part - 1]
