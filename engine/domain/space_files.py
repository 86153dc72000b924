"""The files of the model families' search spaces, `spaces/<family>.toml`: what they say of the family, and their text.

A file has blocks with blank lines between them. ``# include PART`` stands for the blocks of `spaces/parts/PART.toml`,
in which ``FAMILY`` stands for the family; a block of the file itself takes the place of that of the part with the same
parameter. So what families of a kind share stands once. ``[<family>.about]`` is for `families`, not for users.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from typing import cast

_INCLUDE = "# include "
_ABOUT = "about"


def _folder() -> Traversable:
    return resources.files("cupel.engine.domain").joinpath("spaces")


def family_names() -> tuple[str, ...]:
    """Return the families that have a file, in no order."""
    files = (file.name for file in _folder().iterdir())
    return tuple(name.removesuffix(".toml") for name in files if name.endswith(".toml"))


def about_family(family: str) -> dict[str, object]:
    """Return what the file of a family says of it, see `families.Family`.

    Parameters
    ----------
    family : str

    Returns
    -------
    dict of str to object

    Raises
    ------
    KeyError
        Where it says nothing.
    """
    for block in _blocks(_text(f"{family}.toml")):
        if _parameter(block, family) == _ABOUT:
            return cast("dict[str, object]", tomllib.loads(block)[family][_ABOUT])
    raise KeyError(family)


def space_text(family: str) -> str:
    """Return the text of a family's space with its comments, as users see it.

    Parameters
    ----------
    family : str

    Returns
    -------
    str
    """
    blocks = _blocks(_text(f"{family}.toml"))
    own = {_parameter(block, family): block for block in blocks}
    parts = {
        block: [part.replace("[FAMILY.", f"[{family}.") for part in _part(block.removeprefix(_INCLUDE))]
        for block in blocks
        if block.startswith(_INCLUDE)
    }
    included = {_parameter(block, family) for part in parts.values() for block in part} - {None}
    whole: list[str] = []
    for block in blocks:
        name = _parameter(block, family)
        if block in parts:
            whole += [own.get(_parameter(part, family) or "", part) for part in parts[block]]
        elif name != _ABOUT and name not in included:
            whole.append(block)
    return "\n\n".join(whole) + "\n"


def _part(name: str) -> Iterator[str]:
    for block in _blocks(_text(f"parts/{name}.toml")):
        if block.startswith(_INCLUDE):
            yield from _part(block.removeprefix(_INCLUDE))
        else:
            yield block


def has_part(name: str) -> bool:
    """Return whether there is a part of that name.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool
    """
    return _folder().joinpath(f"parts/{name}.toml").is_file()


def part_entries(name: str) -> dict[str, object]:
    """Return the entries of a part, by parameter.

    Parameters
    ----------
    name : str

    Returns
    -------
    dict of str to object
    """
    return cast("dict[str, object]", tomllib.loads("\n\n".join(_part(name)))["FAMILY"])


def _text(name: str) -> str:
    return _folder().joinpath(name).read_text(encoding="utf-8")


def _blocks(text: str) -> list[str]:
    return re.split(r"\n{2,}", text.strip("\n"))


def _parameter(block: str, family: str) -> str | None:
    """Return the parameter that a block describes; None of comments and starts."""
    found = re.search(rf"^\[{family}\.(\w+)\]$", block, re.MULTILINE)
    return found.group(1) if found else None
