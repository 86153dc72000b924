"""The parts of file names, which often say where an image comes from: ``patient7_slide2.png``. Light.

The name of a file without its folders and its ending is cut at everything that is no letter or digit, and between
letters and digits: ``cats/patient7-left.png`` has the parts ``patient``, ``7`` and ``left``.
"""

from __future__ import annotations

import re

import numpy as np

from ...data.columns import NumberColumn, WordColumn

_PART = re.compile(r"[^\W\d_]+|\d+")


def parts_of_names(names: NumberColumn | WordColumn) -> tuple[WordColumn, ...]:
    """Return the parts of names as columns of words, in the order in which they are read.

    Parameters
    ----------
    names : NumberColumn or WordColumn

    Returns
    -------
    tuple of WordColumn
        Empty where they are no names, or have different numbers of parts.
    """
    if isinstance(names, NumberColumn):
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
