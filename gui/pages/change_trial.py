"""A form of a trial's params: what is changed is trained as a trial of the user's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QWidget

from ...engine.domain import formatting
from ...engine.domain.errors import Message, SpecError
from ...engine.domain.params import SEED, ParamValue, number_in
from ...engine.domain.space import Parameter
from ...engine.domain.spec import StudySpec
from ...engine.manual_trials import MOST_TIMES, Changes, parameters_of, values_of, whole_setting
from ...storage.records import StudyRecord, TrialRecord
from ..actions.trial_actions import ask_for_trials
from ..desk import Desk
from ..language import Speaks
from ..speech import sentence, tr
from ..theme import theme
from ..widgets.choice_box import ChoiceBox
from ..widgets.notices import Notice
from ..widgets.parts import Button, Label, column, row, scrolled

if TYPE_CHECKING:
    from ...storage.store import Store

_WIDTH_PX, _HEIGHT_PX, _FIELD_PX = 560, 620, 220


@dataclass(frozen=True, slots=True)
class _Like:
    """A trial and what can be changed of it."""

    study: StudyRecord
    trial: TrialRecord
    known: tuple[Parameter, ...]


def open_change(desk: Desk, parent: QWidget, study: StudyRecord, trial_id: int) -> None:
    """Read a trial and what can be changed of it, and show the form."""

    def work(store: Store) -> _Like:
        trial = store.trial(trial_id)
        return _Like(study, trial, parameters_of(store, study, trial.family))

    desk.feed.read(work, lambda like: ChangeTrial(desk, parent, like).open())


class ChangeTrial(Speaks, QDialog):
    """Fields for the params that apply, the seed and how long it trains; it closes when the trial was asked for."""

    def __init__(self, desk: Desk, parent: QWidget, like: _Like) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk, self._like = desk, like
        self._before = whole_setting(like.known, values_of(like.trial, like.known))
        self._shown = dict(self._before)
        self.fields: dict[str, ChoiceBox | _Line] = {}
        number = like.trial.number
        self.say(lambda: self.setWindowTitle(tr("Change trial {number} and run it", number=number)))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        form = QWidget()
        form.setLayout(column(self._grid, 1, margins=(0, 0, 10, 0)))
        self.notice = Notice("bad")
        self.notice.hide()
        seed = int(number_in(like.trial.params, SEED, StudySpec.of_study(like.study).seed))
        self.seed, self.times = _Line(str(seed)), _Line("1")
        self.say(lambda: self.seed.setAccessibleName(tr("Seed of training")))
        self.say(lambda: self.times.setAccessibleName(tr("Times as many epochs")))
        self.run_button = Button(lambda: tr("Run"), "primary", "play")
        self.run_button.clicked.connect(self._run)
        self.run_button.setDefault(True)
        cancel = Button(lambda: tr("Cancel"))
        cancel.clicked.connect(self.reject)
        why = Label(
            lambda: tr("Trained on the same folds, never given up early, and judged with the other trials."),
            "small",
            "muted",
            wrap=True,
        )
        times_label = Label(
            lambda: tr("Times as many epochs, up to {most:g}", most=MOST_TIMES), "small", "muted"
        )
        ends = row(
            Label(lambda: tr("Seed of training"), "small", "muted"),
            self.seed,
            times_label,
            self.times,
            spacing=10,
        )
        self.setLayout(
            column(
                why,
                scrolled(form),
                ends,
                self.notice,
                row(1, cancel, self.run_button),
                spacing=12,
                margins=(20, 16, 20, 16),
            )
        )
        self.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.setObjectName("canvas")
        self.resize(_WIDTH_PX, _HEIGHT_PX)
        theme.dress(self)
        self._lay_out()
        next(iter(self.fields.values()), self.seed).setFocus()

    def _lay_out(self) -> None:
        """Show a field for each param that applies to what is chosen now."""
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields.clear()
        self._shown = whole_setting(self._like.known, self._shown)
        for place, p in enumerate(self._like.known):
            if p.name not in self._shown:
                continue
            if p.kind == "fixed":
                continue
            field = (
                self._choice(p, self._shown[p.name]) if not p.is_range else self._line(p, self._shown[p.name])
            )
            field.setAccessibleName(p.name)
            name = Label(
                kind="small", tone="text" if self._is_changed(p.name, self._shown[p.name]) else "muted"
            )
            name.setText(p.name)
            limits = Label(kind="small", tone="faint")
            if p.is_range:
                limits.setText(f"{formatting.parameter(p.low)} … {formatting.parameter(p.high)}")
            self._grid.addWidget(name, place, 0)
            self._grid.addWidget(field, place, 1)
            self._grid.addWidget(limits, place, 2)
            self.fields[p.name] = field

    def _is_changed(self, name: str, value: ParamValue) -> bool:
        return self._before.get(name) != value

    def _choice(self, p: Parameter, value: ParamValue) -> ChoiceBox:
        box = ChoiceBox()
        for choice in p.choices:
            box.addItem(formatting.parameter(choice), choice)
        box.setCurrentIndex(max(box.findData(value), 0))
        box.activated.connect(lambda _index: self._chosen(p.name, box.currentData()))
        return box

    def _line(self, p: Parameter, value: ParamValue) -> _Line:
        line = _Line(f"{value:.10g}" if isinstance(value, float) else str(value))
        line.textEdited.connect(lambda text: self._shown.__setitem__(p.name, text))
        return line

    def _chosen(self, name: str, value: ParamValue) -> None:
        """Take a choice: it may bring other params in, or take some away."""
        self._shown[name] = value
        self._lay_out()
        self.fields[name].setFocus()

    def changes(self) -> Changes:
        """Return what is other than in the trial.

        Raises
        ------
        SpecError
            Where something written is no value of its param.
        """
        named = {p.name: p for p in self._like.known}
        values = {
            name: named[name].checked(value)
            for name, value in self._shown.items()
            if named[name].kind != "fixed"
        }
        changed = {name: value for name, value in values.items() if self._is_changed(name, value)}
        return Changes(changed, int(_number(self.seed, whole=True)), _number(self.times))

    def _run(self) -> None:
        try:
            changes = self.changes()
        except SpecError as error:
            self._refuse(error.sentence)
            return
        self.run_button.setEnabled(False)
        like = self._like

        def wanted(_store: Store, _trial: TrialRecord) -> list[Changes]:
            return [changes]

        ask_for_trials(
            self._desk, like.study, lambda _store: like.trial, wanted, refused=self._refuse, done=self.accept
        )

    def _refuse(self, message: Message) -> None:
        self.run_button.setEnabled(True)
        self.notice.tell(lambda: sentence(message))


class _Line(QLineEdit):
    """A short field."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setMaximumWidth(_FIELD_PX)


def _number(field: QLineEdit, *, whole: bool = False) -> float:
    written = field.text().strip()
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (whole and (number != round(number) or number < 0)):
        raise SpecError(
            "{name}: {text!r} is no number that it takes.", name=field.accessibleName(), text=written
        )
    return number
