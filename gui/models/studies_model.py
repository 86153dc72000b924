"""The studies as a Qt table: what each cell says and what it is sorted by. No SQL and no painting in here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QObject, QSortFilterProxyModel, Qt

from ...engine.domain import formatting
from ...engine.domain.resuming import found_nothing
from ...engine.domain.study_list import ReadStudy
from ...engine.domain.verdict import OLD_WAY
from ...storage.records import DamagedStudy, StudyRecord, StudyState, TrialState
from .. import words
from ..speech import sentence, tr
from ..states.study_line import StudyLine
from .table_model import Index, TableModel

# A word and its tone.
Standing = tuple[str, str]
SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 2


class StudyColumn(IntEnum):
    """The columns, from left to right."""

    NAME = 0
    STATE = 1
    SCORE = 2
    MARGIN = 3
    TRIALS = 4
    TIME = 5
    DATA = 6
    CREATED = 7
    SIZE = 8


FURTHER = (StudyColumn.DATA, StudyColumn.CREATED, StudyColumn.SIZE)
"""Columns that the user may hide, or that a narrow window has no room for."""


@dataclass(frozen=True, slots=True)
class StudyBelongings:
    """What belongs to the studies, by their ids.

    Attributes
    ----------
    data_names : mapping of int to str
        Of their data sets.
    sizes : mapping of int to int
        Bytes that deleting each would free.
    """

    data_names: Mapping[int, str] = field(default_factory=dict[int, str])
    sizes: Mapping[int, int] = field(default_factory=dict[int, int])


class StudiesModel(TableModel):
    """The studies as they were read last; below them those that are damaged."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[StudyLine] = []
        self._damaged: tuple[DamagedStudy, ...] = ()
        self.belongings = StudyBelongings()

    def show_belongings(self, belongings: StudyBelongings) -> None:
        """Take what belongs to the studies."""
        if belongings != self.belongings:
            self.belongings = belongings
            self.rows_changed(0, self.n_rows() - 1)

    def show_studies(
        self,
        studies: Sequence[ReadStudy],
        standings: Sequence[Standing],
        damaged: Sequence[DamagedStudy] = (),
        lost: Collection[int] = (),
    ) -> None:
        """Take these studies and how each stands; rows that stay keep their place and their selection.

        `lost` are the ids of those whose engine is gone though they ought to run.
        """
        is_as_before = [one.record.id for one in studies] == [line.study.id for line in self._lines]
        if is_as_before and self._damaged == tuple(damaged):
            for row, (study, standing) in enumerate(zip(studies, standings, strict=True)):
                line, is_lost = self._lines[row], study.record.id in lost
                if (study.record, *standing, is_lost) != (line.study, line.word, line.tone, line.is_lost):
                    self._lines[row] = StudyLine.of(study, *standing, is_lost=is_lost)
                    self.rows_changed(row, row)
            return
        self.beginResetModel()
        self._lines = [
            StudyLine.of(study, *how, is_lost=study.record.id in lost)
            for study, how in zip(studies, standings, strict=True)
        ]
        self._damaged = tuple(damaged)
        self.endResetModel()

    def study(self, row: int) -> StudyRecord | None:
        """Return the study of a row; None where it is damaged."""
        return self._lines[row].study if row < len(self._lines) else None

    def entry(self, row: int) -> StudyLine | DamagedStudy:
        """Return what a row is about."""
        return self._lines[row] if row < len(self._lines) else self._damaged[row - len(self._lines)]

    def n_rows(self) -> int:
        return len(self._lines) + len(self._damaged)

    def n_columns(self) -> int:
        return len(StudyColumn)

    def heading(self, section: int) -> str:
        return {
            StudyColumn.NAME: tr("Study"),
            StudyColumn.STATE: tr("State"),
            StudyColumn.SCORE: tr("Best score"),
            StudyColumn.MARGIN: tr("Against baseline"),
            StudyColumn.TRIALS: tr("Trials"),
            StudyColumn.TIME: tr("Time"),
            StudyColumn.DATA: tr("Data"),
            StudyColumn.CREATED: tr("Created"),
            StudyColumn.SIZE: tr("Size"),
        }[StudyColumn(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self.entry(index.row()), StudyColumn(index.column())
        if role == LINE_ROLE:
            return line
        if isinstance(line, DamagedStudy):
            return _of_damaged(line, column, role)
        if role == SORT_ROLE:
            return _sort_value(line, column, self.belongings)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _display(line, column, self.belongings)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(line, column, self.belongings)
        return None


class StudiesProxy(QSortFilterProxyModel):
    """Filters by words in name, data, metric and tags, and hides what is archived."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self._archived = False
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)

    def set_words(self, text: str) -> None:
        """Keep the studies that have all words of `text`."""
        self._words = text.casefold().split()
        self._filter_again()

    def set_archived(self, archived: bool) -> None:
        """Show the archived studies in place of the others."""
        self._archived = archived
        self._filter_again()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: N802, ARG002 - Qt's name
        model = self.sourceModel()
        if not isinstance(model, StudiesModel):
            return False
        line = model.entry(source_row)
        study = line.study if isinstance(line, StudyLine) else line
        if study.archived != self._archived:
            return False
        text = study.name
        if isinstance(line, StudyLine):
            study = line.study
            data = model.belongings.data_names.get(study.id, "")
            text = " ".join([study.name, study.metric, line.spec.target, data, study.notes, *study.tags])
        return all(word in text.casefold() for word in self._words)

    def _filter_again(self) -> None:
        self.beginFilterChange()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)


def _of_damaged(study: DamagedStudy, column: StudyColumn, role: int) -> Any:
    """Return what the row of a damaged study says: its name, and what is damaged."""
    if role == Qt.ItemDataRole.ToolTipRole:
        return words.failure_text(study.problem)
    if role == SORT_ROLE:
        return {StudyColumn.NAME: study.name.casefold(), StudyColumn.STATE: len(_STATE_ORDER)}.get(
            column, float("-inf")
        )
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return {StudyColumn.NAME: study.name, StudyColumn.STATE: tr("Damaged")}.get(column, "")
    return None


def _display(line: StudyLine, column: StudyColumn, belongings: StudyBelongings) -> str:
    study = line.study
    if column is StudyColumn.DATA:
        return belongings.data_names.get(study.id, "")
    if column is StudyColumn.CREATED:
        return study.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
    if column is StudyColumn.SIZE:
        return formatting.size(belongings.sizes.get(study.id))
    if column is StudyColumn.NAME:
        return study.name
    if column is StudyColumn.STATE:
        return line.word
    if column is StudyColumn.SCORE:
        return formatting.number(line.leading.value if line.leading is not None else None)
    if column is StudyColumn.MARGIN:
        return words.margin_text(line.margin)
    if column is StudyColumn.TRIALS:
        return formatting.count(words.finished_trials(study))
    return formatting.clock(study.elapsed_s)


def _tip(line: StudyLine, column: StudyColumn, belongings: StudyBelongings) -> str | None:
    study = line.study
    if column in (StudyColumn.NAME, StudyColumn.DATA):
        return _display(line, column, belongings)
    if column is StudyColumn.SIZE:
        return tr("What deleting it would free: what no other study needs")
    if column is StudyColumn.STATE and study.failure is not None:
        return words.failure_text(study.failure)
    if column in (StudyColumn.SCORE, StudyColumn.MARGIN) and line.is_old:
        return sentence(OLD_WAY)
    why = found_nothing(study) if column is StudyColumn.STATE else None
    if why is not None:
        return sentence(why)
    if column is StudyColumn.TRIALS:
        complete, _, failed = trial_counts(study)
        counts = [tr("{n} complete", n=formatting.count(complete))]
        counts += [tr("{n} failed", n=formatting.count(failed))] if failed else []
        return " · ".join([*counts, *filter(None, [left_out_text(study)])])
    return None


_STATE_ORDER = list(StudyState)


def _sort_value(line: StudyLine, column: StudyColumn, belongings: StudyBelongings) -> Any:
    study = line.study
    if column is StudyColumn.DATA:
        return belongings.data_names.get(study.id, "").casefold()
    if column is StudyColumn.CREATED:
        return study.created_at.timestamp()
    if column is StudyColumn.SIZE:
        return float(belongings.sizes.get(study.id, 0))
    if column is StudyColumn.NAME:
        return study.name.casefold()
    if column is StudyColumn.STATE:
        return _STATE_ORDER.index(study.state)
    if column is StudyColumn.SCORE:
        return float("-inf") if line.leading is None else line.leading.value
    if column is StudyColumn.MARGIN:
        if line.margin is None:
            return float("-inf")
        return study.direction.sign * line.margin.difference
    if column is StudyColumn.TRIALS:
        return words.finished_trials(study)
    return study.elapsed_s


def trial_counts(study: StudyRecord) -> tuple[int, int, int]:
    """Return how many trials were completed, pruned and failed; what a limit ruled out did not fail."""
    counts = study.n_trials
    return (
        counts.get(TrialState.COMPLETE, 0),
        counts.get(TrialState.PRUNED, 0),
        counts.get(TrialState.FAIL, 0) - study.n_ruled_out,
    )


def left_out_text(study: StudyRecord) -> str:
    """Return how many trials were pruned, and how many a limit ruled out; empty where none was."""
    _, pruned, _ = trial_counts(study)
    parts = [tr("{n} pruned", n=formatting.count(pruned))] if pruned else []
    if study.n_ruled_out:
        parts.append(tr("{n} ruled out", n=formatting.count(study.n_ruled_out)))
    return " · ".join(parts)
