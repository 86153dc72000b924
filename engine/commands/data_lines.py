"""How data were read and what was found in them, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain.data_read import DataRead, how_read
from ..domain.inspections import Finding
from ..domain.settings import READING
from ..domain.spec import ReadSpec

_TITLES = {"serious": "SERIOUS", "warning": "warning", "info": "note"}


def finding_lines(findings: Iterable[Finding]) -> list[str]:
    """Return findings as lines, the gravest first.

    Parameters
    ----------
    findings : iterable of Finding

    Returns
    -------
    list of str
    """
    order = list(_TITLES)
    ranked = sorted(findings, key=lambda one: order.index(one.severity))
    return [f"{_TITLES[one.severity]}: {one.message}" for one in ranked]


def read_lines(read: ReadSpec) -> list[str]:
    """Return how a text file was read, and the options that say it otherwise; nothing of other data.

    Parameters
    ----------
    read : ReadSpec

    Returns
    -------
    list of str
    """
    said = how_read(read)
    if said is None:
        return []
    options = ", ".join("--[no-]header" if s.type is bool else f"--{s.option}" for s in READING)
    return [f"{said} Otherwise by {options}."]


def data_lines(data: DataRead) -> list[str]:
    """Return all that is known of a study's data: how they were read, and what was found.

    Parameters
    ----------
    data : DataRead

    Returns
    -------
    list of str
    """
    notes = [f"note: {message}" for message in data.messages]
    return [*read_lines(data.read), *finding_lines(data.findings), *notes]
