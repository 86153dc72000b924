"""The fields that say how a text file is read: one for each setting that `domain.settings` declares of reading."""

from __future__ import annotations

from typing import Any

from ...engine.domain.settings import READING, Setting
from ...engine.domain.spec import ReadSpec
from ..speech import Text, sentence, tr
from ..widgets.fields import ChoiceField

_ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "gb18030", "big5", "cp932", "cp949", "cp1250", "cp1251",
)  # fmt: skip
_MOST_SKIPPED = 10


class ReadingField(ChoiceField):
    """How one thing of a text file is read; what was found in the file is always among the choices.

    Parameters
    ----------
    setting : Setting
        One of `READING`.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        super().__init__(lambda: sentence(setting.label), _choices(setting), lambda: sentence(setting.help))
        self.label.setMinimumWidth(0)
        self.label.setMaximumWidth(120)
        self.label.setProperty("type", "small")
        self.widget.setMaximumWidth(150)

    def show_read(self, read: ReadSpec) -> None:
        """Show how the file was read."""
        value = getattr(read, self._setting.field)
        choices = _choices(self._setting)
        if value is not None and value not in [known for known, _ in choices]:
            choices.append((value, lambda: str(value)))
        self.set_options(choices)
        self.set_value(value)


def reading_fields() -> dict[str, ReadingField]:
    """Return the fields by the names of what they say in a `ReadSpec`."""
    return {setting.field: ReadingField(setting) for setting in READING}


def _choices(setting: Setting) -> list[tuple[Any, Text]]:
    named: dict[str, list[tuple[Any, Text]]] = {
        "format": [
            ("delimited", lambda: tr("delimited")),
            ("json", lambda: "JSON"),
            ("arff", lambda: "ARFF"),
        ],
        "delimiter": [
            (",", lambda: tr("comma")),
            (";", lambda: tr("semicolon")),
            ("\t", lambda: tr("tab")),
            ("|", lambda: tr("bar")),
            (" ", lambda: tr("blanks")),
        ],
        "decimal": [(".", lambda: "1.5"), (",", lambda: "1,5")],
        "thousands": [(",", lambda: "1,000"), (".", lambda: "1.000"), ("_", lambda: "1_000")],
        "header": [(True, lambda: tr("names")), (False, lambda: tr("data"))],
        "quote": [('"', lambda: '"'), ("'", lambda: "'"), ("none", lambda: tr("none"))],
        "escape": [("none", lambda: tr("none")), ("\\", lambda: "\\")],
    }
    if setting.field in named:
        return named[setting.field]
    values: tuple[Any, ...] = _ENCODINGS if setting.field == "encoding" else tuple(range(_MOST_SKIPPED))
    return [(value, lambda value=value: str(value)) for value in values]
