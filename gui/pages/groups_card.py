"""The lower card of the Groups page: one audit in a table and in words, and the study's other audits to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QButtonGroup, QWidget

from ...engine.domain import formatting
from ...engine.domain.group_audits import AuditPart, GroupAudit
from ..models.groups_model import GROUP, N_OWN, ROWS, GroupsModel
from ..speech import tr
from ..states.group_gaps import gap_lines, headline, no_gap_lines
from ..widgets.fields import CHIP_HEIGHT
from ..widgets.flow import FlowLayout
from ..widgets.parts import Button, Card, Elided, Label, column, row, set_property
from ..widgets.tables import make_table
from .groups_delegate import ROW_PX, GroupsDelegate
from .page import EmptyState

_GROUP_PX, _ROWS_PX, _LEAST_PX = 150, 62, 96


class GroupsCard(Card):
    """The audits of a study as chips, and of one of them the table, the gaps, and what they do not prove."""

    def __init__(self) -> None:
        super().__init__(margin=12)
        self.audits: Sequence[GroupAudit] = ()
        self._shown: GroupAudit | None = None
        self.model = GroupsModel(self)
        self._make_chips()
        self.title = Elided("strong")
        self._make_table()
        self.headline = Label(kind="strong", wrap=True)
        self.gaps = Label(kind="small", wrap=True, select=True)
        note = Label(
            lambda: tr(
                "Intervals are of 95% and not corrected for how many groups and figures were compared: the widest gap"
                " looks wider than it is. A gap is no proof of unfairness, and none is no proof of fairness."
            ),
            "small",
            "muted",
            wrap=True,
        )
        heading = row(self.title, self._parts, spacing=12)
        heading.setStretch(0, 1)
        self._found = QWidget()
        found = column(self._chips_line, heading, self.table, self.headline, self.gaps, note, 1, spacing=8)
        # Up to its last row; what is left goes below the words.
        found.setStretch(2, 100)
        self._found.setLayout(found)
        self.nothing_yet = EmptyState(
            "groups",
            lambda: tr("No groups of this study were audited yet"),
            lambda: tr(
                'Choose a column, also one that the model does not use. "Audit" counts in each of its groups how often'
                " the model is right and in which way it errs, on rows that it had not seen."
            ),
        )
        self.body.addWidget(self._found, 1)
        self.body.addWidget(self.nothing_yet, 1)
        self.show_audits((), None)
        note.say(self._reword)

    def show_audits(self, audits: Sequence[GroupAudit], wanted: tuple[int, str] | None) -> None:
        """Show the audits of a study, the newest first.

        Parameters
        ----------
        audits : sequence of GroupAudit
        wanted : tuple of int and str, optional
            Trial and column of the one to show; without it the one that is shown stays, else the newest is.
        """
        if wanted is None and self._shown is not None:
            wanted = audit_key(self._shown)
        if list(audits) != list(self.audits):
            self.audits = list(audits)
            self._offer()
        shown = next((one for one in audits if audit_key(one) == wanted), audits[0] if audits else None)
        self._found.setVisible(shown is not None)
        # Of a single one the heading says it all.
        self._chips_line.setVisible(len(audits) > 1)
        self.nothing_yet.setVisible(shown is None)
        self._show(shown)

    def choose_part(self, name: str) -> None:
        """Show what was counted on the folds (``out_of_fold``), or on the holdout."""
        if name in self.parts and self.parts[name].isEnabled():
            self.parts[name].setChecked(True)
            self._show(self._shown)

    def fit(self) -> None:
        """Share the width out among the figures."""
        n = len(self.model.measures)
        if not n:
            return
        head = self.table.horizontalHeader()
        room = self.table.viewport().width() - _GROUP_PX - _ROWS_PX
        width = max(room // n, _LEAST_PX)
        head.resizeSection(GROUP, _GROUP_PX + max(room - n * width, 0))
        head.resizeSection(ROWS, _ROWS_PX)
        for section in range(N_OWN, N_OWN + n):
            head.resizeSection(section, width)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.fit()

    def _make_chips(self) -> None:
        self.chips: list[Button] = []
        self._chips = FlowLayout()
        box = QWidget()
        box.setLayout(self._chips)
        label = Label(lambda: tr("Audited"), tone="muted")
        label.setFixedHeight(CHIP_HEIGHT)
        self._chips_line = QWidget()
        line = row(label, box, spacing=8)
        line.setStretch(1, 1)
        self._chips_line.setLayout(line)
        self._chosen = QButtonGroup(self)
        self.parts = {
            "out_of_fold": Button(
                lambda: tr("On the folds"), "chip", tip=lambda: tr("Each row by a network that had not seen it.")
            ),
            "holdout": Button(
                lambda: tr("On the holdout"), "chip", tip=lambda: tr("Rows that no trial of the search had seen.")
            ),
        }  # fmt: skip
        self._parts = QWidget()
        self._parts.setLayout(row(*self.parts.values(), spacing=6))
        group = QButtonGroup(self)
        for chip in self.parts.values():
            chip.setCheckable(True)
            group.addButton(chip)
            chip.clicked.connect(lambda: self._show(self._shown))
        self.parts["out_of_fold"].setChecked(True)

    def _make_table(self) -> None:
        self.table = make_table(self.model, row_height_px=ROW_PX)
        self.table.setItemDelegate(GroupsDelegate(self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.horizontalHeader().setMinimumSectionSize(48)

    def _offer(self) -> None:
        """Make a chip for each audit."""
        self._chips.clear()
        self.chips = []
        for place, audit in enumerate(self.audits):
            chip = Button(lambda audit=audit: chip_text(audit), "chip")
            chip.setCheckable(True)
            chip.clicked.connect(lambda _on=False, place=place: self._show(self.audits[place]))
            self._chosen.addButton(chip)
            self.chips.append(chip)
            self._chips.addWidget(chip)

    def _show(self, audit: GroupAudit | None) -> None:
        self._shown = audit
        if audit is None:
            return
        for chip, one in zip(self.chips, self.audits, strict=True):
            chip.setChecked(one is audit or audit_key(one) == audit_key(audit))
        parts = {part.part: part for part in audit.parts}
        for name, chip in self.parts.items():
            chip.setEnabled(name in parts)
        chosen = next((name for name, chip in self.parts.items() if chip.isChecked()), "out_of_fold")
        part = parts.get(chosen) or audit.parts[0]
        self.parts.get(part.part, self.parts["out_of_fold"]).setChecked(True)
        n_before = len(self.model.measures)
        self.model.show_part(part, audit.positive or "")
        if len(self.model.measures) != n_before:
            self.fit()
        head_px = self.table.horizontalHeader().sizeHint().height()
        self.table.setMaximumHeight(
            head_px + self.model.rowCount() * ROW_PX + 2 * self.table.frameWidth() + 2
        )
        self._say(audit, part)

    def _say(self, audit: GroupAudit, part: AuditPart) -> None:
        self.title.setText(title(audit))
        self.table.setAccessibleName(title(audit))
        said, tone = headline(part)
        self.headline.setText(said)
        set_property(self.headline, "tone", tone)
        lines = [*gap_lines(part), *no_gap_lines(part)]
        if part.is_former:
            lines.append(
                tr("The search has replaced these networks since then; audit again for the new ones.")
            )
        self.gaps.setText("\n".join(lines))
        self.gaps.setVisible(bool(lines))

    def _reword(self) -> None:
        self.model.reword()
        self._show(self._shown)


def audit_key(audit: GroupAudit) -> tuple[int, str]:
    """Return what tells the audits of a study apart: trial and column."""
    return -1 if audit.trial is None else audit.trial, audit.by


def chip_text(audit: GroupAudit) -> str:
    """Return the name of an audit beside others."""
    return tr("{column} · trial {number}", column=audit.by, number=audit.trial)


def title(audit: GroupAudit) -> str:
    """Return what an audit is of."""
    said = [tr("By {column}", column=audit.by), tr("trial {number}", number=audit.trial)]
    if audit.positive:
        said.append(tr('rates of "{label}"', label=audit.positive))
    if audit.threshold is not None:
        said.append(tr("threshold {value}", value=formatting.parameter(audit.threshold)))
    return " · ".join(said)
