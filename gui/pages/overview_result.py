"""What came of a search: the Overview page's card of a study that does not run, and the sentences in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine.domain.leading import judged
from ...engine.domain.results import StudyResult
from ...engine.domain.verdict import (
    is_better_than_all,
)
from ...storage.records import StudyRecord
from ..speech import sentence, tr
from ..states.overview_result import detail_lines, result_rows, verdict
from ..widgets.grids import fill_grid
from ..widgets.parts import Card, Label, column, scrolled, set_property


class ResultCard(Card):
    """What came of the search: holdout, corrected score, ties, the final network."""

    def __init__(self) -> None:
        super().__init__(lambda: tr("Result"), margin=12)
        self._verdict = Label(kind="strong", wrap=True)
        self._details = Label(kind="small", wrap=True, select=True)
        self._reason = Label(kind="small", tone="muted", wrap=True)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(7)
        content = QWidget()
        content.setLayout(
            column(
                self._verdict, self._grid, self._details, self._reason, 1, spacing=10, margins=(0, 0, 6, 0)
            )
        )
        area = scrolled(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(area, 1)

    def show_study(self, study: StudyRecord, spread: float | None, *, is_old: bool) -> None:
        """Show the result of a study that does not run; `is_old` where an older version scored all its trials."""
        self._verdict.setText(verdict(study))
        evidence = judged(study)
        is_best = evidence is not None and is_better_than_all(evidence)
        set_property(self._verdict, "tone", "good" if is_best else "")
        details = detail_lines(study, spread, is_old=is_old)
        self._details.setText("\n".join(details))
        self._details.setVisible(bool(details))
        final = StudyResult.of(study).final
        reason = "" if final is None else sentence(final.reason)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        fill_grid(self._grid, result_rows(study, spread))
