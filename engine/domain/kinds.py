"""The kinds of data, as their folders under `engine/kinds` declare them in ``kind.toml``. Read by engine and window.

A kind is what a group of columns is to a network: one encoder, one preprocessing. What a column is used for is its
*role*; how its cells are kept is its *storage*. A study's data are of one kind, or of several: ``"table+text"``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from .errors import SpecError

AUTO = "auto"
"""In place of a kind: as the data are."""

DEFAULT_KIND = "table"
"""What data are while nothing is known of them."""

Storage = Literal["number", "text", "date"]
"""How the cells of a column are kept in files and schemas; what they are used for is their role."""

_JOIN = "+"
_PACKAGE, _DECLARATION = "cupel.engine.kinds", "kind.toml"
_OTHER_ROLES = ("id", "constant", "target", "ignored", "group", "time")


@dataclass(frozen=True, slots=True)
class KindOfData:
    """A kind of data.

    Attributes
    ----------
    name : str
        The name of its folder.
    rank : int
        Where data could be several kinds, the lowest is taken.
    roles : tuple of str
        Of the columns that its networks learn from; no other kind has them.
    numbers, dates, categories : tuple of str
        Those of its roles that are for columns of numbers, of dates, and of categories.
    by_reader : bool
        Whether a reader alone finds such columns, so that nobody gives a column such a role.
    stands_in : tuple of str
        Roles of columns that are taken for this kind where it is asked for and no column has one of its own roles.
    stands_in_storage : str
        How the cells of such columns must be kept.
    makes_groups : bool
        Whether its columns have few enough different cells to divide rows into groups.
    has_files : bool
        Whether each row is a file, whose name may say where it comes from.
    has_long_cells : bool
        Whether cells need room to be read.
    packages : tuple of str
        What programs that read its raw rows need beside NumPy.
    """

    name: str
    rank: int
    roles: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    by_reader: bool = False
    stands_in: tuple[str, ...] = ()
    stands_in_storage: str = ""
    makes_groups: bool = False
    has_files: bool = False
    has_long_cells: bool = False
    packages: tuple[str, ...] = ()


def _declared() -> dict[str, KindOfData]:
    found: list[KindOfData] = []
    for folder in resources.files(_PACKAGE).iterdir():
        file = folder / _DECLARATION
        if file.is_file():
            said = tomllib.loads(file.read_text(encoding="utf-8"))
            found.append(
                KindOfData(
                    folder.name,
                    rank=int(said["rank"]),
                    roles=tuple(map(str, said["roles"])),
                    numbers=tuple(map(str, said.get("numbers", ()))),
                    dates=tuple(map(str, said.get("dates", ()))),
                    categories=tuple(map(str, said.get("categories", ()))),
                    by_reader=bool(said.get("by_reader", False)),
                    stands_in=tuple(map(str, said.get("stands_in", ()))),
                    stands_in_storage=str(said.get("stands_in_storage", "")),
                    makes_groups=bool(said.get("makes_groups", False)),
                    has_files=bool(said.get("has_files", False)),
                    has_long_cells=bool(said.get("has_long_cells", False)),
                    packages=tuple(map(str, said.get("packages", ()))),
                )
            )
    return {kind.name: kind for kind in sorted(found, key=lambda kind: kind.rank)}


KINDS = _declared()
"""By name, the lowest rank first."""

ROLES = (*(role for kind in KINDS.values() for role in kind.roles), *_OTHER_ROLES)
"""What a column may be used for."""

NUMBER_ROLES = tuple(role for kind in KINDS.values() for role in kind.numbers)
"""Roles of columns whose cells must be numbers."""

DATE_ROLES = tuple(role for kind in KINDS.values() for role in kind.dates)
"""Roles of columns whose cells must be dates."""

CATEGORY_ROLES = tuple(role for kind in KINDS.values() for role in kind.categories)
"""Roles of columns of categories, whatever their cells are."""

GIVEN_ROLES = tuple(
    role for role in ROLES if not any(k.by_reader and role in k.roles for k in KINDS.values())
)
"""Roles that a user may give a column."""


def kinds_of(text: str) -> tuple[str, ...]:
    """Return the kinds that a text such as ``"table+text"`` names, the lowest rank first.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str

    Raises
    ------
    SpecError
        Where one of them is no kind of data.
    """
    named = text.split(_JOIN)
    for one in named:
        if one not in KINDS:
            raise SpecError(
                "{name} is {value!r}; choose one of {choices}.",
                name="kind",
                value=text,
                choices=f"{', '.join((AUTO, *KINDS))}, {_JOIN.join(KINDS)}",
            )
    return tuple(kind for kind in KINDS if kind in named)


def joined_kinds(kinds: tuple[str, ...]) -> str:
    """Return the one name of several kinds, which `kinds_of` reads.

    Parameters
    ----------
    kinds : tuple of str
        Of data, the lowest rank first.

    Returns
    -------
    str
    """
    return _JOIN.join(kinds)


def packages_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return what programs that read raw rows of some kinds need beside NumPy.

    Parameters
    ----------
    kinds : iterable of str

    Returns
    -------
    tuple of str
    """
    return tuple(package for kind in kinds for package in KINDS[kind].packages)


def input_kind(role: str) -> KindOfData | None:
    """Return the kind whose networks learn from columns of a role; None where it is the role of no input.

    Parameters
    ----------
    role : str

    Returns
    -------
    KindOfData or None
    """
    return next((kind for kind in KINDS.values() if role in kind.roles), None)


def kind_of_role(role: str) -> str:
    """Return the name of the kind whose networks learn from columns of a role.

    Parameters
    ----------
    role : str

    Returns
    -------
    str

    Raises
    ------
    KeyError
        Where it is the role of no input.
    """
    kind = input_kind(role)
    if kind is None:
        raise KeyError(role)
    return kind.name
