"""What the window remembers of its user: theme, language, size, last workspace, splitter positions."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

# Tests and screenshots keep out of the user's own settings with it.
FOLDER_VARIABLE = "CUPEL_SETTINGS_DIR"


class Preferences:
    """A typed door to `QSettings`; every value has a default, and a damaged one counts as not set."""

    def __init__(self) -> None:
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder:
            self._settings = QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat)
        else:
            self._settings = QSettings("Cupel", "window")

    def text(self, key: str, default: str, choices: tuple[str, ...] = ()) -> str:
        """Return a remembered text, one of `choices` where there are any."""
        value = self._settings.value(key, default)
        return value if isinstance(value, str) and (not choices or value in choices) else default

    def set_text(self, key: str, value: str) -> None:
        """Remember a text."""
        self._settings.setValue(key, value)

    def state(self, key: str) -> QByteArray:
        """Return a remembered state of a window, splitter or header; empty where there is none."""
        value = self._settings.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_state(self, key: str, value: QByteArray) -> None:
        """Remember the state of a window, splitter or header."""
        self._settings.setValue(key, value)

    def save(self) -> None:
        """Write everything out now."""
        self._settings.sync()
