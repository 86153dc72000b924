"""Follows the trials of one study: all of them once, then only what has changed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ...engine.domain.objectives import objectives_of
from ...storage.trial_table import updated
from ..feed import Feed
from ..states.trials_data import TrialsData, prepare

if TYPE_CHECKING:
    from ...storage.store import Store


class TrialsFollower(QObject):
    """Keeps `data` up to date when asked to; reading and preparing happen in the background.

    Signals
    -------
    updated
        `data` is new.
    """

    updated = Signal()

    def __init__(self, feed: Feed, parent: QObject) -> None:
        super().__init__(parent)
        self._feed = feed
        self.study_id: int | None = None
        self.data: TrialsData | None = None
        self._reading = False
        self._again = False

    def follow(self, study_id: int | None) -> None:
        """Bring `data` up to date with the store, for this study from now on."""
        if study_id != self.study_id:
            self.study_id, self.data = study_id, None
            self.updated.emit()
        if study_id is None:
            return
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        known = self.data

        def work(store: Store) -> tuple[int, TrialsData | None]:
            return study_id, _newer(store, study_id, known)

        self._feed.read(work, self._took, self._failed)

    def _took(self, result: tuple[int, TrialsData | None]) -> None:
        study_id, data = result
        self._reading = False
        if study_id == self.study_id and data is not None:
            self.data = data
            self.updated.emit()
        if self._again or study_id != self.study_id:
            self.follow(self.study_id)

    def _failed(self, message: object) -> None:
        self._reading = False
        self._feed.failed.emit(message)


def _newer(store: Store, study_id: int, known: TrialsData | None) -> TrialsData | None:
    """Return the trials of a study as they are now; None where nothing has changed since `known`."""
    if known is None:
        study = store.study(study_id)
        return prepare(store.trial_table(study_id), objectives_of(study), study.direction)
    revision = store.revision()
    if revision == known.table.revision:
        return None
    records = store.trials(study_id, since_revision=known.table.revision)
    table = updated(known.table, records, revision)
    if not records:
        return dataclasses.replace(known, table=table)
    study = store.study(study_id)
    return prepare(table, objectives_of(study), study.direction)
