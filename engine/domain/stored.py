"""From the store's JSON to types and back, once, at its edge: whoever reads a record's JSON comes through here.

msgspec converts and checks. Keys that this version does not know are passed over in reading; a type says with its
defaults what older versions did not record. Light.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from ...storage.records import Json
from .errors import Message, WorkspaceError

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

    Raises
    ------
    WorkspaceError
        Where it is no such type.
    """
    try:
        return msgspec.convert(stored, kind, str_keys=True)
    except msgspec.ValidationError as error:
        raise WorkspaceError(
            "{what} cannot be read: {reason}. It was damaged, or written by a newer version; restore the workspace "
            "from a backup, or use that version.",
            what=of.to_json(),
            reason=str(error),
        ) from error


def encoded(value: object) -> dict[str, Any]:
    """Return a type as the object that `decoded` reads."""
    built: dict[str, Any] = msgspec.to_builtins(value, str_keys=True)
    return built
