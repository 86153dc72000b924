"""The Overview page's first line: what is new since the user looked last, and what there is to decide."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication

from ...storage.records import StudyRecord
from ..desk import Desk
from ..states.brief import Seen, SeenStudies, brief
from ..states.trials_data import TrialsData
from ..widgets.parts import Label

_KEPT_AS = "seen_studies"


class Brief(Label):
    """Sentences with links; hidden where there is nothing to say.

    Parameters
    ----------
    desk : Desk

    Signals
    -------
    trials_picked(list)
        The numbers of the trials of a link that was clicked.
    """

    trials_picked = Signal(list)

    def __init__(self, desk: Desk) -> None:
        super().__init__(wrap=True)
        self._desk = desk
        # How the study stood when the user looked at it last, what that is kept under, and how it stands now.
        self._before: Seen | None = None
        self._key: str | None = None
        self._study: StudyRecord | None = None
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.linkActivated.connect(self._follow)
        self.hide()
        # Whoever comes back from another program looks anew.
        QGuiApplication.instance().applicationStateChanged.connect(self._application_changed)  # type: ignore[union-attr]

    def show_study(self, study: StudyRecord, data: TrialsData, *, is_looked_at: bool) -> None:
        """Say what is new of a study and its trials; where it is looked at now, that is remembered."""
        if is_looked_at:
            self._look(study)
        said = brief(study, data, self._before)
        self.setText(said)
        self.setVisible(bool(said))

    def look_away(self) -> None:
        """Keep how the study stands that the user has looked at: what comes from now on is new to him."""
        key, study = self._key, self._study
        self._key = self._study = None
        if key is not None and study is not None:
            kept = self._kept()
            kept.put(key, Seen.of(study, time.time()))
            self._desk.preferences.set_text(_KEPT_AS, kept.text)

    def _look(self, study: StudyRecord) -> None:
        key = SeenStudies.key(str(self._desk.feed.workspace), study)
        if key != self._key:
            self.look_away()
            self._key, self._before = key, self._kept().get(key)
        self._study = study

    def _kept(self) -> SeenStudies:
        return SeenStudies(self._desk.preferences.text(_KEPT_AS, ""))

    def _application_changed(self, state: Qt.ApplicationState) -> None:
        if state is not Qt.ApplicationState.ApplicationActive:
            self.look_away()

    def _follow(self, link: str) -> None:
        _, _, numbers = link.partition(":")
        self.trials_picked.emit([int(number) for number in numbers.split(",")])
