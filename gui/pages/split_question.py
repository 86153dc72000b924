"""What the New study page asks where random folds may flatter: are the rows independent?"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from ...engine.domain.split_findings import SplitFinding
from ..speech import sentence, tr
from ..widgets.parts import Button, Label, Picture, column, row


class SplitQuestion(QFrame):
    """The gravest finding about the folds, and two answers to it.

    Signals
    -------
    taken(object)
        The folds that the finding suggests are wanted: a `SplitFinding`.
    kept(object)
        The rows are independent, the folds stay.
    """

    taken = Signal(object)
    kept = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setProperty("tone", "bad")
        self._finding: SplitFinding | None = None
        self.label = Label(self._text, wrap=True, select=True)
        self.take = Button(self._suggestion)
        self.take.clicked.connect(lambda: self.taken.emit(self._finding))
        self.keep = Button(lambda: tr("The rows are independent: keep the folds"))
        self.keep.clicked.connect(lambda: self.kept.emit(self._finding))
        said = column(self.label, row(self.take, self.keep, 1, spacing=8), spacing=8)
        layout = row(Picture("serious", "bad", 18), said, spacing=12, margins=(12, 8, 8, 8))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def ask(self, finding: SplitFinding | None) -> None:
        """Ask about a finding; None where there is nothing to ask."""
        self._finding = finding
        self.label.say_again()
        self.take.say_again()
        self.setVisible(finding is not None)

    def _text(self) -> str:
        return sentence(self._finding.message()) if self._finding is not None else ""

    def _suggestion(self) -> str:
        found = self._finding
        if found is None:
            return ""
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
