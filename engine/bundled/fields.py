"""Reads the JSON of a bundle field by field: each is what it must be, or one sentence says which is not.

Of what bundles carry along: needs Python alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from .errors import InputError, damaged_in_bundle, too_large_in_bundle

MOST_BYTES = 64 << 20
"""Of a file of JSON; those of tables with thousands of columns and categories have a few million."""
TASKS = ("binary", "multiclass", "regression")
_SHOWN = 60
_ABSENT = object()


def read_json(path: Path) -> object:
    """Return what a file of a bundle says; what is no number (``NaN``) is None.

    Raises
    ------
    InputError
        Where it is not there, too large, or no JSON.
    """
    try:
        n_bytes = path.stat().st_size
        if n_bytes > MOST_BYTES:
            raise too_large_in_bundle(path.name, n_bytes, MOST_BYTES)
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda _: None)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            "The bundle's file {file} cannot be read: {reason}.", file=path.name, reason=reason
        ) from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise damaged_in_bundle(path.name, _short(str(error))) from error


class Fields:
    """The fields of a JSON object.

    Parameters
    ----------
    data : object
        What JSON holds.
    file : str
        For sentences.
    place : str
        Of the object in its file, ``inputs[3]``; empty for the whole.

    Raises
    ------
    InputError
        Where it is no object; by every method, where a field is not there or is something else. A field that has a
        default may be absent or null.
    """

    def __init__(self, data: object, file: str, place: str = "") -> None:
        self._file, self._place = file, place
        if not isinstance(data, dict):
            raise self._refused("", data, "an object")
        self._data = cast("dict[str, object]", data)

    def has(self, name: str) -> bool:
        """Return whether a field is there and not null."""
        return self._data.get(name) is not None

    def text(self, name: str, default: object = _ABSENT, most: int = 100_000) -> str:
        """Return a field that is text of at most so many characters."""
        return self._text(name, self._get(name, default), most)

    def choice(self, name: str, choices: Sequence[str], default: object = _ABSENT) -> str:
        """Return a field that is one of some words."""
        value = self._get(name, default)
        if value not in choices or not isinstance(value, str):
            raise self._refused(name, value, "one of " + ", ".join(choices))
        return value

    def truth(self, name: str, default: object = _ABSENT) -> bool:
        """Return a field that is true or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self._refused(name, value, "true or false")
        return value

    def whole(self, name: str, least: int, most: int, default: object = _ABSENT) -> int:
        """Return a field that is a whole number in a range, both ends included."""
        return self._whole(name, self._get(name, default), least, most)

    def number(self, name: str, default: object = _ABSENT) -> float:
        """Return a field that is a finite number."""
        return self._number(name, self._get(name, default))

    def texts(self, name: str, default: object = _ABSENT) -> tuple[str, ...]:
        """Return a field that is a list of texts."""
        return tuple(self._text(place, one, 100_000) for place, one in self._list(name, default))

    def words(self, name: str) -> tuple[str | float, ...]:
        """Return a field that is a list of texts or of finite numbers."""
        return tuple(self._word(place, one) for place, one in self._list(name))

    def wholes(self, name: str, least: int, most: int) -> tuple[int, ...]:
        """Return a field that is a list of whole numbers in a range, both ends included."""
        return tuple(self._whole(place, one, least, most) for place, one in self._list(name))

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a field that is a list of finite numbers."""
        return tuple(self._number(place, one) for place, one in self._list(name))

    def inner(self, name: str) -> Fields:
        """Return a field that is an object."""
        return Fields(self._get(name, _ABSENT), self._file, self._called(name))

    def inners(self, name: str) -> list[Fields]:
        """Return a field that is a list of objects."""
        return [Fields(one, self._file, self._called(place)) for place, one in self._list(name)]

    def named(self) -> dict[str, Fields]:
        """Return all fields, each of which is an object, by their names."""
        return {name: self.inner(name) for name in self._data}

    def plain(self) -> dict[str, object]:
        """Return all fields, each of which is text, true or false, a finite number, null, or an object of such."""
        found: dict[str, object] = {}
        for name, value in self._data.items():
            if isinstance(value, dict):
                found[name] = Fields(cast("object", value), self._file, self._called(name)).plain()
            elif value is None or isinstance(value, bool):
                found[name] = value
            else:
                found[name] = self._word(name, value)
        return found

    def refused(self, name: str, wanted: str) -> InputError:
        """Return the error of a field that is not what it must be."""
        return self._refused(name, self._data.get(name), wanted)

    def _get(self, name: str, default: object) -> object:
        value = self._data.get(name)
        if value is None and default is not _ABSENT:
            return default
        if name not in self._data:
            raise InputError(
                "The bundle's file {file} has no field {field!r}; copy or export the bundle again.",
                file=self._file, field=self._called(name),
            )  # fmt: skip
        return value

    def _list(self, name: str, default: object = _ABSENT) -> list[tuple[str, object]]:
        value = self._get(name, default)
        if not isinstance(value, list | tuple):
            raise self._refused(name, value, "a list")
        return [(f"{name}[{i}]", one) for i, one in enumerate(cast("Sequence[object]", value))]

    def _text(self, name: str, value: object, most: int) -> str:
        if not isinstance(value, str):
            raise self._refused(name, value, "text")
        if len(value) > most:
            raise self._refused(name, value, f"text of at most {most:,} characters")
        return value

    def _whole(self, name: str, value: object, least: int, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._refused(name, value, f"a whole number from {least:,} to {most:,}")
        return value

    def _number(self, name: str, value: object) -> float:
        found = math.nan
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
            found = float(value)
        if not math.isfinite(found):
            raise self._refused(name, value, "a number")
        return found

    def _word(self, name: str, value: object) -> str | float:
        """Return a text or a finite number, which stays a whole one."""
        if isinstance(value, str):
            return value
        number = self._number(name, value)
        return value if isinstance(value, int) else number

    def _called(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place and name else self._place or name

    def _refused(self, name: str, value: object, wanted: str) -> InputError:
        field = self._called(name)
        if not field:
            return InputError(
                "The bundle's file {file} is {value}, not {wanted}; copy or export the bundle again.",
                file=self._file, value=_shown(value), wanted=wanted,
            )  # fmt: skip
        return InputError(
            "The bundle's file {file}: the field {field!r} is {value}, not {wanted}; copy or export the bundle again.",
            file=self._file, field=field, value=_shown(value), wanted=wanted,
        )  # fmt: skip


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(cast('list[object]', value)):,}"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a huge number"
    return _short(json.dumps(value[: 2 * _SHOWN] if isinstance(value, str) else value, ensure_ascii=False))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
