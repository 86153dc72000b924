"""What an audit counted in the groups of a column, as types; `audit` counts, store and cards keep it. Light."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .errors import Message

KEY = "audits"
"""Where a study's result holds its audits by groups."""

LEAST_ROWS = 30
"""Rows from which on a group is compared."""


class Figure(msgspec.Struct, frozen=True):
    """One count of one group.

    Attributes
    ----------
    value, low, high : float or None
        With its 95 % interval; None where there is nothing to count, of the precision where nothing was selected.
    n : int
        Rows that it is a share of.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


class GroupDistance(msgspec.Struct, frozen=True):
    """How far a group is from all rows: ``own - whole`` and ``own / whole``; None where there is nothing to count."""

    difference: float | None
    ratio: float | None


class AuditedGroup(msgspec.Struct, frozen=True):
    """One group.

    Attributes
    ----------
    group : str
        Its name; of all rows together empty.
    n_rows : int
    is_small : bool
        Whether it has fewer rows than `LEAST_ROWS`.
    figures : mapping of str to Figure
        By measure.
    to_whole : mapping of str to Apart
    """

    group: str
    n_rows: int
    is_small: bool
    figures: Mapping[str, Figure]
    to_whole: Mapping[str, GroupDistance] = {}


class Gap(msgspec.Struct, frozen=True):
    """The widest gap of a measure between two groups of `LEAST_ROWS` rows.

    Attributes
    ----------
    measure : str
    least, most : str
        Names of the groups.
    difference, low, high : float
        And its 95 % interval.
    ratio : float or None
        Of shares: the least by the most.
    """

    measure: str
    least: str
    most: str
    difference: float
    low: float
    high: float
    ratio: float | None


class AuditPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was counted on some rows.

    Attributes
    ----------
    part : {"out_of_fold", "holdout", "file"}
    n_rows : int
    is_binned : bool
        Whether the groups are ranges of a number or date.
    whole : mapping of str to Figure
        Of all rows.
    groups : tuple of AuditedGroup
    gaps : tuple of Gap
    model : str
        What tells the networks that predicted a holdout from others, see `model_of`; empty elsewhere.
    is_former : bool or None
        Whether those are no longer the trial's; None where no search has gone on since.
    """

    part: str
    n_rows: int
    is_binned: bool
    whole: Mapping[str, Figure]
    groups: tuple[AuditedGroup, ...]
    gaps: tuple[Gap, ...]
    model: str = ""
    is_former: bool | None = None


class GroupAudit(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a model treats the groups of a column.

    Attributes
    ----------
    by : str
        The column.
    task : {"binary", "multiclass", "regression"}
    positive : str or None
        The class that rates are about.
    threshold : float or None
        Of two classes.
    created_at : str
        ISO 8601, UTC.
    messages : tuple of Message
        Of rows that were left out.
    parts : tuple of AuditPart
    trial : int or None
        Number of the trial; None of a bundle.
    """

    by: str
    task: str
    positive: str | None
    threshold: float | None
    created_at: str
    messages: tuple[Message, ...]
    parts: tuple[AuditPart, ...]
    trial: int | None = None


def model_of(sha256: str) -> str:
    """Return what an audit of the holdout names its networks by: not the digest itself, which would keep the file.

    Parameters
    ----------
    sha256 : str
        Of the artifact, 64 hex digits.

    Returns
    -------
    str
    """
    return sha256[:16]
