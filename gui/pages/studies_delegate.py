"""How the rows of the Studies page are painted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ...engine.domain import formatting
from ...engine.domain.leading import leading_of, margin_of
from ...engine.domain.results import StudyResult
from ...engine.domain.spec import StudySpec
from ...storage.records import DamagedStudy, StudyRecord, StudyState
from .. import tokens, words
from ..models.studies_model import RECORD_ROLE, STANDING_ROLE, StudyColumn, left_out_text, trial_counts
from ..speech import tr
from ..widgets import painting
from ..widgets.painting import Index

_STRONG = QFont.Weight.DemiBold
_BUSY = (StudyState.RUNNING, StudyState.FINISHING, StudyState.PAUSED)


class StudyDelegate(QStyledItemDelegate):
    """Two lines a cell: what matters above, what explains it below."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = painting.begin_cell(painter, option)
        study: StudyRecord | DamagedStudy = index.data(RECORD_ROLE)
        if isinstance(study, DamagedStudy):
            _damaged(painter, area, study, StudyColumn(index.column()), index.data(STANDING_ROLE))
            painter.restore()
            return
        if index.column() == StudyColumn.STATE:
            _state(painter, area, study, index.data(STANDING_ROLE))
            painter.restore()
            return
        {
            StudyColumn.NAME: _name,
            StudyColumn.SCORE: _score,
            StudyColumn.MARGIN: _margin,
            StudyColumn.TRIALS: _trials,
            StudyColumn.TIME: _time,
        }[StudyColumn(index.column())](painter, area, study)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802, ARG002 - Qt's name
        return QSize(120, tokens.ROW_HEIGHT_TALL)


def _name(painter: QPainter, area: QRectF, study: StudyRecord) -> None:
    above, below = painting.halves(area)
    room = above.adjusted(0, 0, -20 if study.pinned else 0, 0)
    width = painting.text(painter, room, study.name, weight=_STRONG)
    if study.pinned:
        painting.picture(painter, above.left() + width + 6, above.center().y(), "pin", "faint", 13)
    target = StudySpec.of_study(study).target
    parts = [words.task(study.task), tr("target {target}", target=target)]
    painting.text(painter, below, " · ".join([*parts, *study.tags]), "muted", tokens.TYPE_SMALL)


def _damaged(
    painter: QPainter, area: QRectF, study: DamagedStudy, column: StudyColumn, standing: tuple[str, str]
) -> None:
    """Paint the row of a damaged study: its name, below it what is damaged, and that it is."""
    if column is StudyColumn.NAME:
        above, below = painting.halves(area)
        painting.text(painter, above, study.name, weight=_STRONG)
        painting.text(painter, below, words.failure_text(study.problem), "bad", tokens.TYPE_SMALL)
    elif column is StudyColumn.STATE:
        word, tone = standing
        painting.pill(painter, area.left(), area.center().y(), word, tone)


def _state(painter: QPainter, area: QRectF, study: StudyRecord, standing: tuple[str, str]) -> None:
    above, below = painting.halves(area)
    word, tone = standing
    fraction = words.progress(study) if study.state in _BUSY else None
    middle = above.center().y() if fraction is not None or study.failure else area.center().y()
    painting.pill(painter, area.left(), middle, word, tone)
    if fraction is not None:
        line = QRectF(below.left(), below.center().y() - 1, below.width() - 40, 4)
        painting.progress_line(painter, line, fraction, tone)
        label = QRectF(line.right() + 8, below.top(), 32, below.height())
        painting.text(painter, label, formatting.percent(fraction), "muted", tokens.TYPE_CAPTION)
    elif study.failure is not None:
        painting.text(painter, below, words.failure_kind(study.failure.kind), "bad", tokens.TYPE_SMALL)


def _score(painter: QPainter, area: QRectF, study: StudyRecord) -> None:
    above, below = painting.halves(area)
    leading = leading_of(study)
    if leading is None:
        painting.text(painter, above, formatting.NOTHING, "faint")
    else:
        painting.text(painter, above, formatting.number(leading.value), weight=_STRONG)
    is_old = StudyResult.of(study).is_judged_the_old_way
    said = f"{study.metric} · {tr('older way')}" if is_old else study.metric
    painting.text(painter, below, said, "muted", tokens.TYPE_SMALL)


def _margin(painter: QPainter, area: QRectF, study: StudyRecord) -> None:
    above, below = painting.halves(area)
    margin = margin_of(study)
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


def _trials(painter: QPainter, area: QRectF, study: StudyRecord) -> None:
    above, below = painting.halves(area)
    complete, pruned, failed = trial_counts(study)
    wanted = StudySpec.of_study(study).budget.n_trials
    done = complete + pruned + failed
    text = f"{formatting.count(done)} / {formatting.count(wanted)}" if wanted else formatting.count(done)
    painting.text(painter, above, text)
    if failed:
        said = tr("{n} failed", n=formatting.count(failed))
        width = painting.text(painter, below, said, "bad", tokens.TYPE_SMALL)
        below = below.adjusted(width + 8, 0, 0, 0)
    painting.text(painter, below, left_out_text(study), "muted", tokens.TYPE_SMALL)


def _time(painter: QPainter, area: QRectF, study: StudyRecord) -> None:
    above, below = painting.halves(area)
    painting.text(
        painter, above, formatting.clock(study.elapsed_s) if study.started_at else formatting.NOTHING
    )
    remaining = words.remaining_s(study) if study.state in _BUSY else None
    if remaining is not None:
        said = tr("{time} left", time=formatting.clock(remaining))
    else:
        said = words.ago(study.finished_at or study.started_at or study.created_at)
    painting.text(painter, below, said, "muted", tokens.TYPE_SMALL)
