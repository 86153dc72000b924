"""The rules that the entries of a search space obey, each breach one sentence."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import cast

from .errors import SpecError

KEYS = frozenset({"type", "low", "high", "log", "step", "choices", "fixed", "default", "when", "only", "as"})
FURTHER = frozenset({"clip_norm", "beta_1", "beta_2", "max_onehot", "compute_dtype", "quantile"})
"""Settings that the engine knows beside those of the families' own spaces."""


def check_entry(where: str, entry: object, names: Collection[str]) -> Mapping[str, object]:
    """Return an entry that describes a parameter.

    Parameters
    ----------
    where : str
        Names the entry in a sentence.
    entry : object
    names : collection of str
        Those that `when` may use.

    Returns
    -------
    mapping

    Raises
    ------
    SpecError
        Where it describes none.
    """
    if not isinstance(entry, Mapping):
        raise SpecError(
            "{where} is {value!r}; it must be a table, for instance {{ fixed = {value!r} }}.",
            where=where,
            value=entry,
        )
    entry = cast("Mapping[str, object]", entry)
    unknown = set(entry) - KEYS
    if unknown:
        raise SpecError(
            "{where} has an unknown key {key!r}; it may have {keys}.",
            where=where,
            key=min(unknown),
            keys=", ".join(sorted(KEYS)),
        )
    _check_conditions(where, entry, names)
    kind = entry.get("type")
    if "fixed" in entry:
        _check_values(where, "fixed", [entry["fixed"]])
    elif kind == "choice":
        _check_choices(where, entry.get("choices", []))
    elif kind in ("int", "float"):
        _check_range(where, kind, entry)
    else:
        raise SpecError(
            '{where} has type {kind!r}; choose "int", "float" or "choice", or give it a fixed value.',
            where=where,
            kind=kind,
        )
    return entry


def check_name(where: str, target: str, known: Collection[str]) -> None:
    """Check that the engine knows a setting.

    Parameters
    ----------
    where : str
        Names the entry in a sentence.
    target : str
    known : collection of str

    Raises
    ------
    SpecError
        Where it does not.
    """
    if target not in known:
        raise SpecError(
            "{where} is no setting that the engine knows; it knows {known}.",
            where=where,
            known=", ".join(sorted(known)),
        )


def check_starts(family: str, starts: object, names: Collection[str]) -> None:
    """Check that start points are a list of tables of parameters of the family.

    Parameters
    ----------
    family : str
    starts : object
    names : collection of str
        Of the family's parameters.

    Raises
    ------
    SpecError
        Where they are none.
    """
    points = cast("Sequence[object]", starts) if isinstance(starts, list | tuple) else None
    if points is None or not all(isinstance(point, Mapping) for point in points):
        raise SpecError(
            "{family}.start must be a list of tables, for instance [{{ width = 64 }}].", family=family
        )
    for point in cast("Sequence[Mapping[str, object]]", points):
        for name in point:
            if name not in names:
                raise SpecError(
                    "{family}.start has {name!r}, which is no parameter of the space.",
                    family=family,
                    name=name,
                )


def _check_conditions(where: str, entry: Mapping[str, object], names: Collection[str]) -> None:
    for key in ("when", "only"):
        conditions = entry.get(key, {})
        lists = cast("Mapping[str, object]", conditions).values() if isinstance(conditions, Mapping) else None
        if lists is None or not all(isinstance(v, list | tuple) for v in lists):
            raise SpecError(
                '{where}: {key} must be a table of lists, for instance {{ optimizer = ["sgd"] }}.',
                where=where,
                key=key,
            )
    for name in cast("Mapping[str, object]", entry.get("when", {})):
        if name not in names:
            raise SpecError(
                "{where} depends on {name!r}, which is no parameter before it.", where=where, name=name
            )


def _check_choices(where: str, choices: object) -> None:
    if not isinstance(choices, list | tuple):
        raise SpecError("{where}: choices must be a list, not {value!r}.", where=where, value=choices)
    if not choices:
        raise SpecError("{where} has no choices; give at least one.", where=where)
    _check_values(where, "choices", cast("Sequence[object]", choices))


def _check_values(where: str, key: str, values: Sequence[object]) -> None:
    for value in values:
        if not isinstance(value, bool | int | float | str):
            raise SpecError(
                "{where}: {key} has {value!r}; only numbers, texts, true and false can be chosen.",
                where=where,
                key=key,
                value=value,
            )


def _check_range(where: str, kind: str, entry: Mapping[str, object]) -> None:
    if "low" not in entry or "high" not in entry:
        raise SpecError("{where} needs low and high.", where=where)
    for key in ("low", "high", "step", "default"):
        if key in entry and not _is_number(entry[key], kind):
            raise SpecError(
                "{where}: {key} is {value!r}; it must be a number of type {kind}.",
                where=where,
                key=key,
                value=entry[key],
                kind=kind,
            )
    low, high = cast("float", entry["low"]), cast("float", entry["high"])
    if not low <= high:
        raise SpecError(
            "{where} goes from {low} to {high}; low must not exceed high.", where=where, low=low, high=high
        )
    if entry.get("log", False) and low <= 0:
        raise SpecError("{where} is logarithmic from {low}; low must be more than 0.", where=where, low=low)
    if cast("float", entry.get("step", 1)) <= 0:
        raise SpecError("{where}: step is {step}; it must be more than 0.", where=where, step=entry["step"])


def _is_number(value: object, kind: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and (kind == "float" or float(value).is_integer())
