"""The settings side of the New study page: what is asked of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ...engine.domain.families import default_families, families_of
from ...engine.domain.kinds import DEFAULT_KIND
from ...engine.domain.metrics import METRICS, default_metric, metrics_for
from ...engine.domain.objectives import COSTS
from ...engine.domain.settings import BY_FIELD, default_of
from ...engine.domain.spec import StudySpec
from ...storage.records import StudyRecord
from .. import words
from ..models.inspection import Inspection
from ..speech import tr
from ..widgets.fields import ChipsField, ChoiceField, Field, TextField, pair
from ..widgets.parts import Button, Card, Label, column, row, scrolled
from ..widgets.setting_fields import setting_field
from .new_study_fields import PartField, StartField
from .new_study_words import pruner_text, sampler_text
from .split_fields import SplitFields

_PLAIN = (
    "split.n_folds", "split.n_repeats", "split.holdout", "budget.timeout_s", "budget.n_trials", "budget.target_score",
    "limits.parameters", "limits.size_bytes", "limits.latency_ms", "limits.memory_bytes", "max_epochs", "seed",
    "n_finalists", "equivalence", "n_workers", "baselines", "alongside",
)  # fmt: skip
"""Settings whose fields do not depend on the data."""

_TASKS = BY_FIELD["task"].choices
_USUAL_TIME_S = 600.0
"""What somebody waits for who has not said anything."""


class StudyForm(Card):
    """A list of small fields, each bound to one value of the spec.

    Signals
    -------
    changed
        Any value has changed.
    target_changed
        Another column is to be predicted.
    part_changed
        Other rows are to be the holdout.
    families_changed(object)
        Other families may be searched: a tuple of their names.
    """

    changed = Signal()
    target_changed = Signal()
    part_changed = Signal()
    families_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__(margin=12)
        self._found_task = "auto"
        self._kind = ""
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
        for field in (*self.fields.values(), self._start):
            field.changed.connect(self.changed)
        self._target.changed.connect(self.target_changed)
        self._task.changed.connect(self._offer_metrics)
        self._families.changed.connect(lambda: self.families_changed.emit(self._families.value()))
        self.forget()

    def forget(self) -> None:
        """Go back to the defaults."""
        self._name.set_value("")
        self._target.set_options([])
        for name in _PLAIN:
            self.fields[name].set_value(default_of(StudySpec, BY_FIELD[name]))
        self.fields["budget.timeout_s"].set_value(_USUAL_TIME_S)
        self._task.set_value("auto")
        self._offer_parts(())
        self._kind = ""
        self._offer_families(DEFAULT_KIND)
        self._objectives.set_value(())
        self.split.forget()
        self._start.offer(())
        self._found_task = "auto"
        self._offer_metrics()

    def show_inspection(self, found: Inspection, roles: Mapping[str, str]) -> None:
        """Offer what fits the data; what the user has chosen stays where it still fits."""
        names = [column.name for column in found.columns if roles.get(column.name, column.role) != "ignored"]
        chosen = found.target or self.target() or (names[-1] if names else "")
        self._target.set_options([(name, lambda name=name: name) for name in names])
        self._target.set_value(chosen)
        self._found_task = found.task or "auto"
        self._offer_families(found.kind)
        self._offer_parts(found.parts)
        self._task.reword()
        self._offer_metrics()
        if not self._name.value():
            self._name.set_value(found.name.rsplit(".", 1)[0])

    def values(self) -> dict[str, Any]:
        """Return the values of all fields by name, for `recall`; but for the study to start from, as those change.

        Raises
        ------
        ValueError
            Where what is written is no number.
        """
        return {name: field.value() for name, field in self.fields.items()}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Show values that `values` gave, of the data that are shown; those that do not fit them stay as they are.

        Raises
        ------
        TypeError, ValueError
            Where a value is none of its field.
        """
        # The task says which metrics there are.
        for name in ("task", *self.fields):
            if name in values:
                self.fields[name].set_value(values[name])
            if name == "task":
                self._offer_metrics()
        self._show_part()
        self.split.set_kind_of_data(self._kind)
        self.families_changed.emit(self._families.value())

    def name(self) -> str:
        """Return the study's name."""
        return self._name.value()

    def target(self) -> str:
        """Return the column to predict, empty where none is chosen."""
        return self._target.value() or ""

    def task(self) -> str:
        """Return the task asked for, ``auto`` where the data decides."""
        return self._task.value()

    def holdout_part(self) -> str:
        """Return the official part of the data that is the holdout; empty where it is drawn at random."""
        return self._part.value()

    def set_target(self, name: str) -> None:
        """Choose the column to predict."""
        self._target.set_value(name)

    def offer_starts(self, studies: Sequence[StudyRecord]) -> None:
        """Offer earlier studies on equal data, whose best trials may be tried first."""
        self._start.offer(studies)

    def warm_start(self) -> int | None:
        """Return the study whose best trials are to be tried first, None for none."""
        return self._start.value()

    def spec(self, roles: Mapping[str, str], space: Mapping[str, Any] | None) -> StudySpec:
        """Return what is asked.

        Raises
        ------
        SpecError
            Where a value is out of range.
        ValueError
            Where what is written is no number; the text is translated.
        """
        if not self._name.value():
            raise ValueError(tr("The study needs a name."))
        if not self.target():
            raise ValueError(tr("Choose the column to predict."))
        values = {name: self.fields[name].value() for name in _PLAIN}
        values |= {f"split.{name}": value for name, value in self.split.values().items()}
        values |= {
            "task": self._task.value(),
            "metric": self._metric.value() or "",
            "families": self._families.value(),
            "sampler": self.fields["sampler"].value(),
            "pruner": self.fields["pruner"].value(),
            "objectives": ("score", *self._objectives.value()),
            "split.holdout_part": self._part.value(),
        }
        given = {name: role for name, role in roles.items() if role != "target"}
        return StudySpec.of(self.target(), values, space=space, roles=given)

    def _make_fields(self) -> None:
        self._name = TextField(lambda: tr("Name"))
        self._target = ChoiceField(lambda: tr("Predict"), tip=lambda: tr("The target column"))
        self._task = setting_field("task", self._task_text)
        self._metric = ChoiceField(lambda: tr("Metric"), tip=lambda: tr("What trials are judged by"))
        self._families = ChipsField(lambda: tr("Families"), [])
        self._objectives = ChipsField(
            lambda: tr("Also minimize"),
            [(name, lambda name=name: words.cost(name)) for name in COSTS],
            tip=lambda: tr("Further objectives beside the score; then no trial is given up early"),
        )
        self._part = PartField()
        self._part.changed.connect(self._show_part)
        self._part.changed.connect(self.part_changed)
        self._start = StartField()
        self.split = SplitFields()
        self.fields: dict[str, Field] = {
            "name": self._name, "target": self._target, "task": self._task, "metric": self._metric,
            "families": self._families, "objectives": self._objectives, "split.holdout_part": self._part,
            "sampler": setting_field("sampler", sampler_text), "pruner": setting_field("pruner", pruner_text),
            **{name: setting_field(name) for name in _PLAIN}, **self.split.named(),
        }  # fmt: skip
        """By the fields of their settings; ``name`` and ``target`` beside them."""
        self._holdout_line = self.fields["split.holdout"].line()

    def _line(self, name: str) -> QWidget:
        return self.fields[name].line()

    def _pair(self, first: str, second: str) -> QWidget:
        return pair(self.fields[first], self.fields[second])

    def _common(self) -> list[QWidget]:
        return [
            *map(self._line, ("name", "target", "task", "metric")),
            _section(lambda: tr("Validation")),
            self._pair("split.n_folds", "split.n_repeats"),
            self._part.line(),
            self._holdout_line,
            _section(lambda: tr("Budget: the first limit reached ends the search")),
            self._pair("budget.timeout_s", "budget.n_trials"),
            self._line("budget.target_score"),
        ]

    def _advanced(self) -> list[QWidget]:
        return [
            self._line("families"),
            self._start.line(),
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

    def _task_text(self, name: str) -> str:
        if name == "auto" and self._found_task != "auto":
            return tr("Automatic: {task}", task=words.task_short(self._found_task))
        return words.task(name)

    def _offer_families(self, kind: str) -> None:
        """Offer the families for a kind of data; those that were chosen stay where it is the same kind."""
        if kind == self._kind:
            return
        self._kind = kind
        self.split.set_kind_of_data(kind)
        self._families.set_options(
            [(name, lambda name=name: words.family(name)) for name in families_of(kind)]
        )
        self._families.set_value(default_families(kind))
        self.families_changed.emit(self._families.value())

    def _offer_parts(self, parts: Sequence[tuple[str, int]]) -> None:
        self._part.offer(parts)
        self._show_part()

    def _show_part(self) -> None:
        self._holdout_line.setVisible(not self._part.value())

    def _offer_metrics(self) -> None:
        task = self._task.value() or "auto"
        task = self._found_task if task == "auto" else task
        names = metrics_for(task) if task in _TASKS[1:] else tuple(METRICS)
        default = default_metric(task) if task in _TASKS[1:] else ""

        def usual() -> str:
            return tr("Usual: {metric}", metric=default) if default else tr("The task's usual one")

        self._metric.set_options([("", usual), *((name, lambda name=name: name) for name in names)])


def _section(text) -> QWidget:
    label = Label(text, "small", "faint", wrap=True)
    label.setContentsMargins(0, 8, 0, 0)
    return label
