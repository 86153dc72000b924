"""Small pictures with their labels in a grid, as a data set of images is previewed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem

from ..language import Speaks
from ..speech import tr
from ..theme import colour, theme

_SIDE = 72
_CELL = QSize(116, 108)


class PictureGrid(Speaks, QListWidget):
    """Pictures in the order given; the keyboard moves among them, and their names are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setGridSize(_CELL)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._wrong: Collection[int] = frozenset()
        theme.changed.connect(self._colour)
        self.say(lambda: self.setAccessibleName(tr("Images with their labels")))

    def show_pictures(
        self, pictures: Sequence[tuple[bytes, str]], wrong: Collection[int] = frozenset()
    ) -> None:
        """Show pictures (PNG) with the labels under them; the labels at the places in `wrong` stand out."""
        self.clear()
        self._wrong = wrong
        for data, label in pictures:
            image = QImage.fromData(data)
            wide = Qt.AspectRatioMode.KeepAspectRatio
            # Small images keep their square pixels, as a network sees them.
            pixmap = QPixmap.fromImage(
                image.scaled(_SIDE, _SIDE, wide, Qt.TransformationMode.FastTransformation)
            )
            item = QListWidgetItem(QIcon(pixmap), label)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            item.setToolTip(label)
            # The first label's size would be that of all.
            item.setSizeHint(_CELL)
            self.addItem(item)
        self._colour()

    def _colour(self) -> None:
        for place in self._wrong:
            self.item(place).setForeground(colour("bad"))
