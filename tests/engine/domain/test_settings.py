"""Each setting is declared once: terminal, Python, window, files, checks and documents follow the declaration."""

from __future__ import annotations

import argparse
import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest
from cupel.engine.commands.search_arguments import add_search_arguments, settings_of
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.settings import SETTINGS, Setting, as_markdown, default_of, value_of
from cupel.engine.domain.spec import BudgetSpec, LimitsSpec, SplitSpec, StudySpec, spec_of

NO_SETTINGS = {"target", "space", "starts", "roles", "export_dir", "split", "budget", "limits"}
IDS = [setting.option for setting in SETTINGS]
NUMBERS = [s for s in SETTINGS if s.type in (int, float) and (math.isfinite(s.allowed[0]))]


def another(setting: Setting) -> Any:
    """Return a value that is not the default."""
    default = default_of(StudySpec, setting)
    if setting.type is bool:
        return not default
    if setting.choices:
        wanted = [c for c in setting.choices if c not in ("", default, "score")][-1]
        return (wanted,) if setting.is_several else wanted
    if setting.type is str:
        return ("order",) if setting.is_several else {"kind": "table"}.get(setting.field, "test")
    return setting.type(0.25 if setting.allowed[1] <= 1 else 3)


def test_every_field_of_the_spec_is_a_setting_or_known_not_to_be() -> None:
    groups = (("split.", SplitSpec), ("budget.", BudgetSpec), ("limits.", LimitsSpec))
    fields = {f"{start}{f.name}" for start, spec in groups for f in dataclasses.fields(spec)}
    fields |= {f.name for f in dataclasses.fields(StudySpec)} - NO_SETTINGS
    assert {setting.field for setting in SETTINGS} == fields


def test_names_are_distinct() -> None:
    for names in ([s.option for s in SETTINGS], [s.name for s in SETTINGS]):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("setting", SETTINGS, ids=IDS)
def test_the_terminal_gives_every_setting(setting: Setting) -> None:
    parser = argparse.ArgumentParser()
    add_search_arguments(parser)
    assert settings_of(parser.parse_args(["d", "--target", "y"]))[setting.field] in (
        default_of(StudySpec, setting), (),
    )  # fmt: skip
    wanted = another(setting)
    if setting.type is bool:
        given = [f"--{'' if wanted else 'no-'}{setting.option}"]
    else:
        option = "holdout" if setting.option == "holdout-part" else setting.option
        given = [f"--{option}={one}" for one in (wanted if setting.is_several else [wanted])]
    assert settings_of(parser.parse_args(["d", "--target", "y", *given]))[setting.field] == wanted


@pytest.mark.parametrize("setting", SETTINGS, ids=IDS)
def test_python_gives_every_setting(setting: Setting) -> None:
    wanted = another(setting)
    further: dict[str, Any] = {"n_trials": 1} if setting.name != "n_trials" else {}
    if setting.name == "gap":
        further["split"] = "order"
    if setting.name == "objectives":
        wanted = ("score", *wanted)
    assert value_of(spec_of("y", **further, **{setting.name: wanted}), setting) == wanted


@pytest.mark.parametrize("setting", NUMBERS, ids=[s.option for s in NUMBERS])
def test_a_number_out_of_range_gets_one_sentence_with_the_value(setting: Setting) -> None:
    further: dict[str, Any] = {"n_trials": 1} if setting.name != "n_trials" else {}
    with pytest.raises(SpecError, match=r"is -1\b"):
        spec_of("y", **further, **{setting.name: setting.type(-1)})
    if setting.type is float:
        with pytest.raises(SpecError, match="is inf"):
            spec_of("y", **further, **{setting.name: math.inf})


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.choices], ids=lambda s: s.option)
def test_a_value_that_is_none_names_those_that_there_are(setting: Setting) -> None:
    wrong: Any = ("magic",) if setting.is_several else "magic"
    with pytest.raises(SpecError, match=rf"{setting.option} is 'magic'; choose one of "):
        spec_of("y", n_trials=1, **{setting.name: wrong})


def test_a_setting_that_there_is_not_names_the_nearest() -> None:
    with pytest.raises(SpecError, match="There is no setting 'n_fold'; write 'n_folds'"):
        spec_of("y", n_trials=1, n_fold=3)


def test_the_document_of_the_settings_is_up_to_date() -> None:
    path = Path(__file__).parents[3] / "docs" / "settings.md"
    assert path.read_text(encoding="utf-8") == as_markdown(StudySpec), (
        "Write it anew: python -c 'from cupel.engine.domain import settings, spec; "
        'print(settings.as_markdown(spec.StudySpec), end="")\' > docs/settings.md'
    )
