"""The language in use, by Qt's translations. Words themselves come from `speech`.

A widget that shows words derives from `Speaks` and says them through `say`, so that they change with the language.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator, Signal

from .speech import translate_with

CHOICES = ("en", "zh")


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
            # Qt reads from these bytes for as long as the translator lives.
            self._data = file.read_bytes()
            translator = QTranslator(app)
            if not translator.load(self._data):
                raise RuntimeError("the Chinese translation file is damaged")
            app.installTranslator(translator)
            self._translators.append(translator)
        QLocale.setDefault(QLocale("zh_CN" if code == "zh" else "en_GB"))
        self.changed.emit()


language = Language()
translate_with(QCoreApplication.translate)


def system_language() -> str:
    """Return the one of `CHOICES` that suits the user's system."""
    return "zh" if QLocale.system().language() == QLocale.Language.Chinese else "en"


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
