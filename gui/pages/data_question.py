"""What the New study page asks before a search: are the rows independent, is a column known when predicting?"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from ...engine.domain.inspections import Finding
from ...engine.domain.split_findings import SplitFinding
from ..speech import sentence, tr
from ..widgets.parts import Button, Label, Picture, column, row


class DataQuestion(QFrame):
    """The gravest finding that waits for an answer, and two answers to it.

    Signals
    -------
    taken(object)
        What the finding suggests is wanted: a `SplitFinding`, or a `Finding` about a column.
    kept(object)
        The rows are independent, or the column is known when predicting: all stays as it is.
    """

    taken = Signal(object)
    kept = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setProperty("tone", "bad")
        self._finding: SplitFinding | Finding | None = None
        self.label = Label(self._text, wrap=True, select=True)
        self.take = Button(self._suggestion)
        self.take.clicked.connect(lambda: self.taken.emit(self._finding))
        self.keep = Button(self._refusal)
        self.keep.clicked.connect(lambda: self.kept.emit(self._finding))
        said = column(self.label, row(self.take, self.keep, 1, spacing=8), spacing=8)
        layout = row(Picture("serious", "bad", 18), said, spacing=12, margins=(12, 8, 8, 8))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def ask(self, finding: SplitFinding | Finding | None) -> None:
        """Ask about a finding; None where there is nothing to ask."""
        self._finding = finding
        self.label.say_again()
        self.take.say_again()
        self.keep.say_again()
        self.setVisible(finding is not None)

    def _text(self) -> str:
        found = self._finding
        if found is None:
            return ""
        return sentence(found.message if isinstance(found, Finding) else found.message())

    def _refusal(self) -> str:
        if isinstance(self._finding, Finding):
            return tr("It is known when predicting: keep it")
        return tr("The rows are independent: keep the folds")

    def _suggestion(self) -> str:
        found = self._finding
        if found is None:
            return ""
        if isinstance(found, Finding):
            return tr("Leave {column} out", column=found.column or "")
        if found.by == "order":
            return tr(
                "Use folds in the order of the file, with a gap of {n} rows", n=f"{found.advised_gap:,}"
            )
        if found.by == "time":
            return tr(
                "Use folds in the order of {column}, with a gap of {n} rows",
                column=found.column,
                n=f"{found.advised_gap:,}",
            )
        if found.by == "name_part":
            return tr("Keep images with the same part {part} of the name together", part=found.column)
        if found.by == "duplicates":
            return tr("Keep near-duplicates on one side")
        return tr("Keep rows with the same {column} together", column=found.column)
