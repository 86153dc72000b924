"""The settings side of the New study page: what is asked of the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ...engine.domain.objectives import COSTS
from ...storage.records import StudyRecord
from .. import words
from ..speech import Text, tr
from ..states.new_study import NewStudyState
from ..states.new_study_choices import kind_text, pruner_text, sampler_text, task_text, usual_metric_text
from ..widgets.fields import ChipsField, ChoiceField, Field, TextField, pair
from ..widgets.parts import Button, Card, Label, column, row, scrolled
from ..widgets.setting_fields import setting_field
from .new_study_fields import PartField, StartField
from .split_fields import SplitFields

_PLAIN = (
    "split.n_folds", "split.n_repeats", "split.holdout", "budget.timeout_s", "budget.n_trials", "budget.target_score",
    "limits.parameters", "limits.size_bytes", "limits.latency_ms", "limits.memory_bytes", "max_epochs", "seed",
    "n_finalists", "equivalence", "n_workers", "baselines", "alongside",
)  # fmt: skip
"""Settings whose fields do not depend on the data."""

_OWN_SIGNALS = ("kind", "target")
"""Fields whose changes ask for more than a look at the form."""


class StudyForm(Card):
    """A list of small fields, each bound to one value of the state.

    Signals
    -------
    changed
        Any value has changed.
    target_changed
        Another column is to be predicted.
    kind_changed
        The data are to be taken for another kind.
    """

    changed = Signal()
    target_changed = Signal()
    kind_changed = Signal()

    def __init__(self, state: NewStudyState) -> None:
        super().__init__(margin=12)
        self._state = state
        # What the choices were made from.
        self._offered: dict[str, object] = {}
        self._make_fields()
        more = self.more = Button(lambda: tr("More settings"), "link", "down")
        more.setCheckable(True)
        advanced = QWidget()
        advanced.setLayout(column(*self._advanced(), spacing=8))
        advanced.hide()
        more.toggled.connect(advanced.setVisible)
        more.toggled.connect(lambda on: more.set_icon("up" if on else "down"))
        content = QWidget()
        content.setLayout(column(*self._common(), row(more, 1), advanced, 1, spacing=8, margins=(0, 0, 8, 0)))
        self.body.setContentsMargins(12, 12, 4, 12)
        self.area = scrolled(content)
        self.body.addWidget(self.area)
        for name, field in self.fields.items():
            if name not in _OWN_SIGNALS:
                field.changed.connect(self.changed)
        self.start_from.changed.connect(self.changed)
        self.fields["target"].changed.connect(self.target_changed)
        self.fields["kind"].changed.connect(self.kind_changed)
        self.show_state()

    def show_state(self) -> None:
        """Show what the state says; what is being typed stays."""
        state = self._state
        self._offer_choices()
        for name, field in self.fields.items():
            if name not in state.mistakes and _said(field) != state.values[name]:
                field.set_value(state.values[name])
        self._show_lines()

    def read_values(self) -> None:
        """Have the state take what the fields say."""
        values: dict[str, Any] = {}
        mistakes: dict[str, str] = {}
        for name, field in self.fields.items():
            try:
                values[name] = field.value()
            except ValueError as error:
                mistakes[name] = str(error)
        self._state.fill(values, mistakes)
        self._state.warm_start = self.start_from.value()
        self._offer_choices()
        self._show_lines()

    def offer_starts(self, studies: Sequence[StudyRecord]) -> None:
        """Offer earlier studies on equal data, whose best trials may be tried first."""
        self.start_from.offer(studies)
        self._state.warm_start = self.start_from.value()

    def _make_fields(self) -> None:
        state = self._state
        families = ChipsField(lambda: tr("Families"), [])
        objectives = ChipsField(
            lambda: tr("Also minimize"),
            [(name, lambda name=name: words.cost(name)) for name in COSTS],
            tip=lambda: tr("Further objectives beside the score; then no trial is given up early"),
        )
        kind = ChoiceField(
            lambda: tr("Kind of data"),
            tip=lambda: tr("What networks take the columns for; automatic decides it from the columns"),
        )
        self.split = SplitFields()
        self.start_from = StartField()
        self.fields: dict[str, Field] = {
            "name": TextField(lambda: tr("Name")),
            "kind": kind,
            "target": ChoiceField(lambda: tr("Predict"), tip=lambda: tr("The target column")),
            "task": setting_field("task", lambda name: task_text(name, state.found_task)),
            "metric": ChoiceField(lambda: tr("Metric"), tip=lambda: tr("What trials are judged by")),
            "positive": ChoiceField(
                lambda: tr("Positive class"),
                tip=lambda: tr(
                    "The one of two classes that f1, precision, recall and average precision are of"
                ),
            ),
            "families": families,
            "objectives": objectives,
            "split.holdout_part": PartField(),
            "sampler": setting_field("sampler", sampler_text),
            "pruner": setting_field("pruner", pruner_text),
            **{name: setting_field(name) for name in _PLAIN},
            **self.split.named,
        }
        """By the fields of their settings; ``name`` and ``target`` beside them."""
        self._holdout_line = self.fields["split.holdout"].line()
        self._positive_line = self.fields["positive"].line()

    def _line(self, name: str) -> QWidget:
        return self.fields[name].line()

    def _pair(self, first: str, second: str) -> QWidget:
        return pair(self.fields[first], self.fields[second])

    def _common(self) -> list[QWidget]:
        return [
            *map(self._line, ("name", "kind", "target", "task", "metric")),
            self._positive_line,
            _section(lambda: tr("Validation")),
            self._pair("split.n_folds", "split.n_repeats"),
            self.fields["split.holdout_part"].line(),
            self._holdout_line,
            _section(lambda: tr("Budget: the first limit reached ends the search")),
            self._pair("budget.timeout_s", "budget.n_trials"),
            self._line("budget.target_score"),
        ]

    def _advanced(self) -> list[QWidget]:
        return [
            self._line("families"),
            self.start_from.line(),
            self._line("objectives"),
            _section(lambda: tr("Limits: what needs more is not trained")),
            *(self._line(name) for name in _PLAIN if name.startswith("limits.")),
            _section(lambda: tr("Folds and holdout")),
            *self.split.lines(),
            _section(lambda: tr("Search")),
            *map(self._line, ("sampler", "pruner")),
            self._pair("max_epochs", "seed"),
            *map(self._line, ("n_workers", "baselines", "alongside")),
            _section(lambda: tr("Verdict")),
            *map(self._line, ("n_finalists", "equivalence")),
        ]

    def _offer_choices(self) -> None:
        """Offer what fits the data, where that is not offered already."""
        state, task = self._state, self._state.task
        found_kind = state.found.kind if state.found is not None else ""
        self._offer("target", state.targets, str)
        self._offer("kind", (*state.kinds, found_kind), lambda name: kind_text(name, found_kind), state.kinds)
        self._offer("families", state.families, words.family)
        self._offer(
            "metric",
            (*state.metrics, task),
            lambda name: name or usual_metric_text(task),
            ("", *state.metrics),
        )
        self._offer(
            "positive",
            state.two_classes,
            lambda name: name or tr("Automatic: the rarer one"),
            ("", *state.two_classes),
        )
        if self._offered.get("part") != state.parts:
            self._offered["part"] = state.parts
            part = self.fields["split.holdout_part"]
            assert isinstance(part, PartField)  # noqa: S101 - made above
            part.offer(state.parts)
        if self._offered.get("task") != state.found_task:
            self._offered["task"] = state.found_task
            self.fields["task"].reword()

    def _offer(
        self, name: str, made_from: tuple[str, ...], text: Callable[[str], str], offered: Sequence[str] = ()
    ) -> None:
        if self._offered.get(name) == made_from:
            return
        self._offered[name] = made_from
        field = self.fields[name]
        assert isinstance(field, ChoiceField | ChipsField)  # noqa: S101 - made above
        field.set_options([(one, lambda one=one: text(one)) for one in offered or made_from])
        field.set_value(self._state.values[name])

    def _show_lines(self) -> None:
        """Show the fields that mean something."""
        self._holdout_line.setVisible(not self._state.values["split.holdout_part"])
        self._positive_line.setVisible(self._state.has_sides)
        self.split.show_state(self._state)


def _said(field: Field) -> object:
    """Return what a field says; None where that is no value."""
    try:
        return field.value()
    except ValueError:
        return None


def _section(text: Text) -> QWidget:
    label = Label(text, "small", "faint", wrap=True)
    label.setContentsMargins(0, 8, 0, 0)
    return label
