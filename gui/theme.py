"""The theme in use: palette, fonts, style sheet. One object per process, because Qt has one application.

Widgets that paint by themselves read `theme.palette` when they paint; those that keep coloured things
(charts, icons) listen to `theme.changed`.
"""

from __future__ import annotations

import dataclasses
import string
from importlib import resources

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from . import icons, tokens

CHOICES = ("auto", "light", "dark")
_SHEETS = ("base", "controls", "views", "shell", "pages")


class Theme(QObject):
    """Holds the palette in use and puts it on the application and on the parts of the window."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice = "auto"
        self.palette = tokens.LIGHT
        # The style sheet of `palette`.
        self._sheet = ""
        # What wears it, and whether that can wait.
        self._dressed: dict[QWidget, bool] = {}

    def install(self, choice: str) -> None:
        """Take `choice` of `CHOICES`, restyle what can be seen if that changes anything, and tell everyone."""
        self.choice = choice
        palette = tokens.PALETTES[self._resolve(choice)]
        if palette is not self.palette or not self._sheet:
            self._take(palette)
        self.changed.emit()

    def dress(self, widget: QWidget, *, can_wait: bool = False) -> None:
        """Style `widget` and all that is in it, now and after each change of palette.

        Restyling a widget takes 0.4 ms, and there are hundreds: what `can_wait` is restyled by `catch_up` where it
        is hidden when the palette changes.
        """
        self._dressed[widget] = can_wait
        widget.setStyleSheet(self._sheet)

    def catch_up(self, widget: QWidget) -> None:
        """Restyle a widget that was hidden when the palette changed; for who is about to show it."""
        if widget in self._dressed and widget.styleSheet() != self._sheet:
            widget.setStyleSheet(self._sheet)

    def _take(self, palette: tokens.Palette) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a theme needs a QApplication")
        if not self._sheet:
            app.setStyle(QStyleFactory.create("Fusion"))
            app.setFont(body_font())
        self.palette, self._sheet = palette, style_sheet(palette)
        app.setPalette(_qt_palette(palette))
        self._dressed = {
            widget: waits for widget, waits in self._dressed.items() if shiboken6.isValid(widget)
        }
        for widget, can_wait in self._dressed.items():
            if widget.isVisible() or not can_wait:
                widget.setStyleSheet(self._sheet)

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


def colour(name: str, alpha: float = 1.0) -> QColor:
    """Return a colour of the palette in use: by its token's name, or ``series0`` …, ``scale0`` … of plots."""
    palette = theme.palette
    if name.startswith("scale"):
        result = QColor(palette.scale[int(name.removeprefix("scale"))])
    elif name.startswith("series"):
        result = QColor(palette.series[int(name.removeprefix("series")) % len(palette.series)])
    else:
        result = QColor(getattr(palette, name))
    result.setAlphaF(alpha)
    return result


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
    """Return the style sheet of the window's parts: `resources/styles` with the tokens filled in."""
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
