"""Asking whether a study is to be deleted for good: the one thing in the window that cannot be taken back."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from ...engine.domain import formatting
from ...storage.records import StudyRecord
from ..desk import Desk
from ..speech import counted, tr


def ask_to_delete(desk: Desk, parent: QWidget, study: StudyRecord) -> None:
    """Ask, with what it frees, and delete the study where the user says so."""
    desk.feed.read(
        lambda store: store.study_sizes().get(study.id, 0),
        lambda n_bytes: DeleteStudy(desk, parent, study, n_bytes).open(),
    )


class DeleteStudy(QMessageBox):
    """The question; Escape and Enter keep the study."""

    def __init__(self, desk: Desk, parent: QWidget, study: StudyRecord, n_bytes: int) -> None:
        super().__init__(parent)
        self._desk, self._study = desk, study
        n_trials = sum(study.n_trials.values())
        trials = counted(n_trials, tr("1 trial"), tr("{n} trials"))
        self.setWindowTitle(tr("Delete for good"))
        self.setIcon(QMessageBox.Icon.Warning)
        self.setText(tr("Delete {name} with {trials} for good?", name=study.name, trials=trials))
        self.setInformativeText(
            tr(
                "Its trials, models and curves go with it, and its data where no other study needs them; this frees"
                " {size}. Exported bundles stay where they are. It cannot be undone.",
                size=formatting.size(n_bytes),
            )
        )
        keep = self.addButton(tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        self.delete = self.addButton(tr("Delete for good"), QMessageBox.ButtonRole.DestructiveRole)
        self.setDefaultButton(keep)
        self.setEscapeButton(keep)
        self.finished.connect(lambda _result: self._closed())

    def _closed(self) -> None:
        if self.clickedButton() is self.delete:
            study, desk = self._study, self._desk
            desk.feed.write(
                lambda store: store.delete_study(study.id),
                lambda freed: desk.toast(
                    lambda: tr(
                        "Deleted {name}: {size} are free again", name=study.name, size=formatting.size(freed)
                    )
                ),
            )
        self.deleteLater()
