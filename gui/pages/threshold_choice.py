"""From which probability on the second of two classes is said: a choice for the Export and the Groups page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ...engine.domain import formatting
from ...engine.domain.requests import FitThreshold, result_of
from ...engine.domain.thresholds import Threshold
from ...engine.domain.variants import Difference, VariantMeasures
from ...engine.statistics.thresholds import is_thresholded
from ...storage.records import JobRecord, StudyRecord, VariantRecord
from ..desk import Desk
from ..jobs import JobWatcher
from ..speech import Text, tr
from ..widgets.fields import LABEL_WIDTH, ChoiceField, NumberField, Options
from ..widgets.notices import Notice
from ..widgets.parts import Label, column, row
from ..widgets.progress import ProgressBox

USUAL, TUNED, GIVEN = "", "tuned", "given"
_NUMBER_PX = 76


class ThresholdChoice(QWidget):
    """0.5, a fitted one with what fitting it brings, or a number; hidden where there are not two classes.

    Signals
    -------
    changed
        Another threshold was chosen; a number may be half typed.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._job = JobWatcher(desk, self)
        self._job.progressed.connect(self._progressed)
        self._job.finished.connect(self._fitted)
        self._job.failed.connect(self._not_fitted)
        self._study: StudyRecord | None = None
        self._number: int | None = None
        self._variant: VariantRecord | None = None
        # What was fitted, by study and trial.
        self._known: dict[tuple[int, int | None], Threshold] = {}
        self._asked: tuple[int, int | None] | None = None
        self._problem: Text | None = None
        # What the engine says it does.
        self._doing = ""
        self.choice = ChoiceField(
            lambda: tr("Threshold"),
            tip=lambda: tr("From which probability on the second of the two classes is said."),
        )
        self.choice.changed.connect(self._chosen)
        self.number = NumberField(lambda: tr("Threshold"), lambda: tr("0 to 1"))
        self.number.widget.setFixedWidth(_NUMBER_PX)
        self.number.changed.connect(self.changed)
        self.hint = Label(self._hint, "small", "muted", wrap=True)
        fields = row(self.choice.label, self.choice.widget, self.number.widget, spacing=8)
        fields.setStretch(1, 1)
        # Below the choice, not below its label.
        self.hint.setContentsMargins(LABEL_WIDTH + 8, 0, 0, 0)
        self.progress_box = ProgressBox(self._progress_said)
        self.progress_box.setContentsMargins(LABEL_WIDTH + 8, 6, 0, 0)
        self.progress_box.cancelled.connect(self._cancel)
        self.setLayout(column(fields, self.hint, self.progress_box, spacing=2))
        self.hide()

    def show_model(
        self, study: StudyRecord | None, number: int | None, variant: VariantRecord | None = None
    ) -> None:
        """Offer what a trial of a study, or a variant of it, can decide by."""
        self._study, self._number, self._variant = study, number, variant
        self.setVisible(study is not None and study.task == "binary")
        if study is None or study.task != "binary":
            self._give_up()
            return
        options: Options = [(USUAL, lambda: tr("0.5, the more likely class"))]
        if is_thresholded(study.task, study.metric):
            options = [*options, (TUNED, lambda: tr("Fitted on unseen rows"))]
        options = [*options, (GIVEN, lambda: tr("A number"))]
        self.choice.set_options(options)
        self._show()

    def value(self) -> str | float:
        """Return what `engine.deployment.threshold.threshold_of` takes.

        Raises
        ------
        ValueError
            Where what is written is none; the text is translated.
        """
        if self._study is None or self._study.task != "binary":
            return ""
        if self.choice.value() != GIVEN:
            return str(self.choice.value())
        value = float(self.number.value())
        if not 0.0 < value < 1.0:
            raise ValueError(tr("The threshold must be more than 0 and less than 1."))
        return value

    def value_or_tell(self, notice: Notice) -> str | float | None:
        """Return `value`; where what is written is none, say so and return None."""
        try:
            return self.value()
        except ValueError as error:
            said = str(error)
            notice.tell(lambda: said)
            return None

    def _chosen(self) -> None:
        self._show()
        if self.choice.value() == GIVEN:
            self.number.widget.setFocus()
        self.changed.emit()

    def _show(self) -> None:
        self.number.widget.setVisible(self.choice.value() == GIVEN)
        if self.choice.value() == TUNED and self._variant is None:
            self._fit()
        else:
            self._give_up()
        self._say()

    def _say(self) -> None:
        self.hint.say_again()
        self.hint.setVisible(bool(self.hint.text()))

    def _fit(self) -> None:
        """Have the service fit it, which takes a moment; it is not asked twice."""
        if self._study is None or self._number is None:
            return
        key = self._study.id, self._number
        if key in self._known or key == self._asked:
            return
        self._asked, self._problem = key, None
        self._job.start(FitThreshold(*key))
        self._progressed(0.0, "")

    def _give_up(self) -> None:
        """End a fit that is no longer wanted."""
        self.progress_box.hide()
        if self._job.is_busy:
            self._job.cancel()
            self._asked = None

    def _cancel(self) -> None:
        self.choice.set_value(USUAL)
        self._chosen()

    def _progressed(self, fraction: float, doing: str) -> None:
        self._doing = doing
        self.progress_box.show_part(fraction)

    def _progress_said(self) -> str:
        return {
            "": tr("Waiting for its turn…"),
            "reading": tr("Reading the rows…"),
        }.get(self._doing) or tr("Fitting it on predictions of unseen rows…")

    def _fitted(self, job: JobRecord) -> None:
        self.progress_box.hide()
        if self._asked is not None:
            self._known[self._asked] = result_of(job, Threshold)
        self._asked = None
        self._say()

    def _not_fitted(self, text: Text) -> None:
        self.progress_box.hide()
        # `_asked` stays: asking again would fail again.
        self._problem = text
        self._say()

    def _hint(self) -> str:
        study = self._study
        if study is None:
            return ""
        if self.choice.value() == GIVEN:
            return tr("The second class is said above it.")
        if self.choice.value() != TUNED:
            if is_thresholded(study.task, study.metric):
                return ""
            return tr("None is fitted for {metric}, which depends on no threshold.", metric=study.metric)
        if self._variant is not None:
            fitted = VariantMeasures.of(self._variant).threshold
            if fitted is None:
                return tr("None was fitted for this form; compress the trial again, or give a number.")
            return gain_text(fitted.value, study.metric, fitted.gain)
        known = self._known.get((study.id, self._number))
        if known is not None and known.gain is not None:
            return gain_text(known.value, known.metric, known.gain)
        if self._problem is not None:
            return self._problem()
        # It is being fitted, which is said below.
        return ""


def gain_text(value: float, metric: str, gain: Difference) -> str:
    """Return what a fitted threshold is, and what it brings on rows that the fit has not seen."""
    mean, low, high = (formatting.number(x, 4, sign=True) for x in (gain.mean, gain.low, gain.high))
    said = tr(
        "The second class above {value}. On rows that the fit has not seen: {mean} {metric} ({low} … {high}).",
        value=formatting.number(value, 3),
        metric=metric,
        mean=mean,
        low=low,
        high=high,
    )
    if gain.low > 0:
        return f"{said} {tr('It pays.')}"
    if gain.high < 0:
        return f"{said} {tr('It loses: stay with 0.5.')}"
    return f"{said} {tr('That is no measurable gain.')}"
