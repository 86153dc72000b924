"""Form fields of the settings that `engine.domain.settings` declares: label, tip, range and values come from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.domain.settings import BY_FIELD, Setting
from ..speech import sentence
from .fields import ChipsField, ChoiceField, Field, FlagField, NumberField, TextField


def setting_field(field: str, choice_text: Callable[[str], str] = str) -> Field:
    """Return the field of a setting.

    Parameters
    ----------
    field : str
        See `Setting.field`.
    choice_text : callable
        What a choice is called, in the language in use.
    """
    setting = BY_FIELD[field]
    label, tip = _label_of(setting), _tip_of(setting)
    if setting.type is bool:
        return FlagField(label, tip)
    if setting.choices:
        options = [(value, lambda value=value: choice_text(value)) for value in setting.choices]
        make = ChipsField if setting.is_several else ChoiceField
        return make(label, options, tip)
    if setting.type is str:
        return TextField(label, tip=tip)
    empty = setting.empty
    placeholder = None if empty is None else lambda: sentence(empty)
    make_number = _ScaledCountField if setting.type is int and setting.scale != 1 else NumberField
    return make_number(
        label,
        placeholder,
        scale=setting.scale,
        whole=setting.type is int and setting.scale == 1,
        empty=empty is not None,
        tip=tip,
    )


class _ScaledCountField(NumberField):
    """A whole number that is shown in a larger unit: bytes as megabytes."""

    def value(self) -> Any:
        number = super().value()
        return None if number is None else round(number)


def _label_of(setting: Setting) -> Callable[[], str]:
    return lambda: sentence(setting.label)


def _tip_of(setting: Setting) -> Callable[[], str]:
    return lambda: sentence(setting.help)
