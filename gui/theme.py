"""The theme in use: palette, fonts, style sheet. One object per process, because Qt has one application.

Widgets that paint by themselves read `theme.palette` when they paint; those that keep coloured things
(charts, icons) listen to `theme.changed`.
"""

from __future__ import annotations

import dataclasses
import string
from importlib import resources

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from . import icons, tokens

CHOICES = ("auto", "light", "dark")
_SHEETS = ("base", "controls", "views", "shell", "pages")


class Theme(QObject):
    """Holds the palette in use and puts it on the application."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice = "auto"
        self.palette = tokens.LIGHT

    def install(self, choice: str) -> None:
        """Take `choice` of `CHOICES` and restyle the application if that changes anything."""
        self.choice = choice
        palette = tokens.PALETTES[self._resolve(choice)]
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a theme needs a QApplication")
        if palette is self.palette and app.styleSheet():
            return
        self.palette = palette
        style = QStyleFactory.create("Fusion")
        if app.style().objectName().lower() != "fusion" and style is not None:
            app.setStyle(style)
        app.setFont(body_font())
        app.setPalette(_qt_palette(palette))
        app.setStyleSheet(style_sheet(palette))
        self.changed.emit()

    def follow_system(self) -> None:
        """Take the system's theme again, where the user wants it followed."""
        if self.choice == "auto":
            self.install("auto")

    @staticmethod
    def _resolve(choice: str) -> str:
        if choice != "auto":
            return choice
        app = QApplication.instance()
        dark = isinstance(app, QApplication) and app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return "dark" if dark else "light"


theme = Theme()


def colour(name: str) -> QColor:
    """Return a colour of the palette in use by its token's name."""
    return QColor(getattr(theme.palette, name))


def body_font(size_px: int = tokens.TYPE_BODY, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the window's font with tabular figures, so that numbers line up."""
    font = QFont()
    font.setFamilies(list(tokens.FONT_FAMILIES))
    font.setPixelSize(size_px)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def mono_font(size_px: int = tokens.TYPE_SMALL) -> QFont:
    """Return the fixed-width font of code and tracebacks."""
    font = QFont()
    font.setFamilies([*tokens.MONO_FAMILIES, *tokens.FONT_FAMILIES[-5:]])
    font.setPixelSize(size_px)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def style_sheet(palette: tokens.Palette) -> str:
    """Return the application's style sheet: `resources/styles` with the tokens filled in."""
    values: dict[str, str | int] = {
        name: value for name, value in dataclasses.asdict(palette).items() if isinstance(value, str)
    }
    values |= {
        name.lower(): value
        for name, value in vars(tokens).items()
        if isinstance(value, int) and not name.startswith("_")
    }
    values |= {
        f"icon_{name}": icons.file_for(name, palette.muted) for name in ("down", "up", "check", "dash")
    }
    values["icon_check"] = icons.file_for("check", palette.on_accent)
    values["icon_dash"] = icons.file_for("dash", palette.on_accent)
    folder = resources.files("cupel.resources") / "styles"
    source = "\n".join((folder / f"{name}.qss").read_text(encoding="utf-8") for name in _SHEETS)
    return string.Template(source).substitute(values)


def _qt_palette(palette: tokens.Palette) -> QPalette:
    role = QPalette.ColorRole
    result = QPalette()
    for key, name in {
        role.Window: palette.canvas,
        role.WindowText: palette.text,
        role.Base: palette.surface,
        role.AlternateBase: palette.sunken,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.PlaceholderText: palette.faint,
        role.Text: palette.text,
        role.Button: palette.surface,
        role.ButtonText: palette.text,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Link: palette.accent,
        role.Mid: palette.border,
        role.Accent: palette.accent,
    }.items():
        result.setColor(key, QColor(name))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(palette.faint))
    return result
