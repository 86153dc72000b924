"""Icons: the SVG files of `resources/icons`, drawn in any colour of the tokens.

Every file is a 24 × 24 line drawing in ``currentColor``. Qt's style sheets want files, so `file_for` keeps
recoloured copies in a temporary folder of this process.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_SCALES = (1, 2)


@functools.cache
def _source(name: str) -> str:
    return (resources.files("cupel.resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="cupel-icons-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.lru_cache(maxsize=512)
def renderer(name: str, colour: str) -> QSvgRenderer:
    """Return the drawing `name` in `colour` (``#RRGGBB``)."""
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


@functools.lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size_px: int, ratio: float = 1.0) -> QPixmap:
    """Return the drawing as a picture of `size_px` logical pixels."""
    picture = QPixmap(round(size_px * ratio), round(size_px * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer(name, colour).render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@functools.lru_cache(maxsize=512)
def icon(name: str, colour: str, size_px: int = 18, disabled: str = "") -> QIcon:
    """Return the drawing as an icon; `disabled` is its colour while its button cannot be used."""
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(pixmap(name, colour, size_px, scale))
        if disabled:
            result.addPixmap(pixmap(name, disabled, size_px, scale), QIcon.Mode.Disabled)
    return result


@functools.cache
def file_for(name: str, colour: str) -> str:
    """Return the path of a recoloured copy of the drawing, with forward slashes, for a style sheet."""
    path = _folder() / f"{name}-{colour.lstrip('#')}.svg"
    path.write_text(_source(name).replace("currentColor", colour), encoding="utf-8")
    return path.as_posix()
