"""The main window: side bar, banners, pages, toasts, and the keys that work everywhere."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import shiboken6
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPlainTextEdit, QStackedWidget, QWidget

from ..storage.records import StudyRecord
from . import tokens
from .actions.action import Subject
from .actions.window_actions import window_actions
from .desk import Desk
from .feed import Feed
from .language import Speaks, language
from .pages.page import FRAME_MS, Page
from .preferences import Preferences
from .sidebar import SideBar
from .speech import Text, tr
from .theme import theme
from .widgets.notices import Banners, ShortcutsPanel, Toasts
from .widgets.palette import Entry, Palette
from .widgets.parts import column, row

_IDLE_MS = 120
# Widgets; each takes up to half a millisecond.
_POLISHED_AT_ONCE = 40
# Pages are made after the window has painted and read its studies, one at a time while the user does nothing,
# or when they are asked for: the window must be up within a second, and no page may make the user wait.
_PAGES = {
    "studies": (".pages.studies", "StudiesPage"),
    "new_study": (".pages.new_study", "NewStudyPage"),
    "overview": (".pages.overview", "OverviewPage"),
    "trials": (".pages.trials", "TrialsPage"),
    "charts": (".pages.charts", "ChartsPage"),
    "understand": (".pages.groups", "GroupsPage"),
    "compress": (".pages.compress", "CompressPage"),
    "export": (".pages.export", "ExportPage"),
    "predict": (".pages.predict", "PredictPage"),
}


class MainWindow(Speaks, QMainWindow):
    """The window of one workspace.

    Signals
    -------
    settled
        Every page has been made.
    """

    settled = Signal()

    def __init__(self, workspace: Path, preferences: Preferences) -> None:
        super().__init__()
        self.feed = Feed(workspace, self)
        self.desk = Desk(self.feed, preferences, self)
        self._preferences = preferences
        self.pages: dict[str, Page] = {}
        self.page_name = "studies"
        self.sidebar = SideBar(
            self.desk,
            {
                "studies": ("studies", lambda: tr("Studies")),
                "new_study": ("new_study", lambda: tr("New study")),
            },
            {
                "overview": ("live", lambda: tr("Overview")),
                "trials": ("trials", lambda: tr("Trials")),
                "charts": ("charts", lambda: tr("Charts")),
                "understand": ("groups", lambda: tr("Understand")),
                "compress": ("compress", lambda: tr("Compress")),
                "export": ("export", lambda: tr("Export")),
            },
            {"predict": ("target", lambda: tr("Predictions"))},
        )
        self.stack = QStackedWidget()
        self.banners = Banners()
        content = QWidget()
        content.setObjectName("canvas")
        inner = column(self.banners, self.stack, spacing=0)
        inner.setStretch(1, 1)
        content.setLayout(inner)
        central = QWidget()
        layout = row(self.sidebar, content, spacing=0)
        layout.setStretch(1, 1)
        central.setLayout(layout)
        self.setCentralWidget(central)
        self.toasts = Toasts(content)
        self.shortcuts = ShortcutsPanel(central)
        self.palette_panel = Palette(central, self._palette_entries)
        self.desk.actions.add(*window_actions(self))
        for part in (self.sidebar, self.banners, self.toasts, self.shortcuts, self.palette_panel):
            theme.dress(part)
        self._unpolished: list[QWidget] = []
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.resize(1280, 800)
        self.say(lambda: self.setWindowTitle(f"{tr('Cupel')} – {workspace.name}"))
        self._connect()
        self._add_keys()
        self.show_page("studies")
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE_MS)
        self._idle.timeout.connect(self._make_next_page)
        self.feed.opened.connect(self._import_pages)
        self.desk.studies_changed.connect(
            lambda: self.pages[self.page_name].take_focus(), Qt.ConnectionType.SingleShotConnection
        )

    def _import_pages(self) -> None:
        """Import what the pages need on the feed's thread; that takes longer than making them."""
        modules = [module for module, _ in _PAGES.values()]
        self.feed.read(
            lambda _store: [importlib.import_module(module, __package__) for module in modules],
            lambda _modules: self._idle.start(),
        )

    def _make_next_page(self) -> None:
        name = next((name for name in _PAGES if name not in self.pages), None)
        if not self.isVisible():
            return
        if self._unpolished:
            some, self._unpolished = (
                self._unpolished[:_POLISHED_AT_ONCE],
                self._unpolished[_POLISHED_AT_ONCE:],
            )
            for widget in some:
                if shiboken6.isValid(widget):
                    widget.ensurePolished()
        elif name is not None:
            self._unpolished = self.page(name).findChildren(QWidget)
        else:
            self.settled.emit()
            return
        self._idle.start(_IDLE_MS if not self._unpolished else 0)

    def show_page(self, name: str) -> None:
        """Show a page, made now if it was never shown."""
        page = self.page(name)
        self.page_name = name
        theme.catch_up(page)
        self.stack.setCurrentWidget(page)
        self.sidebar.set_page(name)
        page.take_focus()

    def page(self, name: str) -> Page:
        """Return a page, made now if it was never shown."""
        if name not in self.pages:
            module, class_name = _PAGES[name]
            page = getattr(importlib.import_module(module, __package__), class_name)(self.desk)
            self.pages[name] = page
            theme.dress(page, can_wait=True)
            self.stack.addWidget(page)
        return self.pages[name]

    def set_theme(self, choice: str) -> None:
        """Take another theme and remember it."""
        theme.install(choice)
        self._preferences.set_text("theme", choice)

    def set_language(self, code: str) -> None:
        """Take another language and remember it."""
        language.install(code)
        self._preferences.set_text("language", code)
        # What the page in view made of words, one frame later: together both would stop the window for too long.
        QTimer.singleShot(FRAME_MS, self, self.desk.studies_changed.emit)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self.feed.start_once()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.sidebar.set_narrow(self.width() < tokens.SIDEBAR_COLLAPSES_BELOW)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self._preferences.set_state("geometry", self.saveGeometry())
        self._preferences.set_text("page", self.page_name)
        self._preferences.save()
        self._idle.stop()
        self.feed.close()
        super().closeEvent(event)

    def restore(self) -> None:
        """Take the size that the window had last time."""
        state = self._preferences.state("geometry")
        if not state.isEmpty():
            self.restoreGeometry(state)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if event.mimeData().hasUrls() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_file(paths[0])

    def open_file(self, path: str) -> None:
        """Begin a new study with a data file."""
        self.show_page("new_study")
        self.desk.file_dropped.emit(path)

    def _connect(self) -> None:
        self.desk.page_wanted.connect(self.show_page)
        self.desk.toasted.connect(self.toasts.add)
        self.desk.warned.connect(self.banners.add)
        self.desk.change_wanted.connect(self._change_trial)
        self.desk.deletion_wanted.connect(self._delete_study)
        self.sidebar.page_chosen.connect(self.show_page)
        self.sidebar.theme_wanted.connect(self.set_theme)
        self.sidebar.language_wanted.connect(self.set_language)
        self.sidebar.shortcuts_wanted.connect(self.show_shortcuts)

    def _add_keys(self) -> None:
        # "?" is a letter in a field.
        actions = [action for action in self.desk.actions.of(Subject.WINDOW) if action.keys != "?"]
        for action in actions:
            if action.keys:
                QShortcut(QKeySequence(action.keys), self, action.trigger)
        for key in ("?", "Shift+?", "F1"):
            QShortcut(QKeySequence(key), self, self._question_mark)

    def focus_filter(self) -> None:
        """Put the cursor into the filter of the page in view."""
        self.pages[self.page_name].focus_filter()

    def reload(self) -> None:
        """Read again what the page in view shows."""
        self.pages[self.page_name].reload()

    def _change_trial(self, study: StudyRecord, trial_id: int) -> None:
        from .pages.change_trial import open_change

        open_change(self.desk, self, study, trial_id)

    def _delete_study(self, study: StudyRecord) -> None:
        from .pages.delete_study import ask_to_delete

        ask_to_delete(self.desk, self, study)

    def _question_mark(self) -> None:
        field = self.focusWidget()
        if isinstance(field, QLineEdit | QPlainTextEdit):
            field.insert("?") if isinstance(field, QLineEdit) else field.insertPlainText("?")
        else:
            self.show_shortcuts()

    def show_shortcuts(self) -> None:
        """Show the panel of keyboard shortcuts."""
        keys = [
            (action.keys, action.text)
            for action in self.desk.actions.of(Subject.WINDOW)
            if action.keys and not action.name.startswith("page.")
        ]
        of_rows = [
            (action.keys, action.text)
            for subject in (Subject.STUDY, Subject.TRIALS)
            for action in self.desk.actions.of(subject)
            if action.keys
        ]
        self.shortcuts.show_shortcuts(
            [
                ("Ctrl+1 … Ctrl+9", lambda: tr("Go to a page")),
                *keys,
                *dict(of_rows).items(),
                ("Shift+↑ ↓", lambda: tr("Select several trials to compare")),
                ("Tab", lambda: tr("Next control")),
                ("Esc", lambda: tr("Close the panel; show all trials again")),
            ]
        )

    def _palette_entries(self, typed: str) -> list[Entry]:
        """Return all that the palette finds: a trial by its number, actions, pages, studies."""
        groups: dict[Subject, Text] = {
            Subject.WINDOW: lambda: "",
            Subject.STUDY: lambda: self.desk.study.name if self.desk.study is not None else tr("Study"),
            Subject.TRIALS: lambda: tr("selected trial"),
        }
        actions = [
            Entry(
                action.text(),
                groups[action.subject](),
                action.icon,
                action.trigger,
                action.keys,
                action.why_not(),
            )
            for action in self.desk.actions
            if action.name != "window.commands"
        ]
        studies = [
            Entry(study.name, tr("Study"), "studies", lambda study=study: self._go_to_study(study.id))
            for study in self.desk.studies
        ]
        return [*self._palette_trials(typed), *actions, *studies]

    def _palette_trials(self, typed: str) -> list[Entry]:
        """Return the trial whose number was typed, alone or after a t."""
        found = re.fullmatch(r"\s*t?\s*#?(\d+)\s*", typed, re.IGNORECASE)
        data = self.desk.selection.data
        if found is None or data is None:
            return []
        ids = data.table.ids[data.table.numbers == int(found[1])]
        name = tr("Trial {number}", number=int(found[1]))
        return [
            # As it was typed, so that it is found.
            Entry(name, typed.strip(), "trials", lambda trial_id=int(one): self._go_to_trial(trial_id))
            for one in ids[:1]
        ]

    def _go_to_study(self, study_id: int) -> None:
        self.desk.select(study_id)
        self.desk.actions["study.open"].trigger()

    def _go_to_trial(self, trial_id: int) -> None:
        self.show_page("trials")
        self.desk.selection.reveal(trial_id)
