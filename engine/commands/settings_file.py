"""Settings of ``cupel search`` from a TOML file: each option of the terminal by its name, without the dashes.

    target = "price"
    split = "order"
    gap = 22
    family = ["mlp", "resnet"]
    no-export = true
    [role]
    id = "ignored"

What is given in the terminal, too, is taken from there; families, objectives and roles are added.
"""

from __future__ import annotations

import argparse
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from ..domain.errors import SpecError

OPTION = "--settings"


def with_settings(argv: Sequence[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return arguments of ``cupel search`` with those of the file that ``--settings`` names, which come first.

    Parameters
    ----------
    argv : sequence of str
        Without the word ``search``.
    parser : ArgumentParser
        Of ``cupel search``: it says which settings there are.

    Raises
    ------
    SpecError
        Where the file cannot be read, or has a setting that is none.
    """
    before = argparse.ArgumentParser(prog="cupel search", add_help=False)
    before.add_argument(OPTION, type=Path)
    args, rest = before.parse_known_args(argv)
    file: Path | None = args.settings
    if file is None:
        return list(argv)
    options = {
        option.removeprefix("--"): action
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    found: list[str] = []
    for name, value in _read(file).items():
        if name not in options or name in ("help", "settings", "json"):
            near = difflib.get_close_matches(name, options, 1)
            raise SpecError(
                "{file} has the setting {name!r}, which `cupel search` does not know; {hint}.",
                file=str(file),
                name=name,
                hint=f"write {near[0]!r}" if near else "`cupel search --help` names all of them",
            )
        found += _arguments(file, name, value, options[name])
    return [*found, *rest]


def _read(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SpecError(
            "The settings {file} cannot be read: {reason}", file=str(file), reason=reason
        ) from error


def _arguments(file: Path, name: str, value: object, option: argparse.Action) -> list[str]:
    if option.nargs == 0:
        if not isinstance(value, bool):
            raise SpecError(
                "{file}: {name} is {value!r}; write true or false.", file=str(file), name=name, value=value
            )
        against = [f"--no-{name}"] if isinstance(option, argparse.BooleanOptionalAction) else []
        return [f"--{name}"] if value else against
    if isinstance(value, Mapping):
        pairs = list(cast("dict[str, object]", value).items())
        return [f"--{name}={key}={word}" for key, word in pairs]
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    if any(isinstance(one, bool | list | Mapping) for one in values):
        raise SpecError(
            "{file}: {name} is {value!r}; write a number or a text.", file=str(file), name=name, value=value
        )
    return [f"--{name}={one}" for one in values]
