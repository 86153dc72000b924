"""The files of the model families' search spaces, `spaces/<family>.toml`: what they say of the family, and their text.

A file has blocks with blank lines between them. ``# include PART`` stands for the blocks of `spaces/parts/PART.toml`,
in which ``FAMILY`` stands for the family; a block of the file itself takes the place of that of the part with the same
parameter. So what families of a kind share stands once. ``[<family>.about]`` is for `families`, not for users.

`engine/kinds/<kind>/space.toml`, of the same form as a part, has what may be varied of the kind's encoder.
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


def _file(name: str) -> Traversable:
    return resources.files("cupel.engine.domain").joinpath(f"spaces/{name}")


def family_names() -> tuple[str, ...]:
    """Return the families that have a file, in no order."""
    files = (file.name for file in _file("").iterdir())
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
    for block in _blocks(_file(f"{family}.toml")):
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
    blocks = _blocks(_file(f"{family}.toml"))
    own = {_parameter(block, family): block for block in blocks}
    parts = {
        block: [part.replace("[FAMILY.", f"[{family}.") for part in _whole(_part(block))]
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


def encoder_entries(kind: str) -> dict[str, object]:
    """Return what may be varied of the encoder of a kind of data, by parameter; empty where its folder does not say.

    Parameters
    ----------
    kind : str

    Returns
    -------
    dict of str to object
    """
    file = resources.files("cupel.engine.kinds").joinpath(f"{kind}/space.toml")
    if not file.is_file():
        return {}
    return cast("dict[str, object]", tomllib.loads("\n\n".join(_whole(file)))["FAMILY"])


def _part(include: str) -> Traversable:
    return _file(f"parts/{include.removeprefix(_INCLUDE)}.toml")


def _whole(file: Traversable) -> Iterator[str]:
    """Yield the blocks of a part, and of those that it includes in their place."""
    for block in _blocks(file):
        if block.startswith(_INCLUDE):
            yield from _whole(_part(block))
        else:
            yield block


def _blocks(file: Traversable) -> list[str]:
    return re.split(r"\n{2,}", file.read_text(encoding="utf-8").strip("\n"))


def _parameter(block: str, family: str) -> str | None:
    """Return the parameter that a block describes; None of comments and starts."""
    found = re.search(rf"^\[{family}\.(\w+)\]$", block, re.MULTILINE)
    return found.group(1) if found else None
