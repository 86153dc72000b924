"""The one place where the study in view is chosen: a button of the side bar with a menu of the studies."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QStyle, QStyleOptionButton

from . import icons, tokens
from .desk import Desk
from .language import Speaks
from .speech import tr
from .theme import colour, theme

# More would not fit on a screen; the Studies page has them all.
_MOST_OFFERED = 20
_MARGIN_PX = 10


class StudySwitcher(Speaks, QPushButton):
    """Shows the name of the study in view, and offers the others."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._narrow = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName("switcher")
        self.clicked.connect(self._offer)
        desk.studies_changed.connect(self._show)
        desk.study_selected.connect(lambda _id: self._show())
        self.say(self._show)

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon only."""
        self._narrow = narrow
        self.update()

    def offered(self) -> list[tuple[str, int]]:
        """Return names and ids of the studies in the menu: all that are not archived, and that in view."""
        studies = [s for s in self._desk.studies if not s.archived or s.id == self._desk.study_id]
        return [(study.name, study.id) for study in studies[:_MOST_OFFERED]]

    def _show(self) -> None:
        study = self._desk.study
        name = study.name if study is not None else tr("No study yet")
        self.setText(name)
        self.setToolTip(name)
        self.setAccessibleName(tr("Study in view: {name}", name=name))
        self.setEnabled(study is not None)

    def _offer(self) -> None:
        menu = QMenu(self)
        for name, study_id in self.offered():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(study_id == self._desk.study_id)
            action.triggered.connect(lambda _on=False, study_id=study_id: self._desk.select(study_id))
        menu.addSeparator()
        everything = menu.addAction(tr("All studies"))
        everything.triggered.connect(lambda: self._desk.show_page("studies"))
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QPainter(self)
        option.text = ""  # type: ignore[attr-defined] - Qt's own, which its stubs leave out
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        size = tokens.ICON
        icon = icons.pixmap(
            "studies" if self._narrow else "down", theme.palette.muted, size, self.devicePixelRatioF()
        )
        left = (self.width() - size) // 2 if self._narrow else self.width() - size - _MARGIN_PX + tokens.HALF
        painter.drawPixmap(left, (self.height() - size) // 2, icon)
        if not self._narrow:
            room = self.rect().adjusted(_MARGIN_PX, 0, -size - _MARGIN_PX, 0)
            painter.setPen(colour("text" if self.isEnabled() else "muted"))
            text = QFontMetrics(self.font()).elidedText(
                self.text(), Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
