"""What making networks for texts smaller has in common: fewer words, and tables of pairs that are halved.

For texts the embeddings are nearly all of a network. Words are removed by their rank, and fewer than units: the root of
what is kept of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from .base import Network
from .cutting import Chosen
from .layout import Floats
from .shrinking import units_left


def fewer_words(network: Network, keep: float) -> dict[str, int]:
    """Return the preprocessing's ``n_words`` of a smaller network: the most frequent words have the first codes."""
    return {"n_words": units_left(network.shape.n_words, math.sqrt(keep))}


def frequent_words(
    network: Network, keep: float, known: Callable[[Mapping[str, Floats]], Chosen] = lambda _: {}
) -> Callable[[Mapping[str, Floats]], Chosen]:
    """Return a `known` of `cut_all` that keeps, of the dimension ``words``, the rows of the most frequent ones."""
    words = np.arange(fewer_words(network, keep)["n_words"])
    return lambda values: {"words": words, **known(values)}


def halved(table: Floats, keep: float) -> Floats:
    """Return a table of hashed rows, halved as often as `keep` is a half, while its rows are even in number.

    A place modulo half the rows is the place modulo all of them, modulo half: the two rows that meet are added up, as
    most rows have never been used.
    """
    for _ in range(round(-math.log2(keep))):
        if len(table) % 2:
            break
        table = table[: len(table) // 2] + table[len(table) // 2 :]
    return table
