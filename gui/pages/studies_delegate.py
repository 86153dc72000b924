"""How the rows of the Studies page are painted."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ...engine.domain import formatting
from ...storage.records import DamagedStudy, StudyState
from .. import tokens, words
from ..models.studies_model import LINE_ROLE, StudyColumn, left_out_text, trial_counts
from ..speech import tr
from ..states.study_line import StudyLine
from ..widgets import painting
from ..widgets.painting import Index

_STRONG = QFont.Weight.DemiBold
_BUSY = (StudyState.RUNNING, StudyState.FINISHING, StudyState.PAUSED)


class StudyDelegate(QStyledItemDelegate):
    """Two lines a cell: what matters above, what explains it below."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = painting.begin_cell(painter, option)
        line: StudyLine | DamagedStudy = index.data(LINE_ROLE)
        if isinstance(line, DamagedStudy):
            _damaged(painter, area, line, StudyColumn(index.column()))
            painter.restore()
            return
        {
            StudyColumn.NAME: _name,
            StudyColumn.STATE: _state,
            StudyColumn.SCORE: _score,
            StudyColumn.MARGIN: _margin,
            StudyColumn.TRIALS: _trials,
            StudyColumn.TIME: _time,
        }.get(StudyColumn(index.column()), partial(_plain, text=str(index.data())))(painter, area, line)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802, ARG002 - Qt's name
        return QSize(120, tokens.ROW_HEIGHT_TALL)


def _plain(painter: QPainter, area: QRectF, _line: StudyLine, text: str) -> None:
    above, _ = painting.halves(area)
    painting.text(painter, above, text)


def _name(painter: QPainter, area: QRectF, line: StudyLine) -> None:
    study = line.study
    above, below = painting.halves(area)
    room = above.adjusted(0, 0, -20 if study.pinned else 0, 0)
    width = painting.text(painter, room, study.name, weight=_STRONG)
    if study.pinned:
        painting.picture(painter, above.left() + width + 6, above.center().y(), "pin", "faint", 13)
    parts = [words.task(study.task), tr("target {target}", target=line.spec.target)]
    painting.text(painter, below, " · ".join([*parts, *study.tags]), "muted", tokens.TYPE_SMALL)


def _damaged(painter: QPainter, area: QRectF, study: DamagedStudy, column: StudyColumn) -> None:
    """Paint the row of a damaged study: its name, below it what is damaged, and that it is."""
    if column is StudyColumn.NAME:
        above, below = painting.halves(area)
        painting.text(painter, above, study.name, weight=_STRONG)
        painting.text(painter, below, words.failure_text(study.problem), "bad", tokens.TYPE_SMALL)
    elif column is StudyColumn.STATE:
        painting.pill(painter, area.left(), area.center().y(), tr("Damaged"), "bad")


def _state(painter: QPainter, area: QRectF, line: StudyLine) -> None:
    above, below = painting.halves(area)
    study, word, tone = line.study, line.word, line.tone
    fraction = words.progress(study, line.spec.budget) if study.state in _BUSY else None
    middle = above.center().y() if fraction is not None or study.failure else area.center().y()
    painting.pill(painter, area.left(), middle, word, tone)
    if fraction is not None:
        bar = QRectF(below.left(), below.center().y() - 1, below.width() - 40, 4)
        painting.progress_line(painter, bar, fraction, tone)
        label = QRectF(bar.right() + 8, below.top(), 32, below.height())
        painting.text(painter, label, formatting.percent(fraction), "muted", tokens.TYPE_CAPTION)
    elif study.failure is not None:
        painting.text(painter, below, words.failure_kind(study.failure.kind), "bad", tokens.TYPE_SMALL)


def _score(painter: QPainter, area: QRectF, line: StudyLine) -> None:
    above, below = painting.halves(area)
    metric, leading = line.study.metric, line.leading
    if leading is None:
        painting.text(painter, above, formatting.NOTHING, "faint")
    else:
        painting.text(painter, above, formatting.number(leading.value), weight=_STRONG)
    said = f"{metric} · {tr('older way')}" if line.is_old else metric
    painting.text(painter, below, said, "muted", tokens.TYPE_SMALL)


def _margin(painter: QPainter, area: QRectF, line: StudyLine) -> None:
    above, below = painting.halves(area)
    study, margin = line.study, line.margin
    if margin is None:
        painting.text(painter, above, formatting.NOTHING, "faint")
    else:
        tone = words.tone_of(margin)
        painting.text(painter, above, words.margin_text(margin), tone or "text", weight=_STRONG)
    name = margin.baseline if margin is not None else study.best_baseline
    value = margin.value if margin is not None else study.best_baseline_value
    if name is not None:
        said = f"{words.baseline(name, study.task)} {formatting.number(value)}"
        painting.text(painter, below, said, "muted", tokens.TYPE_SMALL)


def _trials(painter: QPainter, area: QRectF, line: StudyLine) -> None:
    above, below = painting.halves(area)
    study = line.study
    complete, pruned, failed = trial_counts(study)
    wanted = line.spec.budget.n_trials
    done = complete + pruned + failed
    text = f"{formatting.count(done)} / {formatting.count(wanted)}" if wanted else formatting.count(done)
    painting.text(painter, above, text)
    if failed:
        said = tr("{n} failed", n=formatting.count(failed))
        width = painting.text(painter, below, said, "bad", tokens.TYPE_SMALL)
        below = below.adjusted(width + 8, 0, 0, 0)
    painting.text(painter, below, left_out_text(study), "muted", tokens.TYPE_SMALL)


def _time(painter: QPainter, area: QRectF, line: StudyLine) -> None:
    above, below = painting.halves(area)
    study = line.study
    painting.text(
        painter, above, formatting.clock(study.elapsed_s) if study.started_at else formatting.NOTHING
    )
    goes_on = study.state in _BUSY and not line.is_lost
    remaining = words.remaining_s(study, line.spec.budget) if goes_on else None
    if remaining is not None:
        said = tr("{time} left", time=formatting.clock(remaining))
    else:
        said = words.ago(study.finished_at or study.started_at or study.created_at)
    painting.text(painter, below, said, "muted", tokens.TYPE_SMALL)
