"""From the store's JSON to types and back, once, at its edge: whoever reads a record's JSON comes through here.

msgspec converts and checks. Keys that this version does not know are passed over in reading; a type says with its
defaults what older versions did not record. Light.
"""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec

from ...storage.records import Json
from .errors import Message, WorkspaceError
from .space import Space

T = TypeVar("T")


def decoded(kind: type[T], stored: Json, of: Message) -> T:
    """Return stored JSON as a type.

    Parameters
    ----------
    kind : type
        What msgspec makes of it; keys of mappings may be numbers.
    stored : mapping
        As the store returns it.
    of : Message
        Names what was read, as ``Message("The result of the study {study!r}", …)``.

    Returns
    -------
    object

    Raises
    ------
    WorkspaceError
        Where it is no such type.
    """
    try:
        return from_builtins(kind, stored)
    except msgspec.ValidationError as error:
        raise WorkspaceError(
            "{what} cannot be read: {reason}. It was damaged, or written by a newer version; restore the workspace "
            "from a backup, or use that version.",
            what=of.to_json(),
            reason=str(error),
        ) from error


def from_builtins(kind: type[T], value: object) -> T:
    """Return what JSON has as a type.

    Parameters
    ----------
    kind : type
    value : object

    Returns
    -------
    instance of `kind`

    Raises
    ------
    msgspec.ValidationError
        Where it is no such type.
    SpecError
        Where a setting or a search space in it is wrong.
    """
    return msgspec.convert(value, kind, str_keys=True, dec_hook=_read)


def encoded(value: object) -> dict[str, object]:
    """Return a type as the object that `decoded` reads.

    Parameters
    ----------
    value : object

    Returns
    -------
    dict
    """
    return cast("dict[str, object]", to_builtins(value))


def to_builtins(value: object) -> object:
    """Return a type as what JSON has.

    Parameters
    ----------
    value : object

    Returns
    -------
    object
        Which `from_builtins` reads.
    """
    return msgspec.to_builtins(value, str_keys=True, enc_hook=_written)


def _read(kind: type, value: object) -> object:
    if kind is Space:
        return Space.of(value)
    if kind is object:
        return value
    raise NotImplementedError(kind)


def _written(value: object) -> object:
    if isinstance(value, Space):
        return value.to_json()
    raise NotImplementedError(type(value))
