"""The arguments of ``cupel search``: the settings as `engine.domain.settings` declares them, and what is of files."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ..bundled.records import delimiter_of
from ..domain.settings import BY_FIELD, READING, SETTINGS, Group, Setting, default_of
from ..domain.spec import ReadSpec, StudySpec

_HOLDOUT, _PART = "split.holdout", "split.holdout_part"
_OF_INSPECTION = ("kind",)


def add_search_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all that `search.run_search` reads."""
    _add_source(parser)
    parser.add_argument(
        "--settings",
        metavar="FILE",
        help="a TOML file with any of these options by name; what is given here, too, wins",
    )
    parser.add_argument("--target", required=True, metavar="COLUMN", help="the column to predict")
    _add_settings(parser, "data")
    _add_reading(parser)
    _add_settings(parser, "split", without=(_HOLDOUT, _PART))
    parser.add_argument(
        "--holdout",
        default=default_of(StudySpec, BY_FIELD[_HOLDOUT]),
        type=fraction_or_part,
        metavar="FRACTION|PART",
        help=f"{_plain(BY_FIELD[_HOLDOUT])}; or an official part by its name in the column split: test",
    )
    _add_roles_of_split(parser)
    _add_settings(parser, "limits")
    _add_settings(parser, "method")
    parser.add_argument(
        "--space", type=Path, metavar="FILE", help="a TOML file; `cupel space` prints the default one"
    )
    parser.add_argument(
        "--warm-start",
        metavar="STUDY",
        help="try the best trials of an earlier study of the same families first",
    )
    _add_settings(parser, "run")
    _add_results(parser)


def add_inspect_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all that `inspect.run_inspect` reads."""
    _add_source(parser)
    parser.add_argument("--target", metavar="COLUMN", help="what is to be learnt; else it is guessed")
    for field in _OF_INSPECTION:
        _add_setting(parser, BY_FIELD[field], default_of(StudySpec, BY_FIELD[field]))
    _add_reading(parser)
    _add_roles_of_split(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_dialect_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all that `read_of` reads: how a text file is written."""
    for setting in READING:
        _add_setting(parser, setting, None)


def read_of(args: argparse.Namespace) -> ReadSpec:
    """Return how a text file is to be read; what was not given is found in the file."""
    given = {setting.field: getattr(args, _place(setting)) for setting in READING}
    given["delimiter"] = delimiter_of(given["delimiter"])
    return ReadSpec(**given)


def settings_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return the values of all settings by their fields (``split.gap``), as they were given or by default."""
    values = {s.field: getattr(args, _place(s)) for s in SETTINGS if s.field not in (_HOLDOUT, _PART)}
    values = {field: tuple(value) if isinstance(value, list) else value for field, value in values.items()}
    is_part = isinstance(args.holdout, str)
    values[_PART] = args.holdout if is_part else default_of(StudySpec, BY_FIELD[_PART])
    values[_HOLDOUT] = default_of(StudySpec, BY_FIELD[_HOLDOUT]) if is_part else args.holdout
    return values


def fraction_or_part(text: str) -> float | str:
    """Return the fraction that a text spells, or else the text, which is the name of an official part."""
    try:
        return float(text)
    except ValueError:
        return text


def _add_settings(p: argparse.ArgumentParser, group: Group, without: Collection[str] = ()) -> None:
    for setting in SETTINGS:
        if setting.group == group and setting.field not in without:
            _add_setting(p, setting, default_of(StudySpec, setting))


def _add_setting(p: argparse.ArgumentParser, setting: Setting, default: Any) -> None:
    option, text = f"--{setting.option}", _plain(setting)
    if setting.type is bool:
        action = "store_true" if default is False else argparse.BooleanOptionalAction
        p.add_argument(option, action=action, default=default, help=text)
        return
    known: dict[str, Any] = {"type": setting.type}
    if setting.metavar:
        known["metavar"] = setting.metavar
    if setting.choices and not setting.metavar:
        known["choices"] = setting.choices
    elif setting.choices:
        text += f": {', '.join(filter(None, setting.choices))}"
    if setting.is_several:
        p.add_argument(
            option, action="append", default=[], help=f"{text} (may be given several times)", **known
        )
    else:
        shown = "" if default in (None, "") else " (default: %(default)s)"
        p.add_argument(option, default=default, help=text + shown, **known)


def _plain(setting: Setting) -> str:
    """Return the help of a setting, for argparse, which formats it."""
    return str(setting.help).replace("%", "%%")


def _place(setting: Setting) -> str:
    return setting.option.replace("-", "_")


def _add_source(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "data",
        metavar="DATA",
        help="CSV, TSV, JSON, ARFF or Parquet file, plain or packed; folder or ZIP of images or texts by class; IDX or "
        "NPZ file; or sample:iris, …",
    )


def _add_reading(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--role", action="append", default=[], metavar="COLUMN=ROLE", help="override an inferred column role"
    )
    p.add_argument(
        "--image-size",
        type=int,
        metavar="N",
        help="height and width of images, in pixels (default: their median, at most 64)",
    )
    add_dialect_arguments(p)


def _add_roles_of_split(p: argparse.ArgumentParser) -> None:
    p.add_argument("--group", metavar="COLUMN", help="rows of one group stay in one fold")
    p.add_argument("--time", metavar="COLUMN", help="folds follow this column")


def _add_results(p: argparse.ArgumentParser) -> None:
    p.add_argument("--name", help="of the study")
    p.add_argument("--out", type=Path, metavar="DIR", help="where to export the best model")
    p.add_argument("--no-export", action="store_true", help="export nothing")
    p.add_argument("--json", action="store_true", help="print one JSON object as the last line")
