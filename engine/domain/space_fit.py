"""A search space, fitted to how many rows and numbers a table has."""

from __future__ import annotations

import dataclasses
import math

from .families import FAMILIES
from .space import FamilySpace, Parameter, Space

_FIRST_VISITS = 250_000
"""Rows that a fold of a first trial sees: 12 epochs of 20,000 rows."""

_MOST_BINS, _MOST_BINNED = 1024, 40_000_000
"""Numbers of a row after binning, and of all rows of a fold."""

_FIRST_TEXTS = 60_000
"""Of texts: a network for them knows the training rows by heart after some epochs."""

_MOST_TEXTS = 4
"""Times so many the longest schedules of texts see."""


def adapt_space(space: Space, *, n_rows: int, max_epochs: int, n_numbers: int = 0) -> Space:
    """Return the space for a table.

    Batches follow the rows: at least so large that an epoch has about 120 steps at most, and at most a quarter of the
    rows, so that an epoch has some steps; the default gives about ten. A fixed batch size stays.

    The first trials see about `_FIRST_VISITS` rows: where all epochs of `n_rows` are more, their schedules have fewer
    epochs, and the search may take a third of that or all. Where all epochs are less, every trial has them all. Of
    texts they see `_FIRST_TEXTS`, in two epochs at least, and no schedule is longer than `_MOST_TEXTS` times that.

    Each of `n_numbers` numeric columns becomes so many bins that a row stays short, and the rows fit into memory.

    Parameters
    ----------
    space : Space
    n_rows : int
        Training rows of a fold.
    max_epochs : int
    n_numbers : int
        Numeric columns.

    Returns
    -------
    Space
    """
    most_bins = max(min(_MOST_BINS, _MOST_BINNED // max(n_rows, 1)) // max(n_numbers, 1), 2)

    def adapted(name: str, family: FamilySpace) -> FamilySpace:
        changed: list[Parameter] = []
        for p in family.parameters:
            if not p.is_range:
                continue
            if p.name == "n_bins":
                changed.append(_lowered(p, most_bins))
            elif p.name == "epoch_fraction":
                changed.append(_shortened(p, n_rows, max_epochs, is_short=FAMILIES[name].learns_by_heart))
            elif p.name == "batch_size":
                changed.append(_batches(p, n_rows))
        return family.with_parameters(changed)

    return Space({name: adapted(name, family) for name, family in space.families.items()})


def _lowered(p: Parameter, most: int) -> Parameter:
    """Return a range whose greatest value is `most`."""
    given = None if p.given is None or isinstance(p.given, str) else min(p.given, most)
    return dataclasses.replace(p, low=min(p.low, most), high=min(p.high, most), given=given)


def _shortened(p: Parameter, n_rows: int, max_epochs: int, *, is_short: bool) -> Parameter:
    """Return the part of all epochs that a schedule has."""
    visits = max(_FIRST_TEXTS, 2 * n_rows) if is_short else _FIRST_VISITS
    first = min(visits / max(n_rows * max_epochs, 1), 1.0)
    if first >= 1.0:
        return p.fixed_at(p.high)
    high = min(p.high, _MOST_TEXTS * first) if is_short else p.high
    return dataclasses.replace(p, low=min(max(first / 3, 1.0 / max_epochs), high), high=high, given=first)


def _batches(p: Parameter, n_rows: int) -> Parameter:
    least = 2 ** max(0, math.ceil(math.log2(max(n_rows, 1) / 120)))
    low = min(max(p.low, least), max(n_rows // 8, 1))
    high = max(min(max(p.high, 4 * low), n_rows // 4), low)
    wanted = high if p.given is None or isinstance(p.given, str) else p.given
    given = min(max(min(wanted, n_rows // 10), low), high)
    return dataclasses.replace(p, low=low, high=high, given=given)
