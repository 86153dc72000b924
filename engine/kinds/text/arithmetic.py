"""From columns of texts to the tokens that a network takes, with NumPy alone; bundles carry it."""

from __future__ import annotations

import re

import numpy as np

from ...bundled.arrays import Arrays, Json, Raw

PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
"""Codes of tokens."""
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def text_inputs(fitted: Json, raw: Raw) -> Arrays:
    """Return the tokens of all text columns together; only the letters A to Z are lower-cased. See `Arithmetic`.

    Parameters
    ----------
    fitted : Json
        With ``names``, ``pattern``, ``vocabulary`` and ``n_tokens``.
    raw : Raw
        Columns of texts of shape (n, 1), by name.

    Returns
    -------
    Arrays
        ``tokens``, int32, of shape (n, n_tokens).
    """
    pattern, most = re.compile(fitted["pattern"]), fitted["n_tokens"]
    known = {word: FIRST_WORD + i for i, word in enumerate(fitted["vocabulary"])}
    cells = np.concatenate([raw[name] for name in fitted["names"]], axis=1)
    tokens = np.zeros((len(cells), most), np.int32)
    for i, row in enumerate(cells.tolist()):
        words = pattern.findall(" ".join(row).translate(_LOWER))[:most]
        tokens[i, : len(words)] = [known.get(word, UNKNOWN) for word in words]
    return {"tokens": tokens}


INPUTS = text_inputs
