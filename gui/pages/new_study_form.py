"""The settings side of the New study page: what is asked of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ...engine.domain.evidence import EQUIVALENCE
from ...engine.domain.families import default_families, families_of
from ...engine.domain.metrics import METRICS, default_metric, metrics_for
from ...engine.domain.objectives import COSTS
from ...engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from ...storage.records import StudyRecord
from .. import words
from ..language import tr
from ..models.inspection import Inspection
from ..widgets.fields import ChipsField, ChoiceField, Field, FlagField, NumberField, TextField, pair
from ..widgets.parts import Button, Card, Label, column, row, scrolled
from .new_study_fields import LimitFields, PartField, StartField
from .new_study_words import pruner_text, sampler_text
from .pareto_panel import cost_name
from .split_fields import SplitFields

_TASKS = ("auto", "binary", "multiclass", "regression")
_SAMPLERS = ("tpe", "nsga2", "random", "gp", "cmaes", "qmc", "grid")
_PRUNERS = ("hyperband", "asha", "median", "wilcoxon", "none")


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
        for field in self._fields():
            field.changed.connect(self.changed)
        self._target.changed.connect(self.target_changed)
        self._task.changed.connect(self._offer_metrics)
        self._families.changed.connect(lambda: self.families_changed.emit(self._families.value()))
        self.forget()

    def forget(self) -> None:
        """Go back to the defaults."""
        self._name.set_value("")
        self._target.set_options([])
        self._task.set_value("auto")
        self._folds.set_value(5)
        self._repeats.set_value(1)
        self._holdout.set_value(0.2)
        self._offer_parts(())
        self._timeout.set_value(600)
        self._trials.set_value(None)
        self._score.set_value(None)
        self._kind = ""
        self._offer_families("table")
        self._epochs.set_value(100)
        self._seed.set_value(0)
        self._finalists.set_value(5)
        self._equivalence.set_value(EQUIVALENCE)
        self._workers.set_value(None)
        self._objectives.set_value(())
        self._limits.forget()
        self.split.forget()
        self._start.offer(())
        self._baselines.set_value(True)
        self._alongside.set_value(False)
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
        self._task.set_options([(name, lambda name=name: self._task_text(name)) for name in _TASKS])
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
        return {name: field.value() for name, field in self._named().items()}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Show values that `values` gave, of the data that are shown; those that do not fit them stay as they are.

        Raises
        ------
        TypeError, ValueError
            Where a value is none of its field.
        """
        fields = self._named()
        for name in ("task", *fields):  # the task says which metrics there are
            if name in values:
                fields[name].set_value(values[name])
            if name == "task":
                self._offer_metrics()
        self._show_part()
        self.split.set_kind_of_data(self._kind)
        self.families_changed.emit(self._families.value())

    def _named(self) -> dict[str, Field]:
        own = {name.lstrip("_"): value for name, value in vars(self).items() if isinstance(value, Field)}
        for group, fields in (("limits", self._limits), ("split", self.split)):
            own |= {f"{group}.{k}": v for k, v in vars(fields).items() if isinstance(v, Field)}
        return {name: field for name, field in own.items() if name != "start"}

    def name(self) -> str:
        """Return the study's name."""
        return self._name.value()

    def target(self) -> str:
        """Return the column to predict, empty where none is chosen."""
        return self._target.value() or ""

    def task(self) -> str:
        """Return the task asked for, ``auto`` where the data decides."""
        return self._task.value()

    def holdout_part(self) -> str | None:
        """Return the official part of the data that is the holdout, None where it is drawn at random."""
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
        return StudySpec(
            target=self.target(),
            task=self._task.value(),
            metric=self._metric.value() or "",
            families=self._families.value(),
            split=SplitSpec(
                n_folds=self._folds.value(),
                n_repeats=self._repeats.value(),
                holdout=self._holdout.value(),
                holdout_part=self._part.value() or "",
                **self.split.values(),
            ),
            budget=BudgetSpec(
                n_trials=self._trials.value(),
                timeout_s=self._timeout.value(),
                target_score=self._score.value(),
            ),
            sampler=self._sampler.value(),
            pruner=self._pruner.value(),
            space=space,
            objectives=("score", *self._objectives.value()),
            limits=self._limits.spec(),
            max_epochs=self._epochs.value(),
            seed=self._seed.value(),
            n_finalists=self._finalists.value(),
            equivalence=self._equivalence.value(),
            n_workers=self._workers.value(),
            roles={name: role for name, role in roles.items() if role != "target"},
            baselines=self._baselines.value(),
            alongside=self._alongside.value(),
        )

    def _make_fields(self) -> None:
        self._name = TextField(lambda: tr("Name"))
        self._target = ChoiceField(lambda: tr("Predict"), tip=lambda: tr("The target column"))
        self._task = ChoiceField(
            lambda: tr("Task"), [(name, lambda name=name: self._task_text(name)) for name in _TASKS]
        )
        self._metric = ChoiceField(lambda: tr("Metric"), tip=lambda: tr("What trials are judged by"))
        self._folds = NumberField(lambda: tr("Folds"), whole=True)
        self._repeats = NumberField(lambda: tr("Repeats"), whole=True)
        self._holdout = NumberField(
            lambda: tr("Holdout, %"),
            scale=0.01,
            tip=lambda: tr("Rows that the search never sees; scored at the end, and every look is counted"),
        )
        self._holdout_line = self._holdout.line()
        self._part = PartField()
        self._part.changed.connect(self._show_part)
        self._part.changed.connect(self.part_changed)
        self.split = SplitFields()
        self._timeout = NumberField(
            lambda: tr("Minutes"),
            lambda: tr("none"),
            scale=60,
            empty=True,
            tip=lambda: tr("Wall clock, with final fit and export inside"),
        )
        self._trials = NumberField(lambda: tr("Trials"), lambda: tr("none"), whole=True, empty=True)
        self._score = NumberField(lambda: tr("Stop at score"), lambda: tr("none"), empty=True)
        self._families = ChipsField(lambda: tr("Families"), [])
        self._sampler = ChoiceField(
            lambda: tr("Sampler"), [(name, lambda name=name: sampler_text(name)) for name in _SAMPLERS]
        )
        self._pruner = ChoiceField(
            lambda: tr("Pruner"), [(name, lambda name=name: pruner_text(name)) for name in _PRUNERS]
        )
        self._objectives = ChipsField(
            lambda: tr("Also minimize"),
            [(name, lambda name=name: cost_name(name)) for name in COSTS],
            tip=lambda: tr("Further objectives beside the score; then no trial is given up early"),
        )
        self._limits = LimitFields()
        self._start = StartField()
        self._epochs = NumberField(lambda: tr("Epochs at most"), whole=True)
        self._seed = NumberField(lambda: tr("Seed"), whole=True)
        self._finalists = NumberField(
            lambda: tr("Finalists"),
            whole=True,
            tip=lambda: tr(
                "Of the best trials, how many are judged on three repeats of the folds at the end; 0 for none"
            ),
        )
        self._equivalence = NumberField(
            lambda: tr("The same within, %"),
            scale=0.01,
            tip=lambda: tr(
                "Smaller differences have no practical size: 0.5 is 0.005 of a score, or 0.5 % of an error"
            ),
        )
        self._workers = NumberField(lambda: tr("Workers"), lambda: tr("automatic"), whole=True, empty=True)
        self._baselines = FlagField(lambda: tr("Score baselines first"))
        self._alongside = FlagField(lambda: tr("Run beside other studies"))

    def _common(self) -> list[QWidget]:
        return [
            self._name.line(),
            self._target.line(),
            self._task.line(),
            self._metric.line(),
            _section(lambda: tr("Validation")),
            pair(self._folds, self._repeats),
            self._part.line(),
            self._holdout_line,
            _section(lambda: tr("Budget: the first limit reached ends the search")),
            pair(self._timeout, self._trials),
            self._score.line(),
        ]

    def _advanced(self) -> list[QWidget]:
        return [
            self._families.line(),
            self._start.line(),
            self._objectives.line(),
            _section(lambda: tr("Limits: what needs more is not trained")),
            *self._limits.lines(),
            _section(lambda: tr("Folds and holdout")),
            *self.split.lines(),
            _section(lambda: tr("Search")),
            self._sampler.line(),
            self._pruner.line(),
            pair(self._epochs, self._seed),
            self._workers.line(),
            self._baselines.line(),
            self._alongside.line(),
            _section(lambda: tr("Verdict")),
            self._finalists.line(),
            self._equivalence.line(),
        ]

    def _fields(self) -> list[Field]:
        own = [value for value in vars(self).values() if isinstance(value, Field)]
        return [*own, *self._limits.all, *self.split.all]

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
        self._holdout_line.setVisible(self._part.value() is None)

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
