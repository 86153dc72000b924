"""What every page is: a header with one primary action, a body, and a refresh that runs only while it can be
seen.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QWidget

from .. import tokens
from ..desk import Desk
from ..language import Speaks
from ..speech import Text, tr
from ..widgets.parts import Button, Label, Picture, Pill, column, row

# After which the rest is done of what would stop the window for too long at once.
FRAME_MS = 16


class Page(Speaks, QWidget):
    """Base of all pages.

    A page becomes stale when the store changes and is refreshed when it can be seen: `refresh` is called
    then.

    Parameters
    ----------
    of_study : bool
        Whether it shows the study in view: how that stands is beside the title.
    """

    def __init__(self, desk: Desk, title: Text, *, of_study: bool = False) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.desk = desk
        self._stale = True
        self.title = Label(title, "title")
        self.subtitle = Label(tone="muted")
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.state_pill = Pill()
        self.state_pill.hide()
        self.tool_row = row()
        header = QFrame()
        header.setObjectName("header")
        header.setFixedHeight(tokens.HEADER_HEIGHT)
        bar = row(
            self.title,
            self.state_pill,
            self.subtitle,
            self.tool_row,
            spacing=12,
            margins=(24, 8, 24, 8),
        )
        bar.setStretch(bar.indexOf(self.subtitle), 1)
        header.setLayout(bar)
        self.body = column(spacing=tokens.GRID + tokens.HALF, margins=(24, 0, 24, 20))
        layout = column(header, self.body, spacing=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._places = Pages()
        if of_study:
            self.say(self.show_study_state)
        desk.studies_changed.connect(self.grow_stale)
        desk.study_selected.connect(self.study_changed)

    def place(self, content: QWidget, *others: QWidget) -> None:
        """Fill the page with its content, and with what stands in its place where there is none."""
        for widget in (content, *others):
            self._places.addWidget(widget)
        self.body.addWidget(self._places, 1)

    def show_place(self, place: int = 0) -> None:
        """Show the content (0), or one of the others (from 1 on), once the studies have been read."""
        # Before that nothing is known; a banner says why it stays so.
        self._places.setVisible(self.desk.has_read)
        self._places.setCurrentIndex(place)

    def refresh(self) -> None:
        """Show what the desk and the store say now; for each page to define."""
        raise NotImplementedError

    def study_changed(self) -> None:
        """Another study is in view."""
        self.grow_stale()

    def focus_filter(self) -> None:
        """Put the cursor into the page's filter, where it has one."""

    def take_focus(self) -> None:
        """Put the focus where the keyboard is of most use."""
        self.setFocus()

    def reload(self) -> None:
        """Refresh because the user asked for it."""
        self.desk.refresh()
        self.refresh()

    def grow_stale(self) -> None:
        """Note that what is shown is out of date; refresh at once only if it can be seen."""
        self._stale = True
        self._refresh_if_seen()

    def show_study_state(self) -> None:
        """Show the state of the study in view beside the title."""
        study = self.desk.study
        self.state_pill.setVisible(study is not None)
        if study is not None:
            self.state_pill.show_word(*self.desk.standing(study))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._refresh_if_seen()

    def _refresh_if_seen(self) -> None:
        if self._stale and self.isVisible():
            self._stale = False
            self.refresh()


class Pages(QStackedWidget):
    """A page's body and what stands in its place where it is empty; it keeps its room while it is hidden."""

    def __init__(self) -> None:
        super().__init__()
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)


class EmptyState(QFrame):
    """What stands where there is nothing yet: what to do next."""

    def __init__(self, icon: str, title: Text, text: Text, *actions: QWidget) -> None:
        super().__init__()
        heading = Label(title, "subtitle")
        said = Label(text, tone="muted", wrap=True)
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        said.setFixedWidth(440)
        middle = [row(1, widget, 1) for widget in (Picture(icon, "faint", 40), heading, said)]
        self.setLayout(column(1, *middle, row(1, *actions, 1), 2, spacing=12))


def new_study_button(desk: Desk) -> Button:
    """Return the button that leads from an empty page to a new study."""
    button = Button(lambda: tr("New study"), "primary", "plus")
    button.clicked.connect(lambda: desk.show_page("new_study"))
    return button


def nothing_to_do(desk: Desk, icon: str, title: Text, text: Text) -> tuple[EmptyState, EmptyState]:
    """Return what stands on a page that needs a complete trial: where there is no study, and where it has none."""
    overview = Button(lambda: tr("Overview"), "primary", "live")
    overview.clicked.connect(lambda: desk.show_page("overview"))
    return EmptyState(icon, title, text, new_study_button(desk)), EmptyState(icon, title, text, overview)
