"""The language in use: `tr` for the window's own words, `sentence` for those of the engine and the store.

``tr("Text")`` needs a literal: `resources/translations/update.py` collects them into the Qt Linguist files.
A widget that shows words derives from `Speaks` and says them through `say`, so that they change with the
language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator, Signal

from ..engine.domain import formatting

Text = Callable[[], str]  # words that are asked for again when the language changes
CHOICES = ("en", "zh")
WINDOW_CONTEXT = "window"
ENGINE_CONTEXT = "engine"


class Language(QObject):
    """Holds the language in use and its translator."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.code = "en"
        self._translators: list[QTranslator] = []
        self._data = b""

    def install(self, code: str) -> None:
        """Take `code` of `CHOICES` and tell every widget."""
        app = QCoreApplication.instance()
        if app is None:
            raise RuntimeError("a language needs an application")
        for translator in self._translators:
            app.removeTranslator(translator)
        self._translators.clear()
        self.code = code
        if code == "zh":
            file = resources.files("cupel.resources") / "translations" / "cupel_zh_CN.qm"
            self._data = file.read_bytes()  # Qt reads from these bytes for as long as the translator lives
            translator = QTranslator(app)
            if not translator.load(self._data):
                raise RuntimeError("the Chinese translation file is damaged")
            app.installTranslator(translator)
            self._translators.append(translator)
        QLocale.setDefault(QLocale("zh_CN" if code == "zh" else "en_GB"))
        self.changed.emit()


language = Language()


def system_language() -> str:
    """Return the one of `CHOICES` that suits the user's system."""
    return "zh" if QLocale.system().language() == QLocale.Language.Chinese else "en"


def tr(text: str, /, **args: object) -> str:
    """Return the window's `text` in the language in use, with `args` filled in."""
    translated = QCoreApplication.translate(WINDOW_CONTEXT, text)
    return translated.format(**args) if args else translated


def counted(count: int, one: str, many: str) -> str:
    """Return the translated `one` for 1 and `many` (with ``{n}``) otherwise; both are `tr` results."""
    return one if count == 1 else many.format(n=f"{count:,}")


class _Figure(float):
    """A number that is written with a true minus sign, as everywhere in the window."""

    def __format__(self, how: str) -> str:
        return super().__format__(how).replace("-", formatting.MINUS)


def _shown(value: object) -> object:
    """Return a value of a sentence as the window writes it; a sentence in a sentence is translated too."""
    if isinstance(value, Mapping) and "template" in value:
        return sentence(value)
    return _Figure(value) if isinstance(value, float) else value


def sentence(message: Mapping[str, Any]) -> str:
    """Return a sentence of the engine, ``{"template", "args", "text"}``, in the language in use.

    Where its template has no translation the English ``text`` is shown.
    """
    template = str(message.get("template", ""))
    if not template:
        return str(message.get("text", ""))
    args = {name: _shown(value) for name, value in (message.get("args") or {}).items()}
    translated = QCoreApplication.translate(ENGINE_CONTEXT, template)
    try:
        return translated.format(**args)
    except (KeyError, IndexError, ValueError):
        return str(message.get("text") or template)


class Speaks:
    """Mixed into a widget: keeps what the widget says, and says it again when the language changes."""

    _said: list[Callable[[], object]]

    def say(self, speak: Callable[[], object]) -> None:
        """Run `speak` (``lambda: label.setText(tr("…"))``) now and after each change of language."""
        if not hasattr(self, "_said"):
            self._said = []
            language.changed.connect(self.say_again)
        self._said.append(speak)
        speak()

    def say_again(self) -> None:
        """Say everything again: the language, or what the words are made of, has changed."""
        for speak in self._said:
            speak()
