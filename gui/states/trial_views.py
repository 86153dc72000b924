"""Views of the table of trials: which columns, in which order, sorted by what, and what passes. No Qt in here."""

from __future__ import annotations

import msgspec


class SortKey(msgspec.Struct, frozen=True):
    """A column that trials are sorted by."""

    column: str
    descending: bool = False


class TrialsView(msgspec.Struct, frozen=True):
    """A view of the table.

    Attributes
    ----------
    columns : tuple of str
        From left to right; none for the usual ones.
    sort : tuple of SortKey
        The first one leads; none for the best score first.
    filter : str
        As it is written.
    """

    columns: tuple[str, ...] = ()
    sort: tuple[SortKey, ...] = ()
    filter: str = ""


class TrialsViews(msgspec.Struct, frozen=True):
    """What is remembered of the table.

    Attributes
    ----------
    columns : tuple of str
        Those that are shown now, from left to right; none for the usual ones.
    named : dict of str to TrialsView
    """

    columns: tuple[str, ...] = ()
    named: dict[str, TrialsView] = {}


def read_views(text: str) -> TrialsViews:
    """Return the views that were kept as `text`; what is damaged counts as not kept.

    Parameters
    ----------
    text : str
        JSON of `TrialsViews`, or empty.

    Returns
    -------
    TrialsViews
    """
    try:
        return msgspec.json.decode(text, type=TrialsViews) if text else TrialsViews()
    except msgspec.DecodeError:
        return TrialsViews()


def views_text(views: TrialsViews) -> str:
    """Return views as text.

    Parameters
    ----------
    views : TrialsViews

    Returns
    -------
    str
    """
    return msgspec.json.encode(views).decode()
